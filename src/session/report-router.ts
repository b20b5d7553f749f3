// Which sessions get a report of an event, and what it says. A function of the event alone, so that
// every thread, and every restart, numbers the reports of a session alike.
//
//   event                            reports
//   new canceled replaced restated   to the owner of the order
//   triggered refreshed
//   trade                            to the owner of the resting order (auction: of the buyer's),
//                                    then to the other's; a session that owns both gets both
//   rejected, done                   to the session that sent the command
//   open order                       none: it belongs to a list, outside the numbering
//   phase indicative instrument      none: they are about no order
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
  EVENT_INDICATIVE,
  EVENT_INSTRUMENT,
  EVENT_NEW,
  EVENT_OPEN_ORDER,
  EVENT_PHASE,
  EVENT_REFRESHED,
  EVENT_REJECTED,
  EVENT_REPLACED,
  EVENT_RESTATED,
  EVENT_TRADE,
  EVENT_TRIGGERED,
} from '../core/codes.ts';
import * as e from '../core/event-slot.ts';
import { REQUEST_MAX } from '../wire/frame-kinds.ts';
import * as r from '../wire/report-layout.ts';

/** A route is two words: the session, and what it gets (PART_* and ROUTE_* bits). */
export const ROUTE_WORDS = 2;
/** One event goes to at most this many sessions. */
export const ROUTES_MAX = 3;

export const PART_MASK = 3;
/** The event's order (trade: the resting one, auction: the buyer's), or its command. */
export const PART_ORDER = 0;
/** Trade: the aggressor, auction: the seller's order. */
export const PART_OTHER = 1;
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
  assert(type >= EVENT_DONE && type <= EVENT_INSTRUMENT, 'a known event');
  if (type === EVENT_OPEN_ORDER) return 0;
  const isOwn = slots[at + e.E_REQUEST]! >>> 0 > REQUEST_MAX;
  const cause = isOwn ? 0 : slots[at + e.E_SESSION]!;
  let count = 0;
  if (type === EVENT_REJECTED) {
    count = addRoute(routes, count, cause, PART_ORDER, cause);
  } else if (isOfOrder(type)) {
    count = addRoute(routes, count, slots[at + e.E_OWNER]!, PART_ORDER, cause);
    if (type === EVENT_TRADE) {
      count = addRoute(routes, count, slots[at + e.E_OTHER_OWNER]!, PART_OTHER, cause);
    }
  }
  return (head & e.EVENT_END) === 0 || cause === 0 ? count : addEnd(routes, count, cause);
}

function isOfOrder(type: number): boolean {
  return !(
    type === EVENT_DONE ||
    type === EVENT_PHASE ||
    type === EVENT_INDICATIVE ||
    type === EVENT_INSTRUMENT
  );
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
/** Bits that mean in a report what they mean in its event. */
const HEAD_KEPT =
  e.EVENT_TYPE_MASK | (e.EVENT_REASON_MASK << e.EVENT_REASON_SHIFT) | SIDE_BIT | e.EVENT_KEPT_PLACE;
const COMMAND_BITS = e.EVENT_COMMAND_MASK << e.EVENT_COMMAND_SHIFT;

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
  const head = slots[at + e.E_HEAD]!;
  const type = head & e.EVENT_TYPE_MASK;
  if ((route & PART_MASK) === PART_DONE) {
    words[to + r.R_HEAD] = EVENT_DONE | end;
    words.fill(0, to + r.R_INSTRUMENT, to + r.REPORT_WORDS);
    return;
  }
  words[to + r.R_INSTRUMENT] = slots[at + e.E_INSTRUMENT]!;
  if (type === EVENT_TRADE) {
    const isOther = (route & PART_MASK) === PART_OTHER;
    words[to + r.R_HEAD] = tradeHead(head, isOther) | end;
    fillTrade(slots, at, isOther, words, to);
  } else {
    assert((route & PART_MASK) === PART_ORDER, 'only a trade has another order');
    const command = type === EVENT_REJECTED ? head & COMMAND_BITS : 0;
    words[to + r.R_HEAD] = (head & HEAD_KEPT) | command | end;
    fillEvent(slots, at, type, words, to);
  }
}

