// Stamps of every command at each stage, taken when the server was started with a latency report or
// with `orderLatency`. Without either, none of this is called: each thread is given its plain
// handler or the stamping one when it starts.
//
// Layout: for each slot of the command ring a line of 8 doubles, times in ns of the monotonic
// clock, which all threads of a process share
//   0 sequence   int32, of the command that the rest is about
//   1 thread     I/O thread that took it
//   2 in         its frame came
//   3 published  it was handed to the ring
//   4 matched    the core was done with the batch that it was in
//   5 durable    the batch that it was in was durable
// Ownership: 0-3 the thread that claimed the slot, until it publishes it; 4 matching, 5 journal.
// The ring's atomics order them.
// Known limitation: a command whose answer leaves only after the ring has come round again is not
// counted.

import { E_HEAD, E_SEQUENCE_LOW, EVENT_END, EVENT_SHIFT } from '../core/event-slot.ts';
import {
  STAGE_DURABLE,
  STAGE_INTAKE,
  STAGE_MATCHED,
  STAGE_OUT,
  STAGE_WHOLE,
  StageTimes,
} from '../ops/stage-times.ts';
import type { BatchHandler } from '../ring/batch-loop.ts';
import type { Ring } from '../ring/ring.ts';
import { RingCommandPort } from './command-port.ts';
import type { ConsumerHere } from './consumer-here.ts';
import type { DurableEvents } from './event-reader.ts';

const LINE_SHIFT = 3;
const SEQUENCE = 0;
const THREAD = 1;
const IN = 2;
const PUBLISHED = 3;
const MATCHED = 4;
const DURABLE = 5;

/** What all threads of a server share of this. */
export interface StampBuffers {
  readonly stamps: SharedArrayBuffer;
  readonly times: SharedArrayBuffer;
}

/** For a command ring of so many slots. */
export function createStampBuffers(commandSlots: number, ioThreads: number): StampBuffers {
  const stamps = new SharedArrayBuffer((commandSlots << LINE_SHIFT) * 8);
  return { stamps, times: StageTimes.create(ioThreads) };
}

function monotonicNs(): number {
  return Number(process.hrtime.bigint());
}

class Stamps {
  readonly lines: Float64Array;
  private readonly mask: number;

  constructor({ stamps }: StampBuffers) {
    this.lines = new Float64Array(stamps);
    this.mask = (this.lines.length >> LINE_SHIFT) - 1;
  }

  lineOf(sequence: number): number {
    return (sequence & this.mask) << LINE_SHIFT;
  }

  /** Stamps commands `first` … `end - 1`. */
  stamp(field: number, first: number, end: number): void {
    const now = monotonicNs();
    for (let sequence = first; sequence !== end; sequence = (sequence + 1) | 0) {
      this.lines[this.lineOf(sequence) + field] = now;
    }
  }
}

/** The matching thread's handler, with stamps where there are buffers for them. */
export function stampMatched(buffers: StampBuffers | undefined, handler: BatchHandler) {
  return stampAfter(buffers, MATCHED, handler);
}

/** The journal thread's handler: what it has done is durable. */
export function stampDurable(buffers: StampBuffers | undefined, handler: BatchHandler) {
  return stampAfter(buffers, DURABLE, handler);
}

function stampAfter(
  buffers: StampBuffers | undefined,
  field: number,
  handler: BatchHandler,
): BatchHandler {
  if (buffers === undefined) return handler;
  const stamps = new Stamps(buffers);
  return (words, first, end) => {
    const reached = handler(words, first, end);
    stamps.stamp(field, first, reached);
    return reached;
  };
}

/** The stamps of one I/O thread. */
export class IoStamps {
  readonly port: RingCommandPort;
  private readonly stamps: Stamps;
  private readonly times: StageTimes;
  private readonly thread: number;
  private inNs = 0;

  /** `thread`: its number among the I/O threads, from 0. */
  constructor(buffers: StampBuffers, ring: Ring, thread: number, here?: ConsumerHere) {
    this.stamps = new Stamps(buffers);
    this.times = new StageTimes(buffers.times);
    this.thread = thread;
    this.port = new StampingPort(ring, here, (first, count) => this.published(first, count));
  }

  /** Something came in: what is published from now on came of it. */
  arrived(): void {
    this.inNs = monotonicNs();
  }

  /** `onEvents`, after which the commands that ended and were this thread's are counted. */
  counting(onEvents: DurableEvents): DurableEvents {
    return (slots, mask, from, end) => {
      onEvents(slots, mask, from, end);
      const now = monotonicNs();
      for (let i = from; i !== end; i = (i + 1) | 0) {
        const at = (i & mask) << EVENT_SHIFT;
        if ((slots[at + E_HEAD]! & EVENT_END) !== 0) this.left(slots[at + E_SEQUENCE_LOW]!, now);
      }
    };
  }

  private published(first: number, count: number): void {
    const { lines } = this.stamps;
    const now = monotonicNs();
    for (let i = 0; i < count; i++) {
      const sequence = (first + i) | 0;
      const line = this.stamps.lineOf(sequence);
      lines[line + SEQUENCE] = sequence;
      lines[line + THREAD] = this.thread;
      lines[line + IN] = this.inNs;
      lines[line + PUBLISHED] = now;
      lines[line + MATCHED] = 0;
      lines[line + DURABLE] = 0;
    }
  }

  private left(sequence: number, now: number): void {
    const { lines } = this.stamps;
    const line = this.stamps.lineOf(sequence);
    if (lines[line + SEQUENCE] !== sequence || lines[line + THREAD] !== this.thread) return;
    const { times, thread } = this;
    const published = lines[line + PUBLISHED]!;
    // Its answer may be here before the thread that caused it has stamped it.
    const matched = lines[line + MATCHED]! || now;
    const durable = lines[line + DURABLE]! || now;
    times.count(thread, STAGE_INTAKE, published - lines[line + IN]!);
    times.count(thread, STAGE_MATCHED, matched - published);
    times.count(thread, STAGE_DURABLE, durable - published);
    times.count(thread, STAGE_OUT, now - Math.max(matched, durable));
    times.count(thread, STAGE_WHOLE, now - lines[line + IN]!);
  }
}

/** A port that tells of every batch before it is published. */
class StampingPort extends RingCommandPort {
  private readonly onPublish: (first: number, count: number) => void;

  constructor(
    ring: Ring,
    here: ConsumerHere | undefined,
    onPublish: (first: number, count: number) => void,
  ) {
    super(ring, here);
    this.onPublish = onPublish;
  }

  override publish(): void {
    this.onPublish(this.producer.first, this.producer.count);
    super.publish();
  }
}
