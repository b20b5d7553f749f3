// One client's connection as a state machine.
//
//   awaiting logon ──logon──▶ live ──▶ closed
//        └────────────────────────────────▲
//
//   inputs   frame, drained, tick, closed; events reach it through the session (sessions.ts)
//   outputs  ConnectionOutput, CommandPort (ports.ts)
//
// Invariants: after `close` or `closed` nothing more is sent. `cursor` is the next report that the
// socket gets; reports leave in order, each once. While more than unsentBytesPause bytes are
// unsent, reports and lists wait; answers and heartbeats do not.
//
// Limits: SessionLimits (session-limits.ts); what breaks one is closed with its CLOSE_* code.
//
// Times are whole milliseconds of a clock that never goes back.

import { assert } from '../base/assert.ts';
import { COMMAND_OPEN_ORDERS, REJECT_BUSY } from '../core/codes.ts';
import { CLOSE_NAMES, RETRY_AFTER } from '../wire/codes.ts';
import * as kinds from '../wire/frame-kinds.ts';
import { type Definition, type Logon, REFUSAL_WORDS } from '../wire/order-entry.ts';
import type { SessionContext } from './context.ts';
import { FloodWindow } from './flood-window.ts';
import { findSession, resumeFrom, welcome } from './logon.ts';
import { OpenOrderList } from './open-order-list.ts';
import { putForAccounts, putWish, requestOfQuestion } from './own-commands.ts';
import type { ConnectionOutput } from './ports.ts';
import { wordInChunk } from './report-store.ts';
import type { SessionState } from './session-state.ts';

const AWAITING_LOGON = 0;
const LIVE = 1;
const CLOSED = 2;
const NO_ENTRIES = new Int32Array(0);

export class Connection {
  private readonly context: SessionContext;
  private readonly out: ConnectionOutput;
  private readonly flood: FloodWindow;
  private state = AWAITING_LOGON;
  private session: SessionState | null = null;
  private generation = 0;
  private cancelOnDisconnect = false;
  /** The log says what the logon asked for, or it is in the ring that it will. */
  private isWishLogged = false;
  private cursor = 0;
  private list: OpenOrderList | null = null;
  private unsentBytes = 0;
  private openedMs: number;
  private heardMs: number;
  private sentMs: number;
  private tickedMs: number;
  /** When the socket last took something, or began to be too full. */
  private progressMs: number;

  constructor(context: SessionContext, out: ConnectionOutput, nowMs: number) {
    this.context = context;
    this.out = out;
    this.flood = new FloodWindow(context.limits, nowMs);
    this.openedMs = nowMs;
    this.heardMs = nowMs;
    this.sentMs = nowMs;
    this.tickedMs = nowMs;
    this.progressMs = nowMs;
  }

  get isLive(): boolean {
    return this.state === LIVE;
  }

  /** True when everything that there is for this client was given to its socket. */
  get isSent(): boolean {
    return this.state !== LIVE || (this.cursor === this.session!.reports.next && !this.list);
  }

  /** One binary message came. `bytes` are not kept. */
  frame(bytes: Uint8Array, nowMs: number): void {
    if (this.state === CLOSED) return;
    this.heardMs = nowMs;
    const code = this.flood.addFrame(nowMs) ? kinds.CLOSE_FLOOD : this.take(bytes, nowMs);
    if (code !== 0) this.close(code, nowMs);
  }

  /** The socket took some of what waited; `unsentBytes` are left. */
  drained(unsentBytes: number, nowMs: number): void {
    if (this.state === CLOSED) return;
    if (unsentBytes < this.unsentBytes) this.progressMs = nowMs;
    this.unsentBytes = unsentBytes;
    this.pump(nowMs);
  }

  /** Looks at all clocks. To be called a few times in each heartbeatMs. */
  tick(nowMs: number): void {
    if (this.state === CLOSED) return;
    this.excuse(nowMs);
    const code = this.overdue(nowMs);
    if (code !== 0) this.close(code, nowMs);
    if (this.state !== LIVE) return;
    this.ask();
    this.logWish();
    this.pump(nowMs);
    const isQuiet =
      this.unsentBytes === 0 && nowMs - this.sentMs >= this.context.limits.heartbeatMs;
    if (isQuiet) this.send(this.context.heartbeat, nowMs);
  }

  /** The socket is closed. */
  closed(nowMs: number): void {
    if (this.state === CLOSED) return;
    if (this.session !== null) this.context.observer.left(this.session.number);
    this.end(nowMs);
  }

  /** Closes the socket with a CLOSE_* code. */
  close(code: number, nowMs: number): void {
    if (this.state === CLOSED) return;
    this.context.observer.closed(this.session?.number ?? 0, code);
    this.end(nowMs);
    this.out.close(code, this.reasonOf(code));
  }

  /** The code's name; who is told to go because the server stops learns when to come back. */
  private reasonOf(code: number): string {
    const name = CLOSE_NAMES[code]!;
    if (code !== kinds.CLOSE_SHUTTING_DOWN) return name;
    return `${name} ${RETRY_AFTER}${this.context.limits.retryAfterMs}`;
  }

