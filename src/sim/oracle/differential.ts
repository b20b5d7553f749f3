// The core and its oracle side by side: the same random commands, and every event, every book and
// every reject must be the same, and the invariants of R8 hold. A difference comes back as a seed
// and a tape as short as it goes.

import type { Limits } from '../../core/limits.ts';
import type { Command } from '../../core/plain.ts';
import { RandomCommands } from '../random-commands.ts';
import { profileOf } from '../random-profiles.ts';
import { tapeForm, tapeOf } from './command-tape.ts';
import { Comparison } from './comparison.ts';
import { shrink } from './shrink.ts';
import { coreSubject, type SubjectMaker } from './subject.ts';

/** Commands between two comparisons of whole books. */
const CHECK_INTERVAL = 1_000;
const SHRINK_MS_MAX = 20_000;

export interface Difference {
  readonly seed: number;
  /** What differed first, with both sides of it. */
  readonly what: string;
  /** The commands that still show a difference. */
  readonly commands: readonly Command[];
  /** Seed, what differed, and the commands as a tape. */
  readonly report: string;
}

export interface Outcome {
  /** Commands compared. */
  readonly commands: number;
  readonly events: number;
  /** Events and books that were held against the invariants. */
  readonly checks: number;
  readonly difference: Difference | undefined;
}

interface Run extends Omit<Outcome, 'commands' | 'difference'> {
  readonly log: readonly Command[];
  /** What differs first; undefined when nothing does. */
  readonly what: string | undefined;
}

/** Compares `count` random commands of one seed (a whole number, 0 or more). */
export function compareSeed(
  seed: number,
  count: number,
  make: SubjectMaker = coreSubject,
): Outcome {
  const { log, events, checks, what } = runSeed(seed, count, make);
  const difference = what === undefined ? undefined : shortest(seed, log, what, make);
  return { commands: log.length, events, checks, difference };
}

/** The same, up to the first difference, which is left as it is. */
export function runSeed(seed: number, count: number, make: SubjectMaker = coreSubject): Run {
  const stream = new RandomCommands(seed);
  const log: Command[] = [];
  const comparison = new Comparison(stream.profile.limits, make);
  let what: string | undefined;
  while (what === undefined && log.length < count) {
    const command = stream.next();
    log.push(command);
    what = comparison.step(command);
    for (const event of comparison.events) stream.observe(event);
    if (what === undefined && log.length % CHECK_INTERVAL === 0) what = comparison.check();
  }
  what ??= comparison.check() ?? comparison.replay(log);
  return { log, events: comparison.eventCount, checks: comparison.checks, what };
}

/** What differs first when these commands alone are compared; undefined when nothing does. */
export function compareCommands(
  commands: readonly Command[],
  limits: Limits,
  make: SubjectMaker = coreSubject,
): string | undefined {
  const comparison = new Comparison(limits, make);
  for (const command of commands) {
    const what = comparison.step(command);
    if (what !== undefined) return what;
  }
  return comparison.check() ?? comparison.replay(commands);
}

function shortest(
  seed: number,
  log: readonly Command[],
  first: string,
  make: SubjectMaker,
): Difference {
  const { limits, name } = profileOf(seed);
  const fails = (commands: readonly Command[]) =>
    compareCommands(commands, limits, make) !== undefined;
  // What a tape can say, if that is enough to show it.
  const said = tapeForm(log, limits);
  const failing = [said, log].find(fails);
  const commands = failing === undefined ? log : shrink(failing, fails, SHRINK_MS_MAX);
  const what = compareCommands(commands, limits, make) ?? first;
  const options = Object.entries(limits).map(([limit, value]) => ` --limit ${limit}=${value}`);
  const comments = [
    `seed ${seed} (${name}), command ${log.length}: ${first}`,
    `shrunk from ${log.length} to ${commands.length} commands: ${what}`,
    ...(failing === said ? [] : ['it needs what a tape cannot say']),
    `ringside tape${options.join('')} FILE`,
  ];
  const report = comment(comments.join('\n')) + tapeOf(commands, limits);
  return { seed, what, commands, report };
}

function comment(text: string): string {
  return text.replaceAll(/^/gm, '# ').concat('\n');
}
