// The oracle itself, by hand: icebergs and stops.

import { beforeEach, describe, expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import type { NewOrder } from '../src/core/plain.ts';
import { begin, cancel, changePhase, levels, queue, replace, send } from './naive-kit.ts';

const [A, X, Y] = [1, 24, 25];
const { SIDE_BUY: BUY, SIDE_SELL: SELL, TIF_FOK, TIF_DAY, TYPE_STOP } = codes;
const { PHASE_PRE_OPEN, PHASE_AUCTION, PHASE_CONTINUOUS, PHASE_CLOSED } = codes;

beforeEach(() => begin());

function stop(account: number, side: number, stopPrice: number, terms: Partial<NewOrder> = {}) {
  return send(account, side, 1, 0, { type: TYPE_STOP, stopPrice, ...terms });
}

/** A trade at a price between two other accounts. */
function print(price: number): string[] {
  send(8, SELL, 1, price);
  return send(9, BUY, 1, price);
}

describe('R3.7, R3.9, R3.11 icebergs', () => {
  test('should show tranche after tranche, each at the back', () => {
    send(X, SELL, 7, 100, { displayQty: 3 });
    send(Y, SELL, 2, 100);
    expect(levels(SELL)).toEqual(['5@100/2']);
    expect(send(A, BUY, 8, 100)).toEqual([
      'new c3 8',
      'trade 3@100 c1 4 by c3 5',
      'refreshed c1 4 showing 3',
      'trade 2@100 c2 0 by c3 3',
      'trade 3@100 c1 1 by c3 0',
      'refreshed c1 1 showing 1',
    ]);
  });

  test('should count a fok as the sweep would run (the example of R3.11)', () => {
    const asks = () => {
      begin();
      send(X, SELL, 20, 100, { displayQty: 5 });
      send(A, SELL, 3, 100);
      send(Y, SELL, 4, 100);
    };
    asks();
    expect(send(A, BUY, 10, 100, { tif: TIF_FOK })[1]).toBe('canceled c4 10 fok');
    expect(send(A, BUY, 5, 100, { tif: TIF_FOK })).toHaveLength(3);
    asks();
    const stp = codes.STP_CANCEL_RESTING;
    expect(send(A, BUY, 10, 100, { tif: TIF_FOK, stp }).slice(1)).toEqual([
      'trade 5@100 c1 15 by c4 5',
      'refreshed c1 15 showing 5',
      'canceled c2 3 stp',
      'trade 4@100 c3 0 by c4 1',
      'trade 1@100 c1 14 by c4 0',
    ]);
  });

  test('should take a decrement from the shown tranche first, then from the hidden part', () => {
    send(A, SELL, 20, 100, { displayQty: 5 });
    send(Y, SELL, 1, 100);
    const stp = codes.STP_DECREMENT;
    expect(send(A, BUY, 2, 100, { stp }).slice(1)).toEqual(['restated c1 18', 'canceled c3 2 stp']);
    expect(levels(SELL)).toEqual(['4@100/2']);
    expect(queue(SELL)).toEqual(['c1@100', 'c2@100']);
    expect(send(A, BUY, 7, 100, { stp }).slice(1)).toEqual([
      'restated c1 11',
      'canceled c4 7 stp',
      'refreshed c1 11 showing 5',
    ]);
    expect(queue(SELL)).toEqual(['c2@100', 'c1@100']);
  });

  test('should shrink the hidden part first, and keep the place', () => {
    send(A, SELL, 9, 100, { displayQty: 4 });
    send(Y, SELL, 1, 100);
    send(X, BUY, 1, 100);
    expect(replace(A, 1, { qty: 5 })).toEqual(['replaced c4 4 kept']);
    expect(levels(SELL)).toEqual(['4@100/2']);
    expect(replace(A, 4, { qty: 3, displayQty: 4 })).toEqual(['rejected invalid_display_qty']);
    expect(replace(A, 4, { qty: 3 })).toEqual(['replaced c6 2 kept']);
    expect(levels(SELL)).toEqual(['3@100/2']);
    expect(replace(A, 6, { displayQty: 2 })).toEqual(['replaced c7 2 lost']);
    expect(queue(SELL)).toEqual(['c2@100', 'c7@100']);
  });
});

describe('R5 stops', () => {
  test('should wait for a trade, not for a reference price', () => {
    begin({}, { referencePrice: 100 });
    expect(stop(A, BUY, 90)).toEqual(['new c1 1']);
    expect(print(89)).toHaveLength(2);
    expect(print(90).slice(1)).toEqual([
      'trade 1@90 c4 0 by c5 0',
      'triggered c1 1',
      'canceled c1 1 no_liquidity',
    ]);
    expect(stop(A, SELL, 95)).toEqual(['new c6 1', 'triggered c6 1', 'canceled c6 1 no_liquidity']);
  });

  test('should enter trade by trade, buys by rising and sells by falling stop price', () => {
    stop(A, SELL, 101);
    stop(A, BUY, 99);
    stop(A, BUY, 98);
    stop(A, SELL, 102);
    stop(A, BUY, 98);
    const triggered = print(100).filter((text) => text.startsWith('triggered'));
    expect(triggered.map((text) => text.split(' ')[1])).toEqual(['c3', 'c5', 'c2', 'c4', 'c1']);
  });

  test('should append what their own trades trigger, and keep the entry of a smaller order', () => {
    send(X, SELL, 1, 101);
    stop(A, BUY, 101);
    stop(A, BUY, 100);
    stop(A, BUY, 100, { qty: 2 });
    expect(replace(A, 4, { qty: 1 })).toEqual(['replaced c5 1 kept']);
    expect(print(100).slice(2)).toEqual([
      'triggered c3 1',
      'trade 1@101 c1 0 by c3 0',
      'triggered c5 1',
      'canceled c5 1 no_liquidity',
      'triggered c2 1',
      'canceled c2 1 no_liquidity',
    ]);
  });

  test('should be tested again when replaced, and rest as a limit when triggered', () => {
    print(100);
    const terms = { type: codes.TYPE_STOP_LIMIT, stopPrice: 105 };
    send(A, BUY, 3, 104, { ...terms, displayQty: 2 });
    expect(replace(A, 3, { stopPrice: 100 })).toEqual(['replaced c4 3 lost', 'triggered c4 3']);
    expect(levels(BUY)).toEqual(['2@104/1']);
    expect(replace(A, 4, { stopPrice: 105 })).toEqual(['rejected invalid_stop_price']);
  });
});

describe('R5.4 the activation queue', () => {
  beforeEach(() => print(100));

  test('should be kept while there is no trading, and enter before what the uncross adds', () => {
    changePhase(PHASE_AUCTION);
    expect(stop(A, BUY, 100)).toEqual(['new c3 1']);
    stop(A, BUY, 99);
    stop(A, BUY, 101);
    stop(A, BUY, 98);
    expect(cancel(A, 4)).toEqual(['canceled c4 1 user']);
    send(X, SELL, 1, 101);
    send(Y, BUY, 1, 101);
    expect(replace(A, 3, { qty: 2 })).toEqual(['replaced c9 2 lost']);
    expect(changePhase(PHASE_CONTINUOUS)).toEqual([
      'phase continuous',
      'trade 1@101 c8 0 with c7 0',
      'triggered c6 1',
      'canceled c6 1 no_liquidity',
      'triggered c9 2',
      'canceled c9 2 no_liquidity',
      'triggered c5 1',
      'canceled c5 1 no_liquidity',
    ]);
  });

  test('should be ended with the day like the rest of the day orders', () => {
    changePhase(PHASE_PRE_OPEN);
    stop(A, BUY, 200, { tif: TIF_DAY });
    stop(A, BUY, 100, { tif: TIF_DAY });
    stop(A, BUY, 100);
    send(X, BUY, 1, 50, { tif: TIF_DAY });
    expect(changePhase(PHASE_CLOSED)).toEqual([
      'phase closed',
      'canceled c3 1 day_end',
      'canceled c4 1 day_end',
      'canceled c6 1 day_end',
    ]);
    expect(changePhase(PHASE_CONTINUOUS)).toHaveLength(3);
  });
});
