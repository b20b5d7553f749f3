// A command stream like MEWL's (about 50 % adds, 40 % cancels, 5 % replaces, 5 % ioc, prices near a
// mid) whose mid moves along a path: up by a part of itself and back, or not at all. It has to be
// told of the events of each command before the next.

import { Prng } from '../src/base/prng.ts';
import * as codes from '../src/core/codes.ts';
import type { Command, NewOrder } from '../src/core/plain.ts';
import type { CoreEvent, OrderOfEvent } from '../src/core/plain-events.ts';

export interface SwingOptions {
  readonly seed: number;
  /** Commands after the first `orders`, which fill the book. */
  readonly commands: number;
  /** Orders that rest, about. */
  readonly orders: number;
  /** The mid goes up by this part of itself and back; 0: it stays, but for a tick now and then. */
  readonly swing: number;
}

interface LiveOrder {
  readonly account: number;
  readonly side: number;
  clOrdId: number;
  leaves: number;
  filled: number;
  /** Place in the list of live orders. */
  at: number;
}

export const SWING_INSTRUMENT = 1;
const FIRST_MID = 100_000;
/** Prices lie 1 + (a·b)/SPREAD ticks from the mid, a and b below SPREAD. */
const SPREAD = 80;
const LOTS_MAX = 100;

export class SwingFlow {
  private readonly options: SwingOptions;
  private readonly random: Prng;
  private readonly byClOrdId = new Map<number, LiveOrder>();
  private readonly live: LiveOrder[] = [];
  private done = 0;
  private wandered = 0;

  constructor(options: SwingOptions) {
    this.options = options;
    this.random = new Prng(options.seed);
  }

  /** The next command; `best`: the best price of a side, 0 = none. */
  next(best: (side: number) => number): Command {
    const { random, options } = this;
    this.done += 1;
    const isRamp = this.done <= options.orders;
    if (!isRamp && random.below(64) === 0) this.wandered += random.chance(50) ? 1 : -1;
    const side = random.below(2);
    const roll = random.below(1_000);
    if (isRamp || this.live.length === 0) return this.add(side);
    if (roll < 50) return this.take(side, best(side ^ 1));
    if (roll < 100) return this.move(random.pick(this.live));
    const missing = (options.orders - this.live.length) / options.orders;
    const adds = 5_000 + Math.trunc(Math.max(-0.1, Math.min(0.1, missing)) * 20_000);
    if (random.below(10_000) < adds) return this.add(side);
    const { account, clOrdId } = random.pick(this.live);
    return { cmd: codes.COMMAND_CANCEL, account, clOrdId };
  }

  /** Takes notice of what the latest command caused. */
  read(event: CoreEvent): void {
    switch (event.evt) {
      case codes.EVENT_NEW: {
        const { account, clOrdId, leaves } = event.order;
        const order = { account, side: event.side, clOrdId, leaves, filled: 0, at: 0 };
        this.byClOrdId.set(clOrdId, order);
        order.at = this.live.push(order) - 1;
        break;
      }
      case codes.EVENT_TRADE:
        this.filled(event.resting, event.qty);
        this.filled(event.aggressor, event.qty);
        break;
      case codes.EVENT_CANCELED:
        this.drop(this.byClOrdId.get(event.order.clOrdId)!);
        break;
      case codes.EVENT_REPLACED: {
        const order = this.byClOrdId.get(event.origClOrdId)!;
        this.byClOrdId.delete(order.clOrdId);
        order.clOrdId = event.order.clOrdId;
        order.leaves = event.order.leaves;
        this.byClOrdId.set(order.clOrdId, order);
        break;
      }
    }
  }

  private mid(): number {
    const { orders, commands, swing } = this.options;
    const way = Math.max(0, this.done - orders) / commands;
    const up = way < 0.5 ? 2 * way : 2 - 2 * way;
    return FIRST_MID + this.wandered + Math.round(FIRST_MID * swing * up);
  }

  private price(side: number): number {
    const { random } = this;
    const distance = 1 + Math.floor((random.below(SPREAD) * random.below(SPREAD)) / SPREAD);
    return side === codes.SIDE_BUY ? this.mid() - distance : this.mid() + distance;
  }

  private add(side: number): NewOrder {
    return this.order(side, this.price(side), codes.TIF_GTC);
  }

  private take(side: number, best: number): NewOrder {
    if (best === 0) return this.add(side);
    const reach = this.random.below(3);
    return this.order(side, side === codes.SIDE_BUY ? best + reach : best - reach, codes.TIF_IOC);
  }

  /** Its quantity grows and it goes elsewhere: it loses its place, and may trade. */
  private move({ account, side, clOrdId: origClOrdId, filled, leaves }: LiveOrder): Command {
    const qty = filled + leaves + this.random.between(1, 10);
    const price = this.price(side);
    return { cmd: codes.COMMAND_REPLACE, account, origClOrdId, clOrdId: this.done, qty, price };
  }

  private order(side: number, price: number, tif: number): NewOrder {
    return {
      cmd: codes.COMMAND_NEW,
      instrument: SWING_INSTRUMENT,
      // Never the same on both sides: self-trade prevention looks and finds nothing.
      account: 2 * (this.done % 8) + side + 1,
      clOrdId: this.done,
      side,
      type: codes.TYPE_LIMIT,
      tif,
      postOnly: false,
      stp: codes.STP_CANCEL_AGGRESSOR,
      qty: this.random.between(1, LOTS_MAX),
      price,
    };
  }

  private filled({ clOrdId, leaves }: OrderOfEvent, qty: number): void {
    const order = this.byClOrdId.get(clOrdId)!;
    order.leaves = leaves;
    order.filled += qty;
    if (leaves === 0) this.drop(order);
  }

  private drop(order: LiveOrder): void {
    this.byClOrdId.delete(order.clOrdId);
    const last = this.live.pop()!;
    if (last === order) return;
    this.live[order.at] = last;
    last.at = order.at;
  }
}
