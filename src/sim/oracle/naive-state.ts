// What the naive engine (naive-book.ts) remembers: instruments, orders, accounts. Nothing that can
// be found by looking is kept, save for an account's own list of its orders.
//
// Invariants: `buys` and `sells` of a book are in the order in which their orders would trade: best
// price first, and at one price the order that has been there longest first. An order is in its
// account's list from its entry to its end, and in at most one list of its book.

import { SIDE_BUY, TIF_DAY, TIF_GTC, TYPE_STOP, TYPE_STOP_LIMIT } from '../../core/codes.ts';
import type { Limits } from '../../core/limits.ts';
import type { Indicative } from './naive-auction.ts';

/** A live order. */
export interface NaiveOrder {
  readonly orderId: number;
  readonly account: number;
  /** Session that entered it. */
  readonly owner: number;
  clOrdId: number;
  readonly instrument: number;
  readonly side: number;
  /** Of a stop that was triggered: what it has become. */
  type: number;
  readonly tif: number;
  readonly postOnly: boolean;
  readonly stp: number;
  /** Ticks; 0 when there is none. */
  price: number;
  /** Ticks; 0 when it is no stop, or a triggered one. */
  stopPrice: number;
  /** Lots; 0 when it is no iceberg. */
  displayQty: number;
  /** Lots that show while it rests. */
  shown: number;
  /** Lots, filled and canceled parts included. */
  total: number;
  filled: number;
  canceled: number;
  /** Of a stop: counts up with every stop that enters. */
  entry: number;
  at: Place;
}

/** Which list of its book an order is in: none, buys or sells, stops, queue. */
export type Place = 'nowhere' | 'side' | 'stops' | 'queue';

/** One price of a book: ticks, displayed lots, number of orders. */
export type NaiveLevel = [price: number, qty: number, orders: number];

/** A change of phase to come. */
export interface Transition {
  readonly dueNs: bigint;
  readonly phase: number;
}

export interface NaiveBook {
  readonly instrument: number;
  /** Ticks, 0 = none. */
  readonly referencePrice: number;
  /** 0 = none. */
  readonly priceBandBps: number;
  readonly haltNs: bigint;
  readonly auctionNs: bigint;
  phase: number;
  /** The transitions to come, earliest first. */
  timetable: Transition[];
  trades: number;
  /** Ticks, 0 = no trade yet. */
  lastPrice: number;
  /** Ticks, 0 = none. */
  bandReference: number;
  tradedToday: boolean;
  readonly buys: NaiveOrder[];
  readonly sells: NaiveOrder[];
  /** Stops that wait for a trade, in the order of their entry. */
  readonly stops: NaiveOrder[];
  /** The activation queue: stops that a trade has activated. */
  readonly queue: NaiveOrder[];
  published: Indicative;
  /** True when a command's events may have changed what an auction would do. */
  isTouched: boolean;
}

interface NaiveAccount {
  /** The highest clOrdId that it has used up. */
  highestId: number;
  /** Its live orders, oldest first. */
  readonly orders: NaiveOrder[];
}

/** R2.4. */
export function leavesOf(order: NaiveOrder): number {
  return order.total - order.filled - order.canceled;
}

/** R5.5: a stop that has not been triggered, be it in the activation queue or not. */
export function isWaitingStop({ type }: { type: number }): boolean {
  return type === TYPE_STOP || type === TYPE_STOP_LIMIT;
}

/** R3.7. */
export function trancheOf(order: NaiveOrder): number {
  const leaves = leavesOf(order);
  return order.displayQty === 0 ? leaves : Math.min(order.displayQty, leaves);
}

/** True when a limit (0: any price) reaches a price of the other side. */
export function reaches({ side, price }: { side: number; price: number }, other: number): boolean {
  if (price === 0) return true;
  return side === SIDE_BUY ? price >= other : price <= other;
}

