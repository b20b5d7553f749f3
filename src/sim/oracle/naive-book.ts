// The oracle: a matching engine written from the rulebook alone, as plainly as it can be said, to
// compare the core with. It shares the codes and the plain command and event types with the core
// and nothing else. Slow on purpose: orders are found by looking at all that an account has, books
// are lists, auctions try prices.
//
//   naive-state     instruments, orders, accounts, limits
//   naive-telling   events
//   naive-matching  R3, R5, R6.6   trades, self-trade prevention, fill-or-kill, stops, band
//   naive-phases    R6             phases, auctions, timetables, indicatives
//   naive-book      R2, R4, R7     commands

import * as codes from '../../core/codes.ts';
import type {
  Cancel,
  ChangePhase,
  Command,
  DefineInstrument,
  DefineSymbol,
  Kill,
  MassCancel,
  NewOrder,
  OpenOrders,
  Replace,
} from '../../core/plain.ts';
import type { CoreEvent } from '../../core/plain-events.ts';
import { NOTHING_WOULD_TRADE } from './naive-auction.ts';
import { rejectOfTerms } from './naive-checks.ts';
import { isAuctionPhase, NaivePhases } from './naive-phases.ts';
import { isWaitingStop, leavesOf, mayRestLater, type NaiveOrder } from './naive-state.ts';

/** Sessions that can be under the kill switch at a time. */
const KILLED_SESSIONS_MAX = 64;

/** A whole exchange: instruments, accounts and their books. */
export class NaiveEngine extends NaivePhases {
  private orders = 0;

  /** Does one command and tells what happened, in the order in which it happened. */
  apply(command: Command): CoreEvent[] {
    this.command = command;
    this.events = [];
    this.sequence++;
    if (command.time !== undefined && command.time > this.clock) this.clock = command.time;
    this.runTimetables();
    this.obey(command);
    for (const book of this.books.values()) this.workQueue(book);
    this.publishIndicatives();
    if (this.events.length === 0) this.tell({ evt: codes.EVENT_DONE });
    this.events.at(-1)!.end = true;
    return this.events;
  }

  private obey(command: Command): void {
    switch (command.cmd) {
      case codes.COMMAND_NEW:
        this.enter(command);
        break;
      case codes.COMMAND_CANCEL:
        this.cancel(command);
        break;
      case codes.COMMAND_REPLACE:
        this.replace(command);
        break;
      case codes.COMMAND_MASS_CANCEL:
        this.massCancel(command);
        break;
      case codes.COMMAND_OPEN_ORDERS:
        this.tellOpenOrders(command);
        break;
      case codes.COMMAND_INSTRUMENT:
        this.define(command);
        break;
      case codes.COMMAND_SYMBOL:
        this.name(command);
        break;
      case codes.COMMAND_PHASE:
        this.phase(command);
        break;
      case codes.COMMAND_KILL:
        this.kill(command);
        break;
    }
  }

  private define(command: DefineInstrument): void {
    const { instrument, referencePrice = 0, priceBandBps = 0 } = command;
    const reason = this.rejectOfNumber(instrument);
    if (reason !== 0) {
      this.reject(reason);
      return;
    }
    this.books.set(instrument, {
      instrument,
      referencePrice,
      priceBandBps,
      haltNs: BigInt(command.haltNs ?? 0),
      auctionNs: BigInt(command.auctionNs ?? 0),
      phase: codes.PHASE_CONTINUOUS,
      timetable: [],
      trades: 0,
      lastPrice: 0,
      bandReference: referencePrice,
      tradedToday: false,
      buys: [],
      sells: [],
      stops: [],
      queue: [],
      published: NOTHING_WOULD_TRADE,
      isTouched: false,
    });
    this.tell({ evt: codes.EVENT_INSTRUMENT, instrument, referencePrice, priceBandBps });
  }

  /** What a symbol is called changes nothing else. */
  private name({ instrument }: DefineSymbol): void {
    const reason = this.rejectOfNumber(instrument);
    if (reason !== 0) this.reject(reason);
  }

