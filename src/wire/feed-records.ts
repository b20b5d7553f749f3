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
  /** FEED_INSTRUMENTS, FEED_SNAPSHOT, FEED_UPDATE, FEED_HEARTBEAT or FEED_REFUSED. */
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

export interface InstrumentFacts {
  /** uint32 from 1. */
  number: number;
  /** At most NAME_BYTES_MAX bytes of UTF-8, as tickSize and lotSize, which are decimal texts. */
  symbol: string;
  tickSize: string;
  lotSize: string;
  /** STATUS_*. */
  status: number;
  /** Ticks, 0 = none. */
  referencePrice: number;
}

/** A price level; orders 0: it is gone. qty is exact up to 2^53-1. */
export interface Level {
  side: number;
  price: number;
  qty: number;
  orders: number;
}

/** An order of the book; kind is ORDER_ADDED, ORDER_REDUCED or ORDER_DELETED. */
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
