// Disks that take only a part, are full or broken; and what each durability asks of the disk.

import { openSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { REAL_DISK } from '../src/journal/disk.ts';
import { JournalWriteError } from '../src/journal/journal-errors.ts';
import type { JournalWriter } from '../src/journal/journal-writer.ts';
import { syncJournal } from '../src/journal/sync-journal.ts';
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
      expect(readWords(disk)).toMatchObject({ nextSequence: 3, tornBytes: (nth - 1) * 31 });
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
    ['fdatasync', 1, 'EIO', 'fdatasync'],
    ['fsyncDirectory', 1, 'EIO', 'fsync'],
  ])('should come out of the first segment: %s', (kind, nth, code, syscall) => {
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
    expect(readWords(disk).nextSequence).toBe(61);
  });

  test.each([
    ['truncate', 'EROFS', 'ftruncate'],
    ['fdatasync', 'EIO', 'fdatasync'],
    ['fsyncDirectory', 'EIO', 'fsync'],
  ])('should come out of going on after a torn end: %s', (kind, code, syscall) => {
    const disk = new MemoryDisk();
    memoryWriter(disk).append(SLOTS, 0, 2);
    const bytes = disk.files.get(pathOf(1))!;
    disk.files.set(pathOf(1), bytes.slice(0, -1));
    const { nextSequence, tail } = readWords(disk);
    failOnce(disk, kind, 1, code);
    const open = disk.openFiles;
    const error = errorOf(() => memoryWriter(disk, { nextSequence, tail }));
    expect(error).toMatchObject({ code, syscall });
    expect(disk.openFiles).toBe(open);
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

describe('durability', () => {
  test('fsync should sync once for a batch, and for nothing else', () => {
    const disk = new MemoryDisk();
    const writer = memoryWriter(disk);
    const name = 'journal-00000000000000000001.segment';
    const begun = [
      `create ${name}`,
      `write ${name}`,
      `fdatasync ${name}`,
      'fsyncDirectory journal',
    ];
    expect(disk.calls).toEqual(begun);
    for (let i = 0; i < 3; i++) {
      writer.append(SLOTS, 0, 2);
      expect(writer.durableSequence).toBe(1 + 2 * i);
      writer.sync();
      writer.sync();
      expect(writer.durableSequence).toBe(3 + 2 * i);
    }
    const batch = [`write ${name}`, `fdatasync ${name}`];
    expect(disk.calls).toEqual([...begun, ...batch, ...batch, ...batch]);
    writer.append(SLOTS, 0, 1);
    writer.close();
    writer.close();
    expect(disk.calls.slice(-2)).toEqual(batch);
    expect(disk.openFiles).toBe(0);
  });

  test('fsync should sync a full segment before the next is begun', () => {
    const disk = new MemoryDisk();
    const writer = memoryWriter(disk);
    writer.append(SLOTS, 0, 60);
    const before = disk.calls.length;
    writer.append(SLOTS, 0, 60);
    expect(disk.calls.slice(before).map((call) => call.replace(/journal-0*/, ''))).toEqual([
      'fdatasync 1.segment',
      'create 61.segment',
      'write 61.segment',
      'fdatasync 61.segment',
      'fsyncDirectory journal',
      'write 61.segment',
    ]);
    expect(writer.durableSequence).toBe(61);
  });

  test('fsync should first make durable what an earlier run left to the system', () => {
    const disk = new MemoryDisk();
    const earlier = memoryWriter(disk, { durability: 'os' });
    for (let i = 0; i < 3; i++) earlier.append(SLOTS, 0, 60);
    earlier.close();
    expect(disk.count('fdatasync') + disk.count('fsyncDirectory')).toBe(0);
    const { nextSequence, tail, segments } = readWords(disk);
    memoryWriter(disk, { nextSequence, tail });
    expect(segments).toBe(3);
    expect(disk.count('fdatasync')).toBe(3);
    expect(disk.count('fsyncDirectory')).toBe(1);
  });

  test('fsync should offer the same before the commands are read', () => {
    const disk = new MemoryDisk();
    const earlier = memoryWriter(disk, { durability: 'os' });
    for (let i = 0; i < 3; i++) earlier.append(SLOTS, 0, 60);
    syncJournal(DIR, disk);
    expect(disk.calls.slice(-4).map((call) => call.replace(/journal-0*/, ''))).toEqual([
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
      expect(readWords(disk).nextSequence).toBe(61 + 60 * i);
      writer.sync();
    }
    writer.close();
    expect(disk.count('write')).toBe(6);
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
