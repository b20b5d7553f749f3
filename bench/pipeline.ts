// npm run bench -- pipeline --workload FILE [--durability none,os,fsync] [--passes N] [--batch N]
//   [--dir DIR]
// A MEWL file through the server's own threads, without sockets: command ring → journal ∥ matching
// → event ring → publisher and a counting consumer. Beside it the core alone in the same run, and
// the processor time of each thread per command. After each pass mass cancels empty the book, and
// ids go on, so that every pass is the same and its trades are checked.

import { mkdtempSync, rmSync } from 'node:fs';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMAND_INSTRUMENT, COMMAND_MASS_CANCEL } from '../src/core/codes.ts';
import { C_CLORDID_LOW, C_ORIG_LOW, C_REQUEST, COMMAND_WORDS } from '../src/core/command-slot.ts';
import { writeCommand } from '../src/core/plain.ts';
import { loadConfig } from '../src/ops/config.ts';
import { defaultWaitStrategy } from '../src/ring/wait-strategy.ts';
import { nameThread } from '../src/workers/thread-entry.ts';
import {
  grouped,
  median,
  needed,
  OptionError,
  type Outcome,
  rounded,
  runBench,
  wholeNumber,
} from './bench-run.ts';
import { MEWL_INSTRUMENT, type MewlCommands } from './mewl-commands.ts';
import { differences, expectedOf, type MewlResult, MewlRun } from './mewl-run.ts';
import { type PassCount, Pipeline } from './pipeline-threads.ts';
import { coresUsed, threadTimes, timesBetween } from './thread-times.ts';

const DURABILITIES = ['none', 'os', 'fsync'] as const;
type Durability = (typeof DURABILITIES)[number];
const ACCOUNTS = 16;
const WARM_UPS = 2;
const WAIT = defaultWaitStrategy(os.availableParallelism());

interface Speed {
  readonly messagesPerSecond: number;
  readonly rates: number[];
  /** ns of processor time per command, by thread. */
  readonly cpuNsPerCommand: Record<string, number>;
  readonly coresUsed: number;
}

await runBench({
  name: 'pipeline',
  coresNeeded: 5,
  options: {
    workload: { type: 'string' },
    durability: { type: 'string', default: DURABILITIES.join() },
    passes: { type: 'string', default: '3' },
    batch: { type: 'string', default: '64' },
    dir: { type: 'string', default: tmpdir() },
  },
  async run(values): Promise<Outcome> {
    const workload = needed('workload', values.workload);
    const durabilities = durabilitiesOf(values.durability);
    const passes = wholeNumber('passes', values.passes, 1);
    const batch = wholeNumber('batch', values.batch, 1);
    nameThread('producer');
    const expected = expectedOf(workload);
    const run = new MewlRun(workload);
    const wrong = differences(run.verify(), expected);
    const coreMessagesPerSecond = coreSpeed(run, passes);
    const speeds: Partial<Record<Durability, Speed>> = {};
    for (const durability of durabilities) {
      const dir = mkdtempSync(join(values.dir, 'ringside-pipeline-'));
      try {
        const sent = await sendPasses(run.commands, { durability, passes, batch, dir });
        wrong.push(...wrongCounts(sent.counts, expected, durability));
        speeds[durability] = sent.speed;
      } finally {
        rmSync(dir, { recursive: true });
      }
    }
    const [durability] = durabilities;
    const { messagesPerSecond } = speeds[durability!]!;
    const ratios = ratiosOf(speeds, coreMessagesPerSecond);
    const told = { workload, messagesPerSecond, coreMessagesPerSecond, durability, ratios };
    const lines = linesOf(speeds, coreMessagesPerSecond, ratios);
    return {
      told: { ...told, durabilities: speeds, batch },
      lines,
      results: expected,
      wrong,
      seed: null,
      wait: WAIT,
    };
  },
});

function durabilitiesOf(text: string): Durability[] {
  const names = text.split(',');
  const known = DURABILITIES.filter((one) => names.includes(one));
  if (known.length === names.length) return names as Durability[];
  throw new OptionError(`--durability has some of ${DURABILITIES.join()}, not "${text}"`);
}

/** The core alone, in this thread: commands a second, warm. */
function coreSpeed(run: MewlRun, passes: number): number {
  const { ramp, count } = run.commands;
  for (let i = 0; i < WARM_UPS; i++) run.timedPass();
  const seconds = Array.from({ length: Math.max(passes, 5) }, () => run.timedPass());
  return Math.round((count - ramp) / median(seconds));
}

interface Passes {
  readonly durability: Durability;
  readonly passes: number;
  readonly batch: number;
  readonly dir: string;
}

