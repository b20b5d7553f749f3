// Phases (R6.1) and the timetable that follows a halt by the price band (R6.8, R6.9).

import { activate } from './acting.ts';
import { forgetIndicative, keepTotals, stopTotals, uncross } from './auction.ts';
import { beginBandDay } from './band.ts';
import { removeOrder } from './book.ts';
import {
  CANCEL_DAY_END,
  PHASE_AUCTION,
  PHASE_CLOSED,
  PHASE_CONTINUOUS,
  PHASE_PRE_OPEN,
} from './codes.ts';
import type { Core } from './core.ts';
import { emitCanceled, emitPhase } from './emit.ts';
import { endTimetable, findNextDue, isAtMost64 } from './halt.ts';
import * as map from './memory-layout.ts';
import { noteUnpublished } from './totals.ts';

/** Puts an instrument into another phase than its own: `phase`, then what that causes. */
export function enterPhase(core: Core, instrument: number, phase: number): void {
  const m = core.m;
  if (m[instrument + map.I_PHASE] === PHASE_CLOSED) beginBandDay(m, instrument);
  m[instrument + map.I_PHASE] = phase;
  emitPhase(core, instrument);
  if (phase === PHASE_CONTINUOUS) {
    uncross(core, instrument);
    activate(core, instrument);
  } else if (phase === PHASE_PRE_OPEN || phase === PHASE_AUCTION) {
    keepTotals(m, instrument);
    forgetIndicative(m, instrument);
    noteUnpublished(m, instrument);
  } else {
    stopTotals(m, instrument);
    if (phase === PHASE_CLOSED) cancelDayOrders(core, instrument);
  }
}

/** Makes every transition that is due by the clock (R6.9). */
export function runTimetables(core: Core): void {
  const m = core.m;
  let instrument = m[map.H_FIRST_INSTRUMENT];
  for (; instrument !== 0; instrument = m[instrument + map.I_NEXT]) {
    // A stop that the transition releases may halt the instrument again, and that be due too.
    while (
      m[instrument + map.I_NEXT_PHASE] !== 0 &&
      isAtMost64(m, instrument + map.I_DUE_LOW, map.H_CLOCK_LOW)
    ) {
      runTransition(core, instrument);
    }
  }
  findNextDue(m);
}

function runTransition(core: Core, instrument: number): void {
  const m = core.m;
  const phase = m[instrument + map.I_NEXT_PHASE];
  if (phase === PHASE_AUCTION) {
    m[instrument + map.I_NEXT_PHASE] = PHASE_CONTINUOUS;
    m[instrument + map.I_DUE_LOW] = m[instrument + map.I_CONTINUOUS_LOW];
    m[instrument + map.I_DUE_HIGH] = m[instrument + map.I_CONTINUOUS_HIGH];
  } else {
    endTimetable(m, instrument);
  }
  enterPhase(core, instrument, phase);
}

/** Oldest orderId first, stops included. */
function cancelDayOrders(core: Core, instrument: number): void {
  const m = core.m;
  const list = instrument + map.I_DAY;
  while (m[list + map.X_DAY_NEXT] !== list) {
    const order = m[m[list + map.X_DAY_NEXT] + map.X_ORDER];
    emitCanceled(core, order, m[order + map.O_LEAVES], CANCEL_DAY_END);
    removeOrder(m, order);
  }
}
