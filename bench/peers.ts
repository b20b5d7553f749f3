// npm run bench -- peers --workload FILE [--yardstick SCRIPT.js] [--native FILE.cpp] [--pairs N]
//   [--prefix N]
// The core beside other engines on the same MEWL file: in turn, each warm in a process of its own,
// so that a drift of the machine's speed touches all. A round stays on one processor, each round on
// another: one that shares a physical core with a stranger is much slower than its neighbour. Each
// round gives one ratio of the core to each of the others; their median and range are told. The
// yardsticks take the file and print an object with msgs_per_s, trades, qty and hash on their last
// line; the native one is compiled first, where g++ is there. nodejs-order-book gets a prefix of
// the file.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SIDE_BUY, SIDE_SELL } from '../src/core/codes.ts';
import { depth } from '../src/core/views.ts';
import { pinThread } from '../src/workers/pinning.ts';
import {
  grouped,
  hashOf,
  median,
  needed,
  OptionError,
  type Outcome,
  PROCESSORS,
  rounded,
  runBench,
  wholeNumber,
} from './bench-run.ts';
import { MEWL_INSTRUMENT, readRecords } from './mewl-commands.ts';
import { expectedOf, type MewlResult, MewlRun } from './mewl-run.ts';

/** What an engine prints last. */
type Line = Readonly<Record<string, unknown>>;

interface Engine {
  /** Key of the JSON object. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Commands a second, out of the object on the last line of what it prints. */
  read(line: Line): number;
}

interface Ratio {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

await runBench({
  name: 'peers',
  coresNeeded: 1,
  options: {
    workload: { type: 'string' },
    yardstick: { type: 'string' },
    native: { type: 'string' },
    pairs: { type: 'string', default: '9' },
    prefix: { type: 'string', default: '50000' },
  },
  run(values): Outcome {
    const workload = needed('workload', values.workload);
    const pairs = wholeNumber('pairs', values.pairs, 1);
    const prefix = wholeNumber('prefix', values.prefix, 1);
    const expected = expectedOf(workload);
    const dir = mkdtempSync(join(tmpdir(), 'ringside-peers-'));
    try {
      const engines = [core(workload), orderBook(workload, prefix, coreLevels(workload, prefix))];
      if (values.yardstick !== undefined) {
        engines.push(yardstick('probe', process.execPath, [file(values.yardstick)]));
      }
      const native = values.native === undefined ? null : compile(file(values.native), dir);
      if (native !== null) engines.push(yardstick('native', native, []));
      return compare(engines, pairs, { workload, prefix, expected });
    } finally {
      rmSync(dir, { recursive: true });
    }

    function yardstick(name: string, command: string, before: string[]): Engine {
      const args = [...before, workload];
      return { name, command, args, read: (line) => checkedRate(name, line, expected) };
    }
  },
});

function compare(
  engines: readonly Engine[],
  pairs: number,
  { workload, prefix, expected }: { workload: string; prefix: number; expected: MewlResult },
): Outcome {
  const rates = new Map(engines.map(({ name }): [string, number[]] => [name, []]));
  for (let pair = 0; pair < pairs; pair++) {
    // Processes inherit it.
    const { error } = pinThread(pair % PROCESSORS);
    if (error !== undefined) process.stderr.write(`not on one processor: ${error}\n`);
    for (const engine of engines) rates.get(engine.name)!.push(run(engine));
    const said = engines.map(({ name }) => `${name} ${grouped(rates.get(name)!.at(-1)!)}`);
    process.stderr.write(`round ${pair + 1} of ${pairs}: ${said.join(', ')}\n`);
  }
  const ours = rates.get('core')!;
  const speeds: Record<string, number> = {};
  const ratios: Record<string, Ratio> = {};
  const lines: string[] = [];
  for (const [name, theirs] of rates) {
    speeds[name] = median(theirs);
    lines.push(`${name.padEnd(18)}${grouped(speeds[name]).padStart(12)} commands/s`);
    if (name === 'core') continue;
    const ratio = ratioOf(ours.map((rate, i) => rate / theirs[i]!));
    ratios[name] = ratio;
    lines.push(`  core / ${name}: ${ratio.median} (${ratio.low} … ${ratio.high}, ${pairs} pairs)`);
  }
  const told = { workload, pairs, prefix, ...speeds, ratios, rates: Object.fromEntries(rates) };
  return { told, lines, results: expected, wrong: [], seed: null, wait: 'none' };
}

function core(workload: string): Engine {
  const args = ['--expose-gc', beside('core.js'), '--workload', workload, '--speed', '--json'];
  return { name: 'core', command: process.execPath, args, read: rateOf };
}

/** `levels`: the hash of what its book must show at the end. */
function orderBook(workload: string, prefix: number, levels: string): Engine {
  const options = ['--workload', workload, '--commands', String(prefix), '--json'];
  const read = (line: Line): number => {
    if (line.resultHash !== levels) throw new Error('nodejs-order-book shows other levels');
    return rateOf(line);
  };
  const args = [beside('peer-order-book.js'), ...options];
  return { name: 'nodejsOrderBook', command: process.execPath, args, read };
}

/** Hash of the core's levels after the first `prefix` timed commands: asks and bids, best first. */
function coreLevels(workload: string, prefix: number): string {
  const { ramp } = readRecords(workload, 0);
  const run = new MewlRun(workload, ramp + prefix);
  run.verify();
  const levels = [SIDE_SELL, SIDE_BUY].map((side) =>
    depth(run.core, MEWL_INSTRUMENT, side, Number.POSITIVE_INFINITY).map(([price, qty]) => [
      price,
      qty,
    ]),
  );
  return hashOf(levels);
}

function rateOf({ messagesPerSecond }: Line): number {
  return Number(messagesPerSecond);
}

/** A yardstick's rate. Throws when it found other trades. */
function checkedRate(name: string, line: Line, expected: MewlResult): number {
  const isRight =
    line.trades === expected.trades &&
    line.qty === expected.tradedQty &&
    line.hash === expected.tradeHash;
  if (!isRight) throw new Error(`${name} found other trades: ${JSON.stringify(line)}`);
  return Number(line.msgs_per_s);
}

/** Runs an engine to its end. Throws when it fails, as it does when its results are wrong. */
function run({ name, command, args, read }: Engine): number {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} failed:\n${stdout}${stderr}`);
  return read(JSON.parse(stdout.trim().split('\n').at(-1)!));
}

/** The program made of a C++ file; null where there is no compiler. Throws on a file's fault. */
function compile(source: string, dir: string): string | null {
  const program = join(dir, 'native');
  const args = ['-O2', '-std=c++17', source, '-o', program];
  const { error, status, stderr } = spawnSync('g++', args, { encoding: 'utf8' });
  if (error !== undefined) {
    process.stderr.write('no g++ here: without the native yardstick\n');
    return null;
  }
  if (status !== 0) throw new Error(`${source}: ${stderr}`);
  return program;
}

function file(path: string): string {
  if (!existsSync(path)) throw new OptionError(`${path} is not there`);
  return path;
}

function beside(script: string): string {
  return fileURLToPath(new URL(`./${script}`, import.meta.url));
}

function ratioOf(values: readonly number[]): Ratio {
  const digits = (value: number): number => rounded(value, value < 10 ? 3 : 1);
  return {
    median: digits(median(values)),
    low: digits(Math.min(...values)),
    high: digits(Math.max(...values)),
  };
}
