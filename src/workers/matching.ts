// The matching thread: commands out of the command ring through the core, events into the event
// ring.

import os from 'node:os';
import { apply, createCore } from '../core/engine.ts';
import { H_DUE_HIGH, H_DUE_LOW } from '../core/memory-layout.ts';
import { restoreState } from '../core/snapshot.ts';
import { nextDueNs } from '../core/views.ts';
import { BatchLoop } from '../ring/batch-loop.ts';
import { Consumer } from '../ring/consumer.ts';
import { Ring } from '../ring/ring.ts';
import { defaultWaitStrategy, type WaitStrategy, waitStrategy } from '../ring/wait-strategy.ts';
import { COMMAND_STOP, Control } from './control.ts';
import { pinThread } from './pinning.ts';
import { RingEventOut } from './ring-event-out.ts';
import { stampMatched } from './stage-stamps.ts';
import type { ThreadMessage, ThreadStart } from './thread-start.ts';

/** Both words of the due time of a core in which nothing is due (nextDueNs). */
const NO_DUE_WORD = -1;
/** Commands after which events are handed on, however many more wait. */
const BATCH_MAX = 64;

export function runMatching(start: ThreadStart, say: (message: ThreadMessage) => void): void {
  const { config } = start;
  pin(config.matchingCpu, say);
  const strategy = configuredStrategy(config.waitStrategy);
  const ring = new Ring(start.commandRing);
  const control = new Control(start.control);
  const gate = config.durability === 'none' ? undefined : control;
  const out = new RingEventOut(new Ring(start.eventRing), strategy, gate);
  const core = createCore(config.limits, out);
  if (start.recovered !== undefined) restoreState(core.m, start.recovered.image.state);
  const { slots } = ring;
  const { m } = core;
  let dueLow = NO_DUE_WORD;
  let dueHigh = NO_DUE_WORD;
  const tellDue = (): void => {
    if (m[H_DUE_LOW] === dueLow && m[H_DUE_HIGH] === dueHigh) return;
    dueLow = m[H_DUE_LOW]!;
    dueHigh = m[H_DUE_HIGH]!;
    control.due = nextDueNs(core) ?? 0n;
  };
  const handler = (_words: Int32Array, first: number, end: number): number => {
    for (let sequence = first; sequence !== end; sequence = (sequence + 1) | 0) {
      apply(core, slots, (sequence & ring.mask) << 4);
    }
    out.flush();
    tellDue();
    return end;
  };
  const loop = new BatchLoop({
    consumer: new Consumer(ring, start.consumer, BATCH_MAX),
    handler: stampMatched(start.stamps, handler),
    stopWords: control.words,
    stopAt: COMMAND_STOP,
  });
  tellDue();
  say({ type: 'ready' });
  loop.run(strategy);
}

/** The wait strategy that the configuration names; `auto` goes by the number of cores. */
export function configuredStrategy(name: ThreadStart['config']['waitStrategy']): WaitStrategy {
  return waitStrategy(name === 'auto' ? defaultWaitStrategy(os.availableParallelism()) : name);
}

function pin(cpu: number | null, say: (message: ThreadMessage) => void): void {
  if (cpu === null) return;
  const { cpus, error } = pinThread(cpu);
  if (error === undefined) {
    say({ type: 'log', level: 'info', fields: { cpus }, text: 'matching thread pinned' });
  } else {
    const text = 'matching thread not pinned: it goes on unpinned';
    say({ type: 'log', level: 'warn', fields: { cpu, cpus, error }, text });
  }
}
