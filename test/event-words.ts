// Events by hand, as the words that lie in the event ring: what only the whole core would write, or
// what it never would.

import { highWord, lowWord } from '../src/base/words.ts';
import * as codes from '../src/core/codes.ts';
import { SYMBOL_WORDS } from '../src/core/command-slot.ts';
import * as e from '../src/core/event-slot.ts';

/** Words of one event by their place. */
export type Words = Readonly<Record<number, number>>;

/** Events of one command about instrument 1, as slots; the last one ends it. */
export function command(...events: readonly Words[]): Int32Array {
  // What an event does not have is garbage, never 0.
  const slots = new Int32Array(events.length * e.EVENT_WORDS).fill(0x5a5a5a5a);
  events.forEach((words, i) => {
    const at = i << e.EVENT_SHIFT;
    const common = [e.E_HEAD, e.E_SEQUENCE_HIGH, e.E_TIME_LOW, e.E_TIME_HIGH, e.E_SESSION];
    for (const word of [...common, e.E_REQUEST, e.E_OWNER]) slots[at + word] = 0;
    slots[at + e.E_SEQUENCE_LOW] = 1;
    slots[at + e.E_INSTRUMENT] = 1;
    for (const [word, value] of Object.entries(words)) slots[at + Number(word)] = value;
  });
  slots[((events.length - 1) << e.EVENT_SHIFT) + e.E_HEAD]! |= e.EVENT_END;
  return slots;
}

export interface OrderWords {
  id: number;
  side?: number;
  price?: number;
  leaves: number;
  /** An iceberg: what it shows, and the most that it shows. */
  displayed?: number;
  displayQty?: number;
  /** A stop that waits. */
  stopPrice?: number;
  reason?: number;
  keptPlace?: boolean;
  /** The session that entered it. */
  owner?: number;
}

/** An event about one order: EVENT_NEW and the like. Account 11, clOrdId = orderId. */
export function ofOrder(type: number, order: OrderWords): Words {
  const { displayQty, stopPrice, owner = 0 } = order;
  const head =
    type |
    ((order.reason ?? 0) << e.EVENT_REASON_SHIFT) |
    ((order.side ?? 0) << e.EVENT_SIDE_SHIFT) |
    (order.keptPlace ? e.EVENT_KEPT_PLACE : 0) |
    (displayQty === undefined ? 0 : e.EVENT_ICEBERG) |
    (stopPrice === undefined ? 0 : e.EVENT_STOP);
  const optional: Record<number, number> = {};
  if (displayQty !== undefined) {
    optional[e.E_DISPLAYED] = order.displayed ?? 0;
    optional[e.E_DISPLAY_QTY] = displayQty;
  }
  if (stopPrice !== undefined) optional[e.E_STOP_PRICE] = stopPrice;
  return {
    [e.E_HEAD]: head,
    ...idWords(e.E_ACCOUNT, order.id, order.leaves, owner),
    [e.E_PRICE]: order.price ?? 100,
    [e.E_ORIG_LOW]: 7,
    [e.E_ORIG_HIGH]: 0,
    ...optional,
  };
}

export interface TradeWords {
  id?: number;
  price?: number;
  qty: number;
  /** The resting order (auction: the buyer), and the other: id and leaves; icebergs: displayed. */
  resting: [id: number, leaves: number, displayed?: number];
  other: [id: number, leaves: number, displayed?: number];
  restingSide?: number;
  isAuction?: boolean;
  owner?: number;
  otherOwner?: number;
}

export function trade(words: TradeWords): Words {
  const { resting, other, isAuction = false, owner = 0, otherOwner = 0 } = words;
  const head =
    codes.EVENT_TRADE |
    ((words.restingSide ?? codes.SIDE_BUY) << e.EVENT_SIDE_SHIFT) |
    (isAuction ? e.EVENT_AUCTION : 0) |
    (resting[2] === undefined ? 0 : e.EVENT_ICEBERG) |
    (other[2] === undefined ? 0 : e.EVENT_OTHER_ICEBERG);
  return {
    [e.E_HEAD]: head,
    ...idWords(e.E_ACCOUNT, resting[0], resting[1], owner),
    ...idWords(e.E_OTHER_ACCOUNT, other[0], other[1], otherOwner),
    [e.E_PRICE]: words.price ?? 100,
    [e.E_QTY]: words.qty,
    [e.E_TRADE_LOW]: words.id ?? 1,
    [e.E_TRADE_HIGH]: 0,
    ...(resting[2] === undefined ? {} : { [e.E_DISPLAYED]: resting[2] }),
    ...(other[2] === undefined ? {} : { [e.E_OTHER_DISPLAYED]: other[2] }),
  };
}

export function phase(code: number, due = 0, instrument = 1): Words {
  return {
    [e.E_HEAD]: codes.EVENT_PHASE,
    [e.E_INSTRUMENT]: instrument,
    [e.E_PHASE]: code,
    [e.E_DUE_LOW]: lowWord(due),
    [e.E_DUE_HIGH]: highWord(due),
  };
}

export function indicative(price: number, qty: number, imbalance: number): Words {
  return {
    [e.E_HEAD]: codes.EVENT_INDICATIVE,
    [e.E_PRICE]: price,
    [e.E_VOLUME_LOW]: lowWord(qty),
    [e.E_VOLUME_HIGH]: highWord(qty),
    [e.E_IMBALANCE_LOW]: lowWord(imbalance),
    [e.E_IMBALANCE_HIGH]: highWord(imbalance),
  };
}

export interface InstrumentWords {
  number: number;
  symbol?: string;
  tick?: [units: number, decimals: number];
  lot?: [units: number, decimals: number];
  referencePrice?: number;
  priceBandBps?: number;
  haltNs?: number;
  auctionNs?: number;
}

export function instrument(words: InstrumentWords): Words {
  const [tick, tickDecimals] = words.tick ?? [0, 0];
  const [lot, lotDecimals] = words.lot ?? [0, 0];
  const symbol = new Int32Array(SYMBOL_WORDS);
  new Uint8Array(symbol.buffer).set(new TextEncoder().encode(words.symbol ?? ''));
  return {
    [e.E_HEAD]: codes.EVENT_INSTRUMENT,
    [e.E_INSTRUMENT]: words.number,
    [e.E_PRICE]: words.referencePrice ?? 0,
    [e.E_BAND_BPS]: words.priceBandBps ?? 0,
    [e.E_HALT_LOW]: lowWord(words.haltNs ?? 0),
    [e.E_HALT_HIGH]: highWord(words.haltNs ?? 0),
    [e.E_AUCTION_LOW]: lowWord(words.auctionNs ?? 0),
    [e.E_AUCTION_HIGH]: highWord(words.auctionNs ?? 0),
    [e.E_TICK]: tick,
    [e.E_LOT]: lot,
    [e.E_DECIMALS]: tickDecimals | (lotDecimals << 5),
    ...Object.fromEntries([...symbol].map((word, i) => [e.E_SYMBOL + i, word])),
  };
}

/** The seven words from account to leaves. */
function idWords(at: number, id: number, leaves: number, owner: number): Words {
  return {
    [at]: 11,
    [at + 1]: owner,
    [at + 2]: id,
    [at + 3]: 0,
    [at + 4]: id,
    [at + 5]: 0,
    [at + 6]: leaves,
  };
}
