// Prices whose pages of 64 ticks share a place among the pages lately used: eight of them, by the
// low bits of the page's number.

import { describe, expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import { CoreBench } from './core-bench.ts';

const { SIDE_BUY, SIDE_SELL } = codes;
/** Ticks between two pages of one place. */
const TURN = 8 * 64;
const LAST_PAGE = 2 ** 31 - 64;

describe.each([
  ['the first page of asks', SIDE_SELL, 3],
  ['the second page of asks', SIDE_SELL, 70],
  ['the first page of bids', SIDE_BUY, LAST_PAGE + 20 - TURN],
  ['a page in the middle', SIDE_BUY, 1_000_003],
])('R3.1 %s', (_, side, price) => {
  const far = side === SIDE_SELL || price < LAST_PAGE - TURN ? price + TURN : price - TURN;
  const enter = (bench: CoreBench, clOrdId: number, at: number) => {
    const terms = { clOrdId, qty: 1, price: at };
    return side === SIDE_BUY ? bench.buy(terms) : bench.sell(terms);
  };

  test('should be found when its place is another page’s, and when that one is gone', () => {
    const bench = new CoreBench({ pages: 2 });
    enter(bench, 1, price);
    enter(bench, 2, far);
    enter(bench, 3, price);
    enter(bench, 4, far);
    bench.apply({ cmd: codes.COMMAND_CANCEL, account: 1, clOrdId: 2 });
    bench.apply({ cmd: codes.COMMAND_CANCEL, account: 1, clOrdId: 4 });
    expect(bench.reasons(enter(bench, 5, price + 1))).toEqual([]);
    expect(bench.reasons(enter(bench, 6, far))).toEqual([]);
    const sorted = [
      [price, 2, 2],
      [price + 1, 1, 1],
      [far, 1, 1],
    ].sort(([a], [b]) => (side === SIDE_BUY ? b! - a! : a! - b!));
    expect(bench.levels(side)).toEqual(sorted);
  });
});
