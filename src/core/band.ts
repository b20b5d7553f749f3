// The price band (R6.6, R6.7): which prices may trade around the band reference, kept as the first
// and last key at which each book side may be traded against. Without a band that is every key.

import { SIDE_BUY, SIDE_SELL } from './codes.ts';
import { INT32_MAX } from './limits.ts';
import {
  BID_MIRROR,
  I_BAND_BPS,
  I_BAND_REFERENCE,
  I_BAND_UNSET,
  I_SIDES,
  S_BAND_FIRST,
  S_BAND_LAST,
  SIDE_WORDS,
} from './memory-layout.ts';

const BPS_OF_ONE = 10_000;

/** Sets the band reference (0 = none) and with it the keys that may trade. */
export function setBandReference(m: Int32Array, instrument: number, reference: number): void {
  const bps = m[instrument + I_BAND_BPS];
  const bids = instrument + I_SIDES + SIDE_BUY * SIDE_WORDS;
  const asks = instrument + I_SIDES + SIDE_SELL * SIDE_WORDS;
  m[instrument + I_BAND_REFERENCE] = reference;
  const isBanded = bps !== 0 && reference !== 0;
  const lowest = isBanded ? lowestInBand(bps, reference) : 0;
  const highest = isBanded ? highestInBand(bps, reference) : INT32_MAX;
  m[asks + S_BAND_FIRST] = lowest;
  m[asks + S_BAND_LAST] = highest;
  m[bids + S_BAND_FIRST] = highest ^ BID_MIRROR;
  m[bids + S_BAND_LAST] = lowest ^ BID_MIRROR;
}

/** A day begins: its first trade will set the reference. */
export function beginBandDay(m: Int32Array, instrument: number): void {
  m[instrument + I_BAND_UNSET] = m[instrument + I_BAND_BPS] !== 0 ? 1 : 0;
}

/** The day's first trade, or an auction, was at `price`. */
export function tradedInBand(m: Int32Array, instrument: number, price: number): void {
  if (m[instrument + I_BAND_BPS] === 0) return;
  m[instrument + I_BAND_UNSET] = 0;
  setBandReference(m, instrument, price);
}

/** Whether a trade at `price` is inside the band that a reference (not 0) makes. */
export function isWithinBand(
  m: Int32Array,
  instrument: number,
  reference: number,
  price: number,
): boolean {
  const bps = m[instrument + I_BAND_BPS];
  return price >= lowestInBand(bps, reference) && price <= highestInBand(bps, reference);
}

/** Lowest price p with (reference - p) × 10000 ≤ bps × reference. */
function lowestInBand(bps: number, reference: number): number {
  return Math.max(0, reference - widthOf(bps, reference)) | 0;
}

function highestInBand(bps: number, reference: number): number {
  return Math.min(INT32_MAX, reference + widthOf(bps, reference)) | 0;
}

/** Exact where it is below 2^40, and above every distance of two prices beyond that. */
function widthOf(bps: number, reference: number): number {
  return Math.floor((bps * reference) / BPS_OF_ONE);
}
