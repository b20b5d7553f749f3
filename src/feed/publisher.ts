// The publisher: events in, market data frames out. No sockets, no threads, no clock: its owner
// gives it batches of the event ring, messages of sockets, and the time.
//
//   event ring ─▶ Books ── a command is whole ──▶ InstrumentStream ──▶ Subscriber ─▶ socket
//                   │                               sequence, one          ▲
//                   └── copied between commands ──▶ encoding a set     Snapshot
//
// Invariants: per instrument and command one update, of as many frames as it needs, or none when
// the public book is as before. A snapshot has the sequence of the last update that it contains,
// and the updates that follow it on the same connection go on from there.
// Ownership: one thread. Every method returns without waiting for anybody.
// Limits: feed-limits.ts; orders and instruments as many as the core has.
//
// Left open here, each beside what is there: gap fill by request is one more kind of frame in
// `Subscriber.frame` and a ring of the frames that `InstrumentStream.publish` encoded, by sequence;
// conflation is another `UpdateReceiver`, which remembers touched levels and sends them when its
// socket or its interval allows; UDP is one too, in the group of all channels of every stream.

import { assert } from '../base/assert.ts';
import { highWord, lowWord, wordsToNumber } from '../base/words.ts';
import { EVENT_INDICATIVE, EVENT_INSTRUMENT, EVENT_PHASE } from '../core/codes.ts';
import * as e from '../core/event-slot.ts';
import { SEED_ORDER_WORDS } from '../core/seed-order-layout.ts';
import {
  ConsumerFrameDecoder,
  createFeedHead,
  encodeInstruments,
  type FeedHead,
  type InstrumentFacts,
} from '../wire/feed.ts';
import {
  CLOSE_SHUTTING_DOWN,
  FEED_DEFINED,
  FEED_HEARTBEAT,
  FEED_INSTRUMENTS,
  FEED_REFUSED,
  HEARTBEAT_MS,
  RECORDS_PER_FRAME_MAX,
} from '../wire/frame-kinds.ts';
import { factsOfEvent } from '../wire/instrument-facts.ts';
import { Books } from './books.ts';
import { FrameWriter } from './frame-writer.ts';
import { InstrumentStream } from './instrument-stream.ts';
import { LAST_TRADE_WORDS } from './last-trades.ts';
import { type Snapshot, Snapshots } from './snapshots.ts';
import {
  type FeedConnection,
  type FeedSource,
  Subscriber,
  type SubscriberWire,
} from './subscriber.ts';

export interface PublisherOptions {
  /** Another one at every start of the server, 0 … 2^53-1. */
  readonly epoch: number;
  /** As many orders as the core may hold, 1 … 4,194,304. */
  readonly orders: number;
  /** Instruments are numbered 1 … this. */
  readonly instruments: number;
}

export class Publisher implements FeedSource {
  readonly decoder = new ConsumerFrameDecoder();
  clockMs = 0;
  /** Update frames published: the sum of the feed sequences of all instruments. */
  updates = 0;
  private readonly books: Books;
  private readonly writer = new FrameWriter();
  private readonly snapshots = new Snapshots(this.writer);
  private readonly streams: (InstrumentStream | undefined)[] = [];
  private readonly subscribers = new Set<Subscriber>();
  /** Subscribers whose next snapshot could not begin when it was their turn. */
  private unserved = new Set<Subscriber>();
  /** By number; a phase is that of the beginning. */
  private readonly instruments = new Map<number, InstrumentFacts>();
  /** Those that the command under way has defined. */
  private defined: InstrumentFacts[] = [];
  /** The list of instruments as it is now; null: it has changed since somebody got it. */
  private listFrames: Uint8Array[] | null = null;
  /** Epoch, and sequence and time of the last whole command. The rest is scratch of updates. */
  private readonly now: FeedHead = createFeedHead(0);
  private tickMs: number | undefined;

  constructor({ epoch, orders, instruments }: PublisherOptions) {
    assert(Number.isSafeInteger(epoch) && epoch >= 0, 'an epoch is in 0 … 2^53-1');
    this.now.epoch = epoch;
    this.books = new Books(orders, instruments);
  }

  /** An instrument that was defined before the first event: as `seedOrder`. */
  seedInstrument(facts: InstrumentFacts): void {
    assert(this.subscribers.size === 0, 'books are seeded before anybody looks');
    this.add(facts);
    const { status } = this.books.view(facts.number);
    status.enter(facts.phase, 0, 0);
    status.clearChanges();
  }

