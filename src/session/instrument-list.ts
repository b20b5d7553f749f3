// The instruments of the exchange and the phases that they are in, followed from the event stream.

import { EVENT_INSTRUMENT, EVENT_PHASE } from '../core/codes.ts';
import * as e from '../core/event-slot.ts';
import { factsOfEvent, type InstrumentFacts } from '../wire/instrument-facts.ts';

export class InstrumentList {
  /** In order of definition. */
  private readonly byNumber = new Map<number, InstrumentFacts>();
  private readonly symbols = new Set<string>();
  /** Numbers of those that are not as they were when `takeChanged` was last called. */
  private readonly changed = new Set<number>();

  /** Slots of events from before: nobody is told of what they say as of a change. */
  restore(events: Int32Array): void {
    for (let at = 0; at < events.length; at += e.EVENT_WORDS) this.follow(events, at);
    this.changed.clear();
  }

  /** Looks at the event at word `at`. */
  follow(slots: Int32Array, at: number): void {
    const type = slots[at + e.E_HEAD]! & e.EVENT_TYPE_MASK;
    if (type === EVENT_PHASE) {
      const number = slots[at + e.E_INSTRUMENT]!;
      const facts = this.byNumber.get(number);
      if (facts === undefined) return;
      this.byNumber.set(number, { ...facts, phase: slots[at + e.E_PHASE]! });
      this.changed.add(number);
    } else if (type === EVENT_INSTRUMENT) {
      const facts = factsOfEvent(slots, at);
      this.byNumber.set(facts.number, facts);
      this.symbols.add(facts.symbol);
      this.changed.add(facts.number);
    }
  }

  /** All, as they are now. */
  all(): InstrumentFacts[] {
    return [...this.byNumber.values()];
  }

  hasSymbol(symbol: string): boolean {
    return this.symbols.has(symbol);
  }

  /** Those that changed since the last call, as they are now. */
  takeChanged(): InstrumentFacts[] {
    if (this.changed.size === 0) return [];
    const instruments = [...this.changed].map((number) => this.byNumber.get(number)!);
    this.changed.clear();
    return instruments;
  }
}
