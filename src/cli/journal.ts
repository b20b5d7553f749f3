// `ringside journal verify|dump|stats|tail|diff`: data directories, read and never changed.

import { setTimeout as pause } from 'node:timers/promises';
import { Command } from 'commander';
import { InputError } from '../base/input-error.ts';
import { COMMAND_WORDS } from '../core/command-slot.ts';
import { REAL_DISK } from '../journal/disk.ts';
import { JournalDamage } from '../journal/journal-errors.ts';
import { type BatchReader, journalBatches, readJournal } from '../journal/journal-reader.ts';
import { JournalWatch } from '../journal/journal-watch.ts';
import { listSegments } from '../journal/segment-name.ts';
import { SnapshotUnusable } from '../journal/snapshot-file.ts';
import { jsonLine } from './client-options.ts';
import { EXIT_CHECK_FAILED } from './exit-codes.ts';
import { runDiff } from './journal-diff.ts';
import { commandObject } from './journal-lines.ts';
import { runStats } from './journal-stats.ts';
import { runVerify, type VerifyOptions } from './journal-verify.ts';
import { type Print, SyncOutput } from './sync-output.ts';
import { wholeNumber } from './whole-number.ts';

const HELP = `
Example:
  $ ringside journal verify ./exchange
  $ ringside journal dump ./exchange --from 1000 --to 1010
  $ ringside journal tail ./exchange --follow
  $ ringside journal diff ./exchange ./copy

One JSON object a line on standard output; 64-bit numbers are numbers up to 2^53-1, decimal strings
beyond, times (ns since 1970) always strings. schemas/journal.md describes the files. A directory
may be read while its server runs; what is being written then looks like a torn end.

Exit status: 0 sound or equal, 1 damage found (verify) or a difference (diff), 2 wrong usage, or
files that cannot be read.`;

const SEQUENCE_MAX = 999_999_999_999_999;
const FOLLOW_MS = 100;

interface DumpOptions {
  from?: number;
  to?: number;
}

interface TailOptions {
  lines: number;
  follow?: true;
}

export function journalCommand(): Command {
  const sequence = wholeNumber(1, SEQUENCE_MAX);
  const verify = new Command('verify')
    .description('check every segment and snapshot, several at a time')
    .argument('<dir>', 'data directory')
    .option('--threads <n>', 'default: one a processor', wholeNumber(1, 256))
    .action((dir: string, options: VerifyOptions) => told(dir, () => runVerify(dir, options)));
  const dump = new Command('dump')
    .description('print commands')
    .argument('<dir>', 'data directory')
    .option('--from <sequence>', 'first command (default: the first there is)', sequence)
    .option('--to <sequence>', 'last command (default: the last)', sequence)
    .action((dir: string, options: DumpOptions) =>
      told(dir, () => printed((print) => runDump(dir, options, print))),
    );
  const stats = new Command('stats')
    .description('count commands, batches, sessions, accounts')
    .argument('<dir>', 'data directory')
    .action((dir: string) => told(dir, () => printed((print) => runStats(dir, print))));
  const last = new Command('tail')
    .description('print the last commands, and with --follow those to come')
    .argument('<dir>', 'data directory')
    .option('-n, --lines <n>', 'how many', wholeNumber(0, 1_000_000_000), 10)
    .option('-f, --follow', 'go on until Ctrl-C')
    .action((dir: string, options: TailOptions) => told(dir, () => tail(dir, options)));
  const compare = new Command('diff')
    .description('find the first command at which two journals, or else their replays, differ')
    .argument('<a>', 'data directory')
    .argument('<b>', 'another')
    .action((a: string, b: string) => told(a, () => told(b, () => diff(a, b))));
  return [verify, dump, stats, last, compare].reduce(
    (group, command) => group.addCommand(command),
    new Command('journal')
      .description('look into the journal of a data directory')
      .addHelpText('after', HELP),
  );
}

function diff(a: string, b: string): void {
  if (!printed((print) => runDiff(a, b, print))) process.exitCode = EXIT_CHECK_FAILED;
}

/** Gives the work something to print with; also what it printed before an error comes out. */
function printed<T>(work: (print: Print) => T): T {
  const output = new SyncOutput();
  try {
    return work((line) => output.write(line));
  } finally {
    output.flush();
  }
}

/** Runs a command; a directory that cannot be read is bad input. */
export async function told(dir: string, run: () => void | Promise<void>): Promise<void> {
  try {
    REAL_DISK.list(dir);
    await run();
  } catch (error) {
    const isDamage = error instanceof JournalDamage || error instanceof SnapshotUnusable;
    if (isDamage || (error instanceof Error && 'syscall' in error)) {
      throw new InputError(error.message);
    }
    throw error;
  }
}

function lines(print: Print): BatchReader {
  return (words, at, count, first) => {
    for (let i = 0; i < count; i++) {
      print(jsonLine(commandObject(words, at + i * COMMAND_WORDS, first + i)));
    }
  };
}

/** Prints the commands from `from` to `to`, both included. */
export function runDump(
  dir: string,
  { from, to = Number.POSITIVE_INFINITY }: DumpOptions,
  print: Print,
): void {
  const printBatch = lines(print);
  for (const batch of journalBatches(dir, from === undefined ? {} : { from })) {
    const { words, at, count, firstSequence } = batch;
    if (firstSequence > to) break;
    printBatch(words, at, Math.min(count, to - firstSequence + 1), firstSequence);
  }
}

/** Prints the last `count` commands; returns the sequence that follows them. */
export function runTail(dir: string, count: number, print: Print): number {
  const segments = listSegments(REAL_DISK, dir);
  const last = segments.at(-1)?.firstSequence ?? 1;
  const { nextSequence } = readJournal(dir, () => {}, { from: last });
  const first = segments[0]?.firstSequence ?? 1;
  const from = Math.max(first, nextSequence - count);
  if (from >= nextSequence) return nextSequence;
  return readJournal(dir, lines(print), { from }).nextSequence;
}

async function follow(dir: string, from: number): Promise<void> {
  const watch = new JournalWatch(dir, from, REAL_DISK);
  let isOver = false;
  process.once('SIGINT', () => {
    isOver = true;
  });
  while (!isOver) {
    printed((print) => watch.poll(lines(print)));
    await pause(FOLLOW_MS);
  }
  watch.close();
}

async function tail(dir: string, options: TailOptions): Promise<void> {
  const next = printed((print) => runTail(dir, options.lines, print));
  if (options.follow === true) await follow(dir, next);
}
