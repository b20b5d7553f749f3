// Long comparison of the core with its oracle (src/sim/oracle) on random commands:
//   npm run oracle -- --commands 10000000 [--seed N] [--seeds N] [--workers N]
//   npm run oracle -- --census [--commands N] [--seed N] [--seeds N]
// Seeds from --seed on, each with an equal part of the commands, are dealt to worker threads, one
// a core. Progress goes to stderr, the last line to stdout; exit status 1 when a difference was
// found (its seed and a tape that shows it are printed), 2 on wrong usage. --census compares
// nothing: it counts how often the random commands make each thing happen, profile by profile.

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { compareSeed, type Outcome } from '../src/sim/oracle/differential.ts';
import { wholeNumber } from './bench-run.ts';
import { censusTable } from './oracle-census.ts';

const COMMANDS_A_SEED = 10_000;
const PROGRESS_MS = 2_000;
const LAST_SEED = 2 ** 31 - 1;

interface Options {
  readonly commands: number;
  readonly firstSeed: number;
  readonly seeds: number;
  readonly workers: number;
  readonly census: boolean;
}

interface Share {
  /** The next seed that nobody has taken. */
  readonly next: Int32Array;
  readonly firstSeed: number;
  readonly seeds: number;
  readonly commands: number;
}

interface Totals {
  commands: number;
  seeds: number;
  checks: number;
  differences: number;
}

function readOptions(): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      commands: text,
      seed: text,
      seeds: text,
      workers: text,
      census: { type: 'boolean', default: false },
    },
  });
  const commands = wholeNumber('commands', values.commands ?? '1000000', 1);
  const seeds = values.seeds ?? `${Math.ceil(commands / COMMANDS_A_SEED)}`;
  const options = {
    commands,
    firstSeed: wholeNumber('seed', values.seed ?? '1', 0),
    seeds: wholeNumber('seeds', seeds, 1),
    workers: wholeNumber('workers', values.workers ?? `${availableParallelism()}`, 1),
    census: values.census,
  };
  if (options.firstSeed + options.seeds > LAST_SEED) {
    throw new RangeError(`--seed and --seeds must end before ${LAST_SEED}`);
  }
  return options;
}

/** In a worker: compares seed after seed until none is left. */
function work({ next, firstSeed, seeds, commands }: Share): void {
  for (;;) {
    const place = Atomics.add(next, 0, 1);
    if (place >= seeds) return;
    // Equal parts; the first ones take what is left over.
    const count = Math.floor(commands / seeds) + (place < commands % seeds ? 1 : 0);
    const outcome = compareSeed(firstSeed + place, count);
    // One difference is enough to look at.
    if (outcome.difference !== undefined) Atomics.store(next, 0, seeds);
    parentPort!.postMessage(outcome);
  }
}

/** Deals the seeds to workers; the exit status. */
async function compare({ commands, firstSeed, seeds, workers }: Options): Promise<number> {
  const next = new Int32Array(new SharedArrayBuffer(4));
  const share: Share = { next, firstSeed, seeds, commands };
  const totals: Totals = { commands: 0, seeds: 0, checks: 0, differences: 0 };
  let shown = performance.now();
  const take = (outcome: Outcome): void => {
    totals.commands += outcome.commands;
    totals.checks += outcome.checks;
    totals.seeds++;
    if (outcome.difference !== undefined) {
      totals.differences++;
      process.stdout.write(outcome.difference.report);
    }
    if (performance.now() - shown < PROGRESS_MS) return;
    shown = performance.now();
    process.stderr.write(`commands ${totals.commands} of ${commands}, seeds ${totals.seeds}\n`);
  };
  const count = Math.min(workers, seeds);
  await Promise.all(Array.from({ length: count }, () => runWorker(share, take)));
  const { differences, checks } = totals;
  process.stdout.write(
    `commands ${totals.commands}, seeds ${totals.seeds}, differences ${differences}, ` +
      `invariants checked on ${checks} events and books\n`,
  );
  return differences === 0 ? 0 : 1;
}

function runWorker(share: Share, take: (outcome: Outcome) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    worker.on('message', take);
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions();
  } catch (error) {
    process.stderr.write(`oracle: ${error instanceof Error ? error.message : error}\n`);
    return 2;
  }
  if (!options.census) return compare(options);
  process.stdout.write(censusTable(options.firstSeed, options.seeds, options.commands));
  return 0;
}

if (isMainThread) process.exitCode = await main();
else work(workerData);
