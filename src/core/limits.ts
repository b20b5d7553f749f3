// Imports nothing, so that the bundler puts the constants' values where they are used.

/**
 * How much the core holds. All of it is laid out at start-up (untouched memory costs nothing); a
 * full pool refuses with `capacity`, it never grows.
 */
export interface Limits {
  /** Resting orders, all instruments together. */
  readonly orders: number;
  /** Accounts that have ever used up a clOrdId. */
  readonly accounts: number;
  /** Instruments; their numbers are 1 … this. */
  readonly instruments: number;
  /** Price pages: runs of 64 ticks of one side of one instrument that hold an order. */
  readonly pages: number;
}

export const DEFAULT_LIMITS: Limits = {
  orders: 1_048_576,
  accounts: 65_536,
  instruments: 1_024,
  pages: 131_072,
};

/** What the memory map can address: every limit lies in 1 … its value here. */
export const LARGEST_LIMITS: Limits = {
  orders: 4_194_304,
  accounts: 1_048_576,
  instruments: 32_767,
  pages: 1_048_576,
};

/** A tranche count above this is `invalid_display_qty` (R2): qty ≤ this × displayQty. */
export const TRANCHES_MAX = 10_000;

/** The largest price, quantity, and any other int32 field of an order. */
export const INT32_MAX = 0x7fffffff;

/** Largest whole number of which a double holds every smaller one too: the largest notional. */
export const EXACT_MAX = 9007199254740991;