  /** Of an instrument that is to be defined. */
  private rejectOfNumber(instrument: number): number {
    if (instrument < 1 || instrument > this.limits.instruments) return codes.REJECT_CAPACITY;
    return this.books.has(instrument) ? codes.REJECT_ALREADY_DEFINED : 0;
  }

  private phase({ instrument, phase }: ChangePhase): void {
    const book = this.books.get(instrument);
    if (book === undefined) {
      this.reject(codes.REJECT_UNKNOWN_SYMBOL);
    } else if (book.phase !== phase) {
      book.timetable = [];
      this.changePhase(book, phase);
    }
  }

  private kill({ account = 0, killedSession, lift }: Kill): void {
    const isAccount = killedSession === undefined;
    const killed = isAccount ? this.killedAccounts : this.killedSessions;
    const number = killedSession ?? account;
    if (lift === true) {
      killed.delete(number);
      return;
    }
    const hasRoom = isAccount
      ? this.accountHasRoom(account)
      : killed.has(number) || killed.size < KILLED_SESSIONS_MAX;
    if (!hasRoom) {
      this.reject(codes.REJECT_CAPACITY, account);
      return;
    }
    killed.add(number);
    if (isAccount) this.makeKnown(account);
    const all = [...this.accounts.values()].flatMap(({ orders }) => orders);
    const targets = all.filter((order) => (isAccount ? order.account : order.owner) === number);
    for (const order of targets) this.cancelRest(order, codes.CANCEL_KILL_SWITCH);
  }

