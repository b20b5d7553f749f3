// npm run bench -- pipeline --workload FILE [--durability none,os,fsync] [--passes N] [--batch N]
//   [--dir DIR]
// A MEWL file through the server's own threads, without sockets: command ring → journal ∥ matching
// → event ring → publisher and a counting consumer. Beside it the core alone in the same run, in
// turns, and the processor time of each thread per command.

import os, { tmpdir } from 'node:os';
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
import { differences, expectedOf, type MewlResult, MewlRun } from './mewl-run.ts';
import { DURABILITIES, type Durability, Line, type Speed } from './pipeline-line.ts';
import type { PassCount } from './pipeline-threads.ts';

/** Passes until V8 has compiled all threads' loops for good. */
const WARM_UPS = 4;
const WAIT = defaultWaitStrategy(os.availableParallelism());

await runBench({
  name: 'pipeline',
  coresNeeded: 5,
  options: {
    workload: { type: 'string' },
    durability: { type: 'string', default: DURABILITIES.join() },
    passes: { type: 'string', default: '5' },
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
    const { coreMessagesPerSecond, speeds, wrongPasses } = await timeAll(run, expected, {
      durabilities,
      passes,
      batch,
      dir: values.dir,
    });
    wrong.push(...wrongPasses);
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

interface Passes {
  readonly durabilities: readonly Durability[];
  readonly passes: number;
  readonly batch: number;
  readonly dir: string;
}

/**
 * Times the core alone, in this thread, and a pipeline for each durability, in turns: what else the
 * machine does meanwhile is then the same to all of them. Not so `os`, which comes last: what it
 * leaves unwritten would be written by the syncs of another.
 */
async function timeAll(
  run: MewlRun,
  expected: MewlResult,
  { durabilities, passes, batch, dir }: Passes,
): Promise<{
  coreMessagesPerSecond: number;
  speeds: Partial<Record<Durability, Speed>>;
  wrongPasses: string[];
}> {
  const { ramp, count } = run.commands;
  const coreSeconds: number[] = [];
  const speeds: Partial<Record<Durability, Speed>> = {};
  const wrongPasses: string[] = [];
  const inTurns = durabilities.filter((one) => one !== 'os');
  for (const group of [inTurns, durabilities.filter((one) => one === 'os')]) {
    const lines: Line[] = [];
    for (const one of group) lines.push(await Line.start(run.commands, one, batch, dir));
    for (let pass = -WARM_UPS; pass < passes && lines.length > 0; pass++) {
      const seconds = run.timedPass();
      if (pass >= 0) coreSeconds.push(seconds);
      for (const line of lines) line.pass(pass >= 0);
    }
    for (const line of lines) {
      wrongPasses.push(...wrongCounts(await line.stop(), expected, line.durability));
      speeds[line.durability] = line.speed();
    }
  }
  const coreMessagesPerSecond = Math.round((count - ramp) / median(coreSeconds));
  return { coreMessagesPerSecond, speeds, wrongPasses };
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
