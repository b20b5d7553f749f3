// One subscriber of the feed: what it asked for, and what waits for its socket.
//
//   subscribe ─▶ waiting ─▶ snapshot under way ─▶ live
//                           frames as the socket takes them, one snapshot at a time; updates of
//                           its instrument are kept behind it, those of others pass by
//
// Ownership: the publisher's thread alone.
// Limits: UNSENT_BYTES_MAX bytes unsent or kept (CLOSE_SLOW); SNAPSHOT_MS_MAX for one snapshot
// (CLOSE_SLOW); SILENCE_MS_MAX without a frame (CLOSE_SILENT); REQUESTS_PER_SECOND_MAX frames
// (CLOSE_FLOOD). Nobody ever waits for a subscriber.

import { assert } from '../base/assert.ts';
import type { ConsumerFrameDecoder } from '../wire/feed.ts';
import {
  CLOSE_FLOOD,
  CLOSE_SILENT,
  CLOSE_SLOW,
  FEED_SUBSCRIBE,
  FEED_UNSUBSCRIBE,
  HEARTBEAT_MS,
  REFUSED_UNKNOWN_CHANNEL,
  REFUSED_UNKNOWN_INSTRUMENT,
  SILENCE_MS_MAX,
  UNSENT_BYTES_MAX,
  UNSENT_BYTES_PAUSE,
} from '../wire/frame-kinds.ts';
import { REQUESTS_PER_SECOND_MAX, SNAPSHOT_MS_MAX } from './feed-limits.ts';
import { CHANNELS_ALL, type InstrumentStream, type UpdateReceiver } from './instrument-stream.ts';
import type { Snapshot } from './snapshots.ts';

/** The socket, as the publisher needs it. */
export interface SubscriberWire {
  /**
   * Sends one binary message; the bytes are good during the call only. Gives how many bytes of this
   * and earlier messages the socket has not taken yet. Calls nothing of the connection meanwhile.
   */
  send(bytes: Uint8Array): number;
  /** Closes the socket with a CLOSE_* code. Nothing is sent after it. */
  close(code: number): void;
}

/** What the socket's owner tells the publisher. */
export interface FeedConnection {
  /** A binary message came. */
  frame(bytes: Uint8Array): void;
  /** The socket has taken bytes that were unsent. */
  drained(): void;
  /** The socket is closed. */
  closed(): void;
}

/** What a subscriber needs of the publisher. */
export interface FeedSource {
  readonly decoder: ConsumerFrameDecoder;
  /** ms that the publisher has been running, at the last tick. */
  readonly clockMs: number;
  /** Undefined: there is no such instrument. */
  streamOf(instrument: number): InstrumentStream | undefined;
  /** Null: not now; the subscriber will be served when it can be. */
  beginSnapshot(subscriber: Subscriber, instrument: number, channels: number): Snapshot | null;
  nextFrame(snapshot: Snapshot): Uint8Array;
  endSnapshot(snapshot: Snapshot): void;
  refusal(instrument: number, channels: number, reason: number): Uint8Array;
  forget(subscriber: Subscriber): void;
}

const SECOND_MS = 1_000;

export class Subscriber implements FeedConnection, UpdateReceiver {
  private readonly source: FeedSource;
  private readonly wire: SubscriberWire;
  /** What it has asked for: channels by instrument. */
  private readonly channels = new Map<number, number>();
  /** Instruments of those whose snapshot has yet to begin, and which are in no group until then. */
  private readonly waiting = new Set<number>();
  private snapshot: Snapshot | null = null;
  private snapshotSinceMs = 0;
  /** Update frames of the snapshot's instrument that go out behind it. */
  private kept: Uint8Array[] = [];
  private keptBytes = 0;
  private unsentBytes = 0;
  private heardMs: number;
  /** Since the last tick: that is when its silence begins, for the clock stands between ticks. */
  private wasHeard = true;
  private sentMs: number;
  private secondSinceMs: number;
  private requests = 0;
  private isClosed = false;

  constructor(source: FeedSource, wire: SubscriberWire) {
    this.source = source;
    this.wire = wire;
    this.heardMs = source.clockMs;
    this.sentMs = source.clockMs;
    this.secondSinceMs = source.clockMs;
  }

  frame(bytes: Uint8Array): void {
    if (this.isClosed) return;
    const { decoder, clockMs } = this.source;
    this.wasHeard = true;
    if (clockMs - this.secondSinceMs >= SECOND_MS) {
      this.secondSinceMs = clockMs;
      this.requests = 0;
    }
    this.requests += 1;
    const code = this.requests > REQUESTS_PER_SECOND_MAX ? CLOSE_FLOOD : decoder.decode(bytes);
    if (code !== 0) this.close(code);
    else if (decoder.kind === FEED_SUBSCRIBE || decoder.kind === FEED_UNSUBSCRIBE) this.request();
  }

  drained(): void {
    if (this.isClosed) return;
    // How much is left, the next send will say.
    this.unsentBytes = 0;
    this.serve();
  }

