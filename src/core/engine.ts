// The engine: one command slot in, its events out. A pure function of the command log: it reads no
// clock, no randomness, no environment. What an order goes through is drawn in src/README.md.

import { assert } from '../base/assert.ts';
import { applyMassCancel, applyOpenOrders } from './account-commands.ts';
import { addAccount, findAccount, listOrder, takeClOrdId, unlistOrder } from './accounts.ts';
import {
  findInstrument,
  freeOrder,
  instrumentAt,
  leaveLevel,
  removeOrderAt,
  rest,
  sideOf,
  sideOfOrder,
  takeOrder,
} from './book.ts';
import * as codes from './codes.ts';
import * as c from './command-slot.ts';
import type { Core } from './core.ts';
import { emitCanceled, emitEnd, emitNew, emitRejected, emitReplaced } from './emit.ts';
import type { EventOut } from './event-buffer.ts';
import { judgeNewTerms, judgeReplaceTerms, resultingPrice, resultingQty } from './judge.ts';
import { addRoot, hasRoomFor } from './ladder.ts';
import { INT32_MAX, type Limits } from './limits.ts';
import { canFill, sweep } from './matcher.ts';
import * as map from './memory-layout.ts';
import { clearMap, createMap } from './memory-map.ts';
import { chain, findLink, unchain } from './order-index.ts';

/** Lays the state out for `limits`, empty. Events go to `out`. Throws on a limit out of range. */
export function createCore(limits: Limits, out: EventOut): Core {
  return { m: createMap(limits), out };
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
  const firstCursor = core.out.cursor;
  beginCommand(core.m, commands, at);
  switch (commands[at + c.C_HEAD] & c.HEAD_COMMAND_MASK) {
    case codes.COMMAND_NEW:
      applyNew(core, commands, at);
      break;
    case codes.COMMAND_CANCEL:
      applyCancel(core, commands, at);
      break;
    case codes.COMMAND_REPLACE:
      applyReplace(core, commands, at);
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
    default:
      assert(
        (commands[at + c.C_HEAD] & c.HEAD_COMMAND_MASK) === codes.COMMAND_TIME,
        'a decoder lets only known commands through',
      );
  }
  emitEnd(core, firstCursor);
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

function applyNew(core: Core, commands: Int32Array, at: number): void {
  const m = core.m;
  const instrument = findInstrument(m, commands[at + c.C_INSTRUMENT]);
  const account = accountFor(m, commands, at);
  const isFresh = isIdFresh(m, commands, at, account);
  let reason = 0;
  if (instrument === 0) reason = codes.REJECT_UNKNOWN_SYMBOL;
  else if (!isFresh) reason = codes.REJECT_DUPLICATE_CLORDID;
  else reason = judgeNewTerms(commands, at) || judgeNewAgainstBook(m, commands, at, instrument);
  if (reason === 0 && account === 0) reason = codes.REJECT_CAPACITY;
  if (reason !== 0) {
    emitRejected(core, commands, at, reason);
    return;
  }
  const order = createOrder(m, commands, at);
  emitNew(core, order);
  enter(core, order, instrument);
  if (m[order + map.O_LEAVES] === 0) {
    freeOrder(m, order);
  } else {
    listOrder(m, account, order);
    rest(m, order, sideOfOrder(m, order));
  }
}

/** The sender's record, made if its clOrdId could be its first; 0 when there is none. */
function accountFor(m: Int32Array, commands: Int32Array, at: number): number {
  const number = commands[at + c.C_ACCOUNT];
  const account = findAccount(m, number);
  if (account !== 0) return account;
  // Id 0 is never used up, so it brings no account into being.
  const hasId = (commands[at + c.C_CLORDID_LOW] | commands[at + c.C_CLORDID_HIGH]) !== 0;
  return hasId ? addAccount(m, number) : 0;
}

/** Uses the command's clOrdId up. False when it is not above the account's highest (R2.2). */
function isIdFresh(m: Int32Array, commands: Int32Array, at: number, account: number): boolean {
  const low = commands[at + c.C_CLORDID_LOW];
  const high = commands[at + c.C_CLORDID_HIGH];
  return account === 0 ? (low | high) !== 0 : takeClOrdId(m, account, low, high);
}

/** The rejects of a new order that depend on the book: post_only_would_cross, capacity. */
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
  if ((head & c.HEAD_POST_ONLY) !== 0 && wouldTrade(m, instrument, side, price)) {
    return codes.REJECT_POST_ONLY_WOULD_CROSS;
  }
  if (!canRest(flags)) return 0;
  if (m[map.H_RESTING] >= m[map.H_ORDERS_LIMIT]) return codes.REJECT_CAPACITY;
  return judgeLevelRoom(m, instrument, side, price);
}

