// A feed server in memory for the tests of MarketFeed, and what a subscription tells.

import { expect } from 'vitest';
import type { FeedBook, MarketPhase, MarketTrade } from '../src/client/index.ts';
import { MarketFeed, type MarketFeedOptions, type SubscribeOptions } from '../src/client/index.ts';
import { PHASE_CONTINUOUS } from '../src/core/codes.ts';
import type { FeedConnection } from '../src/feed/subscriber.ts';
import {
  ConsumerFrameDecoder,
  createFeedHead,
  encodeInstruments,
  FeedEncoder,
  type FeedHead,
  type InstrumentFacts,
} from '../src/wire/feed.ts';
import * as kinds from '../src/wire/frame-kinds.ts';
import { ClientSocket, ManualTimers, settle } from './client-kit.ts';
import { EPOCH, FeedMarket, facts as factsOf, SMALL_LIMITS } from './feed-kit.ts';

/** A feed server: a market with its publisher, or, where a test says so, the test itself. */
export class FeedServer {
  readonly timers = new ManualTimers();
  readonly sockets: ClientSocket[] = [];
  readonly states: string[] = [];
  readonly heard: string[] = [];
  market = new FeedMarket(SMALL_LIMITS, [1, 2]);
  /** Asked for each frame to a client; false: it is lost. */
  passes: (bytes: Uint8Array) => boolean = () => true;
  private readonly isScripted: boolean;
  private readonly decoder = new ConsumerFrameDecoder();
  private readonly encoder = new FeedEncoder();
  private connection: FeedConnection | null = null;

  constructor(isScripted = false) {
    this.isScripted = isScripted;
    this.market.flush();
  }

  get socket(): ClientSocket {
    return this.sockets.at(-1)!;
  }

  options(more: Partial<MarketFeedOptions> = {}): MarketFeedOptions {
    const server = this;
    class Socket extends ClientSocket {
      constructor(url: string) {
        super(url);
        server.sockets.push(this);
        queueMicrotask(() => server.accept(this));
      }
    }
    return {
      url: 'ws://exchange/feed',
      WebSocket: Socket,
      timers: this.timers,
      random: () => 0,
      onState: (state, error) => this.states.push(error ? `${state} ${error.code}` : state),
      ...more,
    };
  }

  /** Lets the publisher say what there is. */
  async flush(): Promise<void> {
    this.market.flush();
    await settle();
  }

  async cut(code = 1006): Promise<void> {
    this.connection?.closed();
    this.connection = null;
    this.socket.closed(code);
    await settle();
  }

  /** As a scripted server: one frame without records, but for the phase of a snapshot. */
  async say(kind: number, fields: Partial<FeedHead> = {}): Promise<void> {
    const head = { ...createFeedHead(kind), epoch: EPOCH, ...fields };
    const words = Int32Array.of(PHASE_CONTINUOUS, 0, 0);
    const phases = kind === kinds.FEED_SNAPSHOT ? { words, at: 0, count: 1 } : null;
    this.socket.message(this.encoder.encode(head, null, null, null, phases));
    await settle();
  }

  async list(instruments: readonly string[], isLast = true, epoch = EPOCH): Promise<void> {
    const head = { ...createFeedHead(kinds.FEED_INSTRUMENTS), epoch, isLast };
    this.socket.message(encodeInstruments(head, instruments.map(named)));
    await settle();
  }

  async define(instrument: string): Promise<void> {
    const head = { ...createFeedHead(kinds.FEED_DEFINED), epoch: EPOCH };
    this.socket.message(encodeInstruments(head, [named(instrument)]));
    await settle();
  }

  private accept(socket: ClientSocket): void {
    socket.hear = (bytes) => this.hear(bytes);
    socket.open();
    if (this.isScripted) return;
    this.connection = this.market.publisher.connect({
      send: (bytes) => {
        const copy = bytes.slice();
        if (this.passes(copy)) queueMicrotask(() => socket.message(copy));
        return 0;
      },
      close: (code) => socket.closed(code),
    });
  }

  private hear(bytes: Uint8Array): void {
    expect(this.decoder.decode(bytes)).toBe(0);
    const { kind, instrument, channels } = this.decoder;
    const verb = ['', 'subscribe', 'unsubscribe'][kind];
    this.heard.push(verb === undefined ? 'beat' : `${verb} ${instrument} ${channels}`);
    const { connection } = this;
    queueMicrotask(() => connection?.frame(bytes));
  }
}

/** Number and symbol. */
function named(text: string): InstrumentFacts {
  const [number, symbol] = text.split(' ') as [string, string];
  return { ...factsOf(Number(number)), symbol, tickSize: '1' };
}

export async function connected(isScripted = false, options: Partial<MarketFeedOptions> = {}) {
  const server = new FeedServer(isScripted);
  const connecting = MarketFeed.connect(server.options(options));
  await settle();
  if (isScripted) await server.list(['1 S1', '2 S2']);
  return { server, feed: await connecting };
}

/** What a subscription told. */
export function listener(): { told: string[]; options: SubscribeOptions } {
  const told: string[] = [];
  const phase = ({ phase: entered, due }: MarketPhase) =>
    `phase ${entered}${due === 0n ? '' : ` until ${due}`}`;
  const name = ({ price, qty, aggressor }: MarketTrade) => `trade ${qty}@${price} ${aggressor}`;
  const best = (book: FeedBook) =>
    [...book.bids(1), ...book.asks(1)].map(({ price, qty }) => `${qty}@${price}`).join('/');
  const options: SubscribeOptions = {
    onUpdate: (book, change) => told.push(`${change} ${best(book)}`),
    onTrade: (trade) => told.push(name(trade)),
    onPhase: (entered) => told.push(phase(entered)),
    onStatus: (status, error) => told.push(error ? `${status} ${error.code}` : status),
  };
  return { told, options };
}
