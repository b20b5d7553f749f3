// From a data directory back to the state: by the journal alone, by snapshots and what follows
// them, and with snapshots that are broken, old, missing or somebody else's.

import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { JournalDamage } from '../src/journal/journal-errors.ts';
import { LimitsChanged } from '../src/journal/recovery.ts';
import { Replica } from '../src/journal/replica.ts';
import { retire } from '../src/journal/retention.ts';
import { readSnapshot, SnapshotUnusable } from '../src/journal/snapshot-file.ts';
import { DIR, diskError, MemoryDisk } from './journal-kit.ts';
import {
  append,
  followers,
  journalWith,
  LIMITS,
  marketSlots,
  OWN,
  portrait,
  recovered,
  replayed,
  snapshotsAt,
  writerOn,
} from './recovery-kit.ts';

const SEED = Number(process.env.SEED ?? Date.now()) % 1_000_000;
const COMMANDS = 4_000;
const SLOTS = marketSlots(SEED, COMMANDS);
const END = portrait(replayed(SLOTS, COMMANDS));
process.stdout.write(`recovery: SEED=${SEED}\n`);

/** Flips a bit of a file. */
function flip(disk: MemoryDisk, path: string, byte: number, bit = 1): void {
  disk.files.get(path)![byte]! ^= bit;
}

function isUnusable(disk: MemoryDisk, file: string): boolean {
  try {
    readSnapshot(file, disk);
    return false;
  } catch (error) {
    if (error instanceof SnapshotUnusable) return true;
    throw error;
  }
}

function names(disk: MemoryDisk, suffix: string): string[] {
  const paths = [...disk.files.keys()].filter((path) => path.endsWith(suffix));
  return paths.map((path) => basename(path)).sort();
}

function sequenceOf(file: string): number {
  return Number(/\d{20}/.exec(file)![0]);
}

describe('the state', () => {
  test('should be that of a replay, from the journal alone', () => {
    const disk = new MemoryDisk();
    journalWith(disk, SLOTS, [], SEED);
    const recovery = recovered(disk);
    expect(portrait(recovery.replica), `seed ${SEED}`).toEqual(END);
    expect(recovery).toMatchObject({
      nextSequence: COMMANDS + 1,
      replayedCommands: COMMANDS,
      snapshot: null,
      torn: null,
      missingCommands: 0,
      identity: OWN,
    });
    expect(disk.openFiles).toBe(0);
  });

  test('should be the same from a snapshot and what follows it', () => {
    const disk = new MemoryDisk();
    const files = journalWith(disk, SLOTS, [1_000, 2_500, 3_990], SEED);
    const recovery = recovered(disk);
    expect(portrait(recovery.replica), `seed ${SEED}`).toEqual(END);
    expect(recovery.snapshot!.file).toBe(files[2]);
    const { sequence } = recovery.snapshot!;
    // A snapshot stands between two batches, at or behind the command that was asked for.
    expect(sequence).toBeGreaterThanOrEqual(3_990);
    expect(recovery.replayedCommands).toBe(COMMANDS - sequence);
    expect(recovery.replayedSegments).toBeLessThan(3);
  });

  test('should be the same when the snapshot has it all', () => {
    const disk = new MemoryDisk();
    journalWith(disk, SLOTS, [COMMANDS], SEED);
    const recovery = recovered(disk);
    expect(portrait(recovery.replica), `seed ${SEED}`).toEqual(END);
    expect(recovery).toMatchObject({ replayedCommands: 0, nextSequence: COMMANDS + 1 });
  });

  test('should be the same whenever and however often the exchange was stopped', () => {
    const prng = new Prng(SEED);
    const disk = new MemoryDisk();
    let done = 0;
    while (done < COMMANDS) {
      const recovery = done === 0 ? undefined : recovered(disk);
      if (recovery !== undefined) expect(recovery.nextSequence).toBe(done + 1);
      const writer = writerOn(disk, recovery, prng.between(5_000, 60_000));
      const to = Math.min(COMMANDS, done + prng.between(1, 700));
      append(writer, SLOTS, done, to, prng);
      done = to;
      if (prng.chance(50)) writer.close();
      const replica = recovery?.replica ?? new Replica(LIMITS, followers());
      if (prng.chance(60)) snapshotsAt(disk, { replica, identity: OWN }, [done], 2);
    }
    const recovery = recovered(disk);
    expect(portrait(recovery.replica), `seed ${SEED}`).toEqual(END);
    expect(names(disk, '.state').length).toBeLessThanOrEqual(2);
  });
});

