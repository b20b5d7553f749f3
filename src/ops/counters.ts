// What the threads of a server count, in shared memory: each writes words of its own with plain
// stores, the supervisor alone reads them. Nobody waits for anybody, no atomic is added anywhere.
//
// Layout
//   beats    one line of 32 int32 words a thread; word 0: a number that changes while it is alive
//   blocks   BLOCK_WORDS float64 words a thread (what each word is: counter-layout.ts)
//
// Ownership: a line and a block belong to one thread. A reader may see a word some stores late, and
// words of one moment never together: they are counters, read once a second.
// Known limitations: a store of eight bytes is whole on the 64-bit processors that the server runs
// on, which JavaScript itself does not promise.

import { assert } from '../base/assert.ts';
import * as c from './counter-layout.ts';

const LINE_WORDS = 32;
const LINE_BYTES = LINE_WORDS * 4;
const BLOCK_BYTES = c.BLOCK_WORDS * 8;

/** Shared memory for `threads` threads, all zeros. */
export function createCounters(threads: number): SharedArrayBuffer {
  return new SharedArrayBuffer(threads * (LINE_BYTES + BLOCK_BYTES));
}

/** The words of one thread. */
export class ThreadCounters {
  /** Word 0 is the heartbeat. */
  readonly beat: Int32Array;
  readonly words: Float64Array;

  /** `thread`: its index, from 0. */
  constructor(buffer: SharedArrayBuffer, thread: number) {
    const threads = buffer.byteLength / (LINE_BYTES + BLOCK_BYTES);
    assert(thread >= 0 && thread < threads, 'the thread has words');
    this.beat = new Int32Array(buffer, thread * LINE_BYTES, LINE_WORDS);
    const at = threads * LINE_BYTES + thread * BLOCK_BYTES;
    this.words = new Float64Array(buffer, at, c.BLOCK_WORDS);
  }

  /** The thread has got on. */
  beats(): void {
    this.beat[0] = (this.beat[0]! + 1) | 0;
  }

  /** Counts a time, in seconds, into a histogram: its bucket and the sum. */
  observe(histogram: number, seconds: number): void {
    let bucket = 0;
    while (bucket < c.BUCKETS - 1 && seconds > c.BUCKET_SECONDS[bucket]!) bucket += 1;
    this.words[histogram + bucket]! += 1;
    this.words[histogram + c.BUCKETS]! += seconds;
  }
}