async function sendPasses(
  commands: MewlCommands,
  { durability, passes, batch, dir }: Passes,
): Promise<{ speed: Speed; counts: PassCount[] }> {
  const noSnapshots = { snapshotCommands: 0, snapshotSeconds: 0 };
  const config = loadConfig(undefined, { durability, dataDirectory: dir, ...noSnapshots });
  const pipeline = await Pipeline.start(config, commands);
  const slots = commands.slots.slice();
  const { ramp, count } = commands;
  const ends = passEnds();
  const instrument = new Int32Array(COMMAND_WORDS);
  writeCommand(instrument, 0, { cmd: COMMAND_INSTRUMENT, instrument: MEWL_INSTRUMENT });
  pipeline.send(instrument, 0, 1, 1);
  const rates: number[] = [];
  const cpu = new Map<string, number>();
  let seconds = 0;
  for (let pass = -WARM_UPS; pass < passes; pass++) {
    pipeline.send(slots, 0, ramp, batch);
    pipeline.waitUntilRead();
    const cpuBefore = threadTimes('self');
    const startMs = performance.now();
    pipeline.send(slots, ramp, count, batch);
    pipeline.waitUntilRead();
    const tookSeconds = (performance.now() - startMs) / 1_000;
    const used = timesBetween(cpuBefore, threadTimes('self'));
    pipeline.send(ends, 0, ACCOUNTS, ACCOUNTS);
    pipeline.waitUntilRead();
    laterIds(slots, count);
    if (pass < 0) continue;
    rates.push(Math.round((count - ramp) / tookSeconds));
    for (const [name, ns] of used) cpu.set(name, (cpu.get(name) ?? 0) + ns);
    seconds += tookSeconds;
  }
  const counts = await pipeline.stop();
  const perCommand = [...cpu].map(([name, ns]) => [
    name,
    rounded(ns / (passes * (count - ramp)), 1),
  ]);
  const cpuNsPerCommand = Object.fromEntries(perCommand);
  const messagesPerSecond = median(rates);
  const speed = { messagesPerSecond, rates, cpuNsPerCommand, coresUsed: coresUsed(cpu, seconds) };
  return { speed, counts };
}

/** Mass cancels of every account; the last tells the counting consumer that the pass is over. */
function passEnds(): Int32Array {
  const slots = new Int32Array(ACCOUNTS * COMMAND_WORDS);
  for (let i = 0; i < ACCOUNTS; i++) {
    writeCommand(slots, i * COMMAND_WORDS, { cmd: COMMAND_MASS_CANCEL, account: i + 1 });
  }
  slots[(ACCOUNTS - 1) * COMMAND_WORDS + C_REQUEST] = 1;
  return slots;
}

/** The same commands with ids that follow those of the pass before. */
function laterIds(slots: Int32Array, by: number): void {
  for (let at = 0; at < slots.length; at += COMMAND_WORDS) {
    if (slots[at + C_CLORDID_LOW] !== 0) slots[at + C_CLORDID_LOW]! += by;
    if (slots[at + C_ORIG_LOW] !== 0) slots[at + C_ORIG_LOW]! += by;
  }
}

function wrongCounts(
  counts: readonly PassCount[],
  expected: MewlResult,
  durability: Durability,
): string[] {
  return counts.flatMap(({ trades, tradedQty, tradeHash }, pass) =>
    differences({ ...expected, trades, tradedQty, tradeHash }, expected).map(
      (difference) => `${durability}, pass ${pass + 1}: ${difference}`,
    ),
  );
}

function ratiosOf(
  speeds: Partial<Record<Durability, Speed>>,
  core: number,
): { ofCore: Record<string, number>; fsyncOfNone?: number } {
  const ofCore = Object.fromEntries(
    Object.entries(speeds).map(([name, speed]) => [
      name,
      rounded(speed.messagesPerSecond / core, 3),
    ]),
  );
  const { none, fsync } = speeds;
  if (none === undefined || fsync === undefined) return { ofCore };
  return { ofCore, fsyncOfNone: rounded(fsync.messagesPerSecond / none.messagesPerSecond, 3) };
}

function linesOf(
  speeds: Partial<Record<Durability, Speed>>,
  core: number,
  { ofCore, fsyncOfNone }: ReturnType<typeof ratiosOf>,
): string[] {
  const lines = [`core alone ${grouped(core)} commands/s`];
  for (const [name, speed] of Object.entries(speeds)) {
    lines.push(
      `${name.padEnd(6)}${grouped(speed.messagesPerSecond).padStart(11)} commands/s, ` +
        `${ofCore[name]} of core, ${speed.coresUsed} cores used`,
    );
    const times = Object.entries(speed.cpuNsPerCommand).map(([thread, ns]) => `${thread} ${ns}`);
    lines.push(`  ns of processor time a command: ${times.join(', ')}`);
  }
  if (fsyncOfNone !== undefined) lines.push(`fsync is ${fsyncOfNone} of none`);
  return lines;
}
