// Reads one segment, batch by batch, and judges each: it has to pass its checksums and to follow
// what came before it in the same file. How segments follow one another is the caller's to judge.
//
// Invariants: a header is trusted only after its own checksum, so a length never leads astray.
// Nothing is changed on disk.
// Limits: one buffer of at most READ_BYTES, whatever the length of the segment.

import { assert } from '../base/assert.ts';
import { crc32 } from './crc32.ts';
import { crc32c } from './crc32c.ts';
import { type Disk, readFully } from './disk.ts';
import {
  decodeSegmentHeader,
  type Fault,
  type SegmentHeader,
  sequenceAt,
} from './segment-header.ts';
import * as s from './segment-layout.ts';

const READ_BYTES = 4_194_304;
const NO_FILE = -1;

/** What comes next in a segment. */
export type SegmentStep =
  /** A batch of commands. */
  | 'batch'
  /** The owner closed the journal here; what follows, if anything, was written by a later run. */
  | 'mark'
  /** Nothing but (so far as was looked) zeros, or the end of the file. */
  | 'end'
  /** Something that cannot be used: `fault` says why. */
  | 'fault';

/** What lies behind a place in a segment. */
export interface Rest {
  /** Byte after the last one that is not 0; the place itself when all are. */
  readonly end: number;
  /** False: the file ends where zeros should lie behind its last batch. */
  readonly hasEnd: boolean;
  /** Byte of a sound batch header of this journal that belongs behind the place; -1: none. */
  readonly soundAt: number;
}

export class SegmentReader {
  header: SegmentHeader | null = null;
  fault: Fault = { code: 'segment_header', reason: '' };
  /** Byte of the file at which the next header or batch begins. */
  offset = 0;
  /** Command sequence that follows the last command read. */
  nextSequence = 0;
  /** Chain value after what was read. */
  chain = 0;
  /** Of the last batch: `count` slots from word `slotsAt` of `words`, good until the next call. */
  words = new Int32Array(0);
  slotsAt = 0;
  count = 0;
  /** Byte of the file at which that batch begins. */
  batchAt = 0;
  private readonly disk: Disk;
  private buffer = Buffer.allocUnsafeSlow(0);
  private fd = NO_FILE;
  /** What is in the buffer: bytes `from` … `end - 1`, of which the first is byte `offset`. */
  private from = 0;
  private end = 0;

  constructor(disk: Disk) {
    this.disk = disk;
  }

  /** Opens a segment and reads its header. False: `fault` says why it cannot be used. */
  open(path: string): boolean {
    this.close();
    this.fd = this.disk.openRead(path);
    this.offset = 0;
    this.header = null;
    this.refresh();
    this.reserve(Math.min(READ_BYTES, this.disk.size(this.fd) + s.SEGMENT_HEADER_BYTES));
    if (this.want(s.SEGMENT_HEADER_BYTES) < s.SEGMENT_HEADER_BYTES) {
      return this.fail('cut_short', 'it ends inside its header');
    }
    const header = decodeSegmentHeader(this.words, 0);
    if ('reason' in header) return this.fail(header.code, header.reason);
    this.header = header;
    this.nextSequence = header.firstSequence;
    this.chain = header.crc;
    this.take(s.SEGMENT_HEADER_BYTES);
    return true;
  }

  /** Goes on to the next batch. */
  next(): SegmentStep {
    const left = this.want(s.BATCH_HEADER_BYTES);
    if (this.isZero(left)) return 'end';
    if (left < s.BATCH_HEADER_BYTES) {
      this.fail('cut_short', 'it ends inside the header of a batch');
      return 'fault';
    }
    if (!this.checkHeader(this.from >> 2)) return 'fault';
    const count = this.words[(this.from >> 2) + s.B_COUNT]!;
    const bytes = s.BATCH_HEADER_BYTES + count * s.SLOT_BYTES;
    if (this.want(bytes) < bytes) {
      this.fail('cut_short', 'it ends inside a batch');
      return 'fault';
    }
    const at = this.from >> 2;
    const slotsCrc = crc32(this.words, at + s.B_WORDS, count * s.SLOT_WORDS, this.chain);
    if (slotsCrc !== this.words[at + s.B_SLOTS_CRC]) {
      this.fail('batch_slots', `the checksum of its ${count} commands is wrong`);
      return 'fault';
    }
    this.slotsAt = at + s.B_WORDS;
    this.count = count;
    this.batchAt = this.offset;
    // A mark says nothing that a later batch could depend on.
    if (count > 0) this.chain = this.words[at + s.B_CRC]!;
    this.nextSequence += count;
    this.take(bytes);
    return count === 0 ? 'mark' : 'batch';
  }

  /** Forgets what it has read ahead: somebody may have written there since. */
  refresh(): void {
    this.from = 0;
    this.end = 0;
  }

