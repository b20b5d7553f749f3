import { describe, expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import { highWord, lowWord } from '../src/base/words.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { type DamageCode, JournalDamage } from '../src/journal/journal-errors.ts';
import { readJournal } from '../src/journal/journal-reader.ts';
import * as s from '../src/journal/segment-layout.ts';
import {
  copyOf,
  DIR,
  forge,
  joined,
  type MemoryDisk,
  makeJournal,
  memoryWriter,
  numbered,
  type Piece,
  pathOf,
  pieces,
  randomSlots,
  readWords,
} from './journal-kit.ts';

const SEED = Number(process.env.SEED ?? Date.now());
const TWO_32 = 2 ** 32;
process.stdout.write(`journal damage: SEED=${SEED}\n`);

function damageOf(disk: MemoryDisk, firstSequence = 1): JournalDamage {
  let batches = 0;
  try {
    readJournal(DIR, () => (batches += 1), { disk, firstSequence });
  } catch (error) {
    if (error instanceof JournalDamage) return error;
    throw error;
  }
  return expect.unreachable(`${batches} batches were read without complaint, seed ${SEED}`);
}

function expectDamage(disk: MemoryDisk, code: DamageCode, piece: Piece, reason = ''): void {
  const damage = damageOf(disk);
  const { file, offset } = damage;
  expect({ code: damage.code, file, offset }, damage.message).toEqual({
    code,
    file: piece.path,
    offset: piece.offset,
  });
  expect(damage.message).toContain(reason);
  expect(damage.message).toContain(`${piece.path} at byte ${piece.offset}: `);
  expect(damage.message).toContain(`Commands before ${piece.firstSequence} are sound. `);
}

const prng = new Prng(SEED);
const journal = makeJournal(prng, 24);
const all = pieces(journal.disk);
const batches = all.filter((piece) => piece.slots > 0);
const headers = all.filter((piece) => piece.slots === 0);

test('should have several segments to break', () => {
  expect(headers.length).toBeGreaterThan(2);
  expect(readWords(journal.disk).words).toEqual(journal.words);
});

describe('a flipped bit', () => {
  test('should be found in every bit of every header, and in every byte of the commands', () => {
    let flips = 0;
    for (const piece of all) {
      const bytes = journal.disk.files.get(piece.path)!;
      const headerBytes = piece.slots === 0 ? s.SEGMENT_HEADER_BYTES : s.BATCH_HEADER_BYTES;
      for (let byte = 0; byte < piece.bytes; byte++) {
        const inHeader = byte < headerBytes;
        const headerCode = piece.slots === 0 ? 'segment_header' : 'batch_header';
        const bits = inHeader ? [0, 1, 2, 3, 4, 5, 6, 7] : [prng.below(8)];
        for (const bit of bits) {
          bytes[piece.offset + byte]! ^= 1 << bit;
          const { code, file, offset } = damageOf(journal.disk);
          bytes[piece.offset + byte]! ^= 1 << bit;
          const isFound = code === (inHeader ? headerCode : 'batch_slots');
          if (!isFound || file !== piece.path || offset !== piece.offset) {
            expect.unreachable(`byte ${byte} bit ${bit}: ${code} ${file} ${offset}, seed ${SEED}`);
          }
          flips += 1;
        }
      }
    }
    process.stdout.write(`journal damage: ${flips} flips, all found\n`);
    expect(readWords(journal.disk).words).toEqual(journal.words);
  });
});

describe('a header with a right checksum', () => {
  const [firstHeader, secondHeader] = headers as [Piece, Piece];
  const batch = batches[3]!;

  test.each<[string, Piece, number, number, DamageCode, string]>([
    ['magic', firstHeader, s.S_MAGIC_LOW, 1, 'segment_header', 'not a segment'],
    ['magic', firstHeader, s.S_MAGIC_HIGH, 1, 'segment_header', 'not a segment'],
    ['version', secondHeader, s.S_VERSION, 2, 'unknown_version', 'format 2, this program 1'],
    ['header size', firstHeader, s.S_HEADER_BYTES, 32, 'segment_header', 'another size'],
    ['slot size', firstHeader, s.S_SLOT_BYTES, 128, 'segment_header', 'another size'],
    ['sequence', firstHeader, s.S_FIRST_LOW, 2, 'segment_header', 'it begins with 2'],
    ['sequence', secondHeader, s.S_FIRST_HIGH, -1, 'segment_header', 'it begins with'],
    ['magic', batch, s.B_MAGIC, 0x02425352, 'batch_header', 'not a batch'],
    ['length', batch, s.B_SLOTS_BYTES, 64 * 13, 'batch_header', 'contradicts itself'],
    ['no commands', batch, s.B_COUNT, 0, 'batch_header', 'contradicts itself'],
    ['count below 0', batch, s.B_COUNT, -1, 'batch_header', 'contradicts itself'],
    ['count', batch, s.B_COUNT, s.BATCH_COMMANDS_MAX + 1, 'batch_header', 'contradicts itself'],
    ['reserved', batch, s.B_RESERVED, 1, 'batch_header', 'contradicts itself'],
    ['sequence', batch, s.B_FIRST_LOW, 1, 'sequence', 'begins with command 1'],
    ['sequence', batch, s.B_FIRST_HIGH, 1, 'sequence', 'begins with command'],
    ['checksum', batch, s.B_SLOTS_CRC, 1, 'batch_slots', 'checksum'],
  ])('should be refused for a wrong %s', (_field, piece, word, value, code, reason) => {
    const disk = copyOf(journal.disk);
    forge(disk, piece, word, value);
    expectDamage(disk, code, piece, reason);
  });

  test('should be refused for more commands than there are sequences', () => {
    const { disk } = makeJournal(prng, 1);
    const bytes = disk.files.get(pathOf(1))!;
    disk.files.clear();
    disk.files.set(pathOf(s.SEQUENCE_MAX), bytes);
    for (const piece of pieces(disk)) {
      const firstLow = piece.slots === 0 ? s.S_FIRST_LOW : s.B_FIRST_LOW;
      forge(disk, piece, firstLow, lowWord(s.SEQUENCE_MAX));
      forge(disk, piece, firstLow + 1, highWord(s.SEQUENCE_MAX));
    }
    const damage = damageOf(disk, s.SEQUENCE_MAX);
    expect(damage).toMatchObject({ code: 'sequence', offset: s.SEGMENT_HEADER_BYTES });
    expect(damage.message).toContain('a batch goes beyond the largest sequence');
  });

  test('should say what to do', () => {
    const disk = copyOf(journal.disk);
    forge(disk, batch, s.B_MAGIC, 0);
    expect(damageOf(disk).message).toContain('Nothing was changed. Put back this file');
    forge(disk, firstHeader, s.S_VERSION, 9);
    expect(damageOf(disk).message).toContain('Start the version of ringside that wrote it');
  });
});

describe('a segment', () => {
  const paths = headers.map((piece) => piece.path);

  test.each([0, 1])('should be missed when number %i is removed', (index) => {
    const disk = copyOf(journal.disk);
    const removed = headers[index]!;
    const following = headers[index + 1]!;
    disk.files.delete(removed.path);
    const damage = damageOf(disk);
    expect(damage).toMatchObject({ code: 'sequence', file: following.path, offset: 0 });
    const range = `${removed.firstSequence} … ${following.firstSequence - 1} are missing before it`;
    expect(damage.message).toContain(`commands ${range}`);
  });

  test('should be refused in the place of another', () => {
    const disk = copyOf(journal.disk);
    disk.files.set(paths[0]!, journal.disk.files.get(paths[1]!)!);
    disk.files.set(paths[1]!, journal.disk.files.get(paths[0]!)!);
    expectDamage(disk, 'segment_header', headers[0]!, 'its header says it begins with');
  });

  test('should be refused twice, and under a name before the beginning', () => {
    const disk = copyOf(journal.disk);
    disk.files.set(pathOf(journal.nextSequence), journal.disk.files.get(paths.at(-1)!)!);
    expect(damageOf(disk)).toMatchObject({ code: 'segment_header', offset: 0 });
    const early = damageOf(journal.disk, headers[1]!.firstSequence);
    expect(early).toMatchObject({ code: 'sequence', file: paths[0] });
    expect(early.message).toContain('it repeats commands');
  });

  test.each([
    'journal-1.segment',
    'journal-00000000000000000000.segment',
    'journal-18446744073709551615.segment',
    'old.segment',
  ])('should be refused under the name %s', (name) => {
    const disk = copyOf(journal.disk);
    disk.files.set(`${DIR}/${name}`, new Uint8Array(64));
    expect(damageOf(disk)).toMatchObject({ code: 'segment_header', file: `${DIR}/${name}` });
  });

  test('should not be taken for one when its name ends in something else', () => {
    const disk = copyOf(journal.disk);
    disk.files.set(`${DIR}/ringside.lock`, new Uint8Array(5));
    disk.files.set(`${paths[0]}.bak`, new Uint8Array(5));
    expect(readWords(disk).words).toEqual(journal.words);
  });

  test('should be refused when it is cut anywhere and others follow', () => {
    const path = paths[0]!;
    const bytes = journal.disk.files.get(path)!;
    const disk = copyOf(journal.disk);
    for (let length = 0; length < bytes.length; length++) {
      disk.files.set(path, bytes.subarray(0, length));
      const isBetween = length > 0 && all.some((p) => p.path === path && p.offset === length);
      const { code, file } = damageOf(disk);
      const isFound = code === (isBetween ? 'sequence' : 'cut_short');
      if (!isFound || file !== (isBetween ? paths[1] : path)) {
        expect.unreachable(`cut at ${length}: ${code} ${file}`);
      }
    }
  });
});

describe('batches', () => {
  const [first, second] = batches as [Piece, Piece];
  const bytes = journal.disk.files.get(first.path)!;
  expect(first.bytes).toBe(second.bytes);
  const firstBytes = bytes.slice(first.offset, first.offset + first.bytes);

  test('should be refused in another order', () => {
    const disk = copyOf(journal.disk);
    const copy = disk.files.get(first.path)!;
    copy.set(bytes.slice(second.offset, second.offset + second.bytes), first.offset);
    copy.set(firstBytes, second.offset);
    const reason = `begins with command ${second.firstSequence}, not ${first.firstSequence}`;
    expectDamage(disk, 'sequence', first, reason);
  });

  test('should be refused twice', () => {
    const disk = copyOf(journal.disk);
    disk.files.get(first.path)!.set(firstBytes, second.offset);
    const reason = `begins with command ${first.firstSequence}, not ${second.firstSequence}`;
    expectDamage(disk, 'sequence', second, reason);
  });
});

describe.each([1, TWO_32 - 30])('a torn end, sequences from %i', (firstSequence) => {
  const whole = makeJournal(new Prng(SEED), 11, firstSequence);
  const last = pieces(whole.disk).at(-1)!;
  const bytes = whole.disk.files.get(last.path)!;

  test('should be cut off wherever the last batch was cut, and the journal go on', () => {
    const kept = (last.firstSequence - firstSequence) * COMMAND_WORDS;
    for (let length = last.offset; length < bytes.length; length++) {
      const disk = copyOf(whole.disk);
      disk.files.set(last.path, bytes.slice(0, length));
      const read = readWords(disk, { firstSequence });
      expect(read, `cut at ${length}`).toMatchObject({
        nextSequence: last.firstSequence,
        tornBytes: length - last.offset,
        tail: { file: last.path, bytes: last.offset },
      });
      expect(disk.files.get(last.path)!.length).toBe(length);
      expectToGoOn(disk, read, whole.words.subarray(0, kept));
    }
  });

  test('should be cut off inside the header of a new segment', () => {
    const path = pathOf(whole.nextSequence);
    const header = whole.disk.files.get(last.path)!.subarray(0, s.SEGMENT_HEADER_BYTES);
    for (let length = 0; length < s.SEGMENT_HEADER_BYTES; length++) {
      const disk = copyOf(whole.disk);
      disk.files.set(path, header.slice(0, length));
      const read = readWords(disk, { firstSequence });
      expect(read).toMatchObject({
        nextSequence: whole.nextSequence,
        tornBytes: length,
        tail: { file: path, bytes: 0 },
      });
      expectToGoOn(disk, read, whole.words);
    }
  });

  test('should not hide what is behind a sound end', () => {
    const disk = copyOf(whole.disk);
    const grown = new Uint8Array(bytes.length + s.BATCH_HEADER_BYTES);
    grown.set(bytes);
    disk.files.set(last.path, grown);
    const damage = damageOf(disk, firstSequence);
    expect(damage).toMatchObject({ code: 'batch_header', offset: bytes.length });
    disk.files.set(last.path, grown.slice(0, -1));
    expect(readWords(disk, { firstSequence }).tornBytes).toBe(s.BATCH_HEADER_BYTES - 1);
  });

  function expectToGoOn(
    disk: MemoryDisk,
    read: ReturnType<typeof readWords>,
    before: Int32Array,
  ): void {
    const { nextSequence, tail } = read;
    const slots = randomSlots(prng, 2);
    const writer = memoryWriter(disk, { nextSequence, tail });
    writer.append(slots, 0, 2);
    writer.close();
    const again = readWords(disk, { firstSequence });
    const expected = joined([before, numbered(slots, nextSequence)]);
    expect(again.tornBytes).toBe(0);
    if (Buffer.compare(toBytes(again.words), toBytes(expected)) !== 0) {
      expect(again.words).toEqual(expected);
    }
  }
});

function toBytes(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
