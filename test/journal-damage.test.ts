// Journals with a flipped bit, with something missing, doubled or forged, or cut. Nothing of it may
// pass for a sound journal: either it is damage, or a torn tail that is told of.

import { describe, expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import { highWord, lowWord } from '../src/base/words.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { crc32 } from '../src/journal/crc32.ts';
import { crc32c } from '../src/journal/crc32c.ts';
import { type DamageCode, JournalDamage } from '../src/journal/journal-errors.ts';
import { type JournalRead, readJournal } from '../src/journal/journal-reader.ts';
import * as s from '../src/journal/segment-layout.ts';
import {
  copyOf,
  DIR,
  forge,
  type MemoryDisk,
  makeJournal,
  memoryWriter,
  type Piece,
  pathOf,
  pieces,
  randomSlots,
  readWords,
  wordsOf,
} from './journal-kit.ts';

const SEED = Number(process.env.SEED ?? Date.now());
process.stdout.write(`journal damage: SEED=${SEED}\n`);

function outcomeOf(disk: MemoryDisk, from?: number): JournalDamage | JournalRead {
  try {
    return readJournal(DIR, () => {}, from === undefined ? { disk } : { disk, from });
  } catch (error) {
    if (error instanceof JournalDamage) return error;
    throw error;
  }
}

function damageOf(disk: MemoryDisk, from?: number): JournalDamage {
  const outcome = outcomeOf(disk, from);
  if (outcome instanceof JournalDamage) return outcome;
  return expect.unreachable(`${outcome.commands} commands were read without complaint, ${SEED}`);
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
const batches = all.filter((piece) => piece.kind === 'batch');
const headers = all.filter((piece) => piece.kind === 'header');
const last = batches.at(-1)!;

test('should have several segments to break', () => {
  expect(headers.length).toBeGreaterThan(2);
  expect(readWords(journal.disk).words).toEqual(journal.words);
});

/** What a flip in byte `byte` of a segment has to lead to. */
function expectedOf(path: string, byte: number, isClosed: boolean, ofAll: Piece[]): string {
  const piece = ofAll.findLast((one) => one.path === path && one.offset <= byte)!;
  const within = byte - piece.offset;
  const isBehind = within >= piece.bytes;
  const isLastPath = path === ofAll.at(-1)!.path;
  const next = ofAll[ofAll.indexOf(piece) + 1];
  const isTorn = isLastPath && (isBehind || next === undefined);
  const offset = isBehind ? piece.offset + piece.bytes : piece.offset;
  if (isTorn) return `torn ${path} ${offset}`;
  const code = piece.kind === 'header' ? 'segment_header' : 'batch_header';
  const isSlots = piece.kind === 'batch' && within >= s.BATCH_HEADER_BYTES && !isBehind;
  expect(isClosed || piece !== last).toBe(true);
  return `${isBehind ? 'batch_header' : isSlots ? 'batch_slots' : code} ${path} ${offset}`;
}

function told(outcome: JournalDamage | JournalRead): string {
  if (outcome instanceof JournalDamage) {
    return `${outcome.code} ${outcome.file} ${outcome.offset}`;
  }
  return outcome.torn === null ? 'sound' : `torn ${outcome.torn.file} ${outcome.torn.offset}`;
}

describe.each([
  ['after a crash', false],
  ['closed by its owner', true],
])('a flipped bit in a journal %s', (_name, isClosed) => {
  test('should be found wherever it is: in headers, commands, mark and zeros', () => {
    const { disk } = makeJournal(new Prng(SEED), 24, 1, isClosed);
    const parts = pieces(disk);
    const counts = { flips: 0, torn: 0 };
    for (const path of headers.map((piece) => piece.path)) {
      const bytes = disk.files.get(path)!;
      for (let byte = 0; byte < bytes.length; byte += 1 + prng.below(6)) {
        const bit = 1 << prng.below(8);
        bytes[byte]! ^= bit;
        const got = told(outcomeOf(disk));
        bytes[byte]! ^= bit;
        const expected = expectedOf(path, byte, isClosed, parts);
        if (got !== expected) {
          expect.unreachable(`byte ${byte}: ${got}, expected ${expected}, seed ${SEED}`);
        }
        counts.flips += 1;
        if (got.startsWith('torn')) counts.torn += 1;
      }
    }
    process.stdout.write(`journal damage: ${JSON.stringify(counts)}\n`);
    expect(readWords(disk).words).toEqual(journal.words);
  });
});

describe('a header with a right checksum', () => {
  const [firstHeader, secondHeader] = headers as [Piece, Piece];
  const batch = batches[3]!;
  const H = 'segment_header';

  test.each<[string, Piece, number, number, DamageCode, string]>([
    ['magic', firstHeader, s.S_MAGIC_LOW, 1, H, 'not a segment'],
    ['magic', firstHeader, s.S_MAGIC_HIGH, 1, H, 'not a segment'],
    ['version', secondHeader, s.S_VERSION, 2, 'unknown_version', 'format 2, this program 3'],
    ['limits', firstHeader, s.S_LIMIT_COUNT, 1, 'unknown_version', 'format 3, this program 3'],
    ['limit', firstHeader, s.S_LIMITS, 77, H, 'configuration hash'],
    ['header size', firstHeader, s.S_HEADER_BYTES, 32, H, 'another size'],
    ['slot size', firstHeader, s.S_SLOT_BYTES, 128, H, 'another size'],
    ['sequence', firstHeader, s.S_FIRST_LOW, 2, H, 'it begins with 2'],
    ['sequence', secondHeader, s.S_FIRST_HIGH, -1, H, 'it begins with'],
    ['journal', secondHeader, s.S_ID_HIGH, 5, 'foreign', 'another journal'],
    ['chain', secondHeader, s.S_CHAIN, 5, 'chain', 'behind another segment'],
    ['magic', batch, s.B_MAGIC, 0x01425352, 'batch_header', 'not a batch'],
    ['count below 0', batch, s.B_COUNT, -1, 'batch_header', 'contradicts itself'],
    ['count', batch, s.B_COUNT, s.BATCH_COMMANDS_MAX + 1, 'batch_header', 'contradicts itself'],
    ['journal', batch, s.B_ID, 1, 'foreign', 'another journal'],
    ['sequence', batch, s.B_FIRST_LOW, 1, 'sequence', 'begins with command 1'],
    ['sequence', batch, s.B_FIRST_HIGH, 1, 'sequence', 'begins with command'],
    ['chain', batch, s.B_CHAIN, 1, 'chain', 'behind another one'],
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
      const firstLow = piece.kind === 'header' ? s.S_FIRST_LOW : s.B_FIRST_LOW;
      forge(disk, piece, firstLow, lowWord(s.SEQUENCE_MAX));
      forge(disk, piece, firstLow + 1, highWord(s.SEQUENCE_MAX));
    }
    const damage = damageOf(disk, s.SEQUENCE_MAX);
    expect(damage).toMatchObject({ code: 'sequence', offset: s.SEGMENT_HEADER_BYTES });
    expect(damage.message).toContain('a batch goes beyond the largest sequence');
  });

  test('should be known for one of format 1, which had another length', () => {
    const words = new Int32Array(40);
    words.set([s.SEGMENT_MAGIC_LOW, s.SEGMENT_MAGIC_HIGH, 1, 64, 1, 0, 0, 0, 64]);
    words[15] = crc32c(words, 0, 15);
    // One batch of one command.
    words.set([0x01425352, 64, 1, 0, 1, 0, crc32c(words, 24, 16)], 16);
    words[23] = crc32c(words, 16, 7);
    const disk = copyOf(journal.disk);
    disk.files.clear();
    disk.files.set(pathOf(1), new Uint8Array(words.buffer));
    const before = disk.files.get(pathOf(1))!.slice();
    const damage = damageOf(disk);
    expect(damage).toMatchObject({ code: 'unknown_version', offset: 0 });
    expect(damage.message).toContain('it has format 1, this program 3');
    expect(damage.message).toContain('Nothing was changed. Start the version of ringside that');
    expect(disk.files.get(pathOf(1))).toEqual(before);
    // Damage of its own is no version.
    words[5] = 1;
    expect(readWords(disk).torn).not.toBeNull();
  });

  test('should say what to do', () => {
    const disk = copyOf(journal.disk);
    forge(disk, batch, s.B_MAGIC, 0);
    expect(damageOf(disk).message).toContain('Nothing was changed. Put back this file');
    forge(disk, firstHeader, s.S_VERSION, 9);
    expect(damageOf(disk).message).toContain('Start the version of ringside that wrote it');
  });
});

describe('an edited command whose batch got new checksums', () => {
  /** Changes a word of a batch's first command and makes all checksums of the batch right. */
  function edit(disk: MemoryDisk, batch: Piece): void {
    const words = wordsOf(disk.files.get(batch.path)!);
    const at = batch.offset / 4;
    words[at + s.B_WORDS + 9]! += 1;
    const slotWords = (batch.bytes - s.BATCH_HEADER_BYTES) / 4;
    const chain = words[at + s.B_CHAIN]!;
    words[at + s.B_SLOTS_CRC] = crc32(words, at + s.B_WORDS, slotWords, chain);
    words[at + s.B_CRC] = crc32c(words, at, s.B_CRC);
  }

  test('should be found by what follows: a batch, or the header of the next segment', () => {
    for (const [i, batch] of batches.slice(0, -1).entries()) {
      const disk = copyOf(journal.disk);
      edit(disk, batch);
      const next = batches[i + 1]!;
      const isSame = next.path === batch.path;
      const place = isSame ? next.offset : 0;
      expect(damageOf(disk), `batch ${i}`).toMatchObject({
        code: 'chain',
        file: next.path,
        offset: place,
      });
    }
  });
});

describe('a segment', () => {
  const paths = headers.map((piece) => piece.path);

  test('should be missed when it is removed from the middle', () => {
    const disk = copyOf(journal.disk);
    const [, removed, following] = headers as [Piece, Piece, Piece];
    disk.files.delete(removed.path);
    const damage = damageOf(disk);
    expect(damage).toMatchObject({ code: 'sequence', file: following.path, offset: 0 });
    const range = `${removed.firstSequence} … ${following.firstSequence - 1} are missing before it`;
    expect(damage.message).toContain(`commands ${range}`);
  });

  test('should be missed from the beginning by whoever wants its commands', () => {
    const disk = copyOf(journal.disk);
    disk.files.delete(paths[0]!);
    expect(damageOf(disk, 1)).toMatchObject({ code: 'sequence', file: paths[1], offset: 0 });
    const { firstSequence } = headers[1]!;
    expect(outcomeOf(disk, firstSequence)).toMatchObject({ torn: null });
  });

  test('should be refused in the place of another', () => {
    const disk = copyOf(journal.disk);
    disk.files.set(paths[0]!, journal.disk.files.get(paths[1]!)!);
    disk.files.set(paths[1]!, journal.disk.files.get(paths[0]!)!);
    expectDamage(disk, 'segment_header', headers[0]!, 'its header says it begins with');
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

  test('should be refused when its commands are cut anywhere and others follow', () => {
    const path = paths[0]!;
    const bytes = journal.disk.files.get(path)!;
    const end = all.filter((piece) => piece.path === path).at(-1)!;
    const disk = copyOf(journal.disk);
    for (let length = 0; length < end.offset + end.bytes; length++) {
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

  test('should be refused from another history, though nothing follows', () => {
    const other = makeJournal(new Prng(SEED + 1), 24);
    const disk = copyOf(journal.disk);
    const rival = pieces(other.disk).find((piece) => piece.kind === 'batch')!;
    const from = other.disk.files.get(rival.path)!;
    const alone = copyOf(disk);
    for (const { path } of headers.slice(1)) alone.files.delete(path);
    const target = alone.files.get(first.path)!;
    target.fill(0, first.offset);
    target.set(firstBytes, first.offset);
    target.set(from.slice(rival.offset, rival.offset + rival.bytes), second.offset);
    expect(damageOf(alone)).toMatchObject({ code: 'sequence', offset: second.offset });
  });
});

test('a slot that looks like a batch should not make a torn tail damage', () => {
  const disk = copyOf(journal.disk);
  const words = wordsOf(disk.files.get(last.path)!);
  const at = last.offset / 4;
  const slot = at + s.B_WORDS + s.SLOT_WORDS;
  words[slot + s.B_MAGIC] = s.BATCH_MAGIC;
  words[slot + s.B_COUNT] = 1;
  words[slot + s.B_FIRST_LOW] = lowWord(journal.nextSequence);
  words[slot + s.B_FIRST_HIGH] = 0;
  words[slot + s.B_CRC] = 0;
  expect(told(outcomeOf(disk))).toBe(`torn ${last.path} ${last.offset}`);
});

test('should go on reading where it is told to, and only in the journal it is told of', () => {
  for (const batch of batches.slice(3)) {
    const { words, commands } = readWords(journal.disk, { from: batch.firstSequence });
    const skipped = (batch.firstSequence - 1) * COMMAND_WORDS;
    expect(words).toEqual(journal.words.subarray(skipped));
    expect(commands).toBe(journal.nextSequence - batch.firstSequence);
    const held = wordsOf(journal.disk.files.get(batch.path)!)[batch.offset / 4 + s.B_CHAIN]!;
    const isFirst = headers.some(({ firstSequence }) => firstSequence === batch.firstSequence);
    if (isFirst) continue;
    const options = { disk: journal.disk, from: batch.firstSequence };
    readJournal(DIR, () => {}, { ...options, chain: held });
    expect(() => readJournal(DIR, () => {}, { ...options, chain: held + 1 })).toThrow(
      'it is not the journal from which the snapshot was made',
    );
  }
  const inside = batches[5]!.firstSequence + 2;
  const { words } = readWords(journal.disk, { from: inside });
  expect(words).toEqual(journal.words.subarray((inside - 1) * COMMAND_WORDS));
});

test('should never let a closed journal lose its last batch', () => {
  const closed = makeJournal(new Prng(SEED), 8, 1, true);
  const batch = pieces(closed.disk).at(-2)!;
  expect(batch.kind).toBe('batch');
  closed.disk.files.get(batch.path)![batch.offset + 50]! ^= 1;
  expect(damageOf(closed.disk).message).toContain('a sound batch follows at byte');
  const slots = randomSlots(prng, 1);
  const again = makeJournal(new Prng(SEED), 8, 1, true);
  const { nextSequence, chain, tail } = readWords(again.disk);
  memoryWriter(again.disk, { nextSequence, chain, tail }).append(slots, 0, 1);
  expect(readWords(again.disk)).toMatchObject({ nextSequence: nextSequence + 1, torn: null });
});
