// Appends commands to the journal's segments (segment-layout.ts draws them).
//
// Invariants
//   - A batch is copied, numbered and checksummed in one buffer and goes out in one write. With
//     `fsync` it is on the disk before the next is written, so a torn batch is always the last.
//   - A segment never grows beyond `segmentBytesMax`; a batch never spans two.
//   - A segment has its name only when its header is on the disk.
//   - `durableSequence` only moves over commands that are as safe as `durability` promises:
//       fsync  on the disk: fdatasync has returned after their write, their file's name is durable
//       os     with the operating system: they survive the end of the program, not a power cut
//       none   nowhere: no file is read or written
//   - After the first error of the disk nothing is written or synced again: what a failed fsync
//     left behind is unknown, and a second one would report success for pages that are lost.
// Allocation: an fdatasync over bytes that the file has already is much cheaper than over new ones.
// So with `fsync` a segment is written full of zeros ahead (spare-segment.ts, another thread); one
// for which no spare was ready gets its zeros in steps of GROW_BYTES. With `os`, and ahead of a
// large batch, it only becomes longer: so many bytes pay for their own allocation, and to write
// zeros first would double the work of a disk that is busy.
// Memory: with `fsync` the system keeps the newest CACHED_BYTES of a segment at most. The pages
// that it gets back are those that the next bytes need; one that was free for long can be slow to
// get (on a virtual machine whose host takes free memory back 9 µs for 4 KB, else 0.5).
// Ownership: one writer a directory (directory-lock.ts), used by one thread.

import { join } from 'node:path';
import { assert } from '../base/assert.ts';
import { highWord, lowWord } from '../base/words.ts';
import { C_SEQUENCE, COMMAND_WORDS } from '../core/command-slot.ts';
import { crc32 } from './crc32.ts';
import { crc32c } from './crc32c.ts';
import { type Disk, REAL_DISK, writeFully } from './disk.ts';
import { JournalWriteError } from './journal-errors.ts';
import type { JournalIdentity } from './journal-identity.ts';
import type { JournalTail } from './journal-reader.ts';
import { encodeSegmentHeader } from './segment-header.ts';
import * as s from './segment-layout.ts';
import { listSegments, NEW_NAME, SPARE_NAME, segmentPath } from './segment-name.ts';

export type Durability = 'fsync' | 'os' | 'none';

export interface JournalWriterOptions {
  /** Directory of the segments; it exists. */
  readonly dir: string;
  readonly durability: Durability;
  readonly identity: JournalIdentity;
  /** Bytes after which a new segment is begun: SEGMENT_BYTES_LEAST … SEGMENT_BYTES_MOST. */
  readonly segmentBytesMax?: number;
  /** Command sequence of the first command to be appended: what recovery answered. */
  readonly nextSequence: number;
  /** Chain value to go on from: what recovery answered. Default 0: a new journal. */
  readonly chain?: number;
  /** Segment to go on in, with nothing torn behind it. null, left out: a new one is begun. */
  readonly tail?: JournalTail | null;
  /** True when the spare segment is ready; it is then used up. Default: there is never one. */
  readonly takeSpare?: () => boolean;
  readonly disk?: Disk;
}

const NO_FILE = -1;
/** When so much of a segment is used, the next one is wanted. */
const SPARE_FROM_FILL = 0.25;
const GROW_BYTES = 1_048_576;
/** From here on a batch is a large one. */
const LARGE_BATCH_BYTES = 65_536;
const ZEROS = new Uint8Array(GROW_BYTES);
/** Who reads close behind (follower.ts) need not wait for the disk. */
const CACHED_BYTES = 16_777_216;
/** Forgotten at once: not so little that the call costs more than it gives. */
const FORGET_BYTES = 1_048_576;

