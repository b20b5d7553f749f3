// `ringside journal` and `ringside snapshot` on real directories: sound, broken, different.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { InputError } from '../src/base/input-error.ts';
import { Prng } from '../src/base/prng.ts';
import { runDump, runTail, told } from '../src/cli/journal.ts';
import { runDiff } from '../src/cli/journal-diff.ts';
import { runStats } from '../src/cli/journal-stats.ts';
import { runInfo } from '../src/cli/snapshot.ts';
import type { Print } from '../src/cli/sync-output.ts';
import { SIDE_BUY, SIDE_SELL } from '../src/core/codes.ts';
import { C_QTY, COMMAND_WORDS } from '../src/core/command-slot.ts';
import { restingOrders, stateHash } from '../src/core/views.ts';
import { REAL_DISK } from '../src/journal/disk.ts';
import { readJournal } from '../src/journal/journal-reader.ts';
import { JournalWriter } from '../src/journal/journal-writer.ts';
import { retire } from '../src/journal/retention.ts';
import { judgeSegments, verifySegment } from '../src/journal/verify-segment.ts';
import { MemoryDisk } from './journal-kit.ts';
import {
  append,
  journalWith,
  LIMITS,
  marketSlots,
  OWN,
  replayed,
  writerOn,
} from './recovery-kit.ts';
import { PROGRAM } from './replay-kit.ts';

const SEED = Number(process.env.SEED ?? Date.now()) % 1_000_000;
const COMMANDS = 1_500;
const SLOTS = marketSlots(SEED, COMMANDS);
const HASH = stateHash(replayed(SLOTS, COMMANDS).core);
const directories: string[] = [];
process.stdout.write(`journal cli: SEED=${SEED}\n`);

afterAll(() => {
  for (const dir of directories) rmSync(dir, { recursive: true });
});

function newDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'ringside-journal-cli-'));
  directories.push(dir);
  return dir;
}

/** A directory with a closed journal of `slots` and snapshots at the given places. */
function directoryOf(slots: Int32Array, places: readonly number[] = []): string {
  const disk = new MemoryDisk();
  journalWith(disk, slots, places, SEED);
  const dir = newDirectory();
  for (const [path, bytes] of disk.files) writeFileSync(join(dir, basename(path)), bytes);
  return dir;
}

function copyOf(dir: string): string {
  const copy = newDirectory();
  cpSync(dir, copy, { recursive: true });
  return copy;
}

function run(...args: string[]): { status: number | null; lines: Line[]; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    encoding: 'utf8',
    maxBuffer: 64_000_000,
  });
  const lines = stdout.trim() === '' ? [] : stdout.trim().split('\n');
  return { status, lines: lines.map((line) => JSON.parse(line)), error: stderr };
}

/** The lines that something prints. */
function linesOf(work: (print: Print) => void): Line[] {
  const lines: Line[] = [];
  work((line) => lines.push(JSON.parse(line)));
  return lines;
}

function diff(a: string, b: string): Line {
  const lines = linesOf((print) => {
    const isEqual = runDiff(a, b, print);
    print(JSON.stringify({ isEqual }));
  });
  expect(lines.length).toBe(2);
  return { ...lines[0], ...lines[1] };
}

function infoOf(file: string): Line {
  return linesOf((print) => runInfo(file, print))[0]!;
}

type Line = Record<string, unknown>;

function segmentsOf(dir: string): string[] {
  const names = readdirSync(dir).filter((name) => name.endsWith('.segment'));
  return names.sort().map((name) => join(dir, name));
}

function flip(file: string, byte: number): void {
  const bytes = readFileSync(file);
  bytes[byte]! ^= 2;
  writeFileSync(file, bytes);
}

const SOUND = directoryOf(SLOTS, [500, 1_000]);

