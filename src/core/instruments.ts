// The operator's commands about an instrument: its symbol, its definition, its phase.

import { beginBandDay, setBandReference } from './band.ts';
import { findInstrument, instrumentAt, sideOf } from './book.ts';
import {
  PHASE_CONTINUOUS,
  REJECT_ALREADY_DEFINED,
  REJECT_CAPACITY,
  REJECT_UNKNOWN_SYMBOL,
  SIDE_BUY,
  SIDE_SELL,
} from './codes.ts';
import * as c from './command-slot.ts';
import type { Core } from './core.ts';
import { emitInstrument, emitRejected } from './emit.ts';
import { startDayOrders } from './extras.ts';
import { endTimetable, findNextDue } from './halt.ts';
import { addRoot } from './ladder.ts';
import * as map from './memory-layout.ts';
import { enterPhase } from './phases.ts';

/** Notes the symbol of a number that is not defined yet. */
export function applySymbol(core: Core, commands: Int32Array, at: number): void {
  const m = core.m;
  const instrument = undefinedFor(core, commands, at);
  if (instrument === 0) return;
  for (let i = 0; i < c.SYMBOL_WORDS; i++) {
    m[instrument + map.I_SYMBOL + i] = commands[at + c.C_SYMBOL + i];
  }
}

/** Defines an instrument, in continuous trading. Its number must be in 1 … limit and unused. */
export function applyInstrument(core: Core, commands: Int32Array, at: number): void {
  const m = core.m;
  const instrument = undefinedFor(core, commands, at);
  if (instrument === 0) return;
  m[instrument + map.I_NUMBER] = commands[at + c.C_INSTRUMENT];
  m[instrument + map.I_REFERENCE_PRICE] = commands[at + c.C_PRICE];
  m[instrument + map.I_PHASE] = PHASE_CONTINUOUS;
  m[instrument + map.I_BAND_BPS] = commands[at + c.C_BAND_BPS];
  m[instrument + map.I_HALT_LOW] = commands[at + c.C_HALT_LOW];
  m[instrument + map.I_HALT_HIGH] = commands[at + c.C_HALT_HIGH];
  m[instrument + map.I_AUCTION_LOW] = commands[at + c.C_AUCTION_LOW];
  m[instrument + map.I_AUCTION_HIGH] = commands[at + c.C_AUCTION_HIGH];
  m[instrument + map.I_TICK] = commands[at + c.C_TICK];
  m[instrument + map.I_LOT] = commands[at + c.C_LOT];
  // Both sit beside each other in the head.
  m[instrument + map.I_DECIMALS] = (commands[at + c.C_HEAD] >>> c.TICK_DECIMALS_SHIFT) & 0x3ff;
  const queue = instrument + map.I_QUEUE;
  m[queue + map.L_FIRST] = queue;
  m[queue + map.L_LAST] = queue;
  startDayOrders(m, instrument);
  addSide(m, sideOf(instrument, SIDE_BUY), map.BID_MIRROR);
  addSide(m, sideOf(instrument, SIDE_SELL), 0);
  addSide(m, sideOf(instrument, SIDE_BUY + map.STOP_SIDES), 0);
  addSide(m, sideOf(instrument, SIDE_SELL + map.STOP_SIDES), map.BID_MIRROR);
  setBandReference(m, instrument, commands[at + c.C_PRICE]);
  beginBandDay(m, instrument);
  const last = m[map.H_LAST_INSTRUMENT];
  if (last === 0) m[map.H_FIRST_INSTRUMENT] = instrument;
  else m[last + map.I_NEXT] = instrument;
  m[map.H_LAST_INSTRUMENT] = instrument;
  emitInstrument(core, instrument);
}

/** Puts an instrument into a phase; naming the one that it is in does nothing (R6.1). */
export function applyPhase(core: Core, commands: Int32Array, at: number): void {
  const m = core.m;
  const instrument = findInstrument(m, commands[at + c.C_INSTRUMENT]);
  const phase = commands[at + c.C_PHASE];
  if (instrument === 0) {
    emitRejected(core, commands, at, REJECT_UNKNOWN_SYMBOL);
    return;
  }
  if (phase === m[instrument + map.I_PHASE]) return;
  if (m[instrument + map.I_NEXT_PHASE] !== 0) {
    endTimetable(m, instrument);
    findNextDue(m);
  }
  enterPhase(core, instrument, phase);
}

function addSide(m: Int32Array, side: number, mirror: number): void {
  m[side + map.S_MIRROR] = mirror;
  addRoot(m, side);
}

/** The record for a number that is not defined; otherwise 0, and the command is rejected. */
function undefinedFor(core: Core, commands: Int32Array, at: number): number {
  const number = commands[at + c.C_INSTRUMENT];
  let reason = 0;
  if (number < 1 || number > core.m[map.H_INSTRUMENTS_LIMIT]) reason = REJECT_CAPACITY;
  else if (findInstrument(core.m, number) !== 0) reason = REJECT_ALREADY_DEFINED;
  if (reason === 0) return instrumentAt(core.m, number);
  emitRejected(core, commands, at, reason);
  return 0;
}
