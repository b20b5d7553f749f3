// What a user of the feed has of one instrument.

import { wordsToBigint } from '../base/words.ts';
import { SIDE_NAMES } from '../wire/codes.ts';
import type { FeedDecoder } from '../wire/feed.ts';
import { CHANNEL_L2, CHANNEL_L3, CHANNEL_TRADES } from '../wire/frame-kinds.ts';
import { ClientError } from './client-error.ts';
import { SNAPSHOT_WAIT_MS_MAX } from './client-limits.ts';
import type { Side } from './execution-report.ts';
import { type BookPhase, FeedBook } from './feed-book.ts';
import { guarded } from './web-socket.ts';

/** A trade as everybody sees it. */
export interface MarketTrade {
  readonly symbol: string;
  readonly tradeId: bigint;
  /** Ticks. */
  readonly price: number;
  /** Lots. */
  readonly qty: number;
  /** Side of the order that arrived; 'none': an auction. */
  readonly aggressor: Side | 'none';
  /** Number of the command that caused it, over the whole exchange. */
  readonly commandSequence: number;
  /** ns since 1970, of the exchange. */
  readonly time: bigint;
}

/** The instrument has entered a phase. */
export interface MarketPhase extends BookPhase {
  readonly symbol: string;
  /** Number of the command that caused it, over the whole exchange. */
  readonly commandSequence: number;
  /** ns since 1970, of the exchange. */
  readonly time: bigint;
}

/**
 * waiting: no snapshot has come on this connection · live: the book is right · gap: something was
 * missing, a fresh snapshot is on its way · ended: by `unsubscribe`, `close`, or refused.
 */
export type SubscriptionStatus = 'waiting' | 'live' | 'gap' | 'ended';

export interface SubscribeOptions {
  /** Price levels. Default: true when none of the three is given. */
  l2?: boolean | undefined;
  /** Order by order. */
  l3?: boolean | undefined;
  /** Trades. Default: true when none of the three is given. */
  trades?: boolean | undefined;
  /** The book has changed: by a whole command, or by a whole snapshot. */
  onUpdate?: ((book: FeedBook, change: 'snapshot' | 'update') => void) | undefined;
  /** A trade, which the book has already. Trades while the connection is lost are not told. */
  onTrade?: ((trade: MarketTrade) => void) | undefined;
  /**
   * The instrument has entered a phase, which the book has already, as it has the trades. Those
   * entered while the connection is lost are not told: the book's phase is right all the same.
   */
  onPhase?: ((phase: MarketPhase) => void) | undefined;
  /** `error` says why it ended, when neither `unsubscribe` nor `close` did it. */
  onStatus?: ((status: SubscriptionStatus, error: ClientError | null) => void) | undefined;
}

/** What a subscription asks of the feed. */
export interface SubscriptionPort {
  subscribe(instrument: number, channels: number): void;
  end(subscription: FeedSubscription): void;
}

/** What a user has of a subscription. */
export interface Subscription {
  readonly symbol: string;
  /** The book. Another one when the instrument came back under another number. */
  readonly book: FeedBook;
  readonly status: SubscriptionStatus;
  /** How often something was missing. */
  readonly gaps: number;
  /** Ends it. The book stays as it is. */
  unsubscribe(): void;
}

export class FeedSubscription implements Subscription {
  readonly symbol: string;
  book: FeedBook;
  status: SubscriptionStatus = 'waiting';
  gaps = 0;
  private readonly port: SubscriptionPort;
  private readonly options: SubscribeOptions;
  private readonly channels: number;
  /** Resolves with the first snapshot. */
  readonly started: Promise<void>;
  private start!: { resolve(): void; reject(error: ClientError): void };
  /** A snapshot was asked for and is not whole yet: since how long nothing of it came. */
  private waitedMs = -1;

