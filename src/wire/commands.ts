// Commands between wire and command slot. The struct `Command` of a frame has the first 13 words of
// a command slot (core/command-slot.ts); in place of the session, which the server knows, it has a
// reserved word.
//
// What is judged here is what the core takes for granted: that the command is one that clients may
// send and that its head has no bit it does not know. Ranges of prices, quantities and ids are the
// core's to judge, so that a command which breaks them gets its report.

import {
  COMMAND_CANCEL,
  COMMAND_KILL,
  COMMAND_MASS_CANCEL,
  COMMAND_NEW,
  COMMAND_PHASE,
  COMMAND_REPLACE,
  PHASE_CLOSED,
  PHASE_PRE_OPEN,
  STP_DECREMENT,
} from '../core/codes.ts';
import {
  C_ACCOUNT,
  C_CLORDID_HIGH,
  C_CLORDID_LOW,
  C_DISPLAY_QTY,
  C_HEAD,
  C_INSTRUMENT,
  C_KILLED_SESSION,
  C_ORIG_HIGH,
  C_ORIG_LOW,
  C_PHASE,
  C_PRICE,
  C_QTY,
  C_REQUEST,
  C_SESSION,
  C_STOP_PRICE,
  HAS_DISPLAY_QTY,
  HAS_INSTRUMENT,
  HAS_PRICE,
  HAS_QTY,
  HAS_SIDE,
  HAS_STOP_PRICE,
  HEAD_COMMAND_MASK,
  HEAD_POST_ONLY,
  HEAD_SIDE_SHIFT,
  HEAD_STP_SHIFT,
  HEAD_TERM_MASK,
  HEAD_TIF_SHIFT,
  HEAD_TYPE_SHIFT,
  KILL_LIFT,
  KILL_SESSION,
} from '../core/command-slot.ts';
import {
  REFUSE_OUT_OF_RANGE,
  REFUSE_REQUEST_TOO_LARGE,
  REFUSE_REQUEST_ZERO,
  REFUSE_RESERVED,
  REFUSE_UNDEFINED_BITS,
  REFUSE_UNKNOWN_COMMAND,
  REFUSE_UNKNOWN_PHASE,
  REFUSE_UNKNOWN_STP,
  REQUEST_MAX,
} from './frame-kinds.ts';

/** Words of a command in a frame. */
export const WIRE_COMMAND_WORDS = 13;

const SIDE_BIT = 1 << HEAD_SIDE_SHIFT;
const STP_MASK = 7;
const HAS_TERMS = HAS_PRICE | HAS_QTY | HAS_DISPLAY_QTY | HAS_STOP_PRICE;
const TERM_BITS =
  SIDE_BIT |
  (HEAD_TERM_MASK << HEAD_TYPE_SHIFT) |
  (HEAD_TERM_MASK << HEAD_TIF_SHIFT) |
  HEAD_POST_ONLY |
  (STP_MASK << HEAD_STP_SHIFT);

/**
 * 0 when the command at word `at` of `frame` may go on to the core, else the REFUSE_* code that its
 * session is answered with. Of several the first in this order: unknown command, reserved word,
 * undefined bits, stp, phase, who is killed, request. Whether the session is an operator is not
 * looked at.
 */
