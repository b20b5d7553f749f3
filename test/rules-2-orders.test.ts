import { describe, expect, test } from 'vitest';
import { play } from './rules-kit.ts';

const MAX = 2_147_483_647;

/** `a1 TERMS` is refused for `reason`, and nothing is left of it. */
function refuse(terms: string, reason: string): void {
  play(`
    a1 ${terms}                   | rejected new a1 ${reason}
    book                          | book - / -
  `);
}

describe('R2.1 should refuse what does not go together:', () => {
  test.each([
    ['buy 10@100 postOnly ioc', 'unsupported_combination'],
    ['sell 10@100 postOnly fok', 'unsupported_combination'],
    ['buy 10 market postOnly', 'unsupported_combination'],
    ['buy 10 stop stop=99 postOnly', 'unsupported_combination'],
    ['buy 10@100 stop_limit stop=99 postOnly', 'unsupported_combination'],
    ['buy 10@100 ioc display=5', 'unsupported_combination'],
    ['buy 10@100 fok display=5', 'unsupported_combination'],
    ['buy 10 market display=5', 'unsupported_combination'],
    ['buy 10 stop stop=99 display=5', 'unsupported_combination'],
    ['buy 10@100 stop_limit stop=99 ioc display=5', 'unsupported_combination'],
    ['buy 10@100 stop_limit stop=99 fok display=5', 'unsupported_combination'],
    ['sell 10@100 stop_limit stop=99 day postOnly', 'unsupported_combination'],
    ['buy 10@100 ioc display=5 postOnly', 'unsupported_combination'],
    ['buy 10 limit', 'invalid_price'],
    ['buy 10 stop_limit stop=99', 'invalid_price'],
    ['buy 10@100 market', 'invalid_price'],
    ['buy 10@100 stop stop=99', 'invalid_price'],
    ['buy 10 stop', 'invalid_stop_price'],
    ['buy 10@100 stop_limit', 'invalid_stop_price'],
    ['buy 10@100 stop=99', 'invalid_stop_price'],
    ['buy 10 market stop=99', 'invalid_stop_price'],
  ])('%s: %s', refuse);
});

describe('R2 should hold stopPrice and displayQty to their ranges:', () => {
  test.each([
    ['buy 10 stop stop=0', 'invalid_stop_price'],
    ['buy 10 stop stop=-1', 'invalid_stop_price'],
    [`buy 10@100 stop_limit stop=${MAX + 1}`, 'invalid_stop_price'],
    ['buy 10@100 display=0', 'invalid_display_qty'],
    ['buy 10@100 display=-1', 'invalid_display_qty'],
    ['buy 10@100 display=11', 'invalid_display_qty'],
    [`buy ${MAX}@1 display=${MAX + 1}`, 'invalid_display_qty'],
    ['buy 10001@100 display=1', 'invalid_display_qty'],
    ['buy 30001@100 display=3', 'invalid_display_qty'],
    ['buy 10001 market display=1', 'invalid_display_qty'],
  ])('%s: %s', refuse);
});

describe('R2.1 should accept, to rest or to wait:', () => {
  test.each([
    'buy 10@100 gtc',
    'buy 10@100 day',
    'buy 10@100 postOnly',
    'sell 10@100 day postOnly',
    'buy 10@100 display=5',
    'buy 10@100 display=5 day',
    'buy 10@100 display=5 postOnly',
    'buy 10@100 display=1',
    'buy 10@100 display=10',
    'buy 10000@100 display=1',
    'buy 30000@100 display=3',
    `buy ${MAX}@1 display=${MAX}`,
    `buy ${MAX}@1 display=214749`,
    'buy 10 stop stop=99',
    'sell 10 stop stop=99 day',
    'sell 10 stop stop=99 ioc',
    'sell 10 stop stop=99 fok',
    `sell 10 stop stop=${MAX}`,
    'buy 10@100 stop_limit stop=99',
    'buy 10@100 stop_limit stop=99 day',
    'buy 10@100 stop_limit stop=1 ioc',
    'buy 10@100 stop_limit stop=1 fok',
    'buy 10@100 stop_limit stop=99 display=5',
    'sell 10@100 stop_limit stop=101 display=10 day',
  ])('%s', (terms) => {
    const qty = terms.split(/[ @]/)[1];
    play(`
      a1 ${terms}                 | new a1 #1 ${qty}
      cancel a1                   | canceled a1 ${qty} user
    `);
  });
});

