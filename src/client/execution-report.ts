// Execution reports with names in place of codes, as users of the SDK see them.

import * as codes from '../wire/codes.ts';
import type { Report } from '../wire/order-entry.ts';
import { REPORT_OPEN } from '../wire/report-layout.ts';

export type Side = (typeof codes.SIDE_NAMES)[number];
export type CommandName =
  | 'new'
  | 'cancel'
  | 'replace'
  | 'massCancel'
  | 'instrument'
  | 'phase'
  | 'kill';

/** What every report says. */
interface Common {
  /** Counts from 1 within the session; 0 in a list of open orders. */
  readonly sequence: number;
  /** Number of the command that caused it, over the whole exchange. */
  readonly commandSequence: number;
  /** The client's own number of that command; 0: it was another session's, or the server's. */
  readonly request: number;
  /** The last report of its request. */
  readonly end: boolean;
  /** ns since 1970, of the exchange. */
  readonly time: bigint;
}

/** What a report about an order of this session says. */
interface OfOrder extends Common {
  readonly account: number;
  /** '' when the welcome did not name it. */
  readonly accountName: string;
  readonly instrument: number;
  /** '' when the welcome did not name it. */
  readonly symbol: string;
  /** The order's id now. */
  readonly clOrdId: bigint;
  /** The exchange's own number of the order; stays when it is replaced. */
  readonly orderId: bigint;
  readonly side: Side;
}

/** How an order stands after the event. */
interface Standing extends OfOrder {
  /** Limit, ticks; 0: none. */
  readonly price: number;
  /** Lots. */
  readonly leaves: number;
  /** An iceberg's `displayQty`; 0: it is none. */
  readonly displayQty: number;
  /**
   * Lots that an iceberg shows, or would if it rested; 0 until its next tranche is `refreshed`, and
   * of orders that are none.
   */
  readonly displayed: number;
  /** Ticks; not 0: a stop that waits for its price. */
  readonly stopPrice: number;
}

/** The order was accepted. */
export interface NewReport extends Standing {
  readonly kind: 'new';
}

/** A stop has reached its price, and acts. */
export interface TriggeredReport extends Standing {
  readonly kind: 'triggered';
}

/** An iceberg shows its next tranche, at the back of its level. */
export interface RefreshedReport extends Standing {
  readonly kind: 'refreshed';
}

/** The command was refused by the rules; nothing else changed. */
export interface RejectedReport extends Common {
  readonly kind: 'rejected';
  readonly command: CommandName;
  /** One of the rulebook's R7. */
  readonly reason: string;
  readonly account: number;
  readonly accountName: string;
  /** The command's; 0: it had none. */
  readonly clOrdId: bigint;
}

export interface TradeReport extends OfOrder {
  readonly kind: 'trade';
  readonly tradeId: bigint;
  /** Ticks. */
  readonly price: number;
  /** Lots. */
  readonly qty: number;
  /** Lots left of the order after it. */
  readonly leaves: number;
  /** Lots that a resting iceberg shows after it; 0: another one is about to be shown, or none. */
  readonly displayed: number;
  /** The order was the one that arrived. */
  readonly aggressor: boolean;
  /** In an auction: both orders were there. */
  readonly auction: boolean;
}

/** The order has ended. */
export interface CanceledReport extends OfOrder {
  readonly kind: 'canceled';
  /**
   * 'user', 'ioc', 'fok', 'no_liquidity', 'stp', 'mass_cancel', 'disconnect', 'day_end',
   * 'price_band' or 'kill_switch'.
   */
  readonly reason: string;
  /** Lots canceled. */
  readonly qty: number;
}

/** The order has new terms and a new id. */
export interface ReplacedReport extends Standing {
  readonly kind: 'replaced';
  readonly origClOrdId: bigint;
  /** It kept its place in the queue. */
  readonly keptPlace: boolean;
}

/** Self-trade prevention took some of the order's quantity. */
export interface RestatedReport extends Standing {
  readonly kind: 'restated';
}

/** The command is done and there is nothing else to say of it to this session. */
export interface DoneReport extends Common {
  readonly kind: 'done';
}

export type ExecutionReport =
  | NewReport
  | RejectedReport
  | TradeReport
  | CanceledReport
  | ReplacedReport
  | RestatedReport
  | TriggeredReport
  | RefreshedReport
  | DoneReport;

