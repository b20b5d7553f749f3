// A session's commands and reports as the core's commands and events.
//
// Of a trade between two orders of the session two reports come, the resting order's first (in an
// auction the buyer's): they are one event. All orders are the session's own here, so no report
// ever comes alone. What a trade's reports do not say of an aggressor is 0 in the event too.

import { assert } from '../base/assert.ts';
import type { ExecutionReport, NewOrder, ReplaceOrder, TradeReport } from '../client/index.ts';
import * as codes from '../core/codes.ts';
import type * as plain from '../core/plain.ts';
import type { CoreEvent, OrderOfEvent } from '../core/plain-events.ts';

type OrderReport = Exclude<ExecutionReport, { kind: 'done' | 'rejected' }>;
type StandingReport = Exclude<OrderReport, { kind: 'trade' | 'canceled' }>;

interface Cause {
  sequence: number;
  session: number;
  request: number;
  end: boolean;
}

export class WireEvents {
  private readonly session: number;
  /** Of a trade of which one report has come. */
  private first: TradeReport | undefined;

  /** `session` is the number of the session that all reports are about. */
  constructor(session: number) {
    this.session = session;
  }

  /** The event that a report tells of; undefined: the other half of a trade is yet to come. */
  read(report: ExecutionReport): CoreEvent | undefined {
    const { commandSequence: sequence, request, end } = report;
    const cause = { sequence, session: this.session, request, end };
    if (report.kind === 'done') return { evt: codes.EVENT_DONE, ...cause };
    if (report.kind === 'rejected') {
      const cmd = codeOf(codes.COMMAND_NAMES, report.command);
      const reason = codeOf(codes.REJECT_NAMES, report.reason);
      const { account, clOrdId } = report;
      return {
        evt: codes.EVENT_REJECTED,
        ...cause,
        cmd,
        reason,
        account,
        clOrdId: Number(clOrdId),
      };
    }
    if (report.kind === 'trade') return this.readTrade(report, cause);
    assert(this.first === undefined, 'the reports of a trade come one after the other');
    if (report.kind !== 'canceled') return this.readStanding(report, cause);
    const reason = codeOf(codes.CANCEL_NAMES, report.reason);
    const terms = { price: 0, displayed: 0, displayQty: 0, stopPrice: 0 };
    return { evt: codes.EVENT_CANCELED, ...cause, reason, ...this.about(report), ...terms };
  }

  private readStanding(report: StandingReport, cause: Cause): CoreEvent {
    const { price, displayed, displayQty, stopPrice } = report;
    const order = { ...this.about(report), price, displayed, displayQty, stopPrice };
    switch (report.kind) {
      case 'new':
        return { evt: codes.EVENT_NEW, ...cause, ...order };
      case 'restated':
        return { evt: codes.EVENT_RESTATED, ...cause, ...order };
      case 'triggered':
        return { evt: codes.EVENT_TRIGGERED, ...cause, ...order };
      case 'refreshed':
        return { evt: codes.EVENT_REFRESHED, ...cause, ...order };
      case 'replaced': {
        const { keptPlace } = report;
        const origClOrdId = Number(report.origClOrdId);
        return { evt: codes.EVENT_REPLACED, ...cause, origClOrdId, keptPlace, ...order };
      }
    }
  }

  private readTrade(report: TradeReport, cause: Cause): CoreEvent | undefined {
    const { first } = this;
    if (first === undefined) {
      assert(!report.aggressor, 'the resting order is told of first');
      this.first = report;
      return undefined;
    }
    assert(first.tradeId === report.tradeId, 'the reports of a trade come one after the other');
    assert(report.aggressor || report.auction, 'a trade has one resting order');
    this.first = undefined;
    const { instrument, price, qty } = report;
    return {
      evt: codes.EVENT_TRADE,
      ...cause,
      instrument,
      tradeId: Number(report.tradeId),
      price,
      qty,
      restingSide: codes.SIDE_NAMES.indexOf(first.side),
      isAuction: report.auction,
      resting: this.orderOf(first),
      aggressor: this.orderOf(report),
      displayed: first.displayed,
      otherDisplayed: report.displayed,
    };
  }

  private about(report: OrderReport) {
    const side = codes.SIDE_NAMES.indexOf(report.side);
    return { instrument: report.instrument, side, order: this.orderOf(report) };
  }

  private orderOf(report: OrderReport): OrderOfEvent {
    return {
      account: report.account,
      owner: this.session,
      clOrdId: Number(report.clOrdId),
      orderId: Number(report.orderId),
      leaves: report.kind === 'canceled' ? report.qty : report.leaves,
    };
  }
}

/** A new order in the words of the SDK. */
export function toNewOrder(order: plain.NewOrder): NewOrder {
  const { instrument, account, clOrdId, postOnly, qty, price, displayQty, stopPrice } = order;
  return {
    instrument,
    account,
    clOrdId,
    side: codes.SIDE_NAMES[order.side]!,
    type: codes.TYPE_NAMES[order.type]!,
    tif: codes.TIF_NAMES[order.tif]!,
    stp: codes.STP_NAMES[order.stp]!,
    postOnly,
    qty,
    price,
    displayQty,
    stopPrice,
  };
}

/** A replace in the words of the SDK. */
export function toReplaceOrder(replace: plain.Replace): ReplaceOrder {
  const { account, origClOrdId, clOrdId, qty, price, displayQty, stopPrice } = replace;
  return { account, origClOrdId, clOrdId, qty, price, displayQty, stopPrice };
}

/** The code that has this name; 0: none of this version has it. */
function codeOf(names: Readonly<Record<number, string>>, name: string): number {
  for (const code in names) {
    if (names[code] === name) return Number(code);
  }
  return 0;
}
