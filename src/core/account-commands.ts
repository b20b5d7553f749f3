// Commands about all orders of an account, which its list holds in the order of acceptance.

import { addAccount, findAccount } from './accounts.ts';
import { findInstrument, removeOrder } from './book.ts';
import {
  CANCEL_DISCONNECT,
  CANCEL_KILL_SWITCH,
  CANCEL_MASS_CANCEL,
  REJECT_CAPACITY,
  REJECT_RISK_KILLED,
  REJECT_UNKNOWN_SYMBOL,
} from './codes.ts';
import {
  C_ACCOUNT,
  C_HEAD,
  C_INSTRUMENT,
  C_KILLED_SESSION,
  C_SESSION,
  HAS_INSTRUMENT,
  HAS_SIDE,
  HEAD_SIDE_SHIFT,
  KILL_LIFT,
  KILL_SESSION,
  ON_DISCONNECT,
  OWN_SESSION_ONLY,
} from './command-slot.ts';
import type { Core } from './core.ts';
import { emitCanceled, emitOpenOrder, emitRejected } from './emit.ts';
import {
  A_FIRST,
  A_KILLED,
  ACCOUNT_WORDS,
  FLAG_INSTRUMENT_SHIFT,
  FLAG_SIDE,
  H_ACCOUNT_UNUSED,
  H_ACCOUNTS_BASE,
  H_KILLED,
  H_KILLED_SESSIONS,
  H_SESSION,
  KILLED_SESSIONS_MAX,
  O_ACCOUNT_NEXT,
  O_FLAGS,
  O_LEAVES,
  O_OWNER,
} from './memory-layout.ts';

const EVERY_SESSION = 0;
const ONE_SESSION = 1;

/** Cancels the orders that the command means, oldest first (R4.6). */
export function applyMassCancel(core: Core, commands: Int32Array, at: number): void {
  const m = core.m;
  const head = commands[at + C_HEAD];
  if ((head & HAS_INSTRUMENT) !== 0 && findInstrument(m, commands[at + C_INSTRUMENT]) === 0) {
    emitRejected(core, commands, at, REJECT_UNKNOWN_SYMBOL);
    return;
  }
  const account = findAccount(m, commands[at + C_ACCOUNT]);
  if (account === 0) return;
  const reason = (head & ON_DISCONNECT) !== 0 ? CANCEL_DISCONNECT : CANCEL_MASS_CANCEL;
  let order = m[account + A_FIRST];
  while (order !== account) {
    const next = m[order + O_ACCOUNT_NEXT];
    if (isMeant(m, commands, at, order)) {
      emitCanceled(core, order, m[order + O_LEAVES], reason);
      removeOrder(m, order);
    }
    order = next;
  }
}

/** Kill switch of an account or a session, on or off. */
export function applyKill(core: Core, commands: Int32Array, at: number): void {
  const head = commands[at + C_HEAD];
  const isLift = (head & KILL_LIFT) !== 0;
  const isDone =
    (head & KILL_SESSION) !== 0
      ? killSession(core, commands[at + C_KILLED_SESSION], isLift)
      : killAccount(core, commands[at + C_ACCOUNT], isLift);
  if (!isDone) emitRejected(core, commands, at, REJECT_CAPACITY);
}

/** False when there is no room for the account's record. */
function killAccount(core: Core, number: number, isLift: boolean): boolean {
  const m = core.m;
  let account = findAccount(m, number);
  if (account === 0 && isLift) return true;
  if (account === 0) account = addAccount(m, number);
  if (account === 0) return false;
  m[account + A_KILLED] = isLift ? 0 : 1;
  if (!isLift) cancelKilled(core, account, EVERY_SESSION, 0);
  return true;
}

/** False when KILLED_SESSIONS_MAX sessions are killed already. */
function killSession(core: Core, session: number, isLift: boolean): boolean {
  const m = core.m;
  const count = m[H_KILLED_SESSIONS];
  let index = 0;
  while (index < count && m[H_KILLED + index] !== session) index += 1;
  if (isLift) {
    if (index === count) return true;
    // In its place comes the last.
    m[H_KILLED + index] = m[H_KILLED + count - 1];
    m[H_KILLED + count - 1] = 0;
    m[H_KILLED_SESSIONS] = count - 1;
    return true;
  }
  if (index === KILLED_SESSIONS_MAX) return false;
  if (index === count) {
    m[H_KILLED + index] = session;
    m[H_KILLED_SESSIONS] = count + 1;
  }
  let account = m[H_ACCOUNTS_BASE];
  for (; account < m[H_ACCOUNT_UNUSED]; account += ACCOUNT_WORDS) {
    cancelKilled(core, account, ONE_SESSION, session);
  }
  return true;
}

/** Cancels an account's orders, oldest first: all, or those that one session entered. */
function cancelKilled(core: Core, account: number, which: number, session: number): void {
  const m = core.m;
  let order = m[account + A_FIRST];
  while (order !== account) {
    const next = m[order + O_ACCOUNT_NEXT];
    if (which === EVERY_SESSION || m[order + O_OWNER] === session) {
      emitCanceled(core, order, m[order + O_LEAVES], CANCEL_KILL_SWITCH);
      removeOrder(m, order);
    }
    order = next;
  }
}

/** The reject of a command of an account (record, or 0) while it or its session is killed. */
export function judgeKilled(m: Int32Array, account: number): number {
  if (account !== 0 && m[account + A_KILLED] !== 0) return REJECT_RISK_KILLED;
  const count = m[H_KILLED_SESSIONS];
  for (let i = 0; i < count; i++) {
    if (m[H_KILLED + i] === m[H_SESSION]) return REJECT_RISK_KILLED;
  }
  return 0;
}

/** Whether an order of the account is among those that a mass cancel names. */
function isMeant(m: Int32Array, commands: Int32Array, at: number, order: number): boolean {
  const head = commands[at + C_HEAD];
  const flags = m[order + O_FLAGS];
  if ((head & HAS_INSTRUMENT) !== 0) {
    if (flags >>> FLAG_INSTRUMENT_SHIFT !== commands[at + C_INSTRUMENT]) return false;
  }
  if ((head & HAS_SIDE) !== 0) {
    if ((flags & FLAG_SIDE) !== ((head >>> HEAD_SIDE_SHIFT) & FLAG_SIDE)) return false;
  }
  return (head & OWN_SESSION_ONLY) === 0 || m[order + O_OWNER] === commands[at + C_SESSION];
}

/** One event for each resting order of the account, oldest first. Changes nothing. */
export function applyOpenOrders(core: Core, commands: Int32Array, at: number): void {
  const m = core.m;
  const account = findAccount(m, commands[at + C_ACCOUNT]);
  if (account === 0) return;
  let order = m[account + A_FIRST];
  while (order !== account) {
    emitOpenOrder(core, order);
    order = m[order + O_ACCOUNT_NEXT];
  }
}
