// Commands as plain objects, for edges that are not hot: tape, tests, replays, oracle. Codes stay
// numbers (codes.ts). Ids are numbers here, exact up to 2^53-1.

import { highWord, highWordOfBigint, lowWord, lowWordOfBigint } from '../base/words.ts';
import * as codes from './codes.ts';
import * as c from './command-slot.ts';

interface Stamp {
  /** ns; the core's clock becomes the greater of this and what it was. Default 0. */
  time?: bigint;
  session?: number;
  request?: number;
}

/** The numbers of an order; one outside int32 goes into the slot as 0, which the core refuses. */
interface Terms {
  price?: number;
  qty?: number;
  displayQty?: number;
  stopPrice?: number;
}

export interface NewOrder extends Stamp, Terms {
  cmd: typeof codes.COMMAND_NEW;
  instrument: number;
  account: number;
  clOrdId: number;
  side: number;
  type: number;
  tif: number;
  postOnly: boolean;
  stp: number;
  qty: number;
}

export interface Cancel extends Stamp {
  cmd: typeof codes.COMMAND_CANCEL;
  account: number;
  clOrdId: number;
}

export interface Replace extends Stamp, Terms {
  cmd: typeof codes.COMMAND_REPLACE;
  account: number;
  origClOrdId: number;
  clOrdId: number;
}

export interface MassCancel extends Stamp {
  cmd: typeof codes.COMMAND_MASS_CANCEL;
  account: number;
  instrument?: number;
  side?: number;
  /** Only orders that the command's session entered. */
  ownSessionOnly?: boolean;
  /** The reason of the cancels: that session lost its connection. */
  onDisconnect?: boolean;
}

export interface OpenOrders extends Stamp {
  cmd: typeof codes.COMMAND_OPEN_ORDERS;
  account: number;
}

export interface Time extends Stamp {
  cmd: typeof codes.COMMAND_TIME;
}

/** A decimal number in steps: `units` whole numbers of `decimals` digits after the point. */
export interface Step {
  /** 1 … 2^31-1 */
  units: number;
  /** 0 … 31 */
  decimals: number;
}

export interface DefineInstrument extends Stamp {
  cmd: typeof codes.COMMAND_INSTRUMENT;
  instrument: number;
  referencePrice?: number;
  priceBandBps?: number;
  /** 0 … 2^53-1, default 0. */
  haltNs?: number;
  auctionNs?: number;
  tick?: Step;
  lot?: Step;
}

/** At most 32 bytes of UTF-8. */
export interface DefineSymbol extends Stamp {
  cmd: typeof codes.COMMAND_SYMBOL;
  instrument: number;
  symbol: Uint8Array;
}

export interface ChangePhase extends Stamp {
  cmd: typeof codes.COMMAND_PHASE;
  instrument: number;
  phase: number;
}

/** The kill switch of an account or of a session. */
export interface Kill extends Stamp {
  cmd: typeof codes.COMMAND_KILL;
  account?: number;
  killedSession?: number;
  /** Lifts it instead. */
  lift?: boolean;
}

export type Command =
  | NewOrder
  | Cancel
  | Replace
  | MassCancel
  | OpenOrders
  | Time
  | DefineInstrument
  | DefineSymbol
  | ChangePhase
  | Kill;