  private isKilled(account: number): boolean {
    const { session = 0 } = this.command;
    return this.killedAccounts.has(account) || this.killedSessions.has(session);
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
      stopPrice: command.stopPrice ?? 0,
      displayQty: command.displayQty ?? 0,
      shown: 0,
      total: command.qty,
      filled: 0,
      canceled: 0,
      entry: 0,
      at: 'nowhere',
    };
    this.accounts.get(order.account)!.orders.push(order);
    this.tellOrder(codes.EVENT_NEW, order);
    this.enterBook(order);
  }

  /** R7: the first reason of its list, 0 for none. */
  private rejectOfNew(command: NewOrder): number {
    const { account, clOrdId, instrument, type, tif, postOnly, qty } = command;
    const { price, stopPrice, displayQty } = command;
    const book = this.books.get(instrument);
    if (book === undefined) return codes.REJECT_UNKNOWN_SYMBOL;
    if (clOrdId <= this.highestIdOf(account)) return codes.REJECT_DUPLICATE_CLORDID;
    const keepsDisplayQty = false;
    const terms = { type, tif, postOnly, qty, price, stopPrice, displayQty, keepsDisplayQty };
    const reason = rejectOfTerms(terms);
    if (reason !== 0) return reason;
    if (this.isKilled(account)) return codes.REJECT_RISK_KILLED;
    if (this.isCrossingPostOnly(command, price)) return codes.REJECT_POST_ONLY_WOULD_CROSS;
    if (!acceptsNew(book.phase, command)) return codes.REJECT_PHASE;
    if (!this.accountHasRoom(account)) return codes.REJECT_CAPACITY;
    return this.hasRoomForNew(command) ? 0 : codes.REJECT_CAPACITY;
  }

  /** A stop takes a place whatever its time in force, since it waits. */
  protected hasRoomForNew(command: NewOrder): boolean {
    const { type, tif, price, stopPrice } = command;
    const waits = isWaitingStop(command);
    if (!waits && (type === codes.TYPE_MARKET || actsAtOnce(tif))) return true;
    if (this.liveCount() >= this.limits.orders) return false;
    if (!waits) return this.pagesHaveRoom(command, price!, 0);
    return this.pagesHaveRoom(command, stopPrice!, mayRestLater(command) ? 1 : 0);
  }

  /** R3.5, R4.4, R7. */
  protected isCrossingPostOnly(
    { instrument, side, postOnly }: Pick<NaiveOrder, 'instrument' | 'side' | 'postOnly'>,
    price: number | undefined,
  ): boolean {
    if (!postOnly || price === undefined) return false;
    if (this.books.get(instrument)!.phase !== codes.PHASE_CONTINUOUS) return false;
    return this.wouldTrade(instrument, side, price);
  }

  private cancel(command: Cancel): void {
    const order = this.find(command.account, command.clOrdId);
    if (order === undefined) {
      this.reject(codes.REJECT_UNKNOWN_ORDER, command.account, command.clOrdId);
    } else {
      this.cancelRest(order, codes.CANCEL_USER);
    }
  }

  private replace(command: Replace): void {
    const order = this.find(command.account, command.origClOrdId);
    const reason = this.rejectOfReplace(command, order);
    this.rememberId(command.account, command.clOrdId);
    if (reason !== 0 || order === undefined) {
      this.reject(reason, command.account, command.clOrdId);
      return;
    }
    const keptPlace = this.keepsPlace(order, command);
    if (!keptPlace) this.takeOut(order);
    order.clOrdId = command.clOrdId;
    order.price = command.price ?? order.price;
    order.stopPrice = command.stopPrice ?? order.stopPrice;
    order.displayQty = command.displayQty ?? order.displayQty;
    order.total = command.qty ?? order.total;
    const leaves = leavesOf(order);
    order.shown = order.displayQty === 0 ? leaves : Math.min(order.shown, leaves);
    this.tellReplaced(order, command.origClOrdId, keptPlace);
    if (!keptPlace) this.enterBook(order);
  }

  /** R4.2, R7: the first reason of the list, 0 for none. */
  private rejectOfReplace(command: Replace, order: NaiveOrder | undefined): number {
    if (command.clOrdId <= this.highestIdOf(command.account)) {
      return codes.REJECT_DUPLICATE_CLORDID;
    }
    if (order === undefined) return codes.REJECT_UNKNOWN_ORDER;
    const { type, tif, postOnly } = order;
    const qty = command.qty ?? order.total;
    const price = command.price ?? given(order.price);
    const stopPrice = command.stopPrice ?? given(order.stopPrice);
    const displayQty = command.displayQty ?? given(order.displayQty);
    if (qty <= order.filled + order.canceled) return codes.REJECT_INVALID_QTY;
    const keepsDisplayQty = command.displayQty === undefined;
    const terms = { type, tif, postOnly, qty, price, stopPrice, displayQty, keepsDisplayQty };
    const reason = rejectOfTerms(terms);
    if (reason !== 0) return reason;
    if (this.isKilled(command.account)) return codes.REJECT_RISK_KILLED;
    if (this.isCrossingPostOnly(order, price)) return codes.REJECT_POST_ONLY_WOULD_CROSS;
    const { phase } = this.bookOf(order);
    if (phase !== codes.PHASE_CONTINUOUS && !isAuctionPhase(phase)) return codes.REJECT_PHASE;
    // What was put by for a stop stays so; the place that is to be left counts as well.
    const level = isWaitingStop(order) ? stopPrice! : price!;
    const hasRoom = this.keepsPlace(order, command) || this.pagesHaveRoom(order, level, 0);
    return hasRoom ? 0 : codes.REJECT_CAPACITY;
  }

  /** R4.3. */
  protected keepsPlace(order: NaiveOrder, terms: Omit<Replace, 'cmd'>): boolean {
    const { price, stopPrice, displayQty, total } = order;
    return (
      (terms.price ?? price) === price &&
      (terms.stopPrice ?? stopPrice) === stopPrice &&
      (terms.displayQty ?? displayQty) === displayQty &&
      (terms.qty ?? total) <= total
    );
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
    for (const order of targets) this.cancelRest(order, reason);
  }

  private tellOpenOrders({ account }: OpenOrders): void {
    for (const order of this.ordersOf(account)) this.tellOrder(codes.EVENT_OPEN_ORDER, order);
  }
}

/** R6, what each phase accepts. */
function acceptsNew(phase: number, { type, tif, postOnly }: NewOrder): boolean {
  if (phase === codes.PHASE_CONTINUOUS) return true;
  if (!isAuctionPhase(phase)) return false;
  return type !== codes.TYPE_MARKET && !actsAtOnce(tif) && !postOnly;
}

function actsAtOnce(tif: number): boolean {
  return tif === codes.TIF_IOC || tif === codes.TIF_FOK;
}

/** 0 stands for a number that an order does not have. */
function given(value: number): number | undefined {
  return value === 0 ? undefined : value;
}
