// Commands that the server itself sends in the name of a session. Their requests lie above
// REQUEST_MAX, where no client's can.
//
//   mass cancel of a lost connection, question for open orders    one for each account
//   the symbol that goes before an operator's instrument
//   what the session wants to become of its orders when it is     a `time` command, which changes
//   lost, whenever a logon wants another thing than the one       nothing: its request says it, so
//   before                                                        that it is known after a crash

import { assert } from '../base/assert.ts';
import { COMMAND_TIME } from '../core/codes.ts';
import {
  C_ACCOUNT,
  C_HEAD,
  C_REQUEST,
  C_SESSION,
  C_TIME_HIGH,
  C_TIME_LOW,
  COMMAND_WORDS,
} from '../core/command-slot.ts';
import { REQUEST_MAX } from '../wire/frame-kinds.ts';
import type { CommandPort, Stamp } from './ports.ts';
import type { AccountConfig } from './session-config.ts';
import type { SessionState } from './session-state.ts';

/** Request of those whose end nobody waits for. */
export const REQUEST_OF_SERVER = REQUEST_MAX + 1;

/** Requests of what a session wants: its orders canceled when it is lost … */
export const REQUEST_TO_CANCEL = 0xffff_ffff;
/** … or kept, as all sessions want that never said. */
export const REQUEST_TO_KEEP = 0xffff_fffe;

const GENERATIONS = 0x0fff_fffc;

/** Request of the questions of one logon: above REQUEST_OF_SERVER, told apart for 2^28 logons. */
export function requestOfQuestion(generation: number): number {
  return REQUEST_OF_SERVER + 1 + (generation % GENERATIONS);
}

/**
 * Puts the command `head` in the ring for the accounts from index `first` on, in the session's
 * name, as many as the ring takes. Returns the index of the first account that is left;
 * accounts.length when none is.
 */
export function putForAccounts(
  port: CommandPort,
  stamp: Stamp,
  session: SessionState,
  accounts: readonly AccountConfig[],
  first: number,
  head: number,
  request: number,
): number {
  assert(first >= 0 && first <= accounts.length, 'an account of these');
  assert(request > REQUEST_MAX, 'a request of the server');
  let next = first;
  let count = accounts.length - next;
  while (count > 0) {
    if (!port.claim(count)) {
      count >>= 1;
      continue;
    }
    for (let i = 0; i < count; i++) {
      const at = fillSlot(port, i, stamp, session, head, request);
      port.words[at + C_ACCOUNT] = accounts[next + i]!.number;
    }
    port.publish();
    next += count;
    count = Math.min(count, accounts.length - next);
  }
  return next;
}

/** Puts what the session wants in the ring. False when that has no room. */
export function putWish(
  port: CommandPort,
  stamp: Stamp,
  session: SessionState,
  isToCancel: boolean,
): boolean {
  if (!port.claim(1)) return false;
  const request = isToCancel ? REQUEST_TO_CANCEL : REQUEST_TO_KEEP;
  fillSlot(port, 0, stamp, session, COMMAND_TIME, request);
  port.publish();
  return true;
}

/** Writes what all of them have; returns the first word of the slot. */
function fillSlot(
  port: CommandPort,
  index: number,
  stamp: Stamp,
  session: SessionState,
  head: number,
  request: number,
): number {
  const at = port.slotAt(index);
  port.words.fill(0, at, at + COMMAND_WORDS);
  port.words[at + C_HEAD] = head;
  port.words[at + C_SESSION] = session.number;
  port.words[at + C_REQUEST] = request;
  port.words[at + C_TIME_LOW] = stamp.low;
  port.words[at + C_TIME_HIGH] = stamp.high;
  return at;
}
