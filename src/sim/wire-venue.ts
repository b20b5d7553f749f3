// A server behind sockets as a place to trade: one session for all accounts, and a consumer of the
// feed, both through the SDK that users have.
//
//   send ──▶ OrderEntry ══▶ server ══▶ OrderEntry ── reports ──▶ events ──▶ listener
//     └────▶ reference      ▲ ╚═══════▶ MarketFeed ── updates ──▶ a book for each instrument
//   operate ──▶ Operator ═══╝
//
// What a replay is told of its orders comes from reports, and what it is told of books (`depth`,
// `restingOrders`) from the feed. The reference (wire-reference.ts) says which updates are due, and
// in the end whether the books of the feed are right.
//
// Known limitations: a command's time does not travel, the server stamps it. Commands are new,
// cancel and replace, the operator's a change of phase.

import { assert } from '../base/assert.ts';
import {
  type CancelResult,
  type ExecutionReport,
  type FeedBook,
  MarketFeed,
  Operator,
  OrderEntry,
  type OrderResult,
  type Phase,
  type Subscription,
} from '../client/index.ts';
import {
  COMMAND_CANCEL,
  COMMAND_NEW,
  COMMAND_REPLACE,
  EVENT_DONE,
  PHASE_NAMES,
  SIDE_BUY,
} from '../core/codes.ts';
import type { Limits } from '../core/limits.ts';
import type { ChangePhase, Command } from '../core/plain.ts';
import type { CoreEvent } from '../core/plain-events.ts';
import type { PriceLevel } from '../core/views.ts';
import type { PublicOrder, Venue } from './venue.ts';
import { toNewOrder, toReplaceOrder, WireEvents } from './wire-events.ts';
import { WireReference } from './wire-reference.ts';
import { WireSocket } from './wire-socket.ts';

export interface WireVenueOptions {
  /** Of one server, whose books are empty and to which nobody else sends orders. */
  ordersUrl: string;
  feedUrl: string;
  /** Of a session that may act for every account of the replay. */
  token: string;
  /** Of an operator. */
  operatorToken: string;
  /** The server's. */
  limits: Limits;
}

/** How the books made from the feed alone compare with the exchange's own in the end. */
export interface FeedOutcome {
  /** Every price level is equal: price, quantity, number of orders. */
  l2Equal: boolean;
  /** Every order is equal, and its place in its queue. */
  l3Equal: boolean;
  /** How often something was missing in the stream, or its connection was lost. */
  gaps: number;
}

/** While `settle` leaves commands under way, the feed may be so many commands behind. */
const FEED_LAG_MAX = 1_024;
/** When nothing comes for so long, nothing will. */
const SILENCE_MS_MAX = 20_000;

interface Waiter {
  readonly underWayMax: number;
  resolve(): void;
  reject(error: Error): void;
}

export class WireVenue implements Venue {
  private readonly reference: WireReference;
  private entry!: OrderEntry;
  private operator!: Operator;
  private feed!: MarketFeed;
  private events!: WireEvents;
  private readonly subscriptions = new Map<number, Subscription>();
  private listener: (event: CoreEvent) => void = () => {};
  /** Of every unanswered command: the instruments whose books it changes. */
  private readonly underWay: (readonly number[])[] = [];
  /** By instrument: the last answered command that changes its book. */
  private readonly due = new Map<number, number>();
  private waiter: Waiter | undefined;
  private failure: Error | undefined;
  private connectionsLost = 0;
  private watching: ReturnType<typeof setInterval> | undefined;
  /** Something came since the watch last looked. */
  private hasHeard = false;

  private constructor(limits: Limits) {
    this.reference = new WireReference(limits);
  }

  /** Connects; resolves when the feed's books are there. Rejects with a ClientError. */
  static async connect(options: WireVenueOptions): Promise<WireVenue> {
    const venue = new WireVenue(options.limits);
    await venue.openFeed(options.feedUrl);
    try {
      await venue.logOn(options.ordersUrl, options.token);
      await venue.logOnAsOperator(options.ordersUrl, options.operatorToken);
    } catch (error) {
      await venue.entry?.close({ waitMs: 0 });
      await venue.feed.close();
      throw error;
    }
    venue.watching = setInterval(() => venue.watch(), SILENCE_MS_MAX);
    return venue;
  }

  define(instrument: number): void {
    assert(this.subscriptions.has(instrument), 'the server has the instrument');
    this.reference.define(instrument);
  }

  listen(listener: (event: CoreEvent) => void): void {
    this.listener = listener;
  }

  send(command: Command): void {
    this.underWay.push(this.reference.apply(command));
    this.issue(command).then(this.onResult, this.onError);
  }

  operate(command: ChangePhase): void {
    assert(this.isSettled(0), 'an operator commands when all is settled');
    this.underWay.push(this.reference.apply(command));
    this.changePhase(command).catch(this.onError);
  }

  settle(underWayMax = 0): Promise<void> | undefined {
    if (this.failure === undefined && this.isSettled(underWayMax)) return undefined;
    assert(this.waiter === undefined, 'one waits at a time');
    return new Promise((resolve, reject) => {
      this.waiter = { underWayMax, resolve, reject };
      if (this.failure !== undefined) this.fail(this.failure);
    });
  }

  depth(instrument: number, side: number, levelsMax: number): PriceLevel[] {
    const book = this.bookOf(instrument);
    const levels = side === SIDE_BUY ? book.bids(levelsMax) : book.asks(levelsMax);
    return levels.map(({ price, qty, orders }) => [price, qty, orders]);
  }

