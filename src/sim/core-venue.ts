import { COMMAND_INSTRUMENT } from '../core/codes.ts';
import { COMMAND_WORDS } from '../core/command-slot.ts';
import type { Core } from '../core/core.ts';
import { apply, createCore } from '../core/engine.ts';
import { EventBuffer } from '../core/event-buffer.ts';
import { DEFAULT_LIMITS, type Limits } from '../core/limits.ts';
import { type ChangePhase, type Command, writeCommand } from '../core/plain.ts';
import { type CoreEvent, readEvent } from '../core/plain-events.ts';
import { depth, type PriceLevel, type RestingOrder, restingOrders } from '../core/views.ts';
import type { Venue } from './venue.ts';

/** The matching core in this thread: a command's events have come when `send` returns. */
export class CoreVenue implements Venue {
  readonly core: Core;
  private readonly events: EventBuffer;
  private readonly slot = new Int32Array(COMMAND_WORDS);
  private listener: (event: CoreEvent) => void = () => {};

  constructor(limits: Limits = DEFAULT_LIMITS) {
    this.events = new EventBuffer((slots, at) => this.listener(readEvent(slots, at)));
    this.core = createCore(limits, this.events);
  }

  define(instrument: number): void {
    this.send({ cmd: COMMAND_INSTRUMENT, instrument });
  }

  listen(listener: (event: CoreEvent) => void): void {
    this.listener = listener;
  }

  send(command: Command): void {
    writeCommand(this.slot, 0, command);
    apply(this.core, this.slot, 0);
    this.events.drain();
  }

  operate(command: ChangePhase): void {
    this.send(command);
  }

  settle(): undefined {
    return undefined;
  }

  depth(instrument: number, side: number, levelsMax: number): PriceLevel[] {
    return depth(this.core, instrument, side, levelsMax);
  }

  restingOrders(instrument: number, side: number): RestingOrder[] {
    return restingOrders(this.core, instrument, side);
  }
}
