// What a trader of a simulated world sends next: mostly orders around one price, of every kind, and
// cancels and replaces of what it has.

import type { Prng } from '../../base/prng.ts';
import type { CancelOrder, NewOrder, ReplaceOrder, Side } from '../../client/index.ts';

/** An order that is alive, as its trader was told. */
export interface OwnOrder {
  readonly account: number;
  readonly clOrdId: bigint;
  readonly leaves: number;
  readonly instrument: number;
  readonly side: Side;
}

export type TraderCommand =
  | { kind: 'new'; account: number; clOrdId: bigint; order: NewOrder }
  | { kind: 'replace'; account: number; clOrdId: bigint; order: ReplaceOrder }
  | { kind: 'cancel'; order: CancelOrder }
  | { kind: 'massCancel'; account: number };

const MID = 1_000;
const SPREAD = 12;
const BURST_MAX = 44;
/** Orders that a trader has when it rather cancels than enters. */
const ORDERS_AIMED_AT = 40;

export class TraderFlow {
  private readonly random: Prng;
  private readonly accounts: readonly number[];
  private readonly orders: Map<number, OwnOrder>;
  private readonly lastIds = new Map<number, bigint>();

  constructor(random: Prng, accounts: readonly number[], orders: Map<number, OwnOrder>) {
    this.random = random;
    this.accounts = accounts;
    this.orders = orders;
    // Some begin where the low word of an id turns.
    for (const account of accounts) {
      this.lastIds.set(account, random.chance(50) ? 0n : 2n ** 32n - BigInt(random.below(900)));
    }
  }

  /** How many commands to send at once. */
  burst(): number {
    return 1 + this.random.below(BURST_MAX);
  }

  wantsCancel(): boolean {
    return this.random.chance(30);
  }

  /** `instruments`: numbers of those that there are. */
  next(instruments: readonly number[]): TraderCommand {
    const { random, orders } = this;
    const roll = random.below(100);
    if (roll === 0 && random.chance(40)) {
      return { kind: 'massCancel', account: random.pick(this.accounts) };
    }
    const isFull = orders.size > ORDERS_AIMED_AT;
    if (orders.size === 0 || roll < (isFull ? 25 : 65)) return this.newOrder(instruments);
    const order = this.someOrder();
    const { account, clOrdId } = order;
    if (roll < 80) return { kind: 'cancel', order: { account, clOrdId } };
    return this.replaceOrder(order);
  }

  private newOrder(instruments: readonly number[]): TraderCommand {
    const { random } = this;
    const account = random.pick(this.accounts);
    const clOrdId = this.nextId(account);
    const side: Side = random.chance(50) ? 'buy' : 'sell';
    const qty = 1 + random.below(50);
    const instrument = random.pick(instruments);
    const order: NewOrder = { account, clOrdId, instrument, side, qty };
    const kind = random.below(100);
    if (kind < 4) order.type = 'market';
    else order.price = this.price(side);
    if (kind >= 4 && kind < 14) order.tif = random.pick(['ioc', 'fok', 'day']);
    else if (kind >= 14 && kind < 24) order.displayQty = 1 + random.below(qty);
    else if (kind >= 24 && kind < 30) {
      order.type = 'stop_limit';
      order.stopPrice = this.price(side === 'buy' ? 'sell' : 'buy');
    } else if (kind >= 30 && kind < 36) order.postOnly = true;
    order.stp = random.pick(['none', 'none', 'cancel_aggressor', 'cancel_resting', 'decrement']);
    return { kind: 'new', account, clOrdId, order };
  }

  private replaceOrder(own: OwnOrder): TraderCommand {
    const { random } = this;
    const { account, clOrdId: origClOrdId } = own;
    const clOrdId = this.nextId(account);
    const order: ReplaceOrder = { account, origClOrdId, clOrdId };
    if (random.chance(60)) order.price = this.price(own.side);
    if (random.chance(50)) order.qty = 1 + random.below(60);
    return { kind: 'replace', account, clOrdId, order };
  }

  private someOrder(): OwnOrder {
    let left = this.random.below(Math.min(this.orders.size, 16));
    for (const order of this.orders.values()) if (left-- === 0) return order;
    throw new Error('there is an order');
  }

  private price(side: Side): number {
    const away = this.random.below(SPREAD) - 3;
    return side === 'buy' ? MID - away : MID + away;
  }

  private nextId(account: number): bigint {
    const id = this.lastIds.get(account)! + 1n;
    this.lastIds.set(account, id);
    return id;
  }
}

export function orderKey(account: number, clOrdId: bigint): number {
  return account * 2 ** 40 + Number(clOrdId);
}
