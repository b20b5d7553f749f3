// What a command's promise resolves to, gathered from its reports.

import { type COMMAND_INSTRUMENT, COMMAND_REPLACE } from '../wire/codes.ts';
import type { ClientCommand, Definition } from '../wire/order-entry.ts';
import type { ClientError } from './client-error.ts';
import { RESULT_REPORTS_MAX } from './client-limits.ts';
import type { ExecutionReport, OpenOrder, TradeReport } from './execution-report.ts';

/** An operator's definition of an instrument. */
export interface DefineInstrument extends Definition {
  command: typeof COMMAND_INSTRUMENT;
}

/** A command on its way. */
export type IssuedCommand = ClientCommand | DefineInstrument;

interface Result {
  /** 0: the command is about none. */
  readonly account: number;
  /** The id that the command gave or named; a mass cancel has none: 0n. */
  readonly clOrdId: bigint;
  /** The command's reports, at most RESULT_REPORTS_MAX of them. Numbers count all. */
  readonly reports: readonly ExecutionReport[];
}

/** A new order or a replace was done. */
export interface OrderAccepted extends Result {
  readonly status: 'accepted';
  /** 0n: a replaced order that another session entered, which gets the reports. */
  readonly orderId: bigint;
  /** Lots that the order had left when the command was done; 0: it was filled or canceled. */
  readonly leaves: number;
  /** Ticks; not 0: a stop that waits for this price. */
  readonly stopPrice: number;
  /** Lots that it traded in this command. */
  readonly filled: number;
  /** Why the exchange canceled the rest at once ('ioc', 'fok', 'stp' …); null: it did not. */
  readonly cancelReason: string | null;
  /** Of `reports`, the order's own trades. */
  readonly trades: readonly TradeReport[];
}

export interface CancelAccepted extends Result {
  readonly status: 'accepted';
  /** Both 0: an order that another session entered, which gets the report. */
  readonly orderId: bigint;
  /** Lots. */
  readonly canceledQty: number;
}

export interface MassCancelAccepted extends Result {
  readonly status: 'accepted';
  /** How many orders that this session entered were canceled. */
  readonly canceledOrders: number;
}

/** An operator's command was done. */
export interface OperatorAccepted extends Result {
  readonly status: 'accepted';
}

export interface InstrumentAdded extends Result {
  readonly status: 'accepted';
  /** Its number. */
  readonly instrument: number;
}

/** Nothing was done. `reports` is empty when the command never reached the exchange's log. */
export interface CommandRejected extends Result {
  readonly status: 'rejected';
  /** One of the rulebook's R7, or 'busy', 'not_authorized', or a name of REFUSAL_NAMES. */
  readonly reason: string;
}

/** The connection was lost, and with it reports that the server no longer keeps. */
export interface CommandUnknown extends Result {
  readonly status: 'unknown';
  /** The order as it stands now; null: it is not in the book. */
  readonly openOrder: OpenOrder | null;
}

export type OrderResult = OrderAccepted | CommandRejected | CommandUnknown;
export type CancelResult = CancelAccepted | CommandRejected | CommandUnknown;
export type MassCancelResult = MassCancelAccepted | CommandRejected | CommandUnknown;
export type OperatorResult = OperatorAccepted | CommandRejected | CommandUnknown;
export type AddInstrumentResult = InstrumentAdded | CommandRejected | CommandUnknown;

/** Makes the result of a command that was done. */
export interface Tally<A> {
  add(report: ExecutionReport): void;
  accepted(result: Result): A;
}

/** A command that waits for its answer. */
export class PendingCommand<A> {
  readonly command: IssuedCommand;
  readonly promise: Promise<A | CommandRejected | CommandUnknown>;
  private readonly tally: Tally<A>;
  private readonly reports: ExecutionReport[] = [];
  private rejection: string | null = null;
  private resolve!: (result: A | CommandRejected | CommandUnknown) => void;
  private reject!: (error: ClientError) => void;