describe('a damaged snapshot', () => {
  test('should give way to the one before, wherever a bit of it is flipped', () => {
    const prng = new Prng(SEED);
    const disk = new MemoryDisk();
    const [before, newest] = journalWith(disk, SLOTS, [2_000, 3_900], SEED);
    const bytes = disk.files.get(newest!)!.length;
    const places = [...Array(256).keys(), ...Array.from({ length: 40 }, () => prng.below(bytes))];
    for (const [i, place] of places.entries()) {
      flip(disk, newest!, place, 1 << (i % 8));
      const isRefused = isUnusable(disk, newest!);
      if (i % 50 === 0) {
        const told: string[] = [];
        const recovery = recovered(disk, { onUnusable: ({ file }) => told.push(file) });
        expect([recovery.snapshot!.file, told]).toEqual([before, [newest]]);
        expect(portrait(recovery.replica)).toEqual(END);
      }
      flip(disk, newest!, place, 1 << (i % 8));
      expect(isRefused, `byte ${place}, seed ${SEED}`).toBe(true);
    }
    expect(isUnusable(disk, newest!)).toBe(false);
  });

  test('should give way to the one before wherever it is cut, and when something is added', () => {
    const disk = new MemoryDisk();
    const [before, newest] = journalWith(disk, SLOTS, [2_000, 3_900], SEED);
    const bytes = disk.files.get(newest!)!;
    for (const length of [0, 1, 255, 256, 260, bytes.length - 4, bytes.length - 1]) {
      disk.files.set(newest!, bytes.slice(0, length));
      expect(recovered(disk).snapshot!.file).toBe(before);
    }
    disk.files.set(newest!, new Uint8Array(bytes.length + 4));
    disk.files.get(newest!)!.set(bytes);
    const recovery = recovered(disk);
    expect(recovery.snapshot!.file).toBe(before);
    expect(portrait(recovery.replica)).toEqual(END);
  });

  test('should not be in the way while the journal is whole', () => {
    const disk = new MemoryDisk();
    const files = journalWith(disk, SLOTS, [2_000, 3_900], SEED);
    for (const file of files) flip(disk, file, 300);
    const recovery = recovered(disk);
    expect(recovery).toMatchObject({ snapshot: null, replayedCommands: COMMANDS });
    expect(recovery.unusable.map(({ code }) => code)).toEqual(['damaged', 'damaged']);
    expect(portrait(recovery.replica)).toEqual(END);
  });

  test('should be refused when it was needed', () => {
    const disk = new MemoryDisk();
    const files = journalWith(disk, SLOTS, [2_000, 3_900], SEED);
    retire(DIR, 2, new Set(), disk);
    for (const file of files) flip(disk, file, 300);
    expect(() => recovered(disk)).toThrow(/commands 1 … \d+ are missing before it \(sequence\)/);
  });

  test('should be refused under the name of another', () => {
    const disk = new MemoryDisk();
    const [before, newest] = journalWith(disk, SLOTS, [2_000, 3_900], SEED);
    disk.files.set(newest!, disk.files.get(before!)!);
    const recovery = recovered(disk);
    expect(recovery.snapshot!.file).toBe(before);
    expect(recovery.unusable[0]!.message).toContain('its header says it is of command');
  });
});