export class JournalWriter {
  /** Bytes of the batches that were written since it was opened. */
  bytesWritten = 0;
  private readonly dir: string;
  private readonly durability: Durability;
  private readonly identity: JournalIdentity;
  private readonly segmentBytesMax: number;
  private readonly batchCommandsMax: number;
  private readonly takeSpare: () => boolean;
  private readonly disk: Disk;
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private fd = NO_FILE;
  private file = '';
  /** Bytes of the segment that are used, that the file has, and that it may have. */
  private used = 0;
  private allocated = 0;
  /** Bytes from its beginning that the system was told to forget. */
  private forgotten = 0;
  private segmentBytes = 0;
  private isBatchLarge = false;
  private next: number;
  private durable: number;
  private chain: number;
  private isOpen = true;
  private failure: JournalWriteError | null = null;

  /** Opens the last segment, or begins one. Throws a JournalWriteError. */
  constructor(options: JournalWriterOptions) {
    const { durability, nextSequence, tail = null, disk = REAL_DISK, chain = 0 } = options;
    const { segmentBytesMax = s.SEGMENT_BYTES_DEFAULT } = options;
    assert(segmentBytesMax >= s.SEGMENT_BYTES_LEAST, 'a segment is not too small');
    assert(segmentBytesMax <= s.SEGMENT_BYTES_MOST, 'a segment is not too large');
    assert(Number.isSafeInteger(nextSequence) && nextSequence > 0, 'sequences count from 1');
    this.dir = options.dir;
    this.durability = durability;
    this.identity = options.identity;
    this.segmentBytesMax = segmentBytesMax;
    const bytesForSlots = segmentBytesMax - s.SEGMENT_HEADER_BYTES - s.BATCH_HEADER_BYTES;
    const slotsMax = Math.floor(bytesForSlots / s.SLOT_BYTES);
    this.batchCommandsMax = Math.min(s.BATCH_COMMANDS_MAX, slotsMax);
    this.takeSpare = options.takeSpare ?? (() => false);
    this.disk = disk;
    this.words = new Int32Array(s.B_WORDS + this.batchCommandsMax * COMMAND_WORDS);
    this.bytes = new Uint8Array(this.words.buffer);
    this.next = nextSequence;
    this.durable = nextSequence;
    this.chain = chain;
    if (durability === 'none') return;
    if (tail === null) {
      const last = this.attempt('list', () => listSegments(disk, this.dir)).at(-1);
      const isBehind = last === undefined || last.firstSequence <= nextSequence;
      assert(isBehind, 'a journal that is there is read before it is written');
      this.beginSegment();
    } else {
      this.resume(tail);
    }
  }

  /** Command sequence of the next command to be appended. */
  get nextSequence(): number {
    return this.next;
  }

  /** Commands before this sequence are as safe as the durability promises. */
  get durableSequence(): number {
    return this.durable;
  }

  /** Share of the current segment that is used, 0 … 1. */
  get fill(): number {
    return this.used / this.segmentBytes;
  }

  /**
   * Whether the next segment should be prepared now: not while batches are large, which gain
   * nothing by it and leave the disk no time for it, and never without syncs.
   */
  get isSpareWanted(): boolean {
    return this.durability === 'fsync' && !this.isBatchLarge && this.fill > SPARE_FROM_FILL;
  }

