// What a random stream of commands (random-commands.ts) learns from the events that it causes:
// which orders are alive and what the instruments are doing.

import * as codes from '../core/codes.ts';
import type { Command } from '../core/plain.ts';
import type { CoreEvent, OrderOfEvent } from '../core/plain-events.ts';

type OrderEvent = Extract<CoreEvent, { order: OrderOfEvent }>;

/** An order that is alive as far as the events told. */
export interface OpenOrder {
  readonly orderId: number;
  readonly account: number;
  readonly instrument: number;
  readonly side: number;
  clOrdId: number;
  /** Ticks, 0 = none. */
  price: number;
  /** Ticks; 0 unless it is a stop that waits. */
  stopPrice: number;
  /** Lots, 0 = no iceberg. */
  displayQty: number;
  total: number;
  leaves: number;
}

export interface OpenInstrument {
  phase: number;
  /** True when the timetable will change the phase. */
  willChange: boolean;
  /** Ticks, 0 = no trade yet. */
  lastPrice: number;
}

export class RandomMarket {
  /** In no order. */
  readonly open: OpenOrder[] = [];
  readonly instruments = new Map<number, OpenInstrument>();
  private readonly placeOf = new Map<number, number>();

  /** Takes in one event of a command. */
  observe(event: CoreEvent, command: Command): void {
    switch (event.evt) {
      case codes.EVENT_DONE:
      case codes.EVENT_REJECTED:
      case codes.EVENT_INDICATIVE:
        break;
      case codes.EVENT_INSTRUMENT: {
        const phase = codes.PHASE_CONTINUOUS;
        this.instruments.set(event.instrument, { phase, willChange: false, lastPrice: 0 });
        break;
      }
      case codes.EVENT_PHASE: {
        const instrument = this.instruments.get(event.instrument)!;
        instrument.phase = event.phase;
        instrument.willChange = event.dueNs !== 0n;
        break;
      }
      case codes.EVENT_TRADE:
        this.instruments.get(event.instrument)!.lastPrice = event.price;
        this.setLeaves(event.resting.orderId, event.resting.leaves);
        this.setLeaves(event.aggressor.orderId, event.aggressor.leaves);
        break;
      case codes.EVENT_CANCELED:
        this.setLeaves(event.order.orderId, 0);
        break;
      case codes.EVENT_NEW:
        this.add(event);
        break;
      default:
        this.change(event, command);
    }
  }

  private add({ order, instrument, side, price, stopPrice, displayQty }: OrderEvent): void {
    const { orderId, account, clOrdId, leaves } = order;
    this.placeOf.set(orderId, this.open.length);
    const terms = { instrument, side, price, stopPrice, displayQty };
    this.open.push({ orderId, account, clOrdId, ...terms, total: leaves, leaves });
  }

  private change(event: OrderEvent, command: Command): void {
    const order = this.open[this.placeOf.get(event.order.orderId)!]!;
    order.clOrdId = event.order.clOrdId;
    order.price = event.price;
    order.stopPrice = event.stopPrice;
    order.displayQty = event.displayQty;
    order.leaves = event.order.leaves;
    if (event.evt === codes.EVENT_REPLACED && 'qty' in command) {
      order.total = command.qty ?? order.total;
    }
  }

  private setLeaves(orderId: number, leaves: number): void {
    const place = this.placeOf.get(orderId)!;
    if (leaves > 0) {
      this.open[place]!.leaves = leaves;
      return;
    }
    const last = this.open.pop()!;
    if (last.orderId !== orderId) {
      this.open[place] = last;
      this.placeOf.set(last.orderId, place);
    }
    this.placeOf.delete(orderId);
  }
}
