// Our own orders at the venue during a LOBSTER replay: which order id of the file is which of ours,
// and who stands before whom. It knows only what the venue's events said, but for what it drops:
// that is gone at once, since nothing else can become of it.
//
// Invariant: a level lists its orders in queue order; the anonymous one, if there is one, is first,
// because it is entered when the level comes into the book.

import { assert } from '../base/assert.ts';
import * as codes from '../core/codes.ts';
import type { CoreEvent, OrderOfEvent } from '../core/plain-events.ts';
import { noteDifference, type Outcome } from './replay-player.ts';
import type { Venue } from './venue.ts';

/** The id of quantity that was there before we could see whose it is. */
export const ANONYMOUS = 0;

export const INSTRUMENT = 1;

export interface QueuedOrder {
  readonly id: number;
  readonly side: number;
  readonly price: number;
  clOrdId: number;
  total: number;
  leaves: number;
}

export class LobsterBook {
  private readonly venue: Venue;
  private readonly outcome: Outcome;
  /** `FILE:LINE` of the message at work, for what the venue refuses. */
  where: () => string = () => '';
  private readonly levels: [buy: Levels, sell: Levels] = [new Map(), new Map()];
  private readonly byId = new Map<number, QueuedOrder>();
  private readonly byClOrdId = new Map<number, QueuedOrder>();
  private lastClOrdId = 0;
  private timeNs = 0n;

  constructor(venue: Venue, outcome: Outcome) {
    this.venue = venue;
    this.outcome = outcome;
    venue.define(INSTRUMENT);
    venue.listen((event) => this.hear(event));
  }

  /** All commands from now on happen at this time (ns). */
  clock(timeNs: bigint): void {
    this.timeNs = timeNs;
  }

  /** The live order that has this id in the file. */
  find(id: number): QueuedOrder | undefined {
    return this.byId.get(id);
  }

  /** The anonymous quantity of a level. */
  anonymous(side: number, price: number): QueuedOrder | undefined {
    const head = this.head(side, price);
    return head?.id === ANONYMOUS ? head : undefined;
  }

  /** True when a side has orders at this price. */
  has(side: number, price: number): boolean {
    return this.levels[side]!.has(price);
  }

  /** The prices at which a side has orders, in no order. */
  prices(side: number): number[] {
    return [...this.levels[side]!.keys()];
  }

  /** Who stands before an order in price-time order: nobody, anonymous quantity alone, others. */
  ahead(order: QueuedOrder): 'nobody' | 'anonymous' | 'others' {
    const levels = this.levels[order.side]!;
    for (const price of levels.keys()) {
      if (isBetter(order.side, price, order.price)) return 'others';
    }
    const queue = levels.get(order.price)!.values();
    const first = queue.next().value;
    if (first === order) return 'nobody';
    return first?.id === ANONYMOUS && queue.next().value === order ? 'anonymous' : 'others';
  }

  /** Enters a resting order at the tail of its level. */
  add(id: number, side: number, price: number, qty: number): void {
    const clOrdId = this.nextClOrdId();
    const order = { id, side, price, clOrdId, total: qty, leaves: qty };
    this.byClOrdId.set(clOrdId, order);
    if (id !== ANONYMOUS) this.byId.set(id, order);
    this.enter(clOrdId, side, price, qty, codes.TIF_GTC);
  }

  /** Sends an aggressor against an order, for a quantity of it. */
  execute(order: QueuedOrder, qty: number): void {
    this.enter(this.nextClOrdId(), 1 - order.side, order.price, qty, codes.TIF_IOC);
  }

  /** Takes quantity out of an order, which keeps its place; all of it cancels the order. */
  reduce(order: QueuedOrder, qty: number): void {
    if (qty >= order.leaves) {
      this.cancel(order);
      return;
    }
    order.total -= qty;
    this.venue.send({
      cmd: codes.COMMAND_REPLACE,
      account: accountOf(order.side),
      origClOrdId: order.clOrdId,
      clOrdId: this.nextClOrdId(),
      qty: order.total,
      time: this.timeNs,
    });
  }

