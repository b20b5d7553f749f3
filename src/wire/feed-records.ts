// What the feed tells, as plain objects, and its records as words (feed-layout.ts).

import {
  highWord,
  highWordOfBigint,
  lowWord,
  lowWordOfBigint,
  wordsToBigint,
  wordsToNumber,
} from '../base/words.ts';
import * as f from './feed-layout.ts';

/** What every frame of the feed from the server says, besides its records. */
export interface FeedHead {
  /** FEED_INSTRUMENTS, _DEFINED, _SNAPSHOT, _UPDATE, _HEARTBEAT or _REFUSED. */
  kind: number;
  /** Changes with every start of the server, 0 … 2^53-1. */
  epoch: number;
  /** Counts the instrument's update frames, 0 … 2^53-1. A snapshot has that of the last in it. */
  sequence: number;
  /** The last command whose effect is in it, 0 … 2^53-1. */
  commandSequence: number;
  /** The exchange's clock at that command: uint64 ns as two words. */
  timeLow: number;
  timeHigh: number;
  /** 0 in frames that are about no instrument. */
  instrument: number;
  /** CHANNEL_* bits; of a snapshot also the frame's number << FRAME_NUMBER_SHIFT. */
  channels: number;
  /** False: the snapshot, update or list of instruments goes on in the next frame. */
  isLast: boolean;
  /** FEED_REFUSED: REFUSED_*; else 0. */
  reason: number;
}

/** A head with everything 0; isLast true. */
export function createFeedHead(kind: number): FeedHead {
  return {
    kind,
    epoch: 0,
    sequence: 0,
    commandSequence: 0,
    timeLow: 0,
    timeHigh: 0,
    instrument: 0,
    channels: 0,
    isLast: true,
    reason: 0,
  };
}

/** A price level; orders 0: it is gone. qty is exact up to 2^53-1. */
export interface Level {
  side: number;
  price: number;
  qty: number;
  orders: number;
}

/** An order of the book; kind is ORDER_*, qty what it shows. */
export interface OrderUpdate {
  kind: number;
  side: number;
  orderId: bigint;
  price: number;
  qty: number;
}

export interface Trade {
  tradeId: bigint;
  price: number;
  qty: number;
  /** SIDE_BUY, SIDE_SELL or AGGRESSOR_NONE. */
  aggressor: number;
}

export interface PhaseChange {
  /** PHASE_*. */
  phase: number;
  /** When the timetable goes on, ns; 0: there is none. */
  due: bigint;
}

/** What an auction would trade if it ended now; price 0: nothing. */
export interface Indicative {
  price: number;
  qty: number;
  /** Signed: buys at or above the price less sells at or below it. */
  imbalance: number;
}

/** The record at word `at` of a frame that a decoder let through. */
export function readLevel(words: Int32Array, at: number): Level {
  return {
    side: words[at + f.L_SIDE]! >>> 0,
    price: words[at + f.L_PRICE]!,
    qty: wordsToNumber(words[at + f.L_QTY_LOW]!, words[at + f.L_QTY_HIGH]!),
    orders: words[at + f.L_ORDERS]! >>> 0,
  };
}

export function readOrderUpdate(words: Int32Array, at: number): OrderUpdate {
  return {
    kind: words[at + f.O_KIND]! >>> 0,
    side: words[at + f.O_SIDE]! >>> 0,
    orderId: wordsToBigint(words[at + f.O_ID_LOW]!, words[at + f.O_ID_HIGH]!),
    price: words[at + f.O_PRICE]!,
    qty: words[at + f.O_QTY]!,
  };
}

export function readTrade(words: Int32Array, at: number): Trade {
  return {
    tradeId: wordsToBigint(words[at + f.T_ID_LOW]!, words[at + f.T_ID_HIGH]!),
    price: words[at + f.T_PRICE]!,
    qty: words[at + f.T_QTY]!,
    aggressor: words[at + f.T_AGGRESSOR]! >>> 0,
  };
}

export function readPhaseChange(words: Int32Array, at: number): PhaseChange {
  return {
    phase: words[at + f.P_PHASE]! >>> 0,
    due: wordsToBigint(words[at + f.P_DUE_LOW]!, words[at + f.P_DUE_HIGH]!),
  };
}

export function readIndicative(words: Int32Array, at: number): Indicative {
  const imbalanceLow = words[at + f.I_IMBALANCE_LOW]! >>> 0;
  return {
    price: words[at + f.I_PRICE]!,
    qty: wordsToNumber(words[at + f.I_QTY_LOW]!, words[at + f.I_QTY_HIGH]!),
    imbalance: words[at + f.I_IMBALANCE_HIGH]! * 0x1_0000_0000 + imbalanceLow,
  };
}

/** Writes a record at word `at`; every word of it is set. */
export function writeLevel(words: Int32Array, at: number, level: Level): void {
  words[at + f.L_SIDE] = level.side;
  words[at + f.L_PRICE] = level.price;
  words[at + f.L_QTY_LOW] = lowWord(level.qty);
  words[at + f.L_QTY_HIGH] = highWord(level.qty);
  words[at + f.L_ORDERS] = level.orders;
}

export function writeOrderUpdate(words: Int32Array, at: number, update: OrderUpdate): void {
  words[at + f.O_KIND] = update.kind;
  words[at + f.O_SIDE] = update.side;
  words[at + f.O_ID_LOW] = lowWordOfBigint(update.orderId);
  words[at + f.O_ID_HIGH] = highWordOfBigint(update.orderId);
  words[at + f.O_PRICE] = update.price;
  words[at + f.O_QTY] = update.qty;
}

export function writeTrade(words: Int32Array, at: number, trade: Trade): void {
  words[at + f.T_ID_LOW] = lowWordOfBigint(trade.tradeId);
  words[at + f.T_ID_HIGH] = highWordOfBigint(trade.tradeId);
  words[at + f.T_PRICE] = trade.price;
  words[at + f.T_QTY] = trade.qty;
  words[at + f.T_AGGRESSOR] = trade.aggressor;
}

export function writePhaseChange(words: Int32Array, at: number, change: PhaseChange): void {
  words[at + f.P_PHASE] = change.phase;
  words[at + f.P_DUE_LOW] = lowWordOfBigint(change.due);
  words[at + f.P_DUE_HIGH] = highWordOfBigint(change.due);
}

export function writeIndicative(words: Int32Array, at: number, indicative: Indicative): void {
  words[at + f.I_PRICE] = indicative.price;
  words[at + f.I_QTY_LOW] = lowWord(indicative.qty);
  words[at + f.I_QTY_HIGH] = highWord(indicative.qty);
  words[at + f.I_IMBALANCE_LOW] = lowWord(indicative.imbalance);
  words[at + f.I_IMBALANCE_HIGH] = highWord(indicative.imbalance);
}