export function judgeCommand(frame: Int32Array, at: number): number {
  const head = frame[at + C_HEAD]! | 0;
  let known = HEAD_COMMAND_MASK;
  switch (head & HEAD_COMMAND_MASK) {
    case COMMAND_NEW:
      known |= TERM_BITS | HAS_TERMS;
      break;
    case COMMAND_CANCEL:
      break;
    case COMMAND_REPLACE:
      known |= HAS_TERMS;
      break;
    case COMMAND_MASS_CANCEL:
      known |= HAS_INSTRUMENT | HAS_SIDE | ((head & HAS_SIDE) !== 0 ? SIDE_BIT : 0);
      break;
    case COMMAND_PHASE:
      break;
    case COMMAND_KILL:
      known |= KILL_LIFT | KILL_SESSION;
      break;
    default:
      return REFUSE_UNKNOWN_COMMAND;
  }
  if (frame[at + C_SESSION] !== 0) return REFUSE_RESERVED;
  if ((head & ~known) !== 0) return REFUSE_UNDEFINED_BITS;
  if (((head >>> HEAD_STP_SHIFT) & STP_MASK) > STP_DECREMENT) return REFUSE_UNKNOWN_STP;
  if ((head & HEAD_COMMAND_MASK) === COMMAND_PHASE && !isPhase(frame[at + C_PHASE]!)) {
    return REFUSE_UNKNOWN_PHASE;
  }
  // Account and session 0 are nobody; the core would take session 0 for all.
  if ((head & HEAD_COMMAND_MASK) === COMMAND_KILL) {
    const isOfSession = (head & KILL_SESSION) !== 0;
    if (frame[at + (isOfSession ? C_KILLED_SESSION : C_ACCOUNT)] === 0) return REFUSE_OUT_OF_RANGE;
  }
  const request = frame[at + C_REQUEST]! >>> 0;
  if (request === 0) return REFUSE_REQUEST_ZERO;
  return request > REQUEST_MAX ? REFUSE_REQUEST_TOO_LARGE : 0;
}

function isPhase(code: number): boolean {
  return code >= PHASE_PRE_OPEN && code <= PHASE_CLOSED;
}

/** True when only an operator may send the command at word `at` of `frame`. */
export function isOperators(frame: Int32Array, at: number): boolean {
  const command = frame[at + C_HEAD]! & HEAD_COMMAND_MASK;
  return command === COMMAND_PHASE || command === COMMAND_KILL;
}

/**
 * Copies the judged command at word `at` of `frame` into the slot at word `slotAt` of `slots`:
 * words 0 … 12, of which those that the command does not have become 0, the session too. The rest
 * of the slot stays as it is; session, time and sequence are for the caller to write.
 */
export function copyCommand(
  frame: Int32Array,
  at: number,
  slots: Int32Array,
  slotAt: number,
): void {
  const head = frame[at + C_HEAD]! | 0;
  const command = head & HEAD_COMMAND_MASK;
  const isNew = command === COMMAND_NEW;
  const isReplace = command === COMMAND_REPLACE;
  const hasId = isNew || isReplace || command === COMMAND_CANCEL;
  const isOfInstrument = command === COMMAND_PHASE;
  const isOfSession = (head & KILL_SESSION) !== 0;
  const hasInstrument = isNew || isOfInstrument || (head & HAS_INSTRUMENT) !== 0;
  const hasAccount = !isOfInstrument && !isOfSession;
  // Of operators' commands: the phase, or the session.
  const hasQty = isOfInstrument || isOfSession || (head & HAS_QTY) !== 0;
  slots[slotAt + C_HEAD] = head;
  slots[slotAt + C_SESSION] = 0;
  slots[slotAt + C_REQUEST] = frame[at + C_REQUEST]!;
  slots[slotAt + C_ACCOUNT] = hasAccount ? frame[at + C_ACCOUNT]! : 0;
  slots[slotAt + C_INSTRUMENT] = hasInstrument ? frame[at + C_INSTRUMENT]! : 0;
  slots[slotAt + C_CLORDID_LOW] = hasId ? frame[at + C_CLORDID_LOW]! : 0;
  slots[slotAt + C_CLORDID_HIGH] = hasId ? frame[at + C_CLORDID_HIGH]! : 0;
  slots[slotAt + C_ORIG_LOW] = isReplace ? frame[at + C_ORIG_LOW]! : 0;
  slots[slotAt + C_ORIG_HIGH] = isReplace ? frame[at + C_ORIG_HIGH]! : 0;
  slots[slotAt + C_QTY] = hasQty ? frame[at + C_QTY]! : 0;
  slots[slotAt + C_PRICE] = (head & HAS_PRICE) !== 0 ? frame[at + C_PRICE]! : 0;
  slots[slotAt + C_DISPLAY_QTY] = (head & HAS_DISPLAY_QTY) !== 0 ? frame[at + C_DISPLAY_QTY]! : 0;
  slots[slotAt + C_STOP_PRICE] = (head & HAS_STOP_PRICE) !== 0 ? frame[at + C_STOP_PRICE]! : 0;
}
