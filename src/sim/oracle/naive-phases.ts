// Phases, auctions and timetables of the naive engine (naive-book.ts): R6.

import * as codes from '../../core/codes.ts';
import { auctionOf, type Indicative, NOTHING_WOULD_TRADE } from './naive-auction.ts';
import { NaiveMatching } from './naive-matching.ts';
import { leavesOf, type NaiveBook, type NaiveOrder } from './naive-state.ts';
import { displayedOf, told } from './naive-telling.ts';

export abstract class NaivePhases extends NaiveMatching {
  /** ns: the latest time that any command carried. */
  clock = 0n;

  /** R6.9: every transition that is due, before the command acts. */
  protected runTimetables(): void {
    for (const book of this.books.values()) {
      let next = book.timetable[0];
      while (next !== undefined && this.clock >= next.dueNs) {
        book.timetable.shift();
        this.changePhase(book, next.phase);
        this.workQueue(book);
        next = book.timetable[0];
      }
    }
  }

  protected override halt(book: NaiveBook): void {
    const auctionAt = this.clock + book.haltNs;
    const continuousAt = auctionAt + book.auctionNs;
    book.timetable = [
      { dueNs: auctionAt, phase: codes.PHASE_AUCTION },
      { dueNs: continuousAt, phase: codes.PHASE_CONTINUOUS },
    ];
    this.changePhase(book, codes.PHASE_HALTED);
  }

  /** R6.1. `phase` is not the current one. */
  protected changePhase(book: NaiveBook, phase: number): void {
    if (book.phase === codes.PHASE_CLOSED) book.tradedToday = false;
    book.phase = phase;
    const dueNs = book.timetable[0]?.dueNs ?? 0n;
    this.tell({ evt: codes.EVENT_PHASE, instrument: book.instrument, phase, dueNs });
    if (phase === codes.PHASE_CLOSED) this.endDay(book);
    if (phase === codes.PHASE_CONTINUOUS) this.uncross(book);
    if (isAuctionPhase(phase)) book.published = NOTHING_WOULD_TRADE;
  }

  private endDay(book: NaiveBook): void {
    const { buys, sells, stops, queue } = book;
    const ended = [...buys, ...sells, ...stops, ...queue].filter(
      ({ tif }) => tif === codes.TIF_DAY,
    );
    ended.sort((a, b) => a.orderId - b.orderId);
    for (const order of ended) this.cancelRest(order, codes.CANCEL_DAY_END);
  }

  /** R6.2, R6.3. */
  protected uncross(book: NaiveBook): void {
    const { price, qty } = this.auctionIn(book);
    if (qty === 0) return;
    for (;;) {
      const buy = book.buys[0];
      const sell = book.sells[0];
      if (buy === undefined || buy.price < price) break;
      if (sell === undefined || sell.price > price) break;
      this.tradeInAuction(book, price, buy, sell);
    }
    book.bandReference = price;
    // Only a head can have traded a part of itself.
    for (const head of [book.buys[0], book.sells[0]]) {
      if (head !== undefined && head.shown === 0) this.showNextTranche(head);
    }
  }

  protected auctionIn({ buys, sells, lastPrice, referencePrice }: NaiveBook): Indicative {
    return auctionOf(buys, sells, lastPrice === 0 ? referencePrice : lastPrice);
  }

  private tradeInAuction(book: NaiveBook, price: number, buy: NaiveOrder, sell: NaiveOrder): void {
    const qty = Math.min(leavesOf(buy), leavesOf(sell));
    for (const order of [buy, sell]) {
      order.filled += qty;
      order.shown -= Math.min(order.shown, qty);
    }
    this.tell({
      evt: codes.EVENT_TRADE,
      instrument: book.instrument,
      tradeId: ++book.trades,
      price,
      qty,
      restingSide: codes.SIDE_BUY,
      isAuction: true,
      resting: told(buy),
      aggressor: told(sell),
      displayed: displayedOf(buy),
      otherDisplayed: displayedOf(sell),
    });
    if (leavesOf(buy) === 0) this.forget(buy);
    if (leavesOf(sell) === 0) this.forget(sell);
    this.traded(book, price);
  }

  /** R6.5: what changed since it was last told. */
  protected publishIndicatives(): void {
    for (const book of this.books.values()) {
      if (book.isTouched && isAuctionPhase(book.phase)) this.publishIndicative(book);
      book.isTouched = false;
    }
  }

  private publishIndicative(book: NaiveBook): void {
    const now = this.auctionIn(book);
    const { price, qty, imbalance } = book.published;
    if (now.price === price && now.qty === qty && now.imbalance === imbalance) return;
    book.published = now;
    this.tell({ evt: codes.EVENT_INDICATIVE, instrument: book.instrument, ...now });
  }
}

export function isAuctionPhase(phase: number): boolean {
  return phase === codes.PHASE_PRE_OPEN || phase === codes.PHASE_AUCTION;
}