describe('R2.1 should let a market order say gtc, day or ioc, all the same, or fok:', () => {
  test.each([
    ['gtc', 'no_liquidity'],
    ['day', 'no_liquidity'],
    ['ioc', 'no_liquidity'],
  ])('%s', (tif, reason) => {
    play(`
      a1 sell 4@100               | new a1 #1 4
      b1 buy 10 market ${tif}     | new b1 #2 10
                                  | trade #1 4@100 buy b1 6 sell a1 0 by buy
                                  | canceled b1 6 ${reason}
      book                        | book - / -
    `);
  });

  test('fok', () => {
    play(`
      a1 sell 4@100               | new a1 #1 4
      b1 buy 10 market fok        | new b1 #2 10
                                  | canceled b1 10 fok
      b2 buy 4 market fok         | new b2 #3 4
                                  | trade #1 4@100 buy b2 0 sell a1 0 by buy
    `);
  });
});

describe('R2.1 should let a stop act by its time in force once it is triggered:', () => {
  test.each([
    ['5 stop stop=100', 'canceled a1 2 no_liquidity', '-'],
    ['5 stop stop=100 day', 'canceled a1 2 no_liquidity', '-'],
    ['5 stop stop=100 ioc', 'canceled a1 2 no_liquidity', '-'],
    ['5@102 stop_limit stop=100 ioc', 'canceled a1 2 ioc', '-'],
    ['5@102 stop_limit stop=100', '', '102x2x1'],
    ['5@102 stop_limit stop=100 day', '', '102x2x1'],
  ])('buy %s', (terms, end, bids) => {
    play(`
      b1 sell 1@100               | new b1 #1 1
      b2 sell 3@101               | new b2 #2 3
      a1 buy ${terms}             | new a1 #3 5
      c1 buy 1@100                | new c1 #4 1
                                  | trade #1 1@100 buy c1 0 sell b1 0 by buy
                                  | triggered a1
                                  | trade #2 3@101 buy a1 2 sell b2 0 by buy
                                  | ${end}
      book                        | book ${bids} / -
    `);
  });

  test.each(['4 stop stop=100 fok', '4@101 stop_limit stop=100 fok'])(
    'buy %s, not to be had whole',
    (terms) => {
      play(`
      b1 sell 1@100               | new b1 #1 1
      b2 sell 3@101               | new b2 #2 3
      a1 buy ${terms}             | new a1 #3 4
      c1 buy 1@100                | new c1 #4 1
                                  | trade #1 1@100 buy c1 0 sell b1 0 by buy
                                  | triggered a1
                                  | canceled a1 4 fok
      book                        | book - / 101x3x1
    `);
    },
  );

  test.each(['3 stop stop=100 fok', '3@101 stop_limit stop=100 fok'])(
    'buy %s, to be had whole',
    (terms) => {
      play(`
      b1 sell 1@100               | new b1 #1 1
      b2 sell 3@101               | new b2 #2 3
      a1 buy ${terms}             | new a1 #3 3
      c1 buy 1@100                | new c1 #4 1
                                  | trade #1 1@100 buy c1 0 sell b1 0 by buy
                                  | triggered a1
                                  | trade #2 3@101 buy a1 0 sell b2 0 by buy
    `);
    },
  );
});