  /** Sends what there is and what the socket takes. */
  pump(nowMs: number): void {
    const { limits } = this.context;
    while (this.state === LIVE && this.unsentBytes <= limits.unsentBytesPause) {
      const place = this.list === null ? Number.POSITIVE_INFINITY : this.list.place;
      const end = Math.min(this.session!.reports.next, place);
      if (this.cursor < end) this.sendReports(end, nowMs);
      else if (this.cursor === place) this.sendEntries(nowMs);
      else break;
    }
    if (this.state !== LIVE) return;
    const entries = this.list === null ? 0 : this.list.entries.next - this.list.cursor;
    const waiting = this.session!.reports.next - this.cursor;
    if (Math.max(waiting, entries) > limits.unsentReportsMax) {
      this.close(kinds.CLOSE_BEHIND_RETENTION, nowMs);
    }
  }

  /** Sends a frame that belongs to no session's stream. */
  tell(bytes: Uint8Array, nowMs: number): void {
    if (this.state !== LIVE) return;
    if (this.unsentBytes > this.context.limits.unsentBytesMax) this.close(kinds.CLOSE_SLOW, nowMs);
    else this.send(bytes, nowMs);
  }

  /** The list that the own command `requestWord` (as a slot's word) belongs to, or null. */
  listOf(requestWord: number): OpenOrderList | null {
    const isOwn = requestWord >>> 0 === requestOfQuestion(this.generation);
    return isOwn && this.list !== null && !this.list.isEnded ? this.list : null;
  }

  /** The log says something about what the session wants: perhaps what an older logon wanted. */
  wishLogged(): void {
    this.isWishLogged = this.cancelOnDisconnect === this.session!.isToCancel;
  }

  private isMine(): boolean {
    return this.context.ownership.isMine(this.session!.index, this.generation);
  }

  /** Time in which this thread was held up, and heard nobody, is not held against the client. */
  private excuse(nowMs: number): void {
    const lateMs = nowMs - this.tickedMs - this.context.limits.heartbeatMs;
    this.tickedMs = nowMs;
    if (lateMs <= 0) return;
    this.openedMs = Math.min(nowMs, this.openedMs + lateMs);
    this.heardMs = Math.min(nowMs, this.heardMs + lateMs);
    this.progressMs = Math.min(nowMs, this.progressMs + lateMs);
  }

  /** The CLOSE_* code of the first clock that ran out, or 0. */
  private overdue(nowMs: number): number {
    const { limits } = this.context;
    if (this.state === AWAITING_LOGON) {
      return nowMs - this.openedMs > limits.logonMsMax ? kinds.CLOSE_LOGON_TIMEOUT : 0;
    }
    if (!this.isMine()) return kinds.CLOSE_TAKEN_OVER;
    if (nowMs - this.heardMs > limits.silenceMsMax) return kinds.CLOSE_SILENT;
    const isFull = this.unsentBytes > limits.unsentBytesPause;
    return isFull && nowMs - this.progressMs > limits.stalledMsMax ? kinds.CLOSE_SLOW : 0;
  }

  /** Does what a frame says; gives the CLOSE_* code that it deserves, or 0. */
  private take(bytes: Uint8Array, nowMs: number): number {
    const { decoder } = this.context;
    const code = decoder.decode(bytes);
    if (code !== 0) return code;
    if (this.state === AWAITING_LOGON) {
      return decoder.logon === null ? kinds.CLOSE_LOGON_FIRST : this.logOn(decoder.logon, nowMs);
    }
    if (!this.isMine()) return kinds.CLOSE_TAKEN_OVER;
    switch (decoder.kind) {
      case kinds.KIND_COMMANDS:
        return this.takeCommands(nowMs);
      case kinds.KIND_OPEN_ORDERS:
        return this.takeQuestion(decoder.request, nowMs);
      case kinds.KIND_DEFINE:
        return this.takeDefinition(decoder.definition!, nowMs);
      case kinds.KIND_HEARTBEAT:
        return 0;
      default:
        return kinds.CLOSE_BAD_FRAME;
    }
  }

  private logOn(logon: Logon, nowMs: number): number {
    const { context } = this;
    if (!context.isOpen) return kinds.CLOSE_SHUTTING_DOWN;
    const session = findSession(context, logon.token);
    if (session === null) return kinds.CLOSE_BAD_TOKEN;
    // The client may come from another thread, which was quicker with the newest events.
    context.catchUp();
    assert(this.state === AWAITING_LOGON, 'catching up does not touch who is not logged on');
    const before = session.live;
    this.session = session;
    this.state = LIVE;
    this.generation = context.ownership.take(session.index);
    this.cancelOnDisconnect = logon.cancelOnDisconnect;
    this.wishLogged();
    this.logWish();
    this.cursor = resumeFrom(session, logon.nextReport);
    session.live = this;
    context.observer.loggedOn(session.number, this.cursor);
    session.generation = this.generation;
    session.reports.pin = this.cursor;
    context.departures.forgive(session);
    before?.close(kinds.CLOSE_TAKEN_OVER, nowMs);
    this.send(welcome(context, session, logon, this.cursor), nowMs);
    this.pump(nowMs);
    return 0;
  }

