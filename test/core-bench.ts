// A core on the bench: commands in, events out, and its state read from outside.

import * as codes from '../src/core/codes.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { apply, createCore } from '../src/core/engine.ts';
import { EventBuffer } from '../src/core/event-buffer.ts';
import type { Limits } from '../src/core/limits.ts';
import { type Command, type NewOrder, writeCommand } from '../src/core/plain.ts';
import { type CoreEvent, readEvent } from '../src/core/plain-events.ts';
import {
  depth,
  type PriceLevel,
  type RestingOrder,
  restingOrders,
  stateHash,
} from '../src/core/views.ts';

const SMALL: Limits = { orders: 4096, accounts: 64, instruments: 8, pages: 4096 };
const ALL_LEVELS = 0x7fffffff;

type Terms = Pick<NewOrder, 'price' | 'qty'> & Partial<NewOrder>;

export class CoreBench {
  readonly core: ReturnType<typeof createCore>;
  private readonly slot = new Int32Array(COMMAND_WORDS);
  private readonly events: EventBuffer;
  private read: CoreEvent[] = [];
  private lastClOrdId = 0;

  /** `instruments` are defined; limits not named are small; events are counted from `cursor`. */
  constructor(limits: Partial<Limits> = {}, instruments: readonly number[] = [1], cursor = 0) {
    this.events = new EventBuffer((slots, at) => this.read.push(readEvent(slots, at)), 8, cursor);
    this.core = createCore({ ...SMALL, ...limits }, this.events);
    for (const instrument of instruments) {
      this.apply({ cmd: codes.COMMAND_INSTRUMENT, instrument });
    }
  }

  /** Applies a command and gives its events. */
  apply(command: Command): CoreEvent[] {
    this.read = [];
    writeCommand(this.slot, 0, command);
    apply(this.core, this.slot, 0);
    this.events.drain();
    return this.read;
  }

  /** A gtc limit buy of account 1 on instrument 1 with the next id, but for what `terms` says. */
  buy(terms: Terms): CoreEvent[] {
    return this.order(codes.SIDE_BUY, terms);
  }

  sell(terms: Terms): CoreEvent[] {
    return this.order(codes.SIDE_SELL, terms);
  }

  /** The reject codes among events. */
  reasons(events: readonly CoreEvent[]): number[] {
    return events.flatMap((event) => (event.evt === codes.EVENT_REJECTED ? [event.reason] : []));
  }

  levels(side: number, instrument = 1): PriceLevel[] {
    return depth(this.core, instrument, side, ALL_LEVELS);
  }

  orders(side: number, instrument = 1): RestingOrder[] {
    return restingOrders(this.core, instrument, side);
  }

  hash(): string {
    return stateHash(this.core);
  }

  private order(side: number, terms: Terms): CoreEvent[] {
    this.lastClOrdId += 1;
    return this.apply({
      cmd: codes.COMMAND_NEW,
      instrument: 1,
      account: 1,
      clOrdId: this.lastClOrdId,
      side,
      type: codes.TYPE_LIMIT,
      tif: codes.TIF_GTC,
      postOnly: false,
      stp: codes.STP_CANCEL_AGGRESSOR,
      ...terms,
    });
  }
}
