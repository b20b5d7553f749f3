// The instruments as events, for those who know them by events alone and did not see the ones that
// made them.

import type { Core } from './core.ts';
import { emitIndicative, emitInstrument, emitPhase } from './emit.ts';
import { EVENT_WORDS } from './event-slot.ts';
import * as map from './memory-layout.ts';

/** Definition, phase and indicative. */
const EVENTS_MAX = 3;

/**
 * Slots of events that tell the instruments as they are now, in order of definition: each its
 * definition, its phase and, when an auction would trade, its indicative. Their cause is the last
 * command. Of the core itself nothing changes. Between two commands only.
 */
export function instrumentEvents(core: Core): Int32Array {
  const { m } = core;
  const instruments = definedInstruments(m);
  const slots = new Int32Array(instruments.length * EVENTS_MAX * EVENT_WORDS);
  const out = { slots, mask: -1, cursor: 0, limit: -1, makeRoom: () => {} };
  const teller: Core = { ...core, out };
  for (const instrument of instruments) {
    emitInstrument(teller, instrument);
    emitPhase(teller, instrument);
    if (m[instrument + map.I_INDICATIVE_PRICE] !== 0) emitIndicative(teller, instrument);
  }
  return slots.subarray(0, out.cursor * EVENT_WORDS);
}

function definedInstruments(m: Int32Array): number[] {
  const instruments: number[] = [];
  let instrument = m[map.H_FIRST_INSTRUMENT];
  for (; instrument !== 0; instrument = m[instrument + map.I_NEXT]) instruments.push(instrument);
  return instruments;
}
