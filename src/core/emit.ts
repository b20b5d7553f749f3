// Writes events (event-slot.ts) to the core's EventOut. Only the words that an event has are
// written.

import {
  EVENT_CANCELED,
  EVENT_DONE,
  EVENT_NEW,
  EVENT_OPEN_ORDER,
  EVENT_REJECTED,
  EVENT_REPLACED,
  EVENT_RESTATED,
  EVENT_TRADE,
} from './codes.ts';
import {
  C_ACCOUNT,
  C_CLORDID_HIGH,
  C_CLORDID_LOW,
  C_HEAD,
  HEAD_COMMAND_MASK,
} from './command-slot.ts';
import type { Core } from './core.ts';
import type { EventOut } from './event-buffer.ts';
import {
  E_ACCOUNT,
  E_CLORDID_HIGH,
  E_CLORDID_LOW,
  E_HEAD,
  E_INSTRUMENT,
  E_LEAVES,
  E_ORDER_HIGH,
  E_ORDER_LOW,
  E_ORIG_HIGH,
  E_ORIG_LOW,
  E_OTHER_ACCOUNT,
  E_OTHER_CLORDID_HIGH,
  E_OTHER_CLORDID_LOW,
  E_OTHER_LEAVES,
  E_OTHER_ORDER_HIGH,
  E_OTHER_ORDER_LOW,
  E_OTHER_OWNER,
  E_OWNER,
  E_PRICE,
  E_QTY,
  E_REQUEST,
  E_SEQUENCE_HIGH,
  E_SEQUENCE_LOW,
  E_SESSION,
  E_TIME_HIGH,
  E_TIME_LOW,
  E_TRADE_HIGH,
  E_TRADE_LOW,
  EVENT_COMMAND_SHIFT,
  EVENT_END,
  EVENT_KEPT_PLACE,
  EVENT_REASON_SHIFT,
  EVENT_SHIFT,
  EVENT_SIDE_SHIFT,
} from './event-slot.ts';
import {
  FLAG_INSTRUMENT_SHIFT,
  FLAG_SIDE,
  H_CLOCK_HIGH,
  H_CLOCK_LOW,
  H_REQUEST,
  H_SEQUENCE_HIGH,
  H_SEQUENCE_LOW,
  H_SESSION,
  O_ACCOUNT,
  O_CLORDID_HIGH,
  O_CLORDID_LOW,
  O_FLAGS,
  O_LEAVES,
  O_ORDER_HIGH,
  O_ORDER_LOW,
  O_OWNER,
  O_PRICE,
} from './memory-layout.ts';

/** The order was accepted; what it does follows. */
export function emitNew(core: Core, order: number): void {
  writeOrderEvent(core, EVENT_NEW, order, core.m[order + O_LEAVES]);
}

/** The order rests, and its account's open orders were asked for. */
export function emitOpenOrder(core: Core, order: number): void {
  writeOrderEvent(core, EVENT_OPEN_ORDER, order, core.m[order + O_LEAVES]);
}

/** `qty` of the order was canceled, all that it had left. */
export function emitCanceled(core: Core, order: number, qty: number, reason: number): void {
  writeOrderEvent(core, EVENT_CANCELED | (reason << EVENT_REASON_SHIFT), order, qty);
}

/** The order has fewer leaves than before, without a trade. */
export function emitRestated(core: Core, order: number): void {
  writeOrderEvent(core, EVENT_RESTATED, order, core.m[order + O_LEAVES]);
}

/** The order has new terms and a new id; (origLow, origHigh) was its id. */
export function emitReplaced(
  core: Core,
  order: number,
  origLow: number,
  origHigh: number,
  keptPlace: boolean,
): void {
  const head = keptPlace ? EVENT_REPLACED | EVENT_KEPT_PLACE : EVENT_REPLACED;
  const at = writeOrderEvent(core, head, order, core.m[order + O_LEAVES]);
  const e = core.out.slots;
  e[at + E_ORIG_LOW] = origLow;
  e[at + E_ORIG_HIGH] = origHigh;
}

