// What has to be true of a world: the oracle keeps every command that got a sequence, applies those
// that are said to be durable to a core of its own, which never crashes and never reads a disk, and
// holds everything that is recovered or told against it.
//
//   commands ──▶ history ── durable ──▶ reference core ──▶ reports of each session, effects by id
//                   │                        │
//   a start: the log on the disk     its state, reports,        a client's frame: report by report
//            word for word           trades, wishes
//
// A command that was said to be durable has to be there after every crash; one that was not may be
// or not, and what is not is forgotten here too.

import { wordsToNumber } from '../../base/words.ts';
import { EVENT_NEW, EVENT_REPLACED } from '../../core/codes.ts';
import { COMMAND_WORDS } from '../../core/command-slot.ts';
import * as e from '../../core/event-slot.ts';
import { stateHash } from '../../core/views.ts';
import { LastTrades } from '../../feed/last-trades.ts';
import type { Disk } from '../../journal/disk.ts';
import { readJournal } from '../../journal/journal-reader.ts';
import type { Recovery } from '../../journal/recovery.ts';
import { type EventFollower, type Followers, Replica } from '../../journal/replica.ts';
import {
  SECTION_REPORTS,
  SECTION_STATE,
  SECTION_TRADES,
  SECTION_WISHES,
} from '../../journal/snapshot-layout.ts';
import { LoggedWishes } from '../../session/logged-wishes.ts';
import { ReportLedger } from '../../session/report-ledger.ts';
import { fillReport, ROUTE_WORDS, ROUTES_MAX, routeEvent } from '../../session/report-router.ts';
import * as r from '../../wire/report-layout.ts';
import type { WorldConfig } from './world-config.ts';

/** Not a section of snapshots: the oracle's own follower. */
const OWN = -1;
const ACCOUNT_IDS = 2 ** 40;

export type OnViolation = (what: string) => void;

/** What a snapshot has beside the core's state (workers/storage.ts). */
export function snapshotFollowers(config: WorldConfig): Map<number, EventFollower> {
  return new Map<number, EventFollower>([
    [SECTION_REPORTS, new ReportLedger(config.sessionLimits.retainedReports)],
    [SECTION_TRADES, new LastTrades()],
    [SECTION_WISHES, new LoggedWishes()],
  ]);
}

export class WorldOracle {
  readonly reference: Replica;
  /** Commands before it have been said to be durable. */
  durable = 1;
  /** The last command of which a client or consumer was told something. */
  told = 0;
  private readonly config: WorldConfig;
  private readonly onViolation: OnViolation;
  private readonly seen: SeenEvents;
  private history = new Int32Array(1_024 * COMMAND_WORDS);
  /** Sequence of the next command to get one. */
  private next = 1;

  constructor(config: WorldConfig, onViolation: OnViolation) {
    this.config = config;
    this.onViolation = onViolation;
    this.seen = new SeenEvents(onViolation);
    const followers: Followers = snapshotFollowers(config).set(OWN, this.seen);
    this.reference = new Replica(config.limits, followers);
  }

  /** Commands in the log, as far as they are durable. */
  get commands(): number {
    return this.durable - 1;
  }

  /** A command has its sequence. */
  onPublish(words: Int32Array, at: number, sequence: number): void {
    if (sequence !== this.next) this.onViolation(`command ${sequence} comes after ${this.next}`);
    const to = (sequence - 1) * COMMAND_WORDS;
    if (to + COMMAND_WORDS > this.history.length) {
      const grown = new Int32Array(this.history.length * 2);
      grown.set(this.history);
      this.history = grown;
    }
    for (let i = 0; i < COMMAND_WORDS; i++) this.history[to + i] = words[at + i]!;
    this.next = sequence + 1;
  }

  /** Commands before `sequence` are said to be durable. */
  onDurable(sequence: number): void {
    if (sequence < this.durable || sequence > this.next) {
      this.onViolation(`durable before ${sequence}, after ${this.durable} of ${this.next}`);
      return;
    }
    const from = this.reference.nextSequence;
    this.durable = sequence;
    if (sequence <= from) return;
    this.reference.apply(this.history, (from - 1) * COMMAND_WORDS, sequence - from);
  }

  /** The reports of a frame to a session, `count` from word `at` on. */
  onReports(session: number, words: Int32Array, at: number, count: number): void {
    for (let i = 0; i < count; i++) {
      const from = at + i * r.REPORT_WORDS;
      const number = wordsToNumber(words[from + r.R_REPORT_LOW]!, words[from + r.R_REPORT_HIGH]!);
      const command = wordsToNumber(
        words[from + r.R_COMMAND_LOW]!,
        words[from + r.R_COMMAND_HIGH]!,
      );
      this.onTold(command);
      const due = this.seen.reportOf(session, number);
      if (due !== null && isSame(words, from, due, 0, r.REPORT_WORDS)) continue;
      const what = due === null ? 'which nothing in the log causes' : 'which says another thing';
      this.onViolation(`session ${session} was told report ${number} of ${command}, ${what}`);
      return;
    }
  }

  /** Somebody was told what came of a command. */
  onTold(command: number): void {
    this.told = Math.max(this.told, command);
    if (command < this.durable) return;
    this.onViolation(`command ${command} was told of before it was durable`);
  }

