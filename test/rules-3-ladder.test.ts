// Price priority where it is hard on the ladder: prices far apart, at the edges of its pages and
// nodes, and a market that swings by half and back. The books must be exact afterwards.

import { describe, expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import * as codes from '../src/core/codes.ts';
import { CoreBench } from './core-bench.ts';

const MAX = 2_147_483_647;
const SEED = 20_261_121;

/** Prices at and beside every power of two. */
const EDGES: readonly number[] = [
  ...new Set(
    Array.from({ length: 32 }, (_, bit) =>
      [-65, -64, -63, -1, 0, 1, 63, 64].map((d) => 2 ** bit + d),
    )
      .flat()
      .filter((price) => price >= 1 && price <= MAX),
  ),
];

const SIDES = [
  ['bids', codes.SIDE_BUY, (a: number, b: number) => b - a],
  ['asks', codes.SIDE_SELL, (a: number, b: number) => a - b],
] as const;

function shuffled(prng: Prng, prices: readonly number[]): number[] {
  const left = [...prices];
  return prices.map(() => left.splice(prng.below(left.length), 1)[0]!);
}

describe.each(SIDES)(
  'R3.1, seed 20261121, %s at every edge of the ladder',
  (_name, side, order) => {
    const best = EDGES.toSorted(order);
    const enter = (bench: CoreBench, price: number, clOrdId: number): unknown =>
      side === codes.SIDE_BUY
        ? bench.buy({ price, qty: 1, clOrdId })
        : bench.sell({ price, qty: 1, clOrdId });

    const enterAll = (bench: CoreBench): void => {
      for (const [index, price] of EDGES.entries()) enter(bench, price, index + 1);
    };

    test('should stand in order of price, however they came', () => {
      const prng = new Prng(SEED);
      const bench = new CoreBench();
      const prices = shuffled(prng, EDGES);
      prices.forEach((price, index) => {
        enter(bench, price, index + 1);
        expect(bench.levels(side)[0]![0]).toBe(prices.slice(0, index + 1).toSorted(order)[0]);
      });
      expect(bench.levels(side)).toEqual(best.map((price) => [price, 1, 1]));
    });

    test('should keep that order as they are canceled one by one', () => {
      const prng = new Prng(SEED);
      const bench = new CoreBench();
      enterAll(bench);
      const left = new Set(EDGES);
      for (const price of shuffled(prng, EDGES)) {
        const clOrdId = EDGES.indexOf(price) + 1;
        bench.apply({ cmd: codes.COMMAND_CANCEL, account: 1, clOrdId });
        left.delete(price);
        const prices = bench.levels(side).map((level) => level[0]);
        expect(prices).toEqual(best.filter((candidate) => left.has(candidate)));
      }
    });

    test('should be swept from the best to the worst', () => {
      const bench = new CoreBench();
      enterAll(bench);
      const market = { qty: EDGES.length, account: 2, type: codes.TYPE_MARKET, tif: codes.TIF_IOC };
      const events = side === codes.SIDE_BUY ? bench.sell(market) : bench.buy(market);
      const prices = events.flatMap((event) =>
        event.evt === codes.EVENT_TRADE ? [event.price] : [],
      );
      expect(prices).toEqual(best);
      expect(bench.levels(side)).toEqual([]);
    });
  },
);

interface Resting {
  orderId: number;
  price: number;
}

/** The obvious book: two sorted lists of orders for one lot each. */
class PlainBook {
  bids: Resting[] = [];
  asks: Resting[] = [];

  /** A limit order for one lot; says whom it traded with. */
  enter(side: number, orderId: number, price: number): Resting | undefined {
    const isBuy = side === codes.SIDE_BUY;
    const opposite = isBuy ? this.asks : this.bids;
    const best = opposite[0];
    if (best && (isBuy ? best.price <= price : best.price >= price)) return opposite.shift();
    const own = isBuy ? this.bids : this.asks;
    const behind = own.findIndex((o) => (isBuy ? o.price < price : o.price > price));
    own.splice(behind < 0 ? own.length : behind, 0, { orderId, price });
    return undefined;
  }
}

test('R3.1 should keep an exact book while the market swings by half and back', () => {
  const prng = new Prng(SEED);
  const bench = new CoreBench({ orders: 4000, pages: 4000 });
  const plain = new PlainBook();
  const down = Array.from({ length: 50 }, (_, step) => 1_000_000 - step * 10_000);
  let orderId = 0;
  for (const middle of [...down, ...down.toReversed(), ...down, ...down.toReversed()]) {
    for (let i = 0; i < 40; i++) {
      orderId += 1;
      const side = prng.pick([codes.SIDE_BUY, codes.SIDE_SELL]);
      const away = prng.between(-200, 9000) * (side === codes.SIDE_BUY ? -1 : 1);
      const terms = { price: middle + away, qty: 1, stp: codes.STP_NONE };
      const events = side === codes.SIDE_BUY ? bench.buy(terms) : bench.sell(terms);
      const traded = events.flatMap((e) =>
        e.evt === codes.EVENT_TRADE ? [e.resting.orderId] : [],
      );
      const expected = plain.enter(side, orderId, terms.price);
      expect(traded).toEqual(expected === undefined ? [] : [expected.orderId]);
    }
    expectSame(bench, codes.SIDE_BUY, plain.bids);
    expectSame(bench, codes.SIDE_SELL, plain.asks);
  }
  expect(orderId).toBe(8000);
  expect(plain.bids.length + plain.asks.length).toBeGreaterThan(100);
  bench.apply({ cmd: codes.COMMAND_MASS_CANCEL, account: 1 });
  expect([bench.levels(codes.SIDE_BUY), bench.levels(codes.SIDE_SELL)]).toEqual([[], []]);
});

function expectSame(bench: CoreBench, side: number, expected: readonly Resting[]): void {
  const orders = bench.orders(side).map(({ orderId, price }) => ({ orderId, price }));
  expect(orders).toEqual(expected);
}