  closed(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const [instrument, channels] of this.channels) {
      if (!this.waiting.has(instrument)) this.streamAt(instrument).leave(this, channels);
    }
    this.channels.clear();
    this.waiting.clear();
    if (this.snapshot !== null) this.endSnapshot(this.snapshot);
    this.source.forget(this);
  }

  /** Ends the subscriber with a CLOSE_* code. */
  close(code: number): void {
    if (this.isClosed) return;
    this.closed();
    this.wire.close(code);
  }

  offer(instrument: number, bytes: Uint8Array): void {
    assert(!this.isClosed && this.channels.has(instrument), 'updates go to who subscribed');
    if (this.snapshot === null || this.snapshot.stream.view.instrument !== instrument) {
      this.send(bytes);
      return;
    }
    this.kept.push(bytes);
    this.keptBytes += bytes.length;
    this.closeIfSlow();
  }

  /** Sends a frame that is about none of its subscriptions. */
  send(bytes: Uint8Array): void {
    if (this.isClosed) return;
    this.sentMs = this.source.clockMs;
    const unsentBytes = this.wire.send(bytes);
    this.unsentBytes = unsentBytes;
    this.closeIfSlow();
  }

  /** Time has passed: says that the server lives, closes who is silent or slow. */
  tick(heartbeat: Uint8Array): void {
    const { clockMs } = this.source;
    if (this.wasHeard) this.heardMs = clockMs;
    this.wasHeard = false;
    if (clockMs - this.heardMs > SILENCE_MS_MAX) this.close(CLOSE_SILENT);
    else if (this.snapshot !== null && clockMs - this.snapshotSinceMs > SNAPSHOT_MS_MAX) {
      this.close(CLOSE_SLOW);
    } else if (clockMs - this.sentMs >= HEARTBEAT_MS) this.send(heartbeat);
  }

  /** Sends what waits, as much as the socket takes. */
  serve(): void {
    while (!this.isClosed && this.unsentBytes <= UNSENT_BYTES_PAUSE) {
      const snapshot = this.snapshot ?? this.beginSnapshot();
      if (snapshot === null) return;
      this.send(this.source.nextFrame(snapshot));
      if (!this.isClosed && snapshot.next === snapshot.frames) this.finish(snapshot);
    }
  }

  private closeIfSlow(): void {
    if (this.unsentBytes + this.keptBytes > UNSENT_BYTES_MAX) this.close(CLOSE_SLOW);
  }

  /** Does what the frame in the decoder asks for. */
  private request(): void {
    const { kind, instrument, channels } = this.source.decoder;
    const stream = this.source.streamOf(instrument);
    let reason = 0;
    if (stream === undefined) reason = REFUSED_UNKNOWN_INSTRUMENT;
    else if (channels === 0 || (channels & ~CHANNELS_ALL) !== 0) reason = REFUSED_UNKNOWN_CHANNEL;
    if (reason !== 0) this.send(this.source.refusal(instrument, channels, reason));
    else if (kind === FEED_SUBSCRIBE) this.subscribe(instrument, channels);
    else this.unsubscribe(instrument, channels);
  }

  /** Adds channels; a fresh snapshot comes with all that it then has. */
  private subscribe(instrument: number, added: number): void {
    const before = this.leaveGroup(instrument);
    this.channels.set(instrument, before | added);
    this.waiting.add(instrument);
    this.serve();
  }

  /** Takes channels away; those that are left go on without a break. */
  private unsubscribe(instrument: number, ended: number): void {
    const before = this.channels.get(instrument) ?? 0;
    const left = before & ~ended;
    if (left === before) return;
    if (left === 0) {
      this.leaveGroup(instrument);
      this.channels.delete(instrument);
      this.waiting.delete(instrument);
      return;
    }
    this.channels.set(instrument, left);
    if (this.waiting.has(instrument)) return;
    const stream = this.streamAt(instrument);
    stream.leave(this, before);
    stream.join(this, left);
  }

  /** No more updates of the instrument, nor those that are kept. Gives its channels so far. */
  private leaveGroup(instrument: number): number {
    const channels = this.channels.get(instrument) ?? 0;
    if (channels === 0 || this.waiting.has(instrument)) return channels;
    this.streamAt(instrument).leave(this, channels);
    if (this.snapshot?.stream.view.instrument === instrument) this.forgetKept();
    return channels;
  }

  private beginSnapshot(): Snapshot | null {
    const first = this.waiting.values().next();
    if (first.done === true) return null;
    const instrument = first.value;
    const channels = this.channels.get(instrument)!;
    const snapshot = this.source.beginSnapshot(this, instrument, channels);
    if (snapshot === null) return null;
    assert(this.kept.length === 0, 'nothing is kept before a snapshot');
    this.waiting.delete(instrument);
    snapshot.stream.join(this, channels);
    snapshot.stream.keepers += 1;
    this.snapshot = snapshot;
    this.snapshotSinceMs = this.source.clockMs;
    return snapshot;
  }

  /** A snapshot is sent: its instrument is live, beginning with what was kept. */
  private finish(snapshot: Snapshot): void {
    const { kept } = this;
    this.endSnapshot(snapshot);
    for (const bytes of kept) this.send(bytes);
  }

  private endSnapshot(snapshot: Snapshot): void {
    this.snapshot = null;
    this.forgetKept();
    snapshot.stream.keepers -= 1;
    assert(snapshot.stream.keepers >= 0, 'a keeper stops once');
    this.source.endSnapshot(snapshot);
  }

  private forgetKept(): void {
    this.kept = [];
    this.keptBytes = 0;
  }

  private streamAt(instrument: number): InstrumentStream {
    const stream = this.source.streamOf(instrument);
    assert(stream !== undefined, 'only streams that exist have subscribers');
    return stream;
  }
}
