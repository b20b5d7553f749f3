// One run of the latency bench against a server: frames of one order in an open loop, and when what
// came of each arrived. Times count from the moment at which a frame was due, so a server that
// stalls is charged for every order that waited (coordinated omission).

import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { EVENT_REJECTED } from '../src/core/codes.ts';
import { EVENT_TYPE_MASK } from '../src/core/event-slot.ts';
import { encodeConsumerHeartbeat, encodeSubscribe, FeedDecoder } from '../src/wire/feed.ts';
import { CHANNEL_L2, FEED_SNAPSHOT, FEED_UPDATE, WIRE_VERSION } from '../src/wire/frame-kinds.ts';
import { encodeLogon, ServerFrameDecoder } from '../src/wire/order-entry.ts';
import {
  R_COMMAND_LOW,
  R_HEAD,
  R_REQUEST,
  REPORT_END,
  REPORT_WORDS,
} from '../src/wire/report-layout.ts';
import { FrameLog } from './frame-log.ts';
import { FrameSocket, writeClientHeader } from './frame-socket.ts';
import type { SenderStart } from './latency-sender.ts';
import { OrderFrames } from './order-frames.ts';

const INSTRUMENT = 1;
const FRAME_BYTES_MAX = 256;
/** From the preparations to the first frame, ns. */
const LEAD_NS = 100e6;
const BEAT_MS = 1_000;
/** How long the last answers may take. */
const ANSWER_MS_MAX = 5_000;
/** Frames beside answers and updates: welcome, snapshot, heartbeats. */
const OTHER_FRAMES_MAX = 10_000;
const LOOK_MS = 20;
const LOGON = { versionMin: WIRE_VERSION, versionMax: WIRE_VERSION, nextReport: 1 };

export interface LatencyTarget {
  readonly ordersUrl: string;
  /** null: a bare echo, which has no market data. */
  readonly feedUrl: string | null;
  /** Number of a session that nobody has used, and of its account. */
  readonly session: number;
}

export interface OpenLoop {
  /** Orders a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Before them, not counted. */
  readonly warmSeconds: number;
}

/** ns, by order; those of the warm-up are left out. */
export interface Latencies {
  /** From when it was due to its acknowledgement. */
  readonly response: Float64Array;
  /** From when it was written to its acknowledgement. */
  readonly service: Float64Array;
  /** From when it was due to the L2 update on another connection; empty for an echo. */
  readonly feed: Float64Array;
  /** From when it was due to when it was written. */
  readonly lateness: Float64Array;
  /** When the first counted order was due, ms since 1970. */
  readonly startMs: number;
  readonly wrong: readonly string[];
}

/** Runs the open loop against one target. */
export async function runOpenLoop(target: LatencyTarget, loop: OpenLoop): Promise<Latencies> {
  const run = new Run(target, loop);
  await run.connect();
  await run.send();
  return run.finish();
}

class Run {
  private readonly target: LatencyTarget;
  private readonly loop: OpenLoop;
  private readonly count: number;
  private readonly zeroNs = process.hrtime.bigint();
  private readonly sentNs: Float64Array;
  private readonly answeredNs: Float64Array;
  private readonly sequenceOf: Int32Array;
  /** When the first update of a command came, by the low word of its sequence. */
  private readonly updatedNs = new Map<number, number>();
  private readonly decoder = new ServerFrameDecoder();
  private readonly feedDecoder = new FeedDecoder();
  private orders: FrameSocket | undefined;
  private feed: FrameSocket | undefined;
  private startNs = 0;
  private startMs = 0;
  private answered = 0;
  private readonly reports: FrameLog;
  private readonly updates: FrameLog;
  private isOn = false;
  private isFeedOn = false;
  private seen = 0;
  private readonly wrong: string[] = [];

  constructor(target: LatencyTarget, loop: OpenLoop) {
    this.target = target;
    this.loop = loop;
    this.count = Math.round(loop.rate * (loop.seconds + loop.warmSeconds));
    this.sentNs = new Float64Array(new SharedArrayBuffer(this.count * 8));
    this.answeredNs = new Float64Array(this.count);
    this.sequenceOf = new Int32Array(this.count);
    this.reports = new FrameLog(this.count + OTHER_FRAMES_MAX);
    this.updates = new FrameLog(this.count + OTHER_FRAMES_MAX);
  }

  async connect(): Promise<void> {
    const { ordersUrl, feedUrl, session } = this.target;
    const onEnd = (code: number): void => {
      this.wrong.push(`the server closed a connection: ${code}`);
    };
    const isEcho = feedUrl === null;
    const onFrame = isEcho
      ? () => this.answer(this.answered, 0, this.nowNs())
      : (bytes: Uint8Array) => this.reports.add(bytes, this.nowNs());
    this.orders = await FrameSocket.connect({ url: ordersUrl, onFrame, onEnd });
    if (isEcho) return;
    const onUpdate = (bytes: Uint8Array): void => this.updates.add(bytes, this.nowNs());
    this.feed = await FrameSocket.connect({ url: feedUrl, onFrame: onUpdate, onEnd });
    this.feed.send(encodeSubscribe(INSTRUMENT, CHANNEL_L2));
    const token = `token${session}`;
    this.orders.send(encodeLogon({ ...LOGON, token, cancelOnDisconnect: false }));
    await this.until(() => this.readAll() && this.isOn && this.isFeedOn);
  }

