// The naive engine by hand: commands in short, events as short texts.

import * as codes from '../src/core/codes.ts';
import type { Limits } from '../src/core/limits.ts';
import type { Command, DefineInstrument, NewOrder, Replace } from '../src/core/plain.ts';
import type { CoreEvent, OrderOfEvent } from '../src/core/plain-events.ts';
import { NaiveEngine } from '../src/sim/oracle/naive-book.ts';

export const LIMITS: Limits = { orders: 100, accounts: 10, instruments: 2, pages: 50 };

let engine: NaiveEngine;
let ids: number;

/** An engine with instrument 1, nothing in it. */
export function begin(limits: Partial<Limits> = {}, terms: Partial<DefineInstrument> = {}): void {
  engine = new NaiveEngine({ ...LIMITS, ...limits });
  engine.apply({ cmd: codes.COMMAND_INSTRUMENT, instrument: 1, ...terms });
  ids = 0;
}

export function theEngine(): NaiveEngine {
  return engine;
}

/** The clOrdId that was given out last. */
export function lastId(): number {
  return ids;
}

/** Does a command; its events in short. */
export function apply(command: Command): string[] {
  return engine.apply(command).map(brief);
}

/** Sends a limit gtc order with the next id, unless `terms` say otherwise. Price 0: none. */
export function send(
  account: number,
  side: number,
  qty: number,
  price: number,
  terms: Partial<NewOrder> = {},
): string[] {
  return apply({
    cmd: codes.COMMAND_NEW,
    instrument: 1,
    account,
    clOrdId: ++ids,
    side,
    type: codes.TYPE_LIMIT,
    tif: codes.TIF_GTC,
    postOnly: false,
    stp: codes.STP_CANCEL_AGGRESSOR,
    qty,
    ...(price === 0 ? {} : { price }),
    ...terms,
  });
}

export function replace(
  account: number,
  origClOrdId: number,
  terms: Partial<Replace> = {},
): string[] {
  return apply({ cmd: codes.COMMAND_REPLACE, account, origClOrdId, clOrdId: ++ids, ...terms });
}

export function cancel(account: number, clOrdId: number): string[] {
  return apply({ cmd: codes.COMMAND_CANCEL, account, clOrdId });
}

export function changePhase(phase: number, time?: bigint): string[] {
  const stamp = time === undefined ? {} : { time };
  return apply({ cmd: codes.COMMAND_PHASE, instrument: 1, phase, ...stamp });
}

export function tick(time: bigint): string[] {
  return apply({ cmd: codes.COMMAND_TIME, time });
}

/** The orders of a side, in the order they would trade. */
export function queue(side: number): string[] {
  return engine.restingOrders(1, side).map((o) => `c${o.clOrdId}@${o.price}`);
}

/** The levels of a side, best first. */
export function levels(side: number): string[] {
  return engine.book(1, side).map(([price, qty, orders]) => `${qty}@${price}/${orders}`);
}

function orderText({ clOrdId, leaves }: OrderOfEvent): string {
  return `c${clOrdId} ${leaves}`;
}

function brief(event: CoreEvent): string {
  switch (event.evt) {
    case codes.EVENT_DONE:
      return 'done';
    case codes.EVENT_REJECTED:
      return `rejected ${codes.REJECT_NAMES[event.reason]}`;
    case codes.EVENT_INSTRUMENT:
      return `instrument ${event.instrument}`;
    case codes.EVENT_PHASE: {
      const due = event.dueNs === 0n ? '' : ` until ${event.dueNs}`;
      return `phase ${codes.PHASE_NAMES[event.phase]}${due}`;
    }
    case codes.EVENT_INDICATIVE:
      return `indicative ${event.qty}@${event.price} ${event.imbalance}`;
    case codes.EVENT_TRADE: {
      const { qty, price, resting, aggressor, isAuction } = event;
      const by = isAuction ? 'with' : 'by';
      return `trade ${qty}@${price} ${orderText(resting)} ${by} ${orderText(aggressor)}`;
    }
    default:
      return briefOfOrder(event);
  }
}

function briefOfOrder(event: Extract<CoreEvent, { order: OrderOfEvent }>): string {
  const order = orderText(event.order);
  switch (event.evt) {
    case codes.EVENT_CANCELED:
      return `canceled ${order} ${codes.CANCEL_NAMES[event.reason]}`;
    case codes.EVENT_REPLACED:
      return `replaced ${order} ${event.keptPlace ? 'kept' : 'lost'}`;
    case codes.EVENT_OPEN_ORDER:
      return `open ${order}`;
    case codes.EVENT_REFRESHED:
      return `refreshed ${order} showing ${event.displayed}`;
    default:
      return `${codes.EVENT_NAMES[event.evt]} ${order}`;
  }
}
