// The sessions of one thread: events in, reports out.
//
//   event ring ──onEvents──▶ report-router ──▶ session's report store (numbered, kept)
//                                                      │ flush: frames of up to 512 reports
//   sockets ◀──────────── Connection ◀─────────────────┘
//      └──frame──▶ Connection ──▶ CommandIntake ──▶ command ring
//
// Invariants: every thread is given every event, in order, so all number reports alike. Nothing
// here waits for a client or for the ring.
//
// Ownership: one thread; what threads share is in SessionOwnership alone.
//
// Known limitation: unanswered commands are counted by the thread that sent them. When a session
// moves to another thread with commands still under way, their ends are counted there, so for that
// moment it has up to CREDITS more.

import { EVENT_OPEN_ORDER } from '../core/codes.ts';
import * as e from '../core/event-slot.ts';
import {
  CLOSE_NOT_DURABLE,
  CLOSE_SHUTTING_DOWN,
  RECORDS_PER_FRAME_MAX,
  REFUSE_NOT_DURABLE,
  REQUEST_MAX,
} from '../wire/frame-kinds.ts';
import {
  ClientFrameDecoder,
  encodeHeartbeat,
  encodeInstrumentChanges,
  REFUSAL_WORDS,
  ServerFrameEncoder,
} from '../wire/order-entry.ts';
import { CommandIntake } from './command-intake.ts';
import { Connection } from './connection.ts';
import type { SessionContext } from './context.ts';
import { Departures } from './departures.ts';
import { HighestIds } from './highest-ids.ts';
import { InstrumentList } from './instrument-list.ts';
import { REQUEST_TO_CANCEL, REQUEST_TO_KEEP } from './own-commands.ts';
import {
  type CommandPort,
  type ConnectionOutput,
  NO_OBSERVER,
  type SessionObserver,
  type SessionOwnership,
  type Stamp,
} from './ports.ts';
import { readLedger } from './report-ledger.ts';
import { fillReport, ROUTE_END, ROUTE_WORDS, ROUTES_MAX, routeEvent } from './report-router.ts';
import { ChunkPool } from './report-store.ts';
import {
  type AccountConfig,
  checkSessions,
  type SessionConfig,
  TokenTable,
} from './session-config.ts';
import { DEFAULT_SESSION_LIMITS, type SessionLimits } from './session-limits.ts';
import { SessionState } from './session-state.ts';

export interface SessionsOptions {
  readonly sessions: readonly SessionConfig[];
  readonly port: CommandPort;
  readonly stamp: Stamp;
  readonly ownership: SessionOwnership;
  /** All accounts of the exchange, for operators. Default: those of the sessions. */
  readonly accounts?: readonly AccountConfig[];
  /**
   * Hands every event that may be read by now to `onEvents`; called before a logon is answered, so
   * that a client coming from another thread never finds this one behind. Not needed with one
   * thread.
   */
  readonly catchUp?: () => void;
  /** Default: nobody. */
  readonly observer?: SessionObserver;
  /** Those not named are DEFAULT_SESSION_LIMITS. */
  readonly limits?: Partial<SessionLimits>;
}

/** What the sessions of a recovered exchange know. */
export interface SessionsImage {
  /** Retained reports (report-ledger.ts). */
  readonly reports: Int32Array;
  /** Three words for each account: its number and the highest clOrdId that it used. */
  readonly accounts: Int32Array;
  /** Slots of events that tell the instruments (core/instrument-events.ts). */
  readonly instruments: Int32Array;
  /** Sessions that want their orders canceled when they are lost (logged-wishes.ts). */
  readonly wishes: Int32Array;
}

export class Sessions {
  private readonly context: SessionContext;
  /** By number as int32. */
  private readonly byNumber = new Map<number, SessionState>();
  private readonly routes = new Int32Array(ROUTES_MAX * ROUTE_WORDS);
  private readonly touched: SessionState[] = [];