/** The command was refused. */
export function emitRejected(core: Core, commands: Int32Array, at: number, reason: number): void {
  const command = commands[at + C_HEAD] & HEAD_COMMAND_MASK;
  const head = EVENT_REJECTED | (reason << EVENT_REASON_SHIFT) | (command << EVENT_COMMAND_SHIFT);
  const to = claimEvent(core, head);
  const e = core.out.slots;
  e[to + E_INSTRUMENT] = 0;
  e[to + E_ACCOUNT] = commands[at + C_ACCOUNT];
  e[to + E_OWNER] = core.m[H_SESSION];
  e[to + E_CLORDID_LOW] = commands[at + C_CLORDID_LOW];
  e[to + E_CLORDID_HIGH] = commands[at + C_CLORDID_HIGH];
}

/** Two orders traded; their leaves are those after the trade. */
export function emitTrade(
  core: Core,
  resting: number,
  aggressor: number,
  price: number,
  qty: number,
  tradeLow: number,
  tradeHigh: number,
): void {
  const m = core.m;
  const at = writeOrderEvent(core, EVENT_TRADE, resting, m[resting + O_LEAVES]);
  const e = core.out.slots;
  e[at + E_PRICE] = price;
  e[at + E_QTY] = qty;
  e[at + E_TRADE_LOW] = tradeLow;
  e[at + E_TRADE_HIGH] = tradeHigh;
  e[at + E_OTHER_ACCOUNT] = m[aggressor + O_ACCOUNT];
  e[at + E_OTHER_OWNER] = m[aggressor + O_OWNER];
  e[at + E_OTHER_CLORDID_LOW] = m[aggressor + O_CLORDID_LOW];
  e[at + E_OTHER_CLORDID_HIGH] = m[aggressor + O_CLORDID_HIGH];
  e[at + E_OTHER_ORDER_LOW] = m[aggressor + O_ORDER_LOW];
  e[at + E_OTHER_ORDER_HIGH] = m[aggressor + O_ORDER_HIGH];
  e[at + E_OTHER_LEAVES] = m[aggressor + O_LEAVES];
}

/** Marks the command's last event; a command that wrote none since `firstCursor` gets a `done`. */
export function emitEnd(core: Core, firstCursor: number): void {
  const out = core.out;
  if (out.cursor === firstCursor) {
    claimEvent(core, EVENT_DONE | EVENT_END);
  } else {
    out.slots[(((out.cursor - 1) & out.mask) << EVENT_SHIFT) + E_HEAD] |= EVENT_END;
  }
}

/** Takes the next slot and writes its cause; returns its first word. */
function claimEvent(core: Core, head: number): number {
  const out: EventOut = core.out;
  if (out.cursor === out.limit) out.makeRoom();
  const m = core.m;
  const e = out.slots;
  const at = (out.cursor & out.mask) << EVENT_SHIFT;
  out.cursor = (out.cursor + 1) | 0;
  e[at + E_HEAD] = head;
  e[at + E_SEQUENCE_LOW] = m[H_SEQUENCE_LOW];
  e[at + E_SEQUENCE_HIGH] = m[H_SEQUENCE_HIGH];
  e[at + E_TIME_LOW] = m[H_CLOCK_LOW];
  e[at + E_TIME_HIGH] = m[H_CLOCK_HIGH];
  e[at + E_SESSION] = m[H_SESSION];
  e[at + E_REQUEST] = m[H_REQUEST];
  return at;
}

/** The whole first line of an event about one order. */
function writeOrderEvent(core: Core, head: number, order: number, leaves: number): number {
  const m = core.m;
  const flags = m[order + O_FLAGS];
  const at = claimEvent(core, head | ((flags & FLAG_SIDE) << EVENT_SIDE_SHIFT));
  const e = core.out.slots;
  e[at + E_INSTRUMENT] = flags >>> FLAG_INSTRUMENT_SHIFT;
  e[at + E_ACCOUNT] = m[order + O_ACCOUNT];
  e[at + E_OWNER] = m[order + O_OWNER];
  e[at + E_CLORDID_LOW] = m[order + O_CLORDID_LOW];
  e[at + E_CLORDID_HIGH] = m[order + O_CLORDID_HIGH];
  e[at + E_ORDER_LOW] = m[order + O_ORDER_LOW];
  e[at + E_ORDER_HIGH] = m[order + O_ORDER_HIGH];
  e[at + E_LEAVES] = leaves;
  e[at + E_PRICE] = m[order + O_PRICE];
  return at;
}
