// The hard cases: what is entered beforehand, the one command that is hard, and the lines of its
// events (hard-market.ts). Every case ends with an empty book.

import { Prng } from '../src/base/prng.ts';
import * as codes from '../src/core/codes.ts';
import { INT32_MAX, TRANCHES_MAX } from '../src/core/limits.ts';
import type { Command } from '../src/core/plain.ts';
import { type HardMarket, INSTRUMENT, order, tradeLine } from './hard-market.ts';

export interface HardCase {
  readonly name: string;
  readonly what: string;
  /** Enters what the hard command meets. */
  prepare(market: HardMarket): void;
  /** The hard command; `commands` were done before. */
  command(commands: number): Command;
  /** The lines of its events. */
  expected(): Iterator<string>;
}

const MAKER = 1;
const TAKER = 2;
const { SIDE_BUY, SIDE_SELL } = codes;
const { TYPE_MARKET, TYPE_STOP } = codes;
const SEED = 5;

/** Of a resting order, by the order of entry. */
type Prices = ArrayLike<number>;

/** One order takes `prices.length` orders of one lot that rest on a side. */
function sweep(name: string, what: string, restingSide: number, prices: Prices): HardCase {
  const count = prices.length;
  return {
    name,
    what,
    prepare(market) {
      for (let i = 0; i < count; i++) {
        market.enter({ account: MAKER, side: restingSide, qty: 1, price: prices[i]! });
      }
    },
    command: (commands) =>
      order({ account: TAKER, side: restingSide ^ 1, qty: count, type: TYPE_MARKET }, commands),
    *expected() {
      yield `new #${count + 1}=${count}`;
      let trades = 0;
      for (const i of queue(prices, restingSide)) {
        trades += 1;
        const aggressor = `#${count + 1}=${count - trades}`;
        yield ended(tradeLine(trades, 1, prices[i]!, `#${i + 1}=0`, aggressor), trades === count);
      }
    },
  };
}

/** Resting orders in the order in which they trade. */
function queue(prices: Prices, side: number): Int32Array {
  const worse = side === SIDE_SELL ? 1 : -1;
  const places = Int32Array.from({ length: prices.length }, (_, i) => i);
  return places.sort((a, b) => worse * (prices[a]! - prices[b]!) || a - b);
}

/** Each stop's trade, one tick higher, triggers the next stop. */
function chain(count: number): HardCase {
  const first = 10_000;
  // Entered in no order, so that only their prices make them a chain.
  const links = shuffled(count, (i) => i);
  const firstStop = count + 2;
  const aggressor = firstStop + count;
  const buy = { account: TAKER, side: SIDE_BUY, qty: 1 };
  return {
    name: 'stops',
    what: `${count} stops, each triggering the next`,
    prepare(market) {
      for (let i = 0; i <= count; i++) {
        market.enter({ account: MAKER, side: SIDE_SELL, qty: 1, price: first + i });
      }
      for (const link of links) market.enter({ ...buy, type: TYPE_STOP, stopPrice: first + link });
    },
    command: (commands) => order({ ...buy, type: TYPE_MARKET }, commands),
    *expected() {
      const stopOf = new Int32Array(count);
      links.forEach((link, i) => {
        stopOf[link] = firstStop + i;
      });
      yield `new #${aggressor}=1`;
      yield tradeLine(1, 1, first, '#1=0', `#${aggressor}=0`);
      for (let i = 0; i < count; i++) {
        yield `triggered #${stopOf[i]}=1`;
        const line = tradeLine(i + 2, 1, first + i + 1, `#${i + 2}=0`, `#${stopOf[i]}=0`);
        yield ended(line, i === count - 1);
      }
    },
  };
}

/** One order takes icebergs of the most tranches allowed, which queue at one price. */
function icebergs(count: number): HardCase {
  const [price, displayQty] = [10_000, 3];
  const qty = TRANCHES_MAX * displayQty;
  return {
    name: 'icebergs',
    what: `${count} icebergs of ${TRANCHES_MAX} tranches on one level, swept by one order`,
    prepare(market) {
      for (let i = 0; i < count; i++) {
        market.enter({ account: MAKER, side: SIDE_SELL, qty, price, displayQty });
      }
    },
    command: (commands) =>
      order({ account: TAKER, side: SIDE_BUY, qty: count * qty, price }, commands),
    *expected() {
      yield `new #${count + 1}=${count * qty}`;
      for (let trade = 1; trade <= count * TRANCHES_MAX; trade++) {
        const resting = ((trade - 1) % count) + 1;
        const leaves = qty - Math.ceil(trade / count) * displayQty;
        const order = `#${resting}=${leaves}`;
        const aggressor = `#${count + 1}=${count * qty - trade * displayQty}`;
        const line = tradeLine(trade, displayQty, price, order, aggressor);
        yield ended(line, trade === count * TRANCHES_MAX);
        if (leaves > 0) yield `refreshed ${order} shows ${displayQty}`;
      }
    },
  };
}

