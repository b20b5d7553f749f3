// What the naive engine (naive-book.ts) remembers: instruments, resting orders, accounts. Nothing
// is kept twice: whatever can be found by looking at all orders is found that way.
//
// Invariants: `buys` and `sells` of a book are in the order in which their orders would trade: best
// price first, and at one price the order that has been there longest first.

import { SIDE_BUY, SIDE_SELL } from '../core/codes.ts';
import type { Limits } from '../core/limits.ts';

/** A live order. */
export interface NaiveOrder {
  readonly orderId: number;
  readonly account: number;
  /** Session that entered it. */
  readonly owner: number;
  clOrdId: number;
  readonly instrument: number;
  readonly side: number;
  readonly type: number;
  readonly tif: number;
  readonly postOnly: boolean;
  readonly stp: number;
  /** Ticks; 0 for a market order. */
  price: number;
  /** Lots, filled and canceled parts included. */
  total: number;
  filled: number;
  canceled: number;
}

/** One price of a book: ticks, lots, number of orders. */
export type NaiveLevel = [price: number, qty: number, orders: number];

interface Book {
  trades: number;
  readonly buys: NaiveOrder[];
  readonly sells: NaiveOrder[];
}

/** R2.4. */
export function leavesOf(order: NaiveOrder): number {
  return order.total - order.filled - order.canceled;
}

/** True when a limit (0: any price) reaches a price of the other side. */
export function reaches({ side, price }: { side: number; price: number }, other: number): boolean {
  if (price === 0) return true;
  return side === SIDE_BUY ? price >= other : price <= other;
}

/** The books and accounts, and the questions that can be asked about them. */
export class NaiveState {
  protected readonly limits: Limits;
  protected readonly books = new Map<number, Book>();
  /** The highest clOrdId of every account that ever used one up. */
  protected readonly highestIds = new Map<number, number>();

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** True when the instrument is defined. */
  hasInstrument(instrument: number): boolean {
    return this.books.has(instrument);
  }

  /** The price levels of a side of a defined instrument, best first. */
  book(instrument: number, side: number): NaiveLevel[] {
    const levels: NaiveLevel[] = [];
    for (const order of this.restingOrders(instrument, side)) {
      const last = levels.at(-1);
      if (last !== undefined && last[0] === order.price) {
        last[1] += leavesOf(order);
        last[2]++;
      } else {
        levels.push([order.price, leavesOf(order), 1]);
      }
    }
    return levels;
  }

  /** The resting orders of a side of a defined instrument, in the order they would trade. */
  restingOrders(instrument: number, side: number): readonly NaiveOrder[] {
    return this.sideOf(instrument, side);
  }

  /** R3.1: behind every order of the same or a better price. */
  protected rest(order: NaiveOrder): void {
    const queue = this.sideOf(order.instrument, order.side);
    let place = queue.length;
    while (place > 0 && isBetter(order, queue[place - 1]!)) place--;
    queue.splice(place, 0, order);
  }

  /** Takes an order out of its queue; an order that never rested is in none. */
  protected takeOut(order: NaiveOrder): void {
    const queue = this.sideOf(order.instrument, order.side);
    const place = queue.indexOf(order);
    if (place >= 0) queue.splice(place, 1);
  }

  protected wouldTrade(instrument: number, side: number, price: number): boolean {
    const best = this.opposite(instrument, side)[0];
    return best !== undefined && reaches({ side, price }, best.price);
  }

  protected opposite(instrument: number, side: number): readonly NaiveOrder[] {
    return this.sideOf(instrument, side === SIDE_BUY ? SIDE_SELL : SIDE_BUY);
  }

  private sideOf(instrument: number, side: number): NaiveOrder[] {
    const book = this.books.get(instrument)!;
    return side === SIDE_BUY ? book.buys : book.sells;
  }

  protected allResting(): NaiveOrder[] {
    const all: NaiveOrder[] = [];
    for (const { buys, sells } of this.books.values()) all.push(...buys, ...sells);
    return all;
  }

  protected restingCount(): number {
    let count = 0;
    for (const { buys, sells } of this.books.values()) count += buys.length + sells.length;
    return count;
  }

  /** R4.1: the live order that now has this id. */
  protected find(account: number, clOrdId: number): NaiveOrder | undefined {
    const hasId = (order: NaiveOrder) => order.clOrdId === clOrdId && order.account === account;
    for (const { buys, sells } of this.books.values()) {
      const order = buys.find(hasId) ?? sells.find(hasId);
      if (order !== undefined) return order;
    }
    return undefined;
  }

  protected highestIdOf(account: number): number {
    return this.highestIds.get(account) ?? 0;
  }

  protected accountHasRoom(account: number): boolean {
    return this.highestIds.has(account) || this.highestIds.size < this.limits.accounts;
  }

  /**
   * R2.2: an id is used up, accepted or refused, unless there is no room to remember it. One that
   * is not above the highest changes nothing (R8), so a 0 does not make its account known.
   */
  protected rememberId(account: number, clOrdId: number): void {
    if (clOrdId <= this.highestIdOf(account) || !this.accountHasRoom(account)) return;
    this.highestIds.set(account, clOrdId);
  }

  /**
   * Limit `pages`: 64 ticks of one side of one instrument are one page, in use while an order rests
   * in it.
   */
  protected pageHasRoom(instrument: number, side: number, price: number): boolean {
    // Every page in use holds an order, so with fewer orders than that there is no need to count.
    if (this.restingCount() < this.limits.pages) return true;
    const inUse = new Set(this.allResting().map(pageOf));
    return inUse.size < this.limits.pages || inUse.has(pageOf({ instrument, side, price }));
  }
}

function isBetter(order: NaiveOrder, than: NaiveOrder): boolean {
  return order.side === SIDE_BUY ? order.price > than.price : order.price < than.price;
}

function pageOf(at: { instrument: number; side: number; price: number }): string {
  const key = at.side === SIDE_BUY ? at.price ^ 0x7fffffff : at.price;
  return `${at.instrument} ${at.side} ${Math.floor(key / 64)}`;
}