  private takeCommands(nowMs: number): number {
    const { context } = this;
    const session = this.session!;
    const { words, commandsAt, commandCount } = context.decoder;
    // What the session wants is in the log before the orders that it wants it for.
    const isOpen =
      context.isOpen && this.logWish() && context.departures.isPassable(session, nowMs);
    const refused = context.intake.take(session, words, commandsAt, commandCount, isOpen);
    return refused === 0 ? 0 : this.refuse(context.intake.refusals, refused, nowMs);
  }

  /** False while the ring has no room for it. */
  private logWish(): boolean {
    const { port, stamp } = this.context;
    if (!this.isWishLogged && this.isMine()) {
      this.isWishLogged = putWish(port, stamp, this.session!, this.cancelOnDisconnect);
    }
    return this.isWishLogged;
  }

  private takeDefinition(definition: Definition, nowMs: number): number {
    const { context } = this;
    const reason = context.intake.define(this.session!, definition, context.isOpen);
    if (reason === 0) return 0;
    return this.refuse(Int32Array.of(definition.request, reason), 1, nowMs);
  }

  /**
   * Sends `count` refusals of REFUSAL_WORDS words. Gives the CLOSE_* code that the client deserves
   * by then, or 0.
   */
  refuse(refusals: Int32Array, count: number, nowMs: number): number {
    const { limits, encoder, observer } = this.context;
    observer.refused(this.session!.number, refusals, count);
    if (this.flood.addRefusals(count)) return kinds.CLOSE_FLOOD;
    // Answers cannot wait in the session, so a client that reads none of them has to go.
    if (this.unsentBytes > limits.unsentBytesMax) return kinds.CLOSE_SLOW;
    for (let i = 0; i < count && this.state === LIVE; i += kinds.RECORDS_PER_FRAME_MAX) {
      const records = Math.min(count - i, kinds.RECORDS_PER_FRAME_MAX);
      this.send(encoder.refusals(refusals, i * REFUSAL_WORDS, records), nowMs);
    }
    return 0;
  }

  /** One question at a time; another meanwhile is busy. */
  private takeQuestion(request: number, nowMs: number): number {
    if (this.list !== null || !this.context.isOpen) {
      return this.refuse(Int32Array.of(request, REJECT_BUSY), 1, nowMs);
    }
    const { questioned } = this.session!;
    this.list = new OpenOrderList(request, questioned.length, this.context.pool);
    this.ask();
    return 0;
  }

  /** Puts what is left of the question in the ring. */
  private ask(): void {
    const session = this.session!;
    if (this.list === null || this.list.accountsAsked === session.questioned.length) return;
    this.list.accountsAsked = putForAccounts(
      this.context.port,
      this.context.stamp,
      session,
      session.questioned,
      this.list.accountsAsked,
      COMMAND_OPEN_ORDERS,
      requestOfQuestion(this.generation),
    );
  }

  private sendReports(end: number, nowMs: number): void {
    const { reports } = this.session!;
    const count = Math.min(end - this.cursor, reports.runFrom(this.cursor));
    const chunk = reports.chunkOf(this.cursor);
    const bytes = this.context.encoder.reports(chunk, wordInChunk(this.cursor), count);
    if (!this.send(bytes, nowMs)) return;
    this.cursor += count;
    reports.pin = this.cursor;
  }

  private sendEntries(nowMs: number): void {
    const list = this.list!;
    const count = list.frameEntries;
    const isLast = list.isLast(count);
    const chunk = count === 0 ? NO_ENTRIES : list.entries.chunkOf(list.cursor);
    const bytes = this.context.encoder.openOrders(
      chunk,
      count === 0 ? 0 : wordInChunk(list.cursor),
      count,
      list.request,
      this.cursor - 1,
      isLast,
    );
    if (!this.send(bytes, nowMs)) return;
    list.sent(count);
    if (isLast) this.dropList();
  }

  /** False: the connection is closed, now or before. */
  private send(bytes: Uint8Array, nowMs: number): boolean {
    const unsentBytes = this.out.send(bytes);
    if (this.state !== LIVE) return false;
    if (unsentBytes < 0) {
      this.close(kinds.CLOSE_SLOW, nowMs);
      return false;
    }
    const { unsentBytesPause } = this.context.limits;
    if (this.unsentBytes <= unsentBytesPause) this.progressMs = nowMs;
    this.unsentBytes = unsentBytes;
    this.sentMs = nowMs;
    return true;
  }

  private dropList(): void {
    this.list?.entries.clear();
    this.list = null;
  }

  /** Lets go of the session, unless another connection has it now. */
  private end(nowMs: number): void {
    const session = this.session;
    this.state = CLOSED;
    this.context.connections.delete(this);
    this.dropList();
    if (session === null || session.live !== this) return;
    session.live = null;
    session.reports.pin = Number.POSITIVE_INFINITY;
    if (this.cancelOnDisconnect) this.context.departures.begin(session, nowMs);
  }
}
