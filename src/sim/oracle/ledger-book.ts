// One instrument of the ledger (ledger.ts).

import * as codes from '../../core/codes.ts';
import type { Subject } from './subject.ts';

/** An order that is alive, as far as the events told. */
export interface Entry {
  readonly orderId: number;
  readonly account: number;
  readonly instrument: number;
  readonly side: number;
  clOrdId: number;
  price: number;
  /** 0 unless it waits. */
  stopPrice: number;
  /** 0 = no iceberg. */
  displayQty: number;
  total: number;
  filled: number;
  canceled: number;
  /** While it rests: what shows. */
  shown: number;
  /** Counts up whenever an order goes to the back of a level. */
  place: number;
  state: 'acting' | 'resting' | 'waiting';
}

/** An invariant that does not hold. */
export class Broken extends Error {}

export function orFail(holds: boolean, what: string): void {
  if (!holds) throw new Broken(what);
}

export function leavesOf({ total, filled, canceled }: Entry): number {
  return total - filled - canceled;
}

/** R3.7. */
export function tranche(entry: Entry): number {
  const leaves = leavesOf(entry);
  return entry.displayQty === 0 ? leaves : Math.min(entry.displayQty, leaves);
}

export class LedgerBook {
  phase: number = codes.PHASE_CONTINUOUS;
  trades = 0;
  /** What rests, by SIDE_*. */
  readonly sides: readonly Set<Entry>[] = [new Set(), new Set()];

  /** The order that trades first. */
  head(side: number): Entry | undefined {
    let head: Entry | undefined;
    for (const entry of this.sides[side]!) {
      if (head === undefined || isBefore(entry, head)) head = entry;
    }
    return head;
  }

  /** How the subject's book differs from this one, if it does. */
  compare(instrument: number, subject: Subject): string | undefined {
    if (this.phase === codes.PHASE_CONTINUOUS) {
      const bid = subject.depth(instrument, codes.SIDE_BUY, 1)[0]?.[0] ?? 0;
      const ask = subject.depth(instrument, codes.SIDE_SELL, 1)[0]?.[0] ?? Infinity;
      if (bid >= ask) return `crossed: ${bid} ${ask}`;
    }
    for (const side of [codes.SIDE_BUY, codes.SIDE_SELL]) {
      const what = this.compareSide(instrument, side, subject);
      if (what !== undefined) return `${codes.SIDE_NAMES[side]}: ${what}`;
    }
    return undefined;
  }

  private compareSide(instrument: number, side: number, subject: Subject): string | undefined {
    const entries = new Map<number, Entry>();
    for (const entry of this.sides[side]!) entries.set(entry.orderId, entry);
    const levels = subject.depth(instrument, side, 2 ** 31 - 1);
    const orders = subject.restingOrders(instrument, side);
    if (orders.length !== entries.size) return `${orders.length} orders, not ${entries.size}`;
    let level = -1;
    let qty = 0;
    let count = 0;
    let before: Entry | undefined;
    for (const { orderId, price, leaves, displayed } of orders) {
      const entry = entries.get(orderId);
      if (entry === undefined) return `order ${orderId} does not rest`;
      if (leaves !== leavesOf(entry)) return `order ${orderId} has ${leaves}`;
      if (displayed !== entry.shown) return `order ${orderId} shows ${displayed}`;
      if (price !== entry.price) return `order ${orderId} at ${price}`;
      if (before !== undefined && !isBefore(before, entry)) return `order ${orderId} is too late`;
      if (before?.price !== price) {
        const last = levels[level];
        if (last !== undefined && (last[1] !== qty || last[2] !== count)) return `level ${last}`;
        level++;
        qty = 0;
        count = 0;
        if (levels[level]?.[0] !== price) return `level ${levels[level]}, not ${price}`;
      }
      qty += displayed;
      count++;
      before = entry;
    }
    const last = levels[level];
    if (last !== undefined && (last[1] !== qty || last[2] !== count)) return `level ${last}`;
    return levels.length === level + 1 ? undefined : `level ${levels[level + 1]} has no order`;
  }
}

/** R3.1, price and then time. */
function isBefore(a: Entry, b: Entry): boolean {
  if (a.price !== b.price) return a.side === codes.SIDE_BUY ? a.price > b.price : a.price < b.price;
  return a.place < b.place;
}
