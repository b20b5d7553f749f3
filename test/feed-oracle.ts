// The public book the slow way: a list of orders in the order in which they came to rest, and every
// level summed up afresh after each command.

import * as codes from '../src/core/codes.ts';
import type { CoreEvent } from '../src/core/plain-events.ts';
import type { Indicative, Level, OrderUpdate, PhaseChange, Trade } from '../src/wire/feed.ts';
import { AGGRESSOR_NONE } from '../src/wire/feed-layout.ts';
import {
  ORDER_ADDED,
  ORDER_DELETED,
  ORDER_REDUCED,
  ORDER_REFRESHED,
} from '../src/wire/frame-kinds.ts';

interface OracleOrder {
  id: number;
  instrument: number;
  side: number;
  price: number;
  /** With what is hidden. */
  leaves: number;
  shown: number;
  /** 0: no iceberg. */
  displayQty: number;
}

/** What one command did to the book of one instrument. */
export interface OracleUpdate {
  instrument: number;
  /** Sorted by side and price. */
  levels: Level[];
  orders: OrderUpdate[];
  trades: Trade[];
  phases: PhaseChange[];
  indicatives: Indicative[];
}

type OneOrderEvent = Extract<CoreEvent, { displayQty: number }>;

export class FeedOracle {
  private resting: OracleOrder[] = [];
  private acting: OracleOrder | undefined;
  private updates = new Map<number, OracleUpdate>();
  /** Levels of which an order changed, by instrument, side and price. */
  private touched = new Map<string, OracleOrder>();

  /** Takes an event; after a command's last, what it did to each instrument, by number. */
  take(event: CoreEvent): OracleUpdate[] | undefined {
    this.apply(event);
    if (!event.end) return undefined;
    this.settle();
    for (const { instrument, side, price } of this.touched.values()) {
      const orders = this.resting.filter(
        (one) => one.instrument === instrument && one.side === side && one.price === price,
      );
      const qty = orders.reduce((sum, { shown }) => sum + shown, 0);
      this.update(instrument).levels.push({ side, price, qty, orders: orders.length });
    }
    const updates = [...this.updates.values()];
    for (const { levels } of updates) sortLevels(levels);
    this.updates = new Map();
    this.touched = new Map();
    return updates.sort((a, b) => a.instrument - b.instrument);
  }

  private update(instrument: number): OracleUpdate {
    const lists = { levels: [], orders: [], trades: [], phases: [], indicatives: [] };
    const update = this.updates.get(instrument) ?? { instrument, ...lists };
    this.updates.set(instrument, update);
    return update;
  }

  private apply(event: CoreEvent): void {
    switch (event.evt) {
      case codes.EVENT_TRADE:
        this.trade(event);
        break;
      case codes.EVENT_PHASE:
        this.settle();
        this.update(event.instrument).phases.push({ phase: event.phase, due: event.dueNs });
        break;
      case codes.EVENT_INDICATIVE: {
        const { price, qty, imbalance } = event;
        this.update(event.instrument).indicatives.push({ price, qty, imbalance });
        break;
      }
      case codes.EVENT_NEW:
      case codes.EVENT_TRIGGERED:
      case codes.EVENT_CANCELED:
      case codes.EVENT_RESTATED:
      case codes.EVENT_REFRESHED:
      case codes.EVENT_REPLACED:
        // A stop that waits is in no book.
        if (event.stopPrice === 0) this.applyToOrder(event);
        break;
    }
  }

  private applyToOrder(event: OneOrderEvent): void {
    const { instrument, side, price, displayQty, displayed } = event;
    const { orderId: id, leaves } = event.order;
    const begin = () => {
      this.settle();
      this.acting = { id, instrument, side, price, leaves, shown: 0, displayQty };
    };
    switch (event.evt) {
      case codes.EVENT_NEW:
      case codes.EVENT_TRIGGERED:
        begin();
        break;
      case codes.EVENT_CANCELED:
        this.setLeaves(id, 0, 0);
        break;
      case codes.EVENT_REFRESHED: {
        const order = this.resting.find((one) => one.id === id)!;
        this.resting = [...this.resting.filter((one) => one !== order), order];
        order.shown = displayed;
        this.tell(ORDER_REFRESHED, order);
        break;
      }
      case codes.EVENT_REPLACED:
        if (event.keptPlace) this.setLeaves(id, leaves, displayQty === 0 ? leaves : displayed);
        else {
          this.setLeaves(id, 0, 0);
          begin();
        }
        break;
      default:
        this.setLeaves(id, leaves, displayQty === 0 ? leaves : displayed);
    }
  }

  private trade(event: Extract<CoreEvent, { evt: typeof codes.EVENT_TRADE }>): void {
    const { tradeId, price, qty, isAuction, resting, aggressor, instrument } = event;
    const isIceberg = (id: number) =>
      (this.resting.find((one) => one.id === id)?.displayQty ?? 0) !== 0;
    for (const [order, displayed] of [
      [resting, event.displayed],
      [aggressor, event.otherDisplayed],
    ] as const) {
      const { orderId, leaves } = order;
      this.setLeaves(orderId, leaves, isIceberg(orderId) ? displayed : leaves);
    }
    const side = isAuction ? AGGRESSOR_NONE : 1 - event.restingSide;
    const trade = { tradeId: BigInt(tradeId), price, qty, aggressor: side };
    this.update(instrument).trades.push(trade);
  }

  /** What acted rests with what it has left. */
  private settle(): void {
    const { acting } = this;
    this.acting = undefined;
    if (acting === undefined || acting.leaves === 0) return;
    const { leaves, displayQty } = acting;
    acting.shown = displayQty === 0 ? leaves : Math.min(displayQty, leaves);
    this.resting.push(acting);
    this.tell(ORDER_ADDED, acting);
  }

  private setLeaves(id: number, leaves: number, shown: number): void {
    if (this.acting?.id === id) {
      this.acting.leaves = leaves;
      return;
    }
    const order = this.resting.find((each) => each.id === id)!;
    const before = order.shown;
    order.leaves = leaves;
    order.shown = shown;
    if (leaves === 0) {
      this.resting = this.resting.filter((each) => each !== order);
      this.tell(ORDER_DELETED, order);
    } else if (shown !== before) {
      // Between two tranches there is nothing to tell.
      if (shown > 0) this.tell(ORDER_REDUCED, order);
      else this.touch(order);
    }
  }

  private tell(kind: number, order: OracleOrder): void {
    const { id, instrument, side, price, shown } = order;
    const update = { kind, side, orderId: BigInt(id), price, qty: shown };
    this.update(instrument).orders.push(update);
    this.touch(order);
  }

  private touch(order: OracleOrder): void {
    this.touched.set(`${order.instrument} ${order.side} ${order.price}`, order);
  }
}

export function sortLevels(levels: Level[]): Level[] {
  return levels.sort((a, b) => a.side - b.side || a.price - b.price);
}
