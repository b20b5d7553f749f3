// How the threads that serve sockets read the event ring: only what is durable (all of it where the
// server promises nothing), and with a turn of the event loop between two batches.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { E_SEQUENCE_LOW, EVENT_SHIFT } from '../core/event-slot.ts';
import { ThreadCounters } from '../ops/counters.ts';
import { type BatchHandler, BatchLoop } from '../ring/batch-loop.ts';
import { Consumer } from '../ring/consumer.ts';
import { Ring } from '../ring/ring.ts';
import { Blocking } from '../ring/wait-strategy.ts';
import { configuredStrategy } from './configured-strategy.ts';
import { type Control, EVENT_STOP } from './control.ts';
import type { ThreadStart } from './thread-start.ts';

/** Events after which sockets get their turn. */
const BATCH_MAX = 2_048;
/**
 * Where threads share cores, ms: under load the next batch is let grow. Long enough to spare most
 * wake-ups at a million events a second, well below what a client could notice then.
 */
const NAP_MS = 0.2;

/** Gets durable events: from cursor `from` up to `end`, event i in slot `i & mask` of `slots`. */
export type DurableEvents = (slots: Int32Array, mask: number, from: number, end: number) => void;

export interface EventReader {
  /** Reads until EVENT_STOP and the ring's end. */
  run(): Promise<void>;
  /** Reads all that is durable by now. Not to be called from `onEvents`. */
  catchUp(): void;
}

/** A thread that makes the events itself would nap for nothing. */
function mayNap({ config, hostsMatching }: ThreadStart): boolean {
  return configuredStrategy(config.waitStrategy) instanceof Blocking && !hostsMatching;
}

export function durableEventReader(
  start: ThreadStart,
  control: Control,
  onEvents: DurableEvents,
): EventReader {
  const ring = new Ring(start.eventRing);
  const consumer = new Consumer(ring, start.consumer, Math.min(BATCH_MAX, ring.capacity));
  const { slots, mask } = ring;
  const isDurable = (event: number, durable: number): boolean => {
    const sequence = slots[((event & mask) << EVENT_SHIFT) + E_SEQUENCE_LOW]!;
    return ((sequence - durable) | 0) < 0;
  };
  const readAll: BatchHandler = (_words, first, end) => {
    onEvents(slots, mask, first, end);
    return end;
  };
  const readDurable: BatchHandler = (_words, first, end) => {
    const durable = control.durable;
    let reached = end;
    while (reached !== first && !isDurable((reached - 1) | 0, durable)) {
      reached = (reached - 1) | 0;
    }
    if (reached !== first) onEvents(slots, mask, first, reached);
    return reached;
  };
  const gate = { isHeld: () => !isDurable(loop.next, control.durable) };
  const isGated = start.config.durability !== 'none';
  const loop: BatchLoop = new BatchLoop({
    consumer,
    handler: isGated ? readDurable : readAll,
    ...(isGated ? gate : {}),
    stopWords: control.words,
    stopAt: EVENT_STOP,
    beat: new ThreadCounters(start.counters, start.counted).beat,
    napMs: mayNap(start) ? NAP_MS : 0,
  });
  return { run: () => loop.runAsync(() => nextTurn()), catchUp: () => loop.catchUp() };
}
