// The engine: one command slot in, its events out. A pure function of the command log: it reads no
// clock, no randomness, no environment. What an order goes through is drawn in src/README.md.

import { assert } from '../base/assert.ts';
import { applyKill, applyMassCancel, applyOpenOrders, judgeKilled } from './account-commands.ts';
import { accountFor, isIdFresh } from './accounts.ts';
import { canRest, enter } from './acting.ts';
import { CLEARING_NUMBERS, publishIndicatives } from './auction.ts';
import { findInstrument, instrumentOfOrder, needsPage, removeOrderAt, takeOrder } from './book.ts';
import * as codes from './codes.ts';
import * as c from './command-slot.ts';
import type { Core } from './core.ts';
import { emitCanceled, emitEnd, emitNew, emitRejected } from './emit.ts';
import type { EventOut } from './event-buffer.ts';
import { addExtra, isDayOrder } from './extras.ts';
import { isAtMost64 } from './halt.ts';
import { applyInstrument, applyPhase, applySymbol } from './instruments.ts';
import { judgeNewTerms } from './judge.ts';
import type { Limits } from './limits.ts';
import { LOOK_AHEAD_COMMANDS } from './look-ahead.ts';
import * as map from './memory-layout.ts';
import { clearMap, createMap } from './memory-map.ts';
import { findLink } from './order-index.ts';
import { runTimetables } from './phases.ts';
import { acceptReplace } from './replace.ts';
import { judgeLevelRoom, judgeStopRoom, wouldTrade } from './room.ts';

/** Lays the state out for `limits`, empty. Events go to `out`. Throws on a limit out of range. */
export function createCore(limits: Limits, out: EventOut): Core {
  return {
    m: createMap(limits),
    out,
    clearing: new Float64Array(CLEARING_NUMBERS),
    ahead: new Int32Array(LOOK_AHEAD_COMMANDS),
  };
}

/** Empties a core in place. Events still unread in its EventOut stay there. */
export function clearCore(core: Core): void {
  clearMap(core.m);
}

/**
 * Applies the command whose slot (command-slot.ts) begins at word `at` of `commands`. Writes at
 * least one event; the last has EVENT_END. Throws only on a slot that no decoder may let through.
 */
export function apply(core: Core, commands: Int32Array, at: number): void {
  const m = core.m;
  const firstCursor = core.out.cursor;
  beginCommand(m, commands, at);
  if (isAtMost64(m, map.H_DUE_LOW, map.H_CLOCK_LOW)) runTimetables(core);
  applyCommand(core, commands, at);
  if (m[map.H_UNPUBLISHED] !== 0) publishIndicatives(core);
  emitEnd(core, firstCursor);
}

function applyCommand(core: Core, commands: Int32Array, at: number): void {
  switch (commands[at + c.C_HEAD] & c.HEAD_COMMAND_MASK) {
    case codes.COMMAND_NEW:
    case codes.COMMAND_REPLACE:
      applyOrder(core, commands, at);
      break;
    case codes.COMMAND_CANCEL:
      applyCancel(core, commands, at);
      break;
    case codes.COMMAND_MASS_CANCEL:
      applyMassCancel(core, commands, at);
      break;
    case codes.COMMAND_OPEN_ORDERS:
      applyOpenOrders(core, commands, at);
      break;
    case codes.COMMAND_INSTRUMENT:
      applyInstrument(core, commands, at);
      break;
    case codes.COMMAND_SYMBOL:
      applySymbol(core, commands, at);
      break;
    case codes.COMMAND_PHASE:
      applyPhase(core, commands, at);
      break;
    case codes.COMMAND_KILL:
      applyKill(core, commands, at);
      break;
    default:
      assert(
        (commands[at + c.C_HEAD] & c.HEAD_COMMAND_MASK) === codes.COMMAND_TIME,
        'a decoder lets only known commands through',
      );
  }
}

