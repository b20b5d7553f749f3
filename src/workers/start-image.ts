// What the threads of a server start from: the state at the end of the log, taken out of the
// replica that recovered it, in memory that all can read.

import { SIDE_BUY, SIDE_SELL } from '../core/codes.ts';
import { instrumentEvents } from '../core/instrument-events.ts';
import { clock, highestClOrdIds } from '../core/snapshot.ts';
import { hasInstrument, restingOrders } from '../core/views.ts';
import { SEED_ORDER_WORDS, writeSeedOrder } from '../feed/seed-order.ts';
import type { Replica } from '../journal/replica.ts';
import {
  SECTION_REPORTS,
  SECTION_STATE,
  SECTION_TRADES,
  SECTION_WISHES,
} from '../journal/snapshot-layout.ts';
import type { SessionsImage } from '../session/sessions.ts';

export interface StartImage extends SessionsImage {
  /** Command sequence of the last command in it. */
  readonly sequence: number;
  readonly clock: readonly [low: number, high: number];
  /** The core's, as core/snapshot.ts lays it out. */
  readonly state: Int32Array;
  /** Resting orders in queue order (feed/seed-order.ts), last trades (feed/last-trades.ts). */
  readonly orders: Int32Array;
  readonly trades: Int32Array;
  /** Numbers of the instruments that the log has defined. */
  readonly instrumentNumbers: readonly number[];
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
    orders: shared(instrumentNumbers.flatMap((number) => seedOrders(replica, number))),
    trades: shared(sections.get(SECTION_TRADES)!),
    instruments: shared([instrumentEvents(core)]),
    wishes: shared(sections.get(SECTION_WISHES)!),
    instrumentNumbers,
  };
}

/** The orders in an instrument's book: of each side one run of words. */
function seedOrders({ core }: Replica, instrument: number): Int32Array[] {
  return [SIDE_BUY, SIDE_SELL].map((side) => {
    const orders = restingOrders(core, instrument, side);
    const words = new Int32Array(orders.length * SEED_ORDER_WORDS);
    orders.forEach(({ orderId, price, leaves, displayed }, i) => {
      const at = i * SEED_ORDER_WORDS;
      writeSeedOrder(words, at, instrument, side, orderId, price, leaves, displayed);
    });
    return words;
  });
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
