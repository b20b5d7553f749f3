// Long comparison of the core with its oracle (src/sim/differential.ts) on random commands:
//   node dist/bench/oracle.js --commands 20000000 [--seed N] [--seeds N]
// Seeds are tried in turn from --seed on, each with an equal part of the commands. Progress goes to
// stderr, the last line to stdout; exit status 1 when a difference was found, 2 on wrong usage.

import { parseArgs } from 'node:util';
import { compareSeed } from '../src/sim/differential.ts';

const COMMANDS_A_SEED = 20_000;
const PROGRESS_MS = 2_000;

interface Options {
  readonly commands: number;
  readonly firstSeed: number;
  readonly seeds: number;
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(`--${name} must be a whole number from ${least} on, not "${text}"`);
}

function readOptions(): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { commands: text, seed: text, seeds: text } });
  const commands = wholeNumber('commands', values.commands ?? '1000000', 1);
  const seeds = values.seeds ?? `${Math.ceil(commands / COMMANDS_A_SEED)}`;
  return {
    commands,
    firstSeed: wholeNumber('seed', values.seed ?? '1', 0),
    seeds: wholeNumber('seeds', seeds, 1),
  };
}

/** Compares seed after seed; the exit status. */
function compare({ commands, firstSeed, seeds }: Options): number {
  const commandsOfSeed = Math.ceil(commands / seeds);
  let done = 0;
  let tried = 0;
  let differences = 0;
  let shown = performance.now();
  while (done < commands && differences === 0) {
    const seed = firstSeed + tried;
    const outcome = compareSeed(seed, Math.min(commandsOfSeed, commands - done));
    done += outcome.commands;
    tried++;
    if (outcome.difference !== undefined) {
      differences++;
      process.stdout.write(outcome.difference.report);
    }
    if (performance.now() - shown > PROGRESS_MS) {
      shown = performance.now();
      process.stderr.write(`commands ${done} of ${commands}, seeds ${tried}\n`);
    }
  }
  process.stdout.write(`commands ${done}, seeds ${tried}, differences ${differences}\n`);
  return differences === 0 ? 0 : 1;
}

function main(): number {
  let options: Options;
  try {
    options = readOptions();
  } catch (error) {
    process.stderr.write(`oracle: ${error instanceof Error ? error.message : error}\n`);
    return 2;
  }
  return compare(options);
}

process.exitCode = main();
