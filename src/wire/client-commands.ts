// Commands as a client states them, and as the words of a frame.

import { highWordOfBigint, lowWordOfBigint } from '../base/words.ts';
import {
  type COMMAND_CANCEL,
  COMMAND_KILL,
  COMMAND_MASS_CANCEL,
  COMMAND_NEW,
  COMMAND_PHASE,
  COMMAND_REPLACE,
} from '../core/codes.ts';
import {
  C_ACCOUNT,
  C_CLORDID_LOW,
  C_DISPLAY_QTY,
  C_HEAD,
  C_INSTRUMENT,
  C_KILLED_SESSION,
  C_ORIG_LOW,
  C_PHASE,
  C_PRICE,
  C_QTY,
  C_REQUEST,
  C_STOP_PRICE,
  HAS_DISPLAY_QTY,
  HAS_INSTRUMENT,
  HAS_PRICE,
  HAS_QTY,
  HAS_SIDE,
  HAS_STOP_PRICE,
  HEAD_POST_ONLY,
  HEAD_SIDE_SHIFT,
  HEAD_STP_SHIFT,
  HEAD_TIF_SHIFT,
  HEAD_TYPE_SHIFT,
  KILL_LIFT,
  KILL_SESSION,
} from '../core/command-slot.ts';
import { WIRE_COMMAND_WORDS } from './commands.ts';

interface Request {
  /** The client's own number, 1 … REQUEST_MAX: comes back with every answer. */
  request: number;
  /** uint32 from 1. */
  account: number;
}

/** Ticks and lots. One that is no int32 is sent as 0, which the exchange refuses. */
interface Terms {
  price?: number;
  qty?: number;
  displayQty?: number;
  stopPrice?: number;
}

/** side, type, tif and stp are SIDE_*, TYPE_*, TIF_* and STP_* of codes.ts; ids are uint64. */
export interface NewOrder extends Request, Terms {
  command: typeof COMMAND_NEW;
  instrument: number;
  clOrdId: bigint;
  side: number;
  /** Default TYPE_LIMIT. */
  type?: number;
  /** Default TIF_GTC. */
  tif?: number;
  postOnly?: boolean;
  /** Default STP_NONE. */
  stp?: number;
}

export interface CancelOrder extends Request {
  command: typeof COMMAND_CANCEL;
  clOrdId: bigint;
}

/** What is not named stays as it is. */
export interface ReplaceOrder extends Request, Terms {
  command: typeof COMMAND_REPLACE;
  origClOrdId: bigint;
  clOrdId: bigint;
}

/** Every order of the account, or of one instrument, or of one side. */
export interface MassCancel extends Request {
  command: typeof COMMAND_MASS_CANCEL;
  instrument?: number;
  side?: number;
}

/** An operator puts an instrument into a phase (PHASE_*). */
export interface ChangePhase {
  command: typeof COMMAND_PHASE;
  request: number;
  instrument: number;
  phase: number;
}

/** An operator's kill switch, of an account or of a session. */
export interface Kill {
  command: typeof COMMAND_KILL;
  request: number;
  account?: number;
  session?: number;
  /** Lifts it instead. */
  lift: boolean;
}

export type ClientCommand = NewOrder | CancelOrder | ReplaceOrder | MassCancel | ChangePhase | Kill;

/** Writes a command to the WIRE_COMMAND_WORDS words from `at`; all of them are set. */
export function writeCommand(words: Int32Array, at: number, command: ClientCommand): void {
  words.fill(0, at, at + WIRE_COMMAND_WORDS);
  words[at + C_HEAD] = command.command;
  words[at + C_REQUEST] = command.request;
  if ('account' in command) words[at + C_ACCOUNT] = command.account ?? 0;
  if ('clOrdId' in command) writeId(words, at + C_CLORDID_LOW, command.clOrdId);
  switch (command.command) {
    case COMMAND_NEW:
      words[at + C_INSTRUMENT] = command.instrument;
      words[at + C_HEAD]! |=
        (command.side << HEAD_SIDE_SHIFT) |
        ((command.type ?? 0) << HEAD_TYPE_SHIFT) |
        ((command.tif ?? 0) << HEAD_TIF_SHIFT) |
        (command.postOnly ? HEAD_POST_ONLY : 0) |
        ((command.stp ?? 0) << HEAD_STP_SHIFT);
      writeTerms(words, at, command);
      break;
    case COMMAND_REPLACE:
      writeId(words, at + C_ORIG_LOW, command.origClOrdId);
      writeTerms(words, at, command);
      break;
    case COMMAND_MASS_CANCEL:
      if (command.instrument !== undefined) {
        words[at + C_HEAD]! |= HAS_INSTRUMENT;
        words[at + C_INSTRUMENT] = command.instrument;
      }
      if (command.side !== undefined) {
        words[at + C_HEAD]! |= HAS_SIDE | (command.side << HEAD_SIDE_SHIFT);
      }
      break;
    case COMMAND_PHASE:
      words[at + C_INSTRUMENT] = command.instrument;
      words[at + C_PHASE] = command.phase;
      break;
    case COMMAND_KILL:
      if (command.lift) words[at + C_HEAD]! |= KILL_LIFT;
      if (command.session !== undefined) {
        words[at + C_HEAD]! |= KILL_SESSION;
        words[at + C_KILLED_SESSION] = command.session;
      }
      break;
  }
}

function writeTerms(words: Int32Array, at: number, terms: Terms): void {
  writeTerm(words, at, C_QTY, HAS_QTY, terms.qty);
  writeTerm(words, at, C_PRICE, HAS_PRICE, terms.price);
  writeTerm(words, at, C_DISPLAY_QTY, HAS_DISPLAY_QTY, terms.displayQty);
  writeTerm(words, at, C_STOP_PRICE, HAS_STOP_PRICE, terms.stopPrice);
}

function writeTerm(
  words: Int32Array,
  at: number,
  word: number,
  flag: number,
  value: number | undefined,
): void {
  if (value === undefined) return;
  words[at + C_HEAD]! |= flag;
  words[at + word] = value === (value | 0) ? value : 0;
}

function writeId(words: Int32Array, at: number, id: bigint): void {
  words[at] = lowWordOfBigint(id);
  words[at + 1] = highWordOfBigint(id);
}
