// Appends commands to the journal's segments (segment-layout.ts draws them).
//
// Invariants
//   - A batch is copied, numbered and checksummed in one buffer and goes out in one write.
//   - A segment never grows beyond `segmentBytesMax`; a batch never spans two.
//   - `durableSequence` only moves over commands that are as safe as `durability` promises:
//       fsync  on the disk: fdatasync has returned after their write, their file's name is durable
//       os     with the operating system: they survive the end of the program, not a power cut
//       none   nowhere: no file is read or written
//   - After the first error of the disk nothing is written or synced again: what a failed fsync
//     left behind is unknown, and a second one would report success for pages that are lost.
// Ownership: one writer a directory (directory-lock.ts), used by one thread.
// Known limitations: segments are not preallocated, and batches not chained to one another.

import { assert } from '../base/assert.ts';
import { highWord, lowWord } from '../base/words.ts';
import { C_SEQUENCE, COMMAND_WORDS } from '../core/command-slot.ts';
import { crc32c } from './crc32c.ts';
import { type Disk, REAL_DISK } from './disk.ts';
import { JournalWriteError } from './journal-errors.ts';
import type { JournalTail } from './journal-reader.ts';
import * as s from './segment-layout.ts';
import { listSegments, segmentPath } from './segment-name.ts';
import { syncJournal } from './sync-journal.ts';

export type Durability = 'fsync' | 'os' | 'none';

export interface JournalWriterOptions {
  /** Directory of the segments; it exists. */
  readonly dir: string;
  readonly durability: Durability;
  /** Bytes after which a new segment is begun: SEGMENT_BYTES_LEAST … SEGMENT_BYTES_MOST. */
  readonly segmentBytesMax?: number;
  /** Command sequence of the first command to be appended: what `readJournal` answered. */
  readonly nextSequence: number;
  /** Where to go on: what `readJournal` answered. null, left out: the directory has no segment. */
  readonly tail?: JournalTail | null;
  readonly disk?: Disk;
}

const NO_FILE = -1;

export class JournalWriter {
  private readonly dir: string;
  private readonly durability: Durability;
  private readonly segmentBytesMax: number;
  private readonly batchCommandsMax: number;
  private readonly disk: Disk;
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private fd = NO_FILE;
  private file = '';
  private segmentBytes = 0;
  private next: number;
  private durable: number;
  private isOpen = true;
  private failure: JournalWriteError | null = null;

