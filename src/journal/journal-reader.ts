// Reads the journal back, from the first segment to the last.
//
// Invariants: every batch handed on has passed its checksums and follows the one before it. A
// header is trusted only after its own checksum, so a length never leads astray. Only one thing is
// forgiven: a header or batch that the last segment ends inside of, which is a write that was cut
// off before anyone was told of it. Nothing is changed on disk; the writer cuts the torn end off.
// Limits: one buffer of READ_BYTES, whatever the length of the journal.
// Known limitations: a last segment (or the last batches of it) that was taken away whole is not
// missed.

import { assert } from '../base/assert.ts';
import { crc32c } from './crc32c.ts';
import { type Disk, REAL_DISK } from './disk.ts';
import { JournalDamage } from './journal-errors.ts';
import * as s from './segment-layout.ts';
import { listSegments, type SegmentFile } from './segment-name.ts';

/**
 * Gets a batch: `count` command slots from word `at` of `words`, which are reused after the call.
 * The first is command `firstSequence`.
 */
export type BatchReader = (
  words: Int32Array,
  at: number,
  count: number,
  firstSequence: number,
) => void;

/** The last segment. */
export interface JournalTail {
  readonly file: string;
  readonly firstSequence: number;
  /** Bytes of it that are sound, 0 when not even its header is whole. */
  readonly bytes: number;
}

export interface JournalRead {
  /** Command sequence that follows the last command read. */
  readonly nextSequence: number;
  readonly segments: number;
  readonly commands: number;
  /** Sound bytes in all segments. */
  readonly bytes: number;
  /** Bytes of a cut-off header or batch at the end of the last segment. */
  readonly tornBytes: number;
  /** For the writer, which goes on there; null: there is no segment. */
  readonly tail: JournalTail | null;
}

export interface JournalReadOptions {
  /** Command sequence that the first segment has to begin with. Default 1. */
  readonly firstSequence?: number;
  readonly disk?: Disk;
}

const READ_BYTES = 524_288;
const TWO_32 = 0x1_0000_0000;

/**
 * Gives every command of the journal in `dir` to `onBatch`, in order. Throws a JournalDamage, or
 * the error of the disk, or what `onBatch` throws; batches before it have been given by then.
 */
export function readJournal(
  dir: string,
  onBatch: BatchReader,
  options: JournalReadOptions = {},
): JournalRead {
  const { firstSequence = 1, disk = REAL_DISK } = options;
  assert(Number.isSafeInteger(firstSequence) && firstSequence > 0, 'sequences count from 1');
  const segments = listSegments(disk, dir);
  const scan = new Scan(disk, onBatch, firstSequence);
  segments.forEach((segment, index) => {
    scan.readSegment(segment, index === segments.length - 1);
  });
  const last = segments.at(-1);
  return {
    nextSequence: scan.next,
    segments: segments.length,
    commands: scan.next - firstSequence,
    bytes: scan.bytes,
    tornBytes: scan.tornBytes,
    tail: last === undefined ? null : { ...last, bytes: scan.segmentBytes },
  };
}

class Scan {
  next: number;
  bytes = 0;
  tornBytes = 0;
  /** Sound bytes of the segment that is being read. */
  segmentBytes = 0;
  private readonly disk: Disk;
  private readonly onBatch: BatchReader;
  private readonly buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  private readonly words = new Int32Array(this.buffer.buffer);
  private fd = -1;
  private file = '';
  /** What is in the buffer: bytes `from` … `end - 1`, of which the first is byte `segmentBytes`. */
  private from = 0;
  private end = 0;

  constructor(disk: Disk, onBatch: BatchReader, firstSequence: number) {
    this.disk = disk;
    this.onBatch = onBatch;
    this.next = firstSequence;
  }

  readSegment(segment: SegmentFile, isLast: boolean): void {
    this.file = segment.file;
    this.segmentBytes = 0;
    this.from = 0;
    this.end = 0;
    this.checkName(segment.firstSequence);
    this.fd = this.disk.openRead(segment.file);
    try {
      if (this.readHeader()) while (this.readBatch());
    } finally {
      this.disk.close(this.fd);
    }
    this.bytes += this.segmentBytes;
    const torn = this.end - this.from;
    if (torn === 0 && this.segmentBytes > 0) return;
    if (!isLast) this.fail('cut_short', 'it ends inside a header or batch, and segments follow');
    this.tornBytes = torn;
  }

  private checkName(firstSequence: number): void {
    if (firstSequence === this.next) return;
    const what = `commands ${this.next} … ${firstSequence - 1} are missing before it`;
    this.fail('sequence', firstSequence > this.next ? what : 'it repeats commands');
  }

