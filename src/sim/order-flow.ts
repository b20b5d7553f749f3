// A seeded synthetic order flow: makers quote around a fair price that wanders, cancel and move
// their orders; takers hit what is there. It knows the market only by the events it is shown, so it
// can stand before a core alone or trade as a client.

import { Prng } from '../base/prng.ts';
import {
  COMMAND_CANCEL,
  COMMAND_NEW,
  COMMAND_REPLACE,
  EVENT_CANCELED,
  EVENT_NEW,
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
import type { Command, CoreEvent, NewOrder, OrderOfEvent } from '../core/plain.ts';

export interface OrderFlowOptions {
  seed: number;
  /** Instrument number. */
  instrument: number;
  /** Accounts 1 … this trade. */
  accounts: number;
  /** Ticks; the fair price begins here and is drawn back to it. */
  firstPrice: number;
  /** Live orders that the flow keeps about. */
  ordersAimedAt: number;
}

interface LiveOrder {
  account: number;
  clOrdId: number;
  side: number;
  price: number;
  leaves: number;
}

/** Quotes lie 1 … about SPREAD_TICKS ticks from the fair price, most of them near it. */
const SPREAD_TICKS = 24;
const LOTS_MAX = 100;

export class OrderFlow {
  private readonly options: OrderFlowOptions;
  private readonly random: Prng;
  private readonly lastClOrdId: number[];
  private readonly byId = new Map<string, LiveOrder>();
  /** The same orders, so that one can be picked. */
  private live: LiveOrder[] = [];
  private fair: number;

  constructor(options: OrderFlowOptions) {
    this.options = options;
    this.random = new Prng(options.seed);
    this.lastClOrdId = new Array<number>(options.accounts + 1).fill(0);
    this.fair = options.firstPrice;
  }

  /** The next command. The events it causes must be shown to `read` before the next call. */
  next(): Command {
    const random = this.random;
    this.wander();
    const roll = random.below(100);
    if (roll < 12) return this.take();
    const cancels = this.live.length > this.options.ordersAimedAt ? 50 : 34;
    if (this.live.length > 0 && roll < 12 + cancels) {
      const { account, clOrdId } = random.pick(this.live);
      return { cmd: COMMAND_CANCEL, account, clOrdId };
    }
    if (this.live.length > 0 && roll < 20 + cancels) return this.move(random.pick(this.live));
    return this.quote();
  }

  /** Takes notice of what a command caused. */
  read(event: CoreEvent): void {
    switch (event.evt) {
      case EVENT_NEW: {
        const { account, clOrdId, leaves } = event.order;
        this.add({ account, clOrdId, side: event.side, price: event.price, leaves });
        break;
      }
      case EVENT_TRADE:
        this.reduce(event.resting);
        this.reduce(event.aggressor);
        break;
      case EVENT_RESTATED:
        this.reduce(event.order);
        break;
      case EVENT_CANCELED:
        this.drop(keyOf(event.order.account, event.order.clOrdId));
        break;
      case EVENT_REPLACED: {
        const key = keyOf(event.order.account, event.origClOrdId);
        const side = this.byId.get(key)!.side;
        this.drop(key);
        const { account, clOrdId, leaves } = event.order;
        this.add({ account, clOrdId, side, price: event.price, leaves });
        break;
      }
    }
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
    const account = this.random.between(1, this.options.accounts);
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
    this.lastClOrdId[account]! += 1;
    return this.lastClOrdId[account]!;
  }

  private add(order: LiveOrder): void {
    this.byId.set(keyOf(order.account, order.clOrdId), order);
    this.live.push(order);
  }

  private reduce({ account, clOrdId, leaves }: OrderOfEvent): void {
    const key = keyOf(account, clOrdId);
    if (leaves === 0) this.drop(key);
    else this.byId.get(key)!.leaves = leaves;
  }

  private drop(key: string): void {
    const order = this.byId.get(key)!;
    this.byId.delete(key);
    const last = this.live.pop()!;
    if (last !== order) this.live[this.live.indexOf(order)] = last;
  }
}

function keyOf(account: number, clOrdId: number): string {
  return `${account}:${clOrdId}`;
}
