// The feed for users: one connection, the list of instruments, and a book for each subscription.
//
//   connecting ─▶ ready (the list of instruments is there) ◀─▶ reconnecting      closed
//
// After a lost connection everything is asked for again. A server that began anew says another
// epoch; what its books had before is gone with the snapshot.

import { FEED_REFUSAL_NAMES } from '../wire/codes.ts';
import {
  encodeConsumerHeartbeat,
  encodeSubscribe,
  encodeUnsubscribe,
  FeedDecoder,
} from '../wire/feed.ts';
import * as kinds from '../wire/frame-kinds.ts';
import { ClientError, type ClientErrorCode, errorOfClose } from './client-error.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import type { ConnectionState } from './order-entry-options.ts';
import { type Instrument, toInstrument } from './phase.ts';
import {
  FeedSubscription,
  type SubscribeOptions,
  type Subscription,
  type SubscriptionPort,
} from './subscription.ts';
import { guarded, type Surroundings } from './web-socket.ts';

export interface MarketFeedOptions extends Surroundings {
  /** `ws://` or `wss://`. */
  url: string;
  /** The list of instruments has come, or has become longer. */
  onInstruments?: ((instruments: readonly Instrument[]) => void) | undefined;
  /** `error` says why the state is reconnecting or closed; null: `close` was called. */
  onState?: ((state: FeedState, error: ClientError | null) => void) | undefined;
}

export type FeedState = Exclude<ConnectionState, 'resuming'>;

/** Close codes after which dialing again would end the same way. */
const FINAL_CODES: ReadonlySet<number> = new Set([
  kinds.CLOSE_BAD_FRAME,
  kinds.CLOSE_UNSUPPORTED_VERSION,
  kinds.CLOSE_TOO_LARGE,
]);

export class MarketFeed {
  private readonly link: FeedLink;

  private constructor(link: FeedLink) {
    this.link = link;
  }

  /** Resolves with the list of instruments; rejects with a ClientError when the attempt fails. */
  static async connect(options: MarketFeedOptions): Promise<MarketFeed> {
    const link = new FeedLink(options);
    await link.connect();
    return new MarketFeed(link);
  }

  get state(): FeedState {
    return this.link.state;
  }

  /** A phase is that of when the connection was made, or the instrument defined. */
  get instruments(): readonly Instrument[] {
    return this.link.instruments;
  }

  /** Changes with every start of the server. */
  get epoch(): number {
    return this.link.epoch;
  }

  /**
   * Subscribes an instrument, once at a time. Resolves when its book is there. Rejects with
   * unknown_symbol, or with what the server refused it for.
   */
  async subscribe(symbol: string, options: SubscribeOptions = {}): Promise<Subscription> {
    const subscription = this.link.add(symbol, options);
    await subscription.started;
    return subscription;
  }

  /** Ends every subscription and the connection. */
  close(): Promise<void> {
    return this.link.close();
  }
}

class FeedLink implements ConnectionOwner, SubscriptionPort {
  state: FeedState = 'connecting';
  instruments: readonly Instrument[] = [];
  epoch = 0;
  private readonly options: MarketFeedOptions;
  private readonly connection: Connection;
  private readonly decoder = new FeedDecoder();
  private readonly subscriptions = new Set<FeedSubscription>();
  /** By instrument, on this connection. */
  private readonly byInstrument = new Map<number, FeedSubscription>();
  /** Instruments of a list of which not all frames have come. */
  private coming: Instrument[] = [];
  private start: { resolve(): void; reject(error: ClientError): void } | null = null;
  private failure: ClientError | null = null;
  private readonly ended: Promise<void>;
  private setEnded!: () => void;