  /**
   * Appends `count` (at least 1) command slots that lie in a row from word `at` of `words`, and
   * then `wrappedCount` more from word `wrappedAt`, for a batch that goes over the end of a ring.
   * More than BATCH_COMMANDS_MAX become several batches, of which all but the last are synced too.
   * Commands get the sequences from `nextSequence` on; that is what the file has in C_SEQUENCE,
   * whatever `words` has there. Throws a JournalWriteError.
   */
  append(words: Int32Array, at: number, count: number, wrappedAt = 0, wrappedCount = 0): void {
    assert(count > 0 && wrappedCount >= 0, 'there is something to append');
    assert(at >= 0 && at + count * COMMAND_WORDS <= words.length, 'slots lie in their array');
    assert(wrappedAt >= 0 && wrappedAt + wrappedCount * COMMAND_WORDS <= words.length, 'wrapped');
    assert(this.next + (count + wrappedCount - 1) <= s.SEQUENCE_MAX, 'sequences stay exact');
    this.checkUsable();
    if (this.durability === 'none') {
      this.next += count + wrappedCount;
      this.durable = this.next;
      return;
    }
    let from = at;
    let left = count;
    let wrappedFrom = wrappedAt;
    let wrappedLeft = wrappedCount;
    while (left + wrappedLeft > 0) {
      // Only what is durable may have something behind it.
      this.sync();
      const taken = Math.min(left, this.batchCommandsMax);
      const wrappedTaken = Math.min(wrappedLeft, this.batchCommandsMax - taken);
      this.stage(words, from, taken, 0);
      this.stage(words, wrappedFrom, wrappedTaken, taken);
      this.writeBatch(taken + wrappedTaken);
      from += taken * COMMAND_WORDS;
      left -= taken;
      wrappedFrom += wrappedTaken * COMMAND_WORDS;
      wrappedLeft -= wrappedTaken;
    }
    if (this.durability === 'os') this.durable = this.next;
  }

  /** With `fsync`: returns when all that was appended is on disk. Throws a JournalWriteError. */
  sync(): void {
    this.checkUsable();
    if (this.durability !== 'fsync' || this.durable === this.next) return;
    this.syncFile();
    this.durable = this.next;
    if (this.used - this.forgotten >= CACHED_BYTES + FORGET_BYTES) {
      this.forgetTo(this.used - CACHED_BYTES);
    }
  }

  /**
   * Syncs, marks the end as one that was meant, and closes. After an error it does nothing; nor
   * when it is already closed.
   */
  close(): void {
    if (!this.isOpen || this.failure !== null) return;
    this.sync();
    this.isOpen = false;
    if (this.fd === NO_FILE) return;
    if (this.used + s.BATCH_HEADER_BYTES <= this.segmentBytes) {
      this.writeBatch(0);
      if (this.durability === 'fsync') this.syncFile();
    }
    this.closeFile();
  }

  /** Copies slots into the batch from its slot `index` on, numbered. */
  private stage(words: Int32Array, at: number, count: number, index: number): void {
    assert(index + count <= this.batchCommandsMax, 'a batch fits its buffer');
    if (count === 0) return;
    const to = s.B_WORDS + index * COMMAND_WORDS;
    const end = to + count * COMMAND_WORDS;
    assert(end <= this.words.length, 'the staged slots end inside the buffer');
    this.words.set(words.subarray(at, at + count * COMMAND_WORDS), to);
    let sequence = lowWord(this.next + index);
    for (let slot = to; slot < end; slot += COMMAND_WORDS) {
      this.words[slot + C_SEQUENCE] = sequence;
      sequence = (sequence + 1) | 0;
    }
  }

  /** Writes the staged slots as one batch, in a new segment if this one has no room for it. */
  private writeBatch(count: number): void {
    const batchBytes = s.BATCH_HEADER_BYTES + count * s.SLOT_BYTES;
    if (this.used + batchBytes > this.segmentBytes) this.beginSegment();
    const { words, chain } = this;
    words[s.B_MAGIC] = s.BATCH_MAGIC;
    words[s.B_COUNT] = count;
    words[s.B_FIRST_LOW] = lowWord(this.next);
    words[s.B_FIRST_HIGH] = highWord(this.next);
    words[s.B_CHAIN] = chain;
    words[s.B_ID] = this.identity.idLow;
    words[s.B_SLOTS_CRC] = crc32(words, s.B_WORDS, count * COMMAND_WORDS, chain);
    words[s.B_CRC] = crc32c(words, 0, s.B_CRC);
    this.isBatchLarge = batchBytes >= LARGE_BATCH_BYTES;
    this.allocate(this.used + batchBytes);
    this.write(this.bytes, batchBytes, this.used);
    this.used += batchBytes;
    this.bytesWritten += batchBytes;
    if (count > 0) this.chain = words[s.B_CRC]!;
    this.next += count;
  }

