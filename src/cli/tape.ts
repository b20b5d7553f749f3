import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Command, InvalidArgumentError, Option } from 'commander';
import { InputError } from '../base/input-error.ts';
import { DEFAULT_LIMITS, LARGEST_LIMITS, type Limits } from '../core/limits.ts';
import { Tape } from '../sim/tape/tape.ts';
import { type ProgressBar, progressBar } from './progress.ts';

const STDIN = '-';
const BLOCK_BYTES = 1 << 20;

/** A smaller file is done before anybody could read a bar. */
const BAR_BYTES_MIN = 8_000_000;
const MB = 1_000_000;

const LIMIT_NAMES = Object.keys(LARGEST_LIMITS) as (keyof Limits)[];

const HELP = `
What the core cannot hold it refuses with capacity; one instrument too many stops the run.

Example:
  $ cat cross.tape
  {"cmd":"instrument","symbol":"TEST"}
  {"cmd":"new","symbol":"TEST","account":"A","clOrdId":"a1","side":"sell","qty":10,"price":100}
  {"cmd":"new","symbol":"TEST","account":"B","clOrdId":"b1","side":"buy","qty":4,"price":100}
  {"cmd":"book","symbol":"TEST"}
  $ ringside tape cross.tape

Exit status: 0 all lines ran, 2 wrong usage, an unreadable file or a malformed line
(FILE:LINE: what is wrong; the events of the lines before it are printed).`;

export function tapeCommand(): Command {
  return new Command('tape')
    .description(
      'Run a script of commands (JSON Lines) through the matching core, print its events.',
    )
    .argument('<file>', 'the script; - for standard input')
    .addOption(
      new Option('--limit <name=value>', 'how much the core holds, once for each limit')
        .argParser(withLimit)
        .default(
          DEFAULT_LIMITS,
          LIMIT_NAMES.map((name) => `${name}=${DEFAULT_LIMITS[name]}`).join(' '),
        ),
    )
    .addHelpText('after', HELP)
    .action((file: string, options: { limit: Limits }) => runTape(file, options.limit));
}

/** `limits` with what one --limit says. */
function withLimit(text: string, limits: Limits): Limits {
  const [, name, digits] = /^([a-z]+)=([0-9]{1,15})$/.exec(text) ?? [];
  const known = LIMIT_NAMES.find((limit) => limit === name);
  if (known === undefined) {
    throw new InvalidArgumentError(
      `It must be NAME=NUMBER, NAME one of ${LIMIT_NAMES.join(', ')}.`,
    );
  }
  const value = Number(digits);
  if (value < 1 || value > LARGEST_LIMITS[known]) {
    throw new InvalidArgumentError(`${known} must be in 1 … ${LARGEST_LIMITS[known]}.`);
  }
  return { ...limits, [known]: value };
}

/** Runs a file (or standard input) and prints its events on standard output. */
async function runTape(file: string, limits: Limits): Promise<void> {
  const tape = createTape(file, limits);
  const bar = await barFor(file);
  let bytesDone = 0;
  try {
    for await (const block of blocksOf(file)) {
      tape.push(block);
      await runLines(tape);
      bytesDone += block.length;
      bar.update(bytesDone / MB);
    }
    tape.end();
    await runLines(tape);
  } catch (error) {
    throw readable(error, file);
  } finally {
    bar.stop();
  }
}

function createTape(file: string, limits: Limits): Tape {
  try {
    return new Tape(file, limits, (text) => process.stdout.write(text));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError('there is not enough memory for these limits');
  }
}

/** Runs the lines that have come, no faster than standard output takes their events. */
async function runLines(tape: Tape): Promise<void> {
  while (tape.run()) await once(process.stdout, 'drain');
}

function blocksOf(file: string): Readable {
  return file === STDIN ? process.stdin : createReadStream(file, { highWaterMark: BLOCK_BYTES });
}

/** A bar for a long file, unless the events themselves go to the screen. */
async function barFor(file: string): Promise<ProgressBar> {
  const size = file === STDIN || process.stdout.isTTY ? 0 : await sizeOf(file);
  return size < BAR_BYTES_MIN ? { update: () => {}, stop: () => {} } : progressBar(size / MB, 'MB');
}

/** Bytes; 0 for what is no regular file, or cannot be read: opening it says why. */
async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'is a directory',
  EACCES: 'may not be read',
};

/** An error of the file system as one of input; any other as it is. */
function readable(error: unknown, file: string): unknown {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined || syscall === 'write') return error;
  return new InputError(`${file}: ${SYSTEM_ERRORS[code] ?? message}`);
}
