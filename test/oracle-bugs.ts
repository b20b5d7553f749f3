// Engines that are wrong on purpose, one mistake each, for the tests of the comparison.

import * as codes from '../src/core/codes.ts';
import type { Limits } from '../src/core/limits.ts';
import type { Command } from '../src/core/plain.ts';
import type { CoreEvent } from '../src/core/plain-events.ts';
import { NaiveEngine } from '../src/sim/naive-book.ts';
import { leavesOf, type NaiveOrder, reaches } from '../src/sim/naive-state.ts';
import type { Subject, SubjectMaker } from '../src/sim/subject.ts';

/** A naive engine as the engine under comparison. */
class NaiveSubject implements Subject {
  protected engine: NaiveEngine;
  private readonly make: () => NaiveEngine;

  constructor(make: () => NaiveEngine) {
    this.make = make;
    this.engine = make();
  }

  clear(): void {
    this.engine = this.make();
  }

  apply(command: Command): readonly CoreEvent[] {
    return this.engine.apply(command);
  }

  time(): bigint {
    return this.engine.clock;
  }

  hasInstrument(instrument: number): boolean {
    return this.engine.hasInstrument(instrument);
  }

  depth(instrument: number, side: number, levelsMax: number) {
    return this.engine.book(instrument, side).slice(0, levelsMax);
  }

  restingOrders(instrument: number, side: number) {
    return this.engine
      .restingOrders(instrument, side)
      .map((order) => ({ ...order, leaves: leavesOf(order) }));
  }

  hash(): string {
    return '';
  }
}

class WrongStpOrder extends NaiveEngine {
  protected override preventSelfTrade(order: NaiveOrder, resting: NaiveOrder): boolean {
    if (order.stp !== codes.STP_CANCEL_BOTH) return super.preventSelfTrade(order, resting);
    this.cancelRest(order, codes.CANCEL_STP);
    this.takeOut(resting);
    this.cancelRest(resting, codes.CANCEL_STP);
    return false;
  }
}

class DecrementShrinksTotal extends NaiveEngine {
  protected override decrement(order: NaiveOrder, qty: number): void {
    const before = order.canceled;
    super.decrement(order, qty);
    order.total -= order.canceled - before;
    order.canceled = before;
  }
}

class FokCountsOwnOrders extends NaiveEngine {
  protected override canFillAtOnce(order: NaiveOrder): boolean {
    const reached = this.opposite(order.instrument, order.side).filter((other) =>
      reaches(order, other.price),
    );
    return reached.reduce((sum, other) => sum + leavesOf(other), 0) >= leavesOf(order);
  }
}

class LastInFirstOut extends NaiveEngine {
  protected override rest(order: NaiveOrder): void {
    super.rest(order);
    const queue = this.opposite(order.instrument, 1 - order.side) as NaiveOrder[];
    const level = queue.findIndex((other) => other.price === order.price);
    queue.splice(queue.indexOf(order), 1);
    queue.splice(level, 0, order);
  }
}

class KeepsPlaceWhenLarger extends NaiveEngine {
  protected override keepsPlace(order: NaiveOrder, price: number): boolean {
    return price === order.price;
  }
}

class PostOnlyMayLock extends NaiveEngine {
  protected override wouldTrade(instrument: number, side: number, price: number): boolean {
    const best = this.opposite(instrument, side)[0];
    return best !== undefined && best.price !== price && reaches({ side, price }, best.price);
  }
}

class PagesWithoutEnd extends NaiveEngine {
  protected override pageHasRoom(): boolean {
    return true;
  }
}

class ForgetsRefusedReplaces extends NaiveEngine {
  protected override rememberId(account: number, clOrdId: number): void {
    if (this.accountHasRoom(account) || clOrdId % 50 !== 0) super.rememberId(account, clOrdId);
    if (clOrdId % 50 === 0) this.highestIds.set(account, clOrdId - 1);
  }
}

class ClockGoesBack extends NaiveEngine {
  override apply(command: Command): CoreEvent[] {
    const events = super.apply(command);
    this.clock = command.time ?? this.clock;
    return events;
  }
}

class ThrowsOnLargeTrades extends NaiveEngine {
  override apply(command: Command): CoreEvent[] {
    const events = super.apply(command);
    if (events.length > 6) throw new Error('seven events');
    return events;
  }
}

class WrongDepth extends NaiveSubject {
  override depth(instrument: number, side: number, levelsMax: number) {
    const levels = super.depth(instrument, side, levelsMax);
    return levels.length > 4 ? levels.toReversed() : levels;
  }
}

class WrongQueue extends NaiveSubject {
  override restingOrders(instrument: number, side: number) {
    const orders = super.restingOrders(instrument, side);
    return orders.toSorted((a, b) => (a.price === b.price ? b.orderId - a.orderId : 0));
  }
}

class ForgetsNothing extends NaiveSubject {
  override clear(): void {}

  override hash(): string {
    return this.hasInstrument(1) ? `${this.restingOrders(1, codes.SIDE_BUY).length}` : '';
  }
}

class HashOfVariant extends NaiveSubject {
  private readonly variant: number;

  constructor(make: () => NaiveEngine, variant: number) {
    super(make);
    this.variant = variant;
  }

  override hash(): string {
    const orders = this.hasInstrument(1) ? this.restingOrders(1, codes.SIDE_BUY) : [];
    return orders.length > 3 ? `${this.variant}` : '';
  }
}

function wrong(Engine: new (limits: Limits) => NaiveEngine): SubjectMaker {
  return (limits) => new NaiveSubject(() => new Engine(limits));
}

/** What is wrong, and how such an engine is made. */
export const BUGS: Readonly<Record<string, SubjectMaker>> = {
  'cancels the aggressor before the resting order': wrong(WrongStpOrder),
  'takes a decrement off the total': wrong(DecrementShrinksTotal),
  'counts own orders for a fok': wrong(FokCountsOwnOrders),
  'serves the last order of a level first': wrong(LastInFirstOut),
  'keeps the place of an order that grew': wrong(KeepsPlaceWhenLarger),
  'lets a postOnly order lock the book': wrong(PostOnlyMayLock),
  'has pages without end': wrong(PagesWithoutEnd),
  'forgets some ids': wrong(ForgetsRefusedReplaces),
  'lets the clock go back': wrong(ClockGoesBack),
  'throws after many events': wrong(ThrowsOnLargeTrades),
  'shows levels in the wrong order': (limits) => new WrongDepth(() => new NaiveEngine(limits)),
  'shows a level in the wrong order': (limits) => new WrongQueue(() => new NaiveEngine(limits)),
  'forgets nothing when cleared': (limits) => new ForgetsNothing(() => new NaiveEngine(limits)),
  'hashes a replay differently': (limits, variant) =>
    new HashOfVariant(() => new NaiveEngine(limits), variant),
};