test('R2.2 should refuse a text that the account has used, whatever became of the order', () => {
  play(`
    a1 buy 10@100                 | new a1 #1 10
    a1 buy 10@101                 | rejected new a1 duplicate_clordid
    cancel a1                     | canceled a1 10 user
    a1 buy 10@100                 | rejected new a1 duplicate_clordid
    book                          | book - / -
  `);
});

test('R2.2 should let two accounts use the same text', () => {
  play(`
    A:x buy 10@100                | new A:x #1 10
    B:x buy 20@100                | new B:x #2 20
    cancel B:x                    | canceled B:x 20 user
    book                          | book 100x10x1 / -
  `);
});

test('R2.2 should use the id of a rejected new up', () => {
  play(`
    a1 buy 0@100                  | rejected new a1 invalid_qty
    a1 buy 10@100                 | rejected new a1 duplicate_clordid
    a2 buy 10@100 on=NONE         | rejected new a2 unknown_symbol
    a2 buy 10@100                 | rejected new a2 duplicate_clordid
    a3 buy 10 market display=5    | rejected new a3 unsupported_combination
    a3 buy 10@100                 | rejected new a3 duplicate_clordid
    phase halted                  | phase halted
    a4 buy 10@100                 | rejected new a4 phase
    phase continuous              | phase continuous
    a4 buy 10@100                 | rejected new a4 duplicate_clordid
    a5 buy 10@100                 | new a5 #1 10
    b1 sell 1@100 postOnly        | rejected new b1 post_only_would_cross
    b1 sell 1@101                 | rejected new b1 duplicate_clordid
  `);
});

test('R2.2 should use the id of a new up that finds no room', () => {
  const table = `
    a1 buy 10@100                 | new a1 #1 10
    a2 buy 10@100                 | rejected new a2 capacity
    cancel a1                     | canceled a1 10 user
    a2 buy 10@100                 | rejected new a2 duplicate_clordid
    a3 buy 10@100                 | new a3 #2 10
  `;
  play(table, { limits: { orders: 1 } });
});

test('R2.2 should use the new id of a rejected replace up, and leave the old one', () => {
  play(`
    a1 buy 10@100                 | new a1 #1 10
    a2 replaces a1 0              | rejected replace a2 invalid_qty
    a2 replaces a1 9              | rejected replace a2 duplicate_clordid
    a2 buy 10@100                 | rejected new a2 duplicate_clordid
    a3 replaces zz 9              | rejected replace a3 unknown_order
    a3 buy 10@100                 | rejected new a3 duplicate_clordid
    a4 replaces a1 9              | replaced a1 a4 9
  `);
});

test('R2.2 should only look up the id of a cancel and the old id of a replace', () => {
  play(`
    cancel a1                     | rejected cancel a1 unknown_order
    a2 replaces a3 10             | rejected replace a2 unknown_order
    a1 buy 10@100                 | new a1 #1 10
    cancel a1                     | canceled a1 10 user
    a3 buy 10@100                 | new a3 #2 10
  `);
});

test('R2.3 should count accepted orders alone', () => {
  play(`
    a1 buy 10@100                 | new a1 #1 10
    a2 buy 0@100                  | rejected new a2 invalid_qty
    a3 replaces a1 9              | replaced a1 a3 9
    b1 sell 10@100 fok            | new b1 #2 10
                                  | canceled b1 10 fok
    b2 sell 10@101                | new b2 #3 10
  `);
});

test('R2.3 should lead a stop from new over triggered and trades to its end', () => {
  play(`
    b1 sell 6@100                 | new b1 #1 6
    a1 buy 5@100 stop_limit stop=100 | new a1 #2 5
    c1 buy 4@100                  | new c1 #3 4
                                  | trade #1 4@100 buy c1 0 sell b1 2 by buy
                                  | triggered a1
                                  | trade #2 2@100 buy a1 3 sell b1 0 by buy
    a2 replaces a1 4              | replaced a1 a2 2
    b2 sell 1@100                 | new b2 #4 1
                                  | trade #3 1@100 buy a2 1 sell b2 0 by sell
    cancel a2                     | canceled a2 1 user
  `);
});