  /** Reads the segment's header; false when the file is too short for one. */
  private readHeader(): boolean {
    if (this.want(s.SEGMENT_HEADER_BYTES) < s.SEGMENT_HEADER_BYTES) return false;
    const words = this.words;
    assert(this.from === 0, 'a segment is read from its beginning');
    const code = 'segment_header';
    if (crc32c(words, 0, s.S_CRC) !== words[s.S_CRC]) this.fail(code, 'its header is damaged');
    const isMagic =
      words[s.S_MAGIC_LOW] === s.SEGMENT_MAGIC_LOW &&
      words[s.S_MAGIC_HIGH] === s.SEGMENT_MAGIC_HIGH;
    if (!isMagic) this.fail(code, 'it is not a segment');
    const version = words[s.S_VERSION]!;
    if (version !== s.FORMAT_VERSION) {
      this.fail('unknown_version', `it has format ${version}, this program ${s.FORMAT_VERSION}`);
    }
    const isThisLayout =
      words[s.S_HEADER_BYTES] === s.SEGMENT_HEADER_BYTES && words[s.S_SLOT_BYTES] === s.SLOT_BYTES;
    if (!isThisLayout) this.fail(code, 'its header or slots are of another size');
    if (sequenceAt(words, s.S_FIRST_LOW) !== this.next) {
      this.fail(code, `its header says it begins with ${sequenceAt(words, s.S_FIRST_LOW)}`);
    }
    this.take(s.SEGMENT_HEADER_BYTES);
    return true;
  }

  /** Reads one batch and hands it on; false when the file has no whole one left. */
  private readBatch(): boolean {
    if (this.want(s.BATCH_HEADER_BYTES) < s.BATCH_HEADER_BYTES) return false;
    const count = this.checkBatchHeader(this.from >> 2);
    const batchBytes = s.BATCH_HEADER_BYTES + count * s.SLOT_BYTES;
    if (this.want(batchBytes) < batchBytes) return false;
    const header = this.from >> 2;
    const slots = header + s.BATCH_HEADER_WORDS;
    const slotsCrc = crc32c(this.words, slots, (count * s.SLOT_BYTES) >> 2);
    if (slotsCrc !== this.words[header + s.B_SLOTS_CRC]) {
      this.fail('batch_slots', `the checksum of its ${count} commands is wrong`);
    }
    this.onBatch(this.words, slots, count, this.next);
    this.take(batchBytes);
    this.next += count;
    return true;
  }

  /** Checks the batch header at word `at`; returns its count of commands. */
  private checkBatchHeader(at: number): number {
    const words = this.words;
    const code = 'batch_header';
    if (crc32c(words, at, s.B_CRC) !== words[at + s.B_CRC]) {
      this.fail(code, 'the header of a batch is damaged');
    }
    if (words[at + s.B_MAGIC] !== s.BATCH_MAGIC) this.fail(code, 'it is not a batch');
    const count = words[at + s.B_COUNT]!;
    const isCount = count > 0 && count <= s.BATCH_COMMANDS_MAX;
    const isWhole = isCount && words[at + s.B_SLOTS_BYTES] === count * s.SLOT_BYTES;
    if (!isWhole || words[at + s.B_RESERVED] !== 0) {
      this.fail(code, 'the header of a batch contradicts itself');
    }
    const first = sequenceAt(words, at + s.B_FIRST_LOW);
    if (first !== this.next) {
      this.fail('sequence', `a batch begins with command ${first}, not ${this.next}`);
    }
    if (first + (count - 1) > s.SEQUENCE_MAX) {
      this.fail('sequence', 'a batch goes beyond the largest sequence');
    }
    return count;
  }

  /** Has at least `needed` bytes in the buffer, or all that the file has left; returns how many. */
  private want(needed: number): number {
    assert(needed <= READ_BYTES, 'the buffer holds the largest batch');
    if (this.end - this.from >= needed) return this.end - this.from;
    this.buffer.copyWithin(0, this.from, this.end);
    this.end -= this.from;
    this.from = 0;
    while (this.end < needed) {
      const position = this.segmentBytes + this.end;
      const { disk, buffer, end } = this;
      const got = disk.read(this.fd, buffer, end, READ_BYTES - end, position);
      if (got === 0) break;
      this.end += got;
    }
    return this.end;
  }

  /** Goes on behind `bytes` bytes that were found sound. */
  private take(bytes: number): void {
    assert(bytes % s.BATCH_HEADER_BYTES === 0, 'everything begins at a multiple of 32 bytes');
    this.from += bytes;
    this.segmentBytes += bytes;
    assert(this.from <= this.end, 'only what was read is taken');
  }

  private fail(code: JournalDamage['code'], reason: string): never {
    throw new JournalDamage(code, this.file, this.segmentBytes, reason, this.next);
  }
}

/** The sequence in two words. Beyond 2^53-1 not exact, but equal to none that is expected. */
function sequenceAt(words: Int32Array, at: number): number {
  return (words[at + 1]! >>> 0) * TWO_32 + (words[at]! >>> 0);
}
