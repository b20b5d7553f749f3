// The quantity of each level (hidden parts included), kept only in pre_open and auction, when the
// indicative price is found from it after every command. In the continuous phase nobody asks, and
// keeping it would cost every order.
//
// Layout: two words a level, low and high of a whole number up to 2^53-1, in a region that mirrors
// that of the levels.

import { assert } from '../base/assert.ts';
import { nextLevel } from './ladder.ts';
import { EXACT_MAX } from './limits.ts';
import {
  H_LEVELS_BASE,
  H_TOTALS_BASE,
  H_UNPUBLISHED,
  H_UNPUBLISHED_LAST,
  I_UNPUBLISHED,
  L_FIRST,
  O_LEAVES,
  O_NEXT,
  S_BEST,
  S_TOTALED,
} from './memory-layout.ts';

const TWO_32 = 0x1_0000_0000;

export function totalOf(m: Int32Array, level: number): number {
  const at = totalAt(m, level);
  return m[at + 1] * TWO_32 + (m[at] >>> 0);
}

/** A level that begins with one order. */
export function startTotal(m: Int32Array, side: number, level: number, qty: number): void {
  setTotal(m, level, qty);
  noteUnpublished(m, m[side + S_TOTALED]);
}

/** A level of a side whose totals are kept gains `qty`, or loses it (negative). */
export function addToTotal(m: Int32Array, side: number, level: number, qty: number): void {
  setTotal(m, level, totalOf(m, level) + qty);
  noteUnpublished(m, m[side + S_TOTALED]);
}

/** From now on the totals of a side of `instrument` are kept. */
export function startTotals(m: Int32Array, instrument: number, side: number): void {
  if (m[side + S_TOTALED] !== 0) return;
  m[side + S_TOTALED] = instrument;
  for (let level = m[side + S_BEST]; level !== 0; level = nextLevel(m, level)) {
    let total = 0;
    for (let order = m[level + L_FIRST]; order !== level; order = m[order + O_NEXT]) {
      total += m[order + O_LEAVES];
    }
    setTotal(m, level, total);
  }
}

/** The instrument's indicative may have changed: it is looked at when the command ends. */
export function noteUnpublished(m: Int32Array, instrument: number): void {
  if (m[instrument + I_UNPUBLISHED] !== 0) return;
  m[instrument + I_UNPUBLISHED] = 1;
  m[H_UNPUBLISHED] += 1;
  m[H_UNPUBLISHED_LAST] = instrument;
}

function setTotal(m: Int32Array, level: number, total: number): void {
  assert(total >= 0 && total <= EXACT_MAX, 'a total is exact');
  const at = totalAt(m, level);
  m[at] = total | 0;
  m[at + 1] = Math.floor(total / TWO_32);
}

function totalAt(m: Int32Array, level: number): number {
  return m[H_TOTALS_BASE] + level - m[H_LEVELS_BASE];
}
