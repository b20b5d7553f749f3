// How orders of the naive engine (naive-book.ts) trade while an instrument is continuous: sweeps,
// self-trade prevention, fill-or-kill, the price band, stops (R3, R5, R6.6).

import * as codes from '../../core/codes.ts';
import {
  isWaitingStop,
  leavesOf,
  type NaiveBook,
  type NaiveOrder,
  reaches,
  remove,
} from './naive-state.ts';
import { displayedOf, NaiveTelling, told } from './naive-telling.ts';

/** What keeps a fill-or-kill order from trading whole. */
export type Obstacle = 'nothing' | 'liquidity' | 'own order' | 'band';

/** A resting order while a fill-or-kill is counted. */
interface Counted {
  readonly order: NaiveOrder;
  shown: number;
  hidden: number;
}

export abstract class NaiveMatching extends NaiveTelling {
  private entries = 0;

  /** R6.6, R6.8: what a trade beyond the band does to its instrument. */
  protected abstract halt(book: NaiveBook): void;

  /** An order that is new, or has lost its place, in a phase that accepts it. */
  protected enterBook(order: NaiveOrder): void {
    const book = this.bookOf(order);
    if (isWaitingStop(order)) this.enterAsStop(book, order);
    else if (book.phase === codes.PHASE_CONTINUOUS) this.act(book, order);
    else this.rest(order);
  }

  /** R3.2 … R3.4: the order as an aggressor. */
  private act(book: NaiveBook, order: NaiveOrder): void {
    if (order.tif === codes.TIF_FOK && this.obstacleOfFok(book, order) !== 'nothing') {
      this.cancelRest(order, codes.CANCEL_FOK);
    } else {
      this.sweep(book, order);
    }
  }

  /** R3.1: trades the order against the other side, then rests or cancels what is left of it. */
  private sweep(book: NaiveBook, order: NaiveOrder): void {
    while (leavesOf(order) > 0) {
      const resting = this.opposite(order.instrument, order.side)[0];
      if (resting === undefined || !reaches(order, resting.price)) break;
      if (isOwn(order, resting)) {
        if (!this.preventSelfTrade(order, resting)) return;
      } else if (this.isBeyondBand(book, resting.price, book.bandReference)) {
        this.cancelRest(order, codes.CANCEL_PRICE_BAND);
        this.halt(book);
        return;
      } else {
        this.trade(book, order, resting);
      }
    }
    if (leavesOf(order) === 0) return;
    if (order.type === codes.TYPE_MARKET) this.cancelRest(order, codes.CANCEL_NO_LIQUIDITY);
    else if (order.tif === codes.TIF_IOC) this.cancelRest(order, codes.CANCEL_IOC);
    else this.rest(order);
  }

  protected trade(book: NaiveBook, order: NaiveOrder, resting: NaiveOrder): void {
    const qty = Math.min(leavesOf(order), resting.shown);
    order.filled += qty;
    resting.filled += qty;
    resting.shown -= qty;
    this.tell({
      evt: codes.EVENT_TRADE,
      instrument: order.instrument,
      tradeId: ++book.trades,
      price: resting.price,
      qty,
      restingSide: resting.side,
      isAuction: false,
      resting: told(resting),
      aggressor: told(order),
      displayed: displayedOf(resting),
      otherDisplayed: 0,
    });
    if (leavesOf(order) === 0) this.forget(order);
    if (leavesOf(resting) === 0) this.forget(resting);
    else if (resting.shown === 0) this.showNextTranche(resting);
    this.traded(book, resting.price);
  }

  /** R3.7: at the back of its level. */
  protected showNextTranche(order: NaiveOrder): void {
    this.takeOut(order);
    this.rest(order);
    this.tellOrder(codes.EVENT_REFRESHED, order);
  }

  /** What follows from any trade: R5.2, R6.7. */
  protected traded(book: NaiveBook, price: number): void {
    book.lastPrice = price;
    if (!book.tradedToday) book.bandReference = price;
    book.tradedToday = true;
    this.activateStops(book, price);
  }

  /** R6.6; `reference` in ticks, 0 = none. */
  protected isBeyondBand(book: NaiveBook, price: number, reference: number): boolean {
    if (book.priceBandBps === 0 || reference === 0) return false;
    // The product of the right side may be inexact, but only beyond all that the left can be.
    return Math.abs(price - reference) * 10_000 > book.priceBandBps * reference;
  }

  /** R3.8 … R3.10. False when the aggressor is canceled and its sweep is over. */
  protected preventSelfTrade(order: NaiveOrder, resting: NaiveOrder): boolean {
    if (order.stp === codes.STP_DECREMENT) {
      this.decrementBoth(order, resting);
      return true;
    }
    if (order.stp !== codes.STP_CANCEL_AGGRESSOR) this.cancelRest(resting, codes.CANCEL_STP);
    if (order.stp === codes.STP_CANCEL_RESTING) return true;
    this.cancelRest(order, codes.CANCEL_STP);
    return false;
  }

