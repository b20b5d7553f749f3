// Writes events (event-slot.ts) to the core's EventOut. Only the words that an event has are
// written.

import {
  COMMAND_REPLACE,
  EVENT_CANCELED,
  EVENT_DONE,
  EVENT_INDICATIVE,
  EVENT_INSTRUMENT,
  EVENT_NEW,
  EVENT_OPEN_ORDER,
  EVENT_PHASE,
  EVENT_REFRESHED,
  EVENT_REJECTED,
  EVENT_REPLACED,
  EVENT_RESTATED,
  EVENT_TRADE,
  EVENT_TRIGGERED,
} from './codes.ts';
import {
  C_ACCOUNT,
  C_CLORDID_HIGH,
  C_CLORDID_LOW,
  C_HEAD,
  HEAD_COMMAND_MASK,
  SYMBOL_WORDS,
} from './command-slot.ts';
import type { Core } from './core.ts';
import type { EventOut } from './event-buffer.ts';
import {
  E_ACCOUNT,
  E_AUCTION_HIGH,
  E_AUCTION_LOW,
  E_BAND_BPS,
  E_CLORDID_HIGH,
  E_CLORDID_LOW,
  E_DECIMALS,
  E_DISPLAY_QTY,
  E_DISPLAYED,
  E_DUE_HIGH,
  E_DUE_LOW,
  E_HALT_HIGH,
  E_HALT_LOW,
  E_HEAD,
  E_IMBALANCE_HIGH,
  E_IMBALANCE_LOW,
  E_INSTRUMENT,
  E_LEAVES,
  E_LOT,
  E_ORDER_HIGH,
  E_ORDER_LOW,
  E_ORIG_HIGH,
  E_ORIG_LOW,
  E_OTHER_ACCOUNT,
  E_OTHER_CLORDID_HIGH,
  E_OTHER_CLORDID_LOW,
  E_OTHER_DISPLAYED,
  E_OTHER_LEAVES,
  E_OTHER_ORDER_HIGH,
  E_OTHER_ORDER_LOW,
  E_OTHER_OWNER,
  E_OWNER,
  E_PHASE,
  E_PRICE,
  E_QTY,
  E_REQUEST,
  E_SEQUENCE_HIGH,
  E_SEQUENCE_LOW,
  E_SESSION,
  E_STOP_PRICE,
  E_SYMBOL,
  E_TICK,
  E_TIME_HIGH,
  E_TIME_LOW,
  E_TRADE_HIGH,
  E_TRADE_LOW,
  E_VOLUME_HIGH,
  E_VOLUME_LOW,
  EVENT_AUCTION,
  EVENT_COMMAND_SHIFT,
  EVENT_END,
  EVENT_ICEBERG,
  EVENT_KEPT_PLACE,
  EVENT_OTHER_ICEBERG,
  EVENT_REASON_SHIFT,
  EVENT_SHIFT,
  EVENT_SIDE_SHIFT,
  EVENT_STOP,
  EVENT_TYPE_MASK,
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
  I_AUCTION_HIGH,
  I_AUCTION_LOW,
  I_BAND_BPS,
  I_DECIMALS,
  I_DUE_HIGH,
  I_DUE_LOW,
  I_HALT_HIGH,
  I_HALT_LOW,
  I_IMBALANCE_HIGH,
  I_IMBALANCE_LOW,
  I_INDICATIVE_HIGH,
  I_INDICATIVE_LOW,
  I_INDICATIVE_PRICE,
  I_LOT,
  I_NUMBER,
  I_PHASE,
  I_REFERENCE_PRICE,
  I_SYMBOL,
  I_TICK,
  O_ACCOUNT,
  O_CLORDID_HIGH,
  O_CLORDID_LOW,
  O_EXTRA,
  O_FLAGS,
  O_LEAVES,
  O_ORDER_HIGH,
  O_ORDER_LOW,
  O_OWNER,
  O_PRICE,
  X_DISPLAY_QTY,
  X_SHOWN,
  X_STOP_PRICE,
  X_WAITS,
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

/** The stop is an aggressor from now on. */
export function emitTriggered(core: Core, order: number): void {
  writeOrderEvent(core, EVENT_TRIGGERED, order, core.m[order + O_LEAVES]);
}

/** The iceberg shows its next tranche. */
export function emitRefreshed(core: Core, order: number): void {
  writeOrderEvent(core, EVENT_REFRESHED, order, core.m[order + O_LEAVES]);
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
  // Other commands have something else in these words.
  const hasId = command <= COMMAND_REPLACE;
  e[to + E_INSTRUMENT] = 0;
  e[to + E_ACCOUNT] = commands[at + C_ACCOUNT];
  e[to + E_OWNER] = core.m[H_SESSION];
  e[to + E_CLORDID_LOW] = hasId ? commands[at + C_CLORDID_LOW] : 0;
  e[to + E_CLORDID_HIGH] = hasId ? commands[at + C_CLORDID_HIGH] : 0;
}

/** A resting order and an aggressor traded; their leaves are those after the trade. */
export function emitTrade(
  core: Core,
  resting: number,
  aggressor: number,
  price: number,
  qty: number,
  tradeLow: number,
  tradeHigh: number,
): void {
  const at = writeOrderEvent(core, EVENT_TRADE, resting, core.m[resting + O_LEAVES]);
  writeTrade(core, at, aggressor, price, qty, tradeLow, tradeHigh);
}

/** Two resting orders traded in an auction. */
export function emitAuctionTrade(
  core: Core,
  buyer: number,
  seller: number,
  price: number,
  qty: number,
  tradeLow: number,
  tradeHigh: number,
): void {
  const m = core.m;
  const extra = m[seller + O_EXTRA];
  const isIceberg = extra !== 0 && m[extra + X_DISPLAY_QTY] !== 0;
  const head = EVENT_TRADE | EVENT_AUCTION | (isIceberg ? EVENT_OTHER_ICEBERG : 0);
  const at = writeOrderEvent(core, head, buyer, m[buyer + O_LEAVES]);
  writeTrade(core, at, seller, price, qty, tradeLow, tradeHigh);
  if (isIceberg) core.out.slots[at + E_OTHER_DISPLAYED] = m[extra + X_SHOWN];
}

function writeTrade(
  core: Core,
  at: number,
  other: number,
  price: number,
  qty: number,
  tradeLow: number,
  tradeHigh: number,
): void {
  const m = core.m;
  const e = core.out.slots;
  e[at + E_PRICE] = price;
  e[at + E_QTY] = qty;
  e[at + E_TRADE_LOW] = tradeLow;
  e[at + E_TRADE_HIGH] = tradeHigh;
  e[at + E_OTHER_ACCOUNT] = m[other + O_ACCOUNT];
  e[at + E_OTHER_OWNER] = m[other + O_OWNER];
  e[at + E_OTHER_CLORDID_LOW] = m[other + O_CLORDID_LOW];
  e[at + E_OTHER_CLORDID_HIGH] = m[other + O_CLORDID_HIGH];
  e[at + E_OTHER_ORDER_LOW] = m[other + O_ORDER_LOW];
  e[at + E_OTHER_ORDER_HIGH] = m[other + O_ORDER_HIGH];
  e[at + E_OTHER_LEAVES] = m[other + O_LEAVES];
}

/** The instrument has entered its phase. */
export function emitPhase(core: Core, instrument: number): void {
  const m = core.m;
  const at = claimEvent(core, EVENT_PHASE);
  const e = core.out.slots;
  e[at + E_INSTRUMENT] = m[instrument + I_NUMBER];
  e[at + E_PHASE] = m[instrument + I_PHASE];
  e[at + E_DUE_LOW] = m[instrument + I_DUE_LOW];
  e[at + E_DUE_HIGH] = m[instrument + I_DUE_HIGH];
}

/** The instrument's indicative, as it was just noted. */
export function emitIndicative(core: Core, instrument: number): void {
  const m = core.m;
  const at = claimEvent(core, EVENT_INDICATIVE);
  const e = core.out.slots;
  e[at + E_INSTRUMENT] = m[instrument + I_NUMBER];
  e[at + E_PRICE] = m[instrument + I_INDICATIVE_PRICE];
  e[at + E_VOLUME_LOW] = m[instrument + I_INDICATIVE_LOW];
  e[at + E_VOLUME_HIGH] = m[instrument + I_INDICATIVE_HIGH];
  e[at + E_IMBALANCE_LOW] = m[instrument + I_IMBALANCE_LOW];
  e[at + E_IMBALANCE_HIGH] = m[instrument + I_IMBALANCE_HIGH];
}

/** The instrument was defined. */
export function emitInstrument(core: Core, instrument: number): void {
  const m = core.m;
  const at = claimEvent(core, EVENT_INSTRUMENT);
  const e = core.out.slots;
  e[at + E_INSTRUMENT] = m[instrument + I_NUMBER];
  e[at + E_PRICE] = m[instrument + I_REFERENCE_PRICE];
  e[at + E_BAND_BPS] = m[instrument + I_BAND_BPS];
  e[at + E_HALT_LOW] = m[instrument + I_HALT_LOW];
  e[at + E_HALT_HIGH] = m[instrument + I_HALT_HIGH];
  e[at + E_AUCTION_LOW] = m[instrument + I_AUCTION_LOW];
  e[at + E_AUCTION_HIGH] = m[instrument + I_AUCTION_HIGH];
  e[at + E_TICK] = m[instrument + I_TICK];
  e[at + E_LOT] = m[instrument + I_LOT];
  e[at + E_DECIMALS] = m[instrument + I_DECIMALS];
  for (let i = 0; i < SYMBOL_WORDS; i++) e[at + E_SYMBOL + i] = m[instrument + I_SYMBOL + i];
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

/** The whole first line of an event about one order, and what an iceberg or a stop has beside. */
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
  if (m[order + O_EXTRA] !== 0) writeExtra(core, at, m[order + O_EXTRA]);
  return at;
}

function writeExtra(core: Core, at: number, extra: number): void {
  const m = core.m;
  const e = core.out.slots;
  if (m[extra + X_DISPLAY_QTY] !== 0) {
    const isCanceled = (e[at + E_HEAD] & EVENT_TYPE_MASK) === EVENT_CANCELED;
    e[at + E_HEAD] |= EVENT_ICEBERG;
    e[at + E_DISPLAYED] = isCanceled ? 0 : m[extra + X_SHOWN];
    e[at + E_DISPLAY_QTY] = m[extra + X_DISPLAY_QTY];
  }
  if (m[extra + X_WAITS] !== 0) {
    e[at + E_HEAD] |= EVENT_STOP;
    e[at + E_STOP_PRICE] = m[extra + X_STOP_PRICE];
  }
}
