// The public book the slow way: a list of orders in the order in which they came to rest, and every
// level summed up afresh after each command.

import * as codes from '../src/core/codes.ts';
import type { CoreEvent } from '../src/core/plain-events.ts';
import type { Level, OrderUpdate, Trade } from '../src/wire/feed.ts';
import { ORDER_ADDED, ORDER_DELETED, ORDER_REDUCED } from '../src/wire/frame-kinds.ts';

interface OracleOrder {
  id: number;
  instrument: number;
  side: number;
  price: number;
  leaves: number;
}

/** What one command did to the book of one instrument. */
export interface OracleUpdate {
  instrument: number;
  /** Sorted by side and price. */
  levels: Level[];
  orders: OrderUpdate[];
  trades: Trade[];
}

export class FeedOracle {
  private resting: OracleOrder[] = [];
  private acting: OracleOrder | undefined;
  private events: CoreEvent[] = [];

  /** Takes an event; after a command's last, what it did to each instrument, by number. */
  take(event: CoreEvent): OracleUpdate[] | undefined {
    this.events.push(event);
    if (!event.end) return undefined;
    const before = new Map(this.levels().map((level) => [level.key, level]));
    const updates = new Map<number, OracleUpdate>();
    const updateOf = (instrument: number): OracleUpdate => {
      const known = updates.get(instrument) ?? { instrument, levels: [], orders: [], trades: [] };
      updates.set(instrument, known);
      return known;
    };
    const changes: [number, OrderUpdate][] = [];
    for (const each of this.events) {
      this.apply(each, changes);
      if (each.evt !== codes.EVENT_TRADE) continue;
      const { tradeId, price, qty, restingSide, instrument } = each;
      const trade = { tradeId: BigInt(tradeId), price, qty, aggressor: 1 - restingSide };
      updateOf(instrument).trades.push(trade);
    }
    if (this.acting !== undefined && this.acting.leaves > 0) {
      this.resting.push(this.acting);
      changes.push([this.acting.instrument, updateOfOrder(ORDER_ADDED, this.acting)]);
    }
    this.acting = undefined;
    this.events = [];
    for (const [instrument, update] of changes) updateOf(instrument).orders.push(update);
    const after = new Map(this.levels().map((level) => [level.key, level]));
    for (const key of new Set([...before.keys(), ...after.keys()])) {
      const old = before.get(key);
      const now = after.get(key) ?? { ...old!, qty: 0, orders: 0 };
      if (now.qty === old?.qty && now.orders === old.orders) continue;
      const { instrument, side, price, qty, orders } = now;
      updateOf(instrument).levels.push({ side, price, qty, orders });
    }
    for (const { levels } of updates.values()) sortLevels(levels);
    return [...updates.values()].sort((a, b) => a.instrument - b.instrument);
  }

  private apply(event: CoreEvent, changes: [number, OrderUpdate][]): void {
    switch (event.evt) {
      case codes.EVENT_NEW: {
        const { instrument, side, price, order } = event;
        this.acting = { id: order.orderId, instrument, side, price, leaves: order.leaves };
        break;
      }
      case codes.EVENT_TRADE:
        this.setLeaves(event.resting.orderId, event.resting.leaves, changes);
        this.setLeaves(event.aggressor.orderId, event.aggressor.leaves, changes);
        break;
      case codes.EVENT_CANCELED:
        this.setLeaves(event.order.orderId, 0, changes);
        break;
      case codes.EVENT_RESTATED:
        this.setLeaves(event.order.orderId, event.order.leaves, changes);
        break;
      case codes.EVENT_REPLACED: {
        const { orderId, leaves } = event.order;
        if (event.keptPlace) {
          this.setLeaves(orderId, leaves, changes);
          break;
        }
        const order = this.resting.find(({ id }) => id === orderId)!;
        this.setLeaves(orderId, 0, changes);
        this.acting = { ...order, price: event.price, leaves };
        break;
      }
    }
  }

  private setLeaves(id: number, leaves: number, changes: [number, OrderUpdate][]): void {
    if (this.acting?.id === id) {
      this.acting.leaves = leaves;
      return;
    }
    const order = this.resting.find((each) => each.id === id)!;
    if (order.leaves === leaves) return;
    order.leaves = leaves;
    const kind = leaves === 0 ? ORDER_DELETED : ORDER_REDUCED;
    changes.push([order.instrument, updateOfOrder(kind, order)]);
    if (leaves === 0) this.resting = this.resting.filter((each) => each !== order);
  }

  private levels(): (Level & { instrument: number; key: string })[] {
    const levels = new Map<string, Level & { instrument: number; key: string }>();
    for (const { instrument, side, price, leaves } of this.resting) {
      const key = `${instrument} ${side} ${price}`;
      const level = levels.get(key) ?? { key, instrument, side, price, qty: 0, orders: 0 };
      levels.set(key, { ...level, qty: level.qty + leaves, orders: level.orders + 1 });
    }
    return [...levels.values()];
  }
}

export function sortLevels(levels: Level[]): Level[] {
  return levels.sort((a, b) => a.side - b.side || a.price - b.price);
}

function updateOfOrder(kind: number, { id, side, price, leaves }: OracleOrder): OrderUpdate {
  return { kind, side, orderId: BigInt(id), price, qty: leaves };
}