  /** R3.9: from the shown tranche first, which is renewed only if it is used up. */
  protected decrementBoth(order: NaiveOrder, resting: NaiveOrder): void {
    const qty = Math.min(leavesOf(order), leavesOf(resting));
    resting.shown -= Math.min(resting.shown, qty);
    this.decrement(resting, qty);
    this.decrement(order, qty);
    if (leavesOf(resting) > 0 && resting.shown === 0) this.showNextTranche(resting);
  }

  /** `qty` lots count as canceled for good. */
  protected decrement(order: NaiveOrder, qty: number): void {
    if (qty === leavesOf(order)) {
      this.cancelRest(order, codes.CANCEL_STP);
      return;
    }
    order.canceled += qty;
    this.tellOrder(codes.EVENT_RESTATED, order);
  }

  protected cancelRest(order: NaiveOrder, reason: number): void {
    this.tellCanceled(order, reason);
    order.canceled += leavesOf(order);
    this.forget(order);
  }

  /** R3.4: runs the sweep on a copy of the other side. */
  protected obstacleOfFok(book: NaiveBook, order: NaiveOrder): Obstacle {
    const line: Counted[] = this.opposite(order.instrument, order.side)
      .filter((resting) => reaches(order, resting.price))
      .map((resting) => {
        const { shown } = resting;
        return { order: resting, shown, hidden: leavesOf(resting) - shown };
      });
    let missing = leavesOf(order);
    let { bandReference, tradedToday } = book;
    while (missing > 0) {
      const head = line[0];
      if (head === undefined) return 'liquidity';
      if (isOwn(order, head.order)) {
        if (order.stp !== codes.STP_CANCEL_RESTING) return 'own order';
        line.shift();
        continue;
      }
      const { price } = head.order;
      if (this.isBeyondBand(book, price, bandReference)) return 'band';
      if (!tradedToday) bandReference = price;
      tradedToday = true;
      missing -= Math.min(missing, head.shown);
      line.shift();
      this.countNextTranche(line, head);
    }
    return 'nothing';
  }

  protected countNextTranche(line: Counted[], used: Counted): void {
    const { order, hidden } = used;
    if (hidden === 0) return;
    const shown = Math.min(order.displayQty, hidden);
    const next = { order, shown, hidden: hidden - shown };
    const behind = line.findIndex((counted) => counted.order.price !== order.price);
    line.splice(behind < 0 ? line.length : behind, 0, next);
  }

  /** R5.1: waits for a trade, or for its turn if the last price already satisfies it. */
  private enterAsStop(book: NaiveBook, order: NaiveOrder): void {
    order.entry = ++this.entries;
    if (book.lastPrice !== 0 && isSatisfied(order, book.lastPrice)) {
      book.queue.push(order);
      order.at = 'queue';
    } else {
      book.stops.push(order);
      order.at = 'stops';
    }
  }

  /** R5.2. */
  protected activateStops(book: NaiveBook, price: number): void {
    const activated = book.stops.filter((stop) => isSatisfied(stop, price));
    activated.sort((a, b) => {
      if (a.side !== b.side) return a.side === codes.SIDE_BUY ? -1 : 1;
      const rising = a.stopPrice - b.stopPrice || a.entry - b.entry;
      const falling = b.stopPrice - a.stopPrice || a.entry - b.entry;
      return a.side === codes.SIDE_BUY ? rising : falling;
    });
    for (const stop of activated) {
      remove(book.stops, stop);
      book.queue.push(stop);
      stop.at = 'queue';
    }
  }

  /** R5.3, R5.4: what was activated enters, one by one, for as long as there is trading. */
  protected workQueue(book: NaiveBook): void {
    while (book.phase === codes.PHASE_CONTINUOUS && book.queue.length > 0) {
      const order = book.queue[0]!;
      this.takeOut(order);
      order.type = order.type === codes.TYPE_STOP ? codes.TYPE_MARKET : codes.TYPE_LIMIT;
      order.stopPrice = 0;
      this.tellOrder(codes.EVENT_TRIGGERED, order);
      this.act(book, order);
    }
  }
}

/** R3.8: the two would trade with their own account, and the aggressor minds. */
function isOwn(order: NaiveOrder, resting: NaiveOrder): boolean {
  return resting.account === order.account && order.stp !== codes.STP_NONE;
}

/** R5.1. */
function isSatisfied({ side, stopPrice }: NaiveOrder, price: number): boolean {
  return side === codes.SIDE_BUY ? price >= stopPrice : price <= stopPrice;
}
