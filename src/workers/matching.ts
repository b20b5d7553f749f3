// The matching thread: commands out of the command ring through the core, events into the event
// ring.

import os from 'node:os';
import { apply, createCore } from '../core/engine.ts';
import { restoreState } from '../core/snapshot.ts';
import type { Log } from '../ops/log.ts';
import { BatchLoop } from '../ring/batch-loop.ts';
import { Consumer } from '../ring/consumer.ts';
import { Ring } from '../ring/ring.ts';
import { defaultWaitStrategy, type WaitStrategy, waitStrategy } from '../ring/wait-strategy.ts';
import { COMMAND_STOP, Control } from './control.ts';
import { pinThread } from './pinning.ts';
import { RingEventOut } from './ring-event-out.ts';
import type { ThreadStart } from './thread-start.ts';

/** Commands after which events are handed on, however many more wait. */
const BATCH_MAX = 64;

export function runMatching(start: ThreadStart, log: Log, isReady: () => void): void {
  const { config } = start;
  pin(config.matchingCpu, log);
  const strategy = configuredStrategy(config.waitStrategy);
  const ring = new Ring(start.commandRing);
  const out = new RingEventOut(new Ring(start.eventRing), strategy);
  const core = createCore(config.limits, out);
  if (start.recovered !== undefined) restoreState(core.m, start.recovered.image.state);
  const { slots } = ring;
  const handler = (_words: Int32Array, first: number, end: number): number => {
    for (let sequence = first; sequence !== end; sequence = (sequence + 1) | 0) {
      apply(core, slots, (sequence & ring.mask) << 4);
    }
    out.flush();
    return end;
  };
  const loop = new BatchLoop({
    consumer: new Consumer(ring, start.consumer, BATCH_MAX),
    handler,
    stopWords: new Control(start.control).words,
    stopAt: COMMAND_STOP,
  });
  isReady();
  loop.run(strategy);
}

/** The wait strategy that the configuration names; `auto` goes by the number of cores. */
export function configuredStrategy(name: ThreadStart['config']['waitStrategy']): WaitStrategy {
  return waitStrategy(name === 'auto' ? defaultWaitStrategy(os.availableParallelism()) : name);
}

function pin(cpu: number | null, log: Log): void {
  if (cpu === null) return;
  const { cpus, error } = pinThread(cpu);
  if (error === undefined) log.info({ cpus }, 'matching thread pinned');
  else log.warn({ cpu, cpus, error }, 'matching thread not pinned: it goes on unpinned');
}