  constructor(command: IssuedCommand, tally: Tally<A>) {
    this.command = command;
    this.tally = tally;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Takes one of its reports in; the last one settles it. */
  add(report: ExecutionReport): void {
    if (this.reports.length < RESULT_REPORTS_MAX) this.reports.push(report);
    if (report.kind === 'rejected') this.rejection = report.reason;
    this.tally.add(report);
    if (!report.end) return;
    if (this.rejection !== null) this.refuse(this.rejection);
    else this.resolve(this.tally.accepted(this.result()));
  }

  /** It was refused. */
  refuse(reason: string): void {
    const { account, clOrdId, reports } = this.result();
    this.resolve({ status: 'rejected', account, clOrdId, reason, reports });
  }

  /** What became of it can no longer be known; `open` are the orders that rest now. */
  giveUp(open: readonly OpenOrder[]): void {
    const ids = idsOf(this.command);
    const isIt = (order: OpenOrder) =>
      order.account === accountOf(this.command) && ids.includes(order.clOrdId);
    this.resolve({ ...this.result(), status: 'unknown', openOrder: open.find(isIt) ?? null });
  }

  /** There will be no answer. */
  fail(error: ClientError): void {
    // Who does not wait for it learns of the end by `onState`, not by an unhandled rejection.
    this.promise.catch(() => {});
    this.reject(error);
  }

  private result(): Result {
    const { command, reports } = this;
    return { account: accountOf(command), clOrdId: clOrdIdOf(command), reports };
  }
}

/** One of whichever kind. */
export type Pending = Pick<
  PendingCommand<unknown>,
  'command' | 'add' | 'refuse' | 'giveUp' | 'fail'
>;

/** 0: it is about none. */
export function accountOf(command: IssuedCommand): number {
  return 'account' in command ? (command.account ?? 0) : 0;
}

/** The id that it gives or names; 0n: it has none. */
export function clOrdIdOf(command: IssuedCommand): bigint {
  return 'clOrdId' in command ? command.clOrdId : 0n;
}

/** Ids by which the command's order may be known. */
function idsOf(command: IssuedCommand): bigint[] {
  if (!('clOrdId' in command)) return [];
  if (command.command !== COMMAND_REPLACE) return [command.clOrdId];
  return [command.clOrdId, command.origClOrdId];
}

/** Of a new order or replace: counts the reports about the order that has the command's id. */
export class OrderTally implements Tally<OrderAccepted> {
  private readonly account: number;
  private readonly clOrdId: bigint;
  private orderId = 0n;
  private leaves = 0;
  private stopPrice = 0;
  private filled = 0;
  private cancelReason: string | null = null;
  private readonly trades: TradeReport[] = [];

  constructor(account: number, clOrdId: bigint) {
    this.account = account;
    this.clOrdId = clOrdId;
  }

  add(report: ExecutionReport): void {
    if (report.kind === 'rejected' || report.kind === 'done') return;
    if (report.account !== this.account || report.clOrdId !== this.clOrdId) return;
    this.orderId = report.orderId;
    this.leaves = report.kind === 'canceled' ? 0 : report.leaves;
    if (report.kind === 'canceled') this.cancelReason = report.reason;
    this.stopPrice = 'stopPrice' in report ? report.stopPrice : 0;
    if (report.kind !== 'trade') return;
    this.filled += report.qty;
    if (this.trades.length < RESULT_REPORTS_MAX) this.trades.push(report);
  }

  accepted(result: Result): OrderAccepted {
    const { orderId, leaves, stopPrice, filled, cancelReason, trades } = this;
    return {
      status: 'accepted',
      account: result.account,
      clOrdId: result.clOrdId,
      orderId,
      leaves,
      stopPrice,
      filled,
      cancelReason,
      trades,
      reports: result.reports,
    };
  }
}

/** Of a cancel: transitions that were due may cancel other orders first. */
export class CancelTally implements Tally<CancelAccepted> {
  private readonly account: number;
  private readonly clOrdId: bigint;
  private orderId = 0n;
  private canceledQty = 0;

  constructor(account: number, clOrdId: bigint) {
    this.account = account;
    this.clOrdId = clOrdId;
  }

  add(report: ExecutionReport): void {
    if (report.kind !== 'canceled') return;
    if (report.account !== this.account || report.clOrdId !== this.clOrdId) return;
    this.orderId = report.orderId;
    this.canceledQty = report.qty;
  }

  accepted(result: Result): CancelAccepted {
    const { orderId, canceledQty } = this;
    return {
      status: 'accepted',
      account: result.account,
      clOrdId: result.clOrdId,
      orderId,
      canceledQty,
      reports: result.reports,
    };
  }
}

export class MassCancelTally implements Tally<MassCancelAccepted> {
  private canceledOrders = 0;

  add(report: ExecutionReport): void {
    if (report.kind === 'canceled' && report.reason === 'mass_cancel') this.canceledOrders += 1;
  }

  accepted(result: Result): MassCancelAccepted {
    return { ...result, status: 'accepted', canceledOrders: this.canceledOrders };
  }
}

export class OperatorTally implements Tally<OperatorAccepted> {
  add(): void {}

  accepted(result: Result): OperatorAccepted {
    return { ...result, status: 'accepted' };
  }
}

export class InstrumentTally implements Tally<InstrumentAdded> {
  private readonly instrument: number;

  constructor(instrument: number) {
    this.instrument = instrument;
  }

  add(): void {}

  accepted(result: Result): InstrumentAdded {
    return { ...result, status: 'accepted', instrument: this.instrument };
  }
}