describe('what does not belong together', () => {
  test('should be refused: a snapshot and the journal of another exchange', () => {
    const disk = new MemoryDisk();
    journalWith(disk, SLOTS, [3_900], SEED);
    const other = new MemoryDisk();
    const identity = { ...OWN, idHigh: 8 };
    const writer = writerOn(other, { ...recovered(disk), nextSequence: 1, tail: null, identity });
    append(writer, SLOTS, 0, COMMANDS, new Prng(1));
    for (const [path, bytes] of disk.files) {
      if (path.endsWith('.state')) other.files.set(path, bytes);
    }
    const message = 'it belongs to another journal than the snapshot (foreign)';
    expect(() => recovered(other)).toThrow(message);
  });

  test('should be refused: a snapshot and a journal that went another way', () => {
    const disk = new MemoryDisk();
    journalWith(disk, SLOTS, [3_000], SEED);
    const other = new MemoryDisk();
    journalWith(other, marketSlots(SEED + 1, COMMANDS), [], SEED);
    for (const [path, bytes] of disk.files) {
      if (path.endsWith('.state')) other.files.set(path, bytes);
    }
    const message = 'it is not the journal from which the snapshot was made (chain)';
    expect(() => recovered(other)).toThrow(message);
  });

  test('should be refused: a snapshot without a segment', () => {
    const disk = new MemoryDisk();
    journalWith(disk, SLOTS, [3_000], SEED);
    for (const path of disk.files.keys()) if (path.endsWith('.segment')) disk.files.delete(path);
    expect(() => recovered(disk)).toThrow(/the segment that follows .*\.state is missing/);
  });

  test('should be refused: other limits, by name, and nothing changed', () => {
    const disk = new MemoryDisk();
    journalWith(disk, SLOTS, [3_000], SEED);
    const before = [...disk.files.values()].map((bytes) => Buffer.from(bytes).toString('base64'));
    const limits = { ...LIMITS, orders: 9, pages: 10 };
    expect(() => recovered(disk, { limits })).toThrow(LimitsChanged);
    expect(() => recovered(disk, { limits })).toThrow('orders: 2048 → 9, pages: 512 → 10');
    const after = [...disk.files.values()].map((bytes) => Buffer.from(bytes).toString('base64'));
    expect(after.join() === before.join()).toBe(true);
  });
});

describe('a journal that lost its end', () => {
  test('should go on behind its snapshot, in a segment of its own', () => {
    const disk = new MemoryDisk();
    journalWith(disk, SLOTS, [COMMANDS], SEED);
    const segments = names(disk, '.segment');
    for (const name of segments.slice(-2)) disk.files.delete(`${DIR}/${name}`);
    const recovery = recovered(disk);
    expect(portrait(recovery.replica)).toEqual(END);
    expect(recovery.missingCommands).toBeGreaterThan(0);
    expect(recovery.tail).toBeNull();
    const more = marketSlots(SEED + 2, 50);
    append(writerOn(disk, recovery), more, 1, 50, new Prng(SEED));
    const again = recovered(disk);
    expect(again).toMatchObject({ nextSequence: COMMANDS + 50, missingCommands: 0, torn: null });
  });

  test('should say what was torn and keep it', () => {
    const disk = new MemoryDisk();
    const writer = writerOn(disk);
    append(writer, SLOTS, 0, 3_000, new Prng(SEED));
    writer.append(SLOTS, 3_000 * COMMAND_WORDS, 20);
    const last = `${DIR}/${names(disk, '.segment').at(-1)!}`;
    const bytes = disk.files.get(last)!;
    const end = bytes.findLastIndex((byte) => byte !== 0);
    bytes[end - 700]! ^= 1;
    const recovery = recovered(disk);
    expect(recovery.nextSequence).toBe(3_001);
    expect(portrait(recovery.replica)).toEqual(portrait(replayed(SLOTS, 3_000)));
    const { torn } = recovery;
    expect(torn).toMatchObject({
      file: last,
      keptIn: `${DIR}/journal-${'3001'.padStart(20, '0')}.torn`,
    });
    expect(disk.files.get(torn!.keptIn!)!.length).toBe(torn!.bytes);
    expect(recovered(disk)).toMatchObject({ nextSequence: 3_001, torn: null });
  });
});

