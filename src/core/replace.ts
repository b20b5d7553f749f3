// Replace (R4): judged as the new order that it amounts to, then kept in place or entered again.

import { assert } from '../base/assert.ts';
import { judgeKilled } from './account-commands.ts';
import { instrumentOfOrder, isWaiting, leaveLevel, leaveStops, sideOf } from './book.ts';
import * as codes from './codes.ts';
import * as c from './command-slot.ts';
import type { Core } from './core.ts';
import { emitRejected, emitReplaced } from './emit.ts';
import { addExtra } from './extras.ts';
import { judgeReplaceTerms } from './judge.ts';
import { levelFor } from './ladder.ts';
import * as map from './memory-layout.ts';
import { chain, findLink, unchain } from './order-index.ts';
import { judgeLevelRoom, judgeStopRoom, wouldTrade } from './room.ts';
import { addToTotal } from './totals.ts';

/** The order, out of its place, that enters again; 0 = it kept its place, or it was rejected. */
export function acceptReplace(
  core: Core,
  commands: Int32Array,
  at: number,
  account: number,
  isFresh: boolean,
): number {
  const m = core.m;
  const link = findLink(
    m,
    commands[at + c.C_ACCOUNT],
    commands[at + c.C_ORIG_LOW],
    commands[at + c.C_ORIG_HIGH],
  );
  const order = m[link];
  let reason = 0;
  if (!isFresh) reason = codes.REJECT_DUPLICATE_CLORDID;
  else if (order === 0) reason = codes.REJECT_UNKNOWN_ORDER;
  else {
    reason =
      judgeReplaceTerms(m, commands, at, order) ||
      judgeKilled(m, account) ||
      judgeAgainstBook(m, commands, at, order);
  }
  if (reason !== 0) {
    emitRejected(core, commands, at, reason);
    return 0;
  }
  unchain(m, link);
  if (keepsPlace(m, commands, at, order)) {
    shrink(core, commands, at, order);
    return 0;
  }
  leave(core, commands, at, order);
  return order;
}

/** The rejects that depend on instrument and book (R7, from post_only on). */
function judgeAgainstBook(m: Int32Array, commands: Int32Array, at: number, order: number): number {
  const flags = m[order + map.O_FLAGS];
  const instrument = instrumentOfOrder(m, order);
  const phase = m[instrument + map.I_PHASE];
  const side = flags & map.FLAG_SIDE;
  const price = resulting(commands, at, c.C_PRICE, c.HAS_PRICE, m[order + map.O_PRICE]);
  const keeps = keepsPlace(m, commands, at, order);
  if (phase === codes.PHASE_CONTINUOUS) {
    const isPostOnly = (flags & map.FLAG_POST_ONLY) !== 0;
    if (isPostOnly && !keeps && wouldTrade(m, instrument, side, price)) {
      return codes.REJECT_POST_ONLY_WOULD_CROSS;
    }
  } else if (phase !== codes.PHASE_PRE_OPEN && phase !== codes.PHASE_AUCTION) {
    return codes.REJECT_PHASE;
  }
  if (keeps) return 0;
  if (!isWaiting(m, order)) return judgeLevelRoom(m, instrument, side, price);
  // The page for its limit price is reserved since it was accepted.
  return judgeStopRoom(m, instrument, flags, resultingStop(m, commands, at, order), false);
}

/** Same price, stopPrice and displayQty, and no larger total: queue priority is kept (R4.3). */
function keepsPlace(m: Int32Array, commands: Int32Array, at: number, order: number): boolean {
  const extra = m[order + map.O_EXTRA];
  const price = m[order + map.O_PRICE];
  const qty = m[order + map.O_QTY];
  if (resulting(commands, at, c.C_PRICE, c.HAS_PRICE, price) !== price) return false;
  if (resulting(commands, at, c.C_QTY, c.HAS_QTY, qty) > qty) return false;
  const head = commands[at + c.C_HEAD];
  if ((head & (c.HAS_DISPLAY_QTY | c.HAS_STOP_PRICE)) === 0) return true;
  if (extra === 0) return false;
  const display = m[extra + map.X_DISPLAY_QTY];
  return (
    resulting(commands, at, c.C_DISPLAY_QTY, c.HAS_DISPLAY_QTY, display) === display &&
    resultingStop(m, commands, at, order) === m[extra + map.X_STOP_PRICE]
  );
}

