// An instrument as everybody is told of it: in the welcome of order entry, in the list of the feed,
// and by EVENT_INSTRUMENT, from which both have it.

import { decimalText } from '../base/decimal.ts';
import { wordsToNumber } from '../base/words.ts';
import { PHASE_CONTINUOUS } from '../core/codes.ts';
import { DECIMALS_MASK, SYMBOL_WORDS } from '../core/command-slot.ts';
import * as e from '../core/event-slot.ts';

export interface InstrumentFacts {
  /** uint32 from 1. */
  number: number;
  /** At most NAME_BYTES_MAX bytes of UTF-8, as tickSize and lotSize. */
  symbol: string;
  /** Decimal texts ('0.01'): what one tick of price and one lot of quantity are. */
  tickSize: string;
  lotSize: string;
  /** PHASE_*, as of the frame. */
  phase: number;
  /** Ticks, 0 = none. */
  referencePrice: number;
  /** Price band in hundredths of a percent, 0 = none. */
  priceBandBps: number;
  /** Timetable of a halt that the band causes: how long halt and auction last, ns, 0 … 2^53-1. */
  haltNs: number;
  auctionNs: number;
}

/** Steps of an instrument that was defined without any. */
const DEFAULT_TICK = '0.01';
const DEFAULT_LOT = '1';
const LOT_DECIMALS_SHIFT = 5;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * What the EVENT_INSTRUMENT at word `at` says; the phase is that in which an instrument begins. One
 * without a symbol goes by its number.
 */
export function factsOfEvent(slots: Int32Array, at: number): InstrumentFacts {
  const number = slots[at + e.E_INSTRUMENT]! >>> 0;
  const decimals = slots[at + e.E_DECIMALS]!;
  const tick = slots[at + e.E_TICK]!;
  const lot = slots[at + e.E_LOT]!;
  return {
    number,
    symbol: symbolAt(slots, at + e.E_SYMBOL) || String(number),
    tickSize: stepText(tick, decimals & DECIMALS_MASK, DEFAULT_TICK),
    lotSize: stepText(lot, (decimals >>> LOT_DECIMALS_SHIFT) & DECIMALS_MASK, DEFAULT_LOT),
    phase: PHASE_CONTINUOUS,
    referencePrice: slots[at + e.E_PRICE]!,
    priceBandBps: slots[at + e.E_BAND_BPS]!,
    haltNs: wordsToNumber(slots[at + e.E_HALT_LOW]!, slots[at + e.E_HALT_HIGH]!),
    auctionNs: wordsToNumber(slots[at + e.E_AUCTION_LOW]!, slots[at + e.E_AUCTION_HIGH]!),
  };
}

function stepText(units: number, decimals: number, unsaid: string): string {
  return units === 0 ? unsaid : decimalText({ units, decimals });
}

function symbolAt(slots: Int32Array, at: number): string {
  // A copy: shared memory cannot be decoded in place.
  const bytes = new Uint8Array(slots.slice(at, at + SYMBOL_WORDS).buffer);
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}
