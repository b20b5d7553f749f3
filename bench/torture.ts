// npm run torture: breaks a server and its journal in every way that this machine allows, and says
// whether anything that was acknowledged got lost, was done twice or changed. The last line is a
// JSON object; status 1 when something was, or when a part that had to run could not.

import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { damage } from './torture/damage.ts';
import { kills } from './torture/kills.ts';
import { order } from './torture/order.ts';
import type { Outcome, Part, TortureOptions } from './torture/part.ts';
import { servedDamage } from './torture/served-damage.ts';
import { syscalls } from './torture/syscalls.ts';
import { worlds } from './torture/worlds.ts';

const PARTS: readonly Part[] = [kills, syscalls, order, damage, servedDamage, worlds];

/** Figures of the last line, of whatever part they are. */
const LAST_LINE = [
  'kills',
  'ackedLost',
  'duplicated',
  'hashMismatches',
  'syscallPoints',
  'syscallFailures',
  'seeds',
  'commands',
  'faults',
  'violations',
  'flips',
  'cuts',
  'silent',
  'served',
  'servedSilent',
];
/** Stands for those of a part that was not run. */
const SKIPPED = 'skipped';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    seeds: { type: 'string', default: '1000' },
    samples: { type: 'string', default: '1000' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    stride: { type: 'string', default: '1' },
    jobs: { type: 'string', default: `${availableParallelism()}` },
    part: { type: 'string', multiple: true, default: [] },
    'require-strace': { type: 'boolean', default: process.env.REQUIRE_STRACE === '1' },
    json: { type: 'boolean', default: false },
  },
});

/** Goes to standard error when standard output is the JSON object's alone. */
function say(text: string): void {
  (values.json ? process.stderr : process.stdout).write(`${text}\n`);
}

function wholeNumber(
  name: 'rounds' | 'seeds' | 'samples' | 'seed' | 'stride' | 'jobs',
  least: number,
) {
  const number = Number(values[name]);
  if (Number.isSafeInteger(number) && number >= least) return number;
  process.stderr.write(`--${name} has to be a whole number from ${least}\n`);
  process.exit(2);
}

async function runPart(part: Part, options: TortureOptions): Promise<Outcome> {
  say(`${part.name}: ${part.title}`);
  const startMs = performance.now();
  const told = { ...options, say: (text: string) => say(`  ${text}`) };
  const outcome = await part.run(told);
  const seconds = Math.round((performance.now() - startMs) / 100) / 10;
  for (const text of outcome.skipped ?? []) say(`  skipped: ${text}`);
  for (const text of outcome.failures) say(`  FAILED: ${text}`);
  say(`  ${JSON.stringify(outcome.figures)}, ${seconds} s`);
  return { ...outcome, figures: { ...outcome.figures, seconds } };
}

/** The last line: the figures that it always has, then everything by part. */
function lastLine(outcomes: ReadonlyMap<Part, Outcome>, seed: number): object {
  const all = [...outcomes.values()];
  const found = Object.assign({}, ...all.map(({ figures }) => figures));
  const main = Object.fromEntries(LAST_LINE.map((key) => [key, found[key] ?? SKIPPED]));
  const failures = all.reduce((sum, outcome) => sum + outcome.failures.length, 0);
  const skipped = all.flatMap((outcome) => outcome.skipped ?? []);
  const parts = [...outcomes].map(([{ name }, { figures }]) => [name, figures]);
  return { ...main, failures, skipped, seed, parts: Object.fromEntries(parts) };
}

const unknown = values.part.find((name) => !PARTS.some((part) => part.name === name));
if (unknown !== undefined) {
  const names = PARTS.map(({ name }) => name).join(', ');
  process.stderr.write(`there is no part ${unknown}: ${names}\n`);
  process.exit(2);
}
const options: TortureOptions = {
  program: fileURLToPath(new URL('../ringside.js', import.meta.url)),
  seed: wholeNumber('seed', 0),
  rounds: wholeNumber('rounds', 1),
  samples: wholeNumber('samples', 1),
  seeds: wholeNumber('seeds', 1),
  stride: wholeNumber('stride', 1),
  jobs: wholeNumber('jobs', 1),
  isShort: false,
  needsStrace: values['require-strace'],
  say,
};
say(`seed ${options.seed}`);
const wanted = PARTS.filter(({ name }) => values.part.length === 0 || values.part.includes(name));
const outcomes = new Map<Part, Outcome>();
for (const part of wanted) outcomes.set(part, await runPart(part, options));
process.stdout.write(`${JSON.stringify(lastLine(outcomes, options.seed))}\n`);
const isGood = [...outcomes.values()].every(({ failures }) => failures.length === 0);
process.exitCode = isGood ? 0 : 1;