  restingOrders(instrument: number, side: number): PublicOrder[] {
    const orders = this.bookOf(instrument).orders(side);
    return orders.map(({ orderId, price, qty }) => {
      return { orderId: Number(orderId), price, leaves: qty };
    });
  }

  /** Compares the books of the feed with the exchange's. Waits until all has come. */
  async compareFeed(): Promise<FeedOutcome> {
    await this.settle();
    const isTrue = this.reference.hasJust(await this.entry.openOrders());
    const subscriptions = [...this.subscriptions.values()];
    const books = subscriptions.map(({ book }) => book);
    return {
      l2Equal: isTrue && books.every((book) => this.reference.hasLevelsOf(book)),
      l3Equal: isTrue && books.every((book) => this.reference.hasOrdersOf(book)),
      gaps: subscriptions.reduce((sum, { gaps }) => sum + gaps, this.connectionsLost),
    };
  }

  /** Ends both connections. */
  async close(): Promise<void> {
    clearInterval(this.watching);
    const waitMs = 0;
    await Promise.all([
      this.entry.close({ waitMs }),
      this.operator.close({ waitMs }),
      this.feed.close(),
    ]);
  }

  private async openFeed(url: string): Promise<void> {
    this.feed = await MarketFeed.connect({
      url,
      WebSocket: WireSocket,
      onState: (state, error) => {
        if (state === 'reconnecting') this.connectionsLost += 1;
        if (state === 'closed' && error !== null) this.fail(error);
      },
    });
    for (const { number, symbol } of this.feed.instruments) {
      const subscription = await this.feed.subscribe(symbol, {
        l2: true,
        l3: true,
        trades: true,
        onUpdate: () => this.wake(),
        onStatus: (status, error) => {
          if (status === 'ended' && error !== null) this.fail(error);
        },
      });
      this.subscriptions.set(number, subscription);
    }
  }

  private async logOn(url: string, token: string): Promise<void> {
    this.entry = await OrderEntry.connect({
      url,
      token,
      WebSocket: WireSocket,
      onReport: (report) => this.hear(report),
    });
    this.events = new WireEvents(this.entry.number);
  }

  private async logOnAsOperator(url: string, token: string): Promise<void> {
    this.operator = await Operator.connect({ url, token, WebSocket: WireSocket });
  }

  /** Its own reports go to the operator: the listener gets the end of the command from them. */
  private async changePhase({ instrument, phase }: ChangePhase): Promise<void> {
    const { operator, entry } = this;
    const result = await operator.setPhase(instrument, PHASE_NAMES[phase] as Phase);
    const [report] = result.reports;
    if (report === undefined) throw new Error('the server did not take an operator command');
    // What the command did to orders is reported to their session: this answer comes behind it.
    await entry.openOrders();
    const { commandSequence: sequence, request } = report;
    this.listener({ evt: EVENT_DONE, sequence, session: operator.number, request, end: true });
    this.answered(sequence);
  }

  private issue(command: Command): Promise<OrderResult | CancelResult> {
    switch (command.cmd) {
      case COMMAND_NEW:
        return this.entry.newOrder(toNewOrder(command));
      case COMMAND_CANCEL:
        return this.entry.cancel(command);
      case COMMAND_REPLACE:
        return this.entry.replace(toReplaceOrder(command));
      default:
        throw new Error(`a client does not send command ${command.cmd}`);
    }
  }

  // What goes wrong here must end the replay, so it may not get lost in the SDK.
  private hear(report: ExecutionReport): void {
    try {
      const event = this.events.read(report);
      if (event !== undefined) this.listener(event);
      if (report.end) this.answered(report.commandSequence);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private answered(commandSequence: number): void {
    const changed = this.underWay.shift();
    assert(changed !== undefined, 'what is answered was under way');
    for (const instrument of changed) this.due.set(instrument, commandSequence);
    this.wake();
  }

  // A refusal without a report is no answer of the exchange: the command broke a limit on the way.
  private readonly onResult = (result: OrderResult | CancelResult): void => {
    if (result.status === 'accepted' || result.reports.length > 0) return;
    const why = result.status === 'rejected' ? result.reason : 'its reports are lost';
    this.fail(new Error(`the server did not take a command: ${why}`));
  };

  private readonly onError = (error: Error): void => this.fail(error);

  private fail(error: Error): void {
    this.failure ??= error;
    const { waiter } = this;
    this.waiter = undefined;
    waiter?.reject(this.failure);
  }

  private wake(): void {
    this.hasHeard = true;
    const { waiter } = this;
    if (waiter === undefined || !this.isSettled(waiter.underWayMax)) return;
    this.waiter = undefined;
    waiter.resolve();
  }

  private isSettled(underWayMax: number): boolean {
    if (this.underWay.length > underWayMax) return false;
    const lagMax = underWayMax === 0 ? 0 : FEED_LAG_MAX;
    for (const [instrument, commandSequence] of this.due) {
      const { book } = this.subscriptions.get(instrument)!;
      if (book.state !== 'live' || commandSequence - book.commandSequence > lagMax) return false;
    }
    return true;
  }

  private watch(): void {
    if (this.waiter !== undefined && !this.hasHeard) {
      const under = `${this.underWay.length} commands are unanswered, or updates are missing`;
      this.fail(new Error(`nothing came for ${SILENCE_MS_MAX} ms: ${under}`));
    }
    this.hasHeard = false;
  }

  private bookOf(instrument: number): FeedBook {
    assert(this.isSettled(0), 'the book is looked at when all has come');
    return this.subscriptions.get(instrument)!.book;
  }
}