/** Writes a command to the slot that begins at word `at`; every word of the slot is set. */
export function writeCommand(slots: Int32Array, at: number, command: Command): void {
  slots.fill(0, at, at + c.COMMAND_WORDS);
  slots[at + c.C_HEAD] = command.cmd;
  slots[at + c.C_SESSION] = command.session ?? 0;
  slots[at + c.C_REQUEST] = command.request ?? 0;
  if (command.time !== undefined) {
    slots[at + c.C_TIME_LOW] = lowWordOfBigint(command.time);
    slots[at + c.C_TIME_HIGH] = highWordOfBigint(command.time);
  }
  if ('account' in command) slots[at + c.C_ACCOUNT] = command.account ?? 0;
  if ('clOrdId' in command) writeId(slots, at + c.C_CLORDID_LOW, command.clOrdId);
  switch (command.cmd) {
    case codes.COMMAND_NEW:
      slots[at + c.C_INSTRUMENT] = command.instrument;
      slots[at + c.C_HEAD]! |=
        (command.side << c.HEAD_SIDE_SHIFT) |
        (command.type << c.HEAD_TYPE_SHIFT) |
        (command.tif << c.HEAD_TIF_SHIFT) |
        (command.postOnly ? c.HEAD_POST_ONLY : 0) |
        (command.stp << c.HEAD_STP_SHIFT);
      writeTerms(slots, at, command);
      break;
    case codes.COMMAND_REPLACE:
      writeId(slots, at + c.C_ORIG_LOW, command.origClOrdId);
      writeTerms(slots, at, command);
      break;
    case codes.COMMAND_MASS_CANCEL:
      writeOptional(slots, at, c.C_INSTRUMENT, c.HAS_INSTRUMENT, command.instrument);
      if (command.side !== undefined) {
        slots[at + c.C_HEAD]! |= c.HAS_SIDE | (command.side << c.HEAD_SIDE_SHIFT);
      }
      if (command.ownSessionOnly === true) slots[at + c.C_HEAD]! |= c.OWN_SESSION_ONLY;
      if (command.onDisconnect === true) slots[at + c.C_HEAD]! |= c.ON_DISCONNECT;
      break;
    case codes.COMMAND_INSTRUMENT:
      writeInstrument(slots, at, command);
      break;
    case codes.COMMAND_SYMBOL:
      slots[at + c.C_INSTRUMENT] = command.instrument;
      new Uint8Array(slots.buffer, slots.byteOffset + (at + c.C_SYMBOL) * 4).set(command.symbol);
      break;
    case codes.COMMAND_PHASE:
      slots[at + c.C_INSTRUMENT] = command.instrument;
      slots[at + c.C_PHASE] = command.phase;
      break;
    case codes.COMMAND_KILL:
      if (command.lift === true) slots[at + c.C_HEAD]! |= c.KILL_LIFT;
      if (command.killedSession !== undefined) {
        slots[at + c.C_HEAD]! |= c.KILL_SESSION;
        slots[at + c.C_KILLED_SESSION] = command.killedSession;
      }
      break;
  }
}

function writeInstrument(slots: Int32Array, at: number, command: DefineInstrument): void {
  const { tick, lot } = command;
  slots[at + c.C_INSTRUMENT] = command.instrument;
  slots[at + c.C_PRICE] = command.referencePrice ?? 0;
  slots[at + c.C_BAND_BPS] = command.priceBandBps ?? 0;
  writeId(slots, at + c.C_HALT_LOW, command.haltNs ?? 0);
  writeId(slots, at + c.C_AUCTION_LOW, command.auctionNs ?? 0);
  slots[at + c.C_TICK] = tick?.units ?? 0;
  slots[at + c.C_LOT] = lot?.units ?? 0;
  slots[at + c.C_HEAD]! |=
    ((tick?.decimals ?? 0) << c.TICK_DECIMALS_SHIFT) |
    ((lot?.decimals ?? 0) << c.LOT_DECIMALS_SHIFT);
}

function writeTerms(slots: Int32Array, at: number, terms: Terms): void {
  writeOptional(slots, at, c.C_QTY, c.HAS_QTY, terms.qty);
  writeOptional(slots, at, c.C_PRICE, c.HAS_PRICE, terms.price);
  writeOptional(slots, at, c.C_DISPLAY_QTY, c.HAS_DISPLAY_QTY, terms.displayQty);
  writeOptional(slots, at, c.C_STOP_PRICE, c.HAS_STOP_PRICE, terms.stopPrice);
}

function writeOptional(
  slots: Int32Array,
  at: number,
  word: number,
  flag: number,
  value: number | undefined,
): void {
  if (value === undefined) return;
  slots[at + c.C_HEAD]! |= flag;
  slots[at + word] = value === (value | 0) ? value : 0;
}

function writeId(slots: Int32Array, at: number, id: number): void {
  slots[at] = lowWord(id);
  slots[at + 1] = highWord(id);
}
