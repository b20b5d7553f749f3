// npm run mutants -- [--count N] [--seed S] [--jobs N] [--file PART] [--tests REGEXP] [--json]
// Plants bugs in the core, one at a time, mechanically (mutate-places.ts), and tries each against
// the fast suite (mutate-suite.ts). The sample is drawn by the seed, from every file of src/core in
// proportion. Exit status 1 when less than 95 % are caught, 2 on wrong usage.

import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { wholeNumber } from './bench-run.ts';
import type { Mutation } from './mutate-places.ts';
import { findPlaces, sample } from './mutate-sample.ts';
import { MutationSuite, type Verdict } from './mutate-suite.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CAUGHT_LEAST = 0.95;

interface Options {
  readonly count: number;
  readonly seed: number;
  readonly jobs: number;
  readonly file: string;
  readonly tests: RegExp;
  readonly json: boolean;
}

interface Result {
  readonly mutation: Mutation;
  readonly verdict: Verdict;
}

function readOptions(): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      count: text,
      seed: text,
      jobs: text,
      file: text,
      tests: text,
      json: { type: 'boolean', default: false },
    },
  });
  return {
    count: wholeNumber('count', values.count ?? '250', 1),
    seed: wholeNumber('seed', values.seed ?? '1', 0),
    jobs: wholeNumber('jobs', values.jobs ?? `${availableParallelism()}`, 1),
    file: values.file ?? '',
    tests: new RegExp(values.tests ?? ''),
    json: values.json,
  };
}

/** What `--json` prints. */
interface Report {
  readonly mutants: number;
  readonly caught: number;
  readonly survived: number;
  readonly caughtPercent: number;
  readonly looserAssertionsLeftOut: number;
  readonly seconds: number;
  readonly survivors: readonly { place: string; kind: string; change: string }[];
}

/** Tries mutations, several at a time; tells of each as it is done. */
async function tryAll(
  suite: MutationSuite,
  mutations: readonly Mutation[],
  jobs: number,
  tell: (line: string) => void,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = [...mutations];
  const work = async () => {
    for (let mutation = queue.shift(); mutation !== undefined; mutation = queue.shift()) {
      const verdict = await suite.run(await suite.bundle(mutation));
      results.push({ mutation, verdict });
      tell(`${results.length}/${mutations.length} ${say(mutation, verdict)}\n`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return results;
}

function say({ file, line, kind, shown }: Mutation, { caughtBy, ms }: Verdict): string {
  const verdict = caughtBy === undefined ? 'SURVIVED' : `caught by ${caughtBy}`;
  return `${file}:${line} ${kind}: ${shown} · ${verdict} (${Math.round(ms)} ms)`;
}

function byPlace(a: Result, b: Result): number {
  return a.mutation.file.localeCompare(b.mutation.file) || a.mutation.from - b.mutation.from;
}

function report(results: readonly Result[], looser: number, seconds: number): Report {
  const survivors = results.filter(({ verdict }) => verdict.caughtBy === undefined);
  const caught = results.length - survivors.length;
  return {
    mutants: results.length,
    caught,
    survived: survivors.length,
    caughtPercent: Number(((100 * caught) / results.length).toFixed(1)),
    looserAssertionsLeftOut: looser,
    seconds: Math.round(seconds),
    survivors: survivors.toSorted(byPlace).map(({ mutation: { file, line, kind, shown } }) => {
      return { place: `${file}:${line}`, kind, change: shown };
    }),
  };
}

function print(results: readonly Result[], told: Report, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(told)}\n`);
    return;
  }
  for (const { mutation, verdict } of results) {
    if (verdict.caughtBy === undefined) process.stdout.write(`${say(mutation, verdict)}\n`);
  }
  const { caught, mutants, caughtPercent, survived, seconds, looserAssertionsLeftOut } = told;
  const found = `${caught} of ${mutants} caught (${caughtPercent} %), ${survived} survived`;
  const leftOut = `left out: ${looserAssertionsLeftOut} looser assertions`;
  process.stdout.write(`${found}, ${seconds} s; ${leftOut}\n`);
}

/** The exit status. */
async function run(options: Options): Promise<number> {
  const start = performance.now();
  const places = findPlaces(ROOT, options.file);
  const mutations = sample(places, options.count, options.seed);
  if (mutations.length === 0) throw new RangeError(`no file of src/core is like ${options.file}`);
  const suite = await MutationSuite.create(ROOT, options.tests);
  try {
    const sound = await suite.run(await suite.bundle(undefined));
    if (sound.caughtBy !== undefined) {
      process.stderr.write(`mutants: the suite fails without a mutation: ${sound.caughtBy}\n`);
      return 2;
    }
    const tell = (line: string) => {
      if (options.json) process.stderr.write(line);
      else process.stdout.write(line);
    };
    const results = await tryAll(suite, mutations, options.jobs, tell);
    const looser = [...places.values()].reduce((sum, file) => sum + file.looser, 0);
    const told = report(results, looser, (performance.now() - start) / 1_000);
    print(results, told, options.json);
    return told.caught >= CAUGHT_LEAST * told.mutants ? 0 : 1;
  } finally {
    await suite.close();
  }
}

async function main(): Promise<number> {
  try {
    return await run(readOptions());
  } catch (error) {
    process.stderr.write(`mutants: ${error instanceof Error ? error.message : error}\n`);
    return 2;
  }
}

process.exitCode = await main();
