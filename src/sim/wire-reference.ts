// What a server must have in its books: a core in this process that gets the commands that the
// server gets, in the same order. From it comes which command changes which public book (so that
// one knows which update of the feed is still to come), and in the end what every book must be.

import type { FeedBook, OpenOrder } from '../client/index.ts';
import { COMMAND_INSTRUMENT, SIDE_BUY, SIDE_NAMES, SIDE_SELL } from '../core/codes.ts';
import { COMMAND_WORDS } from '../core/command-slot.ts';
import type { Core } from '../core/core.ts';
import { apply, createCore } from '../core/engine.ts';
import { EventBuffer } from '../core/event-buffer.ts';
import type { Limits } from '../core/limits.ts';
import { type Command, writeCommand } from '../core/plain.ts';
import {
  depth,
  queuedStops,
  type RestingOrder,
  restingOrders,
  type WaitingStop,
  waitingStops,
} from '../core/views.ts';
import { Books } from '../feed/books.ts';

export class WireReference {
  private readonly core: Core;
  private readonly events: EventBuffer;
  private readonly books: Books;
  private readonly slot = new Int32Array(COMMAND_WORDS);
  private readonly instruments: number[] = [];
  private changed: number[] = [];

  /** `limits` are the server's. */
  constructor(limits: Limits) {
    this.books = new Books(limits.orders, limits.instruments);
    this.events = new EventBuffer((slots, at) => {
      if (!this.books.apply(slots, at)) return;
      const { changed, changedCount } = this.books;
      for (const { instrument } of changed.slice(0, changedCount)) this.changed.push(instrument);
      this.books.forget();
    });
    this.core = createCore(limits, this.events);
  }

  define(instrument: number): void {
    this.instruments.push(instrument);
    this.apply({ cmd: COMMAND_INSTRUMENT, instrument });
  }

  /** Does a command; the answer is the instruments whose public book it changes. */
  apply(command: Command): readonly number[] {
    this.changed = [];
    writeCommand(this.slot, 0, command);
    apply(this.core, this.slot, 0);
    this.events.drain();
    return this.changed;
  }

  /** True when these are all orders that rest or wait, each as it is here. */
  hasJust(open: readonly OpenOrder[]): boolean {
    const byId = new Map(open.map((order) => [Number(order.orderId), order]));
    let alive = 0;
    const isTold = (instrument: number, order: RestingOrder | WaitingStop): boolean => {
      alive += 1;
      const told = byId.get(order.orderId);
      return (
        told?.instrument === instrument &&
        told.account === order.account &&
        Number(told.clOrdId) === order.clOrdId &&
        told.leaves === order.leaves &&
        told.stopPrice === ('stopPrice' in order ? order.stopPrice : 0)
      );
    };
    const isResting = (instrument: number, side: number) => (order: RestingOrder) => {
      const told = byId.get(order.orderId);
      return (
        isTold(instrument, order) &&
        told?.side === SIDE_NAMES[side] &&
        told.price === order.price &&
        (told.displayQty === 0 ? told.leaves : told.displayed) === order.displayed
      );
    };
    const isSame = this.instruments.every((instrument) =>
      [SIDE_BUY, SIDE_SELL].every(
        (side) =>
          restingOrders(this.core, instrument, side).every(isResting(instrument, side)) &&
          waitingStops(this.core, instrument, side).every((stop) => isTold(instrument, stop)),
      ),
    );
    const isQueued = this.instruments.every((instrument) =>
      queuedStops(this.core, instrument).every((stop) => isTold(instrument, stop)),
    );
    return isSame && isQueued && alive === open.length;
  }

  /** True when price levels, their quantities and numbers of orders are those of the book here. */
  hasLevelsOf(book: FeedBook): boolean {
    return [SIDE_BUY, SIDE_SELL].every((side) => {
      const mine = depth(this.core, book.instrument, side, Number.POSITIVE_INFINITY);
      const told = side === SIDE_BUY ? book.bids() : book.asks();
      return isEqual(mine, told, ([price, qty, orders], level) => {
        return level.price === price && level.qty === qty && level.orders === orders;
      });
    });
  }

  /** True when all orders, in queue order, are those of the book here. */
  hasOrdersOf(book: FeedBook): boolean {
    return [SIDE_BUY, SIDE_SELL].every((side) => {
      const mine = restingOrders(this.core, book.instrument, side);
      return isEqual(mine, book.orders(side), ({ orderId, price, displayed }, order) => {
        return (
          Number(order.orderId) === orderId && order.price === price && order.qty === displayed
        );
      });
    });
  }
}

function isEqual<A, B>(
  ours: readonly A[],
  theirs: readonly B[],
  isSame: (our: A, their: B) => boolean,
): boolean {
  return ours.length === theirs.length && ours.every((our, i) => isSame(our, theirs[i]!));
}