  /** Looks through everything behind `offset`. Then only `close` may follow. */
  scanRest(): Rest {
    const { disk, buffer, words, offset } = this;
    let end = offset;
    let soundAt = -1;
    for (let position = offset; ; ) {
      const got = readFully(disk, this.fd, buffer, 0, buffer.length, position);
      if (got === 0) return { end, hasEnd: this.hasEnd(position), soundAt };
      buffer.fill(0, got, (got + 31) & ~31);
      for (let at = 0; at < got; at += s.BATCH_HEADER_BYTES) {
        const last = lastByteIn(words, at >> 2);
        if (last < 0) continue;
        end = position + at + last + 1;
        const isHere = position + at > offset && soundAt < 0 && this.isSound(at >> 2);
        if (isHere) soundAt = position + at;
      }
      position += got;
    }
  }

  close(): void {
    if (this.fd === NO_FILE) return;
    this.disk.close(this.fd);
    this.fd = NO_FILE;
  }

  /** Whether a file of `size` bytes has the zeros that belong behind `offset`. */
  private hasEnd(size: number): boolean {
    const zerosEnd = this.offset + s.BATCH_HEADER_BYTES;
    return zerosEnd <= size || this.header === null || zerosEnd > this.header.segmentBytes;
  }

  /** Whether the batch header at word `at` can be used, and follows what was read. */
  private checkHeader(at: number): boolean {
    const { words, header } = this;
    assert(header !== null, 'a segment is opened before it is read');
    const code = 'batch_header';
    if (crc32c(words, at, s.B_CRC) !== words[at + s.B_CRC]) {
      return this.fail(code, 'the header of a batch is damaged');
    }
    if (words[at + s.B_MAGIC] !== s.BATCH_MAGIC) return this.fail(code, 'it is not a batch');
    const count = words[at + s.B_COUNT]!;
    if (count < 0 || count > s.BATCH_COMMANDS_MAX) {
      return this.fail(code, 'the header of a batch contradicts itself');
    }
    if (words[at + s.B_ID] !== header.idLow) {
      return this.fail('foreign', 'a batch belongs to another journal');
    }
    const first = sequenceAt(words, at + s.B_FIRST_LOW);
    if (first !== this.nextSequence) {
      return this.fail(
        'sequence',
        `a batch begins with command ${first}, not ${this.nextSequence}`,
      );
    }
    if (first + (count - 1) > s.SEQUENCE_MAX) {
      return this.fail('sequence', 'a batch goes beyond the largest sequence');
    }
    if (words[at + s.B_CHAIN] !== this.chain) {
      return this.fail('chain', 'a batch was written behind another one than that before it');
    }
    return true;
  }

  /** True for the header of a batch that was written after what was read. */
  private isSound(at: number): boolean {
    const { words, header } = this;
    if (words[at + s.B_MAGIC] !== s.BATCH_MAGIC) return false;
    if (header !== null && words[at + s.B_ID] !== header.idLow) return false;
    if (sequenceAt(words, at + s.B_FIRST_LOW) < this.nextSequence) return false;
    return crc32c(words, at, s.B_CRC) === words[at + s.B_CRC];
  }

  private isZero(bytes: number): boolean {
    for (let i = this.from; i < this.from + bytes && i < this.from + 32; i++) {
      if (this.buffer[i] !== 0) return false;
    }
    return true;
  }

  /** Has at least `needed` bytes in the buffer, or all that the file has left; returns how many. */
  private want(needed: number): number {
    assert(needed <= READ_BYTES, 'the buffer holds the largest batch');
    if (this.end - this.from >= needed) return this.end - this.from;
    this.buffer.copyWithin(0, this.from, this.end);
    this.end -= this.from;
    this.from = 0;
    this.reserve(needed);
    const { disk, buffer, fd, end } = this;
    this.end += readFully(disk, fd, buffer, end, buffer.length - end, this.offset + end);
    return this.end;
  }

  /** Sees to it that the buffer has room for `bytes` from its beginning. */
  private reserve(bytes: number): void {
    if (this.buffer.length >= bytes) return;
    const buffer = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, (bytes + 4_095) & ~4_095));
    this.buffer.copy(buffer, 0, 0, this.end);
    this.buffer = buffer;
    this.words = new Int32Array(buffer.buffer);
  }

  /** Goes on behind `bytes` bytes that were found sound. */
  private take(bytes: number): void {
    assert(bytes % s.BATCH_HEADER_BYTES === 0, 'everything begins at a multiple of 32 bytes');
    this.from += bytes;
    this.offset += bytes;
    assert(this.from <= this.end, 'only what was read is taken');
  }

  private fail(code: Fault['code'], reason: string): false {
    this.fault = { code, reason };
    return false;
  }
}

/** Index (0 … 31) of the last byte that is not 0 of the 8 words from `at`; -1: all are. */
function lastByteIn(words: Int32Array, at: number): number {
  for (let i = 7; i >= 0; i--) {
    const word = words[at + i]!;
    if (word !== 0) return i * 4 + 3 - (Math.clz32(word) >> 3);
  }
  return -1;
}
