// A core with a publisher behind it, and consumers whose sockets are arrays.

import { expect } from 'vitest';
import { assert } from '../src/base/assert.ts';
import { FeedBook, type FeedBookChange } from '../src/client/feed-book.ts';
import {
  COMMAND_INSTRUMENT,
  COMMAND_NEW,
  COMMAND_SYMBOL,
  PHASE_CONTINUOUS,
  PHASE_NAMES,
  SIDE_BUY,
  SIDE_SELL,
  STP_NONE,
  TIF_GTC,
  TYPE_LIMIT,
} from '../src/core/codes.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import type { Core } from '../src/core/core.ts';
import { apply, createCore } from '../src/core/engine.ts';
import type { EventOut } from '../src/core/event-buffer.ts';
import { EVENT_SHIFT, EVENT_WORDS } from '../src/core/event-slot.ts';
import type { Limits } from '../src/core/limits.ts';
import { H_ORDER_LOW, H_SEQUENCE_LOW } from '../src/core/memory-layout.ts';
import { type Command, type NewOrder, writeCommand } from '../src/core/plain.ts';
import { type CoreEvent, readEvent } from '../src/core/plain-events.ts';
import { depth, phaseOf, restingOrders } from '../src/core/views.ts';
import { Publisher } from '../src/feed/publisher.ts';
import type { FeedConnection, SubscriberWire } from '../src/feed/subscriber.ts';
import type { RandomCommands } from '../src/sim/random-commands.ts';
import {
  encodeConsumerHeartbeat,
  encodeSubscribe,
  encodeUnsubscribe,
  FeedDecoder,
  type FeedHead,
  type InstrumentFacts,
} from '../src/wire/feed.ts';
import { CHANNEL_L2, CHANNEL_L3, CHANNEL_TRADES, FEED_REFUSED } from '../src/wire/frame-kinds.ts';

export const EPOCH = 7 * 2 ** 32 + 3;
export const ALL = CHANNEL_L2 | CHANNEL_L3 | CHANNEL_TRADES;
export const SMALL_LIMITS: Limits = { orders: 8_192, accounts: 16, instruments: 4, pages: 1_024 };

export function facts(number: number): InstrumentFacts {
  const sizes = { tickSize: '0.01', lotSize: '1', phase: PHASE_CONTINUOUS };
  const limits = { referencePrice: 0, priceBandBps: 0, haltNs: 0, auctionNs: 0 };
  return { number, symbol: `S${number}`, ...sizes, ...limits };
}

/**
 * A core whose events go to a publisher through a ring of a few slots, so that batches end inside
 * commands. Counters begin shortly before their words turn over.
 */
export class FeedMarket implements EventOut {
  readonly publisher: Publisher;
  readonly core: Core;
  readonly slots: Int32Array;
  readonly mask: number;
  cursor = 0x7fff_fff0;
  limit: number;
  /** Sees every event, before the publisher does. */
  listener: (event: CoreEvent) => void = () => {};
  private lastId = 0;
  private seen = this.cursor;
  private handed = this.cursor;
  private readonly slot = new Int32Array(COMMAND_WORDS);

  constructor(limits: Limits, instruments: readonly number[], ringSlots = 8) {
    const { orders } = limits;
    this.slots = new Int32Array(ringSlots * EVENT_WORDS);
    this.mask = ringSlots - 1;
    this.limit = (this.cursor + ringSlots) | 0;
    this.core = createCore(limits, this);
    this.core.m[H_ORDER_LOW] = -200;
    this.core.m[H_SEQUENCE_LOW] = -100;
    this.publisher = new Publisher({ epoch: EPOCH, orders, instruments: limits.instruments });
    this.define(...instruments);
  }

  /** Does one command; its events are listened to, and handed to the publisher now or later. */
  send(command: Command): void {
    writeCommand(this.slot, 0, command);
    apply(this.core, this.slot, 0);
    this.observe();
  }

  /** Defines instruments, which the publisher learns of by the events. */
  define(...instruments: readonly number[]): void {
    for (const instrument of instruments) {
      const symbol = new TextEncoder().encode(facts(instrument).symbol);
      this.send({ cmd: COMMAND_SYMBOL, instrument, symbol });
      this.send({ cmd: COMMAND_INSTRUMENT, instrument });
    }
    this.flush();
  }

  /** Sends a stream's commands until it has defined these instruments. */
  begin(stream: RandomCommands, instruments: readonly number[]): void {
    this.listener = (event) => stream.observe(event);
    const isDefined = (number: number) => this.publisher.streamOf(number) !== undefined;
    while (!instruments.every(isDefined)) {
      this.send(stream.next());
      this.flush();
    }
  }

  /** Enters an order of account 1 (or another), gtc without self-trade prevention. Gives its id. */
  enter(order: Partial<NewOrder> & { side: number; qty: number; price: number }): number {
    this.lastId += 1;
    this.send({
      cmd: COMMAND_NEW,
      instrument: 1,
      account: 1,
      clOrdId: this.lastId,
      type: TYPE_LIMIT,
      tif: TIF_GTC,
      postOnly: false,
      stp: STP_NONE,
      ...order,
    });
    return this.lastId;
  }

  /** Hands every event to the publisher. */
  flush(): void {
    this.observe();
    this.publisher.onEvents(this.slots, this.mask, this.handed, this.cursor);
    this.handed = this.cursor;
    this.limit = (this.cursor + this.mask + 1) | 0;
  }