/** The head of a trade's report: side and part of the order that it is about. */
function tradeHead(head: number, isOther: boolean): number {
  const isAuction = (head & e.EVENT_AUCTION) !== 0;
  const part = isAuction ? r.REPORT_AUCTION : isOther ? r.REPORT_AGGRESSOR : 0;
  return EVENT_TRADE | ((isOther ? head ^ SIDE_BIT : head) & SIDE_BIT) | part;
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
  fillTerms(slots, at, words, to);
  fillIds(words, to, 0, 0, 0);
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

/** Account to the end, for the event's own order or, of a refused command, for the command. */
function fillEvent(
  slots: Int32Array,
  at: number,
  type: number,
  words: Int32Array,
  to: number,
): void {
  fillOrder(slots, at + e.E_ACCOUNT, words, to);
  switch (type) {
    case EVENT_REJECTED:
      // Its slot goes no further than the clOrdId.
      words.fill(0, to + r.R_ORDER_LOW, to + r.REPORT_WORDS);
      return;
    case EVENT_REPLACED:
      fillIds(words, to, 0, slots[at + e.E_ORIG_LOW]!, slots[at + e.E_ORIG_HIGH]!);
      break;
    default:
      assert(
        type === EVENT_NEW ||
          type === EVENT_CANCELED ||
          type === EVENT_RESTATED ||
          type === EVENT_TRIGGERED ||
          type === EVENT_REFRESHED,
        'an event about one order',
      );
      fillIds(words, to, 0, 0, 0);
  }
  words[to + r.R_PRICE] = slots[at + e.E_PRICE]!;
  fillTerms(slots, at, words, to);
}

/** What an iceberg or a waiting stop has beside. */
function fillTerms(slots: Int32Array, at: number, words: Int32Array, to: number): void {
  const head = slots[at + e.E_HEAD]!;
  const isIceberg = (head & e.EVENT_ICEBERG) !== 0;
  words[to + r.R_DISPLAYED] = isIceberg ? slots[at + e.E_DISPLAYED]! : 0;
  words[to + r.R_DISPLAY_QTY] = isIceberg ? slots[at + e.E_DISPLAY_QTY]! : 0;
  words[to + r.R_STOP_PRICE] = (head & e.EVENT_STOP) !== 0 ? slots[at + e.E_STOP_PRICE]! : 0;
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

/** Account to the end, for one order of a trade. */
function fillTrade(
  slots: Int32Array,
  at: number,
  isOther: boolean,
  words: Int32Array,
  to: number,
): void {
  const shows = slots[at + e.E_HEAD]! & (isOther ? e.EVENT_OTHER_ICEBERG : e.EVENT_ICEBERG);
  const displayed = at + (isOther ? e.E_OTHER_DISPLAYED : e.E_DISPLAYED);
  fillOrder(slots, at + (isOther ? e.E_OTHER_ACCOUNT : e.E_ACCOUNT), words, to);
  words[to + r.R_PRICE] = slots[at + e.E_PRICE]!;
  words[to + r.R_DISPLAYED] = shows !== 0 ? slots[displayed]! : 0;
  words[to + r.R_DISPLAY_QTY] = 0;
  words[to + r.R_STOP_PRICE] = 0;
  const idLow = slots[at + e.E_TRADE_LOW]!;
  fillIds(words, to, slots[at + e.E_QTY]!, idLow, slots[at + e.E_TRADE_HIGH]!);
}

function fillIds(words: Int32Array, to: number, qty: number, low: number, high: number): void {
  words[to + r.R_QTY] = qty;
  words[to + r.R_ID_LOW] = low;
  words[to + r.R_ID_HIGH] = high;
}
