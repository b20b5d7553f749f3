// Reads the journal back, from a command on to its end.
//
// Invariants: every batch handed on has passed its checksums and follows the one before it. Only
// one thing is forgiven, a torn tail: something at the end of the last segment that is no whole
// batch, with no sound batch behind it. A batch is written only when the one before is on the disk
// (durability `fsync`), so that is a write which was under way when the machine stopped, and nobody
// was told of it. Anything else is damage. Nothing is changed on disk (torn-tail.ts does that).
// Known limitations: a last segment, or last batches of it, taken away whole are not missed, unless
// a snapshot tells of later commands.

import { assert } from '../base/assert.ts';
import { COMMAND_WORDS } from '../core/command-slot.ts';
import { type Disk, REAL_DISK } from './disk.ts';
import { JournalDamage } from './journal-errors.ts';
import type { SegmentHeader } from './segment-header.ts';
import { listSegments, type SegmentFile } from './segment-name.ts';
import { type Rest, SegmentReader } from './segment-reader.ts';

/**
 * Gets commands: `count` slots from word `at` of `words`, which are reused after the call. The
 * first is command `firstSequence`.
 */
export type BatchReader = (
  words: Int32Array,
  at: number,
  count: number,
  firstSequence: number,
) => void;

/** Commands as `BatchReader` gets them. */
export interface JournalBatch {
  words: Int32Array;
  at: number;
  count: number;
  firstSequence: number;
}

/** The last segment, where a writer goes on. */
export interface JournalTail {
  readonly file: string;
  /** Bytes of it that are sound. */
  readonly bytes: number;
  /** Byte at which its last batch of commands begins; without one, the first would. */
  readonly lastBatchAt: number;
  readonly header: SegmentHeader;
}

/** What a write that was under way left behind. */
export interface TornTail {
  readonly file: string;
  /** Byte at which it begins; 0: the segment's header itself is torn. */
  readonly offset: number;
  /**
   * Up to the last byte that is not 0. 0: nothing is there, not even the zeros that belong there:
   * the file was cut, or the machine stopped while it grew.
   */
  readonly bytes: number;
  readonly reason: string;
}

export interface JournalRead {
  /** Command sequence that follows the last command of the journal. */
  readonly nextSequence: number;
  /** Chain value at its end, where a writer goes on. */
  readonly chain: number;
  /** Chain value behind its last command, headers of later segments left out. */
  readonly commandChain: number;
  readonly segments: number;
  readonly batches: number;
  /** Commands handed on. */
  readonly commands: number;
  /** Null: there is no segment (that is not torn as a whole). */
  readonly tail: JournalTail | null;
  readonly torn: TornTail | null;
}

export interface JournalReadOptions {
  /** First command to be handed on. Default: the first there is. */
  readonly from?: number;
  /** Chain value before command `from`; has to be that of the journal. Default: not known. */
  readonly chain?: number;
  /** Called for each segment before its commands. */
  readonly onSegment?: (header: SegmentHeader, file: string) => void;
  readonly disk?: Disk;
}

const NOT_OF_SNAPSHOT = 'it is not the journal from which the snapshot was made';

const ENDS_SHORT = 'it ends without zeros behind its last batch';

/**
 * Gives the commands of the journal in `dir` to `onBatch`, in order. Throws a JournalDamage, or
 * the error of the disk, or what a callback throws; batches before it have been given by then.
 */
export function readJournal(
  dir: string,
  onBatch: BatchReader,
  options: JournalReadOptions = {},
): JournalRead {
  const batches = journalBatches(dir, options);
  for (let step = batches.next(); ; step = batches.next()) {
    if (step.done === true) return step.value;
    const { words, at, count, firstSequence } = step.value;
    onBatch(words, at, count, firstSequence);
  }
}

/** The same for a caller who takes one batch after the other, each good until it takes the next. */
export function* journalBatches(
  dir: string,
  options: JournalReadOptions = {},
): Generator<JournalBatch, JournalRead> {
  const { disk = REAL_DISK } = options;
  const segments = segmentsFrom(listSegments(disk, dir), options.from);
  const scan = new JournalScan(options);
  const reader = new SegmentReader(disk);
  try {
    for (const [i, segment] of segments.entries()) {
      yield* scan.read(reader, segment, i === segments.length - 1);
    }
  } finally {
    reader.close();
  }
  return scan.result();
}

/** Those from the one on that holds command `from`. */
function segmentsFrom(segments: SegmentFile[], from = 1): SegmentFile[] {
  let first = 0;
  segments.forEach(({ firstSequence }, i) => {
    if (firstSequence <= from) first = i;
  });
  return segments.slice(first);
}

class JournalScan {
  private readonly batch: JournalBatch = {
    words: new Int32Array(0),
    at: 0,
    count: 0,
    firstSequence: 0,
  };
  private readonly onSegment: (header: SegmentHeader, file: string) => void;
  private readonly from: number | undefined;
  private readonly expectedChain: number | undefined;
  private header: SegmentHeader | null = null;
  private next: number;
  private chain: number;
  private commandChain: number;
  private segments = 0;
  private batches = 0;
  private commands = 0;
  private tail: JournalTail | null = null;
  private torn: TornTail | null = null;

  constructor(options: JournalReadOptions) {
    const { from, chain, onSegment = () => {} } = options;
    assert(
      from === undefined || (Number.isSafeInteger(from) && from > 0),
      'sequences count from 1',
    );
    this.onSegment = onSegment;
    this.from = from;
    this.expectedChain = chain;
    this.next = from ?? 1;
    this.chain = chain ?? 0;
    this.commandChain = this.chain;
  }