/** Counts the command, moves the clock (never back), notes who asked. */
function beginCommand(m: Int32Array, commands: Int32Array, at: number): void {
  const sequenceLow = (m[map.H_SEQUENCE_LOW] + 1) | 0;
  m[map.H_SEQUENCE_LOW] = sequenceLow;
  if (sequenceLow === 0) m[map.H_SEQUENCE_HIGH] += 1;
  const low = commands[at + c.C_TIME_LOW];
  const high = commands[at + c.C_TIME_HIGH];
  const clockHigh = m[map.H_CLOCK_HIGH];
  if (high === clockHigh) {
    if (low >>> 0 > m[map.H_CLOCK_LOW] >>> 0) m[map.H_CLOCK_LOW] = low;
  } else if (high >>> 0 > clockHigh >>> 0) {
    m[map.H_CLOCK_LOW] = low;
    m[map.H_CLOCK_HIGH] = high;
  }
  m[map.H_SESSION] = commands[at + c.C_SESSION];
  m[map.H_REQUEST] = commands[at + c.C_REQUEST];
}

/** A replace is judged as the new order that it amounts to (R4), and enters the book as one. */
function applyOrder(core: Core, commands: Int32Array, at: number): void {
  const m = core.m;
  const account = accountFor(m, commands, at);
  const isFresh = isIdFresh(m, commands, at, account);
  const isNew = (commands[at + c.C_HEAD] & c.HEAD_COMMAND_MASK) === codes.COMMAND_NEW;
  const order = isNew
    ? acceptNew(core, commands, at, account, isFresh)
    : acceptReplace(core, commands, at, account, isFresh);
  if (order !== 0) enter(core, order, instrumentOfOrder(m, order), isNew ? account : 0);
}

/** The record of a new order, 0 = it was rejected. */
function acceptNew(
  core: Core,
  commands: Int32Array,
  at: number,
  account: number,
  isFresh: boolean,
): number {
  const m = core.m;
  const instrument = findInstrument(m, commands[at + c.C_INSTRUMENT]);
  let reason = 0;
  if (instrument === 0) reason = codes.REJECT_UNKNOWN_SYMBOL;
  else if (!isFresh) reason = codes.REJECT_DUPLICATE_CLORDID;
  else {
    reason =
      judgeNewTerms(commands, at) ||
      judgeKilled(m, account) ||
      judgeNewAgainstBook(m, commands, at, instrument);
  }
  if (reason === 0 && account === 0) reason = codes.REJECT_CAPACITY;
  if (reason !== 0) {
    emitRejected(core, commands, at, reason);
    return 0;
  }
  const order = createOrder(m, commands, at);
  emitNew(core, order);
  return order;
}

/** The rejects of a new order that depend on instrument and book (R7, from post_only on). */
function judgeNewAgainstBook(
  m: Int32Array,
  commands: Int32Array,
  at: number,
  instrument: number,
): number {
  const head = commands[at + c.C_HEAD];
  const flags = head >>> c.HEAD_SIDE_SHIFT;
  const side = flags & map.FLAG_SIDE;
  const price = commands[at + c.C_PRICE];
  if (m[instrument + map.I_PHASE] === codes.PHASE_CONTINUOUS) {
    if ((head & c.HEAD_POST_ONLY) !== 0 && wouldTrade(m, instrument, side, price)) {
      return codes.REJECT_POST_ONLY_WOULD_CROSS;
    }
  } else if (!isAcceptedByPhase(m[instrument + map.I_PHASE], flags)) {
    return codes.REJECT_PHASE;
  }
  const type = (flags >>> map.FLAG_TYPE_SHIFT) & map.FLAG_TYPE_MASK;
  if (type < codes.TYPE_STOP && !canRest(flags)) return 0;
  if (m[map.H_RESTING] >= m[map.H_ORDERS_LIMIT]) return codes.REJECT_CAPACITY;
  if (type < codes.TYPE_STOP) return judgeLevelRoom(m, instrument, side, price);
  return judgeStopRoom(m, instrument, flags, commands[at + c.C_STOP_PRICE], needsPage(flags));
}

