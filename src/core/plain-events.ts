// Events as plain objects, for edges that are not hot (plain.ts has the commands).

import { wordsToBigint, wordsToNumber } from '../base/words.ts';
import * as codes from './codes.ts';
import * as e from './event-slot.ts';

/** What every event tells of an order. `leaves`: canceled: the quantity canceled. */
export interface OrderOfEvent {
  account: number;
  owner: number;
  clOrdId: number;
  orderId: number;
  leaves: number;
}

interface Cause {
  sequence: number;
  session: number;
  request: number;
  /** Last event of its command. */
  end: boolean;
}

/** An event about one order alone. */
interface OneOrder {
  instrument: number;
  side: number;
  /** Limit in ticks, 0 = none. */
  price: number;
  order: OrderOfEvent;
  /** Iceberg: what it shows, or would if it rested now. 0 if it is none. */
  displayed: number;
  /** 0 = no iceberg. */
  displayQty: number;
  /** 0 = no stop that waits. */
  stopPrice: number;
}

export type CoreEvent = Cause &
  (
    | { evt: typeof codes.EVENT_DONE }
    | {
        evt: typeof codes.EVENT_REJECTED;
        cmd: number;
        reason: number;
        account: number;
        clOrdId: number;
      }
    | ({ evt: typeof codes.EVENT_NEW } & OneOrder)
    | {
        evt: typeof codes.EVENT_TRADE;
        instrument: number;
        tradeId: number;
        price: number;
        qty: number;
        restingSide: number;
        /** No aggressor: `resting` is the buyer, `aggressor` the seller. */
        isAuction: boolean;
        resting: OrderOfEvent;
        aggressor: OrderOfEvent;
        /** What the resting order, and in an auction the other, shows; 0 if it is no iceberg. */
        displayed: number;
        otherDisplayed: number;
      }
    | ({ evt: typeof codes.EVENT_CANCELED; reason: number } & OneOrder)
    | ({ evt: typeof codes.EVENT_REPLACED; origClOrdId: number; keptPlace: boolean } & OneOrder)
    | ({ evt: typeof codes.EVENT_RESTATED } & OneOrder)
    | ({ evt: typeof codes.EVENT_OPEN_ORDER } & OneOrder)
    | ({ evt: typeof codes.EVENT_TRIGGERED } & OneOrder)
    | ({ evt: typeof codes.EVENT_REFRESHED } & OneOrder)
    | { evt: typeof codes.EVENT_PHASE; instrument: number; phase: number; dueNs: bigint }
    | {
        evt: typeof codes.EVENT_INDICATIVE;
        instrument: number;
        /** 0 = nothing would trade. */
        price: number;
        qty: number;
        imbalance: number;
      }
    | {
        evt: typeof codes.EVENT_INSTRUMENT;
        instrument: number;
        referencePrice: number;
        priceBandBps: number;
      }
  );

/** The event whose slot begins at word `at`. */
export function readEvent(slots: Int32Array, at: number): CoreEvent {
  const head = slots[at + e.E_HEAD]!;
  const cause: Cause = {
    sequence: wordsToNumber(slots[at + e.E_SEQUENCE_LOW]!, slots[at + e.E_SEQUENCE_HIGH]!),
    session: slots[at + e.E_SESSION]! >>> 0,
    request: slots[at + e.E_REQUEST]! >>> 0,
    end: (head & e.EVENT_END) !== 0,
  };
  const reason = (head >>> e.EVENT_REASON_SHIFT) & e.EVENT_REASON_MASK;
  const evt = head & e.EVENT_TYPE_MASK;
  switch (evt) {
    case codes.EVENT_DONE:
      return { evt, ...cause };
    case codes.EVENT_REJECTED: {
      const cmd = (head >>> e.EVENT_COMMAND_SHIFT) & e.EVENT_COMMAND_MASK;
      const account = slots[at + e.E_ACCOUNT]! >>> 0;
      const clOrdId = wordsToNumber(slots[at + e.E_CLORDID_LOW]!, slots[at + e.E_CLORDID_HIGH]!);
      return { evt, ...cause, cmd, reason, account, clOrdId };
    }
    case codes.EVENT_NEW:
    case codes.EVENT_OPEN_ORDER:
    case codes.EVENT_RESTATED:
    case codes.EVENT_TRIGGERED:
    case codes.EVENT_REFRESHED:
      return { evt, ...cause, ...readOneOrder(slots, at, head) };
    case codes.EVENT_CANCELED:
      return { evt, ...cause, reason, ...readOneOrder(slots, at, head) };
    case codes.EVENT_REPLACED: {
      const origClOrdId = wordsToNumber(slots[at + e.E_ORIG_LOW]!, slots[at + e.E_ORIG_HIGH]!);
      const keptPlace = (head & e.EVENT_KEPT_PLACE) !== 0;
      return { evt, ...cause, origClOrdId, keptPlace, ...readOneOrder(slots, at, head) };
    }
    case codes.EVENT_TRADE:
      return { evt, ...cause, ...readTrade(slots, at, head) };
    default:
      return readInstrumentEvent(slots, at, evt, cause);
  }
}

