// The oracle: a matching engine written from the rulebook alone, as plainly as it can be said, to
// compare the core with. It shares the codes and the plain command and event types with the core
// and nothing else. Slow on purpose: orders are found by looking at all of them.

import * as codes from '../core/codes.ts';
import type {
  Cancel,
  Command,
  DefineInstrument,
  MassCancel,
  NewOrder,
  OpenOrders,
  Replace,
} from '../core/plain.ts';
import type { CoreEvent, OrderOfEvent } from '../core/plain-events.ts';
import { rejectOfTerms } from './naive-checks.ts';
import { leavesOf, type NaiveOrder, NaiveState, reaches } from './naive-state.ts';

type WithoutCause<T> = T extends unknown
  ? Omit<T, 'sequence' | 'session' | 'request' | 'end'>
  : never;

/** A whole exchange: instruments, accounts and their books. */
export class NaiveEngine extends NaiveState {
  /** ns: the latest time that any command carried. */
  clock = 0n;
  private sequence = 0;
  private orders = 0;
  private command: Command = { cmd: codes.COMMAND_TIME };
  private events: CoreEvent[] = [];

  /** Does one command and tells what happened, in the order in which it happened. */
  apply(command: Command): CoreEvent[] {
    this.command = command;
    this.events = [];
    this.sequence++;
    if (command.time !== undefined && command.time > this.clock) this.clock = command.time;
    if (command.cmd === codes.COMMAND_NEW) this.enter(command);
    else if (command.cmd === codes.COMMAND_CANCEL) this.cancel(command);
    else if (command.cmd === codes.COMMAND_REPLACE) this.replace(command);
    else if (command.cmd === codes.COMMAND_MASS_CANCEL) this.massCancel(command);
    else if (command.cmd === codes.COMMAND_OPEN_ORDERS) this.tellOpenOrders(command);
    else if (command.cmd === codes.COMMAND_INSTRUMENT) this.define(command);
    if (this.events.length === 0) this.tell({ evt: codes.EVENT_DONE });
    this.events.at(-1)!.end = true;
    return this.events;
  }

  private define(command: DefineInstrument): void {
    const { instrument } = command;
    if (instrument < 1 || instrument > this.limits.instruments) {
      this.reject(codes.REJECT_CAPACITY);
    } else if (this.books.has(instrument)) {
      this.reject(codes.REJECT_UNKNOWN_SYMBOL);
    } else {
      this.books.set(instrument, { trades: 0, buys: [], sells: [] });
    }
  }

  private enter(command: NewOrder): void {
    const reason = this.rejectOfNew(command);
    this.rememberId(command.account, command.clOrdId);
    if (reason !== 0) {
      this.reject(reason, command.account, command.clOrdId);
      return;
    }
    const order: NaiveOrder = {
      orderId: ++this.orders,
      account: command.account,
      owner: command.session ?? 0,
      clOrdId: command.clOrdId,
      instrument: command.instrument,
      side: command.side,
      type: command.type,
      tif: command.tif,
      postOnly: command.postOnly,
      stp: command.stp,
      price: command.price ?? 0,
      total: command.qty,
      filled: 0,
      canceled: 0,
    };
    const { instrument, side, price } = order;
    this.tell({ evt: codes.EVENT_NEW, instrument, side, price, order: told(order) });
    if (order.tif === codes.TIF_FOK && !this.canFillAtOnce(order)) {
      this.cancelRest(order, codes.CANCEL_FOK);
    } else {
      this.sweep(order);
    }
  }

  /** R7: the first reason of its list, 0 for none. */
  private rejectOfNew(command: NewOrder): number {
    const { account, clOrdId, instrument, side, type, tif, postOnly, qty } = command;
    const { price, stopPrice, displayQty } = command;
    if (!this.books.has(instrument)) return codes.REJECT_UNKNOWN_SYMBOL;
    if (clOrdId <= this.highestIdOf(account)) return codes.REJECT_DUPLICATE_CLORDID;
    const reason = rejectOfTerms({ type, tif, postOnly, qty, price, stopPrice, displayQty });
    if (reason !== 0) return reason;
    if (postOnly && this.wouldTrade(instrument, side, price!)) {
      return codes.REJECT_POST_ONLY_WOULD_CROSS;
    }
    if (!this.accountHasRoom(account)) return codes.REJECT_CAPACITY;
    if (type === codes.TYPE_LIMIT && tif === codes.TIF_GTC) {
      if (this.restingCount() >= this.limits.orders) return codes.REJECT_CAPACITY;
      if (!this.pageHasRoom(instrument, side, price!)) return codes.REJECT_CAPACITY;
    }
    return 0;
  }

