// One engine beside the oracle, command by command: events, books, the invariants of R8.
//
// A second subject, the twin, gets the same commands, but in place of each that was rejected the
// plainest that changes as much (R2.3): a `time`, or an order for no instrument with the same id.
// If rejected commands change nothing else, both always answer alike and end in the same state.

import * as codes from '../../core/codes.ts';
import type { Limits } from '../../core/limits.ts';
import type { Command, NewOrder } from '../../core/plain.ts';
import type { CoreEvent } from '../../core/plain-events.ts';
import { commandJson } from './command-tape.ts';
import { FlatEvent } from './flat-event.ts';
import { Ledger } from './ledger.ts';
import { NaiveEngine } from './naive-book.ts';
import { leavesOf } from './naive-state.ts';
import type { Subject, SubjectMaker } from './subject.ts';

export class Comparison {
  /** The oracle's events of the latest command. */
  events: readonly CoreEvent[] = [];
  eventCount = 0;
  private readonly subject: Subject;
  private readonly twin: Subject;
  private readonly oracle: NaiveEngine;
  private readonly ledger = new Ledger();
  private readonly limits: Limits;
  private readonly ours = new FlatEvent();
  private readonly theirs = new FlatEvent();

  constructor(limits: Limits, make: SubjectMaker) {
    this.limits = limits;
    this.subject = make(limits, 0);
    this.twin = make(limits, 1);
    this.oracle = new NaiveEngine(limits);
  }

  /** Events and books that were held against the invariants. */
  get checks(): number {
    return this.ledger.checks;
  }

  /** Does one command on all sides. What differs, if anything. */
  step(command: Command): string | undefined {
    this.events = this.oracle.apply(command);
    this.eventCount += this.events.length;
    try {
      return this.differentAnswer(command, this.subject.apply(command));
    } catch (error) {
      return `${commandJson(command)} threw ${stackOf(error)}`;
    }
  }

  /** Compares the whole state. What differs, if anything. */
  check(): string | undefined {
    try {
      return this.differentState() ?? this.differentTwin();
    } catch (error) {
      return `looking at the state threw ${stackOf(error)}`;
    }
  }

  /** R8: the same log again must give the same events and the same state, after `clear` too. */
  replay(log: readonly Command[]): string | undefined {
    const { subject, twin } = this;
    try {
      twin.clear();
      for (const command of log) twin.apply(command);
      const hash = `${subject.stateHash()} ${subject.eventHash()}`;
      const hashAgain = `${twin.stateHash()} ${twin.eventHash()}`;
      return hash === hashAgain ? undefined : `hash ${hash}, after a replay ${hashAgain}`;
    } catch (error) {
      return `the replay threw ${stackOf(error)}`;
    }
  }

  private differentAnswer(command: Command, events: readonly CoreEvent[]): string | undefined {
    const what = this.different('oracle', this.events, events);
    if (what !== undefined) return `events of ${commandJson(command)}\n${what}`;
    const time = this.subject.time();
    if (time !== this.oracle.clock) return `time ${time}, not ${this.oracle.clock}`;
    const broken = this.ledger.take(command, events, this.subject);
    if (broken !== undefined) return `invariant after ${commandJson(command)}: ${broken}`;
    const isRejected = events.some(({ evt }) => evt === codes.EVENT_REJECTED);
    const answer = this.twin.apply(isRejected ? plainestReject(command) : command);
    const twinned = isRejected ? undefined : this.different('twin', answer, events);
    if (twinned === undefined) return undefined;
    return `a reject changed more: events of ${commandJson(command)}\n${twinned}`;
  }

  /** The first events that differ, as two lines. */
  private different(
    who: string,
    expected: readonly CoreEvent[],
    found: readonly CoreEvent[],
  ): string | undefined {
    if (this.sameEvents(expected, found)) return undefined;
    const lines = unequal(who, expected.map(eventText), found.map(eventText));
    return lines.map((line) => `  ${line}`).join('\n');
  }

  private sameEvents(expected: readonly CoreEvent[], found: readonly CoreEvent[]): boolean {
    if (expected.length !== found.length) return false;
    for (let i = 0; i < found.length; i++) {
      this.ours.set(expected[i]!);
      this.theirs.set(found[i]!);
      if (!this.ours.equals(this.theirs)) return false;
    }
    return true;
  }

  private differentState(): string | undefined {
    for (let instrument = 0; instrument <= this.limits.instruments + 1; instrument++) {
      const defined = this.oracle.hasInstrument(instrument);
      if (this.subject.hasInstrument(instrument) !== defined) return `instrument ${instrument}`;
      if (!defined) continue;
      for (const side of [codes.SIDE_BUY, codes.SIDE_SELL]) {
        const what = this.differentSide(instrument, side);
        if (what !== undefined) return `instrument ${instrument} side ${side}: ${what}`;
      }
    }
    return undefined;
  }

  private differentTwin(): string | undefined {
    const hash = this.subject.stateHash();
    const hashOfTwin = this.twin.stateHash();
    return hash === hashOfTwin ? undefined : `a reject changed the state: ${hash} ${hashOfTwin}`;
  }

  private differentSide(instrument: number, side: number): string | undefined {
    const levels = this.oracle.book(instrument, side).map(String);
    const levelsFound = this.subject.depth(instrument, side, 2 ** 31 - 1).map(String);
    const orders = this.oracle
      .restingOrders(instrument, side)
      .map((o) => [o.account, o.clOrdId, o.orderId, o.price, leavesOf(o), o.shown].join());
    const ordersFound = this.subject
      .restingOrders(instrument, side)
      .map((o) => [o.account, o.clOrdId, o.orderId, o.price, o.leaves, o.displayed].join());
    const what = [
      ...unequal('oracle', levels, levelsFound),
      ...unequal('oracle', orders, ordersFound),
    ];
    return what.length === 0 ? undefined : what.join('; ');
  }
}

/** R2.2: a new or replace uses its id up, whatever it is rejected for. */
function plainestReject(command: Command): Command {
  const { time, session, request } = command;
  const stamp = { ...(time === undefined ? {} : { time }), session: session!, request: request! };
  if (command.cmd !== codes.COMMAND_NEW && command.cmd !== codes.COMMAND_REPLACE) {
    return { cmd: codes.COMMAND_TIME, ...stamp };
  }
  const { account, clOrdId } = command;
  const order: NewOrder = {
    ...{ cmd: codes.COMMAND_NEW, ...stamp, account, clOrdId, instrument: 0, side: codes.SIDE_BUY },
    ...{ type: codes.TYPE_LIMIT, tif: codes.TIF_GTC, postOnly: false, stp: codes.STP_NONE, qty: 1 },
  };
  return order;
}

/** The event as JSON whose keys are sorted, so that equal events are equal texts. */
function eventText(event: CoreEvent): string {
  return JSON.stringify(event, (_, value) => {
    if (typeof value === 'bigint') return `${value}`;
    return typeof value === 'object' ? Object.fromEntries(Object.entries(value).sort()) : value;
  });
}

/** The first place where two lists differ, as two lines; none when they do not. */
function unequal(who: string, expected: readonly string[], found: readonly string[]): string[] {
  const length = Math.max(expected.length, found.length);
  for (let i = 0; i < length; i++) {
    if (expected[i] !== found[i]) return [`${who} ${i}: ${expected[i]}`, `found ${i}: ${found[i]}`];
  }
  return [];
}

function stackOf(error: unknown): string {
  return `${error instanceof Error ? error.stack : error}`;
}
