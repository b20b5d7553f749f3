// The core and its oracle side by side: the same random commands, and every event, every book and
// every reject must be the same. A difference comes back as a seed and a tape as short as it goes.

import { SIDE_BUY, SIDE_SELL } from '../core/codes.ts';
import type { Limits } from '../core/limits.ts';
import type { Command } from '../core/plain.ts';
import type { CoreEvent } from '../core/plain-events.ts';
import { commandJson, tapeOf } from './command-tape.ts';
import { FlatEvent } from './flat-event.ts';
import { NaiveEngine } from './naive-book.ts';
import { leavesOf } from './naive-state.ts';
import { RandomCommands } from './random-commands.ts';
import { profileOf } from './random-profiles.ts';
import { shrink } from './shrink.ts';
import { coreSubject, type Subject, type SubjectMaker } from './subject.ts';

/** Commands between two comparisons of whole books. */
const CHECK_INTERVAL = 1_000;
/** Commands that a replaying engine did before, and was made to forget. */
const FORGOTTEN_COMMANDS = 500;
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
  readonly difference: Difference | undefined;
}

/** Compares `count` random commands of one seed (a whole number, 0 or more). */
export function compareSeed(
  seed: number,
  count: number,
  make: SubjectMaker = coreSubject,
): Outcome {
  const stream = new RandomCommands(seed);
  const { limits } = stream.profile;
  const log: Command[] = [];
  const comparison = new Comparison(limits, make);
  let what: string | undefined;
  while (what === undefined && log.length < count) {
    const command = stream.next();
    log.push(command);
    what = comparison.step(command);
    for (const event of comparison.events) stream.observe(event);
    if (what === undefined && log.length % CHECK_INTERVAL === 0) what = comparison.check();
  }
  what ??= comparison.check() ?? replay(log, limits, make, comparison);
  const difference = what === undefined ? undefined : shortest(seed, log, what, make);
  return { commands: log.length, events: comparison.eventCount, difference };
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
  return comparison.check() ?? replay(commands, limits, make, comparison);
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
  const commands = fails(log) ? shrink(log, fails, SHRINK_MS_MAX) : log;
  const what = compareCommands(commands, limits, make) ?? first;
  const options = Object.entries(limits).map(([limit, value]) => ` --limit ${limit}=${value}`);
  const comments = [
    `seed ${seed} (${name}), command ${log.length}: ${first}`,
    `shrunk from ${log.length} to ${commands.length} commands: ${what}`,
    `ringside tape${options.join('')} FILE`,
  ];
  const report = comment(comments.join('\n')) + tapeOf(commands, limits);
  return { seed, what, commands, report };
}

function comment(text: string): string {
  return text.replaceAll(/^/gm, '# ').concat('\n');
}

/** One engine under comparison beside a naive one. */
class Comparison {
  /** The oracle's events of the latest command. */
  events: readonly CoreEvent[] = [];
  eventCount = 0;
  readonly subject: Subject;
  private readonly oracle: NaiveEngine;
  private readonly limits: Limits;
  private readonly ours = new FlatEvent();
  private readonly theirs = new FlatEvent();
  private sequence = 0;

  constructor(limits: Limits, make: SubjectMaker) {
    this.limits = limits;
    this.subject = make(limits, 0);
    this.oracle = new NaiveEngine(limits);
  }

  /** Does one command on both sides. What differs, if anything. */
  step(command: Command): string | undefined {
    this.sequence++;
    this.events = this.oracle.apply(command);
    this.eventCount += this.events.length;
    try {
      return this.differentEvents(command, this.subject.apply(command));
    } catch (error) {
      return `${commandJson(command)} threw ${stackOf(error)}`;
    }
  }

  /** Compares the whole state. What differs, if anything. */
  check(): string | undefined {
    try {
      return this.differentState();
    } catch (error) {
      return `looking at the state threw ${stackOf(error)}`;
    }
  }

  private differentEvents(command: Command, events: readonly CoreEvent[]): string | undefined {
    if (!this.sameEvents(events)) {
      const expected = this.events.map(eventText);
      const found = events.map(eventText);
      return [
        `events of ${commandJson(command)}`,
        ...unequal(expected, found).map((line) => `  ${line}`),
      ].join('\n');
    }
    return this.invariant(events);
  }

