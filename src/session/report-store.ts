// The reports of one session that can still be asked for, numbered without a gap.
//
// Layout: chunks of CHUNK_REPORTS reports, oldest first; number n lies in the chunk of
// floor((n - 1) / CHUNK_REPORTS), so the reports of a chunk are one run of words that an encoder
// copies whole.
//
//   first                     next - retained        next
//   ├──── chunk ────┼──── chunk ────┼── … ──┼──── chunk ─┈┈┤
//        may go when nobody waits for it         kept
//
// Invariants: first ≤ next. The last `retained` reports are there, and so are all from `pin` on,
// which is the next report that a live connection waits for.
//
// Limits: a store gives two old chunks back for each that it takes, so a backlog that is no longer
// waited for goes away gradually, and a client whose socket broke in a burst may come back for it.

import { assert } from '../base/assert.ts';
import { highWord, lowWord } from '../base/words.ts';
import { REPORT_WORDS } from '../wire/report-layout.ts';

/** As many as one frame holds. */
export const CHUNK_REPORTS = 512;
const NO_CHUNK = new Int32Array(0);

/** Chunks that were given back, for the stores of all sessions. */
export class ChunkPool {
  private readonly spares: Int32Array[] = [];
  private readonly sparesMax: number;

  /** Keeps up to `sparesMax` chunks; what is beyond is left to the garbage collector. */
  constructor(sparesMax: number) {
    this.sparesMax = sparesMax;
  }

  take(): Int32Array {
    return this.spares.pop() ?? new Int32Array(CHUNK_REPORTS * REPORT_WORDS);
  }

  giveBack(chunk: Int32Array): void {
    if (this.spares.length < this.sparesMax) this.spares.push(chunk);
  }
}

export class ReportStore {
  /** Number of the oldest report that is there. */
  first: number;
  /** Number of the next report. */
  next: number;
  /** Reports from this number on are kept whatever their age; Infinity: none of them. */
  pin = Number.POSITIVE_INFINITY;
  /** Of the report that was added last: where it begins, and its number as two words. */
  addedAt = 0;
  addedLow = 0;
  addedHigh = 0;
  private nextLow: number;
  private nextHigh: number;
  /** The newest chunk, and how many more reports it takes. */
  private chunk: Int32Array = NO_CHUNK;
  private roomInChunk = 0;
  private readonly chunks: Int32Array[] = [];
  private readonly pool: ChunkPool;
  private readonly retained: number;

  /** Keeps the last `retained` reports; the first gets the number `firstNumber` (from 1). */
  constructor(pool: ChunkPool, retained: number, firstNumber = 1) {
    this.pool = pool;
    this.retained = retained;
    this.first = firstNumber;
    this.next = firstNumber;
    this.nextLow = lowWord(firstNumber);
    this.nextHigh = highWord(firstNumber);
  }

  /** Makes room for report `next` at word `addedAt` of the chunk that it gives, and counts it. */
  add(): Int32Array {
    if (this.roomInChunk === 0) this.beginChunk();
    this.roomInChunk -= 1;
    this.addedAt = (this.addedAt + REPORT_WORDS) | 0;
    this.addedLow = this.nextLow;
    this.addedHigh = this.nextHigh;
    this.nextLow = (this.nextLow + 1) | 0;
    if (this.nextLow === 0) this.nextHigh = (this.nextHigh + 1) | 0;
    this.next += 1;
    return this.chunk;
  }

  /**
   * Goes on where another store was: with `count` reports from word `at` of `words`, numbered from
   * `first` on. Only while nothing was added.
   */
  takeOver(first: number, words: Int32Array, at: number, count: number): void {
    assert(this.next === this.first && this.chunks.length === 0, 'the store is new');
    assert(Number.isSafeInteger(first) && first > 0 && count >= 0, 'reports count from 1');
    this.first = first;
    this.next = first;
    this.nextLow = lowWord(first);
    this.nextHigh = highWord(first);
    for (let i = 0; i < count; i++) {
      const chunk = this.add();
      const from = at + i * REPORT_WORDS;
      for (let word = 0; word < REPORT_WORDS; word++) {
        chunk[this.addedAt + word] = words[from + word]!;
      }
    }
  }

  /** The chunk that holds report `number`. */
  chunkOf(number: number): Int32Array {
    assert(number >= this.first && number < this.next, 'a report that is there');
    return this.chunks[chunkNumber(number) - chunkNumber(this.first)]!;
  }

  /** Reports from `number` on that lie in its chunk. */
  runFrom(number: number): number {
    return Math.min(this.next - number, CHUNK_REPORTS - indexInChunk(number));
  }

  /** Gives every chunk back. Nothing is there any more; the numbering goes on. */
  clear(): void {
    for (const chunk of this.chunks) this.pool.giveBack(chunk);
    this.chunks.length = 0;
    this.chunk = NO_CHUNK;
    this.roomInChunk = 0;
    this.first = this.next;
  }

  private beginChunk(): void {
    assert(this.next < Number.MAX_SAFE_INTEGER - CHUNK_REPORTS, 'report numbers are exact');
    this.release(2);
    const index = indexInChunk(this.next);
    assert(index === 0 || this.chunks.length === 0, 'only a first chunk begins in its middle');
    this.chunk = this.pool.take();
    this.chunks.push(this.chunk);
    this.roomInChunk = CHUNK_REPORTS - index;
    this.addedAt = (index - 1) * REPORT_WORDS;
  }

  /** Gives up to `chunksMax` chunks back that nobody may ask for. */
  private release(chunksMax: number): void {
    const keep = Math.min(this.next - this.retained, this.pin);
    for (let i = 0; i < chunksMax && this.chunks.length > 0; i++) {
      const end = this.first - indexInChunk(this.first) + CHUNK_REPORTS;
      if (end > keep) return;
      this.pool.giveBack(this.chunks.shift()!);
      this.first = end;
    }
  }
}

/** Word of its chunk at which report `number` begins. */
export function wordInChunk(number: number): number {
  return indexInChunk(number) * REPORT_WORDS;
}

function indexInChunk(number: number): number {
  return (number - 1) % CHUNK_REPORTS;
}

function chunkNumber(number: number): number {
  return Math.floor((number - 1) / CHUNK_REPORTS);
}
