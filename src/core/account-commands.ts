// Commands about all orders of an account, which its list holds in the order of acceptance.

import { findAccount } from './accounts.ts';
import { findInstrument, removeOrder, sideOfOrder } from './book.ts';
import { CANCEL_DISCONNECT, CANCEL_MASS_CANCEL, REJECT_UNKNOWN_SYMBOL } from './codes.ts';
import {
  C_ACCOUNT,
  C_HEAD,
  C_INSTRUMENT,
  C_SESSION,
  HAS_INSTRUMENT,
  HAS_SIDE,
  HEAD_SIDE_SHIFT,
  ON_DISCONNECT,
  OWN_SESSION_ONLY,
} from './command-slot.ts';
import type { Core } from './core.ts';
import { emitCanceled, emitOpenOrder, emitRejected } from './emit.ts';
import {
  A_FIRST,
  FLAG_INSTRUMENT_SHIFT,
  FLAG_SIDE,
  O_ACCOUNT_NEXT,
  O_FLAGS,
  O_LEAVES,
  O_OWNER,
} from './memory-layout.ts';

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
      removeOrder(m, order, sideOfOrder(m, order));
    }
    order = next;
  }
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