/** All orders of an account, on both sides, canceled at once. */
function massCancel(count: number): HardCase {
  const qtyOf = (i: number) => (i % 7) + 1;
  return {
    name: 'massCancel',
    what: `${count} resting orders of one account mass-canceled`,
    prepare(market) {
      for (let i = 0; i < count; i++) {
        const side = i & 1;
        const price = 10_000 + (i % 997) + side * 1_000;
        market.enter({ account: MAKER, side, qty: qtyOf(i), price });
      }
    },
    command: () => ({ cmd: codes.COMMAND_MASS_CANCEL, account: MAKER }),
    *expected() {
      for (let i = 0; i < count; i++) {
        yield ended(`canceled #${i + 1}=${qtyOf(i)} mass_cancel`, i === count - 1);
      }
    },
  };
}

/** An auction in which every order trades. */
function uncross(pairs: number): HardCase {
  const bids = Int32Array.from({ length: pairs }, (_, i) => 10_000 + ((i * 13) % 50));
  const asks = Int32Array.from({ length: pairs }, (_, i) => 9_950 + ((i * 17) % 50));
  return {
    name: 'uncross',
    what: `an auction of ${pairs} buys and as many sells, all crossed`,
    prepare(market) {
      market.send(phase(codes.PHASE_AUCTION));
      for (let i = 0; i < pairs; i++) {
        market.enter({ account: MAKER, side: SIDE_BUY, qty: 1, price: bids[i]! });
        market.enter({ account: TAKER, side: SIDE_SELL, qty: 1, price: asks[i]! });
      }
    },
    command: () => phase(codes.PHASE_CONTINUOUS),
    *expected() {
      const buys = queue(bids, SIDE_BUY);
      const sells = queue(asks, SIDE_SELL);
      yield 'phase continuous';
      for (let i = 0; i < pairs; i++) {
        const buyer = `#${2 * buys[i]! + 1}=0`;
        const seller = `#${2 * sells[i]! + 2}=0`;
        // Everything trades at 9,999 and at 10,000 alike: the middle, rounded down.
        yield ended(tradeLine(i + 1, 1, 9_999, buyer, seller), i === pairs - 1);
      }
    },
  };
}

function phase(to: number): Command {
  return { cmd: codes.COMMAND_PHASE, instrument: INSTRUMENT, phase: to };
}

/** The numbers 0 … count-1, each made a value, in an order that the seed gives. */
function shuffled(count: number, value: (i: number) => number): Int32Array {
  const random = new Prng(SEED);
  const values = Int32Array.from({ length: count }, (_, i) => value(i));
  for (let i = count - 1; i > 0; i--) {
    const other = random.below(i + 1);
    [values[i], values[other]] = [values[other]!, values[i]!];
  }
  return values;
}

function ended(line: string, isLast: boolean): string {
  return isLast ? `${line} end` : line;
}

/** All cases; `part` of their sizes, 0 … 1. */
export function hardCases(part: number): HardCase[] {
  const million = Math.ceil(1_000_000 * part);
  const levels = Math.ceil(100_000 * part);
  const half = Math.ceil(levels / 2);
  const many = Int32Array.from({ length: million }, (_, i) => 10_000 + ((i * 7_919) % 1_000));
  // A page of 64 ticks for each level: as wide a book as there can be.
  const wide = shuffled(levels, (i) => 1_000 + i * 89);
  const ends = shuffled(2 * half, (i) => (i < half ? 1 + i : INT32_MAX - (i - half)));
  const swept = `${levels} price levels`;
  const far = `${2 * half} price levels at both ends of int32`;
  return [
    sweep('sweep', `${million} orders of one lot swept by one`, SIDE_SELL, many),
    chain(levels),
    sweep('levels.asks', `${swept} of asks, swept by one order`, SIDE_SELL, wide),
    sweep('levels.bids', `${swept} of bids, swept by one order`, SIDE_BUY, wide),
    sweep('ends.asks', `${far} of asks, swept by one order`, SIDE_SELL, ends),
    sweep('ends.bids', `${far} of bids, swept by one order`, SIDE_BUY, ends),
    icebergs(Math.ceil(100 * part)),
    massCancel(million),
    uncross(Math.ceil(million / 2)),
  ];
}