/** Fewer leaves in the same place: an iceberg's hidden part goes first. */
function shrink(core: Core, commands: Int32Array, at: number, order: number): void {
  const m = core.m;
  const side = sideOf(instrumentOfOrder(m, order), m[order + map.O_FLAGS] & map.FLAG_SIDE);
  const extra = m[order + map.O_EXTRA];
  const before = m[order + map.O_LEAVES];
  setTerms(m, commands, at, order);
  const leaves = m[order + map.O_LEAVES];
  if (extra !== 0) m[extra + map.X_SHOWN] = Math.min(m[extra + map.X_SHOWN], leaves);
  if (m[side + map.S_TOTALED] !== 0 && !isWaiting(m, order)) {
    const level = levelFor(m, side, m[order + map.O_PRICE] ^ m[side + map.S_MIRROR]);
    addToTotal(m, side, level, leaves - before);
  }
  chain(m, order);
  emitReplaced(core, order, commands[at + c.C_ORIG_LOW], commands[at + c.C_ORIG_HIGH], true);
}

/** Out of its place, with its new terms. */
function leave(core: Core, commands: Int32Array, at: number, order: number): void {
  const m = core.m;
  const instrument = instrumentOfOrder(m, order);
  const side = sideOf(instrument, m[order + map.O_FLAGS] & map.FLAG_SIDE);
  const waits = isWaiting(m, order);
  if (waits) leaveStops(m, order);
  else leaveLevel(m, order, side);
  setTerms(m, commands, at, order);
  const extra = m[order + map.O_EXTRA];
  if (extra !== 0) {
    m[extra + map.X_SHOWN] = Math.min(m[extra + map.X_DISPLAY_QTY], m[order + map.O_LEAVES]);
    // It waits again, and says so; who enters it finds out for what.
    if (waits) m[extra + map.X_WAITS] = map.WAITS_FOR_TRADE;
  }
  chain(m, order);
  emitReplaced(core, order, commands[at + c.C_ORIG_LOW], commands[at + c.C_ORIG_HIGH], false);
}

function setTerms(m: Int32Array, commands: Int32Array, at: number, order: number): void {
  const head = commands[at + c.C_HEAD];
  const qty = resulting(commands, at, c.C_QTY, c.HAS_QTY, m[order + map.O_QTY]);
  m[order + map.O_LEAVES] += (qty - m[order + map.O_QTY]) | 0;
  assert(m[order + map.O_LEAVES] > 0, 'a replaced order has leaves');
  m[order + map.O_QTY] = qty;
  if ((head & c.HAS_PRICE) !== 0) m[order + map.O_PRICE] = commands[at + c.C_PRICE];
  m[order + map.O_CLORDID_LOW] = commands[at + c.C_CLORDID_LOW];
  m[order + map.O_CLORDID_HIGH] = commands[at + c.C_CLORDID_HIGH];
  let extra = m[order + map.O_EXTRA];
  if ((head & c.HAS_DISPLAY_QTY) !== 0) {
    if (extra === 0) extra = addExtra(m, order);
    m[extra + map.X_DISPLAY_QTY] = commands[at + c.C_DISPLAY_QTY];
  }
  if ((head & c.HAS_STOP_PRICE) !== 0) m[extra + map.X_STOP_PRICE] = commands[at + c.C_STOP_PRICE];
}

/** A field of the command, or the order's own where the command has none. */
function resulting(
  commands: Int32Array,
  at: number,
  word: number,
  flag: number,
  kept: number,
): number {
  return (commands[at + c.C_HEAD] & flag) !== 0 ? commands[at + word] : kept;
}

function resultingStop(m: Int32Array, commands: Int32Array, at: number, order: number): number {
  const kept = m[m[order + map.O_EXTRA] + map.X_STOP_PRICE];
  return resulting(commands, at, c.C_STOP_PRICE, c.HAS_STOP_PRICE, kept);
}
