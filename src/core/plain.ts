// Commands and events as plain objects, for edges that are not hot: tape, tests, replays, oracle.
// Codes stay numbers (codes.ts). Ids are numbers here, exact up to 2^53-1.

import {
  highWord,
  highWordOfBigint,
  lowWord,
  lowWordOfBigint,
  wordsToNumber,
} from '../base/words.ts';
import * as codes from './codes.ts';
import * as c from './command-slot.ts';
import * as e from './event-slot.ts';

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

export interface DefineInstrument extends Stamp {
  cmd: typeof codes.COMMAND_INSTRUMENT;
  instrument: number;
  referencePrice?: number;
}

export type Command =
  | NewOrder
  | Cancel
  | Replace
  | MassCancel
  | OpenOrders
  | Time
  | DefineInstrument;

/** What every event tells of an order. `leaves`: canceled: the quantity canceled. */
export interface OrderOfEvent {
  account: number;
  owner: number;
  clOrdId: number;
  orderId: number;
  leaves: number;
}

interface Cause {
  sequence: number;
  session: number;
  request: number;
  /** Last event of its command. */
  end: boolean;
}

export type CoreEvent = Cause &
  (
    | { evt: typeof codes.EVENT_DONE }
    | {
        evt: typeof codes.EVENT_REJECTED;
        cmd: number;
        reason: number;
        account: number;
        clOrdId: number;
      }
    | {
        evt: typeof codes.EVENT_NEW;
        instrument: number;
        side: number;
        price: number;
        order: OrderOfEvent;
      }
    | {
        evt: typeof codes.EVENT_TRADE;
        instrument: number;
        tradeId: number;
        price: number;
        qty: number;
        restingSide: number;
        resting: OrderOfEvent;
        aggressor: OrderOfEvent;
      }
    | { evt: typeof codes.EVENT_CANCELED; instrument: number; reason: number; order: OrderOfEvent }
    | {
        evt: typeof codes.EVENT_REPLACED;
        instrument: number;
        origClOrdId: number;
        price: number;
        keptPlace: boolean;
        order: OrderOfEvent;
      }
    | { evt: typeof codes.EVENT_RESTATED; instrument: number; order: OrderOfEvent }
    | {
        evt: typeof codes.EVENT_OPEN_ORDER;
        instrument: number;
        side: number;
        price: number;
        order: OrderOfEvent;
      }
  );

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
  if ('account' in command) slots[at + c.C_ACCOUNT] = command.account;
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
      slots[at + c.C_INSTRUMENT] = command.instrument;
      slots[at + c.C_PRICE] = command.referencePrice ?? 0;
      break;
  }
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

/** The event whose slot begins at word `at`. */
export function readEvent(slots: Int32Array, at: number): CoreEvent {
  const head = slots[at + e.E_HEAD]!;
  const cause: Cause = {
    sequence: wordsToNumber(slots[at + e.E_SEQUENCE_LOW]!, slots[at + e.E_SEQUENCE_HIGH]!),
    session: slots[at + e.E_SESSION]! >>> 0,
    request: slots[at + e.E_REQUEST]! >>> 0,
    end: (head & e.EVENT_END) !== 0,
  };
  const instrument = slots[at + e.E_INSTRUMENT]! >>> 0;
  const reason = (head >>> e.EVENT_REASON_SHIFT) & e.EVENT_REASON_MASK;
  const side = (head >>> e.EVENT_SIDE_SHIFT) & 1;
  const price = slots[at + e.E_PRICE]!;
  const evt = head & e.EVENT_TYPE_MASK;
  if (evt === codes.EVENT_DONE) return { evt, ...cause };
  if (evt === codes.EVENT_REJECTED) {
    const cmd = (head >>> e.EVENT_COMMAND_SHIFT) & e.EVENT_COMMAND_MASK;
    const account = slots[at + e.E_ACCOUNT]! >>> 0;
    const clOrdId = wordsToNumber(slots[at + e.E_CLORDID_LOW]!, slots[at + e.E_CLORDID_HIGH]!);
    return { evt, ...cause, cmd, reason, account, clOrdId };
  }
  const order = readOrder(slots, at + e.E_ACCOUNT);
  switch (evt) {
    case codes.EVENT_NEW:
    case codes.EVENT_OPEN_ORDER:
      return { evt, ...cause, instrument, side, price, order };
    case codes.EVENT_TRADE: {
      const tradeId = wordsToNumber(slots[at + e.E_TRADE_LOW]!, slots[at + e.E_TRADE_HIGH]!);
      const qty = slots[at + e.E_QTY]!;
      const aggressor = readOrder(slots, at + e.E_OTHER_ACCOUNT);
      const trade = { tradeId, price, qty, restingSide: side, resting: order, aggressor };
      return { evt, ...cause, instrument, ...trade };
    }
    case codes.EVENT_CANCELED:
      return { evt, ...cause, instrument, reason, order };
    case codes.EVENT_REPLACED: {
      const origClOrdId = wordsToNumber(slots[at + e.E_ORIG_LOW]!, slots[at + e.E_ORIG_HIGH]!);
      const keptPlace = (head & e.EVENT_KEPT_PLACE) !== 0;
      return { evt, ...cause, instrument, origClOrdId, price, keptPlace, order };
    }
    case codes.EVENT_RESTATED:
      return { evt, ...cause, instrument, order };
    default:
      throw new Error(`unknown event code ${evt}`);
  }
}

/** The seven words from account to leaves, which lie alike for both orders of a trade. */
function readOrder(slots: Int32Array, at: number): OrderOfEvent {
  return {
    account: slots[at]! >>> 0,
    owner: slots[at + 1]! >>> 0,
    clOrdId: wordsToNumber(slots[at + 2]!, slots[at + 3]!),
    orderId: wordsToNumber(slots[at + 4]!, slots[at + 5]!),
    leaves: slots[at + 6]!,
  };
}
