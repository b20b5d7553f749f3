// A seeded synthetic order flow: makers quote around a fair price that wanders, cancel and move
// their orders; takers hit what is there. It knows the market only by what it is told of its own
// orders, so it can stand before a core alone (`read`) or trade as a client, which may have told it
// of several commands less than it issued.

import { Prng } from '../base/prng.ts';
import {
  COMMAND_CANCEL,
  COMMAND_NEW,
  COMMAND_REPLACE,
  EVENT_CANCELED,
  EVENT_NEW,
  EVENT_REJECTED,
  EVENT_REPLACED,
  EVENT_RESTATED,
  EVENT_TRADE,
  SIDE_BUY,
  SIDE_SELL,
  STP_CANCEL_AGGRESSOR,
  TIF_GTC,
  TIF_IOC,
  TYPE_LIMIT,
  TYPE_MARKET,
} from '../core/codes.ts';
import type { Command, NewOrder } from '../core/plain.ts';
import type { CoreEvent } from '../core/plain-events.ts';

export interface OrderFlowOptions {
  seed: number;
  /** Instrument number. */
  instrument: number;
  /** The accounts that trade; a number: 1 … this. */
  accounts: number | readonly number[];
  /** Ticks; the fair price begins here and is drawn back to it. */
  firstPrice: number;
  /** Live orders that the flow keeps about. */
  ordersAimedAt: number;
}

/** An order of the flow: SIDE_*, ticks, lots. */
export interface FlowOrder {
  account: number;
  clOrdId: number;
  side: number;
  price: number;
  leaves: number;
}

interface LiveOrder extends FlowOrder {
  /** A cancel or replace of it is on its way. */
  isAsked: boolean;
}

/** Quotes lie 1 … about SPREAD_TICKS ticks from the fair price, most of them near it. */
const SPREAD_TICKS = 24;
const LOTS_MAX = 100;

export class OrderFlow {
  private readonly options: OrderFlowOptions;
  private readonly random: Prng;
  private readonly accounts: readonly number[];
  private readonly lastClOrdIds = new Map<number, number>();
  private readonly byId = new Map<string, LiveOrder>();
  /** The same orders, so that one can be picked. */
  private live: LiveOrder[] = [];
  private latest: Command | undefined;
  private fair: number;

  constructor(options: OrderFlowOptions) {
    this.options = options;
    this.random = new Prng(options.seed);
    const { accounts } = options;
    this.accounts =
      typeof accounts === 'number' ? Array.from({ length: accounts }, (_, i) => i + 1) : accounts;
    this.fair = options.firstPrice;
  }

  /**
   * The next command. What it causes must be told, by `read` before the next call, or by the other
   * calls at any time; until then, nothing else is asked of the order that it is about.
   */
  next(): Command {
    this.latest = this.decide();
    return this.latest;
  }

  /** Takes notice of what the latest command caused. */
  read(event: CoreEvent): void {
    switch (event.evt) {
      case EVENT_NEW: {
        const { account, clOrdId, leaves } = event.order;
        this.opened({ account, clOrdId, side: event.side, price: event.price, leaves });
        break;
      }
      case EVENT_TRADE:
        this.left(event.resting);
        this.left(event.aggressor);
        break;
      case EVENT_RESTATED:
        this.left(event.order);
        break;
      case EVENT_CANCELED:
        this.left({ ...event.order, leaves: 0 });
        break;
      case EVENT_REPLACED:
        this.moved(event.origClOrdId, { ...event.order, price: event.price });
        break;
      case EVENT_REJECTED:
        if (this.latest !== undefined) this.refused(this.latest);
        break;
    }
  }

  /** An order came into being. */
  opened(order: FlowOrder): void {
    const { account, clOrdId, side, price, leaves } = order;
    const live = { account, clOrdId, side, price, leaves, isAsked: false };
    this.usedUpTo(account, clOrdId);
    this.byId.set(keyOf(account, clOrdId), live);
    this.live.push(live);
  }

  /** An order has so many lots left; 0: it has ended. */
  left({ account, clOrdId, leaves }: Pick<FlowOrder, 'account' | 'clOrdId' | 'leaves'>): void {
    const order = this.byId.get(keyOf(account, clOrdId));
    if (order === undefined) return;
    if (leaves === 0) this.drop(order);
    else order.leaves = leaves;
  }

  /** An order has a new id, price and quantity. */
  moved(origClOrdId: number, order: Omit<FlowOrder, 'side'>): void {
    const before = this.byId.get(keyOf(order.account, origClOrdId));
    if (before === undefined) return;
    this.drop(before);
    this.opened({ ...order, side: before.side });
  }