describe('what is kept', () => {
  test('should be the newest snapshots and the segments that the oldest of them needs', () => {
    const disk = new MemoryDisk();
    const writer = writerOn(disk);
    append(writer, SLOTS, 0, COMMANDS, new Prng(SEED));
    const all = names(disk, '.segment').length;
    const replica = new Replica(LIMITS, followers());
    snapshotsAt(disk, { replica, identity: OWN }, [1_000, 2_000], 3);
    expect(names(disk, '.segment').length).toBe(all);
    snapshotsAt(disk, { replica, identity: OWN }, [3_000, 3_500], 3);
    expect(
      names(disk, '.state')
        .map(sequenceOf)
        .map((n) => Math.floor(n / 500)),
    ).toEqual([4, 6, 7]);
    const oldest = sequenceOf(names(disk, '.state')[0]!);
    const [first, second] = names(disk, '.segment').map(sequenceOf);
    expect(first).toBeLessThanOrEqual(oldest + 1);
    expect(second).toBeGreaterThan(oldest + 1);
    for (const drop of [0, 1]) {
      expect(portrait(recovered(disk).replica), `${drop} damaged`).toEqual(END);
      flip(disk, `${DIR}/${names(disk, '.state').at(-1 - drop)!}`, 400);
    }
    expect(portrait(recovered(disk).replica)).toEqual(END);
  });

  test('should not count on a snapshot that is known to be damaged', () => {
    const disk = new MemoryDisk();
    const files = journalWith(disk, SLOTS, [1_000, 2_000, 3_000], SEED);
    const segments = names(disk, '.segment').length;
    expect(retire(DIR, 3, new Set([files[1]!]), disk)).toEqual({ snapshots: 0, segments: 0 });
    expect(retire(DIR, 2, new Set([files[1]!]), disk).snapshots).toBe(0);
    expect(names(disk, '.segment').length).toBeLessThan(segments);
    expect(names(disk, '.state').length).toBe(3);
  });

  test('should go one by one, so that a power cut leaves no gap between those that stay', () => {
    const disk = new MemoryDisk();
    journalWith(disk, SLOTS, [1_000, 2_000, 3_000, 3_900], SEED);
    disk.calls.length = 0;
    const { snapshots, segments } = retire(DIR, 2, new Set(), disk);
    expect(Math.min(snapshots, segments)).toBeGreaterThan(1);
    const calls = disk.calls.map((call) => call.split(' ')[0]);
    expect(calls).toEqual(
      Array.from({ length: snapshots + segments }, () => ['unlink', 'fsyncDirectory']).flat(),
    );
  });

  test('should not be what a killed process had not finished', () => {
    const disk = new MemoryDisk();
    journalWith(disk, SLOTS, [], SEED);
    for (const name of ['journal.spare', 'journal.new', 'snapshot.new']) {
      disk.files.set(`${DIR}/${name}`, new Uint8Array(9));
    }
    recovered(disk);
    expect(names(disk, '.spare').concat(names(disk, '.new'))).toEqual([]);
  });
});

describe('an error of the disk while a snapshot is made', () => {
  test.each([
    ['create', 1, 'ENOSPC'],
    ['write', 1, 'ENOSPC'],
    ['fdatasync', 1, 'EIO'],
    ['rename', 1, 'EIO'],
  ])('should leave nothing of it, and the next is made: %s', (kind, nth, code) => {
    const disk = new MemoryDisk();
    journalWith(disk, SLOTS, [1_000], SEED);
    const replica = new Replica(LIMITS, followers());
    let seen = 0;
    disk.onCall = (call) => {
      if (call === kind) seen += 1;
      if (call === kind && seen === nth) throw diskError(code, kind);
    };
    expect(() => snapshotsAt(disk, { replica, identity: OWN }, [2_000])).toThrow(code);
    expect([names(disk, '.state').length, names(disk, '.new')]).toEqual([1, []]);
    snapshotsAt(disk, { replica, identity: OWN }, [2_000]);
    expect(recovered(disk).snapshot!.sequence).toBeGreaterThanOrEqual(2_000);
  });

  test('should be found when what is read back is not what was written', () => {
    const disk = new MemoryDisk();
    journalWith(disk, SLOTS, [], SEED);
    const replica = new Replica(LIMITS, followers());
    const broken = Object.create(disk, {
      read: {
        value: (fd: number, bytes: Uint8Array, at: number, length: number, position: number) => {
          const got = disk.read(fd, bytes, at, length, position);
          if (position === 256 && got > 64) bytes[at + 64]! ^= 1;
          return got;
        },
      },
    }) as MemoryDisk;
    const schedule = () => snapshotsAt(broken, { replica, identity: OWN }, [2_000]);
    expect(schedule).toThrow('its section state is damaged');
    expect(names(disk, '.state').concat(names(disk, '.new'))).toEqual([]);
  });
});

test('should be damage when the journal is broken behind the snapshot, and not before it', () => {
  const disk = new MemoryDisk();
  journalWith(disk, SLOTS, [3_000], SEED);
  const segments = names(disk, '.segment');
  flip(disk, `${DIR}/${segments[1]!}`, 500);
  expect(portrait(recovered(disk).replica)).toEqual(END);
  flip(disk, `${DIR}/${segments.at(-2)!}`, 500);
  expect(() => recovered(disk)).toThrow(JournalDamage);
});