function judgeLevelRoom(m: Int32Array, instrument: number, side: number, price: number): number {
  const own = sideOf(instrument, side);
  return hasRoomFor(m, own, price ^ m[own + map.S_MIRROR]) ? 0 : codes.REJECT_CAPACITY;
}

/** A limit order that is neither ioc nor fok rests with what matching leaves of it. */
function canRest(flags: number): boolean {
  const type = (flags >>> map.FLAG_TYPE_SHIFT) & map.FLAG_TYPE_MASK;
  const tif = (flags >>> map.FLAG_TIF_SHIFT) & map.FLAG_TIF_MASK;
  return type === codes.TYPE_LIMIT && tif === codes.TIF_GTC;
}

/** True when an order of `side` at `price` reaches the best opposite price. */
function wouldTrade(m: Int32Array, instrument: number, side: number, price: number): boolean {
  const opposite = sideOf(instrument, side ^ 1);
  if (m[opposite + map.S_BEST] === 0) return false;
  return m[opposite + map.S_BEST_KEY] <= (price ^ m[opposite + map.S_MIRROR]);
}

/** A record for an accepted order, with the next orderId. */
function createOrder(m: Int32Array, commands: Int32Array, at: number): number {
  const order = takeOrder(m);
  const terms = (commands[at + c.C_HEAD] >>> c.HEAD_SIDE_SHIFT) & 0x1ff;
  m[order + map.O_FLAGS] = terms | (commands[at + c.C_INSTRUMENT] << map.FLAG_INSTRUMENT_SHIFT);
  m[order + map.O_ACCOUNT] = commands[at + c.C_ACCOUNT];
  m[order + map.O_CLORDID_LOW] = commands[at + c.C_CLORDID_LOW];
  m[order + map.O_CLORDID_HIGH] = commands[at + c.C_CLORDID_HIGH];
  m[order + map.O_PRICE] =
    (commands[at + c.C_HEAD] & c.HAS_PRICE) !== 0 ? commands[at + c.C_PRICE] : 0;
  m[order + map.O_LEAVES] = commands[at + c.C_QTY];
  m[order + map.O_QTY] = commands[at + c.C_QTY];
  m[order + map.O_OWNER] = commands[at + c.C_SESSION];
  const idLow = (m[map.H_ORDER_LOW] + 1) | 0;
  m[map.H_ORDER_LOW] = idLow;
  if (idLow === 0) m[map.H_ORDER_HIGH] += 1;
  m[order + map.O_ORDER_LOW] = idLow;
  m[order + map.O_ORDER_HIGH] = m[map.H_ORDER_HIGH];
  return order;
}

/** Lets an order act as an aggressor; what it may not keep is canceled. Leaves 0: it has ended. */
function enter(core: Core, order: number, instrument: number): void {
  const m = core.m;
  const flags = m[order + map.O_FLAGS];
  const opposite = sideOf(instrument, (flags & map.FLAG_SIDE) ^ 1);
  const price = m[order + map.O_PRICE];
  const limitKey = price === 0 ? INT32_MAX : price ^ m[opposite + map.S_MIRROR];
  const isFok = ((flags >>> map.FLAG_TIF_SHIFT) & map.FLAG_TIF_MASK) === codes.TIF_FOK;
  if (isFok && !canFill(m, order, opposite, limitKey)) {
    cancelRest(core, order, codes.CANCEL_FOK);
    return;
  }
  sweep(core, order, instrument, opposite, limitKey);
  if (m[order + map.O_LEAVES] === 0 || canRest(flags)) return;
  cancelRest(core, order, price === 0 ? codes.CANCEL_NO_LIQUIDITY : codes.CANCEL_IOC);
}

function cancelRest(core: Core, order: number, reason: number): void {
  emitCanceled(core, order, core.m[order + map.O_LEAVES], reason);
  core.m[order + map.O_LEAVES] = 0;
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
  removeOrderAt(m, order, sideOfOrder(m, order), link);
}

