// Which sessions get a report of an event, and what it says. A function of the event alone, so that
// every thread, and every restart, numbers the reports of a session alike.
//
//   event                            reports
//   new canceled replaced restated   to the owner of the order
//   trade                            to the owner of the resting order, then to the aggressor's; a
//                                    session that owns both gets both
//   rejected, done                   to the session that sent the command
//   open order                       none: it belongs to a list, outside the numbering
//
// The last event of a command (EVENT_END) also answers who sent it: the last of that session's
// reports of the event carries REPORT_END, and when it gets none, a `done` report is added for it.
//
// Session 0 is nobody. A command whose request is above REQUEST_MAX is the server's own in a
// session's name (cancel on disconnect, open orders): its reports name no request, and nobody is
// told that it ended.

import { assert } from '../base/assert.ts';
import {
  EVENT_CANCELED,
  EVENT_DONE,
  EVENT_NEW,
  EVENT_OPEN_ORDER,
  EVENT_REJECTED,
  EVENT_REPLACED,
  EVENT_RESTATED,
  EVENT_TRADE,
} from '../core/codes.ts';
import * as e from '../core/event-slot.ts';
import { REQUEST_MAX } from '../wire/frame-kinds.ts';
import * as r from '../wire/report-layout.ts';

/** A route is two words: the session, and what it gets (PART_* and ROUTE_* bits). */
export const ROUTE_WORDS = 2;
/** One event goes to at most this many sessions. */
export const ROUTES_MAX = 3;

export const PART_MASK = 3;
/** The event's order (trade: the resting one), or its command. */
export const PART_ORDER = 0;
/** Trade: the aggressor. */
export const PART_AGGRESSOR = 1;
/** Only that the command is done. */
export const PART_DONE = 2;
/** The session sent the command … */
export const ROUTE_CAUSE = 4;
/** … and this report ends it. */
export const ROUTE_END = 8;

/** Writes the routes of the event at word `at` to `routes`; returns how many (0 … ROUTES_MAX). */
export function routeEvent(slots: Int32Array, at: number, routes: Int32Array): number {
  const head = slots[at + e.E_HEAD]!;
  const type = head & e.EVENT_TYPE_MASK;
  assert(type >= EVENT_DONE && type <= EVENT_OPEN_ORDER, 'a known event');
  if (type === EVENT_OPEN_ORDER) return 0;
  const isOwn = slots[at + e.E_REQUEST]! >>> 0 > REQUEST_MAX;
  const cause = isOwn ? 0 : slots[at + e.E_SESSION]!;
  let count = 0;
  if (type === EVENT_REJECTED) {
    count = addRoute(routes, count, cause, PART_ORDER, cause);
  } else if (type !== EVENT_DONE) {
    count = addRoute(routes, count, slots[at + e.E_OWNER]!, PART_ORDER, cause);
    if (type === EVENT_TRADE) {
      count = addRoute(routes, count, slots[at + e.E_OTHER_OWNER]!, PART_AGGRESSOR, cause);
    }
  }
  return (head & e.EVENT_END) === 0 || cause === 0 ? count : addEnd(routes, count, cause);
}

function addRoute(
  routes: Int32Array,
  count: number,
  session: number,
  part: number,
  cause: number,
): number {
  if (session === 0) return count;
  routes[count * ROUTE_WORDS] = session;
  routes[count * ROUTE_WORDS + 1] = session === cause ? part | ROUTE_CAUSE : part;
  return count + 1;
}

/** Marks the last route to the session `cause`; adds one when there is none. */
function addEnd(routes: Int32Array, count: number, cause: number): number {
  for (let i = count - 1; i >= 0; i--) {
    if (routes[i * ROUTE_WORDS] === cause) {
      routes[i * ROUTE_WORDS + 1]! |= ROUTE_END;
      return count;
    }
  }
  assert(count < ROUTES_MAX, 'a command is done in one more report');
  routes[count * ROUTE_WORDS] = cause;
  routes[count * ROUTE_WORDS + 1] = PART_DONE | ROUTE_CAUSE | ROUTE_END;
  return count + 1;
}

const SIDE_BIT = 1 << e.EVENT_SIDE_SHIFT;

/**
 * Writes all REPORT_WORDS words of one route's report to word `to` of `words`. `route` is the
 * route's second word; the report's number in its session comes as two words.
 */
