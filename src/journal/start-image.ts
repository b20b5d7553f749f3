// What the threads of a server start from: the state at the end of the log, taken out of the
// replica that recovered it, in memory that all can read.

import { instrumentEvents } from '../core/instrument-events.ts';
import { seedOrders } from '../core/seed-orders.ts';
import { clock, highestClOrdIds } from '../core/snapshot.ts';
import { hasInstrument } from '../core/views.ts';
import type { Replica } from './replica.ts';
import {
  SECTION_REPORTS,
  SECTION_STATE,
  SECTION_TRADES,
  SECTION_WISHES,
} from './snapshot-layout.ts';

export interface StartImage {
  /** Command sequence of the last command in it. */
  readonly sequence: number;
  readonly clock: readonly [low: number, high: number];
  /** The core's, as core/snapshot.ts lays it out. */
  readonly state: Int32Array;
  /** Resting orders in queue order (core/seed-order-layout.ts). */
  readonly orders: Int32Array;
  /** Last trades (feed/last-trades.ts). */
  readonly trades: Int32Array;
  /** Numbers of the instruments that the log has defined. */
  readonly instrumentNumbers: readonly number[];
  /** Of the sessions (session/sessions.ts): retained reports, … */
  readonly reports: Int32Array;
  /** … three words for each account, its number and the highest clOrdId that it used, … */
  readonly accounts: Int32Array;
  /** … slots of events that tell the instruments, … */
  readonly instruments: Int32Array;
  /** … and sessions that want their orders canceled when they are lost. */
  readonly wishes: Int32Array;
}

export function startImage(replica: Replica): StartImage {
  const sections = new Map(replica.sections().map(({ kind, parts }) => [kind, parts]));
  const { core, limits } = replica;
  const numbers = Array.from({ length: limits.instruments }, (_, i) => i + 1);
  const instrumentNumbers = numbers.filter((number) => hasInstrument(core, number));
  return {
    sequence: replica.nextSequence - 1,
    clock: clock(core),
    state: shared(sections.get(SECTION_STATE)!),
    reports: shared(sections.get(SECTION_REPORTS)!),
    accounts: shared([highestClOrdIds(core)]),
    orders: shared(instrumentNumbers.flatMap((number) => seedOrders(core, number))),
    trades: shared(sections.get(SECTION_TRADES)!),
    instruments: shared([instrumentEvents(core)]),
    wishes: shared(sections.get(SECTION_WISHES)!),
    instrumentNumbers,
  };
}

/** The parts in one piece of shared memory. */
function shared(parts: readonly Int32Array[]): Int32Array {
  const words = parts.reduce((sum, part) => sum + part.length, 0);
  const all = new Int32Array(new SharedArrayBuffer(words * 4));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
