// The core against a yardstick that walks the same MEWL file, as a ratio: the two in turn, each in
// a process of its own, warm, so that a drift of the machine's speed touches both.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    workload: { type: 'string' },
    yardstick: { type: 'string' },
    pairs: { type: 'string', default: '9' },
  },
});
const { workload, yardstick } = values;
if (workload === undefined || yardstick === undefined) {
  throw new Error('--workload FILE and --yardstick SCRIPT (prints {"msgs_per_s":…}) are needed');
}

/** Runs a script to its end and returns the object on its last line. */
function run(script: string, args: string[]): Record<string, number | boolean> {
  const result = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${script} failed:\n${result.stdout}${result.stderr}`);
  return JSON.parse(result.stdout.trim().split('\n').at(-1)!);
}

const core = fileURLToPath(new URL('./core.js', import.meta.url));
const pairs: { core: number; yardstick: number; ratio: number }[] = [];
for (let i = 0; i < Number(values.pairs); i++) {
  const ours = Number(run(core, ['--workload', workload]).messagesPerSecond);
  const theirs = Number(run(yardstick, [workload]).msgs_per_s);
  pairs.push({ core: ours, yardstick: theirs, ratio: ours / theirs });
  process.stderr.write(`pair ${i + 1}: ${ours} / ${theirs} = ${(ours / theirs).toFixed(3)}\n`);
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[numbers.length >> 1]!;
}

const ratios = pairs.map((pair) => pair.ratio);
process.stdout.write(
  `${JSON.stringify({
    core: median(pairs.map((pair) => pair.core)),
    yardstick: median(pairs.map((pair) => pair.yardstick)),
    ratio: Number(median(ratios).toFixed(3)),
    ratioMin: Number(Math.min(...ratios).toFixed(3)),
    ratioMax: Number(Math.max(...ratios).toFixed(3)),
    pairs: pairs.length,
  })}\n`,
);
