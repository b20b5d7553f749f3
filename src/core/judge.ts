// Whether a command's own numbers are allowed (R2, R7): the part of judging that needs no book.
// Checks stand in the order of precedence, so the first that fails is the answer; 0 = none does.

import {
  REJECT_INVALID_DISPLAY_QTY,
  REJECT_INVALID_PRICE,
  REJECT_INVALID_QTY,
  REJECT_INVALID_STOP_PRICE,
  REJECT_NOTIONAL_TOO_LARGE,
  REJECT_UNSUPPORTED_COMBINATION,
  TIF_DAY,
  TIF_FOK,
  TIF_IOC,
  TYPE_LIMIT,
  TYPE_MARKET,
  TYPE_STOP,
  TYPE_STOP_LIMIT,
} from './codes.ts';
import {
  C_DISPLAY_QTY,
  C_HEAD,
  C_PRICE,
  C_QTY,
  C_STOP_PRICE,
  HAS_DISPLAY_QTY,
  HAS_PRICE,
  HAS_QTY,
  HAS_STOP_PRICE,
  HEAD_POST_ONLY,
  HEAD_TERM_MASK,
  HEAD_TIF_SHIFT,
  HEAD_TYPE_SHIFT,
} from './command-slot.ts';
import { EXACT_MAX, TRANCHES_MAX } from './limits.ts';

/** Judges the terms of a new order. */
export function judgeNewTerms(commands: Int32Array, at: number): number {
  const head = commands[at + C_HEAD];
  const type = (head >>> HEAD_TYPE_SHIFT) & HEAD_TERM_MASK;
  const qty = commands[at + C_QTY];
  const price = commands[at + C_PRICE];
  if (qty < 1) return REJECT_INVALID_QTY;
  if (type === TYPE_LIMIT || type === TYPE_STOP_LIMIT) {
    if ((head & HAS_PRICE) === 0 || price < 1) return REJECT_INVALID_PRICE;
  } else if ((head & HAS_PRICE) !== 0) {
    return REJECT_INVALID_PRICE;
  }
  if ((head & HAS_STOP_PRICE) !== 0 || type >= TYPE_STOP) {
    const stops = type >= TYPE_STOP && (head & HAS_STOP_PRICE) !== 0;
    if (!stops || commands[at + C_STOP_PRICE] < 1) return REJECT_INVALID_STOP_PRICE;
  }
  if ((head & HAS_DISPLAY_QTY) !== 0 && isDisplayInvalid(commands[at + C_DISPLAY_QTY], qty)) {
    return REJECT_INVALID_DISPLAY_QTY;
  }
  if ((head & HAS_PRICE) !== 0 && isNotionalTooLarge(price, qty)) return REJECT_NOTIONAL_TOO_LARGE;
  return isUnsupported(head, type) ? REJECT_UNSUPPORTED_COMBINATION : 0;
}

/**
 * Judges a replace: `price` and `qty` are those that result, `spent` is what the order had filled
 * and canceled.
 */
export function judgeReplaceTerms(
  commands: Int32Array,
  at: number,
  price: number,
  qty: number,
  spent: number,
): number {
  const head = commands[at + C_HEAD];
  if (qty < 1 || qty <= spent) return REJECT_INVALID_QTY;
  if (price < 1) return REJECT_INVALID_PRICE;
  if ((head & HAS_STOP_PRICE) !== 0) return REJECT_INVALID_STOP_PRICE;
  if ((head & HAS_DISPLAY_QTY) !== 0 && isDisplayInvalid(commands[at + C_DISPLAY_QTY], qty)) {
    return REJECT_INVALID_DISPLAY_QTY;
  }
  if (isNotionalTooLarge(price, qty)) return REJECT_NOTIONAL_TOO_LARGE;
  return (head & HAS_DISPLAY_QTY) !== 0 ? REJECT_UNSUPPORTED_COMBINATION : 0;
}

/** The quantity and price that a replace asks for, the order's own where it gives none. */
export function resultingQty(commands: Int32Array, at: number, kept: number): number {
  return (commands[at + C_HEAD] & HAS_QTY) !== 0 ? commands[at + C_QTY] : kept;
}

export function resultingPrice(commands: Int32Array, at: number, kept: number): number {
  return (commands[at + C_HEAD] & HAS_PRICE) !== 0 ? commands[at + C_PRICE] : kept;
}

function isDisplayInvalid(displayQty: number, qty: number): boolean {
  return displayQty < 1 || displayQty > qty || qty > displayQty * TRANCHES_MAX;
}

/** Both at least 1. The product is only made where it could be too large, in a double. */
function isNotionalTooLarge(price: number, qty: number): boolean {
  // Together 11 leading zeros or more: at most 53 bits.
  if (Math.clz32(price) + Math.clz32(qty) >= 11) return false;
  return price * qty > EXACT_MAX;
}

/** What R2.1 forbids, and what the core does not do yet: day orders, stops, icebergs. */
function isUnsupported(head: number, type: number): boolean {
  if (type >= TYPE_STOP || (head & HAS_DISPLAY_QTY) !== 0) return true;
  const tif = (head >>> HEAD_TIF_SHIFT) & HEAD_TERM_MASK;
  if (tif === TIF_DAY && type !== TYPE_MARKET) return true;
  if ((head & HEAD_POST_ONLY) === 0) return false;
  return type !== TYPE_LIMIT || tif === TIF_IOC || tif === TIF_FOK;
}
