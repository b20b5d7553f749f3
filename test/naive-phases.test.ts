// The oracle itself, by hand: phases, auctions, bands, timetables, the kill switch.

import { beforeEach, describe, expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import * as codes from '../src/core/codes.ts';
import type { NewOrder } from '../src/core/plain.ts';
import { auctionOf } from '../src/sim/oracle/naive-auction.ts';
import type { NaiveOrder } from '../src/sim/oracle/naive-state.ts';
import {
  apply,
  begin,
  cancel,
  changePhase,
  queue,
  replace,
  send,
  theEngine,
  tick,
} from './naive-kit.ts';

const [A, X, Y, Z] = [1, 24, 25, 26];
const { SIDE_BUY: BUY, SIDE_SELL: SELL, TIF_FOK, TYPE_MARKET, TYPE_STOP } = codes;
const { PHASE_PRE_OPEN, PHASE_AUCTION, PHASE_CONTINUOUS, PHASE_HALTED, PHASE_CLOSED } = codes;

beforeEach(() => begin());

function stop(account: number, side: number, stopPrice: number, terms: Partial<NewOrder> = {}) {
  return send(account, side, 1, 0, { type: TYPE_STOP, stopPrice, ...terms });
}

/** A trade at a price between two other accounts. */
function print(price: number): string[] {
  send(8, SELL, 1, price);
  return send(9, BUY, 1, price);
}

describe('R6 what each phase accepts', () => {
  test.each([
    [PHASE_PRE_OPEN, ['new', 'phase', 'phase', 'phase', 'new', 'replaced', 'canceled']],
    [PHASE_AUCTION, ['new', 'phase', 'phase', 'phase', 'new', 'replaced', 'canceled']],
    [PHASE_HALTED, ['phase', 'phase', 'phase', 'phase', 'phase', 'phase', 'canceled']],
    [PHASE_CLOSED, ['phase', 'phase', 'phase', 'phase', 'phase', 'phase', 'canceled']],
  ])('%i', (phase, expected) => {
    send(A, BUY, 5, 100, { postOnly: true });
    send(X, SELL, 5, 101);
    changePhase(phase);
    const answers = [
      send(Y, BUY, 1, 101),
      send(Y, BUY, 1, 0, { type: TYPE_MARKET }),
      send(Y, BUY, 1, 100, { tif: codes.TIF_IOC }),
      send(Y, BUY, 1, 100, { postOnly: true }),
      stop(Y, BUY, 120),
      replace(A, 1, { price: 102 }),
      cancel(A, phase === PHASE_PRE_OPEN || phase === PHASE_AUCTION ? 8 : 1),
    ];
    const first = answers.map(([text]) => /^(?:rejected )?(\w+)/.exec(text!)![1]);
    expect(first).toEqual(expected);
  });
});

describe('R6.2, R6.3, R6.5 auctions', () => {
  /** Orders as [account, side, qty, price]; what the auction prints when it ends. */
  function uncross(orders: readonly (readonly [number, number, number, number])[]): string[] {
    changePhase(PHASE_AUCTION);
    for (const order of orders) send(...order);
    return changePhase(PHASE_CONTINUOUS).slice(1);
  }

  test.each([
    ['the volume decides', [X, BUY, 5, 102], [X, BUY, 5, 101], [Y, SELL, 9, 101], 101],
    ['a buy surplus: the highest', [X, BUY, 9, 105], [Y, SELL, 4, 101], [Y, SELL, 1, 90], 105],
    ['a sell surplus: the lowest', [X, BUY, 4, 105], [Y, SELL, 9, 101], [Y, SELL, 9, 109], 101],
    ['no surplus: the middle, down', [X, BUY, 4, 106], [Y, SELL, 4, 101], [Y, SELL, 1, 109], 103],
  ] as const)('%s', (_, first, second, third, price) => {
    const trades = uncross([first, second, third]);
    expect(trades.length).toBeGreaterThan(0);
    for (const trade of trades) expect(trade).toMatch(new RegExp(`^trade \\d+@${price} `));
  });

  test('should clamp the last price, or the reference price, into the range', () => {
    for (const [referencePrice, price] of [
      [50, 101],
      [104, 104],
      [200, 106],
    ] as const) {
      begin({}, { referencePrice });
      const [trade] = uncross([
        [X, BUY, 4, 106],
        [Y, SELL, 4, 101],
      ]);
      expect(trade).toContain(`@${price} `);
      const [next] = uncross([
        [X, BUY, 4, 300],
        [Y, SELL, 4, 1],
      ]);
      expect(next).toContain(`@${price} `);
    }
  });

  test('should clamp too where a run of buy surplus meets one of sell surplus', () => {
    begin({}, { referencePrice: 100 });
    const orders = [
      [X, BUY, 1, 100],
      [Y, BUY, 4, 103],
      [X, SELL, 4, 98],
      [Y, SELL, 1, 101],
    ] as const;
    expect(uncross(orders)).toEqual(['trade 4@100 c2 0 with c3 0']);
  });

  test('should pair heads, icebergs whole, and show a new tranche after the trades', () => {
    changePhase(PHASE_PRE_OPEN);
    send(X, BUY, 10, 100, { displayQty: 2 });
    send(Y, BUY, 1, 100);
    send(X, SELL, 4, 99);
    expect(send(Z, SELL, 2, 100)).toEqual(['new c4 2', 'indicative 6@100 5']);
    expect(changePhase(PHASE_CONTINUOUS)).toEqual([
      'phase continuous',
      'trade 4@100 c1 6 with c3 0',
      'trade 2@100 c1 4 with c4 0',
      'refreshed c1 4 showing 2',
    ]);
    expect(queue(BUY)).toEqual(['c2@100', 'c1@100']);
  });

  test('should tell an indicative when it changes, and forget it on entry', () => {
    changePhase(PHASE_AUCTION);
    expect(send(X, BUY, 5, 100)).toEqual(['new c1 5']);
    expect(send(Y, SELL, 3, 100)).toEqual(['new c2 3', 'indicative 3@100 2']);
    expect(send(Y, SELL, 3, 101)).toEqual(['new c3 3']);
    expect(changePhase(PHASE_PRE_OPEN)).toEqual(['phase pre_open', 'indicative 3@100 2']);
    expect(cancel(Y, 2)).toEqual(['canceled c2 3 user', 'indicative 0@0 0']);
    expect(changePhase(PHASE_AUCTION)).toEqual(['phase auction']);
    expect(changePhase(PHASE_AUCTION)).toEqual(['done']);
  });
});

describe('R6.2 every whole tick is a candidate', () => {
  const HIGHEST = 24;

  function orders(random: Prng, count: number, bestFirst: 1 | -1): NaiveOrder[] {
    const made = Array.from({ length: count }, () => ({
      price: random.between(2, HIGHEST - 2),
      total: random.between(1, 4),
      filled: 0,
      canceled: 0,
    }));
    return made.sort((a, b) => bestFirst * (a.price - b.price)) as NaiveOrder[];
  }

  /** R6.2 word by word, tick by tick. */
  function byEveryTick(buys: NaiveOrder[], sells: NaiveOrder[], reference: number): number {
    const lots = (list: NaiveOrder[]) => list.reduce((sum, { total }) => sum + total, 0);
    const ticks = Array.from({ length: HIGHEST }, (_, i) => i + 1).map((price) => {
      const bought = lots(buys.filter((order) => order.price >= price));
      const sold = lots(sells.filter((order) => order.price <= price));
      return { price, volume: Math.min(bought, sold), surplus: bought - sold };
    });
    const most = Math.max(...ticks.map(({ volume }) => volume));
    if (most === 0) return 0;
    const best = ticks.filter(({ volume }) => volume === most);
    const least = Math.min(...best.map(({ surplus }) => Math.abs(surplus)));
    const range = best.filter(({ surplus }) => Math.abs(surplus) === least);
    const prices = range.map(({ price }) => price);
    if (range.every(({ surplus }) => surplus > 0)) return prices.at(-1)!;
    if (range.every(({ surplus }) => surplus < 0)) return prices[0]!;
    if (reference === 0) return Math.floor((prices[0]! + prices.at(-1)!) / 2);
    return Math.max(prices[0]!, Math.min(prices.at(-1)!, reference));
  }

  test.each([1, 2, 3])('and limits with their neighbours find the same (seed %i)', (seed) => {
    const random = new Prng(seed);
    let trading = 0;
    for (let i = 0; i < 1_000; i++) {
      const buys = orders(random, random.below(7), -1);
      const sells = orders(random, random.below(7), 1);
      const reference = random.below(HIGHEST);
      const { price } = auctionOf(buys, sells, reference);
      expect(price).toBe(byEveryTick(buys, sells, reference));
      if (price > 0) trading++;
    }
    expect(trading).toBeGreaterThan(300);
  });
});

describe('R6.6 … R6.9 bands and timetables', () => {
  const terms = { referencePrice: 100, priceBandBps: 200, haltNs: 10, auctionNs: 5 };

  beforeEach(() => begin({}, terms));

  test('should halt before the trade beyond the band, and keep the stops of those before', () => {
    send(X, SELL, 1, 102);
    send(X, SELL, 1, 105);
    stop(A, BUY, 102);
    expect(send(Y, BUY, 3, 110, { time: 7n })).toEqual([
      'new c4 3',
      'trade 1@102 c1 0 by c4 2',
      'canceled c4 2 price_band',
      'phase halted until 17',
    ]);
    expect(tick(16n)).toEqual(['done']);
    expect(tick(17n)).toEqual(['phase auction until 22']);
    expect(tick(99n)).toEqual([
      'phase continuous',
      'triggered c3 1',
      'canceled c3 1 price_band',
      'phase halted until 109',
    ]);
  });

  test('should set the reference by the first trade of a day, within its sweep too', () => {
    send(X, SELL, 1, 102);
    send(X, SELL, 1, 104);
    send(X, SELL, 1, 106);
    expect(send(Y, BUY, 2, 110)).toHaveLength(3);
    expect(send(Y, BUY, 1, 110, { tif: TIF_FOK })[1]).toBe('canceled c5 1 fok');
    changePhase(PHASE_CLOSED);
    changePhase(PHASE_CONTINUOUS);
    expect(send(Y, BUY, 1, 110)).toContain('canceled c6 1 price_band');
  });

  test('should set it by an auction that trades, for the same day', () => {
    changePhase(PHASE_CLOSED);
    changePhase(PHASE_PRE_OPEN);
    send(X, SELL, 1, 150);
    send(Y, BUY, 1, 150);
    changePhase(PHASE_CONTINUOUS);
    send(X, SELL, 1, 153);
    send(X, SELL, 1, 154);
    expect(send(Y, BUY, 1, 154)).toHaveLength(2);
    expect(send(Y, BUY, 1, 154)[1]).toBe('canceled c6 1 price_band');
  });

  test('should run all that is due before a command acts, rejected or not', () => {
    begin({}, { ...terms, haltNs: 0, auctionNs: 0 });
    send(X, SELL, 1, 110);
    stop(A, BUY, 101);
    print(101);
    expect(replace(A, 9, {})).toEqual([
      'phase auction',
      'phase continuous',
      'rejected unknown_order',
    ]);
  });

  test('should end with a phase command that changes the phase, and no other', () => {
    send(X, SELL, 1, 110);
    send(Y, BUY, 1, 110);
    expect(changePhase(PHASE_HALTED)).toEqual(['done']);
    expect(changePhase(PHASE_AUCTION, 10n)).toEqual(['phase auction until 15']);
    expect(changePhase(PHASE_PRE_OPEN, 11n)).toEqual(['phase pre_open']);
    expect(tick(99n)).toEqual(['done']);
  });

  test('should let stp come before the band', () => {
    send(A, SELL, 1, 110);
    const stp = codes.STP_CANCEL_RESTING;
    expect(send(A, BUY, 1, 110, { stp })).toEqual(['new c2 1', 'canceled c1 1 stp']);
  });
});

describe('the kill switch', () => {
  const cmd = codes.COMMAND_KILL;

  test('should cancel what an account has, stops too, and refuse it until lifted', () => {
    send(A, BUY, 1, 10);
    stop(A, BUY, 100);
    send(X, BUY, 1, 10);
    expect(apply({ cmd, account: A })).toEqual([
      'canceled c1 1 kill_switch',
      'canceled c2 1 kill_switch',
    ]);
    expect(send(A, BUY, 1, 10)).toEqual(['rejected risk_killed']);
    expect(send(A, BUY, 0, 10)).toEqual(['rejected invalid_qty']);
    expect(apply({ cmd, account: A })).toEqual(['done']);
    expect(apply({ cmd, account: A, lift: true })).toEqual(['done']);
    expect(send(A, BUY, 1, 10)).toEqual(['new c6 1']);
  });

  test('should cancel what a session entered, account by account', () => {
    send(X, BUY, 1, 10, { session: 7 });
    send(A, BUY, 1, 10, { session: 7 });
    send(A, BUY, 1, 10, { session: 8 });
    send(X, BUY, 1, 10, { session: 7 });
    expect(apply({ cmd, killedSession: 7 })).toEqual([
      'canceled c1 1 kill_switch',
      'canceled c4 1 kill_switch',
      'canceled c2 1 kill_switch',
    ]);
    expect(send(A, BUY, 1, 10, { session: 7 })).toEqual(['rejected risk_killed']);
    expect(replace(A, 3, { session: 7 })).toEqual(['rejected risk_killed']);
    expect(replace(A, 3, { session: 8, qty: 1 })).toEqual(['replaced c7 1 kept']);
    expect(theEngine().restingOrders(1, BUY)).toHaveLength(1);
  });
});
