// Disks that take only a part, are full or broken; and what each durability asks of the disk.

import { openSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { REAL_DISK } from '../src/journal/disk.ts';
import { JournalWriteError } from '../src/journal/journal-errors.ts';
import type { JournalWriter } from '../src/journal/journal-writer.ts';
import { SEGMENT_BYTES_LEAST } from '../src/journal/segment-layout.ts';
import { SpareSegment } from '../src/journal/spare-segment.ts';
import { syncJournal } from '../src/journal/sync-journal.ts';
import { cutTornTail } from '../src/journal/torn-tail.ts';
import {
  DIR,
  diskError,
  MemoryDisk,
  memoryWriter,
  numbered,
  pathOf,
  randomSlots,
  readWords,
} from './journal-kit.ts';

const SEED = Number(process.env.SEED ?? Date.now());
const SLOTS = randomSlots(new Prng(SEED), 60);

/** Lets the call number `nth` (from 1) of a kind fail, once. */
function failOnce(disk: MemoryDisk, kind: string, nth: number, code: string): void {
  let seen = 0;
  disk.onCall = (call) => {
    if (call !== kind) return;
    seen += 1;
    if (seen === nth) throw diskError(code, kind);
  };
}

function errorOf(call: () => void): JournalWriteError {
  try {
    call();
  } catch (error) {
    if (error instanceof JournalWriteError) return error;
    throw error;
  }
  return expect.unreachable('it did not throw');
}

/** After an error every use answers that error, and nothing reaches the disk any more. */
function expectToBeOver(writer: JournalWriter, disk: MemoryDisk, error: JournalWriteError): void {
  const calls = disk.calls.length;
  const { durableSequence } = writer;
  expect(errorOf(() => writer.append(SLOTS, 0, 1))).toBe(error);
  expect(errorOf(() => writer.sync())).toBe(error);
  writer.close();
  expect(disk.calls.length).toBe(calls);
  expect(disk.openFiles).toBe(0);
  expect(writer.durableSequence).toBe(durableSequence);
}

test('should put a batch together out of short writes', () => {
  process.stdout.write(`journal faults: SEED=${SEED}\n`);
  const prng = new Prng(SEED);
  const disk = new MemoryDisk();
  disk.writeBytesMax = () => prng.between(1, 100);
  const writer = memoryWriter(disk);
  for (let at = 0; at < 60; at += 5) {
    writer.append(SLOTS, at * COMMAND_WORDS, 5);
    writer.sync();
  }
  expect(readWords(disk).words, `seed ${SEED}`).toEqual(numbered(SLOTS, 1));
  expect(disk.count('write')).toBeGreaterThan(40);
});

describe('an error of the disk', () => {
  test('should end the journal when it is full, in the middle of a batch', () => {
    for (let nth = 1; nth <= 12; nth++) {
      const disk = new MemoryDisk();
      const writer = memoryWriter(disk);
      writer.append(SLOTS, 0, 2);
      writer.sync();
      disk.writeBytesMax = () => 31;
      failOnce(disk, 'write', nth, 'ENOSPC');
      const error = errorOf(() => writer.append(SLOTS, 0, 5));
      expect(error).toMatchObject({ code: 'ENOSPC', errno: -28, syscall: 'write' });
      expect(error.message).toContain(`write of ${pathOf(1)} failed`);
      expect(error.message).toContain('Commands from 3 on are not known to be durable');
      expectToBeOver(writer, disk, error);
      expect(writer.durableSequence).toBe(3);
      const { nextSequence, torn } = readWords(disk);
      expect(nextSequence).toBe(3);
      // Bytes of the header come first, and the last of those that were written may be 0.
      if (nth > 1) expect(torn!.bytes).toBeLessThanOrEqual((nth - 1) * 31);
      else expect(torn).toBeNull();
    }
  });

  test('should never be followed by another fdatasync', () => {
    const disk = new MemoryDisk();
    const writer = memoryWriter(disk);
    writer.append(SLOTS, 0, 1);
    writer.sync();
    writer.append(SLOTS, 0, 1);
    failOnce(disk, 'fdatasync', 1, 'EIO');
    const before = disk.count('fdatasync');
    const error = errorOf(() => writer.sync());
    expect(error).toMatchObject({ code: 'EIO', errno: -5, syscall: 'fdatasync' });
    expectToBeOver(writer, disk, error);
    expect(writer.durableSequence).toBe(2);
    expect(disk.count('fdatasync')).toBe(before + 1);
  });

  test.each([
    ['create', 1, 'EACCES', 'open'],
    ['write', 1, 'ENOSPC', 'write'],
    ['write', 2, 'ENOSPC', 'write'],
    ['fdatasync', 1, 'EIO', 'fdatasync'],
    ['rename', 1, 'EACCES', 'rename'],
    ['fsyncDirectory', 1, 'EIO', 'fsync'],
  ])('should come out of the first segment: %s %i', (kind, nth, code, syscall) => {
    const disk = new MemoryDisk();
    failOnce(disk, kind, nth, code);
    expect(errorOf(() => memoryWriter(disk))).toMatchObject({ code, syscall });
    expect(disk.openFiles).toBe(0);
  });

  test.each([
    ['create', 1, 'ENOSPC', 'open'],
    ['write', 1, 'ENOSPC', 'write'],
    ['fdatasync', 1, 'EIO', 'fdatasync'],
    ['fdatasync', 2, 'EIO', 'fdatasync'],
    ['rename', 1, 'EACCES', 'rename'],
    ['fsyncDirectory', 1, 'EIO', 'fsync'],
  ])('should come out of a further segment: %s %i', (kind, nth, code, syscall) => {
    const disk = new MemoryDisk();
    const writer = memoryWriter(disk);
    writer.append(SLOTS, 0, 60);
    failOnce(disk, kind, nth, code);
    const error = errorOf(() => writer.append(SLOTS, 0, 60));
    expect(error).toMatchObject({ code, syscall });
    expectToBeOver(writer, disk, error);
    expect(writer.durableSequence).toBe(kind === 'fdatasync' && nth === 1 ? 1 : 61);
    expect(readWords(disk)).toMatchObject({ nextSequence: 61, torn: null });
  });

  test.each([
    ['create', 'ENOSPC'],
    ['write', 'ENOSPC'],
    ['fdatasync', 'EIO'],
    ['truncate', 'EROFS'],
    ['fsyncDirectory', 'EIO'],
  ])('should come out of cutting a torn end off, which can be done again: %s', (kind, code) => {
    const disk = new MemoryDisk();
    const writer = memoryWriter(disk);
    writer.append(SLOTS, 0, 2);
    writer.sync();
    writer.append(SLOTS, 0, 2);
    const bytes = disk.files.get(pathOf(1))!;
    bytes[32 * 5 + 40 + 128]! ^= 1;
    const { nextSequence, torn } = readWords(disk);
    expect(nextSequence).toBe(3);
    failOnce(disk, kind, 1, code);
    expect(() => cutTornTail(torn!, nextSequence, disk)).toThrow(code);
    cutTornTail(readWords(disk).torn ?? torn!, nextSequence, disk);
    expect(readWords(disk)).toMatchObject({ nextSequence: 3, torn: null });
  });

  test('should come from a real full device', () => {
    const full = { ...REAL_DISK, create: () => openSync('/dev/full', 'w') };
    const error = errorOf(() => memoryWriter(new MemoryDisk(), { disk: withoutList(full) }));
    expect(error).toMatchObject({ code: 'ENOSPC', errno: -28, syscall: 'write' });
  });
});

function withoutList(disk: typeof REAL_DISK): typeof REAL_DISK {
  return { ...disk, list: () => [] };
}

/** Calls without the zeros of segment names. */
function callsSince(disk: MemoryDisk, before: number): string[] {
  return disk.calls.slice(before).map((call) => call.replace(/journal-0*/, ''));
}

const BEGUN = ['create journal.new', 'write journal.new', 'write journal.new'];

describe('durability', () => {
  test('fsync should sync once for a batch, and for nothing else', () => {
    const disk = new MemoryDisk();
    const writer = memoryWriter(disk);
    const ready = ['fdatasync journal.new', 'rename 1.segment', 'fsyncDirectory journal'];
    expect(callsSince(disk, 0)).toEqual([...BEGUN, ...ready]);
    for (let i = 0; i < 3; i++) {
      writer.append(SLOTS, 0, 2);
      expect(writer.durableSequence).toBe(1 + 2 * i);
      writer.sync();
      writer.sync();
      expect(writer.durableSequence).toBe(3 + 2 * i);
    }
    const batch = ['write 1.segment', 'fdatasync 1.segment'];
    expect(callsSince(disk, BEGUN.length + ready.length)).toEqual([...batch, ...batch, ...batch]);
    writer.append(SLOTS, 0, 1);
    writer.close();
    writer.close();
    expect(callsSince(disk, disk.calls.length - 4)).toEqual([...batch, ...batch]);
    expect(disk.openFiles).toBe(0);
  });

  test('fsync should never write a batch behind one that is not on the disk', () => {
    const disk = new MemoryDisk();
    const writer = memoryWriter(disk, { segmentBytesMax: 10_000 });
    const before = disk.calls.length;
    writer.append(SLOTS, 0, 5);
    writer.append(SLOTS, 0, 5);
    writer.append(SLOTS, 0, 60, 0, 60);
    const batch = ['write 1.segment', 'fdatasync 1.segment'];
    expect(callsSince(disk, before)).toEqual([...batch, ...batch, 'write 1.segment']);
  });

  test('fsync should sync a full segment before the next is begun', () => {
    const disk = new MemoryDisk();
    const writer = memoryWriter(disk);
    writer.append(SLOTS, 0, 60);
    const before = disk.calls.length;
    writer.append(SLOTS, 0, 60);
    expect(callsSince(disk, before)).toEqual([
      'fdatasync 1.segment',
      'forget 0 4000 1.segment',
      ...BEGUN,
      'fdatasync journal.new',
      'rename 61.segment',
      'fsyncDirectory journal',
      'write 61.segment',
    ]);
    expect(writer.durableSequence).toBe(61);
  });

  test('fsync should write nothing but batches into a segment that was prepared', () => {
    const disk = new MemoryDisk();
    const spare = new SpareSegment(DIR, SEGMENT_BYTES_LEAST, disk);
    let isReady = false;
    const takeSpare = () => {
      const was = isReady;
      isReady = false;
      return was;
    };
    const writer = memoryWriter(disk, { takeSpare });
    writer.append(SLOTS, 0, 60);
    expect(writer.fill).toBeGreaterThan(0.9);
    isReady = spare.step();
    expect(isReady).toBe(true);
    const before = disk.calls.length;
    writer.append(SLOTS, 0, 20);
    expect(callsSince(disk, before)).toEqual([
      'fdatasync 1.segment',
      'forget 0 4000 1.segment',
      'write journal.spare',
      'fdatasync journal.spare',
      'rename 61.segment',
      'fsyncDirectory journal',
      'write 61.segment',
    ]);
    writer.append(SLOTS, 0, 60);
    expect(readWords(disk)).toMatchObject({ nextSequence: 141, segments: 3, torn: null });
  });

  test('fsync should write no zeros ahead of large batches, nor want the next segment', () => {
    const disk = new MemoryDisk();
    const large = new Int32Array(1_100 * COMMAND_WORDS);
    const writer = memoryWriter(disk, { segmentBytesMax: 262_144 });
    writer.append(SLOTS, 0, 20);
    expect(writer.isSpareWanted).toBe(false);
    const before = disk.calls.length;
    for (let i = 0; i < 2; i++) {
      writer.append(large, 0, 1_100);
      writer.sync();
    }
    const ofBatch = ['write 1.segment', 'fdatasync 1.segment'];
    expect(callsSince(disk, before)).toEqual(['fdatasync 1.segment', ...ofBatch, ...ofBatch]);
    expect(writer.fill).toBeGreaterThan(0.5);
    expect(writer.isSpareWanted).toBe(false);
    writer.append(SLOTS, 0, 20);
    expect(writer.isSpareWanted).toBe(true);
    expect(readWords(disk)).toMatchObject({ nextSequence: 2_241, torn: null });
  });

  test('a spare that cannot be made should be begun anew', () => {
    const disk = new MemoryDisk();
    const spare = new SpareSegment(DIR, 3_000_000, disk);
    failOnce(disk, 'write', 2, 'ENOSPC');
    expect(spare.step()).toBe(false);
    expect(() => spare.step()).toThrow('ENOSPC');
    expect([disk.openFiles, disk.files.size]).toEqual([0, 0]);
    expect([spare.step(), spare.step(), spare.step()]).toEqual([false, false, true]);
    expect(disk.files.get(`${DIR}/journal.spare`)!.length).toBe(3_000_000);
    expect(disk.openFiles).toBe(0);
  });

  test('fsync should make durable what an earlier run left to the system', () => {
    const disk = new MemoryDisk();
    const earlier = memoryWriter(disk, { durability: 'os' });
    for (let i = 0; i < 3; i++) earlier.append(SLOTS, 0, 60);
    syncJournal(DIR, disk);
    expect(callsSince(disk, disk.calls.length - 4)).toEqual([
      'fdatasync 1.segment',
      'fdatasync 61.segment',
      'fdatasync 121.segment',
      'fsyncDirectory journal',
    ]);
    failOnce(disk, 'fdatasync', 2, 'EIO');
    const error = errorOf(() => syncJournal(DIR, disk));
    expect(error).toMatchObject({ code: 'EIO', syscall: 'fdatasync', file: pathOf(61) });
    expect(disk.openFiles).toBe(1);
  });

  test('os should write every batch and sync nothing', () => {
    const disk = new MemoryDisk();
    const writer = memoryWriter(disk, { durability: 'os' });
    for (let i = 0; i < 3; i++) {
      writer.append(SLOTS, 0, 60);
      expect(writer.durableSequence).toBe(61 + 60 * i);
      expect(readWords(disk)).toMatchObject({ nextSequence: 61 + 60 * i, torn: null });
      writer.sync();
    }
    writer.close();
    // Three headers, three batches and the mark.
    expect(disk.count('write')).toBe(7);
    expect(disk.count('fdatasync') + disk.count('fsyncDirectory')).toBe(0);
  });

  test('none should not touch the disk at all, and still count', () => {
    const untouchable = new Proxy(new MemoryDisk(), {
      get: (_disk, name) => expect.unreachable(`${String(name)} was called`),
    });
    const writer = memoryWriter(untouchable, { durability: 'none', nextSequence: 2 ** 32 - 1 });
    writer.append(SLOTS, 0, 60);
    writer.sync();
    writer.append(SLOTS, 50 * COMMAND_WORDS, 10, 0, 5);
    writer.close();
    expect(writer.nextSequence).toBe(2 ** 32 + 74);
    expect(writer.durableSequence).toBe(2 ** 32 + 74);
  });
});

test('should not be used again after it is closed', () => {
  const writer = memoryWriter(new MemoryDisk());
  writer.close();
  expect(() => writer.append(SLOTS, 0, 1)).toThrow('a closed journal is not used again');
  expect(() => writer.sync()).toThrow('a closed journal is not used again');
});
