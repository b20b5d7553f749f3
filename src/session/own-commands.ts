// Commands that the server itself sends in the name of a session: the mass cancel of a lost
// connection and the question for open orders, one for each of its accounts, and the symbol that
// goes before an operator's instrument. Their requests lie above REQUEST_MAX, where no client's
// can.

import { assert } from '../base/assert.ts';
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

const GENERATIONS = 0x0fff_fffe;

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
      const at = port.slotAt(i);
      port.words.fill(0, at, at + COMMAND_WORDS);
      port.words[at + C_HEAD] = head;
      port.words[at + C_SESSION] = session.number;
      port.words[at + C_REQUEST] = request;
      port.words[at + C_ACCOUNT] = accounts[next + i]!.number;
      port.words[at + C_TIME_LOW] = stamp.low;
      port.words[at + C_TIME_HIGH] = stamp.high;
    }
    port.publish();
    next += count;
    count = Math.min(count, accounts.length - next);
  }
  return next;
}