  /** Sees to it that the file has the bytes up to `end`, and zeros behind them. */
  private allocate(end: number): void {
    const { segmentBytes, disk } = this;
    if (this.allocated >= Math.min(segmentBytes, end + s.BATCH_HEADER_BYTES)) return;
    const wanted = Math.min(segmentBytes, end + GROW_BYTES);
    if (this.durability === 'os' || this.isBatchLarge) {
      this.attempt('ftruncate', () => disk.truncate(this.fd, wanted));
      this.allocated = wanted;
    }
    while (this.allocated < wanted) {
      const bytes = Math.min(GROW_BYTES, wanted - this.allocated);
      this.write(ZEROS, bytes, this.allocated);
      this.allocated += bytes;
    }
  }

  private resume(tail: JournalTail): void {
    const { disk } = this;
    assert(tail.header.firstSequence <= this.next, 'the tail is of the journal that was read');
    this.file = tail.file;
    this.segmentBytes = tail.header.segmentBytes;
    this.fd = this.attempt('open', () => disk.openWrite(tail.file));
    this.allocated = this.attempt('fstat', () => disk.size(this.fd));
    assert(this.allocated >= tail.bytes, 'nobody else cut the journal');
    this.used = tail.bytes;
  }

  private beginSegment(): void {
    const { disk, dir } = this;
    if (this.fd !== NO_FILE) {
      this.sync();
      if (this.durability === 'fsync') this.forgetTo(this.used);
      this.closeFile();
    }
    this.forgotten = 0;
    this.file = segmentPath(dir, this.next);
    const isSpare = this.takeSpare();
    const made = join(dir, isSpare ? SPARE_NAME : NEW_NAME);
    this.fd = this.attempt('open', () => (isSpare ? disk.openWrite(made) : disk.create(made)));
    this.allocated = this.attempt('fstat', () => disk.size(this.fd));
    this.segmentBytes = this.segmentBytesMax;
    this.used = s.SEGMENT_HEADER_BYTES;
    const { identity, next, chain, segmentBytes } = this;
    const header = encodeSegmentHeader(identity, next, chain, segmentBytes);
    this.allocate(this.used);
    this.write(new Uint8Array(header.buffer), s.SEGMENT_HEADER_BYTES, 0);
    this.chain = header[s.S_CRC]!;
    if (this.durability === 'fsync') this.syncFile();
    this.attempt('rename', () => disk.rename(made, this.file));
    if (this.durability !== 'fsync') return;
    this.attempt('fsync', () => disk.fsyncDirectory(dir), dir);
  }

  private syncFile(): void {
    try {
      this.disk.fdatasync(this.fd);
    } catch (error) {
      this.fail(error, 'fdatasync', this.file);
    }
  }

  private write(bytes: Uint8Array, length: number, position: number): void {
    try {
      writeFully(this.disk, this.fd, bytes, 0, length, position);
    } catch (error) {
      this.fail(error, 'write', this.file);
    }
  }

  private forgetTo(end: number): void {
    this.disk.forget(this.fd, this.forgotten, end - this.forgotten);
    this.forgotten = end;
  }

  private closeFile(): void {
    const fd = this.fd;
    this.fd = NO_FILE;
    this.attempt('close', () => this.disk.close(fd));
  }

  private checkUsable(): void {
    if (this.failure !== null) throw this.failure;
    assert(this.isOpen, 'a closed journal is not used again');
  }

  private attempt<T>(syscall: string, call: () => T, file = this.file): T {
    try {
      return call();
    } catch (error) {
      if (error instanceof Error && 'syscall' in error) this.fail(error, syscall, file);
      throw error;
    }
  }

  private fail(error: unknown, syscall: string, file: string): never {
    this.failure =
      error instanceof JournalWriteError
        ? error
        : new JournalWriteError(error, syscall, file, this.durable);
    if (this.fd !== NO_FILE) {
      try {
        this.disk.close(this.fd);
      } catch {
        // The first error is the one that matters; the descriptor is gone either way.
      }
      this.fd = NO_FILE;
    }
    throw this.failure;
  }
}
