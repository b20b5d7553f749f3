// What all benches do alike: they read options, say on what they ran, print their results for
// people or as one JSON object, leave them in a directory, and fail when a result is wrong.

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** What one run of a bench found out. */
export interface Outcome {
  /** The keys of the JSON object. */
  readonly told: Readonly<Record<string, unknown>>;
  /** The same for people. */
  readonly lines: readonly string[];
  /** What must be the same in every right run of these options; goes into `resultHash`. */
  readonly results: unknown;
  /** What is wrong, a sentence each; none: everything is right. */
  readonly wrong: readonly string[];
  /** Of the random numbers; null: it uses none. */
  readonly seed: number | null;
  /** Wait strategy of the threads; `none`: there is one thread alone. */
  readonly wait: string;
  /** More files for the directory of `--out`: their names and texts. */
  files?(): readonly (readonly [name: string, text: string])[];
}

export interface Bench<Options extends ParseArgsConfig['options']> {
  readonly name: string;
  /** Threads that are busy at the same time. */
  readonly coresNeeded: number;
  readonly options: Options;
  run(values: Values<Options>): Promise<Outcome> | Outcome;
}

type Values<Options extends ParseArgsConfig['options']> = ReturnType<
  typeof parseArgs<{ options: Options }>
>['values'];

/** An option that cannot be: exit status 2. */
export class OptionError extends Error {}

const COMMON = {
  json: { type: 'boolean', default: false },
  out: { type: 'string' },
} as const;

/** Reads the command line, runs the bench, prints and sets the exit status. */
export async function runBench<Options extends ParseArgsConfig['options']>(
  bench: Bench<Options>,
): Promise<void> {
  try {
    const { values } = parseArgs({ options: { ...bench.options, ...COMMON } });
    const { json, out } = values as { json: boolean; out?: string };
    const outcome = await bench.run(values as Values<Options>);
    const object = { ...headOf(bench, outcome), ...outcome.told };
    const lines = [...headLines(object), ...outcome.lines, ...wrongLines(outcome)];
    if (out !== undefined) {
      mkdirSync(out, { recursive: true });
      writeFileSync(join(out, `${bench.name}.json`), `${JSON.stringify(object, null, 2)}\n`);
      writeFileSync(join(out, `${bench.name}.txt`), `${lines.join('\n')}\n`);
      for (const [name, text] of outcome.files?.() ?? []) writeFileSync(join(out, name), text);
    }
    process.stdout.write(json ? `${JSON.stringify(object)}\n` : `${lines.join('\n')}\n`);
    process.exitCode = outcome.wrong.length === 0 ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${bench.name}: ${textOf(error)}\n`);
    process.exitCode = isOfOptions(error) ? 2 : 1;
  }
}

/** Processors that this process may use, also after it has pinned itself to one. */
export const PROCESSORS = os.availableParallelism();

/** A whole number of an option. Throws an OptionError. */
export function wholeNumber(name: string, text: string | undefined, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text ?? '') && Number.isSafeInteger(value) && value >= least) return value;
  throw new OptionError(`--${name} must be a whole number from ${least} on, not "${text}"`);
}

/** An option that must be given. Throws an OptionError. */
export function needed(name: string, text: string | undefined): string {
  if (text === undefined) throw new OptionError(`--${name} is needed`);
  return text;
}

/** One of a few words. Throws an OptionError. */
export function oneOf<T extends string>(name: string, text: string, words: readonly T[]): T {
  const found = words.find((word) => word === text);
  if (found === undefined) {
    throw new OptionError(`--${name} must be one of ${words.join(', ')}, not "${text}"`);
  }
  return found;
}

/** Where the servers of a bench have their matching: a value of the configuration. */
export function matchingThreadOf(text: string): 'auto' | 'own' | 'io' {
  return oneOf('matching-thread', text, ['auto', 'own', 'io']);
}

/** The value in the middle; of an even number of them, the upper one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** `1234567` as `1,234,567`. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

function headOf(bench: Pick<Bench<undefined>, 'name' | 'coresNeeded'>, outcome: Outcome) {
  const [cpu] = os.cpus();
  return {
    bench: bench.name,
    machine: `${cpu?.model.trim() ?? 'unknown'}, ${os.type()} ${os.release()} ${os.arch()}`,
    memoryBytes: os.totalmem(),
    node: process.version,
    coresNeeded: bench.coresNeeded,
    coresPresent: PROCESSORS,
    /** Of the system in the last minute, before this run's own: what else ran beside it. */
    loadAverage: rounded(LOAD_BEFORE, 2),
    waitStrategy: outcome.wait,
    seed: outcome.seed,
    resultHash: hashOf(outcome.results),
    isRight: outcome.wrong.length === 0,
    wrong: outcome.wrong,
  };
}

const LOAD_BEFORE = os.loadavg()[0]!;

function headLines(head: ReturnType<typeof headOf>): string[] {
  const { bench, machine, node, coresNeeded, coresPresent } = head;
  const seed = head.seed === null ? 'no random numbers' : `seed ${head.seed}`;
  return [
    `${bench}: ${machine}`,
    `  Node.js ${node}, ${coresNeeded} cores needed, ${coresPresent} present` +
      `, load ${head.loadAverage}, waiting: ${head.waitStrategy}, ${seed}`,
    `  hash of the results ${head.resultHash}`,
  ];
}

function wrongLines({ wrong }: Outcome): string[] {
  return wrong.map((sentence) => `WRONG: ${sentence}`);
}

/** 16 hexadecimal digits of what a run must have found. */
export function hashOf(results: unknown): string {
  return createHash('sha256').update(JSON.stringify(results)).digest('hex').slice(0, 16);
}

function isOfOptions(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return error instanceof OptionError || code.startsWith('ERR_PARSE_ARGS');
}

function textOf(error: unknown): string {
  if (isOfOptions(error)) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