  /** Throws an InputError on a configuration that cannot be. */
  constructor(options: SessionsOptions) {
    const { sessions, port, stamp, ownership } = options;
    checkSessions(sessions);
    const limits = { ...DEFAULT_SESSION_LIMITS, ...options.limits };
    const pool = new ChunkPool(limits.spareChunksMax);
    const states = sessions.map((session, i) => new SessionState(session, i, pool, limits));
    for (const state of states) this.byNumber.set(state.number | 0, state);
    const ofSessions = sessions.flatMap((session) => session.accounts);
    const accounts = options.accounts ?? uniqueAccounts(ofSessions);
    const instruments = new InstrumentList();
    this.context = {
      limits,
      port,
      stamp,
      ownership,
      instruments,
      accounts,
      catchUp: options.catchUp ?? (() => {}),
      observer: options.observer ?? NO_OBSERVER,
      decoder: new ClientFrameDecoder(),
      encoder: new ServerFrameEncoder(),
      heartbeat: encodeHeartbeat(),
      intake: new CommandIntake(port, stamp, instruments, limits.credits),
      departures: new Departures(port, stamp, ownership, limits.graceMs),
      highestIds: new HighestIds([...ofSessions, ...accounts].map(({ number }) => number)),
      pool,
      tokens: new TokenTable(sessions.map((session) => session.token)),
      sessions: states,
      connections: new Set(),
      isOpen: true,
    };
  }

  /** Goes on where an earlier process was. Before any event. */
  restore({ reports, accounts, instruments, wishes }: SessionsImage): void {
    for (const { session, first, count, at } of readLedger(reports)) {
      this.byNumber.get(session)?.reports.takeOver(first, reports, at, count);
    }
    this.context.highestIds.restore(accounts);
    this.context.instruments.restore(instruments);
    for (const session of wishes) {
      const known = this.byNumber.get(session);
      if (known !== undefined) known.isToCancel = true;
    }
  }

  /** A client connected. Its messages go to the connection, also when it is not logged on yet. */
  open(out: ConnectionOutput, nowMs: number): Connection {
    const connection = new Connection(this.context, out, nowMs);
    this.context.connections.add(connection);
    return connection;
  }

  /**
   * Takes in the events from cursor `from` up to, without, `end` (wrapping int32): event i lies in
   * slot `i & mask`. All events since the beginning of the journal, in order, each once.
   */
  onEvents(slots: Int32Array, mask: number, from: number, end: number): void {
    for (let i = from | 0; i !== (end | 0); i = (i + 1) | 0) {
      this.onEvent(slots, (i & mask) << e.EVENT_SHIFT);
    }
  }

  /** Sends what came in since the last flush. Once for each batch of events. */
  flush(nowMs: number): void {
    this.tellInstruments(nowMs);
    for (let i = 0; i < this.touched.length; i++) {
      const session = this.touched[i]!;
      session.isTouched = false;
      session.live?.pump(nowMs);
    }
    this.touched.length = 0;
  }

  /** Looks at every clock. To be called a few times in each heartbeatMs. */
  tick(nowMs: number): void {
    this.context.departures.advance(nowMs);
    for (const connection of this.context.connections) connection.tick(nowMs);
  }

  /**
   * The process began anew and clients can log on: the orders of the sessions that want it, as the
   * log says, are canceled when graceMs have passed, unless they log on before. In one thread only.
   */
  awaitReturns(nowMs: number): void {
    for (const session of this.context.sessions) {
      if (session.isToCancel && session.live === null) {
        this.context.departures.begin(session, nowMs);
      }
    }
  }

  /** From now on every command is answered with busy, and logons are closed. */
  stopIntake(): void {
    this.context.isOpen = false;
  }

  /** True when no answer is missing and no mass cancel waits for the ring. */
  get isSettled(): boolean {
    if (this.context.departures.count > 0) return false;
    for (const session of this.context.sessions) if (session.unanswered > 0) return false;
    for (const connection of this.context.connections) if (!connection.isSent) return false;
    return true;
  }

  /**
   * Closes every connection with CLOSE_SHUTTING_DOWN. Mass cancels of cancel-on-disconnect go out
   * at once, without a grace; `tick` until `isSettled`.
   */
  closeAll(nowMs: number): void {
    this.stopIntake();
    for (const connection of this.context.connections) connection.close(CLOSE_SHUTTING_DOWN, nowMs);
    this.context.departures.endGrace(nowMs);
  }

