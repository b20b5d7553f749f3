// npm run bench -- recovery [--commands N] [--dir DIR]
// How long a server takes to be back: a journal of many commands is written, then `ringside serve`
// is started on it, once with the journal alone and once with a snapshot of all but the last tenth.
// Needs 64 bytes of disk a command under `--dir`, taken away again.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMMAND_INSTRUMENT, COMMAND_MASS_CANCEL } from '../src/core/codes.ts';
import {
  C_ACCOUNT,
  C_CLORDID_LOW,
  C_ORIG_LOW,
  C_REQUEST,
  C_SESSION,
  COMMAND_WORDS,
} from '../src/core/command-slot.ts';
import { apply, createCore } from '../src/core/engine.ts';
import { EventBuffer } from '../src/core/event-buffer.ts';
import { DEFAULT_LIMITS } from '../src/core/limits.ts';
import { writeCommand } from '../src/core/plain.ts';
import { readEvent } from '../src/core/plain-events.ts';
import { REAL_DISK } from '../src/journal/disk.ts';
import { newIdentity } from '../src/journal/journal-identity.ts';
import { JournalWriter } from '../src/journal/journal-writer.ts';
import { Replica } from '../src/journal/replica.ts';
import { listSegments } from '../src/journal/segment-name.ts';
import { SegmentReader } from '../src/journal/segment-reader.ts';
import { SnapshotSchedule } from '../src/journal/snapshot-schedule.ts';
import { OrderFlow } from '../src/sim/order-flow.ts';
import { snapshotFollowers } from '../src/workers/storage.ts';
import { grouped, type Outcome, runBench, wholeNumber } from './bench-run.ts';
import './inline-more.ts';

const SEED = 1;
const INSTRUMENT = 1;
const ACCOUNTS = 8;
const STRETCH_MAX = 200_000;
const BATCH = 256;

/**
 * A stretch of synthetic order flow, ended by mass cancels, so that it can follow itself with
 * later clOrdIds.
 */
function stretchOfFlow(commands: number): Int32Array {
  const stretch = Math.min(STRETCH_MAX, Math.ceil(commands / 4));
  const slots = new Int32Array((stretch + ACCOUNTS) * COMMAND_WORDS);
  const flow = new OrderFlow({
    seed: SEED,
    instrument: INSTRUMENT,
    accounts: ACCOUNTS,
    firstPrice: 10_000,
    ordersAimedAt: 5_000,
  });
  const events = new EventBuffer((words, at) => flow.read(readEvent(words, at)));
  const core = createCore(DEFAULT_LIMITS, events);
  const instrument = new Int32Array(COMMAND_WORDS);
  writeCommand(instrument, 0, { cmd: COMMAND_INSTRUMENT, instrument: INSTRUMENT });
  apply(core, instrument, 0);
  for (let i = 0; i < stretch + ACCOUNTS; i++) {
    const at = i * COMMAND_WORDS;
    const account = i - stretch + 1;
    const isFlow = i < stretch;
    writeCommand(slots, at, isFlow ? flow.next() : { cmd: COMMAND_MASS_CANCEL, account });
    slots[at + C_SESSION] = slots[at + C_ACCOUNT]!;
    apply(core, slots, at);
    events.drain();
  }
  return slots;
}

/** Writes the journal and says how long that took. */
function writeJournal(dir: string, slots: Int32Array, commands: number): number {
  const identity = newIdentity(DEFAULT_LIMITS);
  const writer = new JournalWriter({ dir, durability: 'os', identity, nextSequence: 1 });
  const instrument = new Int32Array(COMMAND_WORDS);
  writeCommand(instrument, 0, { cmd: COMMAND_INSTRUMENT, instrument: INSTRUMENT });
  writer.append(instrument, 0, 1);
  const count = slots.length / COMMAND_WORDS;
  const startMs = performance.now();
  for (let round = 0; writer.nextSequence <= commands; round++) {
    for (let i = 0; i < count && writer.nextSequence <= commands; i += BATCH) {
      const batch = Math.min(BATCH, count - i, commands + 1 - writer.nextSequence);
      writer.append(slots, i * COMMAND_WORDS, batch);
    }
    for (let at = 0; at < slots.length; at += COMMAND_WORDS) {
      if (slots[at + C_CLORDID_LOW] !== 0) slots[at + C_CLORDID_LOW]! += count;
      if (slots[at + C_ORIG_LOW] !== 0) slots[at + C_ORIG_LOW]! += count;
      slots[at + C_REQUEST] = 1 + (round & 0xffff);
    }
  }
  writer.close();
  return Math.round(performance.now() - startMs);
}

/** A snapshot of the first `sequence` commands, as the storage thread makes it. */
function makeSnapshot(dir: string, sequence: number): { makeMs: number; bytes: number } {
  const replica = new Replica(DEFAULT_LIMITS, snapshotFollowers());
  const identity = journalIdentity(dir);
  const none = { everyCommands: 0, everySeconds: 0, lastSequence: 0, unusable: new Set<string>() };
  const options = { dir, replica, identity, ...none, kept: 3, disk: REAL_DISK };
  const schedule = new SnapshotSchedule(options, 0);
  const startMs = performance.now();
  const making = schedule.make(sequence + 1, 0);
  for (let step = making.next(); ; step = making.next()) {
    if (step.done !== true) continue;
    const { file } = step.value;
    const makeMs = Math.round(performance.now() - startMs);
    schedule.close();
    return { makeMs, bytes: statSync(file).size };
  }
}