  cancel(order: QueuedOrder): void {
    const account = accountOf(order.side);
    const { clOrdId } = order;
    this.venue.send({ cmd: codes.COMMAND_CANCEL, account, clOrdId, time: this.timeNs });
  }

  /** Cancels every order of a level. */
  drop(side: number, price: number): void {
    for (const order of [...this.levels[side]!.get(price)!]) {
      this.cancel(order);
      this.remove(order);
    }
  }

  private head(side: number, price: number): QueuedOrder | undefined {
    return this.levels[side]!.get(price)?.values().next().value;
  }

  private nextClOrdId(): number {
    this.lastClOrdId += 1;
    return this.lastClOrdId;
  }

  private enter(clOrdId: number, side: number, price: number, qty: number, tif: number): void {
    this.venue.send({
      cmd: codes.COMMAND_NEW,
      instrument: INSTRUMENT,
      account: accountOf(side),
      clOrdId,
      side,
      type: codes.TYPE_LIMIT,
      tif,
      postOnly: false,
      stp: codes.STP_NONE,
      qty,
      price,
      time: this.timeNs,
    });
  }

  // Aggressors of `execute` are none of our resting orders: the look-ups find nothing for them.
  private hear(event: CoreEvent): void {
    switch (event.evt) {
      case codes.EVENT_NEW:
        this.queue(this.byClOrdId.get(event.order.clOrdId));
        break;
      case codes.EVENT_TRADE:
        this.outcome.trades += 1;
        this.leave(event.resting, event.resting.leaves);
        this.leave(event.aggressor, event.aggressor.leaves);
        break;
      case codes.EVENT_CANCELED:
        this.leave(event.order, 0);
        break;
      case codes.EVENT_REPLACED: {
        const order = this.byClOrdId.get(event.origClOrdId);
        assert(order !== undefined && event.keptPlace, 'a reduced order keeps its place');
        this.byClOrdId.delete(order.clOrdId);
        order.clOrdId = event.order.clOrdId;
        order.leaves = event.order.leaves;
        this.byClOrdId.set(order.clOrdId, order);
        break;
      }
      case codes.EVENT_REJECTED: {
        const order = this.byClOrdId.get(event.clOrdId);
        if (order !== undefined && event.cmd === codes.COMMAND_NEW) this.forget(order);
        this.outcome.rejected += 1;
        const what = `${codes.COMMAND_NAMES[event.cmd]} is refused`;
        noteDifference(
          this.outcome,
          `${this.where()}: ${what}: ${codes.REJECT_NAMES[event.reason]}`,
        );
        break;
      }
    }
  }

  private queue(order: QueuedOrder | undefined): void {
    if (order === undefined) return;
    const levels = this.levels[order.side]!;
    const level = levels.get(order.price);
    if (level === undefined) levels.set(order.price, new Set([order]));
    else level.add(order);
  }

  private leave(of: OrderOfEvent, leaves: number): void {
    const order = this.byClOrdId.get(of.clOrdId);
    if (order === undefined) return;
    order.leaves = leaves;
    if (leaves === 0) this.remove(order);
  }

  private remove(order: QueuedOrder): void {
    const levels = this.levels[order.side]!;
    const level = levels.get(order.price);
    level?.delete(order);
    if (level?.size === 0) levels.delete(order.price);
    this.forget(order);
  }

  private forget(order: QueuedOrder): void {
    this.byClOrdId.delete(order.clOrdId);
    if (order.id !== ANONYMOUS) this.byId.delete(order.id);
  }
}

type Levels = Map<number, Set<QueuedOrder>>;

/** True when price `a` is nearer to the top of its side's book than `b`. */
export function isBetter(side: number, a: number, b: number): boolean {
  return side === codes.SIDE_BUY ? a > b : a < b;
}

// One account a side, so that no order ever meets one of its own account.
function accountOf(side: number): number {
  return side + 1;
}