test('R2.3 should change nothing by a refused command: the queue, the quantity, the stops', () => {
  play(`
    a1 sell 5@100 display=2       | new a1 #1 5
    b1 sell 5@100                 | new b1 #2 5
    c1 buy 3 stop stop=100        | new c1 #3 3
    a2 replaces a1 6@100 display=0 | rejected replace a2 invalid_display_qty
    c2 replaces c1 3@100          | rejected replace c2 invalid_price
    d1 buy 1@101 postOnly         | rejected new d1 post_only_would_cross
    cancel d1                     | rejected cancel d1 unknown_order
    book                          | book - / 100x7x2
    d2 buy 1@100                  | new d2 #4 1
                                  | trade #1 1@100 buy d2 0 sell a1 4 by buy
                                  | triggered c1
                                  | trade #2 1@100 buy c1 2 sell a1 3 by buy
                                  | trade #3 2@100 buy c1 0 sell b1 3 by buy
  `);
});

test('R2.3 should keep the orderId of a replaced order (mass cancels go by orderId)', () => {
  play(`
    a1 buy 10@100                 | new a1 #1 10
    a2 buy 10@101                 | new a2 #2 10
    a3 replaces a1 20@99          | replaced a1 a3 20
    massCancel A                  | canceled a3 20 mass_cancel
                                  | canceled a2 10 mass_cancel
  `);
});

test('R2.3 should end a filled order without another event', () => {
  play(`
    a1 buy 10@100                 | new a1 #1 10
    b1 sell 10@100                | new b1 #2 10
                                  | trade #1 10@100 buy a1 0 sell b1 0 by sell
    cancel a1                     | rejected cancel a1 unknown_order
    cancel b1                     | rejected cancel b1 unknown_order
    book                          | book - / -
  `);
});

test('R2.4 should conserve quantity through trades, decrements and replaces', () => {
  play(`
    a1 sell 20@100                | new a1 #1 20
    b1 buy 5@100                  | new b1 #2 5
                                  | trade #1 5@100 buy b1 0 sell a1 15 by buy
    a2 buy 3@100 decrement        | new a2 #3 3
                                  | restated a1 12
                                  | canceled a2 3 stp
    a3 replaces a1 18             | replaced a1 a3 10
    a4 replaces a3 30             | replaced a3 a4 22
    b2 buy 2@100                  | new b2 #4 2
                                  | trade #2 2@100 buy b2 0 sell a4 20 by buy
    cancel a4                     | canceled a4 20 user
  `);
});

test('R2.4 should conserve the quantity of an iceberg and of a triggered stop', () => {
  play(`
    a1 sell 20@100 display=5      | new a1 #1 20
    b1 buy 7@101 stop_limit stop=100 decrement | new b1 #2 7
    b2 buy 3@100                  | new b2 #3 3
                                  | trade #1 3@100 buy b2 0 sell a1 17 by buy
                                  | triggered b1
                                  | trade #2 2@100 buy b1 5 sell a1 15 by buy
                                  | trade #3 5@100 buy b1 0 sell a1 10 by buy
    a2 buy 4@100 decrement        | new a2 #4 4
                                  | restated a1 6
                                  | canceled a2 4 stp
    a3 replaces a1 15             | replaced a1 a3 1
    cancel a3                     | canceled a3 1 user
  `);
});

test('R2 should take cancel_aggressor as the default of stp, gtc of tif, limit of type', () => {
  const rows = (words: string): string => `
    a1 sell 10@100                | new a1 #1 10
    a2 buy 4@100 ${words}         | new a2 #2 4
                                  | canceled a2 4 stp
    a3 buy 4@99 ${words}          | new a3 #3 4
    book                          | book 99x4x1 / 100x10x1
  `;
  play(rows(''));
  play(rows('limit gtc cancel_aggressor'));
  expect(() => play(rows('none'))).toThrow();
});
