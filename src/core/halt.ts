// An instrument's phase and timetable as plain state: who sets them says what follows (phases.ts).

import { PHASE_AUCTION, PHASE_HALTED } from './codes.ts';
import type { Core } from './core.ts';
import { emitPhase } from './emit.ts';
import * as map from './memory-layout.ts';

/** A trade outside the price band was prevented: halted, with a timetable from now on (R6.8). */
export function haltByBand(core: Core, instrument: number): void {
  const m = core.m;
  m[instrument + map.I_PHASE] = PHASE_HALTED;
  m[instrument + map.I_NEXT_PHASE] = PHASE_AUCTION;
  add64(m, instrument + map.I_DUE_LOW, map.H_CLOCK_LOW, instrument + map.I_HALT_LOW);
  add64(
    m,
    instrument + map.I_CONTINUOUS_LOW,
    instrument + map.I_DUE_LOW,
    instrument + map.I_AUCTION_LOW,
  );
  noteDue(m, instrument);
  emitPhase(core, instrument);
}

/** Ends an instrument's timetable. */
export function endTimetable(m: Int32Array, instrument: number): void {
  m[instrument + map.I_NEXT_PHASE] = 0;
  m.fill(0, instrument + map.I_DUE_LOW, instrument + map.I_CONTINUOUS_HIGH + 1);
}

/** Keeps in the header when the first transition of all is due. */
export function findNextDue(m: Int32Array): void {
  m[map.H_DUE_LOW] = -1;
  m[map.H_DUE_HIGH] = -1;
  let instrument = m[map.H_FIRST_INSTRUMENT];
  for (; instrument !== 0; instrument = m[instrument + map.I_NEXT]) {
    if (m[instrument + map.I_NEXT_PHASE] !== 0) noteDue(m, instrument);
  }
}

/** True when the 64-bit unsigned number at `a` is not above that at `b`. */
export function isAtMost64(m: Int32Array, a: number, b: number): boolean {
  const high = m[a + 1] >>> 0;
  const otherHigh = m[b + 1] >>> 0;
  if (high !== otherHigh) return high < otherHigh;
  return m[a] >>> 0 <= m[b] >>> 0;
}

function noteDue(m: Int32Array, instrument: number): void {
  if (!isAtMost64(m, instrument + map.I_DUE_LOW, map.H_DUE_LOW)) return;
  m[map.H_DUE_LOW] = m[instrument + map.I_DUE_LOW];
  m[map.H_DUE_HIGH] = m[instrument + map.I_DUE_HIGH];
}

/** The 64-bit sum of those at `a` and `b`, to `to`. (Clocks end at 2^63, so it fits.) */
function add64(m: Int32Array, to: number, a: number, b: number): void {
  const low = (m[a] >>> 0) + (m[b] >>> 0);
  m[to] = low;
  m[to + 1] = m[a + 1] + m[b + 1] + (low > 0xffff_ffff ? 1 : 0);
}