export function fillReport(
  slots: Int32Array,
  at: number,
  route: number,
  numberLow: number,
  numberHigh: number,
  words: Int32Array,
  to: number,
): void {
  const end = (route & ROUTE_END) !== 0 ? r.REPORT_END : 0;
  const request = (route & ROUTE_CAUSE) !== 0 ? slots[at + e.E_REQUEST]! : 0;
  fillCause(slots, at, request, words, to);
  words[to + r.R_REPORT_LOW] = numberLow;
  words[to + r.R_REPORT_HIGH] = numberHigh;
  const head = slots[at + e.E_HEAD]! & ~e.EVENT_END;
  const type = head & e.EVENT_TYPE_MASK;
  if ((route & PART_MASK) === PART_DONE) {
    words[to + r.R_HEAD] = EVENT_DONE | end;
    words.fill(0, to + r.R_INSTRUMENT, to + r.REPORT_WORDS);
  } else if ((route & PART_MASK) === PART_AGGRESSOR) {
    assert(type === EVENT_TRADE, 'only a trade has an aggressor');
    words[to + r.R_HEAD] = (head ^ SIDE_BIT) | r.REPORT_AGGRESSOR | end;
    words[to + r.R_INSTRUMENT] = slots[at + e.E_INSTRUMENT]!;
    fillOrder(slots, at + e.E_OTHER_ACCOUNT, words, to);
    fillTrade(slots, at, words, to);
  } else {
    words[to + r.R_HEAD] = head | end;
    fillEvent(slots, at, type, words, to);
  }
}

/**
 * Writes the entry of a list of open orders for the event at word `at`, an EVENT_OPEN_ORDER.
 * `request` is the client's number of the question.
 */
export function fillOpenOrder(
  slots: Int32Array,
  at: number,
  request: number,
  words: Int32Array,
  to: number,
): void {
  const head = slots[at + e.E_HEAD]!;
  assert((head & e.EVENT_TYPE_MASK) === EVENT_OPEN_ORDER, 'an open order');
  fillCause(slots, at, request, words, to);
  words[to + r.R_REPORT_LOW] = 0;
  words[to + r.R_REPORT_HIGH] = 0;
  words[to + r.R_HEAD] = r.REPORT_OPEN | (head & SIDE_BIT);
  words[to + r.R_INSTRUMENT] = slots[at + e.E_INSTRUMENT]!;
  fillOrder(slots, at + e.E_ACCOUNT, words, to);
  words[to + r.R_PRICE] = slots[at + e.E_PRICE]!;
  fillRest(words, to, 0, 0, 0);
}

function fillCause(
  slots: Int32Array,
  at: number,
  request: number,
  words: Int32Array,
  to: number,
): void {
  words[to + r.R_REQUEST] = request;
  words[to + r.R_COMMAND_LOW] = slots[at + e.E_SEQUENCE_LOW]!;
  words[to + r.R_COMMAND_HIGH] = slots[at + e.E_SEQUENCE_HIGH]!;
  words[to + r.R_TIME_LOW] = slots[at + e.E_TIME_LOW]!;
  words[to + r.R_TIME_HIGH] = slots[at + e.E_TIME_HIGH]!;
}

/** Instrument to the end, for the event's own order or, of a refused command, for the command. */
function fillEvent(
  slots: Int32Array,
  at: number,
  type: number,
  words: Int32Array,
  to: number,
): void {
  words[to + r.R_INSTRUMENT] = slots[at + e.E_INSTRUMENT]!;
  fillOrder(slots, at + e.E_ACCOUNT, words, to);
  switch (type) {
    case EVENT_REJECTED:
      // Its slot goes no further than the clOrdId.
      words[to + r.R_ORDER_LOW] = 0;
      words[to + r.R_ORDER_HIGH] = 0;
      words[to + r.R_LEAVES] = 0;
      words[to + r.R_PRICE] = 0;
      fillRest(words, to, 0, 0, 0);
      break;
    case EVENT_TRADE:
      fillTrade(slots, at, words, to);
      break;
    case EVENT_REPLACED:
      words[to + r.R_PRICE] = slots[at + e.E_PRICE]!;
      fillRest(words, to, 0, slots[at + e.E_ORIG_LOW]!, slots[at + e.E_ORIG_HIGH]!);
      break;
    default:
      assert(
        type === EVENT_NEW || type === EVENT_CANCELED || type === EVENT_RESTATED,
        'an event about one order',
      );
      words[to + r.R_PRICE] = slots[at + e.E_PRICE]!;
      fillRest(words, to, 0, 0, 0);
  }
}

/** The seven words from account to leaves, which lie alike for both orders of a trade. */
function fillOrder(slots: Int32Array, from: number, words: Int32Array, to: number): void {
  words[to + r.R_ACCOUNT] = slots[from]!;
  words[to + r.R_CLORDID_LOW] = slots[from + 2]!;
  words[to + r.R_CLORDID_HIGH] = slots[from + 3]!;
  words[to + r.R_ORDER_LOW] = slots[from + 4]!;
  words[to + r.R_ORDER_HIGH] = slots[from + 5]!;
  words[to + r.R_LEAVES] = slots[from + 6]!;
}

function fillTrade(slots: Int32Array, at: number, words: Int32Array, to: number): void {
  words[to + r.R_PRICE] = slots[at + e.E_PRICE]!;
  const idLow = slots[at + e.E_TRADE_LOW]!;
  fillRest(words, to, slots[at + e.E_QTY]!, idLow, slots[at + e.E_TRADE_HIGH]!);
}

function fillRest(words: Int32Array, to: number, qty: number, low: number, high: number): void {
  words[to + r.R_QTY] = qty;
  words[to + r.R_QTY + 1] = 0;
  words[to + r.R_ID_LOW] = low;
  words[to + r.R_ID_HIGH] = high;
}