  private cancel(command: Cancel): void {
    const order = this.find(command.account, command.clOrdId);
    if (order === undefined) {
      this.reject(codes.REJECT_UNKNOWN_ORDER, command.account, command.clOrdId);
      return;
    }
    this.takeOut(order);
    this.cancelRest(order, codes.CANCEL_USER);
  }

  private replace(command: Replace): void {
    const order = this.find(command.account, command.origClOrdId);
    const reason = this.rejectOfReplace(command, order);
    this.rememberId(command.account, command.clOrdId);
    if (reason !== 0 || order === undefined) {
      this.reject(reason, command.account, command.clOrdId);
      return;
    }
    const price = command.price ?? order.price;
    const total = command.qty ?? order.total;
    const keptPlace = this.keepsPlace(order, price, total);
    if (!keptPlace) this.takeOut(order);
    order.price = price;
    order.total = total;
    order.clOrdId = command.clOrdId;
    const { instrument } = order;
    const { origClOrdId } = command;
    const replaced = { instrument, origClOrdId, price, keptPlace, order: told(order) };
    this.tell({ evt: codes.EVENT_REPLACED, ...replaced });
    if (!keptPlace) this.sweep(order);
  }

  /** R4.2, R7: the first reason of the list, 0 for none. */
  private rejectOfReplace(command: Replace, order: NaiveOrder | undefined): number {
    if (command.clOrdId <= this.highestIdOf(command.account)) {
      return codes.REJECT_DUPLICATE_CLORDID;
    }
    if (order === undefined) return codes.REJECT_UNKNOWN_ORDER;
    const { instrument, side, type, tif, postOnly } = order;
    const { stopPrice, displayQty } = command;
    const qty = command.qty ?? order.total;
    const price = command.price ?? order.price;
    if (qty <= order.filled + order.canceled) return codes.REJECT_INVALID_QTY;
    const reason = rejectOfTerms({ type, tif, postOnly, qty, price, stopPrice, displayQty });
    if (reason !== 0) return reason;
    if (postOnly && this.wouldTrade(instrument, side, price)) {
      return codes.REJECT_POST_ONLY_WOULD_CROSS;
    }
    if (!this.keepsPlace(order, price, qty) && !this.pageHasRoom(instrument, side, price)) {
      return codes.REJECT_CAPACITY;
    }
    return 0;
  }

  /** R4.3. */
  protected keepsPlace(order: NaiveOrder, price: number, total: number): boolean {
    return price === order.price && total <= order.total;
  }

  private massCancel(command: MassCancel): void {
    const { account, instrument, side, ownSessionOnly, onDisconnect, session = 0 } = command;
    if (instrument !== undefined && !this.books.has(instrument)) {
      this.reject(codes.REJECT_UNKNOWN_SYMBOL, account);
      return;
    }
    const targets = this.ordersOf(account).filter(
      (order) =>
        (instrument === undefined || order.instrument === instrument) &&
        (side === undefined || order.side === side) &&
        (ownSessionOnly !== true || order.owner === session),
    );
    const reason = onDisconnect === true ? codes.CANCEL_DISCONNECT : codes.CANCEL_MASS_CANCEL;
    for (const order of targets) {
      this.takeOut(order);
      this.cancelRest(order, reason);
    }
  }

  private tellOpenOrders({ account }: OpenOrders): void {
    for (const order of this.ordersOf(account)) {
      const { instrument, side, price } = order;
      this.tell({ evt: codes.EVENT_OPEN_ORDER, instrument, side, price, order: told(order) });
    }
  }

  /** By orderId. */
  private ordersOf(account: number): NaiveOrder[] {
    const orders = this.allResting().filter((order) => order.account === account);
    return orders.sort((a, b) => a.orderId - b.orderId);
  }

