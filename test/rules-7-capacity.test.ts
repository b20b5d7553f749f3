import { describe, expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import { CoreBench } from './core-bench.ts';
import { play } from './rules-kit.ts';

describe('R7 capacity, order slots:', () => {
  test('should be refused when every slot rests, and the slots be usable again', () => {
    const table = `
      a1 sell 1@100               | new a1 #1 1
      a2 sell 2@101               | new a2 #2 2
      b1 buy 3@90                 | new b1 #3 3
      b2 buy 4@91                 | rejected new b2 capacity
      c1 sell 4@102               | rejected new c1 capacity
      cancel a2                   | canceled a2 2 user
      b3 buy 4@91                 | new b3 #4 4
      b4 buy 4@92                 | rejected new b4 capacity
      massCancel B                | canceled b1 3 mass_cancel
                                  | canceled b3 4 mass_cancel
      b5 buy 5@91                 | new b5 #5 5
      b6 buy 6@91                 | new b6 #6 6
      b7 buy 7@91                 | rejected new b7 capacity
      book                        | book 91x11x2 / 100x1x1
    `;
    play(table, { limits: { orders: 3 } });
  });

  test('should be refused to an order that could rest, even if it would trade whole', () => {
    const table = `
      a1 sell 5@100               | new a1 #1 5
      b1 buy 5@100                | rejected new b1 capacity
      book                        | book - / 100x5x1
    `;
    play(table, { limits: { orders: 1 } });
  });

  test('should never be refused to an ioc, fok or market order', () => {
    const table = `
      a1 sell 5@100               | new a1 #1 5
      b1 buy 1@100 ioc            | new b1 #2 1
                                  | trade #1 1@100 buy b1 0 sell a1 4 by buy
      b2 buy 1@100 fok            | new b2 #3 1
                                  | trade #2 1@100 buy b2 0 sell a1 3 by buy
      b3 buy 1 market             | new b3 #4 1
                                  | trade #3 1@100 buy b3 0 sell a1 2 by buy
      b4 buy 9@50 ioc             | new b4 #5 9
                                  | canceled b4 9 ioc
      b5 buy 1@100                | rejected new b5 capacity
      b6 buy 2 market             | new b6 #6 2
                                  | trade #4 2@100 buy b6 0 sell a1 0 by buy
      b7 buy 1@100                | new b7 #7 1
    `;
    play(table, { limits: { orders: 1, pages: 1 } });
  });

  test('should never be refused to a replace, which keeps its slot', () => {
    const table = `
      a1 sell 5@100               | new a1 #1 5
      b1 buy 5@98                 | new b1 #2 5
      a2 replaces a1 9@101        | replaced a1 a2 9
      b2 replaces b1 6@101        | replaced b1 b2 6
                                  | trade #1 6@101 buy b2 0 sell a2 3 by buy
      c1 buy 1@90                 | new c1 #3 1
      c2 buy 1@90                 | rejected new c2 capacity
    `;
    play(table, { limits: { orders: 2 } });
  });

  test('should hold across instruments', () => {
    const table = `
      a1 sell 5@100               | new a1 #1 5
      a2 sell 5@100 on=OTHER      | rejected new a2 capacity
      cancel a1                   | canceled a1 5 user
      a3 sell 5@100 on=OTHER      | new a3 #2 5
    `;
    play(table, { limits: { orders: 1 }, instruments: ['TEST', 'OTHER'] });
  });

  test('should let every slot be used a hundred times over', () => {
    const bench = new CoreBench({ orders: 64 });
    for (let round = 0; round < 100; round++) {
      for (let i = 0; i < 64; i++) bench.buy({ price: 100 + i, qty: 1 });
      expect(bench.reasons(bench.buy({ price: 99, qty: 1 }))).toEqual([codes.REJECT_CAPACITY]);
      const swept = bench.sell({ price: 1, qty: 64, account: 2, tif: codes.TIF_IOC });
      expect(swept.filter((event) => event.evt === codes.EVENT_TRADE)).toHaveLength(64);
    }
    expect(bench.levels(codes.SIDE_BUY)).toEqual([]);
  });
});

describe('R7 capacity, price pages of 64 ticks:', () => {
  test('should be refused for a price on a page too many, and the page be usable again', () => {
    const table = `
      a1 buy 1@63                 | new a1 #1 1
      a2 buy 1@64                 | new a2 #2 1
      a3 buy 1@127                | new a3 #3 1
      a4 buy 1@128                | rejected new a4 capacity
      a5 buy 1@1                  | new a5 #4 1
      b1 sell 1@140               | rejected new b1 capacity
      cancel a2                   | canceled a2 1 user
      a6 buy 1@128                | rejected new a6 capacity
      cancel a3                   | canceled a3 1 user
      a7 buy 1@2147483647         | new a7 #5 1
      book                        | book 2147483647x1x1 63x1x1 1x1x1 / -
      b2 sell 1 market            | new b2 #6 1
                                  | trade #1 1@2147483647 buy a7 0 sell b2 0 by sell
      b3 sell 1@140               | new b3 #7 1
    `;
    play(table, { limits: { pages: 2 } });
  });

  test('should be counted for each side and each instrument by itself', () => {
    const table = `
      a1 buy 1@100                | new a1 #1 1
      a2 sell 1@101               | new a2 #2 1
      a3 buy 1@100 on=OTHER       | rejected new a3 capacity
      cancel a2                   | canceled a2 1 user
      a4 buy 1@100 on=OTHER       | new a4 #3 1
    `;
    play(table, { limits: { pages: 2 }, instruments: ['TEST', 'OTHER'] });
  });

  test('should be refused to a replace that asks for a new page, its own not counting', () => {
    const table = `
      a1 buy 1@100                | new a1 #1 1
      a2 replaces a1 @200         | rejected replace a2 capacity
      a3 replaces a1 2            | replaced a1 a3 2
      a4 replaces a3 @64          | replaced a3 a4 2
      a5 replaces a4 1            | replaced a4 a5 1
      book                        | book 64x1x1 / -
    `;
    play(table, { limits: { pages: 1 } });
  });

  test('should be refused to an order that could rest, even if it would trade whole', () => {
    const table = `
      a1 sell 5@100               | new a1 #1 5
      b1 buy 5@100                | rejected new b1 capacity
      b2 buy 5@100 ioc            | new b2 #2 5
                                  | trade #1 5@100 buy b2 0 sell a1 0 by buy
    `;
    play(table, { limits: { pages: 1 } });
  });

  test('should be refused at the last page exactly, wherever the pages lie', () => {
    const bench = new CoreBench({ pages: 100 });
    for (let round = 0; round < 20; round++) {
      const far = 1 + round * 97;
      const priceOf = (page: number): number =>
        1 + ((page * 21_474_836 + far * 64) % 2_147_483_646);
      for (let page = 0; page < 100; page++) {
        expect(bench.reasons(bench.buy({ price: priceOf(page), qty: 1 }))).toEqual([]);
      }
      expect(bench.reasons(bench.buy({ price: 7, qty: 1 }))).toEqual([codes.REJECT_CAPACITY]);
      expect(bench.levels(codes.SIDE_BUY)).toHaveLength(100);
      bench.apply({ cmd: codes.COMMAND_MASS_CANCEL, account: 1 });
    }
    expect(bench.levels(codes.SIDE_BUY)).toEqual([]);
  });
});

describe('R7 capacity, stops:', () => {
  test('should take an order slot each, whatever they become, and give it back', () => {
    const table = `
      a1 buy 1 stop stop=100      | new a1 #1 1
      a2 sell 1@50 stop_limit ioc stop=50 | new a2 #2 1
      b1 buy 1@90                 | rejected new b1 capacity
      b2 buy 1 stop stop=90       | rejected new b2 capacity
      b3 buy 1 stop stop=90 ioc   | rejected new b3 capacity
      a3 replaces a1 5 stop=90    | replaced a1 a3 5
      cancel a2                   | canceled a2 1 user
      b4 sell 1@90                | new b4 #3 1
      c1 buy 1@90 ioc             | new c1 #4 1
                                  | trade #1 1@90 buy c1 0 sell b4 0 by buy
                                  | triggered a3
                                  | canceled a3 5 no_liquidity
      b5 buy 1@90                 | new b5 #5 1
      b6 buy 1@90                 | new b6 #6 1
      b7 buy 1@90                 | rejected new b7 capacity
    `;
    play(table, { limits: { orders: 2 } });
  });

  test('should take a page for the stopPrices of 64 ticks of one side', () => {
    const table = `
      a1 buy 1@100                | new a1 #1 1
      a2 buy 1 stop stop=192      | new a2 #2 1
      a3 buy 1 stop stop=255      | new a3 #3 1
      a4 buy 1 stop stop=256      | rejected new a4 capacity
      a5 sell 1 stop stop=192     | rejected new a5 capacity
      a6 replaces a2 stop=200     | replaced a2 a6 1
      a7 replaces a6 stop=191     | rejected replace a7 capacity
      a8 replaces a6 2            | replaced a6 a8 2
      b1 buy 1@192                | rejected new b1 capacity
      cancel a1                   | canceled a1 1 user
      a9 replaces a8 stop=191     | replaced a8 a9 2
    `;
    play(table, { limits: { pages: 2 } });
  });

  test('should keep a page free for the limit of each, so that triggering never fails', () => {
    const table = `
      a1 buy 1@500 stop_limit stop=100 | new a1 #1 1
      y1 sell 1@100               | new y1 #2 1
      b1 buy 1@90                 | rejected new b1 capacity
      b2 buy 1@90 stop_limit stop=100 | rejected new b2 capacity
      b3 buy 1 stop stop=101      | new b3 #3 1
      a2 replaces a1 @900         | replaced a1 a2 1
      z1 buy 1@100 ioc            | new z1 #4 1
                                  | trade #1 1@100 buy z1 0 sell y1 0 by buy
                                  | triggered a2
      book                        | book 900x1x1 / -
      b4 buy 1@90                 | new b4 #5 1
      b5 buy 1@500                | rejected new b5 capacity
    `;
    play(table, { limits: { pages: 3 } });
  });

  test('should keep none free for one that never rests', () => {
    const table = `
      a1 buy 1@500 stop_limit stop=100 ioc | new a1 #1 1
      a2 buy 1@900 stop_limit stop=100 fok | new a2 #2 1
      a3 buy 1@900 stop_limit stop=100 | rejected new a3 capacity
    `;
    play(table, { limits: { pages: 1 } });
  });

  test('should give their pages back when they are canceled, for whatever reason', () => {
    const table = `
      a1 buy 1@500 stop_limit stop=100 | new a1 #1 1
      b1 buy 1@90                 | rejected new b1 capacity
      cancel a1                   | canceled a1 1 user
      b2 buy 1@90                 | new b2 #2 1
      cancel b2                   | canceled b2 1 user
      a2 buy 1@500 stop_limit stop=100 | new a2 #3 1
      massCancel A                | canceled a2 1 mass_cancel
      b3 sell 2@100               | new b3 #4 2
      c1 buy 1@100 ioc            | new c1 #5 1
                                  | trade #1 1@100 buy c1 0 sell b3 1 by buy
      a3 buy 2@500 stop_limit stop=101 | rejected new a3 capacity
      cancel b3                   | canceled b3 1 user
      a4 buy 2@500 stop_limit stop=101 day | new a4 #6 2
      phase closed                | phase closed
                                  | canceled a4 2 day_end
      phase auction               | phase auction
      b4 buy 1@90                 | new b4 #7 1
      b5 buy 1@900                | new b5 #8 1
      b6 buy 1@500                | rejected new b6 capacity
    `;
    play(table, { limits: { pages: 2 } });
  });
});

test('R7 capacity should count an iceberg as one order on one page', () => {
  const table = `
    a1 buy 10000@100 display=1    | new a1 #1 10000
    a2 replaces a1 9000 display=2 | replaced a1 a2 9000
    b1 buy 1@100                  | rejected new b1 capacity
    c1 sell 3@100 ioc             | new c1 #2 3
                                  | trade #1 2@100 buy a2 8998 sell c1 1 by sell
                                  | trade #2 1@100 buy a2 8997 sell c1 0 by sell
  `;
  play(table, { limits: { orders: 1, pages: 1 } });
});

describe('R7 capacity, accounts:', () => {
  test('should be refused to an account too many, its ids not remembered', () => {
    const table = `
      a1 buy 1@100                | new a1 #1 1
      b1 buy 0@100                | rejected new b1 invalid_qty
      c1 buy 1@100                | rejected new c1 capacity
      c2 buy 1@100 ioc            | rejected new c2 capacity
      cancel c1                   | rejected cancel c1 unknown_order
      massCancel C                |
      b2 buy 1@100                | new b2 #2 1
    `;
    play(table, { limits: { accounts: 2 } });
  });

  test('should come last of all reasons', () => {
    const table = `
      a1 sell 1@100               | new a1 #1 1
      b1 buy 0@100                | rejected new b1 invalid_qty
      b2 buy 1@100 on=NONE        | rejected new b2 unknown_symbol
      b3 buy 1@100 postOnly       | rejected new b3 post_only_would_cross
      b4 buy 1@90 ioc postOnly    | rejected new b4 unsupported_combination
      b5 replaces b1 5            | rejected replace b5 unknown_order
      b6 buy 1@90                 | rejected new b6 capacity
    `;
    play(table, { limits: { accounts: 1 } });
  });

  test('should not be used up by a cancel, a mass cancel or a book', () => {
    const table = `
      cancel a1                   | rejected cancel a1 unknown_order
      massCancel B                |
      book                        | book - / -
      c1 buy 1@100                | new c1 #1 1
    `;
    play(table, { limits: { accounts: 1 } });
  });
});

test('R7 capacity, instruments: should be refused beyond the last number', () => {
  const bench = new CoreBench({ instruments: 2 }, []);
  const define = (instrument: number) =>
    bench.reasons(bench.apply({ cmd: codes.COMMAND_INSTRUMENT, instrument }));
  expect(define(2)).toEqual([]);
  expect(define(1)).toEqual([]);
  expect(define(3)).toEqual([codes.REJECT_CAPACITY]);
  expect(bench.reasons(bench.buy({ price: 1, qty: 1, instrument: 3 }))).toEqual([
    codes.REJECT_UNKNOWN_SYMBOL,
  ]);
  expect(bench.reasons(bench.buy({ price: 1, qty: 1, instrument: 2 }))).toEqual([]);
});