function readInstrumentEvent(slots: Int32Array, at: number, evt: number, cause: Cause): CoreEvent {
  const instrument = slots[at + e.E_INSTRUMENT]! >>> 0;
  const price = slots[at + e.E_PRICE]!;
  switch (evt) {
    case codes.EVENT_PHASE: {
      const dueNs = wordsToBigint(slots[at + e.E_DUE_LOW]!, slots[at + e.E_DUE_HIGH]!);
      return { evt, ...cause, instrument, phase: slots[at + e.E_PHASE]!, dueNs };
    }
    case codes.EVENT_INDICATIVE: {
      const qty = wordsToNumber(slots[at + e.E_VOLUME_LOW]!, slots[at + e.E_VOLUME_HIGH]!);
      const low = slots[at + e.E_IMBALANCE_LOW]! >>> 0;
      const imbalance = slots[at + e.E_IMBALANCE_HIGH]! * 0x1_0000_0000 + low;
      return { evt, ...cause, instrument, price, qty, imbalance };
    }
    case codes.EVENT_INSTRUMENT: {
      const priceBandBps = slots[at + e.E_BAND_BPS]!;
      return { evt, ...cause, instrument, referencePrice: price, priceBandBps };
    }
    default:
      throw new Error(`unknown event code ${evt}`);
  }
}

function readOneOrder(slots: Int32Array, at: number, head: number): OneOrder {
  const isIceberg = (head & e.EVENT_ICEBERG) !== 0;
  return {
    instrument: slots[at + e.E_INSTRUMENT]! >>> 0,
    side: (head >>> e.EVENT_SIDE_SHIFT) & 1,
    price: slots[at + e.E_PRICE]!,
    order: readOrder(slots, at + e.E_ACCOUNT),
    displayed: isIceberg ? slots[at + e.E_DISPLAYED]! : 0,
    displayQty: isIceberg ? slots[at + e.E_DISPLAY_QTY]! : 0,
    stopPrice: (head & e.EVENT_STOP) !== 0 ? slots[at + e.E_STOP_PRICE]! : 0,
  };
}

function readTrade(slots: Int32Array, at: number, head: number) {
  return {
    instrument: slots[at + e.E_INSTRUMENT]! >>> 0,
    tradeId: wordsToNumber(slots[at + e.E_TRADE_LOW]!, slots[at + e.E_TRADE_HIGH]!),
    price: slots[at + e.E_PRICE]!,
    qty: slots[at + e.E_QTY]!,
    restingSide: (head >>> e.EVENT_SIDE_SHIFT) & 1,
    isAuction: (head & e.EVENT_AUCTION) !== 0,
    resting: readOrder(slots, at + e.E_ACCOUNT),
    aggressor: readOrder(slots, at + e.E_OTHER_ACCOUNT),
    displayed: (head & e.EVENT_ICEBERG) !== 0 ? slots[at + e.E_DISPLAYED]! : 0,
    otherDisplayed: (head & e.EVENT_OTHER_ICEBERG) !== 0 ? slots[at + e.E_OTHER_DISPLAYED]! : 0,
  };
}

/** The seven words from account to leaves, which lie alike for both orders of a trade. */
function readOrder(slots: Int32Array, at: number): OrderOfEvent {
  return {
    account: slots[at]! >>> 0,
    owner: slots[at + 1]! >>> 0,
    clOrdId: wordsToNumber(slots[at + 2]!, slots[at + 3]!),
    orderId: wordsToNumber(slots[at + 4]!, slots[at + 5]!),
    leaves: slots[at + 6]!,
  };
}