  /** R3: trades the order against the other side, then rests or cancels what is left of it. */
  private sweep(order: NaiveOrder): void {
    while (leavesOf(order) > 0) {
      const resting = this.opposite(order.instrument, order.side)[0];
      if (resting === undefined || !reaches(order, resting.price)) break;
      if (resting.account !== order.account || order.stp === codes.STP_NONE) {
        this.trade(order, resting);
      } else if (!this.preventSelfTrade(order, resting)) {
        return;
      }
    }
    if (leavesOf(order) === 0) return;
    if (order.type === codes.TYPE_MARKET) this.cancelRest(order, codes.CANCEL_NO_LIQUIDITY);
    else if (order.tif === codes.TIF_IOC) this.cancelRest(order, codes.CANCEL_IOC);
    else this.rest(order);
  }

  private trade(order: NaiveOrder, resting: NaiveOrder): void {
    const book = this.books.get(order.instrument)!;
    const qty = Math.min(leavesOf(order), leavesOf(resting));
    order.filled += qty;
    resting.filled += qty;
    if (leavesOf(resting) === 0) this.takeOut(resting);
    this.tell({
      evt: codes.EVENT_TRADE,
      instrument: order.instrument,
      tradeId: ++book.trades,
      price: resting.price,
      qty,
      restingSide: resting.side,
      resting: told(resting),
      aggressor: told(order),
    });
  }

  /** R3.8 … R3.10. False when the aggressor is canceled and its sweep is over. */
  protected preventSelfTrade(order: NaiveOrder, resting: NaiveOrder): boolean {
    if (order.stp === codes.STP_DECREMENT) {
      const qty = Math.min(leavesOf(order), leavesOf(resting));
      this.decrement(resting, qty);
      this.decrement(order, qty);
      return true;
    }
    if (order.stp !== codes.STP_CANCEL_AGGRESSOR) {
      this.takeOut(resting);
      this.cancelRest(resting, codes.CANCEL_STP);
    }
    if (order.stp === codes.STP_CANCEL_RESTING) return true;
    this.cancelRest(order, codes.CANCEL_STP);
    return false;
  }

  /** R3.9: `qty` lots count as canceled for good. */
  protected decrement(order: NaiveOrder, qty: number): void {
    if (qty === leavesOf(order)) {
      this.takeOut(order);
      this.cancelRest(order, codes.CANCEL_STP);
      return;
    }
    order.canceled += qty;
    const { instrument } = order;
    this.tell({ evt: codes.EVENT_RESTATED, instrument, order: told(order) });
  }

  /** R3.4: whether the whole order would trade, counted order by order as its sweep would run. */
  protected canFillAtOnce(order: NaiveOrder): boolean {
    let missing = leavesOf(order);
    for (const resting of this.opposite(order.instrument, order.side)) {
      if (missing <= 0 || !reaches(order, resting.price)) break;
      const own = resting.account === order.account && order.stp !== codes.STP_NONE;
      if (own && order.stp === codes.STP_CANCEL_RESTING) continue;
      if (own) return false;
      missing -= leavesOf(resting);
    }
    return missing <= 0;
  }

  protected cancelRest(order: NaiveOrder, reason: number): void {
    const qty = leavesOf(order);
    order.canceled += qty;
    const { instrument } = order;
    this.tell({
      evt: codes.EVENT_CANCELED,
      instrument,
      reason,
      order: { ...told(order), leaves: qty },
    });
  }

  private reject(reason: number, account = 0, clOrdId = 0): void {
    const { cmd } = this.command;
    this.tell({ evt: codes.EVENT_REJECTED, cmd, reason, account, clOrdId });
  }

  protected tell(happening: WithoutCause<CoreEvent>): void {
    const { session = 0, request = 0 } = this.command;
    this.events.push({ ...happening, sequence: this.sequence, session, request, end: false });
  }
}

function told(order: NaiveOrder): OrderOfEvent {
  const { account, owner, clOrdId, orderId } = order;
  return { account, owner, clOrdId, orderId, leaves: leavesOf(order) };
}
