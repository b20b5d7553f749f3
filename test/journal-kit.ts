// A disk in memory that can be told to fail, and commands to put into a journal.

import { basename, dirname, join } from 'node:path';
import type { Prng } from '../src/base/prng.ts';
import { wordsToNumber } from '../src/base/words.ts';
import { C_SEQUENCE, COMMAND_WORDS } from '../src/core/command-slot.ts';
import { DEFAULT_LIMITS } from '../src/core/limits.ts';
import { crc32c } from '../src/journal/crc32c.ts';
import type { Disk } from '../src/journal/disk.ts';
import type { JournalIdentity } from '../src/journal/journal-identity.ts';
import { type JournalReadOptions, readJournal } from '../src/journal/journal-reader.ts';
import { JournalWriter, type JournalWriterOptions } from '../src/journal/journal-writer.ts';
import * as s from '../src/journal/segment-layout.ts';

export const DIR = '/journal';

const ERRNO: Readonly<Record<string, number>> = { ENOSPC: -28, EIO: -5, EACCES: -13, EROFS: -30 };

export function diskError(code: string, syscall: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${syscall}`), { code, errno: ERRNO[code], syscall });
}

export class MemoryDisk implements Disk {
  readonly files = new Map<string, Uint8Array>();
  /** Every call that changes or syncs something, as `call name`, in order. */
  readonly calls: string[] = [];
  /** The most bytes that one write takes. */
  writeBytesMax: () => number = () => Number.POSITIVE_INFINITY;
  /** Looks at each call before it is done and may throw. */
  onCall: (call: string) => void = () => {};
  private readonly open = new Map<number, string>();
  private lastFd = 2;

  get openFiles(): number {
    return this.open.size;
  }

  count(call: string): number {
    return this.calls.filter((one) => one.startsWith(`${call} `)).length;
  }

  list(dir: string): string[] {
    const paths = [...this.files.keys()].filter((path) => dirname(path) === dir);
    return paths.map((path) => basename(path)).reverse();
  }

  openRead(path: string): number {
    if (!this.files.has(path)) throw diskError('ENOENT', 'open');
    this.lastFd += 1;
    this.open.set(this.lastFd, path);
    return this.lastFd;
  }

  openWrite(path: string): number {
    return this.openRead(path);
  }

  create(path: string): number {
    this.note('create', path);
    if (this.files.has(path)) throw diskError('EEXIST', 'open');
    this.files.set(path, new Uint8Array(0));
    return this.openRead(path);
  }

  read(fd: number, bytes: Uint8Array, at: number, length: number, position: number): number {
    const part = this.contents(fd).subarray(position, position + length);
    bytes.set(part, at);
    return part.length;
  }

  write(fd: number, bytes: Uint8Array, at: number, length: number, position: number): number {
    this.note('write', this.pathOf(fd));
    const taken = Math.min(length, this.writeBytesMax());
    const old = this.contents(fd);
    const grown = new Uint8Array(Math.max(old.length, position + taken));
    grown.set(old);
    grown.set(bytes.subarray(at, at + taken), position);
    this.files.set(this.pathOf(fd), grown);
    return taken;
  }

  size(fd: number): number {
    return this.contents(fd).length;
  }

  truncate(fd: number, length: number): void {
    this.note('truncate', this.pathOf(fd));
    const resized = new Uint8Array(length);
    resized.set(this.contents(fd).subarray(0, length));
    this.files.set(this.pathOf(fd), resized);
  }

  fdatasync(fd: number): void {
    this.note('fdatasync', this.pathOf(fd));
  }

  forget(fd: number, from: number, length: number): void {
    this.note(`forget ${from} ${length}`, this.pathOf(fd));
  }

  rename(from: string, to: string): void {
    this.note('rename', to);
    const bytes = this.files.get(from);
    if (bytes === undefined) throw diskError('ENOENT', 'rename');
    this.files.delete(from);
    this.files.set(to, bytes);
    for (const [fd, path] of this.open) if (path === from) this.open.set(fd, to);
  }

  unlink(path: string): void {
    this.note('unlink', path);
    if (!this.files.delete(path)) throw diskError('ENOENT', 'unlink');
  }

  fsyncDirectory(dir: string): void {
    this.note('fsyncDirectory', dir);
  }

  close(fd: number): void {
    if (!this.open.delete(fd)) throw diskError('EBADF', 'close');
  }

  private note(call: string, path: string): void {
    this.calls.push(`${call} ${basename(path)}`);
    this.onCall(call);
  }

  private pathOf(fd: number): string {
    const path = this.open.get(fd);
    if (path === undefined) throw diskError('EBADF', 'fd');
    return path;
  }

  private contents(fd: number): Uint8Array {
    return this.files.get(this.pathOf(fd))!;
  }
}

/** `count` slots of random words. */
export function randomSlots(prng: Prng, count: number): Int32Array {
  return new Int32Array(count * COMMAND_WORDS).map(() => prng.word());
}

/** The slots as a journal gives them back: numbered from `firstSequence` on. */
export function numbered(slots: Int32Array, firstSequence: number): Int32Array {
  const copy = new Int32Array(slots);
  for (let i = 0; i * COMMAND_WORDS < copy.length; i++) {
    copy[i * COMMAND_WORDS + C_SEQUENCE] = firstSequence + i;
  }
  return copy;
}

/** All words of a journal, and what `readJournal` answers. */
export function readWords(disk: Disk, options: JournalReadOptions = {}, dir = DIR) {
  const words: number[] = [];
  const batches: { firstSequence: number; count: number }[] = [];
  let next = options.from ?? 1;
  const read = readJournal(
    dir,
    (slots, at, count, firstSequence) => {
      if (firstSequence !== next) throw new Error(`batch ${firstSequence} comes after ${next}`);
      next += count;
      batches.push({ firstSequence, count });
      for (let i = at; i < at + count * COMMAND_WORDS; i++) words.push(slots[i]!);
    },
    { disk, ...options },
  );
  return { ...read, words: Int32Array.from(words), batches };
}

/** The identity of every journal made here. */
export const IDENTITY: JournalIdentity = { idLow: 0x5eed, idHigh: -1, limits: DEFAULT_LIMITS };

/** A writer on a disk in memory, with the smallest segments. */
export function memoryWriter(disk: Disk, options: Partial<JournalWriterOptions> = {}) {
  return new JournalWriter({
    dir: DIR,
    durability: 'fsync',
    identity: IDENTITY,
    segmentBytesMax: s.SEGMENT_BYTES_LEAST,
    nextSequence: 1,
    disk,
    ...options,
  });
}

/** Where a header, batch or mark lies in a segment. */
export interface Piece {
  kind: 'header' | 'batch' | 'mark';
  path: string;
  offset: number;
  bytes: number;
  firstSequence: number;
}

/** Every header, batch and mark of a sound journal, in order. */
export function pieces(disk: MemoryDisk): Piece[] {
  const found: Piece[] = [];
  for (const path of [...disk.files.keys()].filter((one) => one.endsWith('.segment')).sort()) {
    const words = wordsOf(disk.files.get(path)!);
    const first = wordsToNumber(words[s.S_FIRST_LOW]!, words[s.S_FIRST_HIGH]!);
    const bytes = s.SEGMENT_HEADER_BYTES;
    found.push({ kind: 'header', path, offset: 0, bytes, firstSequence: first });
    for (let offset = bytes; words[offset / 4] === s.BATCH_MAGIC; ) {
      const at = offset / 4;
      const slots = words[at + s.B_COUNT]!;
      const low = words[at + s.B_FIRST_LOW]!;
      const piece = {
        kind: slots === 0 ? ('mark' as const) : ('batch' as const),
        path,
        offset,
        bytes: s.BATCH_HEADER_BYTES + slots * s.SLOT_BYTES,
        firstSequence: wordsToNumber(low, words[at + s.B_FIRST_HIGH]!),
      };
      found.push(piece);
      offset += piece.bytes;
    }
  }
  return found;
}

export function wordsOf(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
}

/** Sets a word of a header to `value` and makes the header's checksum right again. */
export function forge(disk: MemoryDisk, piece: Piece, word: number, value: number): void {
  const words = wordsOf(disk.files.get(piece.path)!);
  const at = piece.offset / 4;
  words[at + word] = value;
  const crcAt = piece.kind === 'header' ? s.S_CRC : s.B_CRC;
  words[at + crcAt] = crc32c(words, at, crcAt);
}

/**
 * A journal of `batches` batches of 4 … 12 commands, the first two of 5, on a disk in memory. It
 * ends as after a crash, or with the mark of an owner who closed it.
 */
export function makeJournal(prng: Prng, batches: number, firstSequence = 1, isClosed = false) {
  const disk = new MemoryDisk();
  const writer = memoryWriter(disk, { nextSequence: firstSequence });
  const parts: Int32Array[] = [];
  for (let i = 0; i < batches; i++) {
    const slots = randomSlots(prng, i < 2 ? 5 : prng.between(4, 12));
    parts.push(numbered(slots, writer.nextSequence));
    writer.append(slots, 0, slots.length / COMMAND_WORDS);
    writer.sync();
  }
  if (isClosed) writer.close();
  return { disk, words: joined(parts), nextSequence: writer.nextSequence };
}

export function joined(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function copyOf(disk: MemoryDisk): MemoryDisk {
  const copy = new MemoryDisk();
  for (const [path, bytes] of disk.files) copy.files.set(path, bytes.slice());
  return copy;
}

/** Path of the segment in DIR that begins with a sequence. */
export function pathOf(firstSequence: number): string {
  return join(DIR, `journal-${String(firstSequence).padStart(20, '0')}.segment`);
}
