// One Shanghai instrument's day, turned into orders, cancels and changes of phase.
//
// Continuous session: the feed prints an aggressor's trades first and then its unfilled rest as an
// add of the same number. So trades are held back as a run until a record of something else comes;
// the run and the add, if that is what comes, are one order on entry.
//
// Call auctions: the venue runs them. Orders that come in one are entered as they come. It ends
// where the file prints its trades: these are held back too, until another record comes, and are
// what the venue's own must be. An auction without trades ends with its time.

import { InputError } from '../base/input-error.ts';
import { TIF_GTC, TIF_IOC } from '../core/codes.ts';
import { noteDifference } from './replay-player.ts';
import type { AuctionTrade, Cause, Fill, SseCounts, SseEntries } from './replay-sse-entries.ts';
import * as files from './replay-sse-files.ts';
import type { Venue } from './venue.ts';

/** The clock of the record says what it belongs to: before 09:30 and from 14:57 on, an auction. */
const CONTINUOUS_FROM_MS = (9 * 60 + 30) * 60_000;
const CONTINUOUS_UNTIL_MS = (14 * 60 + 57) * 60_000;

const OPENING = 1;
const CONTINUOUS = 2;
const CLOSING = 3;

/** An order in the market as the files tell it. */
interface LiveOrder {
  readonly number: number;
  readonly side: 0 | 1;
  readonly where: string;
  /** Of its entry at the venue. */
  clOrdId: number;
  /** What the venue thinks is its whole quantity. */
  total: number;
  leaves: number;
}

/** Consecutive trades of one aggressor. */
interface Run {
  readonly number: number;
  readonly side: 0 | 1;
  readonly timeMs: number;
  readonly where: string;
  readonly fills: Fill[];
  qty: number;
  price: number;
}

/** The trades of an auction. */
interface Uncross {
  readonly cause: Cause;
  readonly trades: AuctionTrade[];
}

export class SseMarket {
  readonly counts: SseCounts;
  private readonly instrument: number;
  private readonly venue: Venue;
  private readonly entries: SseEntries;
  /** By number. */
  private readonly live = new Map<number, LiveOrder>();
  private run: Run | undefined;
  private uncross: Uncross | undefined;
  /** Part of the day that the latest record belongs to. */
  private part = 0;
  private isAuction = false;

  constructor(instrument: number, venue: Venue, entries: SseEntries, counts: SseCounts) {
    this.instrument = instrument;
    this.venue = venue;
    this.entries = entries;
    this.counts = counts;
  }

  /** Completes what the next record does not belong to. Call it for every record first. */
  async before(record: files.SseRecord): Promise<void> {
    if (this.run !== undefined && !isPartOf(this.run, record)) this.endRun(undefined);
    if (this.uncross !== undefined && !isAuctionTrade(record)) await this.endAuction(this.uncross);
  }

  /** Changes the phase, if a record needs another one. Call it for every record before `take`. */
  async enter(record: files.SseRecord): Promise<void> {
    // The rest of an order that traded enters with it, in the phase of its trades.
    if (this.run !== undefined) return;
    const part = partOf(record.timeMs);
    const cause = this.causeOf(record);
    if (part !== this.part) {
      if (!isAuctionTrade(record)) await this.endAuction({ cause, trades: [] });
      if (part !== CONTINUOUS) await this.beginAuction(cause);
      this.part = part;
    }
    if (!isAuctionTrade(record)) return;
    // Outside the hours of auctions none is there to end: the venue shall differ, not hide it.
    await this.beginAuction(cause);
    this.uncross ??= { cause, trades: [] };
  }

  /** Applies a record. */
  take(record: files.SseRecord): void {
    if (record.kind === files.RECORD_TRADE) {
      this.trade(record);
    } else if (record.kind === files.RECORD_CANCEL) {
      this.cancel(record.number, record.qty, this.causeOf(record));
    } else if (this.run !== undefined) {
      this.endRun(record);
    } else {
      this.add(record);
    }
  }

  /** The day is over. `last` is its last record. */
  async end(last: files.SseRecord): Promise<void> {
    if (this.run !== undefined) this.endRun(undefined);
    await this.endAuction(this.uncross ?? { cause: this.causeOf(last), trades: [] });
  }

  private async beginAuction(cause: Cause): Promise<void> {
    if (this.isAuction) return;
    this.isAuction = true;
    await this.venue.settle();
    this.entries.beginAuction(this.instrument, cause);
    await this.venue.settle();
  }

  private async endAuction({ trades, cause }: Uncross): Promise<void> {
    if (!this.isAuction) return;
    this.uncross = undefined;
    this.isAuction = false;
    await this.venue.settle();
    this.entries.endAuction(this.instrument, trades, cause);
    await this.venue.settle();
  }