  /** Lets the sending thread send everything; waits for the last answers. */
  async send(): Promise<void> {
    const { zeroNs, sentNs } = this;
    const { bytes, ends } = framesOf(this.target.session, this.count);
    this.startNs = this.nowNs() + LEAD_NS;
    this.startMs = Date.now() + LEAD_NS / 1e6;
    const intervalNs = 1e9 / this.loop.rate;
    const { fd } = this.orders!;
    const start: SenderStart = {
      fd,
      bytes,
      ends,
      zeroNs,
      startNs: this.startNs,
      intervalNs,
      sentNs,
    };
    const beating = setInterval(() => this.feed?.send(encodeConsumerHeartbeat()), BEAT_MS);
    const sender = new Worker(new URL('./latency-sender.js', import.meta.url), {
      workerData: start,
    });
    await new Promise((resolve, reject) => {
      sender.once('message', resolve);
      sender.once('error', reject);
    });
    await this.until(() => this.readAll() && this.answered >= this.count && this.areUpdated());
    clearInterval(beating);
    this.orders!.close();
    this.feed?.close();
  }

  finish(): Latencies {
    const { count, loop } = this;
    const warm = Math.round(loop.rate * loop.warmSeconds);
    const intervalNs = 1e9 / loop.rate;
    const dueNs = (i: number): number => this.startNs + i * intervalNs;
    const of = (ns: (i: number) => number): Float64Array =>
      Float64Array.from({ length: count - warm }, (_, i) => ns(warm + i));
    if (this.answered !== count) this.wrong.push(`${this.answered} answers to ${count} orders`);
    if (!this.areUpdated()) {
      this.wrong.push(`${this.updatedNs.size} market data updates of ${count} orders`);
    }
    const hasFeed = this.feed !== undefined && this.areUpdated();
    return {
      response: of((i) => this.answeredNs[i]! - dueNs(i)),
      service: of((i) => this.answeredNs[i]! - this.sentNs[i]!),
      feed: hasFeed
        ? of((i) => this.updatedNs.get(this.sequenceOf[i]!)! - dueNs(i))
        : new Float64Array(0),
      lateness: of((i) => this.sentNs[i]! - dueNs(i)),
      startMs: this.startMs + loop.warmSeconds * 1_000,
      wrong: this.wrong,
    };
  }

  private areUpdated(): boolean {
    return this.feed === undefined || this.updatedNs.size >= this.count;
  }

  /**
   * Reads what has come, once nothing has since the last call: meanwhile none could be taken in,
   * and the last answers would seem to come late. True when it has.
   */
  private readAll(): boolean {
    const seen = this.reports.count + this.updates.count;
    if (seen !== this.seen) {
      this.seen = seen;
      return false;
    }
    this.reports.take((bytes, ns) => this.readReports(bytes, ns));
    this.updates.take((bytes, ns) => this.readUpdate(bytes, ns));
    return true;
  }

  private readReports(bytes: Uint8Array, ns: number): void {
    const { decoder } = this;
    const code = decoder.decode(bytes);
    if (code !== 0) this.wrong.push(`a frame that cannot be read: code ${code}`);
    if (decoder.refusalCount > 0) this.wrong.push('orders were refused: more than it can take');
    this.isOn ||= decoder.welcome !== null;
    const { words, reportsAt, reportCount } = decoder;
    for (let i = 0; i < reportCount; i++) {
      const at = reportsAt + i * REPORT_WORDS;
      const head = words[at + R_HEAD]!;
      if ((head & EVENT_TYPE_MASK) === EVENT_REJECTED) this.wrong.push('an order was rejected');
      if ((head & REPORT_END) !== 0) {
        this.answer(words[at + R_REQUEST]! - 1, words[at + R_COMMAND_LOW]!, ns);
      }
    }
  }

  private answer(index: number, sequence: number, ns: number): void {
    this.answeredNs[index] = ns;
    this.sequenceOf[index] = sequence;
    this.answered += 1;
  }

  private readUpdate(bytes: Uint8Array, ns: number): void {
    const { feedDecoder } = this;
    const code = feedDecoder.decode(bytes);
    if (code !== 0) this.wrong.push(`a feed frame that cannot be read: ${code}`);
    const { kind, commandSequence } = feedDecoder.head;
    if (kind === FEED_SNAPSHOT) this.isFeedOn = true;
    if (kind !== FEED_UPDATE) return;
    const sequence = commandSequence | 0;
    if (!this.updatedNs.has(sequence)) this.updatedNs.set(sequence, ns);
  }

  private nowNs(): number {
    return Number(process.hrtime.bigint() - this.zeroNs);
  }

  /** Resolves when `isDone`, or when the last answers take too long. */
  private async until(isDone: () => boolean): Promise<void> {
    const endMs = performance.now() + ANSWER_MS_MAX;
    while (!isDone() && performance.now() < endMs) await pause(LOOK_MS);
  }
}

/** Frames of one order each, with their WebSocket headers; none of them trades. */
function framesOf(account: number, count: number): { bytes: Uint8Array; ends: Int32Array } {
  const frames = new OrderFrames(account, 1, (request) => 5 + (request % 10));
  const buffer = new SharedArrayBuffer(count * FRAME_BYTES_MAX);
  const bytes = Buffer.from(buffer);
  const ends = new Int32Array(new SharedArrayBuffer(count * 4));
  let end = 0;
  for (let i = 0; i < count; i++) {
    const payload = frames.next();
    const at = writeClientHeader(bytes, end, payload.length);
    bytes.set(payload, at);
    end = at + payload.length;
    ends[i] = end;
  }
  return { bytes: new Uint8Array(buffer), ends };
}