  /**
   * Opens the last segment, cuts off its torn end if it has one, or begins the first segment. With
   * `fsync` all that is there is made durable first, because an earlier run may have left it to the
   * operating system. Throws a JournalWriteError.
   */
  constructor(options: JournalWriterOptions) {
    const { dir, durability, nextSequence, tail = null, disk = REAL_DISK } = options;
    const { segmentBytesMax = s.SEGMENT_BYTES_DEFAULT } = options;
    assert(segmentBytesMax >= s.SEGMENT_BYTES_LEAST, 'a segment is not too small');
    assert(segmentBytesMax <= s.SEGMENT_BYTES_MOST, 'a segment is not too large');
    assert(Number.isSafeInteger(nextSequence) && nextSequence > 0, 'sequences count from 1');
    this.dir = dir;
    this.durability = durability;
    this.segmentBytesMax = segmentBytesMax;
    const bytesForSlots = segmentBytesMax - s.SEGMENT_HEADER_BYTES - s.BATCH_HEADER_BYTES;
    this.batchCommandsMax = Math.min(
      s.BATCH_COMMANDS_MAX,
      Math.floor(bytesForSlots / s.SLOT_BYTES),
    );
    this.disk = disk;
    this.words = new Int32Array(s.BATCH_HEADER_WORDS + this.batchCommandsMax * COMMAND_WORDS);
    this.bytes = new Uint8Array(this.words.buffer);
    this.next = nextSequence;
    this.durable = nextSequence;
    if (durability === 'none') return;
    if (tail === null) {
      const there = this.attempt('list', () => listSegments(disk, dir));
      assert(there.length === 0, 'a journal that is there is read before it is written');
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

  /**
   * Appends `count` (at least 1) command slots that lie in a row from word `at` of `words`, and
   * then `wrappedCount` more from word `wrappedAt`, for a batch that goes over the end of a ring.
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
    try {
      this.disk.fdatasync(this.fd);
    } catch (error) {
      this.fail(error, 'fdatasync', this.file);
    }
    this.durable = this.next;
  }

  /** Syncs and closes. After an error it does nothing; nor when it is already closed. */
  close(): void {
    if (!this.isOpen || this.failure !== null) return;
    this.sync();
    this.isOpen = false;
    if (this.fd === NO_FILE) return;
    this.closeFile();
  }

  /** Copies slots into the batch from its slot `index` on, numbered. */
  private stage(words: Int32Array, at: number, count: number, index: number): void {
    assert(index + count <= this.batchCommandsMax, 'a batch fits its buffer');
    if (count === 0) return;
    const to = s.BATCH_HEADER_WORDS + index * COMMAND_WORDS;
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
    const slotsBytes = count * s.SLOT_BYTES;
    const batchBytes = s.BATCH_HEADER_BYTES + slotsBytes;
    const words = this.words;
    words[s.B_MAGIC] = s.BATCH_MAGIC;
    words[s.B_SLOTS_BYTES] = slotsBytes;
    words[s.B_FIRST_LOW] = lowWord(this.next);
    words[s.B_FIRST_HIGH] = highWord(this.next);
    words[s.B_COUNT] = count;
    words[s.B_RESERVED] = 0;
    words[s.B_SLOTS_CRC] = crc32c(words, s.BATCH_HEADER_WORDS, count * COMMAND_WORDS);
    words[s.B_CRC] = crc32c(words, 0, s.B_CRC);
    if (this.segmentBytes + batchBytes > this.segmentBytesMax) this.beginSegment();
    this.write(this.bytes, batchBytes);
    this.next += count;
  }

  private resume(tail: JournalTail): void {
    const { disk } = this;
    assert(tail.firstSequence <= this.next, 'the tail is of the journal that was read');
    assert(tail.bytes > 0 || tail.firstSequence === this.next, 'a segment without header is empty');
    this.file = tail.file;
    this.fd = this.attempt('open', () => disk.openAppend(tail.file));
    const size = this.attempt('fstat', () => disk.size(this.fd));
    assert(size >= tail.bytes, 'nobody else cut the journal');
    if (size > tail.bytes) this.attempt('ftruncate', () => disk.truncate(this.fd, tail.bytes));
    this.segmentBytes = tail.bytes;
    if (tail.bytes === 0) this.writeSegmentHeader();
    if (this.durability !== 'fsync') return;
    try {
      syncJournal(this.dir, disk);
    } catch (error) {
      this.fail(error, 'fdatasync', this.file);
    }
  }

  private beginSegment(): void {
    const { disk, dir } = this;
    if (this.fd !== NO_FILE) {
      this.sync();
      this.closeFile();
    }
    this.file = segmentPath(dir, this.next);
    this.fd = this.attempt('open', () => disk.create(this.file));
    this.segmentBytes = 0;
    this.writeSegmentHeader();
    if (this.durability !== 'fsync') return;
    this.attempt('fdatasync', () => disk.fdatasync(this.fd));
    this.attempt('fsync', () => disk.fsyncDirectory(dir), dir);
  }

  private writeSegmentHeader(): void {
    assert(this.segmentBytes === 0, 'a header is the first of its file');
    const words = new Int32Array(s.SEGMENT_HEADER_WORDS);
    words[s.S_MAGIC_LOW] = s.SEGMENT_MAGIC_LOW;
    words[s.S_MAGIC_HIGH] = s.SEGMENT_MAGIC_HIGH;
    words[s.S_VERSION] = s.FORMAT_VERSION;
    words[s.S_HEADER_BYTES] = s.SEGMENT_HEADER_BYTES;
    words[s.S_FIRST_LOW] = lowWord(this.next);
    words[s.S_FIRST_HIGH] = highWord(this.next);
    words[s.S_SLOT_BYTES] = s.SLOT_BYTES;
    words[s.S_CRC] = crc32c(words, 0, s.S_CRC);
    this.write(new Uint8Array(words.buffer), s.SEGMENT_HEADER_BYTES);
  }

  /** Writes the first `length` bytes of `bytes`, however many calls that takes. */
  private write(bytes: Uint8Array, length: number): void {
    let written = 0;
    try {
      while (written < length) {
        const more = this.disk.write(this.fd, bytes, written, length - written);
        if (more <= 0) throw new Error(`it took ${written} of ${length} bytes`);
        written += more;
      }
    } catch (error) {
      this.fail(error, 'write', this.file);
    }
    assert(written === length, 'a write takes no more than it is given');
    this.segmentBytes += length;
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
