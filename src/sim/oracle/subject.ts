// What is compared with the naive engine: the core behind plain commands and events.

import { WordHash } from '../../base/hash.ts';
import { wordsToBigint } from '../../base/words.ts';
import { COMMAND_WORDS } from '../../core/command-slot.ts';
import type { Core } from '../../core/core.ts';
import { apply, clearCore, createCore } from '../../core/engine.ts';
import { EventBuffer } from '../../core/event-buffer.ts';
import { E_TIME_HIGH, E_TIME_LOW } from '../../core/event-slot.ts';
import type { Limits } from '../../core/limits.ts';
import { type Command, writeCommand } from '../../core/plain.ts';
import { type CoreEvent, readEvent } from '../../core/plain-events.ts';
import {
  depth,
  hasInstrument,
  type PriceLevel,
  type RestingOrder,
  restingOrders,
  stateHash,
} from '../../core/views.ts';
import { FlatEvent } from './flat-event.ts';

/** An engine under comparison. */
export interface Subject {
  /** Does one command; the events are valid until the next call. */
  apply(command: Command): readonly CoreEvent[];
  /** ns that the latest event carries. */
  time(): bigint;
  hasInstrument(instrument: number): boolean;
  /** Up to `levelsMax` levels of a side of a defined instrument, best first. */
  depth(instrument: number, side: number, levelsMax: number): readonly PriceLevel[];
  /** All resting orders of a side of a defined instrument, in the order they would trade. */
  restingOrders(instrument: number, side: number): readonly RestingOrder[];
  /** Forgets everything, as if it had just been made. */
  clear(): void;
  /** Of the state: equal after equal commands. */
  stateHash(): string;
  /** Of every event so far. */
  eventHash(): string;
}

/** How a Subject is made, empty. `variant` (0, 1) may differ in whatever must not matter. */
export type SubjectMaker = (limits: Limits, variant: number) => Subject;

/** A core of its own. Variant 1 has a tiny event buffer whose cursor soon wraps. */
export const coreSubject: SubjectMaker = (limits, variant) => new CoreSubject(limits, variant);

class CoreSubject implements Subject {
  private readonly core: Core;
  private readonly buffer: EventBuffer;
  private readonly slot = new Int32Array(COMMAND_WORDS);
  private readonly flat = new FlatEvent();
  private hashOfEvents = new WordHash();
  private events: CoreEvent[] = [];
  private timeLow = 0;
  private timeHigh = 0;

  constructor(limits: Limits, variant: number) {
    const capacity = variant === 0 ? 4096 : 2;
    const firstCursor = variant === 0 ? 0 : 0x7ffffff0;
    this.buffer = new EventBuffer((slots, at) => this.read(slots, at), capacity, firstCursor);
    this.core = createCore(limits, this.buffer);
  }

  apply(command: Command): readonly CoreEvent[] {
    this.events = [];
    writeCommand(this.slot, 0, command);
    apply(this.core, this.slot, 0);
    this.buffer.drain();
    return this.events;
  }

  time(): bigint {
    return wordsToBigint(this.timeLow, this.timeHigh);
  }

  hasInstrument(instrument: number): boolean {
    return hasInstrument(this.core, instrument);
  }

  depth(instrument: number, side: number, levelsMax: number): PriceLevel[] {
    return depth(this.core, instrument, side, levelsMax);
  }

  restingOrders(instrument: number, side: number): RestingOrder[] {
    return restingOrders(this.core, instrument, side);
  }

  clear(): void {
    clearCore(this.core);
    this.hashOfEvents = new WordHash();
  }

  stateHash(): string {
    return stateHash(this.core);
  }

  eventHash(): string {
    return this.hashOfEvents.hex();
  }

  private read(slots: Int32Array, at: number): void {
    const event = readEvent(slots, at);
    this.events.push(event);
    this.timeLow = slots[at + E_TIME_LOW]!;
    this.timeHigh = slots[at + E_TIME_HIGH]!;
    this.flat.set(event);
    this.flat.addTo(this.hashOfEvents);
  }
}
