// Questions for the open orders: one at a time is with the server, the others wait.
//
// A list comes in pieces, with reports between them; each piece is as of its place in the reports.
// So reports that come while a question is out are applied to what the list already has, and the
// answer is the open orders as of the end of the list. (Known limitation: of orders that other
// sessions of the same account entered no reports come, so these are as of their piece.)

import { assert } from '../base/assert.ts';
import { encodeOpenOrders } from '../wire/order-entry.ts';
import type { ClientError } from './client-error.ts';
import type { ExecutionReport, OpenOrder } from './execution-report.ts';

interface Question {
  readonly request: number;
  answer(orders: OpenOrder[]): void;
  fail(error: ClientError): void;
}

export class OpenOrderQuestions {
  private questions: Question[] = [];
  /** The first question is with the server. */
  private isAsked = false;
  /** The list as far as it has come, by orderId. */
  private readonly orders = new Map<bigint, OpenOrder>();

  get isEmpty(): boolean {
    return this.questions.length === 0;
  }

  /** Adds a question; `ask` sends it when its turn comes. */
  add(question: Question): void {
    this.questions.push(question);
  }

  /** Adds a question before all others. None may be with the server. */
  addFirst(question: Question): void {
    assert(!this.isAsked, 'after a logon nothing is asked');
    this.questions.unshift(question);
  }

  /** Sends the first question, unless one is out. */
  ask(send: (bytes: Uint8Array) => void): void {
    const first = this.questions[0];
    if (this.isAsked || first === undefined) return;
    this.isAsked = true;
    this.orders.clear();
    send(encodeOpenOrders(first.request));
  }

  /** True when the request is that of the question that is out. */
  isOut(request: number): boolean {
    return this.isAsked && this.questions[0]!.request === request;
  }

  /** The connection is lost, or the server was busy: the question is to be asked again. */
  unask(): void {
    this.isAsked = false;
  }

  /** An entry of the list. */
  enter(order: OpenOrder): void {
    this.orders.set(order.orderId, order);
  }

  /** The list is whole. */
  end(): void {
    assert(this.isAsked, 'a question is out');
    const orders = [...this.orders.values()];
    this.isAsked = false;
    this.orders.clear();
    this.questions.shift()!.answer(orders);
  }

  /** A report that came while a question may be out. */
  follow(report: ExecutionReport): void {
    if (!this.isAsked || report.kind === 'rejected' || report.kind === 'done') return;
    const { orders } = this;
    if (report.kind === 'new') {
      const { account, accountName, instrument, symbol, clOrdId, orderId, side } = report;
      const named = { account, accountName, instrument, symbol, clOrdId, orderId, side };
      orders.set(orderId, { ...named, ...standing(report) });
      return;
    }
    const order = orders.get(report.orderId);
    if (order === undefined) return;
    if (report.kind === 'canceled' || report.leaves === 0) {
      orders.delete(report.orderId);
    } else if (report.kind === 'trade') {
      const { leaves, aggressor } = report;
      // What an aggressor shows is known when it rests.
      const displayed = aggressor ? Math.min(order.displayQty, leaves) : report.displayed;
      orders.set(report.orderId, { ...order, leaves, displayed });
    } else {
      orders.set(report.orderId, { ...order, clOrdId: report.clOrdId, ...standing(report) });
    }
  }

  /** There will be no answers. */
  fail(error: ClientError): void {
    const all = this.questions;
    this.questions = [];
    this.isAsked = false;
    for (const question of all) question.fail(error);
  }
}

type Standing = Pick<OpenOrder, 'price' | 'leaves' | 'displayQty' | 'displayed' | 'stopPrice'>;

function standing({ price, leaves, displayQty, displayed, stopPrice }: Standing): Standing {
  return { price, leaves, displayQty, displayed, stopPrice };
}