function applyReplace(core: Core, commands: Int32Array, at: number): void {
  const m = core.m;
  const account = accountFor(m, commands, at);
  const isFresh = isIdFresh(m, commands, at, account);
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
  else reason = judgeReplace(m, commands, at, order);
  if (reason !== 0) {
    emitRejected(core, commands, at, reason);
    return;
  }
  unchain(m, link);
  replaceOrder(core, commands, at, order);
}

function judgeReplace(m: Int32Array, commands: Int32Array, at: number, order: number): number {
  const price = resultingPrice(commands, at, m[order + map.O_PRICE]);
  const qty = resultingQty(commands, at, m[order + map.O_QTY]);
  const spent = m[order + map.O_QTY] - m[order + map.O_LEAVES];
  const reason = judgeReplaceTerms(commands, at, price, qty, spent);
  if (reason !== 0 || keepsPlace(m, order, price, qty)) return reason;
  const flags = m[order + map.O_FLAGS];
  const instrument = instrumentAt(m, flags >>> map.FLAG_INSTRUMENT_SHIFT);
  const side = flags & map.FLAG_SIDE;
  if ((flags & map.FLAG_POST_ONLY) !== 0 && wouldTrade(m, instrument, side, price)) {
    return codes.REJECT_POST_ONLY_WOULD_CROSS;
  }
  return judgeLevelRoom(m, instrument, side, price);
}

/** Same price and no larger total: queue priority is kept (R4.3). */
function keepsPlace(m: Int32Array, order: number, price: number, qty: number): boolean {
  return price === m[order + map.O_PRICE] && qty <= m[order + map.O_QTY];
}

/** Gives an order, already out of the order table, its new terms and id, and lets them act. */
function replaceOrder(core: Core, commands: Int32Array, at: number, order: number): void {
  const m = core.m;
  const price = resultingPrice(commands, at, m[order + map.O_PRICE]);
  const qty = resultingQty(commands, at, m[order + map.O_QTY]);
  const keeps = keepsPlace(m, order, price, qty);
  const side = sideOfOrder(m, order);
  if (!keeps) leaveLevel(m, order, side);
  m[order + map.O_LEAVES] += (qty - m[order + map.O_QTY]) | 0;
  assert(m[order + map.O_LEAVES] > 0, 'a replaced order has leaves');
  m[order + map.O_QTY] = qty;
  m[order + map.O_PRICE] = price;
  m[order + map.O_CLORDID_LOW] = commands[at + c.C_CLORDID_LOW];
  m[order + map.O_CLORDID_HIGH] = commands[at + c.C_CLORDID_HIGH];
  emitReplaced(core, order, commands[at + c.C_ORIG_LOW], commands[at + c.C_ORIG_HIGH], keeps);
  if (keeps) {
    chain(m, order);
    return;
  }
  enter(core, order, instrumentAt(m, m[order + map.O_FLAGS] >>> map.FLAG_INSTRUMENT_SHIFT));
  if (m[order + map.O_LEAVES] === 0) {
    unlistOrder(m, order);
    freeOrder(m, order);
  } else {
    rest(m, order, side);
  }
}

/** Defines an instrument, in continuous trading. Its number must be in 1 … limit and unused. */
function applyInstrument(core: Core, commands: Int32Array, at: number): void {
  const m = core.m;
  const number = commands[at + c.C_INSTRUMENT];
  if (number < 1 || number > m[map.H_INSTRUMENTS_LIMIT]) {
    emitRejected(core, commands, at, codes.REJECT_CAPACITY);
    return;
  }
  const instrument = instrumentAt(m, number);
  if (m[instrument + map.I_NUMBER] !== 0) {
    emitRejected(core, commands, at, codes.REJECT_UNKNOWN_SYMBOL);
    return;
  }
  m[instrument + map.I_NUMBER] = number;
  m[instrument + map.I_REFERENCE_PRICE] = commands[at + c.C_PRICE];
  const bids = sideOf(instrument, codes.SIDE_BUY);
  const asks = sideOf(instrument, codes.SIDE_SELL);
  m[bids + map.S_MIRROR] = map.BID_MIRROR;
  addRoot(m, bids);
  addRoot(m, asks);
}