function journalIdentity(dir: string) {
  const reader = new SegmentReader(REAL_DISK);
  const [first] = listSegments(REAL_DISK, dir);
  if (!reader.open(first!.file)) throw new Error(reader.fault.reason);
  reader.close();
  return reader.header!;
}

interface Start {
  readonly replayedCommands: number;
  readonly lastSequence: number;
  readonly recoveryMs: number;
  readonly commandsPerSecond: number;
  /** From its start to its open ports. */
  readonly readyMs: number;
}

/** Starts a server on the directory; says when it was back, by its own clock and from outside. */
async function timeStart(dir: string): Promise<Start> {
  const file = join(dir, 'ringside.json');
  const numbers = Array.from({ length: ACCOUNTS }, (_, i) => i + 1);
  const config = {
    ordersPort: 0,
    feedPort: 0,
    dataDirectory: join(dir, 'data'),
    snapshotCommands: 0,
    snapshotSeconds: 0,
    stopSnapshotMsMax: 0,
    accounts: numbers.map((number) => ({ number, name: `account${number}` })),
    sessions: numbers.map((number) => ({ number, token: `token${number}`, accounts: [number] })),
  };
  writeFileSync(file, JSON.stringify(config));
  const program = fileURLToPath(new URL('../ringside.js', import.meta.url));
  const startMs = performance.now();
  const server = spawn(process.execPath, [program, 'serve', '--config', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, RINGSIDE_LOG: 'info' },
  });
  let log = '';
  server.stderr!.setEncoding('utf8').on('data', (text) => {
    log += text;
  });
  await Promise.race([once(server.stdout!, 'data'), failed(server)]);
  const readyMs = Math.round(performance.now() - startMs);
  const line = log.split('\n').find((one) => one.includes('"msg":"recovered"')) ?? '{}';
  const { replayedCommands, lastSequence, tookMs } = JSON.parse(line);
  const commandsPerSecond = Math.round((replayedCommands * 1e3) / tookMs);
  server.kill('SIGTERM');
  await once(server, 'exit');
  return { replayedCommands, lastSequence, recoveryMs: tookMs, commandsPerSecond, readyMs };
}

async function failed(server: ChildProcess): Promise<never> {
  const [code] = await once(server, 'exit');
  throw new Error(`the server ended with ${code}`);
}

/** What differs from a start that ends where the journal does and replays so many commands. */
function faultsOf(
  from: string,
  start: Start,
  lastSequence: number,
  [least, most]: readonly [number, number],
): string[] {
  const faults: string[] = [];
  if (start.lastSequence !== lastSequence) {
    faults.push(`from the ${from} it came to ${start.lastSequence}, not ${lastSequence}`);
  }
  const { replayedCommands } = start;
  if (replayedCommands < least || replayedCommands > most) {
    faults.push(`from the ${from} it replayed ${replayedCommands}, not ${least} … ${most}`);
  }
  return faults;
}

function lineOf(from: string, start: Start): string {
  const { replayedCommands, recoveryMs, commandsPerSecond, readyMs } = start;
  return (
    `from the ${from}: ${grouped(replayedCommands)} commands in ${recoveryMs} ms ` +
    `(${grouped(commandsPerSecond)} a second), ready after ${readyMs} ms`
  );
}

await runBench({
  name: 'recovery',
  coresNeeded: 2,
  options: {
    commands: { type: 'string', default: '10000000' },
    dir: { type: 'string', default: tmpdir() },
  },
  async run(values): Promise<Outcome> {
    const commands = wholeNumber('commands', values.commands, 1_000);
    const dir = mkdtempSync(join(values.dir, 'ringside-recovery-'));
    try {
      const directory = join(dir, 'data');
      mkdirSync(directory);
      const writeMs = writeJournal(directory, stretchOfFlow(commands), commands);
      const journal = await timeStart(dir);
      const sequence = Math.floor(commands * 0.9);
      const made = makeSnapshot(directory, sequence);
      const snapshot = await timeStart(dir);
      const wrong = [
        ...faultsOf('journal', journal, commands, [commands, commands]),
        // A snapshot is made at the end of a batch of the journal.
        ...faultsOf('snapshot', snapshot, commands, [
          commands - sequence - BATCH,
          commands - sequence,
        ]),
      ];
      const { replayedCommands, lastSequence } = snapshot;
      return {
        told: { commands, writeMs, journal, snapshot: { ...snapshot, ...made } },
        lines: [
          lineOf('journal', journal),
          lineOf('snapshot', snapshot),
          `the snapshot was made in ${made.makeMs} ms and has ${grouped(made.bytes)} bytes`,
        ],
        results: { commands, replayedCommands, lastSequence },
        wrong,
        seed: SEED,
        wait: 'none',
      };
    } finally {
      rmSync(dir, { recursive: true });
    }
  },
});
