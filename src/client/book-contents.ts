// Levels (L2) and orders in queue order (L3) of one book, changed record by record
// (wire/feed-layout.ts).

import { SIDE_BUY, SIDE_SELL } from '../wire/codes.ts';
import * as f from '../wire/feed-layout.ts';
import { ORDER_ADDED, ORDER_DELETED, ORDER_REDUCED, ORDER_REFRESHED } from '../wire/frame-kinds.ts';
import { PriceSide } from './price-side.ts';

/** Price in ticks, quantity in lots, number of orders. */
export interface BookLevel {
  price: number;
  qty: number;
  orders: number;
}

/** Price in ticks, quantity in lots: of an iceberg what it shows. */
export interface BookOrder {
  orderId: bigint;
  price: number;
  qty: number;
}

/** An order under its id as a number. */
interface QueuedOrder {
  id: number;
  side: number;
  price: number;
  qty: number;
}

/** A Set keeps the order in which its members came: the queue of a level. */
type Queue = Set<QueuedOrder>;

const TWO_32 = 0x1_0000_0000;

export class BookContents {
  private levels = [new PriceSide<BookLevel>(true), new PriceSide<BookLevel>(false)];
  private queues = [new PriceSide<Queue>(true), new PriceSide<Queue>(false)];
  private orders = new Map<number, QueuedOrder>();

  /** The same without L2 or L3. What is kept is shared, so this one is not to be used any more. */
  narrowed(keepsLevels: boolean, keepsOrders: boolean): BookContents {
    const narrow = new BookContents();
    if (keepsLevels) narrow.levels = this.levels;
    if (keepsOrders) {
      narrow.queues = this.queues;
      narrow.orders = this.orders;
    }
    return narrow;
  }

  /** Up to `max` levels of a side (SIDE_*) as L2 told them, best first. */
  toldLevels(side: number, max: number): BookLevel[] {
    return this.levels[side]!.best(max).map((level) => ({ ...level }));
  }

  /** The same, summed up from the orders. */
  summedLevels(side: number, max: number): BookLevel[] {
    return this.queues[side]!.best(max).map((queue) => {
      const level = { price: 0, qty: 0, orders: queue.size };
      for (const order of queue) {
        level.price = order.price;
        level.qty += order.qty;
      }
      return level;
    });
  }

  /** Up to `max` orders of a side, best price first, then queue order. */
  queuedOrders(side: number, max: number): BookOrder[] {
    const found: BookOrder[] = [];
    // Every level has an order, so no more levels than orders are needed.
    for (const queue of this.queues[side]!.best(max)) {
      for (const { id, price, qty } of queue) {
        if (found.length >= max) return found;
        found.push({ orderId: BigInt(id), price, qty });
      }
    }
    return found;
  }

  /** Applies the level record at word `at`. False: it cannot be right. */
  setLevel(words: Int32Array, at: number): boolean {
    const side = words[at + f.L_SIDE]!;
    const price = words[at + f.L_PRICE]!;
    const orders = words[at + f.L_ORDERS]!;
    const qty = exact(words[at + f.L_QTY_LOW]!, words[at + f.L_QTY_HIGH]!);
    if (!isPlace(side, price) || orders < 0 || (orders === 0) !== (qty === 0)) return false;
    if (orders === 0) this.levels[side]!.delete(price);
    else this.levels[side]!.set(price, { price, qty, orders });
    return true;
  }

  /** True when L2 has told of the level of the record at word `at`. */
  hasLevel(words: Int32Array, at: number): boolean {
    return this.levels[words[at + f.L_SIDE]!]?.get(words[at + f.L_PRICE]!) !== undefined;
  }

  /** Applies the order record at word `at`. False: it cannot be right. */
  changeOrder(words: Int32Array, at: number): boolean {
    const id = exact(words[at + f.O_ID_LOW]!, words[at + f.O_ID_HIGH]!);
    const qty = words[at + f.O_QTY]!;
    const side = words[at + f.O_SIDE]!;
    const price = words[at + f.O_PRICE]!;
    const known = this.orders.get(id);
    if (words[at + f.O_KIND] === ORDER_ADDED) {
      if (known !== undefined || !isPlace(side, price) || qty <= 0) return false;
      this.add({ id, side, price, qty });
      return Number.isSafeInteger(id);
    }
    if (known === undefined || known.side !== side || known.price !== price) return false;
    switch (words[at + f.O_KIND]) {
      case ORDER_REDUCED:
        if (qty <= 0 || qty >= known.qty) return false;
        known.qty = qty;
        return true;
      case ORDER_DELETED:
        this.remove(known);
        return true;
      case ORDER_REFRESHED:
        if (qty <= 0) return false;
        known.qty = qty;
        this.moveBack(known);
        return true;
      default:
        return false;
    }
  }

  private add(order: QueuedOrder): void {
    const side = this.queues[order.side]!;
    let queue = side.get(order.price);
    if (queue === undefined) {
      queue = new Set();
      side.set(order.price, queue);
    }
    queue.add(order);
    this.orders.set(order.id, order);
  }

  private moveBack(order: QueuedOrder): void {
    const queue = this.queues[order.side]!.get(order.price)!;
    queue.delete(order);
    queue.add(order);
  }

  private remove(order: QueuedOrder): void {
    const side = this.queues[order.side]!;
    const queue = side.get(order.price)!;
    queue.delete(order);
    if (queue.size === 0) side.delete(order.price);
    this.orders.delete(order.id);
  }
}

function isPlace(side: number, price: number): boolean {
  return (side === SIDE_BUY || side === SIDE_SELL) && price > 0;
}

/** The number of two words; not exact beyond 2^53-1. */
function exact(low: number, high: number): number {
  return (high >>> 0) * TWO_32 + (low >>> 0);
}