  private differentState(): string | undefined {
    for (let instrument = 0; instrument <= this.limits.instruments + 1; instrument++) {
      const defined = this.oracle.hasInstrument(instrument);
      if (this.subject.hasInstrument(instrument) !== defined) return `instrument ${instrument}`;
      if (!defined) continue;
      for (const side of [SIDE_BUY, SIDE_SELL]) {
        const what = this.differentSide(instrument, side);
        if (what !== undefined) return `instrument ${instrument} side ${side}: ${what}`;
      }
    }
    return undefined;
  }

  private sameEvents(events: readonly CoreEvent[]): boolean {
    if (events.length !== this.events.length) return false;
    for (let i = 0; i < events.length; i++) {
      this.ours.set(this.events[i]!);
      this.theirs.set(events[i]!);
      if (!this.ours.equals(this.theirs)) return false;
    }
    return true;
  }

  /** R8, as far as it can be seen cheaply after every command. */
  private invariant(events: readonly CoreEvent[]): string | undefined {
    const last = events.length - 1;
    for (let i = 0; i <= last; i++) {
      const { sequence, end } = events[i]!;
      if (sequence !== this.sequence) return `sequence ${sequence} after ${this.sequence - 1}`;
      if (end !== (i === last)) return `event ${i} of ${last + 1}: end ${end}`;
    }
    const time = this.subject.time();
    if (time !== this.oracle.clock) return `time ${time}, not ${this.oracle.clock}`;
    const event = events[last]!;
    if ('instrument' in event) {
      const bid = this.subject.depth(event.instrument, SIDE_BUY, 1)[0];
      const ask = this.subject.depth(event.instrument, SIDE_SELL, 1)[0];
      if (bid !== undefined && ask !== undefined && bid[0] >= ask[0]) return 'crossed';
    }
    return undefined;
  }

  private differentSide(instrument: number, side: number): string | undefined {
    const levels = this.oracle.book(instrument, side).map(String);
    const levelsFound = this.subject.depth(instrument, side, 2 ** 31 - 1).map(String);
    const orders = this.oracle
      .restingOrders(instrument, side)
      .map((o) => [o.account, o.clOrdId, o.orderId, o.price, leavesOf(o)].join());
    const ordersFound = this.subject
      .restingOrders(instrument, side)
      .map((o) => [o.account, o.clOrdId, o.orderId, o.price, o.leaves].join());
    const what = [...unequal(levels, levelsFound), ...unequal(orders, ordersFound)];
    return what.length === 0 ? undefined : what.join('; ');
  }
}

/** The event as JSON whose keys are sorted, so that equal events are equal texts. */
function eventText(event: CoreEvent): string {
  return JSON.stringify(event, (_, value) =>
    typeof value === 'object' ? Object.fromEntries(Object.entries(value).sort()) : value,
  );
}

/** The first place where two lists differ, as two lines; none when they do not. */
function unequal(expected: readonly string[], found: readonly string[]): string[] {
  const length = Math.max(expected.length, found.length);
  for (let i = 0; i < length; i++) {
    if (expected[i] !== found[i]) return [`oracle ${i}: ${expected[i]}`, `found ${i}: ${found[i]}`];
  }
  return [];
}

/** R8: the same log again must give the same events and the same state, after `clear` too. */
function replay(
  log: readonly Command[],
  limits: Limits,
  make: SubjectMaker,
  { subject }: Comparison,
): string | undefined {
  try {
    const again = make(limits, 1);
    for (const command of log.slice(0, FORGOTTEN_COMMANDS)) again.apply(command);
    again.clear();
    for (const command of log) again.apply(command);
    const [hash, hashAgain] = [subject.hash(), again.hash()];
    return hash === hashAgain ? undefined : `hash ${hash}, after a replay ${hashAgain}`;
  } catch (error) {
    return `the replay threw ${stackOf(error)}`;
  }
}

function stackOf(error: unknown): string {
  return `${error instanceof Error ? error.stack : error}`;
}
