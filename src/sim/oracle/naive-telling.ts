// What the naive engine (naive-book.ts) tells: the events of the command at hand.

import * as codes from '../../core/codes.ts';
import type { Command } from '../../core/plain.ts';
import type { CoreEvent, OrderOfEvent } from '../../core/plain-events.ts';
import { isWaitingStop, leavesOf, type NaiveOrder, NaiveState, trancheOf } from './naive-state.ts';

type WithoutCause<T> = T extends unknown
  ? Omit<T, 'sequence' | 'session' | 'request' | 'end'>
  : never;

/** An event as it happens, without what all events of a command share. */
export type Happening = WithoutCause<CoreEvent>;

/** Events about one order and nothing else. */
type PlainOrderEvent =
  | typeof codes.EVENT_NEW
  | typeof codes.EVENT_OPEN_ORDER
  | typeof codes.EVENT_RESTATED
  | typeof codes.EVENT_TRIGGERED
  | typeof codes.EVENT_REFRESHED;

export class NaiveTelling extends NaiveState {
  protected sequence = 0;
  protected command: Command = { cmd: codes.COMMAND_TIME };
  protected events: CoreEvent[] = [];

  /** Adds what all events of a command share. */
  protected tell(happening: Happening): void {
    const { session = 0, request = 0 } = this.command;
    const cause = { sequence: this.sequence, session, request, end: false };
    this.events.push(Object.assign(happening, cause));
    if ('instrument' in happening) this.books.get(happening.instrument)!.isTouched = true;
  }

  protected tellOrder(evt: PlainOrderEvent, order: NaiveOrder): void {
    this.tell({ evt, ...oneOrder(order) });
  }

  /** An order that is about to end: the quantity canceled stands for its leaves. */
  protected tellCanceled(order: NaiveOrder, reason: number): void {
    this.tell({ evt: codes.EVENT_CANCELED, reason, ...oneOrder(order), displayed: 0 });
  }

  protected tellReplaced(order: NaiveOrder, origClOrdId: number, keptPlace: boolean): void {
    this.tell({ evt: codes.EVENT_REPLACED, origClOrdId, keptPlace, ...oneOrder(order) });
  }

  protected reject(reason: number, account = 0, clOrdId = 0): void {
    const { cmd } = this.command;
    this.tell({ evt: codes.EVENT_REJECTED, cmd, reason, account, clOrdId });
  }
}

/** What every event tells of an order. */
export function told(order: NaiveOrder): OrderOfEvent {
  const { account, owner, clOrdId, orderId } = order;
  return { account, owner, clOrdId, orderId, leaves: leavesOf(order) };
}

/** Of an iceberg: what it shows, or would show if it rested now; of any other order 0. */
export function displayedOf(order: NaiveOrder): number {
  if (order.displayQty === 0) return 0;
  return order.at === 'side' ? order.shown : trancheOf(order);
}

function oneOrder(order: NaiveOrder) {
  const { instrument, side, price, displayQty } = order;
  const stopPrice = isWaitingStop(order) ? order.stopPrice : 0;
  const displayed = displayedOf(order);
  return { instrument, side, price, order: told(order), displayed, displayQty, stopPrice };
}