  /**
   * An order that rested before the first event: after a recovery each is told, in queue order,
   * before anybody connects. `orderId` is in 1 … 2^53-1; it shows `shown` (1 …) of its leaves.
   */
  seedOrder(
    instrument: number,
    side: number,
    orderId: number,
    price: number,
    leaves: number,
    shown: number,
  ): void {
    assert(this.subscribers.size === 0, 'books are seeded before anybody looks');
    const view = this.books.view(instrument);
    view.add(side, lowWord(orderId), highWord(orderId), price, leaves, shown);
    view.finish();
    view.clearChanges();
  }

  /**
   * Everything that was there before the first event: slots of events that tell the instruments
   * (core/instrument-events.ts), resting orders in queue order (core/seed-order-layout.ts), last
   * trades (last-trades.ts); after command `sequence`, at that time of the exchange.
   */
  seed(
    instruments: Int32Array,
    orders: Int32Array,
    trades: Int32Array,
    sequence: number,
    [timeLow, timeHigh]: readonly [low: number, high: number],
  ): void {
    for (let at = 0; at < instruments.length; at += e.EVENT_WORDS) {
      this.seedFromEvent(instruments, at);
    }
    for (let at = 0; at < orders.length; at += SEED_ORDER_WORDS) {
      const orderId = wordsToNumber(orders[at + 2]!, orders[at + 3]!);
      const [instrument, side] = [orders[at]!, orders[at + 1]!];
      const [price, leaves, shown] = [orders[at + 4]!, orders[at + 5]!, orders[at + 6]!];
      this.seedOrder(instrument, side, orderId, price, leaves, shown);
    }
    for (let at = 0; at < trades.length; at += LAST_TRADE_WORDS) {
      this.books.view(trades[at]!).setLastTrade(trades, at + 1);
    }
    this.seedCommand(sequence, timeLow, timeHigh);
  }

  private seedFromEvent(slots: Int32Array, at: number): void {
    const type = slots[at + e.E_HEAD]! & e.EVENT_TYPE_MASK;
    const { status } = this.books.view(slots[at + e.E_INSTRUMENT]!);
    if (type === EVENT_INSTRUMENT) {
      this.seedInstrument(factsOfEvent(slots, at));
    } else if (type === EVENT_PHASE) {
      status.enter(slots[at + e.E_PHASE]!, slots[at + e.E_DUE_LOW]!, slots[at + e.E_DUE_HIGH]!);
    } else {
      assert(type === EVENT_INDICATIVE, 'an instrument has nothing else to tell');
      status.indicate(slots, at + e.E_PRICE);
    }
    status.clearChanges();
  }

  /** The command after which the seeded orders rested: its sequence, and the exchange's clock. */
  seedCommand(sequence: number, timeLow: number, timeHigh: number): void {
    assert(this.subscribers.size === 0, 'books are seeded before anybody looks');
    this.now.commandSequence = sequence;
    this.now.timeLow = timeLow;
    this.now.timeHigh = timeHigh;
  }

  /**
   * Events `from` … `end - 1` (wrapping int32): event `n` is slot `n & mask` of `slots`, which are
   * read during the call only. A batch may end inside a command.
   */
  onEvents(slots: Int32Array, mask: number, from: number, end: number): void {
    for (let cursor = from | 0; cursor !== (end | 0); cursor = (cursor + 1) | 0) {
      const at = (cursor & mask) << e.EVENT_SHIFT;
      if ((slots[at + e.E_HEAD]! & e.EVENT_TYPE_MASK) === EVENT_INSTRUMENT) {
        this.defined.push(factsOfEvent(slots, at));
      }
      if (this.books.apply(slots, at)) this.publish(slots, at);
    }
    this.serveUnserved();
  }

  /**
   * Time has passed; `nowMs` is a monotonic clock. To be called at least every HEARTBEAT_MS: of a
   * longer pause no more counts, so that the publisher's own delay is nobody's silence.
   */
  tick(nowMs: number): void {
    const passedMs = nowMs - (this.tickMs ?? nowMs);
    this.tickMs = nowMs;
    this.clockMs += Math.min(Math.max(passedMs, 0), HEARTBEAT_MS);
    const heartbeat = this.writer.encodeBare(this.headOf(FEED_HEARTBEAT));
    for (const subscriber of this.subscribers) subscriber.tick(heartbeat);
    this.serveUnserved();
  }

  /** A socket is open: it gets the list of instruments at once. */
  connect(wire: SubscriberWire): FeedConnection {
    const subscriber = new Subscriber(this, wire);
    this.subscribers.add(subscriber);
    this.sendList(subscriber);
    return subscriber;
  }

  get subscriberCount(): number {
    return this.subscribers.size;
  }

  get instrumentCount(): number {
    return this.instruments.size;
  }

