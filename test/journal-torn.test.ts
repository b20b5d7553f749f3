// The end of a journal after a crash: what a write that was under way left is cut off and kept
// aside, and the journal goes on.

import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import * as s from '../src/journal/segment-layout.ts';
import { cutTornTail } from '../src/journal/torn-tail.ts';
import {
  copyOf,
  DIR,
  joined,
  MemoryDisk,
  makeJournal,
  memoryWriter,
  numbered,
  pathOf,
  pieces,
  randomSlots,
  readWords,
} from './journal-kit.ts';

const SEED = Number(process.env.SEED ?? Date.now());
const TWO_32 = 2 ** 32;
const prng = new Prng(SEED);
process.stdout.write(`journal torn: SEED=${SEED}\n`);

/** Cuts the torn tail off, appends, and reads all of it back. */
function expectToGoOn(disk: MemoryDisk, from: number, before: Int32Array): string[] {
  const { nextSequence, torn } = readWords(disk, { from });
  const lost = torn === null ? null : bytesIn(disk, torn);
  const aside = torn === null ? null : cutTornTail(torn, nextSequence, disk);
  if (aside !== null) expect(disk.files.get(aside)).toEqual(lost);
  const { tail, chain, torn: after } = readWords(disk, { from });
  expect(after).toBeNull();
  const slots = randomSlots(prng, 2);
  const writer = memoryWriter(disk, { nextSequence, chain, tail });
  writer.append(slots, 0, 2);
  writer.sync();
  const again = readWords(disk, { from });
  expect(again.torn).toBeNull();
  const expected = joined([before, numbered(slots, nextSequence)]);
  if (Buffer.compare(toBytes(again.words), toBytes(expected)) !== 0) {
    expect(again.words, `seed ${SEED}`).toEqual(expected);
  }
  return aside === null ? [] : [basename(aside)];
}

function bytesIn(
  disk: MemoryDisk,
  { file, offset, bytes }: { file: string; offset: number; bytes: number },
): Uint8Array {
  return disk.files.get(file)!.slice(offset, offset + bytes);
}

function toBytes(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

describe.each([1, TWO_32 - 30])('a torn end, sequences from %i', (first) => {
  const whole = makeJournal(new Prng(SEED), 11, first);
  const last = pieces(whole.disk).at(-1)!;
  const bytes = whole.disk.files.get(last.path)!;
  const kept = whole.words.subarray(0, (last.firstSequence - first) * COMMAND_WORDS);
  const name = `journal-${String(last.firstSequence).padStart(20, '0')}.torn`;

  test('should be cut off when any part of the last batch is not there', () => {
    let torn = 0;
    for (let i = 0; i < 200; i++) {
      const disk = copyOf(whole.disk);
      const copy = disk.files.get(last.path)!;
      // Of what was not synced any 32 bytes may be there or not.
      const lost: number[] = [];
      for (let at = last.offset; at < last.offset + last.bytes; at += 32) {
        if (!prng.chance(40)) continue;
        copy.fill(0, at, at + 32);
        lost.push(at);
      }
      const isWhole = Buffer.compare(copy, bytes) === 0;
      const asides = expectToGoOn(disk, first, isWhole ? whole.words : kept);
      const isEmpty = copy.subarray(last.offset).every((byte) => byte === 0);
      expect(asides, `lost ${lost}, seed ${SEED}`).toEqual(isWhole || isEmpty ? [] : [name]);
      torn += asides.length;
    }
    expect(torn).toBeGreaterThan(150);
  });

  test('should be cut off wherever the file was cut', () => {
    const end = last.offset + last.bytes;
    for (let length = last.offset; length < end + 40; length++) {
      const disk = copyOf(whole.disk);
      disk.files.set(last.path, bytes.slice(0, length));
      const read = readWords(disk, { from: first });
      const isShort = length < end + s.BATCH_HEADER_BYTES;
      expect(read.torn !== null, `cut at ${length}`).toBe(isShort);
      const before = length >= end ? whole.words : kept;
      const hasLost = isShort && length > last.offset && length < end;
      expect(expectToGoOn(disk, first, before)).toEqual(hasLost ? [name] : []);
    }
  });

  test('should be told of when the file ends right behind a batch', () => {
    const disk = copyOf(whole.disk);
    disk.files.set(last.path, bytes.slice(0, last.offset));
    const { torn } = readWords(disk, { from: first });
    const reason = 'it ends without zeros behind its last batch';
    expect(torn).toEqual({ file: last.path, offset: last.offset, bytes: 0, reason });
  });

  test('should be cut off when it is the header of a new segment', () => {
    const path = pathOf(whole.nextSequence);
    for (let length = 0; length < s.SEGMENT_HEADER_BYTES; length += 5) {
      const disk = copyOf(whole.disk);
      disk.files.set(path, bytes.slice(0, length));
      const read = readWords(disk, { from: first });
      expect(read.torn).toMatchObject({ file: path, offset: 0 });
      expect(read.tail).toMatchObject({ file: last.path });
      expectToGoOn(disk, first, whole.words);
    }
  });

  test('should be kept under a name of its own each time', () => {
    const disk = copyOf(whole.disk);
    const names: string[] = [];
    for (let i = 0; i < 3; i++) {
      const { nextSequence, tail, torn } = readWords(disk, { from: first });
      expect(torn).toBeNull();
      disk.files.get(tail!.file)!.fill(0x33, tail!.bytes, tail!.bytes + 40);
      const again = readWords(disk, { from: first });
      names.push(basename(cutTornTail(again.torn!, nextSequence, disk)!));
      disk.truncate(disk.openWrite(tail!.file), s.SEGMENT_BYTES_LEAST);
    }
    const sequence = `journal-${String(whole.nextSequence).padStart(20, '0')}`;
    expect(names).toEqual([`${sequence}.torn`, `${sequence}-2.torn`, `${sequence}-3.torn`]);
  });
});

test('should be a whole journal that is gone, when its only segment has no header', () => {
  const disk = new MemoryDisk();
  disk.files.set(pathOf(1), new Uint8Array(200).fill(7));
  const { torn, tail, nextSequence } = readWords(disk);
  expect({ tail, nextSequence }).toEqual({ tail: null, nextSequence: 1 });
  expect(cutTornTail(torn!, 1, disk)).toBe(`${DIR}/journal-00000000000000000001.torn`);
  expect([...disk.files.keys()]).toEqual([`${DIR}/journal-00000000000000000001.torn`]);
});