  constructor(options: MarketFeedOptions) {
    this.options = options;
    this.connection = new Connection(options.url, options, this, encodeConsumerHeartbeat());
    this.ended = new Promise((resolve) => {
      this.setEnded = resolve;
    });
  }

  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.start = { resolve, reject };
      this.connection.dial();
    });
  }

  add(symbol: string, options: SubscribeOptions): FeedSubscription {
    if (this.failure !== null) throw this.failure;
    const instrument = this.numberOf(symbol);
    if (instrument === undefined) {
      throw new ClientError('unknown_symbol', `there is no instrument ${symbol}`);
    }
    for (const other of this.subscriptions) {
      if (other.symbol !== symbol) continue;
      throw new ClientError('invalid_argument', `${symbol} is subscribed already`);
    }
    const subscription = new FeedSubscription(this, symbol, instrument, options);
    this.subscriptions.add(subscription);
    if (this.state === 'ready') this.begin(subscription, instrument);
    return subscription;
  }

  close(): Promise<void> {
    this.finish(null);
    return this.ended;
  }

  subscribe(instrument: number, channels: number): void {
    this.connection.send(encodeSubscribe(instrument, channels));
  }

  end(subscription: FeedSubscription): void {
    const { book } = subscription;
    this.subscriptions.delete(subscription);
    if (this.byInstrument.get(book.instrument) !== subscription) return;
    this.byInstrument.delete(book.instrument);
    this.connection.send(encodeUnsubscribe(book.instrument, ALL_CHANNELS));
  }

  opened(): void {}

  received(bytes: Uint8Array): void {
    if (this.decoder.decode(bytes) !== 0 || !this.take()) {
      this.finish(new ClientError('protocol', 'the server sent no message of this protocol'));
    }
  }

  /** Takes the frame that was decoded in; false: it makes no sense. */
  private take(): boolean {
    const { head } = this.decoder;
    this.epoch = head.epoch;
    switch (head.kind) {
      case kinds.FEED_INSTRUMENTS:
        return this.takeInstruments();
      case kinds.FEED_DEFINED:
        return this.takeDefined();
      case kinds.FEED_SNAPSHOT:
      case kinds.FEED_UPDATE:
        this.byInstrument.get(head.instrument)?.take(this.decoder);
        break;
      case kinds.FEED_REFUSED:
        this.takeRefusal(head.instrument, head.reason);
        break;
    }
    return true;
  }

  ticked(): void {
    for (const subscription of this.byInstrument.values()) subscription.wait(kinds.HEARTBEAT_MS);
  }

  lost(closeCode: number, reason: string): void {
    const error = errorOfClose(closeCode, reason);
    this.byInstrument.clear();
    this.coming = [];
    if (FINAL_CODES.has(closeCode) || this.start !== null) {
      this.finish(error);
      return;
    }
    this.setState('reconnecting', error);
    for (const subscription of [...this.subscriptions]) subscription.disconnected();
    // The user may have closed it on hearing that.
    if (this.state === 'reconnecting') this.connection.redial(reason);
  }

  private takeRefusal(instrument: number, reason: number): void {
    const subscription = this.byInstrument.get(instrument);
    this.byInstrument.delete(instrument);
    subscription?.end(refusal(reason));
  }

  private takeInstruments(): boolean {
    for (const facts of this.decoder.instruments) {
      const instrument = toInstrument(facts);
      if (instrument === null) return false;
      this.coming.push(instrument);
    }
    if (!this.decoder.head.isLast) return true;
    this.instruments = this.coming;
    this.coming = [];
    if (this.state !== 'ready') {
      this.connection.welcomed(kinds.HEARTBEAT_MS);
      this.setState('ready', null);
      for (const subscription of [...this.subscriptions]) this.resume(subscription);
    }
    guarded(this.options.onInstruments, this.instruments);
    this.start?.resolve();
    this.start = null;
    return true;
  }

  /** One instrument more. */
  private takeDefined(): boolean {
    const instrument = toInstrument(this.decoder.instruments[0]!);
    if (instrument === null || this.state !== 'ready') return false;
    const others = this.instruments.filter(({ number }) => number !== instrument.number);
    this.instruments = [...others, instrument];
    guarded(this.options.onInstruments, this.instruments);
    return true;
  }

  /** Asks for a subscription again, on a new connection. */
  private resume(subscription: FeedSubscription): void {
    const instrument = this.numberOf(subscription.symbol);
    if (instrument !== undefined) this.begin(subscription, instrument);
    else subscription.end(refusal(kinds.REFUSED_UNKNOWN_INSTRUMENT));
  }

  private begin(subscription: FeedSubscription, instrument: number): void {
    this.byInstrument.set(instrument, subscription);
    subscription.ask(instrument);
  }

  private numberOf(symbol: string): number | undefined {
    return this.instruments.find((instrument) => instrument.symbol === symbol)?.number;
  }

  private setState(state: FeedState, error: ClientError | null): void {
    if (this.state === state) return;
    this.state = state;
    guarded(this.options.onState, state, error);
  }

  private finish(error: ClientError | null): void {
    if (this.state === 'closed') return;
    this.failure = error ?? new ClientError('closed', 'the feed is closed');
    this.byInstrument.clear();
    this.connection.end().then(this.setEnded);
    for (const subscription of [...this.subscriptions]) subscription.end(error);
    this.start?.reject(this.failure);
    this.start = null;
    this.setState('closed', error);
  }
}

const ALL_CHANNELS = kinds.CHANNEL_L2 | kinds.CHANNEL_L3 | kinds.CHANNEL_TRADES;

function refusal(reason: number): ClientError {
  const name = FEED_REFUSAL_NAMES[reason] as ClientErrorCode | undefined;
  return new ClientError(
    name ?? 'protocol',
    `the server refused the subscription: reason ${reason}`,
  );
}
