// A small MEWL workload and what must come of it, from a matcher of plain arrays.

import { Prng } from '../src/base/prng.ts';
import type { MewlExpected } from '../src/sim/replay-mewl.ts';

interface Resting {
  id: number;
  side: number;
  price: number;
  qty: number;
}

class PlainBook {
  live: Resting[] = [];
  trades = 0;
  tradedQty = 0;
  tradeHash = 0x811c9dc5;

  /** Matches, and rests what is left unless it is an ioc. */
  enter(order: Resting, isIoc: boolean): void {
    const sign = order.side === 0 ? 1 : -1;
    while (order.qty > 0) {
      const makers = this.live.filter((one) => one.side !== order.side);
      const best = makers.reduce<Resting | undefined>(
        (top, one) => (top === undefined || sign * (one.price - top.price) < 0 ? one : top),
        undefined,
      );
      if (best === undefined || sign * (best.price - order.price) > 0) break;
      const qty = Math.min(order.qty, best.qty);
      for (const word of [order.id, best.id, best.price, qty]) {
        this.tradeHash = Math.imul(this.tradeHash ^ word, 0x01000193) >>> 0;
      }
      this.trades += 1;
      this.tradedQty += qty;
      order.qty -= qty;
      best.qty -= qty;
      if (best.qty === 0) this.live.splice(this.live.indexOf(best), 1);
    }
    if (order.qty > 0 && !isIoc) this.live.push(order);
  }

  bookHash(): number {
    const bids = this.live.filter(({ side }) => side === 0).sort((a, b) => b.price - a.price);
    const asks = this.live.filter(({ side }) => side === 1).sort((a, b) => a.price - b.price);
    let hash = 0x811c9dc5;
    for (const { id, price, qty } of [...bids, ...asks]) {
      for (const word of [id, price, qty]) hash = Math.imul(hash ^ word, 0x01000193) >>> 0;
    }
    return hash;
  }
}

export interface Workload {
  bytes: Buffer;
  expected: MewlExpected;
  /** The text of FILE.expected.json. */
  expectedText: string;
}

/** `count` records around a price of 1000, with all four types. */
export function mewlWorkload(seed: number, count: number): Workload {
  const random = new Prng(seed);
  const book = new PlainBook();
  const bytes = Buffer.alloc(64 + 24 * count);
  let lastId = 0;
  for (let record = 0; record < count; record++) {
    const pick = random.below(100);
    const live = book.live.length > 20 ? random.pick(book.live) : undefined;
    const type = live === undefined || pick < 55 ? 0 : pick < 80 ? 1 : pick < 90 ? 2 : 3;
    const named = type === 1 || type === 2 ? live : undefined;
    if (named === undefined) lastId += 1;
    const side = named?.side ?? random.below(2);
    const price = type === 1 ? 0 : 1000 + (side === 0 ? 2 : -2) + random.between(-9, 9);
    const qty = type === 1 ? 0 : (named?.qty ?? 0) + random.between(1, 100);
    const id = named?.id ?? lastId;
    const at = 64 + 24 * record;
    bytes[at] = type;
    bytes[at + 1] = side;
    [qty, price, id, record].forEach((word, i) => {
      bytes.writeUInt32LE(word, at + 4 + 4 * i);
    });
    if (named !== undefined) book.live.splice(book.live.indexOf(named), 1);
    if (type !== 1) book.enter({ id, side, price, qty }, type === 3);
  }
  bytes.write('MEWL0001', 0, 'latin1');
  [1, 24, count, 20].forEach((word, i) => {
    bytes.writeUInt32LE(word, 8 + 4 * i);
  });
  [lastId, 980, 1020].forEach((word, i) => {
    bytes.writeUInt32LE(word, 32 + 4 * i);
  });
  const { trades, tradedQty, tradeHash } = book;
  const expected = { trades, tradedQty, tradeHash, bookHash: book.bookHash() };
  const { bookHash, ...rest } = expected;
  return { bytes, expected, expectedText: JSON.stringify({ ...rest, final: { bookHash } }) };
}
