// Phases of an instrument by name, and instruments as users of the SDK see them.

import { PHASE_NAMES } from '../wire/codes.ts';
import type { InstrumentFacts } from '../wire/instrument-facts.ts';

export type Phase = Exclude<(typeof PHASE_NAMES)[number], ''>;

/** An instrument, its phase by name. */
export type Instrument = Readonly<Omit<InstrumentFacts, 'phase'> & { phase: Phase }>;

/** The name of a PHASE_* code; null: this version knows none. */
export function phaseName(code: number): Phase | null {
  return PHASE_NAMES[code] || null;
}

/** Null: a phase that this version does not know. */
export function toInstrument(facts: InstrumentFacts): Instrument | null {
  const phase = phaseName(facts.phase);
  return phase === null ? null : { ...facts, phase };
}