  /** Throws a ClientError when there is no channel. */
  constructor(
    port: SubscriptionPort,
    symbol: string,
    instrument: number,
    options: SubscribeOptions,
  ) {
    this.port = port;
    this.symbol = symbol;
    this.options = options;
    this.book = new FeedBook(instrument);
    this.started = new Promise((resolve, reject) => {
      this.start = { resolve, reject };
    });
    const { l2, l3, trades } = options;
    const isOpen = l2 === undefined && l3 === undefined && trades === undefined;
    this.channels =
      ((l2 ?? isOpen) ? CHANNEL_L2 : 0) |
      (l3 ? CHANNEL_L3 : 0) |
      ((trades ?? isOpen) ? CHANNEL_TRADES : 0);
    if (this.channels === 0) {
      throw new ClientError('invalid_argument', 'a subscription has at least one channel');
    }
  }

  unsubscribe(): void {
    this.end(null);
  }

  /** Asks for a snapshot and all that follows. */
  ask(instrument: number): void {
    if (instrument !== this.book.instrument) this.book = new FeedBook(instrument);
    this.waitedMs = 0;
    this.port.subscribe(instrument, this.channels);
  }

  /** A frame about the instrument. */
  take(frame: FeedDecoder): void {
    const change = this.book.apply(frame);
    switch (change) {
      case 'part':
        if (this.waitedMs > 0) this.waitedMs = 0;
        break;
      case 'snapshot':
        this.waitedMs = -1;
        this.setStatus('live', null);
        this.start.resolve();
        if (this.status === 'live') guarded(this.options.onUpdate, this.book, change);
        break;
      case 'update':
        this.tellPhases();
        this.tellTrades();
        if (this.status === 'live') guarded(this.options.onUpdate, this.book, change);
        break;
      case 'gap':
        this.mend();
        break;
    }
  }

  /** Time has passed. */
  wait(ms: number): void {
    if (this.waitedMs < 0) return;
    this.waitedMs += ms;
    if (this.waitedMs >= SNAPSHOT_WAIT_MS_MAX) this.ask(this.book.instrument);
  }

  /** The connection is lost. */
  disconnected(): void {
    this.book.disconnected();
    this.waitedMs = -1;
    this.setStatus('waiting', null);
  }

  /** The end; `error` null: the user wanted it. */
  end(error: ClientError | null): void {
    if (this.status === 'ended') return;
    this.port.end(this);
    this.waitedMs = -1;
    this.setStatus('ended', error);
    this.start.reject(error ?? new ClientError('closed', 'the subscription is ended'));
  }

  /** Something is missing. What comes until the snapshot that was asked for is of no use. */
  private mend(): void {
    if (this.waitedMs >= 0) return;
    this.gaps += 1;
    this.setStatus('gap', null);
    if (this.status === 'gap') this.ask(this.book.instrument);
  }

  private tellPhases(): void {
    const { book } = this;
    const time = wordsToBigint(book.timeLow, book.timeHigh);
    const { commandSequence, phases } = book;
    for (const { phase, due } of phases) {
      // A callback may have ended it.
      if (this.status !== 'live') return;
      guarded(this.options.onPhase, { symbol: this.symbol, phase, due, commandSequence, time });
    }
  }

  private tellTrades(): void {
    const { book } = this;
    if (this.options.onTrade === undefined) return;
    const time = wordsToBigint(book.timeLow, book.timeHigh);
    const { commandSequence, trades } = book;
    for (const trade of trades) {
      // A callback may have ended it.
      if (this.status !== 'live') return;
      guarded(this.options.onTrade, {
        symbol: this.symbol,
        tradeId: trade.tradeId,
        price: trade.price,
        qty: trade.qty,
        aggressor: SIDE_NAMES[trade.aggressor] ?? 'none',
        commandSequence,
        time,
      });
    }
  }

  private setStatus(status: SubscriptionStatus, error: ClientError | null): void {
    if (this.status === status) return;
    this.status = status;
    guarded(this.options.onStatus, status, error);
  }
}