  /** Sequence of the last command whose events are all read. */
  get commandSequence(): number {
    return this.now.commandSequence;
  }

  /** Closes every subscriber with CLOSE_SHUTTING_DOWN. */
  shutDown(): void {
    for (const subscriber of this.subscribers) subscriber.close(CLOSE_SHUTTING_DOWN);
  }

  streamOf(instrument: number): InstrumentStream | undefined {
    return this.instruments.has(instrument) ? this.stream(instrument) : undefined;
  }

  beginSnapshot(subscriber: Subscriber, instrument: number, channels: number): Snapshot | null {
    const snapshot = this.books.isInCommand
      ? null
      : this.snapshots.begin(this.stream(instrument), channels, this.now);
    if (snapshot === null) this.unserved.add(subscriber);
    return snapshot;
  }

  nextFrame(snapshot: Snapshot): Uint8Array {
    return this.snapshots.nextFrame(snapshot);
  }

  endSnapshot(snapshot: Snapshot): void {
    this.snapshots.end(snapshot);
  }

  refusal(instrument: number, channels: number, reason: number): Uint8Array {
    const head = this.headOf(FEED_REFUSED);
    return this.writer.encodeBare({ ...head, instrument, channels, reason });
  }

  forget(subscriber: Subscriber): void {
    this.subscribers.delete(subscriber);
    this.unserved.delete(subscriber);
  }

  /** The command that the event at word `at` ended is whole: out with what it changed. */
  private publish(slots: Int32Array, at: number): void {
    const { now } = this;
    now.commandSequence = wordsToNumber(
      slots[at + e.E_SEQUENCE_LOW]!,
      slots[at + e.E_SEQUENCE_HIGH]!,
    );
    now.timeLow = slots[at + e.E_TIME_LOW]!;
    now.timeHigh = slots[at + e.E_TIME_HIGH]!;
    const { changed, changedCount } = this.books;
    for (let i = 0; i < changedCount; i++) {
      const view = changed[i]!;
      if (view.phases.length > 0) this.listFrames = null;
      const stream = this.stream(view.instrument);
      const before = stream.sequence;
      stream.publish(this.writer, now);
      this.updates += stream.sequence - before;
    }
    this.books.forget();
    if (this.defined.length > 0) this.tellDefined();
  }

  private add(facts: InstrumentFacts): void {
    assert(!this.instruments.has(facts.number), 'an instrument is defined once');
    this.stream(facts.number);
    this.instruments.set(facts.number, facts);
    this.listFrames = null;
  }

  /** Every subscriber has the list, and gets what the command adds to it. */
  private tellDefined(): void {
    for (const facts of this.defined) {
      this.add(facts);
      if (this.subscribers.size === 0) continue;
      const frame = encodeInstruments(this.headOf(FEED_DEFINED), [this.withPhase(facts)]);
      for (const subscriber of this.subscribers) subscriber.send(frame);
    }
    this.defined = [];
  }

  /** As it is now. */
  private withPhase(facts: InstrumentFacts): InstrumentFacts {
    return { ...facts, phase: this.books.view(facts.number).status.phase };
  }

  private serveUnserved(): void {
    this.snapshots.beginTurn();
    if (this.unserved.size === 0 || this.books.isInCommand) return;
    const turn = this.unserved;
    this.unserved = new Set();
    for (const subscriber of turn) subscriber.serve();
  }

  private stream(instrument: number): InstrumentStream {
    const known = this.streams[instrument];
    if (known !== undefined) return known;
    const stream = new InstrumentStream(this.books.view(instrument));
    this.streams[instrument] = stream;
    return stream;
  }

  private encodeList(): Uint8Array[] {
    const instruments = [...this.instruments.values()].map((facts) => this.withPhase(facts));
    const frames: Uint8Array[] = [];
    let from = 0;
    do {
      const to = Math.min(from + RECORDS_PER_FRAME_MAX, instruments.length);
      const isLast = to === instruments.length;
      const head = { ...this.headOf(FEED_INSTRUMENTS), isLast };
      frames.push(encodeInstruments(head, instruments.slice(from, to)));
      from = to;
    } while (from < instruments.length);
    return frames;
  }

  private sendList(subscriber: Subscriber): void {
    this.listFrames ??= this.encodeList();
    for (const frame of this.listFrames) subscriber.send(frame);
  }

  /** A head about no instrument. */
  private headOf(kind: number): FeedHead {
    const { epoch, commandSequence, timeLow, timeHigh } = this.now;
    return { ...createFeedHead(kind), epoch, commandSequence, timeLow, timeHigh };
  }
}
