// Execution reports and refusals as a client reads them.
//
// Numbers that count (report and command sequence) are numbers: exact, since a decoder lets none
// above 2^53-1 through. Ids and times are bigints, since they may be anything in uint64.

import { wordsToBigint, wordsToNumber } from '../base/words.ts';
import { EVENT_REPLACED, EVENT_TRADE } from '../core/codes.ts';
import {
  EVENT_COMMAND_MASK,
  EVENT_COMMAND_SHIFT,
  EVENT_KEPT_PLACE,
  EVENT_REASON_MASK,
  EVENT_REASON_SHIFT,
  EVENT_SIDE_SHIFT,
  EVENT_TYPE_MASK,
} from '../core/event-slot.ts';
import * as r from './report-layout.ts';

/** What one event means to one session. A number or id that the event does not have is 0. */
export interface Report {
  /** EVENT_*; REPORT_OPEN in a list of open orders. */
  event: number;
  /** Rejected: REJECT_*; canceled: CANCEL_*; else 0. */
  reason: number;
  /** SIDE_* of the order. */
  side: number;
  /** Replaced: the order kept its place in the queue. */
  keptPlace: boolean;
  /** Trade: this order was the aggressor. */
  aggressor: boolean;
  /** Trade: of an auction, which has no aggressor. */
  auction: boolean;
  /** Rejected: COMMAND_*. */
  command: number;
  /** The last report of the request that caused it. */
  end: boolean;
  /** The session's own number of the command that caused it; 0: another session's command did. */
  request: number;
  /** Counts from 1 within the session; 0 in a list of open orders. */
  reportSequence: number;
  commandSequence: number;
  /** ns since 1970, of the exchange. */
  time: bigint;
  instrument: number;
  account: number;
  clOrdId: bigint;
  orderId: bigint;
  /** Lots left of the order; canceled: the quantity canceled. */
  leaves: number;
  /** Ticks: limit price, 0 = none; trade: its price. */
  price: number;
  /** Trade only: lots. */
  qty: number;
  /** Iceberg: what it shows, 0 until its next tranche is shown, and in an aggressor's trade. */
  displayed: number;
  /** 0: no iceberg, or a trade. */
  displayQty: number;
  /** A stop that waits: ticks; else 0. */
  stopPrice: number;
  /** Trade only. */
  tradeId: bigint;
  /** Replaced only: the id that the order had. */
  origClOrdId: bigint;
}

/** A command that never got a sequence, with the REFUSE_* or REJECT_* code of why. */
export interface Refusal {
  request: number;
  reason: number;
}

/** Words of a refusal in a frame: request, reason. */
export const REFUSAL_WORDS = 2;

/** The report at word `at` of a frame that a decoder let through. */
export function readReport(words: Int32Array, at: number): Report {
  const head = words[at + r.R_HEAD]!;
  const event = head & EVENT_TYPE_MASK;
  const id = wordsToBigint(words[at + r.R_ID_LOW]!, words[at + r.R_ID_HIGH]!);
  return {
    event,
    reason: (head >>> EVENT_REASON_SHIFT) & EVENT_REASON_MASK,
    side: (head >>> EVENT_SIDE_SHIFT) & 1,
    keptPlace: (head & EVENT_KEPT_PLACE) !== 0,
    aggressor: (head & r.REPORT_AGGRESSOR) !== 0,
    auction: (head & r.REPORT_AUCTION) !== 0,
    command: (head >>> EVENT_COMMAND_SHIFT) & EVENT_COMMAND_MASK,
    end: (head & r.REPORT_END) !== 0,
    request: words[at + r.R_REQUEST]! >>> 0,
    reportSequence: wordsToNumber(words[at + r.R_REPORT_LOW]!, words[at + r.R_REPORT_HIGH]!),
    commandSequence: wordsToNumber(words[at + r.R_COMMAND_LOW]!, words[at + r.R_COMMAND_HIGH]!),
    time: wordsToBigint(words[at + r.R_TIME_LOW]!, words[at + r.R_TIME_HIGH]!),
    instrument: words[at + r.R_INSTRUMENT]! >>> 0,
    account: words[at + r.R_ACCOUNT]! >>> 0,
    clOrdId: wordsToBigint(words[at + r.R_CLORDID_LOW]!, words[at + r.R_CLORDID_HIGH]!),
    orderId: wordsToBigint(words[at + r.R_ORDER_LOW]!, words[at + r.R_ORDER_HIGH]!),
    leaves: words[at + r.R_LEAVES]!,
    price: words[at + r.R_PRICE]!,
    qty: words[at + r.R_QTY]!,
    displayed: words[at + r.R_DISPLAYED]!,
    displayQty: words[at + r.R_DISPLAY_QTY]!,
    stopPrice: words[at + r.R_STOP_PRICE]!,
    tradeId: event === EVENT_TRADE ? id : 0n,
    origClOrdId: event === EVENT_REPLACED ? id : 0n,
  };
}

/** The refusal at word `at` of a frame that a decoder let through. */
export function readRefusal(words: Int32Array, at: number): Refusal {
  return { request: words[at]! >>> 0, reason: words[at + 1]! >>> 0 };
}