  /** A command did nothing: its order can be picked again, if it is still there. */
  refused(command: Command): void {
    if (command.cmd !== COMMAND_CANCEL && command.cmd !== COMMAND_REPLACE) return;
    const clOrdId = command.cmd === COMMAND_CANCEL ? command.clOrdId : command.origClOrdId;
    const order = this.byId.get(keyOf(command.account, clOrdId));
    if (order !== undefined) order.isAsked = false;
  }

  /** Says which clOrdIds of an account are used up. */
  usedUpTo(account: number, clOrdId: number): void {
    if (clOrdId > this.lastClOrdId(account)) this.lastClOrdIds.set(account, clOrdId);
  }

  /** These and no others are its orders; the fair price is where they meet. */
  adopt(orders: readonly FlowOrder[]): void {
    this.byId.clear();
    this.live = [];
    for (const order of orders) this.opened(order);
    const prices = (side: number) => orders.filter((o) => o.side === side).map((o) => o.price);
    const bid = prices(SIDE_BUY).reduce((best, price) => Math.max(best, price), 0);
    const ask = prices(SIDE_SELL).reduce((best, price) => Math.min(best, price), Infinity);
    if (bid > 0 && ask < Infinity) this.fair = Math.floor((bid + ask) / 2);
  }

  private decide(): Command {
    const random = this.random;
    this.wander();
    const roll = random.below(100);
    if (roll < 12) return this.take();
    const cancels = this.live.length > this.options.ordersAimedAt ? 50 : 34;
    if (this.live.length > 0 && roll < 20 + cancels) {
      const order = random.pick(this.live);
      if (order.isAsked) return this.quote();
      order.isAsked = true;
      if (roll >= 12 + cancels) return this.move(order);
      return { cmd: COMMAND_CANCEL, account: order.account, clOrdId: order.clOrdId };
    }
    return this.quote();
  }

  /** One tick now and then, more often back towards where it began than away. */
  private wander(): void {
    if (this.random.below(24) !== 0) return;
    const away = this.fair - this.options.firstPrice;
    const pull = Math.max(-20, Math.min(20, Math.trunc((40 * away) / this.options.firstPrice)));
    this.fair += this.random.below(100) < 50 - pull ? 1 : -1;
    this.fair = Math.max(SPREAD_TICKS * 2, this.fair);
  }

  private quote(): NewOrder {
    const side = this.random.chance(50) ? SIDE_BUY : SIDE_SELL;
    const order = this.order(side, TYPE_LIMIT, TIF_GTC);
    return { ...order, price: this.quotedPrice(side), postOnly: this.random.chance(50) };
  }

  private take(): NewOrder {
    const side = this.random.chance(50) ? SIDE_BUY : SIDE_SELL;
    if (this.random.chance(40)) return this.order(side, TYPE_MARKET, TIF_IOC);
    const reach = this.random.below(3);
    const price = side === SIDE_BUY ? this.fair + reach : this.fair - reach;
    return { ...this.order(side, TYPE_LIMIT, TIF_IOC), price };
  }

  private move(order: LiveOrder): Command {
    const { account, clOrdId: origClOrdId } = order;
    const clOrdId = this.nextClOrdId(account);
    return {
      cmd: COMMAND_REPLACE,
      account,
      origClOrdId,
      clOrdId,
      price: this.quotedPrice(order.side),
    };
  }

  private quotedPrice(side: number): number {
    const { random } = this;
    const distance =
      1 + Math.floor((random.below(SPREAD_TICKS) * random.below(SPREAD_TICKS)) / SPREAD_TICKS);
    return side === SIDE_BUY ? this.fair - distance : this.fair + distance;
  }

  private order(side: number, type: number, tif: number): NewOrder {
    const account = this.random.pick(this.accounts);
    return {
      cmd: COMMAND_NEW,
      instrument: this.options.instrument,
      account,
      clOrdId: this.nextClOrdId(account),
      side,
      type,
      tif,
      postOnly: false,
      stp: STP_CANCEL_AGGRESSOR,
      qty: this.random.between(1, LOTS_MAX),
    };
  }

  private nextClOrdId(account: number): number {
    const clOrdId = this.lastClOrdId(account) + 1;
    this.lastClOrdIds.set(account, clOrdId);
    return clOrdId;
  }

  private lastClOrdId(account: number): number {
    return this.lastClOrdIds.get(account) ?? 0;
  }

  private drop(order: LiveOrder): void {
    this.byId.delete(keyOf(order.account, order.clOrdId));
    const last = this.live.pop()!;
    if (last !== order) this.live[this.live.indexOf(order)] = last;
  }
}

function keyOf(account: number, clOrdId: number): string {
  return `${account}:${clOrdId}`;
}
