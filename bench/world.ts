// Simulated worlds in which everything goes wrong that can (src/sim/world):
//   npm run world -- [--seeds N] [--commands N] [--seed S] [--workers N] [--plant BUG] [--json]
// Seeds from --seed on, each with at least --commands commands, are dealt to worker threads, one a
// core. Progress goes to stderr, the figures to stdout, with --json as one line. A violation prints
// its seed, its step and the last things that happened, and ends the run with status 1; the same
// --seed and --commands show it again. --plant puts a bug into the wiring of every world, to see it
// found: the run ends with the first seed that does, and with status 0. 2 on wrong usage.

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { FAULT_KINDS } from '../src/sim/world/faults.ts';
import { PLANTED_BUGS, type PlantedBug } from '../src/sim/world/planted-bugs.ts';
import { describeViolations, type WorldOutcome } from '../src/sim/world/run-world.ts';
import { wholeNumber } from './bench-run.ts';
import { runWorlds, type WorldTotals } from './world-run.ts';

const PROGRESS_MS = 2_000;
const LAST_SEED = 2 ** 31 - 1;

interface Options {
  readonly seeds: number;
  readonly commands: number;
  readonly firstSeed: number;
  readonly workers: number;
  readonly bug: PlantedBug | null;
  readonly json: boolean;
}

function readOptions(): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      seeds: text,
      commands: text,
      seed: text,
      workers: text,
      plant: text,
      json: { type: 'boolean', default: false },
    },
  });
  const { plant } = values;
  if (plant !== undefined && !(plant in PLANTED_BUGS)) {
    const bugs = Object.entries(PLANTED_BUGS).map(([bug, what]) => `  ${bug}: ${what}`);
    throw new RangeError(`--plant must be one of these:\n${bugs.join('\n')}`);
  }
  const options = {
    seeds: wholeNumber('seeds', values.seeds ?? '20', 1),
    commands: wholeNumber('commands', values.commands ?? '10000', 1),
    firstSeed: wholeNumber('seed', values.seed ?? '1', 0),
    workers: wholeNumber('workers', values.workers ?? `${availableParallelism()}`, 1),
    bug: (plant ?? null) as PlantedBug | null,
    json: values.json,
  };
  if (options.firstSeed + options.seeds <= LAST_SEED) return options;
  throw new RangeError(`--seed and --seeds must end before ${LAST_SEED}`);
}

async function run(options: Options): Promise<number> {
  const { bug } = options;
  let found: WorldOutcome | undefined;
  let seeds = 0;
  let shown = performance.now();
  const totals = await runWorlds({
    ...options,
    onOutcome: (outcome) => {
      seeds += 1;
      if (outcome.violations.length > 0 && found === undefined) {
        found = outcome;
        const out = options.json ? process.stderr : process.stdout;
        out.write(`${describeViolations(outcome)}\n`);
      }
      if (performance.now() - shown >= PROGRESS_MS) {
        shown = performance.now();
        process.stderr.write(`seeds ${seeds} of ${options.seeds}\n`);
      }
      return found !== undefined;
    },
  });
  process.stdout.write(options.json ? `${JSON.stringify({ ...totals, bug })}\n` : table(totals));
  if (bug === null) return found === undefined ? 0 : 1;
  if (found !== undefined) return 0;
  process.stderr.write(`world: ${bug} was not found\n`);
  return 1;
}

function table({ seeds, commands, starts, faults, violations }: WorldTotals): string {
  const rows = FAULT_KINDS.map(
    (kind) => `  ${kind.padEnd(14)}${String(faults[kind]).padStart(10)}`,
  );
  const sum = `seeds ${seeds}, commands ${commands}, starts ${starts}, violations ${violations}`;
  return `${rows.join('\n')}\n${sum}\n`;
}

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions();
  } catch (error) {
    process.stderr.write(`world: ${error instanceof Error ? error.message : error}\n`);
    return 2;
  }
  return run(options);
}

process.exitCode = await main();
