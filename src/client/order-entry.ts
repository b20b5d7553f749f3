// Order entry for users: a promise for each command.

import type { WelcomeAccount } from '../wire/order-entry.ts';
import {
  type CancelOrder,
  type MassCancel,
  type NewOrder,
  type ReplaceOrder,
  toCancel,
  toMassCancel,
  toNew,
  toReplace,
} from './client-command.ts';
import { CLOSE_MS_MAX } from './client-limits.ts';
import {
  accountOf,
  type CancelResult,
  CancelTally,
  clOrdIdOf,
  type IssuedCommand,
  type MassCancelResult,
  MassCancelTally,
  type OrderResult,
  OrderTally,
} from './command-result.ts';
import type { ExecutionReport, OpenOrder } from './execution-report.ts';
import type { ConnectionState, OrderEntryOptions } from './order-entry-options.ts';
import { OrderSession } from './order-session.ts';
import type { Instrument } from './phase.ts';

/**
 * A session of order entry. Commands issued in the same turn of the event loop leave in one
 * message. A command's promise resolves when the exchange has answered, also to a refusal
 * (`status`), and rejects with a ClientError when there will be no answer. A lost connection is
 * none of these: it is dialed again, and the promise goes on waiting.
 */
export class OrderEntry {
  private readonly session: OrderSession;

  private constructor(session: OrderSession) {
    this.session = session;
  }

  /**
   * Connects and logs on. Rejects with a ClientError when the first attempt fails, whatever for;
   * after that only the server can end the session (`onState`), or `close`.
   */
  static async connect(options: OrderEntryOptions): Promise<OrderEntry> {
    const session = new OrderSession(options);
    await session.connect();
    return new OrderEntry(session);
  }

  get state(): ConnectionState {
    return this.session.state;
  }

  /** Number of the session. */
  get number(): number {
    return this.session.number;
  }

  /** Accounts that the session may act for. */
  get accounts(): readonly WelcomeAccount[] {
    return this.session.directory.accounts;
  }

  /** As they are now, in order of definition. */
  get instruments(): readonly Instrument[] {
    return this.session.directory.instruments;
  }

  /** Number of the last report that was handed on. */
  get lastReport(): number {
    return this.session.nextReport - 1;
  }

  newOrder(order: NewOrder): Promise<OrderResult> {
    const { session } = this;
    return session.issue((request) => toNew(order, request, session.directory), toOrderTally);
  }

  /** Cancels the order that has this clOrdId now. */
  cancel(order: CancelOrder): Promise<CancelResult> {
    const { session } = this;
    return session.issue(
      (request) => toCancel(order, request, session.directory),
      (command) => new CancelTally(accountOf(command), clOrdIdOf(command)),
    );
  }

  /** Gives an order a new id and new terms. */
  replace(order: ReplaceOrder): Promise<OrderResult> {
    const { session } = this;
    return session.issue((request) => toReplace(order, request, session.directory), toOrderTally);
  }

  /** Cancels all orders of an account, or of one instrument, one side, or both. */
  massCancel(orders: MassCancel = {}): Promise<MassCancelResult> {
    const { session } = this;
    return session.issue(
      (request) => toMassCancel(orders, request, session.directory),
      () => new MassCancelTally(),
    );
  }

  /** The orders of all accounts of the session: those in a book, and stops that wait. */
  openOrders(): Promise<OpenOrder[]> {
    return this.session.openOrders();
  }

  /**
   * All reports from now on, for `for await`. One that reads too slowly ends with reader_behind; a
   * session that ends with an error ends its readers with it.
   */
  reports(): AsyncIterableIterator<ExecutionReport, undefined> {
    return this.session.readers.open();
  }

  /**
   * Ends the session: no more commands; waits for the answers to those that were issued, at most
   * `waitMs`, then closes the connection. What is unanswered by then rejects with `closed`.
   */
  close({ waitMs = CLOSE_MS_MAX }: { waitMs?: number } = {}): Promise<void> {
    return this.session.close(waitMs);
  }
}

function toOrderTally(command: IssuedCommand): OrderTally {
  return new OrderTally(accountOf(command), clOrdIdOf(command));
}