describe('journal verify', () => {
  test('should find a sound directory sound', () => {
    const { status, lines } = run('journal', 'verify', SOUND, '--threads', '2');
    const total = lines.at(-1)!;
    expect(status).toBe(0);
    expect(total).toMatchObject({ commands: COMMANDS, snapshots: 2, damaged: 0, sound: true });
    expect(lines.length).toBe(segmentsOf(SOUND).length + 3);
    expect(lines.slice(0, -1).every(({ state }) => state === 'sound')).toBe(true);
  });

  test('should say of each file what is wrong with it', () => {
    const dir = copyOf(SOUND);
    const segments = segmentsOf(dir);
    flip(segments[1]!, 500);
    rmSync(segments[3]!);
    const last = segments.at(-1)!;
    renameSync(last, join(dir, basename(last).replace('-0', '-').replace('.segment', '0.segment')));
    const snapshot = readdirSync(dir).find((name) => name.endsWith('.state'))!;
    flip(join(dir, snapshot), 9_000);
    const { status, lines } = run('journal', 'verify', dir);
    expect(status).toBe(1);
    expect(lines.at(-1)).toMatchObject({ damaged: 3, unusable: 1, sound: false });
    expect(lines[1]).toMatchObject({ segment: segments[1], state: 'damaged' });
    expect(lines[1]!.offset).toBeLessThan(500);
    expect(lines[3]).toMatchObject({ segment: segments[4], state: 'damaged', code: 'sequence' });
    expect(lines.find((line) => line.state === 'unusable')).toMatchObject({
      snapshot: join(dir, snapshot),
      reason: expect.stringContaining('cannot be used'),
    });
  });

  test('should tell a torn end from damage', () => {
    const dir = copyOf(SOUND);
    const last = segmentsOf(dir).at(-1)!;
    const bytes = readFileSync(last);
    bytes.fill(0x41, bytes.findLastIndex((byte) => byte !== 0) + 33);
    writeFileSync(last, bytes);
    const verdicts = judgeSegments(segmentsOf(dir).map((file) => verifySegment(file)));
    const states = verdicts.map(({ state }) => state);
    expect(states.slice(0, -1).every((state) => state === 'sound')).toBe(true);
    expect(states.at(-1)).toBe('torn');
  });
});

describe('journal dump, stats and tail', () => {
  test('should print what was journaled', () => {
    const lines = linesOf((print) => runDump(SOUND, {}, print));
    expect(lines.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: COMMANDS }, (_, i) => i + 1),
    );
    expect(lines[0]).toEqual({ sequence: 1, time: '0', cmd: 'instrument', instrument: 2 });
    const order = lines.find(({ cmd, type }) => cmd === 'new' && type === 'limit')!;
    const at = (Number(order.sequence) - 1) * COMMAND_WORDS;
    expect(order).toMatchObject({ instrument: 2, qty: SLOTS[at + C_QTY], stp: 'cancel_aggressor' });
    const some = run('journal', 'dump', SOUND, '--from', '700', '--to', '702');
    expect(some).toEqual({ status: 0, lines: lines.slice(699, 702), error: '' });
    expect(linesOf((print) => runTail(SOUND, 4, print))).toEqual(lines.slice(-4));
    expect(linesOf((print) => runTail(SOUND, 1_400, print))).toEqual(lines.slice(-1_400));
    expect(linesOf((print) => runTail(SOUND, 0, print))).toEqual([]);
  });

  test('should count', () => {
    const [stats] = linesOf((print) => runStats(SOUND, print));
    expect(stats).toMatchObject({
      segments: segmentsOf(SOUND).length,
      firstSequence: 1,
      lastSequence: COMMANDS,
      commands: COMMANDS,
      tornBytes: 0,
      sessions: 3,
      accounts: 6,
      limits: LIMITS,
    });
    const kinds = Object.values(stats!.byCommand as Record<string, number>);
    expect(kinds.reduce((sum, one) => sum + one, 0)).toBe(COMMANDS);
  });

  test('should follow a journal that is being written, over the end of a segment', async () => {
    const dir = copyOf(SOUND);
    const tail = spawn(process.execPath, [PROGRAM, 'journal', 'tail', dir, '-n', '1', '-f']);
    let text = '';
    tail.stdout.setEncoding('utf8').on('data', (more) => {
      text += more;
    });
    const has = async (sequence: number) => {
      while (!text.includes(`{"sequence":${sequence},`)) await once(tail.stdout, 'data');
    };
    await has(COMMANDS);
    const { nextSequence, chain, tail: end } = readJournal(dir, () => {});
    const place = { nextSequence, chain, tail: end, identity: OWN };
    const size = { durability: 'os', segmentBytesMax: 16_384 } as const;
    const writer = new JournalWriter({ dir, ...size, ...place });
    append(writer, SLOTS, 0, 600, new Prng(SEED));
    await has(COMMANDS + 600);
    tail.kill('SIGINT');
    const [code] = await once(tail, 'exit');
    expect(code).toBe(0);
    expect(text.trim().split('\n').length).toBe(601);
  });

  test('should say what is broken and where, and end with status 2', async () => {
    const dir = copyOf(SOUND);
    flip(segmentsOf(dir)[0]!, 400);
    const message = `the journal is damaged: ${segmentsOf(dir)[0]} at byte`;
    const { status, error } = run('journal', 'dump', dir);
    expect([status, error]).toEqual([2, expect.stringContaining(message)]);
    const none = () => {};
    for (const work of [() => runStats(dir, none), () => runTail(dir, 9_999, none)]) {
      await expect(told(dir, work)).rejects.toThrow(InputError);
    }
    await expect(told(join(dir, 'nowhere'), none)).rejects.toThrow('ENOENT');
  });
});

