// Whether a command's own numbers are allowed (R2, R4.2, R7): what needs neither book nor phase.
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
import {
  FLAG_TIF_MASK,
  FLAG_TIF_SHIFT,
  FLAG_TYPE_MASK,
  FLAG_TYPE_SHIFT,
  O_EXTRA,
  O_FLAGS,
  O_LEAVES,
  O_PRICE,
  O_QTY,
  X_DISPLAY_QTY,
} from './memory-layout.ts';

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
 * Judges the terms that a replace gives to `order` (R4.2): each as of the new order that it amounts
 * to, where it changes something.
 */
export function judgeReplaceTerms(
  m: Int32Array,
  commands: Int32Array,
  at: number,
  order: number,
): number {
  const head = commands[at + C_HEAD];
  const flags = m[order + O_FLAGS];
  const type = (flags >>> FLAG_TYPE_SHIFT) & FLAG_TYPE_MASK;
  const spent = m[order + O_QTY] - m[order + O_LEAVES];
  const qty = (head & HAS_QTY) !== 0 ? commands[at + C_QTY] : m[order + O_QTY];
  const price = (head & HAS_PRICE) !== 0 ? commands[at + C_PRICE] : m[order + O_PRICE];
  const extra = m[order + O_EXTRA];
  if (qty < 1 || qty <= spent) return REJECT_INVALID_QTY;
  if ((head & HAS_PRICE) !== 0 && (type === TYPE_STOP || price < 1)) return REJECT_INVALID_PRICE;
  if ((head & HAS_STOP_PRICE) !== 0) {
    if (type < TYPE_STOP || commands[at + C_STOP_PRICE] < 1) return REJECT_INVALID_STOP_PRICE;
  }
  if ((head & HAS_DISPLAY_QTY) !== 0) {
    if (isDisplayInvalid(commands[at + C_DISPLAY_QTY], qty)) return REJECT_INVALID_DISPLAY_QTY;
  } else if (extra !== 0 && m[extra + X_DISPLAY_QTY] !== 0) {
    if (qty > m[extra + X_DISPLAY_QTY] * TRANCHES_MAX) return REJECT_INVALID_DISPLAY_QTY;
  }
  if (price !== 0 && isNotionalTooLarge(price, qty)) return REJECT_NOTIONAL_TOO_LARGE;
  if ((head & HAS_DISPLAY_QTY) === 0) return 0;
  const tif = (flags >>> FLAG_TIF_SHIFT) & FLAG_TIF_MASK;
  const mayHide = type !== TYPE_STOP && tif <= TIF_DAY;
  return mayHide ? 0 : REJECT_UNSUPPORTED_COMBINATION;
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

/** What R2.1 forbids. */
function isUnsupported(head: number, type: number): boolean {
  const tif = (head >>> HEAD_TIF_SHIFT) & HEAD_TERM_MASK;
  const isImmediate = tif === TIF_IOC || tif === TIF_FOK;
  if ((head & HEAD_POST_ONLY) !== 0 && (type !== TYPE_LIMIT || isImmediate)) return true;
  if ((head & HAS_DISPLAY_QTY) === 0) return false;
  return isImmediate || type === TYPE_MARKET || type === TYPE_STOP;
}