  /**
   * The journal's disk has failed. `commands` are session and request, as words, of those that will
   * never be acknowledged: their clients get them back with REFUSE_NOT_DURABLE. Then every
   * connection is closed with CLOSE_NOT_DURABLE.
   */
  fail(commands: readonly number[], nowMs: number): void {
    this.stopIntake();
    const refused = new Map<SessionState, number[]>();
    for (let i = 0; i < commands.length; i += 2) {
      const session = this.byNumber.get(commands[i]!);
      const request = commands[i + 1]!;
      if (session === undefined || !session.live || request >>> 0 > REQUEST_MAX) continue;
      const refusals = refused.get(session) ?? [];
      refusals.push(request, REFUSE_NOT_DURABLE);
      refused.set(session, refusals);
    }
    for (const [session, refusals] of refused) {
      session.live?.refuse(Int32Array.from(refusals), refusals.length / REFUSAL_WORDS, nowMs);
    }
    for (const connection of this.context.connections) connection.close(CLOSE_NOT_DURABLE, nowMs);
  }

  /** Sessions that are logged on in this thread. */
  get liveCount(): number {
    let count = 0;
    for (const session of this.context.sessions) if (session.live !== null) count += 1;
    return count;
  }

  /** Number of the session's next report, for metrics and tests. Undefined: no such session. */
  nextReport(sessionNumber: number): number | undefined {
    return this.byNumber.get(sessionNumber | 0)?.reports.next;
  }

  /** Before the reports of the same batch, so that nobody meets an instrument unknown to it. */
  private tellInstruments(nowMs: number): void {
    const { connections, instruments } = this.context;
    const changed = instruments.takeChanged();
    if (connections.size === 0) return;
    for (let from = 0; from < changed.length; from += RECORDS_PER_FRAME_MAX) {
      const bytes = encodeInstrumentChanges(changed.slice(from, from + RECORDS_PER_FRAME_MAX));
      for (const connection of connections) connection.tell(bytes, nowMs);
    }
  }

  private onEvent(slots: Int32Array, at: number): void {
    this.context.instruments.follow(slots, at);
    this.context.highestIds.follow(slots, at);
    const count = routeEvent(slots, at, this.routes);
    for (let i = 0; i < count; i++) {
      const session = this.byNumber.get(this.routes[i * ROUTE_WORDS]!);
      if (session === undefined) continue;
      this.report(slots, at, session, this.routes[i * ROUTE_WORDS + 1]!);
    }
    if (slots[at + e.E_REQUEST]! >>> 0 > REQUEST_MAX) this.onOwnEvent(slots, at);
  }

  private report(slots: Int32Array, at: number, session: SessionState, route: number): void {
    const { reports } = session;
    const chunk = reports.add();
    fillReport(slots, at, route, reports.addedLow, reports.addedHigh, chunk, reports.addedAt);
    if ((route & ROUTE_END) !== 0) session.answered();
    this.touch(session);
  }

  /**
   * An event of a command that the server sent itself: a list of open orders grows, or the log says
   * what a session wants.
   */
  private onOwnEvent(slots: Int32Array, at: number): void {
    const session = this.byNumber.get(slots[at + e.E_SESSION]!);
    if (session === undefined) return;
    const request = slots[at + e.E_REQUEST]! >>> 0;
    if (request === REQUEST_TO_CANCEL || request === REQUEST_TO_KEEP) {
      session.isToCancel = request === REQUEST_TO_CANCEL;
      session.live?.wishLogged();
      return;
    }
    const list = session.live?.listOf(request);
    if (!list) return;
    const head = slots[at + e.E_HEAD]!;
    const place = session.reports.next;
    if ((head & e.EVENT_TYPE_MASK) === EVENT_OPEN_ORDER) list.add(slots, at, place);
    if ((head & e.EVENT_END) !== 0) list.endAccount(place);
    this.touch(session);
  }

  private touch(session: SessionState): void {
    if (session.isTouched) return;
    session.isTouched = true;
    this.touched.push(session);
  }
}

/** Each once: sessions may share accounts. */
function uniqueAccounts(accounts: readonly AccountConfig[]): AccountConfig[] {
  return [...new Map(accounts.map((account) => [account.number, account])).values()];
}