  makeRoom(): void {
    this.flush();
  }

  private observe(): void {
    while (this.seen !== this.cursor) {
      this.listener(readEvent(this.slots, (this.seen & this.mask) << EVENT_SHIFT));
      this.seen = (this.seen + 1) | 0;
    }
  }
}

/** A consumer behind a socket that the test holds: what was sent is in `inbox` until delivered. */
export class TestConsumer implements SubscriberWire {
  readonly books = new Map<number, FeedBook>();
  /** Channels asked for by instrument. */
  readonly wanted = new Map<number, number>();
  readonly decoder = new FeedDecoder();
  readonly connection: FeedConnection;
  /** Heads of the frames delivered. */
  readonly heads: FeedHead[] = [];
  readonly changes: FeedBookChange[] = [];
  inbox: Uint8Array[] = [];
  closeCode = 0;
  /** The socket takes nothing: what is sent stays unsent. */
  isStuck = false;
  unsentBytes = 0;
  gaps = 0;
  refusals = 0;

  constructor(publisher: Publisher) {
    this.connection = publisher.connect(this);
  }

  send(bytes: Uint8Array): number {
    assert(this.closeCode === 0, 'nothing is sent to a closed socket');
    // A copy, because the bytes are good during the call only.
    this.inbox.push(bytes.slice());
    if (this.isStuck) this.unsentBytes += bytes.length;
    return this.unsentBytes;
  }

  close(code: number): void {
    assert(this.closeCode === 0, 'a socket is closed once');
    this.closeCode = code;
    this.connection.closed();
  }

  /** Keeps a book from now on. */
  subscribe(instrument: number, channels: number): void {
    this.wanted.set(instrument, (this.wanted.get(instrument) ?? 0) | channels);
    if (!this.books.has(instrument)) this.books.set(instrument, new FeedBook(instrument));
    this.connection.frame(encodeSubscribe(instrument, channels));
  }

  /** Keeps no book any more when no channel is left. */
  unsubscribe(instrument: number, channels: number): void {
    const left = (this.wanted.get(instrument) ?? 0) & ~channels;
    this.wanted.set(instrument, left);
    if (left === 0) this.books.delete(instrument);
    this.connection.frame(encodeUnsubscribe(instrument, channels));
  }

  heartbeat(): void {
    this.connection.frame(encodeConsumerHeartbeat());
  }

  /** The socket takes all that is unsent, and more until it is stuck again. */
  drain(): void {
    this.isStuck = false;
    this.unsentBytes = 0;
    this.connection.drained();
  }

  /** Decodes what has come and shows it to the books. */
  deliver(): void {
    const { inbox } = this;
    this.inbox = [];
    for (const bytes of inbox) this.show(bytes);
  }

  /** One frame to every book; a gap is answered by a fresh subscription. */
  show(bytes: Uint8Array): void {
    assert(this.decoder.decode(bytes) === 0, 'the publisher sends good frames');
    const head = { ...this.decoder.head };
    this.heads.push(head);
    if (head.kind === FEED_REFUSED) this.refusals += 1;
    for (const book of this.books.values()) {
      const change = book.apply(this.decoder);
      this.changes.push(change);
      if (change !== 'gap') continue;
      this.gaps += 1;
      this.subscribe(book.instrument, this.wanted.get(book.instrument)!);
    }
  }
}

/** Instruments 1 and 2; `orders` offers of 10 lots over three prices of instrument 1. */
export function marketOf(orders = 0): FeedMarket {
  const market = new FeedMarket(SMALL_LIMITS, [1, 2]);
  for (let i = 0; i < orders; i++) {
    market.enter({ side: SIDE_SELL, qty: 10, price: 100 + (i % 3) });
  }
  market.flush();
  return market;
}

/** Delivers what has come; the kinds of its frames. `heads` are of them alone. */
export function framesOf(consumer: TestConsumer): number[] {
  consumer.heads.length = 0;
  consumer.deliver();
  return consumer.heads.map(({ kind }) => kind);
}

/** Holds a live book against the core's. */
export function expectEqualBook(book: FeedBook, core: Core, note: string): void {
  expect(book.state, note).toBe('live');
  expect(book.phase, note).toBe(PHASE_NAMES[phaseOf(core, book.instrument)]);
  for (const side of [SIDE_BUY, SIDE_SELL]) {
    const levels = side === SIDE_BUY ? book.bids() : book.asks();
    const told = levels.map(({ price, qty, orders }) => [price, qty, orders]);
    if ((book.channels & (CHANNEL_L2 | CHANNEL_L3)) !== 0) {
      expect(told, note).toEqual(depth(core, book.instrument, side, 1e9));
    }
    if ((book.channels & CHANNEL_L3) === 0) continue;
    const orders = book.orders(side);
    expect(
      orders.map(({ orderId, price, qty }) => [Number(orderId), price, qty]),
      note,
    ).toEqual(
      restingOrders(core, book.instrument, side).map((o) => [o.orderId, o.price, o.displayed]),
    );
    const sums = new Map<number, number[]>();
    for (const { price, qty } of orders) {
      const sum = sums.get(price) ?? [price, 0, 0];
      sums.set(price, [price, sum[1]! + qty, sum[2]! + 1]);
    }
    expect(told, `L2 is the sum of L3, ${note}`).toEqual([...sums.values()]);
  }
}