describe('journal diff', () => {
  test('should find equal what is equal, also when one has lost its beginning', () => {
    const dir = copyOf(SOUND);
    const equal = { isEqual: true, lastSequence: COMMANDS, stateHash: HASH };
    expect(diff(SOUND, dir)).toMatchObject(equal);
    retire(dir, 2, new Set(), REAL_DISK);
    expect(segmentsOf(dir).length).toBeLessThan(segmentsOf(SOUND).length);
    const again = diff(dir, SOUND);
    expect(again).toMatchObject(equal);
    expect(again.firstReplayed).toBeGreaterThanOrEqual(501);
  });

  test('should find the first command that is another', () => {
    const changed = SLOTS.slice();
    changed[1_200 * COMMAND_WORDS + C_QTY]! += 1;
    const dir = directoryOf(changed);
    const told = diff(SOUND, dir);
    expect(run('journal', 'diff', SOUND, dir).status).toBe(1);
    const { differs, sequence, a, b } = told as { a: Line; b: Line } & Line;
    expect([differs, sequence]).toEqual(['command', 1_201]);
    expect(Number(b.qty ?? 0)).toBe(Number(a.qty ?? 0) + 1);
    const shorter = directoryOf(SLOTS.subarray(0, 1_000 * COMMAND_WORDS));
    expect(diff(SOUND, shorter)).toMatchObject({
      isEqual: false,
      differs: 'length',
      sequence: 1_001,
      b: null,
    });
  });

  test('should find the first command that has another effect under other limits', () => {
    const disk = new MemoryDisk();
    // So few that every market meets them.
    const limits = { ...LIMITS, orders: 10 };
    const identity = { ...OWN, limits };
    const recovery = { nextSequence: 1, chain: 0, tail: null, identity };
    append(writerOn(disk, recovery as never), SLOTS, 0, COMMANDS, new Prng(SEED));
    const dir = newDirectory();
    for (const [path, bytes] of disk.files) writeFileSync(join(dir, basename(path)), bytes);
    const { differs, b } = diff(SOUND, dir);
    expect(differs).toBe('replay');
    const [event] = b as Line[];
    expect(event).toMatchObject({ evt: 3, reason: 32 });
  });
});

describe('snapshot info', () => {
  const files = readdirSync(SOUND).filter((name) => name.endsWith('.state'));
  const file = join(SOUND, files.sort()[1]!);

  test('should tell what is in it', () => {
    const info = infoOf(file);
    const sequence = Number(/\d{20}/.exec(file)![0]);
    const { core } = replayed(SLOTS, sequence);
    const resting = [SIDE_BUY, SIDE_SELL].flatMap((side) => restingOrders(core, 2, side));
    expect(resting.length).toBeGreaterThan(0);
    expect(info).toMatchObject({
      sequence,
      limits: LIMITS,
      restingOrders: resting.length,
      waitingStops: 0,
      instruments: 1,
      accounts: 6,
      sessions: 3,
      stateHash: stateHash(core),
    });
  });

  test('should refuse one that is broken, and what is none', () => {
    const broken = join(copyOf(SOUND), basename(file));
    flip(broken, 3_000);
    const { status, error } = run('snapshot', 'info', broken);
    expect([status, error]).toEqual([2, expect.stringContaining('its section state is damaged')]);
    expect(() => infoOf(segmentsOf(SOUND)[0]!)).toThrow(InputError);
    expect(() => infoOf(join(SOUND, 'none'))).toThrow(InputError);
  });
});
