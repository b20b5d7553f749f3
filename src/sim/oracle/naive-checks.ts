// What a new order's own numbers are refused for (R2, R7), read straight off the rulebook. Part of
// the naive engine (naive-book.ts).

import {
  REJECT_INVALID_DISPLAY_QTY,
  REJECT_INVALID_PRICE,
  REJECT_INVALID_QTY,
  REJECT_INVALID_STOP_PRICE,
  REJECT_NOTIONAL_TOO_LARGE,
  REJECT_UNSUPPORTED_COMBINATION,
  TIF_FOK,
  TIF_IOC,
  TYPE_LIMIT,
  TYPE_MARKET,
  TYPE_STOP,
  TYPE_STOP_LIMIT,
} from '../../core/codes.ts';

const LARGEST_NUMBER = 2 ** 31 - 1;
const LARGEST_NOTIONAL = BigInt(2 ** 53 - 1);
const MOST_TRANCHES = 10_000;

/** A new order, or the new order that a replace amounts to. Numbers not given are undefined. */
export interface Terms {
  readonly type: number;
  readonly tif: number;
  readonly postOnly: boolean;
  readonly qty: number;
  readonly price: number | undefined;
  readonly stopPrice: number | undefined;
  readonly displayQty: number | undefined;
  /** R4.2: a displayQty that a replace keeps may exceed the new quantity. */
  readonly keepsDisplayQty: boolean;
}

/** The first REJECT_* code of R7's list that the terms alone deserve; 0 when there is none. */
export function rejectOfTerms(terms: Terms): number {
  if (!isNumberOfOrder(terms.qty)) return REJECT_INVALID_QTY;
  if (!priceIsRight(terms)) return REJECT_INVALID_PRICE;
  if (!stopPriceIsRight(terms)) return REJECT_INVALID_STOP_PRICE;
  if (!displayQtyIsRight(terms)) return REJECT_INVALID_DISPLAY_QTY;
  if (notionalIsTooLarge(terms)) return REJECT_NOTIONAL_TOO_LARGE;
  if (isUnsupported(terms)) return REJECT_UNSUPPORTED_COMBINATION;
  return 0;
}

/** R1.1: prices and quantities are whole numbers in 1 … 2^31-1. */
function isNumberOfOrder(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= LARGEST_NUMBER;
}

/** R2.1: limit and stop_limit must have a price, market and stop must have none. */
function priceIsRight({ type, price }: Terms): boolean {
  if (type === TYPE_MARKET || type === TYPE_STOP) return price === undefined;
  return price !== undefined && isNumberOfOrder(price);
}

/** R2.1: stop and stop_limit must have a stop price, the others must have none. */
function stopPriceIsRight({ type, stopPrice }: Terms): boolean {
  if (type === TYPE_LIMIT || type === TYPE_MARKET) return stopPrice === undefined;
  return stopPrice !== undefined && isNumberOfOrder(stopPrice);
}

/** R2: 1 … qty, and never more than 10,000 tranches. */
function displayQtyIsRight({ displayQty, qty, keepsDisplayQty }: Terms): boolean {
  if (displayQty === undefined) return true;
  if (!isNumberOfOrder(displayQty)) return false;
  if (displayQty > qty && !keepsDisplayQty) return false;
  return qty <= MOST_TRANCHES * displayQty;
}

/** R1.2: an order without a price is not checked. */
function notionalIsTooLarge({ price, qty }: Terms): boolean {
  return price !== undefined && BigInt(price) * BigInt(qty) > LARGEST_NOTIONAL;
}

/** R2.1. */
function isUnsupported({ type, tif, postOnly, displayQty }: Terms): boolean {
  const actsAtOnce = tif === TIF_IOC || tif === TIF_FOK;
  if (postOnly && (actsAtOnce || type !== TYPE_LIMIT)) return true;
  if (displayQty === undefined) return false;
  return actsAtOnce || (type !== TYPE_LIMIT && type !== TYPE_STOP_LIMIT);
}
