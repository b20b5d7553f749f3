// Our own orders at the venue during an SSE replay, of all instruments: sends them, hears of their
// fills, and compares each aggressor's fills, and each auction's trades, with those that the
// exchange printed.

import { assert } from '../base/assert.ts';
import * as codes from '../core/codes.ts';
import type { CoreEvent } from '../core/plain-events.ts';
import { emptyOutcome, noteDifference, type Outcome } from './replay-player.ts';
import type { Venue } from './venue.ts';

/** What an aggressor got of one resting order. */
export interface Fill {
  maker: number;
  price: number;
  qty: number;
}

/** A trade of a call auction: the numbers of both orders. */
export interface AuctionTrade {
  buyer: number;
  seller: number;
  price: number;
  qty: number;
}

/** What is counted for each instrument, and summed over all. */
export interface SseCounts extends Outcome {
  /** Orders that traded on entry, at the exchange or at the venue. */
  aggressors: number;
  /** Of these, those whose fills are the exchange's; null when not compared. */
  aggressorsEqual: number | null;
  /** Call auctions that the venue has run. */
  auctions: number;
  /** Of these, those whose trades are the exchange's; null when not compared. */
  auctionsEqual: number | null;
  /** Of the venue's trades, those made in auctions. */
  auctionTrades: number;
}

export function emptyCounts(verify: boolean): SseCounts {
  const equal = verify ? 0 : null;
  const auctions = { auctions: 0, auctionsEqual: equal, auctionTrades: 0 };
  return { ...emptyOutcome(), aggressors: 0, aggressorsEqual: equal, ...auctions };
}

/** An order of the files as it is entered at the venue. Quantities in shares, prices in ticks. */
export interface Entry {
  readonly instrument: number;
  readonly number: number;
  readonly side: 0 | 1;
  readonly price: number;
  readonly qty: number;
  readonly tif: number;
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
  /** Of the end of an auction. */
  readonly auction?: Uncross;
}

interface Uncross {
  readonly expected: readonly AuctionTrade[];
  readonly got: AuctionTrade[];
}

type Trade = Extract<CoreEvent, { evt: typeof codes.EVENT_TRADE }>;

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
      postOnly: false,
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

  /** Begins a call auction. Call it settled, and settle after it. */
  beginAuction(instrument: number, cause: Cause): void {
    this.sent.push(cause);
    this.changePhase(instrument, codes.PHASE_AUCTION, cause);
  }

  /** Ends it: the venue crosses the orders, at the exchange it did so with these trades. */
  endAuction(instrument: number, expected: readonly AuctionTrade[], cause: Cause): void {
    this.sent.push({ ...cause, auction: { expected, got: [] } });
    this.changePhase(instrument, codes.PHASE_CONTINUOUS, cause);
  }

  private changePhase(instrument: number, phase: number, { timeMs }: Cause): void {
    const time = BigInt(timeMs) * NS_PER_MS;
    this.venue.operate({ cmd: codes.COMMAND_PHASE, instrument, phase, time });
  }

  private nextClOrdId(): number {
    this.lastClOrdId += 1;
    return this.lastClOrdId;
  }

  private hear(event: CoreEvent): void {
    switch (event.evt) {
      case codes.EVENT_TRADE:
        this.traded(event);
        break;
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

  private traded(trade: Trade): void {
    // In an auction the first order is the buyer's, and there is no aggressor.
    const first = this.byClOrdId.get(trade.resting.clOrdId);
    const second = this.byClOrdId.get(trade.aggressor.clOrdId);
    assert(first !== undefined && second !== undefined, 'only our own orders trade');
    const { price, qty } = trade;
    second.counts.trades += 1;
    if (trade.isAuction) {
      const { auction } = this.sent[0]!;
      assert(auction !== undefined, 'orders cross when their auction ends');
      second.counts.auctionTrades += 1;
      auction.got.push({ buyer: first.number, seller: second.number, price, qty });
    } else {
      second.got.push({ maker: first.number, price, qty });
    }
    if (trade.aggressor.leaves === 0) this.gone(second);
    if (trade.resting.leaves === 0) this.gone(first);
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

  private ended({ where, counts, entered, auction }: Sent): void {
    if (auction !== undefined) this.compareAuction(auction, counts, where);
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
    const fill = firstDifferent(expected.map(sayFill), got.map(sayFill));
    if (fill === undefined) counts.aggressorsEqual! += 1;
    else noteDifference(counts, `${where}: order ${order.number}, fill ${fill}`);
  }

  private compareAuction({ expected, got }: Uncross, counts: SseCounts, where: string): void {
    counts.auctions += 1;
    if (!this.verify) return;
    const trade = firstDifferent(expected.map(sayAuctionTrade), got.map(sayAuctionTrade));
    if (trade === undefined) {
      counts.auctionsEqual! += 1;
    } else {
      const sums = `expected ${sayUncross(expected)}, got ${sayUncross(got)}`;
      noteDifference(counts, `${where}: auction: ${sums}; trade ${trade}`);
    }
  }
}

/** `N: expected …, got …` of the first place where two lists differ; undefined: nowhere. */
function firstDifferent(expected: readonly string[], got: readonly string[]): string | undefined {
  for (let i = 0; i < Math.max(expected.length, got.length); i++) {
    const [wanted, found] = [expected[i] ?? 'none', got[i] ?? 'none'];
    if (wanted !== found) return `${i + 1}: expected ${wanted}, got ${found}`;
  }
  return undefined;
}

function sayUncross(trades: readonly AuctionTrade[]): string {
  if (trades.length === 0) return 'no trade';
  const qty = trades.reduce((sum, trade) => sum + trade.qty, 0);
  return `${qty} at ${trades[0]!.price}`;
}

function sayAuctionTrade({ buyer, seller, price, qty }: AuctionTrade): string {
  return `${qty} at ${price} of buyer ${buyer} and seller ${seller}`;
}

function sayFill({ maker, price, qty }: Fill): string {
  return `${qty} at ${price} of order ${maker}`;
}

// One account a side, so that no order ever meets one of its own account.
function accountOf(side: number): number {
  return side + 1;
}
