// How long commands take from stage to stage, as histograms of ns in shared memory. The I/O threads
// count, each in its own part; whoever watches the server reads.
//
//   I/O in ──▶ published to the command ring ──▶ matched ──┐
//                                         └────▶ durable ──┴──▶ I/O out
//
// Layout: for each I/O thread one histogram (base/log-histogram.ts) a stage.

import {
  bucketEnd,
  bucketOf,
  HISTOGRAM_VALUE_MAX,
  HISTOGRAM_WORDS,
} from '../base/log-histogram.ts';

/** From the frame's arrival to the command ring. */
export const STAGE_INTAKE = 0;
/** From the command ring through the core. */
export const STAGE_MATCHED = 1;
/** From the command ring until it is as durable as the server promises. */
export const STAGE_DURABLE = 2;
/** From the later of the two until its answer was given to the socket. */
export const STAGE_OUT = 3;
/** From the frame's arrival to that. */
export const STAGE_WHOLE = 4;

/** By stage number. */
export const STAGE_NAMES = ['intake', 'matched', 'durable', 'out', 'whole'] as const;

/** Longest time that is told apart, ns: longer ones count as this. */
export const STAGE_NS_MAX = HISTOGRAM_VALUE_MAX;

const THREAD_WORDS = STAGE_NAMES.length * HISTOGRAM_WORDS;

/** Counts by value: for each value, ascending, how often it was seen. */
export type ValueCounts = readonly (readonly [ns: number, count: number])[];

export class StageTimes {
  private readonly words: Int32Array;
  private readonly threads: number;

  /** Attaches to a buffer of `create`. */
  constructor(buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer);
    this.threads = this.words.length / THREAD_WORDS;
  }

  static create(ioThreads: number): SharedArrayBuffer {
    return new SharedArrayBuffer(ioThreads * THREAD_WORDS * 4);
  }

  /** One more of `ns`; `thread` (0 …) is the caller's own, and nobody else's. */
  count(thread: number, stage: number, ns: number): void {
    this.words[thread * THREAD_WORDS + stage * HISTOGRAM_WORDS + bucketOf(ns)]! += 1;
  }

  /** The buckets of a stage as they are now, all threads together: uint32 that wrap. */
  snapshot(stage: number): Uint32Array {
    const sum = new Uint32Array(HISTOGRAM_WORDS);
    for (let thread = 0; thread < this.threads; thread++) {
      const at = thread * THREAD_WORDS + stage * HISTOGRAM_WORDS;
      for (let i = 0; i < HISTOGRAM_WORDS; i++) sum[i]! += this.words[at + i]!;
    }
    return sum;
  }
}

/** What came between two snapshots of a stage; a bucket counts as its largest value. */
export function countsBetween(before: Uint32Array, after: Uint32Array): ValueCounts {
  const counts: [number, number][] = [];
  for (let i = 0; i < after.length; i++) {
    const count = (after[i]! - before[i]!) >>> 0;
    if (count > 0) counts.push([bucketEnd(i), count]);
  }
  return counts;
}