  result(): JournalRead {
    const { next, chain, commandChain, segments, batches, commands, tail, torn } = this;
    return { nextSequence: next, chain, commandChain, segments, batches, commands, tail, torn };
  }

  *read(
    reader: SegmentReader,
    segment: SegmentFile,
    isLast: boolean,
  ): Generator<JournalBatch, void> {
    const { file } = segment;
    if (!reader.open(file)) {
      this.endAtFault(reader, segment, isLast);
      return;
    }
    const header = reader.header!;
    const isFirst = this.header === null;
    // Of the first, whose it is before how it fits: another journal's chain is another one too.
    if (isFirst) this.onSegment(header, file);
    this.link(header, segment);
    if (!isFirst) this.onSegment(header, file);
    this.segments += 1;
    let lastBatchAt = reader.offset;
    for (let step = reader.next(); ; step = reader.next()) {
      if (step === 'batch') {
        lastBatchAt = reader.batchAt;
        if (this.takes(reader, file)) yield this.batch;
      } else if (step === 'fault') this.endAtFault(reader, segment, isLast);
      else if (step === 'end') this.endAtZeros(reader, segment, isLast);
      if (step === 'end' || step === 'fault') break;
    }
    const bytes = reader.offset;
    this.next = reader.nextSequence;
    this.chain = reader.chain;
    this.tail = { file, bytes, lastBatchAt, header: this.header! };
  }

  /** Whether a segment is what has to follow. */
  private link(header: SegmentHeader, { file, firstSequence }: SegmentFile): void {
    const before = this.header;
    const fail = (code: JournalDamage['code'], reason: string): never => {
      throw new JournalDamage(code, file, 0, reason, this.next);
    };
    if (header.firstSequence !== firstSequence) {
      fail('segment_header', `its header says it begins with ${header.firstSequence}`);
    }
    if (before === null) {
      const isThere = this.from === undefined || firstSequence <= this.from;
      const missing = `commands ${this.next} … ${firstSequence - 1} are missing before it`;
      if (!isThere) fail('sequence', missing);
      const isAfter = firstSequence === this.from && this.expectedChain !== undefined;
      if (isAfter && header.chain !== this.expectedChain) fail('chain', NOT_OF_SNAPSHOT);
    } else {
      const isSame = header.idLow === before.idLow && header.idHigh === before.idHigh;
      if (!isSame) fail('foreign', 'it belongs to another journal');
      if (firstSequence !== this.next) {
        const missing = `commands ${this.next} … ${firstSequence - 1} are missing before it`;
        fail('sequence', firstSequence > this.next ? missing : 'it repeats commands');
      }
      const what = 'it was written behind another segment than that before it';
      if (header.chain !== this.chain) fail('chain', what);
    }
    this.header = header;
  }

  /** Makes `batch` of what is wanted of the reader's batch; false when nothing is. */
  private takes(reader: SegmentReader, file: string): boolean {
    const { words, slotsAt, count } = reader;
    const end = reader.nextSequence;
    const first = end - count;
    this.batches += 1;
    this.commandChain = reader.chain;
    const skip = this.from === undefined ? 0 : Math.max(0, this.from - first);
    if (end === this.from && this.expectedChain !== undefined) {
      if (reader.chain !== this.expectedChain) {
        throw new JournalDamage('chain', file, reader.offset, NOT_OF_SNAPSHOT, end);
      }
    }
    if (skip >= count) return false;
    this.commands += count - skip;
    const { batch } = this;
    batch.words = words;
    batch.at = slotsAt + skip * COMMAND_WORDS;
    batch.count = count - skip;
    batch.firstSequence = first + skip;
    return true;
  }

  /** Zeros to the end of the file are what is allocated ahead; anything else there was written. */
  private endAtZeros(reader: SegmentReader, segment: SegmentFile, isLast: boolean): void {
    const rest = reader.scanRest();
    const { offset } = reader;
    if (rest.end === offset) {
      if (isLast && !rest.hasEnd) {
        this.torn = { file: segment.file, offset, bytes: 0, reason: ENDS_SHORT };
      }
      return;
    }
    reader.fault = { code: 'batch_header', reason: 'something lies behind its last batch' };
    this.judge(reader, segment, isLast, rest);
  }

  private endAtFault(reader: SegmentReader, segment: SegmentFile, isLast: boolean): void {
    this.judge(reader, segment, isLast, reader.scanRest());
  }

  /** A torn tail, or damage? */
  private judge(
    { fault, offset, header, nextSequence }: SegmentReader,
    { file }: SegmentFile,
    isLast: boolean,
    rest: Rest,
  ): void {
    const next = header === null ? this.next : nextSequence;
    const { code, reason } = fault;
    // A sound header in the wrong place was written whole.
    const isMisplaced = code === 'sequence' || code === 'chain' || code === 'foreign';
    if (isMisplaced || code === 'unknown_version') {
      throw new JournalDamage(code, file, offset, reason, next);
    }
    if (!isLast || rest.soundAt >= 0) {
      const behind = isLast ? `a sound batch follows at byte ${rest.soundAt}` : 'segments follow';
      throw new JournalDamage(code, file, offset, `${reason}, and ${behind}`, next);
    }
    this.torn = { file, offset, bytes: rest.end - offset, reason };
  }
}