/** The books and accounts, and the questions that can be asked about them. */
export class NaiveState {
  protected readonly limits: Limits;
  /** In the order of definition. */
  protected readonly books = new Map<number, NaiveBook>();
  /** Every account that ever used up a clOrdId or was killed, in the order of their first time. */
  protected readonly accounts = new Map<number, NaiveAccount>();
  protected readonly killedAccounts = new Set<number>();
  protected readonly killedSessions = new Set<number>();

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
        last[1] += order.shown;
        last[2]++;
      } else {
        levels.push([order.price, order.shown, 1]);
      }
    }
    return levels;
  }

  /** The resting orders of a side of a defined instrument, in the order they would trade. */
  restingOrders(instrument: number, side: number): readonly NaiveOrder[] {
    return sideOf(this.books.get(instrument)!, side);
  }

  /** R3.1: behind every order of the same or a better price, and with a fresh tranche. */
  protected rest(order: NaiveOrder): void {
    const queue = sideOf(this.bookOf(order), order.side);
    let place = queue.length;
    while (place > 0 && isBetter(order, queue[place - 1]!)) place--;
    queue.splice(place, 0, order);
    order.at = 'side';
    order.shown = trancheOf(order);
  }

  /** Takes an order out of whatever list of its book it is in. */
  protected takeOut(order: NaiveOrder): void {
    const book = this.bookOf(order);
    if (order.at === 'side') remove(sideOf(book, order.side), order);
    if (order.at === 'stops') remove(book.stops, order);
    if (order.at === 'queue') remove(book.queue, order);
    order.at = 'nowhere';
  }

  /** The end of an order. */
  protected forget(order: NaiveOrder): void {
    this.takeOut(order);
    remove(this.accounts.get(order.account)!.orders, order);
  }

  protected bookOf({ instrument }: NaiveOrder): NaiveBook {
    return this.books.get(instrument)!;
  }

  protected wouldTrade(instrument: number, side: number, price: number): boolean {
    const best = this.opposite(instrument, side)[0];
    return best !== undefined && reaches({ side, price }, best.price);
  }

  protected opposite(instrument: number, side: number): readonly NaiveOrder[] {
    const book = this.books.get(instrument)!;
    return side === SIDE_BUY ? book.sells : book.buys;
  }

  /** By orderId. */
  protected ordersOf(account: number): readonly NaiveOrder[] {
    return this.accounts.get(account)?.orders ?? [];
  }

  /** R4.1: the live order that now has this id. */
  protected find(account: number, clOrdId: number): NaiveOrder | undefined {
    return this.ordersOf(account).find((order) => order.clOrdId === clOrdId);
  }

  protected highestIdOf(account: number): number {
    return this.accounts.get(account)?.highestId ?? 0;
  }

  protected accountHasRoom(account: number): boolean {
    return this.accounts.has(account) || this.accounts.size < this.limits.accounts;
  }

  /**
   * R2.2: an id is used up, accepted or refused, unless there is no room to remember it. One that
   * is not above the highest changes nothing (R8), so a 0 does not make its account known.
   */
  protected rememberId(account: number, clOrdId: number): void {
    if (clOrdId <= this.highestIdOf(account) || !this.accountHasRoom(account)) return;
    this.makeKnown(account);
    this.accounts.get(account)!.highestId = clOrdId;
  }

  protected makeKnown(account: number): void {
    if (!this.accounts.has(account)) this.accounts.set(account, { highestId: 0, orders: [] });
  }

  /** Orders that rest, and stops that wait. */
  protected liveCount(): number {
    let count = 0;
    for (const { buys, sells, stops, queue } of this.books.values()) {
      count += buys.length + sells.length + stops.length + queue.length;
    }
    return count;
  }

  /**
   * Limit `pages`: 64 ticks of one side of one instrument are one page, in use while an order rests
   * in it; so are 64 ticks of its stop prices. One more is put by for every stop_limit that may
   * rest once it is triggered. Tells whether there is room for an order with `price` (the stop
   * price of a stop) when `more` are to be put by.
   */
  protected pagesHaveRoom(order: Terms, price: number, more: number): boolean {
    // No order has more than two, so with few orders there is no need to count.
    if (this.liveCount() * 2 + 2 <= this.limits.pages) return true;
    const inUse = new Set<string>();
    let putBy = more;
    for (const { buys, sells, stops, queue } of this.books.values()) {
      for (const resting of [...buys, ...sells]) inUse.add(pageOf(resting, resting.price));
      for (const stop of stops) inUse.add(pageOf(stop, stop.stopPrice));
      putBy += [...stops, ...queue].filter(mayRestLater).length;
    }
    const left = this.limits.pages - inUse.size - putBy;
    return left > 0 || (left === 0 && inUse.has(pageOf(order, price)));
  }
}

type Terms = Pick<NaiveOrder, 'instrument' | 'side' | 'type' | 'tif'>;

/** A stop that rests when it has been triggered and trades nothing. */
export function mayRestLater({ type, tif }: Terms): boolean {
  return type === TYPE_STOP_LIMIT && (tif === TIF_GTC || tif === TIF_DAY);
}

function pageOf(order: Terms, price: number): string {
  const { instrument, side } = order;
  return `${instrument} ${side} ${isWaitingStop(order)} ${Math.floor(price / 64)}`;
}

export function sideOf(book: NaiveBook, side: number): NaiveOrder[] {
  return side === SIDE_BUY ? book.buys : book.sells;
}

export function remove(list: NaiveOrder[], order: NaiveOrder): void {
  const place = list.indexOf(order);
  if (place < 0) throw new Error(`order ${order.orderId} is not where it should be`);
  list.splice(place, 1);
}

function isBetter(order: NaiveOrder, than: NaiveOrder): boolean {
  return order.side === SIDE_BUY ? order.price > than.price : order.price < than.price;
}