  private causeOf({ timeMs, where }: files.SseRecord): Cause {
    return { counts: this.counts, timeMs, where };
  }

  private add(record: files.SseOrder): void {
    this.refuseKnown(record.number, record.where);
    const { number, side, qty, where } = record;
    const { instrument, counts } = this;
    const clOrdId = this.entries.enter(
      { ...record, instrument, tif: TIF_GTC, expected: [] },
      counts,
    );
    this.live.set(number, { number, side, where, clOrdId, total: qty, leaves: qty });
  }

  private trade(trade: files.SseTrade): void {
    const { aggressorSide, where, price, qty } = trade;
    if (aggressorSide === undefined) {
      const { buyNumber: buyer, sellNumber: seller } = trade;
      this.uncross!.trades.push({ buyer, seller, price, qty });
      this.filled(buyer, qty, where);
      this.filled(seller, qty, where);
    } else if (this.isAuction || this.part !== CONTINUOUS) {
      throw new InputError(`${where}: a trade with an aggressor in a call auction`);
    } else {
      this.fill(trade, aggressorSide);
    }
  }

  private fill(trade: files.SseTrade, side: 0 | 1): void {
    const number = aggressorOf(trade)!;
    const { timeMs, where, price, qty } = trade;
    if (this.run === undefined) {
      this.refuseKnown(number, where);
      this.run = { number, side, timeMs, where, fills: [], qty: 0, price };
    }
    const maker = side === 0 ? trade.sellNumber : trade.buyNumber;
    this.run.fills.push({ maker, price, qty });
    this.run.qty += qty;
    this.run.price = price;
    this.filled(maker, qty, where);
  }

  // The true limit of an order that filled on entry is not printed. Its fills do not depend on it,
  // and as an ioc it leaves nothing behind should the venue fill less.
  private endRun(rest: files.SseOrder | undefined): void {
    const { instrument, counts } = this;
    const run = this.run!;
    this.run = undefined;
    const qty = run.qty + (rest?.qty ?? 0);
    const price = rest?.price ?? run.price;
    const tif = rest === undefined ? TIF_IOC : TIF_GTC;
    const entry = { ...run, instrument, qty, price, tif, expected: run.fills };
    const clOrdId = this.entries.enter(entry, counts);
    if (rest === undefined) return;
    const { number, side, where } = rest;
    this.live.set(number, { number, side, where, clOrdId, total: qty, leaves: rest.qty });
  }

  private cancel(number: number, qty: number, cause: Cause): void {
    const order = this.filled(number, qty, cause.where);
    if (order === undefined) return;
    if (order.leaves === 0) {
      this.entries.cancel(order.clOrdId, order.side, cause);
    } else {
      order.total -= qty;
      order.clOrdId = this.entries.reduce(order.clOrdId, order.side, order.total, cause);
    }
  }

  /** Takes quantity out of a live order; undefined when it has not so much. */
  private filled(number: number, qty: number, where: string): LiveOrder | undefined {
    const order = this.live.get(number);
    if (order === undefined || order.leaves < qty) {
      this.counts.unmatched += 1;
      const open = order === undefined ? 'that is not in the market' : `that has ${order.leaves}`;
      noteDifference(this.counts, `${where}: takes ${qty} of order ${number} ${open}`);
      return undefined;
    }
    order.leaves -= qty;
    if (order.leaves === 0) this.live.delete(number);
    return order;
  }

  private refuseKnown(number: number, where: string): void {
    const known = this.live.get(number);
    if (known === undefined) return;
    throw new InputError(`${where}: order ${number} is in the market already (${known.where})`);
  }
}

function isPartOf(run: Run, record: files.SseRecord): boolean {
  if (record.kind === files.RECORD_TRADE) return aggressorOf(record) === run.number;
  return (
    record.kind === files.RECORD_ADD && record.number === run.number && record.side === run.side
  );
}

function isAuctionTrade(record: files.SseRecord): boolean {
  return record.kind === files.RECORD_TRADE && record.aggressorSide === undefined;
}

function aggressorOf(trade: files.SseTrade): number | undefined {
  if (trade.aggressorSide === undefined) return undefined;
  return trade.aggressorSide === 0 ? trade.buyNumber : trade.sellNumber;
}

function partOf(timeMs: number): number {
  const ofDay = timeMs % files.MS_PER_DAY;
  if (ofDay < CONTINUOUS_FROM_MS) return OPENING;
  return ofDay < CONTINUOUS_UNTIL_MS ? CONTINUOUS : CLOSING;
}