/** Whether a phase other than continuous takes a new order of these terms. */
function isAcceptedByPhase(phase: number, flags: number): boolean {
  if (phase !== codes.PHASE_PRE_OPEN && phase !== codes.PHASE_AUCTION) return false;
  const type = (flags >>> map.FLAG_TYPE_SHIFT) & map.FLAG_TYPE_MASK;
  const tif = (flags >>> map.FLAG_TIF_SHIFT) & map.FLAG_TIF_MASK;
  const isPostOnly = (flags & map.FLAG_POST_ONLY) !== 0;
  return type !== codes.TYPE_MARKET && tif <= codes.TIF_DAY && !isPostOnly;
}

/** A record for an accepted order, with the next orderId. */
function createOrder(m: Int32Array, commands: Int32Array, at: number): number {
  const order = takeOrder(m);
  const head = commands[at + c.C_HEAD];
  const terms = (head >>> c.HEAD_SIDE_SHIFT) & 0x1ff;
  m[order + map.O_FLAGS] = terms | (commands[at + c.C_INSTRUMENT] << map.FLAG_INSTRUMENT_SHIFT);
  m[order + map.O_ACCOUNT] = commands[at + c.C_ACCOUNT];
  m[order + map.O_CLORDID_LOW] = commands[at + c.C_CLORDID_LOW];
  m[order + map.O_CLORDID_HIGH] = commands[at + c.C_CLORDID_HIGH];
  m[order + map.O_PRICE] = (head & c.HAS_PRICE) !== 0 ? commands[at + c.C_PRICE] : 0;
  m[order + map.O_LEAVES] = commands[at + c.C_QTY];
  m[order + map.O_QTY] = commands[at + c.C_QTY];
  m[order + map.O_OWNER] = commands[at + c.C_SESSION];
  const idLow = (m[map.H_ORDER_LOW] + 1) | 0;
  m[map.H_ORDER_LOW] = idLow;
  if (idLow === 0) m[map.H_ORDER_HIGH] += 1;
  m[order + map.O_ORDER_LOW] = idLow;
  m[order + map.O_ORDER_HIGH] = m[map.H_ORDER_HIGH];
  if ((head & (c.HAS_DISPLAY_QTY | c.HAS_STOP_PRICE)) !== 0 || isDayOrder(m, order)) {
    writeExtra(m, addExtra(m, order), commands, at);
  }
  return order;
}

function writeExtra(m: Int32Array, extra: number, commands: Int32Array, at: number): void {
  const head = commands[at + c.C_HEAD];
  if ((head & c.HAS_DISPLAY_QTY) !== 0) {
    m[extra + map.X_DISPLAY_QTY] = commands[at + c.C_DISPLAY_QTY];
    m[extra + map.X_SHOWN] = commands[at + c.C_DISPLAY_QTY];
  }
  if ((head & c.HAS_STOP_PRICE) !== 0) {
    m[extra + map.X_STOP_PRICE] = commands[at + c.C_STOP_PRICE];
    m[extra + map.X_WAITS] = map.WAITS_FOR_TRADE;
  }
}

function applyCancel(core: Core, commands: Int32Array, at: number): void {
  const m = core.m;
  const link = findLink(
    m,
    commands[at + c.C_ACCOUNT],
    commands[at + c.C_CLORDID_LOW],
    commands[at + c.C_CLORDID_HIGH],
  );
  const order = m[link];
  if (order === 0) {
    emitRejected(core, commands, at, codes.REJECT_UNKNOWN_ORDER);
    return;
  }
  emitCanceled(core, order, m[order + map.O_LEAVES], codes.CANCEL_USER);
  removeOrderAt(m, order, link);
}
