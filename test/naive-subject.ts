// A naive engine as the engine under comparison.

import type { Command } from '../src/core/plain.ts';
import type { CoreEvent } from '../src/core/plain-events.ts';
import type { NaiveEngine } from '../src/sim/oracle/naive-book.ts';
import { leavesOf } from '../src/sim/oracle/naive-state.ts';
import type { Subject } from '../src/sim/oracle/subject.ts';

export class NaiveSubject implements Subject {
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
    return this.engine.restingOrders(instrument, side).map((order) => {
      const { account, clOrdId, orderId, price, shown: displayed } = order;
      return { account, clOrdId, orderId, price, leaves: leavesOf(order), displayed };
    });
  }

  stateHash(): string {
    return '';
  }

  eventHash(): string {
    return '';
  }
}
