import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { crc32 } from '../src/journal/crc32.ts';
import { crc32c } from '../src/journal/crc32c.ts';
import { REAL_DISK } from '../src/journal/disk.ts';
import { readJournal } from '../src/journal/journal-reader.ts';
import { type Durability, JournalWriter } from '../src/journal/journal-writer.ts';
import {
  BATCH_COMMANDS_MAX,
  SEGMENT_BYTES_LEAST,
  SEGMENT_HEADER_BYTES,
} from '../src/journal/segment-layout.ts';
import {
  IDENTITY,
  joined,
  MemoryDisk,
  memoryWriter,
  numbered,
  pathOf,
  pieces,
  randomSlots,
  readWords,
} from './journal-kit.ts';

const SEED = Number(process.env.SEED ?? Date.now());
const TWO_32 = 2 ** 32;

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ringside-journal-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

describe('checksum', () => {
  // RFC 3720, B.4
  test.each([
    ['zeros', new Array(32).fill(0), 0x8a9136aa],
    ['ones', new Array(32).fill(0xff), 0x62a8ab43],
    ['rising', Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['falling', Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ])('should be that of the iSCSI standard for %s', (_name, bytes, crc) => {
    const words = new Int32Array(Uint8Array.from(bytes).buffer);
    expect(crc32c(words, 0, words.length) >>> 0).toBe(crc);
  });

  test('should be CRC-32 as others count it, and go on from tables in native code', () => {
    // As zlib and `cksum -a crc32b` have it.
    const words = new Int32Array(Uint8Array.from(Buffer.from('1234567890123456')).buffer);
    expect(crc32(words, 0, 4) >>> 0).toBe(0x1e5fcdb7);
    const long = Int32Array.from({ length: 1_000 }, (_, i) => words[i & 3]!);
    expect(crc32(long, 4, 996, crc32(long, 0, 4))).toBe(crc32(long, 0, 1_000));
  });

  test.each([
    ['CRC32C', crc32c, 0x82f63b78],
    ['CRC-32', crc32, 0xedb88320],
  ] as const)('should equal the definition, bit by bit, for any range: %s', (_, crcOf, poly) => {
    const prng = new Prng(SEED);
    const words = randomSlots(prng, 16);
    for (let i = 0; i < 200; i++) {
      const at = prng.below(words.length);
      const count = prng.below(words.length - at + 1);
      const seed = prng.word();
      const bytes = new Uint8Array(words.buffer, at * 4, count * 4);
      let crc = ~seed;
      for (const byte of bytes) {
        crc ^= byte;
        for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ poly : crc >>> 1;
      }
      expect(crcOf(words, at, count, seed), `seed ${SEED}`).toBe(~crc);
    }
  });

  test('should refuse a range outside its array', () => {
    const words = new Int32Array(256);
    for (const crcOf of [crc32, crc32c]) {
      for (const count of [8, 200]) {
        expect(() => crcOf(words, 250, count)).toThrow('assertion failed');
        expect(() => crcOf(words, -1, count)).toThrow('assertion failed');
      }
    }
  });
});

/** Writes random batches, now and then closing and going on, and reads all of it back. */
function roundTrip(seed: number, durability: Durability, first: number, batches: number): void {
  const note = `seed ${seed}`;
  const prng = new Prng(seed);
  const options = { dir, durability, segmentBytesMax: SEGMENT_BYTES_LEAST, identity: IDENTITY };
  const parts: Int32Array[] = [];
  let writer = new JournalWriter({ ...options, nextSequence: first });
  for (let i = 0; i < batches; i++) {
    const slots = randomSlots(prng, i === 3 ? 250 : prng.between(1, prng.chance(10) ? 200 : 12));
    parts.push(numbered(slots, writer.nextSequence));
    writer.append(slots, 0, slots.length / COMMAND_WORDS);
    writer.sync();
    expect(writer.durableSequence, note).toBe(writer.nextSequence);
    if (!prng.chance(10)) continue;
    writer.close();
    const { nextSequence, chain, tail, torn } = readWords(REAL_DISK, { from: first }, dir);
    expect({ nextSequence, torn }, note).toEqual({ nextSequence: writer.nextSequence, torn: null });
    writer = new JournalWriter({ ...options, nextSequence, chain, tail });
  }
  writer.close();
  const read = readWords(REAL_DISK, { from: first }, dir);
  const words = joined(parts);
  expect(read.words, note).toEqual(words);
  expect(read.commands, note).toBe(words.length / COMMAND_WORDS);
  expect(read.nextSequence, note).toBe(first + read.commands);
  expect(read.segments, note).toBeGreaterThan(3);
  expect(read.tail!.header, note).toMatchObject(IDENTITY);
}

describe('what is read back', () => {
  test.each<[Durability, string, number, number]>([
    ['os', '1', 1, 60],
    ['fsync', '1', 1, 20],
    ['os', '2^31', 2 ** 31 - 100, 60],
    ['os', '2^32', TWO_32 - 100, 60],
    ['os', '2^53', 2 ** 53 - 20_000, 60],
  ])('should equal what was appended: %s, sequences from about %s', (durability, _, first, n) => {
    process.stdout.write(`journal round trip: SEED=${SEED}\n`);
    roundTrip(SEED, durability, first, n);
  });

  test('should be nothing in an empty directory', () => {
    const counts = { segments: 0, batches: 0, commands: 0 };
    const nothing = { ...counts, chain: 0, commandChain: 0, tail: null, torn: null };
    expect(readJournal(dir, () => expect.unreachable())).toEqual({ nextSequence: 1, ...nothing });
  });

  test('should go over the end of a shared ring, in one batch', () => {
    const prng = new Prng(SEED);
    const ring = new Int32Array(new SharedArrayBuffer(16 * COMMAND_WORDS * 4));
    ring.set(randomSlots(prng, 16));
    const disk = new MemoryDisk();
    const writer = memoryWriter(disk);
    writer.append(ring, 12 * COMMAND_WORDS, 4, 0, 3);
    const parts = [ring.slice(12 * COMMAND_WORDS), ring.slice(0, 3 * COMMAND_WORDS)];
    const read = readWords(disk);
    expect(read.words).toEqual(numbered(joined(parts), 1));
    expect(read.batches).toEqual([{ firstSequence: 1, count: 7 }]);
    expect(disk.count('write')).toBe(3);
  });

  test('should be split when it is more than a batch may hold, wherever the ring ends', () => {
    const prng = new Prng(SEED);
    const total = 2 * BATCH_COMMANDS_MAX + 100;
    const slots = randomSlots(prng, total);
    for (const firstPart of [100, BATCH_COMMANDS_MAX, BATCH_COMMANDS_MAX + 50, total - 1]) {
      const ring = joined([
        slots.slice(firstPart * COMMAND_WORDS),
        slots.slice(0, firstPart * COMMAND_WORDS),
      ]);
      const disk = new MemoryDisk();
      const writer = memoryWriter(disk, { segmentBytesMax: 4_000_000 });
      const wrapped = total - firstPart;
      writer.append(ring, wrapped * COMMAND_WORDS, firstPart, 0, wrapped);
      const read = readWords(disk);
      const counts = read.batches.map(({ count }) => count);
      expect(counts).toEqual([BATCH_COMMANDS_MAX, BATCH_COMMANDS_MAX, 100]);
      expect(Buffer.compare(bytesOf(read.words), bytesOf(numbered(slots, 1)))).toBe(0);
    }
  });
});

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

test('should never let a segment grow beyond its size, nor waste it', () => {
  const disk = new MemoryDisk();
  const writer = memoryWriter(disk);
  const slots = randomSlots(new Prng(SEED), 200);
  for (let i = 0; i < 40; i++) writer.append(slots, 0, 1 + ((i * 37) % 200));
  const all = pieces(disk);
  const paths = [...new Set(all.map((piece) => piece.path))];
  expect(paths.length).toBeGreaterThan(10);
  for (const [index, path] of paths.entries()) {
    expect(disk.files.get(path)!.length).toBe(SEGMENT_BYTES_LEAST);
    const used = all.filter((piece) => piece.path === path);
    const bytes = used.reduce((sum, piece) => sum + piece.bytes, 0);
    const next = all.find((piece) => piece.kind === 'batch' && piece.path === paths[index + 1]);
    if (next !== undefined) expect(bytes + next.bytes).toBeGreaterThan(SEGMENT_BYTES_LEAST);
    expect(path).toBe(pathOf(used[0]!.firstSequence));
  }
});

test('should count up to the largest sequence and no further', () => {
  const disk = new MemoryDisk();
  const writer = memoryWriter(disk, { nextSequence: 2 ** 53 - 11 });
  const slots = new Int32Array(11 * COMMAND_WORDS);
  expect(() => writer.append(slots, 0, 11)).toThrow('sequences stay exact');
  writer.append(slots, 0, 10);
  expect(writer.nextSequence).toBe(2 ** 53 - 1);
  writer.close();
  const { nextSequence, chain, tail } = readWords(disk, { from: 2 ** 53 - 11 });
  expect(nextSequence).toBe(2 ** 53 - 1);
  const again = memoryWriter(disk, { nextSequence, chain, tail });
  expect(() => again.append(slots, 0, 1)).toThrow('sequences stay exact');
});

test('should not overwrite a journal that was not read', () => {
  const disk = new MemoryDisk();
  memoryWriter(disk, { nextSequence: 8 }).close();
  expect(() => memoryWriter(disk, { nextSequence: 7 })).toThrow('is read before it is written');
});

test('should let the system forget what is synced but for the newest 16 MiB', () => {
  const keptBytesMax = 17 * 1_048_576;
  const disk = new MemoryDisk();
  const segmentBytesMax = 40_000_000;
  const writer = memoryWriter(disk, { segmentBytesMax });
  const slots = new Int32Array(BATCH_COMMANDS_MAX * COMMAND_WORDS);
  const batchBytes = BATCH_COMMANDS_MAX * COMMAND_WORDS * 4;
  let forgotten = 0;
  let synced = 0;
  for (let i = 1; i * batchBytes < 1.9 * segmentBytesMax; i++) {
    const from = disk.calls.length;
    writer.append(slots, 0, BATCH_COMMANDS_MAX);
    writer.sync();
    for (const call of disk.calls.slice(from)) {
      if (call.startsWith('fdatasync')) synced = writer.bytesWritten + 2 * SEGMENT_HEADER_BYTES;
      if (!call.startsWith('forget')) continue;
      forgotten += Number(call.split(' ')[2]);
      expect(forgotten).toBeLessThanOrEqual(synced);
    }
    expect(writer.bytesWritten - forgotten).toBeLessThanOrEqual(keptBytesMax + batchBytes);
  }
  const forgets = disk.calls.filter((call) => call.startsWith('forget'));
  const starts = forgets.map((call) => Number(call.split(' ')[1]));
  expect(starts.filter((start) => start === 0)).toHaveLength(2);
  expect(new Set(forgets.map((call) => call.split(' ')[3])).size).toBe(2);
  writer.close();
});

test('should have the operating system forget nothing that it holds alone', () => {
  const disk = new MemoryDisk();
  const segmentBytesMax = 40_000_000;
  const writer = memoryWriter(disk, { segmentBytesMax, durability: 'os' });
  const slots = new Int32Array(BATCH_COMMANDS_MAX * COMMAND_WORDS);
  for (let i = 0; i < 22; i++) writer.append(slots, 0, BATCH_COMMANDS_MAX);
  writer.close();
  expect(disk.count('forget')).toBe(0);
});

test('should read a long journal in little memory', () => {
  const slots = new Int32Array(BATCH_COMMANDS_MAX * COMMAND_WORDS);
  const segmentBytesMax = 32_000_000;
  const options = { dir, durability: 'os', segmentBytesMax, identity: IDENTITY } as const;
  const writer = new JournalWriter({ ...options, nextSequence: 1 });
  for (let i = 0; i < 32; i++) writer.append(slots, 0, BATCH_COMMANDS_MAX);
  writer.close();
  globalThis.gc?.();
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const { commands } = readJournal(dir, () => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  });
  expect(commands).toBe(32 * BATCH_COMMANDS_MAX);
  expect(most).toBeLessThan(8_000_000);
});