  /** Whether a new order or a replace of this id has had an effect. */
  hasActed(account: number, clOrdId: bigint): boolean {
    return this.seen.effects.has(account * ACCOUNT_IDS + Number(clOrdId));
  }

  /** What somebody lost who was told of a command; '' when nobody did. */
  lossAt(nextSequence: number): string {
    if (nextSequence >= this.durable) return '';
    const told = this.told >= nextSequence ? `, of which clients were told up to ${this.told}` : '';
    return `commands ${nextSequence} … ${this.durable - 1} were durable and are lost${told}`;
  }

  /** A start has brought the state back. False: it is not what it has to be. */
  onRecovered(recovery: Recovery): boolean {
    const { nextSequence, replica } = recovery;
    const loss =
      nextSequence > this.next
        ? `commands up to ${nextSequence - 1} were recovered, and never sent`
        : this.lossAt(nextSequence);
    if (loss !== '') {
      this.onViolation(loss);
      return false;
    }
    this.next = nextSequence;
    this.onDurable(nextSequence);
    return this.compare(replica, 'recovered');
  }

  /** Every command that the disk still has is the one that got its sequence. */
  checkLog(dir: string, disk: Disk): void {
    const check = (words: Int32Array, at: number, count: number, first: number): void => {
      const from = (first - 1) * COMMAND_WORDS;
      if (isSame(words, at, this.history, from, count * COMMAND_WORDS)) return;
      this.onViolation(`the journal has other commands than were sent, from ${first} on`);
    };
    readJournal(dir, check, { disk });
  }

  /** Plays the whole history anew and compares. */
  checkReplay(): void {
    const replica = new Replica(this.config.limits, snapshotFollowers(this.config));
    replica.apply(this.history, 0, this.durable - 1);
    this.compare(replica, 'replayed');
  }

  private compare(replica: Replica, what: string): boolean {
    const own = stateHash(this.reference.core);
    const other = stateHash(replica.core);
    if (own !== other) {
      this.onViolation(`the ${what} state has hash ${other}, not ${own}`);
      return false;
    }
    const due = new Map(this.reference.sections().map(({ kind, parts }) => [kind, joined(parts)]));
    for (const { kind, parts } of replica.sections()) {
      if (kind === SECTION_STATE) continue;
      const [words, wanted] = [joined(parts), due.get(kind)!];
      if (words.length === wanted.length && isSame(words, 0, wanted, 0, words.length)) continue;
      this.onViolation(`section ${kind} of the ${what} state is another`);
      return false;
    }
    return true;
  }
}

/** What the reference core's events mean: each session's reports, and which ids had an effect. */
class SeenEvents implements EventFollower {
  /** account × 2^40 + clOrdId. */
  readonly effects = new Set<number>();
  private readonly reports = new Map<number, { words: Int32Array; count: number }>();
  private readonly routes = new Int32Array(ROUTES_MAX * ROUTE_WORDS);
  private readonly onViolation: OnViolation;

  constructor(onViolation: OnViolation) {
    this.onViolation = onViolation;
  }

  onEvents(slots: Int32Array, mask: number, from: number, end: number): void {
    const { routes } = this;
    for (let i = from | 0; i !== (end | 0); i = (i + 1) | 0) {
      const at = (i & mask) << e.EVENT_SHIFT;
      this.noteEffect(slots, at);
      const count = routeEvent(slots, at, routes);
      for (let route = 0; route < count; route++) {
        this.addReport(slots, at, routes[route * ROUTE_WORDS]!, routes[route * ROUTE_WORDS + 1]!);
      }
    }
  }

  /** The words of a session's report; null: there is none. */
  reportOf(session: number, number: number): Int32Array | null {
    const known = this.reports.get(session);
    if (known === undefined || number < 1 || number > known.count) return null;
    const at = (number - 1) * r.REPORT_WORDS;
    return known.words.subarray(at, at + r.REPORT_WORDS);
  }

  save(): Int32Array[] {
    return [];
  }

  restore(): void {}

  private noteEffect(slots: Int32Array, at: number): void {
    const type = slots[at + e.E_HEAD]! & e.EVENT_TYPE_MASK;
    if (type !== EVENT_NEW && type !== EVENT_REPLACED) return;
    const account = slots[at + e.E_ACCOUNT]! >>> 0;
    const id = wordsToNumber(slots[at + e.E_CLORDID_LOW]!, slots[at + e.E_CLORDID_HIGH]!);
    const key = account * ACCOUNT_IDS + id;
    if (this.effects.has(key)) this.onViolation(`order ${account}:${id} had its effect twice`);
    this.effects.add(key);
  }

  private addReport(slots: Int32Array, at: number, session: number, route: number): void {
    let known = this.reports.get(session);
    if (known === undefined) {
      known = { words: new Int32Array(256 * r.REPORT_WORDS), count: 0 };
      this.reports.set(session, known);
    }
    const to = known.count * r.REPORT_WORDS;
    if (to === known.words.length) {
      const grown = new Int32Array(to * 2);
      grown.set(known.words);
      known.words = grown;
    }
    known.count += 1;
    fillReport(slots, at, route, known.count, 0, known.words, to);
  }
}

function isSame(a: Int32Array, aAt: number, b: Int32Array, bAt: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (a[aAt + i] !== b[bAt + i]) return false;
  return true;
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
