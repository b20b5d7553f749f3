// One Shanghai instrument's day, turned into orders and cancels.
//
// Continuous session: the feed prints an aggressor's trades first and then its unfilled rest as an
// add of the same number. So trades are held back as a run until a record of something else comes;
// the run and the add, if that is what comes, are one order on entry. Call auctions: the venue has
// none here, so orders that come in an auction are held outside, auction trades are applied to them
// (and to what rests at the venue) as given, and what is left is entered in time order when the
// auction is over. It cannot trade then: it is entered post-only, and a refusal is reported.

import { InputError } from '../base/input-error.ts';
import { TIF_GTC, TIF_IOC } from '../core/codes.ts';
import { noteDifference } from './replay-player.ts';
import type { Cause, Fill, SseCounts, SseEntries } from './replay-sse-entries.ts';
import * as files from './replay-sse-files.ts';

/** In the call auctions the clock of the record says so: before 09:30 and from 14:57 on. */
const CONTINUOUS_FROM_MS = (9 * 60 + 30) * 60_000;
const CONTINUOUS_UNTIL_MS = (14 * 60 + 57) * 60_000;

/** An order in the market as the files tell it. */
interface LiveOrder {
  readonly number: number;
  readonly side: 0 | 1;
  readonly price: number;
  readonly where: string;
  /** Of its entry at the venue; 0 while it is held outside. */
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

export class SseMarket {
  readonly counts: SseCounts;
  /** Trades of the call auctions, applied as given. */
  auctionTrades = 0;
  private readonly instrument: number;
  private readonly entries: SseEntries;
  /** By number; those held outside are in order of time. */
  private readonly live = new Map<number, LiveOrder>();
  private readonly held = new Map<number, LiveOrder>();
  private run: Run | undefined;

  constructor(instrument: number, entries: SseEntries, counts: SseCounts) {
    this.instrument = instrument;
    this.entries = entries;
    this.counts = counts;
  }

  /** Completes the run that the next record does not belong to. Call it for every record first. */
  before(record: files.SseRecord): void {
    const { run } = this;
    if (run === undefined) return;
    if (record.kind === files.RECORD_TRADE) {
      if (aggressorOf(record) !== run.number) this.endRun(undefined);
    } else {
      const rest = record.kind === files.RECORD_ADD && record.number === run.number;
      if (!rest || record.side !== run.side) this.endRun(undefined);
    }
  }

  /** Applies a record. */
  take(record: files.SseRecord): void {
    const continuous = isContinuous(record.timeMs);
    if (continuous && this.held.size > 0) this.enterHeld(record.timeMs);
    if (record.kind === files.RECORD_TRADE) {
      this.trade(record, continuous);
    } else if (record.kind === files.RECORD_CANCEL) {
      this.remove(record.number, record.qty, this.causeOf(record));
    } else if (this.run !== undefined) {
      this.endRun(record);
    } else {
      this.add(record, continuous);
    }
  }

  /** The day is over. `timeMs` of the last record. */
  end(timeMs: number): void {
    if (this.run !== undefined) this.endRun(undefined);
    this.enterHeld(timeMs);
  }

  private causeOf({ timeMs, where }: files.SseRecord): Cause {
    return { counts: this.counts, timeMs, where };
  }

  private add(record: files.SseOrder, continuous: boolean): void {
    this.refuseKnown(record.number, record.where);
    const { number, side, price, qty, where } = record;
    const order = { number, side, price, where, clOrdId: 0, total: qty, leaves: qty };
    if (!continuous) {
      this.held.set(number, order);
      return;
    }
    const { instrument } = this;
    const entry = { ...record, instrument, tif: TIF_GTC, postOnly: false, expected: [] };
    order.clOrdId = this.entries.enter(entry, this.counts);
    this.live.set(number, order);
  }

  private trade(trade: files.SseTrade, continuous: boolean): void {
    if (trade.aggressorSide === undefined) {
      this.auctionTrades += 1;
      this.remove(trade.buyNumber, trade.qty, this.causeOf(trade));
      this.remove(trade.sellNumber, trade.qty, this.causeOf(trade));
    } else if (continuous) {
      this.fill(trade, trade.aggressorSide);
    } else {
      throw new InputError(`${trade.where}: a trade with an aggressor in a call auction`);
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
    const order = this.live.get(maker);
    if (order === undefined || order.leaves < qty) this.unmatched(maker, qty, order, where);
    else this.shrink(order, qty);
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
    const entry = { ...run, instrument, qty, price, tif, postOnly: false, expected: run.fills };
    const clOrdId = this.entries.enter(entry, counts);
    if (rest === undefined) return;
    const { number, side, where } = rest;
    const order = { number, side, price, where, clOrdId, total: qty, leaves: rest.qty };
    this.live.set(number, order);
  }

  private enterHeld(timeMs: number): void {
    const { instrument, counts } = this;
    for (const order of this.held.values()) {
      const qty = order.leaves;
      const terms = { qty, tif: TIF_GTC, postOnly: true, timeMs, expected: [] };
      order.clOrdId = this.entries.enter({ ...order, ...terms, instrument }, counts);
      order.total = qty;
      this.live.set(order.number, order);
    }
    this.held.clear();
  }

  /** Takes quantity out of an order, by a cancel or by a trade that is applied as given. */
  private remove(number: number, qty: number, cause: Cause): void {
    const held = this.held.get(number);
    const order = held ?? this.live.get(number);
    if (order === undefined || order.leaves < qty) {
      this.unmatched(number, qty, order, cause.where);
      return;
    }
    this.shrink(order, qty);
    if (held !== undefined) return;
    if (order.leaves === 0) {
      this.entries.cancel(order.clOrdId, order.side, cause);
    } else {
      order.total -= qty;
      order.clOrdId = this.entries.reduce(order.clOrdId, order.side, order.total, cause);
    }
  }

  private shrink(order: LiveOrder, qty: number): void {
    order.leaves -= qty;
    if (order.leaves > 0) return;
    this.held.delete(order.number);
    this.live.delete(order.number);
  }

  private unmatched(
    number: number,
    qty: number,
    order: LiveOrder | undefined,
    where: string,
  ): void {
    this.counts.unmatched += 1;
    const open = order === undefined ? 'that is not in the market' : `that has ${order.leaves}`;
    noteDifference(this.counts, `${where}: takes ${qty} of order ${number} ${open}`);
  }

  private refuseKnown(number: number, where: string): void {
    const known = this.live.get(number) ?? this.held.get(number);
    if (known === undefined) return;
    throw new InputError(`${where}: order ${number} is in the market already (${known.where})`);
  }
}

function aggressorOf(trade: files.SseTrade): number | undefined {
  if (trade.aggressorSide === undefined) return undefined;
  return trade.aggressorSide === 0 ? trade.buyNumber : trade.sellNumber;
}

function isContinuous(timeMs: number): boolean {
  const ofDay = timeMs % files.MS_PER_DAY;
  return ofDay >= CONTINUOUS_FROM_MS && ofDay < CONTINUOUS_UNTIL_MS;
}