/** An order as it stands: in the book, or a stop that waits. */
export interface OpenOrder {
  readonly account: number;
  readonly accountName: string;
  readonly instrument: number;
  readonly symbol: string;
  readonly clOrdId: bigint;
  readonly orderId: bigint;
  readonly side: Side;
  /** Limit, ticks; 0: a stop that has none. */
  readonly price: number;
  /** Lots. */
  readonly leaves: number;
  /** As in reports. */
  readonly displayQty: number;
  readonly displayed: number;
  readonly stopPrice: number;
}

/** Names of what reports number. */
export interface Names {
  symbolOf(instrument: number): string;
  nameOf(account: number): string;
}

type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * Null: an event of a later version, which this one has no words for. (Objects are begun and then
 * added to: a spread costs 200 times as much.)
 */
export function toExecutionReport(report: Report, names: Names): ExecutionReport | null {
  switch (report.event) {
    case codes.EVENT_DONE:
      return {
        kind: 'done',
        sequence: report.reportSequence,
        commandSequence: report.commandSequence,
        request: report.request,
        end: report.end,
        time: report.time,
      };
    case codes.EVENT_REJECTED:
      return toRejected(report, names);
    case codes.EVENT_NEW:
      return stand(begin('new', report, names) as Draft<NewReport>, report);
    case codes.EVENT_TRIGGERED:
      return stand(begin('triggered', report, names) as Draft<TriggeredReport>, report);
    case codes.EVENT_REFRESHED:
      return stand(begin('refreshed', report, names) as Draft<RefreshedReport>, report);
    case codes.EVENT_RESTATED:
      return stand(begin('restated', report, names) as Draft<RestatedReport>, report);
    case codes.EVENT_TRADE: {
      const draft = begin('trade', report, names) as Draft<TradeReport>;
      draft.tradeId = report.tradeId;
      draft.price = report.price;
      draft.qty = report.qty;
      draft.leaves = report.leaves;
      draft.displayed = report.displayed;
      draft.aggressor = report.aggressor;
      draft.auction = report.auction;
      return draft;
    }
    case codes.EVENT_CANCELED: {
      const draft = begin('canceled', report, names) as Draft<CanceledReport>;
      draft.reason = codes.CANCEL_NAMES[report.reason] ?? `reason ${report.reason}`;
      draft.qty = report.leaves;
      return draft;
    }
    case codes.EVENT_REPLACED: {
      const draft = begin('replaced', report, names) as Draft<ReplacedReport>;
      draft.origClOrdId = report.origClOrdId;
      draft.keptPlace = report.keptPlace;
      return stand(draft, report);
    }
    default:
      return null;
  }
}

/** What reports about an order have in common. */
function begin<K extends string>(
  kind: K,
  report: Report,
  names: Names,
): Draft<OfOrder> & { kind: K } {
  return {
    kind,
    sequence: report.reportSequence,
    commandSequence: report.commandSequence,
    request: report.request,
    end: report.end,
    time: report.time,
    account: report.account,
    accountName: names.nameOf(report.account),
    instrument: report.instrument,
    symbol: names.symbolOf(report.instrument),
    clOrdId: report.clOrdId,
    orderId: report.orderId,
    side: codes.SIDE_NAMES[report.side]!,
  };
}

/** Adds how the order stands. */
function stand<T extends Draft<Standing>>(draft: T, report: Report): T {
  draft.price = report.price;
  draft.leaves = report.leaves;
  draft.displayQty = report.displayQty;
  draft.displayed = report.displayed;
  draft.stopPrice = report.stopPrice;
  return draft;
}

function toRejected(report: Report, names: Names): RejectedReport {
  return {
    kind: 'rejected',
    sequence: report.reportSequence,
    commandSequence: report.commandSequence,
    request: report.request,
    end: report.end,
    time: report.time,
    command: codes.COMMAND_NAMES[report.command] as CommandName,
    reason: codes.REJECT_NAMES[report.reason] ?? `reason ${report.reason}`,
    account: report.account,
    accountName: names.nameOf(report.account),
    clOrdId: report.clOrdId,
  };
}

/** An entry of a list of open orders; null when it is none. */
export function toOpenOrder(report: Report, names: Names): OpenOrder | null {
  if (report.event !== REPORT_OPEN) return null;
  return {
    account: report.account,
    accountName: names.nameOf(report.account),
    instrument: report.instrument,
    symbol: names.symbolOf(report.instrument),
    clOrdId: report.clOrdId,
    orderId: report.orderId,
    side: codes.SIDE_NAMES[report.side]!,
    price: report.price,
    leaves: report.leaves,
    displayQty: report.displayQty,
    displayed: report.displayed,
    stopPrice: report.stopPrice,
  };
}
