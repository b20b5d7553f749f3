// A journal with one bit flipped, for every bit of a megabyte, and a journal cut at every byte of
// its last 64 KB, read as a start reads it. Each has to be told of, and what is given out before
// that has to be the commands that were written, word for word.
//
// What is sound before the place is not read again: reading begins with the segment that is broken,
// at the chain value that the one before left. Nor is what lies behind the next segment, because a
// reader that has met something sound there has made up its mind. That both is right is shown by
// reading a sample from the first command to the end.

import { COMMAND_WORDS } from '../../src/core/command-slot.ts';
import { JournalDamage } from '../../src/journal/journal-errors.ts';
import { type JournalReadOptions, readJournal } from '../../src/journal/journal-reader.ts';
import type { Outcome, Part, TortureOptions } from './part.ts';
import { StillDisk } from './still-disk.ts';
import { makeJournal, type StillJournal, type StillSegment } from './still-journal.ts';

/** 1 MiB, in segments that are read quickly. */
const FLIPPED_SEGMENTS = 256;
const SMALL_SEGMENT_BYTES = 4_096;
const CUT_BYTES = 65_536;
/** The last segment holds all bytes that are cut. */
const CUT_SEGMENT_BYTES = 90_112;
const CUT_SEGMENTS = 2;
/** One of so many flips is read from the first command to the end too. */
const WHOLE_EVERY = 4_093;
const FAILURES_TOLD_MAX = 20;

export const damage: Part = {
  name: 'damage',
  title: 'every bit of 1 MB flipped, the last 64 KB cut at every byte',
  async run(options) {
    const { stackTraceLimit } = Error;
    // Millions of errors are caught, and nobody looks at where they come from.
    Error.stackTraceLimit = 0;
    try {
      return new Damage(options).run();
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  },
};

/** What reading gave. */
interface Verdict {
  /** `damage <code> <file> <byte>`, `torn <file> <byte>` or `sound`. */
  readonly told: string;
  /** Sequence of the last command that was given out. */
  readonly last: number;
  /** All that was given out is what was written. */
  readonly isPrefix: boolean;
}

class Damage {
  private readonly options: TortureOptions;
  private readonly failures: string[] = [];
  private readonly counts = { flips: 0, cuts: 0, silent: 0, damage: 0, torn: 0, readWhole: 0 };

  constructor(options: TortureOptions) {
    this.options = options;
  }

  run(): Outcome {
    const { seed, say } = this.options;
    this.flipAll(makeJournal(seed, FLIPPED_SEGMENTS, SMALL_SEGMENT_BYTES));
    const { flips, damage: refused, torn } = this.counts;
    say(`${flips} flips: ${refused} refused as damage, ${torn} told of as a torn end`);
    this.cutAll(makeJournal(seed, CUT_SEGMENTS, CUT_SEGMENT_BYTES));
    say(`${this.counts.cuts} cuts, ${this.counts.silent} silent`);
    return { figures: this.counts, failures: this.failures };
  }

  private flipAll(journal: StillJournal): void {
    const { counts } = this;
    const { segments } = journal;
    const whole = new StillDisk(new Map(segments.map(({ path, bytes }) => [path, bytes])));
    segments.forEach((segment, i) => {
      const near = segments.slice(i, i + 2).map(({ path, bytes }) => [path, bytes] as const);
      const disk = new StillDisk(new Map(near));
      const options = { from: segment.first, chain: segment.chain, disk };
      const bits = segment.bytes.length * 8;
      for (let bit = this.firstOf(i * bits); bit < bits; bit += this.options.stride) {
        segment.bytes[bit >> 3]! ^= 1 << (bit & 7);
        const verdict = read(journal, options);
        counts.flips += 1;
        if (counts.flips % WHOLE_EVERY === 0) this.compare(journal, whole, verdict, segment, bit);
        segment.bytes[bit >> 3]! ^= 1 << (bit & 7);
        this.judgeFlip(journal, segment, bit, verdict);
      }
    });
  }

  /** The first of every `stride`th place at or behind `place`, counted from there. */
  private firstOf(place: number): number {
    const { stride } = this.options;
    return (stride - (place % stride)) % stride;
  }

  /** A flipped bit has to be found, in its own batch or header. */
  private judgeFlip(
    { segments }: StillJournal,
    segment: StillSegment,
    bit: number,
    { told, last, isPrefix }: Verdict,
  ): void {
    const { counts } = this;
    const place = segment.offsets.findLastIndex((offset) => offset * 8 <= bit);
    const offset = place < 0 ? 0 : segment.offsets[place]!;
    const sound = place < 0 ? segment.first - 1 : segment.before[place]!;
    const isDamage = told.startsWith('damage') && told.endsWith(` ${segment.path} ${offset}`);
    const isTorn = told === `torn ${segment.path} ${offset}` && segment === segments.at(-1);
    if (isDamage) counts.damage += 1;
    if (isTorn) counts.torn += 1;
    if (isPrefix && last === sound && (isDamage || isTorn)) return;
    counts.silent += 1;
    this.fail(`bit ${bit} of ${segment.path}: ${told}, commands up to ${last}, not ${sound}`);
  }

  /** The same verdict without anything left out. */
  private compare(
    journal: StillJournal,
    whole: StillDisk,
    near: Verdict,
    { path }: StillSegment,
    bit: number,
  ): void {
    this.counts.readWhole += 1;
    const { told, last, isPrefix } = read(journal, { disk: whole });
    if (told === near.told && last === near.last && isPrefix) return;
    this.fail(`bit ${bit} of ${path}: ${near.told} at first sight, ${told} when all is read`);
  }

  private cutAll(journal: StillJournal): void {
    const { counts } = this;
    const segment = journal.segments.at(-1)!;
    const { path, bytes, first, chain, offsets, before } = segment;
    const end = offsets.at(-1)!;
    for (let length = end - CUT_BYTES; length <= bytes.length; length += this.options.stride) {
      const disk = new StillDisk(new Map([[path, bytes.subarray(0, length)]]));
      const { told, last, isPrefix } = read(journal, { from: first, chain, disk });
      counts.cuts += 1;
      const place = offsets.findLastIndex((offset) => offset <= length);
      const isWhole = told === 'sound' && place === offsets.length - 1;
      const isTorn = told === `torn ${path} ${offsets[place]}`;
      if (isPrefix && last === before[place] && (isTorn || isWhole)) continue;
      counts.silent += 1;
      this.fail(`cut at byte ${length}: ${told}, commands up to ${last}`);
    }
  }

  private fail(text: string): void {
    if (this.failures.length < FAILURES_TOLD_MAX) this.failures.push(text);
  }
}

function read({ dir, slots }: StillJournal, options: JournalReadOptions): Verdict {
  let last = (options.from ?? 1) - 1;
  let isPrefix = true;
  try {
    const onBatch = (words: Int32Array, at: number, count: number, first: number): void => {
      isPrefix &&= first === last + 1 && isEqual(words, at, slots, last * COMMAND_WORDS, count);
      last += count;
    };
    const { torn } = readJournal(dir, onBatch, options);
    const told = torn === null ? 'sound' : `torn ${torn.file} ${torn.offset}`;
    return { told, last, isPrefix };
  } catch (error) {
    if (!(error instanceof JournalDamage)) throw error;
    return { told: `damage ${error.code} ${error.file} ${error.offset}`, last, isPrefix };
  }
}

function isEqual(a: Int32Array, aAt: number, b: Int32Array, bAt: number, count: number): boolean {
  for (let i = 0; i < count * COMMAND_WORDS; i++) if (a[aAt + i] !== b[bAt + i]) return false;
  return true;
}
