// A session's commands and reports as the core's commands and events.
//
// Of a trade between two orders of the session two reports come, the resting order's first: they
// are one event. All orders are the session's own here, so no report ever comes alone.

import { assert } from '../base/assert.ts';
import type { ExecutionReport, NewOrder, ReplaceOrder, TradeReport } from '../client/index.ts';
import * as codes from '../core/codes.ts';
import type * as plain from '../core/plain.ts';
import type { CoreEvent, OrderOfEvent } from '../core/plain-events.ts';

type OrderReport = Exclude<ExecutionReport, { kind: 'done' | 'rejected' }>;

export class WireEvents {
  private readonly session: number;
  private resting: TradeReport | undefined;

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
    assert(this.resting === undefined, 'the reports of a trade come one after the other');
    const { instrument } = report;
    const order = this.orderOf(report);
    switch (report.kind) {
      case 'new': {
        const side = codes.SIDE_NAMES.indexOf(report.side);
        return { evt: codes.EVENT_NEW, ...cause, instrument, side, price: report.price, order };
      }
      case 'canceled': {
        const reason = codeOf(codes.CANCEL_NAMES, report.reason);
        return { evt: codes.EVENT_CANCELED, ...cause, instrument, reason, order };
      }
      case 'replaced': {
        const { price, keptPlace } = report;
        const origClOrdId = Number(report.origClOrdId);
        const terms = { origClOrdId, price, keptPlace, order };
        return { evt: codes.EVENT_REPLACED, ...cause, instrument, ...terms };
      }
      case 'restated':
        return { evt: codes.EVENT_RESTATED, ...cause, instrument, order };
    }
  }

  private readTrade(
    report: TradeReport,
    cause: { sequence: number; session: number; request: number; end: boolean },
  ): CoreEvent | undefined {
    const { resting } = this;
    if (!report.aggressor) {
      assert(resting === undefined, 'a trade has one resting order');
      this.resting = report;
      return undefined;
    }
    assert(resting?.tradeId === report.tradeId, 'the resting order is told of first');
    this.resting = undefined;
    const { instrument, price, qty } = report;
    return {
      evt: codes.EVENT_TRADE,
      ...cause,
      instrument,
      tradeId: Number(report.tradeId),
      price,
      qty,
      restingSide: codes.SIDE_NAMES.indexOf(resting.side),
      resting: this.orderOf(resting),
      aggressor: this.orderOf(report),
    };
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
