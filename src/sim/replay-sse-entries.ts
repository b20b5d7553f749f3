// Our own orders at the venue during an SSE replay, of all instruments: sends them, hears of their
// fills, and compares each aggressor's fills with those that the exchange printed.

import { assert } from '../base/assert.ts';
import * as codes from '../core/codes.ts';
import type { CoreEvent } from '../core/plain-events.ts';
import { noteDifference, type Outcome } from './replay-player.ts';
import type { Venue } from './venue.ts';

/** What an aggressor got of one resting order. */
export interface Fill {
  maker: number;
  price: number;
  qty: number;
}

/** What is counted for each instrument, and summed over all. */
export interface SseCounts extends Outcome {
  /** Orders that traded on entry, at the exchange or at the venue. */
  aggressors: number;
  /** Of these, those whose fills are the exchange's; null when not compared. */
  aggressorsEqual: number | null;
}

/** An order of the files as it is entered at the venue. Quantities in shares, prices in ticks. */
export interface Entry {
  readonly instrument: number;
  readonly number: number;
  readonly side: 0 | 1;
  readonly price: number;
  readonly qty: number;
  readonly tif: number;
  readonly postOnly: boolean;
  readonly timeMs: number;
  /** `FILE:LINE` that it comes from. */
  readonly where: string;
  readonly expected: readonly Fill[];
}

interface Entered {
  readonly number: number;
  readonly counts: SseCounts;
  clOrdId: number;
  /** Undefined once it is compared. */
  expected: readonly Fill[] | undefined;
  got: Fill[];
}

/** The record that makes a command necessary. */
export interface Cause {
  readonly counts: SseCounts;
  readonly timeMs: number;
  /** `FILE:LINE`. */
  readonly where: string;
}

/** A command under way. */
interface Sent {
  readonly counts: SseCounts;
  readonly where: string;
  /** Of a new order. */
  readonly entered?: Entered;
}

const NS_PER_MS = 1_000_000n;

export class SseEntries {
  private readonly venue: Venue;
  private readonly verify: boolean;
  private readonly byClOrdId = new Map<number, Entered>();
  private readonly sent: Sent[] = [];
  private lastClOrdId = 0;

  constructor(venue: Venue, verify: boolean) {
    this.venue = venue;
    this.verify = verify;
    venue.listen((event) => this.hear(event));
  }

  /** Enters an order; the answer is its clOrdId. */
  enter(entry: Entry, counts: SseCounts): number {
    const clOrdId = this.nextClOrdId();
    const { number, where, expected } = entry;
    const entered: Entered = { number, counts, clOrdId, expected, got: [] };
    this.byClOrdId.set(clOrdId, entered);
    this.sent.push({ counts, where, entered });
    this.venue.send({
      cmd: codes.COMMAND_NEW,
      instrument: entry.instrument,
      account: accountOf(entry.side),
      clOrdId,
      side: entry.side,
      type: codes.TYPE_LIMIT,
      tif: entry.tif,
      postOnly: entry.postOnly,
      stp: codes.STP_NONE,
      qty: entry.qty,
      price: entry.price,
      time: BigInt(entry.timeMs) * NS_PER_MS,
    });
    return clOrdId;
  }

  /** Cancels what is left of an order. */
  cancel(clOrdId: number, side: 0 | 1, cause: Cause): void {
    this.sent.push(cause);
    const time = BigInt(cause.timeMs) * NS_PER_MS;
    this.venue.send({ cmd: codes.COMMAND_CANCEL, account: accountOf(side), clOrdId, time });
  }

  /** Gives an order, which keeps its place, a smaller total; the answer is its new clOrdId. */
  reduce(origClOrdId: number, side: 0 | 1, total: number, cause: Cause): number {
    this.sent.push(cause);
    const clOrdId = this.nextClOrdId();
    const account = accountOf(side);
    const time = BigInt(cause.timeMs) * NS_PER_MS;
    const cmd = codes.COMMAND_REPLACE;
    this.venue.send({ cmd, account, origClOrdId, clOrdId, qty: total, time });
    return clOrdId;
  }

  private nextClOrdId(): number {
    this.lastClOrdId += 1;
    return this.lastClOrdId;
  }

  private hear(event: CoreEvent): void {
    switch (event.evt) {
      case codes.EVENT_TRADE: {
        const aggressor = this.byClOrdId.get(event.aggressor.clOrdId);
        const maker = this.byClOrdId.get(event.resting.clOrdId);
        assert(aggressor !== undefined && maker !== undefined, 'only our own orders trade');
        aggressor.counts.trades += 1;
        aggressor.got.push({ maker: maker.number, price: event.price, qty: event.qty });
        if (event.aggressor.leaves === 0) this.gone(aggressor);
        if (event.resting.leaves === 0) this.gone(maker);
        break;
      }
      case codes.EVENT_CANCELED:
        this.gone(this.byClOrdId.get(event.order.clOrdId)!);
        break;
      case codes.EVENT_REPLACED: {
        const order = this.byClOrdId.get(event.origClOrdId)!;
        this.byClOrdId.delete(order.clOrdId);
        order.clOrdId = event.order.clOrdId;
        this.byClOrdId.set(order.clOrdId, order);
        break;
      }
      case codes.EVENT_REJECTED:
        this.refused(event.cmd, event.reason);
        break;
    }
    if (event.end) this.ended(this.sent.shift()!);
  }

  private gone(order: Entered): void {
    this.byClOrdId.delete(order.clOrdId);
  }

  private refused(cmd: number, reason: number): void {
    const { counts, where, entered } = this.sent[0]!;
    counts.rejected += 1;
    const refusal = `${codes.COMMAND_NAMES[cmd]} is refused: ${codes.REJECT_NAMES[reason]}`;
    noteDifference(counts, `${where}: ${refusal}`);
    if (entered !== undefined) this.gone(entered);
  }

  private ended({ where, entered }: Sent): void {
    if (entered?.expected === undefined) return;
    this.compare(entered, entered.expected, where);
    entered.expected = undefined;
    entered.got = [];
  }

  private compare(order: Entered, expected: readonly Fill[], where: string): void {
    const { counts, got } = order;
    if (expected.length === 0 && got.length === 0) return;
    counts.aggressors += 1;
    if (!this.verify) return;
    const fills = Math.max(expected.length, got.length);
    for (let fill = 0; fill < fills; fill++) {
      const [wanted, found] = [sayFill(expected[fill]), sayFill(got[fill])];
      if (wanted === found) continue;
      const what = `order ${order.number}, fill ${fill + 1}: expected ${wanted}, got ${found}`;
      noteDifference(counts, `${where}: ${what}`);
      return;
    }
    counts.aggressorsEqual! += 1;
  }
}

function sayFill(fill: Fill | undefined): string {
  return fill === undefined ? 'none' : `${fill.qty} at ${fill.price} of order ${fill.maker}`;
}

// One account a side, so that no order ever meets one of its own account.
function accountOf(side: number): number {
  return side + 1;
}
