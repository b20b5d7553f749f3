// The matching thread: commands out of the command ring through the core, events into the event
// ring.

import { COMMAND_WORDS } from '../core/command-slot.ts';
import type { Core } from '../core/core.ts';
import { apply, createCore } from '../core/engine.ts';
import { lookAhead } from '../core/look-ahead.ts';
import {
  ACCOUNT_WORDS,
  H_ACCOUNT_UNUSED,
  H_ACCOUNTS_BASE,
  H_DUE_HIGH,
  H_DUE_LOW,
  H_PAGES_LEFT,
  H_RESTING,
} from '../core/memory-layout.ts';
import { restoreState } from '../core/snapshot.ts';
import { nextDueNs } from '../core/views.ts';
import type { Config } from '../ops/config.ts';
import { W_ACCOUNTS, W_PAGES, W_RESTING } from '../ops/counter-layout.ts';
import { ThreadCounters } from '../ops/counters.ts';
import type { GatedLog } from '../ops/gated-log.ts';
import { type BatchHandler, BatchLoop } from '../ring/batch-loop.ts';
import { Consumer } from '../ring/consumer.ts';
import { Ring } from '../ring/ring.ts';
import type { WaitStrategy } from '../ring/wait-strategy.ts';
import { configuredStrategy } from './configured-strategy.ts';
import { COMMAND_STOP, Control } from './control.ts';
import { pinThread } from './pinning.ts';
import { RingEventOut } from './ring-event-out.ts';
import { stampMatched } from './stage-stamps.ts';
import { type ThreadMessage, type ThreadStart, threadLog } from './thread-start.ts';
import { noteTask } from './thread-vitals.ts';

/** Both words of the due time of a core in which nothing is due (nextDueNs). */
const NO_DUE_WORD = -1;
/** Commands after which events are handed on, however many more wait. */
const BATCH_MAX = 256;

export function runMatching(start: ThreadStart, say: (message: ThreadMessage) => void): void {
  const { config } = start;
  pin(config.matchingCpu, threadLog(start, 'matching', say));
  noteTask(new ThreadCounters(start.counters, start.counted));
  const strategy = configuredStrategy(config.waitStrategy);
  const loop = createMatchingLoop(start, strategy);
  say({ type: 'ready' });
  loop.run(strategy);
}

/**
 * The loop that takes commands through the core. `strategy`: how it waits for room in the event
 * ring; `onPublished`: what is done when events are there, instead of waking who reads them.
 */
export function createMatchingLoop(
  start: ThreadStart,
  strategy: WaitStrategy,
  onPublished?: (isReadable: boolean) => void,
): BatchLoop {
  const { config } = start;
  const control = new Control(start.control);
  const gate = config.durability === 'none' ? undefined : control;
  const out = new RingEventOut(new Ring(start.eventRing), strategy, gate, onPublished);
  const core = createCore(config.limits, out);
  if (start.recovered !== undefined) restoreState(core.m, start.recovered.image.state);
  const counters = new ThreadCounters(start.counters, start.counted);
  const ring = new Ring(start.commandRing);
  const handler = matchingHandler(ring, core, out, tellerOf(core, control, counters, config));
  return new BatchLoop({
    consumer: new Consumer(ring, start.consumer, Math.min(BATCH_MAX, ring.capacity)),
    handler: stampMatched(start.stamps, handler),
    stopWords: control.words,
    stopAt: COMMAND_STOP,
    beat: counters.beat,
  });
}

/** What the other threads are told after each batch: when something is due, what the pools hold. */
function tellerOf(
  core: Core,
  control: Control,
  { words }: ThreadCounters,
  { limits: { pages } }: Config,
): () => void {
  const { m } = core;
  let dueLow = NO_DUE_WORD;
  let dueHigh = NO_DUE_WORD;
  const tell = (): void => {
    words[W_RESTING] = m[H_RESTING]!;
    words[W_PAGES] = pages - m[H_PAGES_LEFT]!;
    words[W_ACCOUNTS] = (m[H_ACCOUNT_UNUSED]! - m[H_ACCOUNTS_BASE]!) / ACCOUNT_WORDS;
    if (m[H_DUE_LOW] === dueLow && m[H_DUE_HIGH] === dueHigh) return;
    dueLow = m[H_DUE_LOW]!;
    dueHigh = m[H_DUE_HIGH]!;
    control.due = nextDueNs(core) ?? 0n;
  };
  tell();
  return tell;
}

function matchingHandler(
  ring: Ring,
  core: Core,
  out: RingEventOut,
  tell: () => void,
): BatchHandler {
  const { slots } = ring;
  const applyRun = runOf(core, slots);
  return (_words, first, end) => {
    for (let next = first; next !== end; ) {
      const from = (next & ring.mask) * COMMAND_WORDS;
      const left = Math.imul(end - next, COMMAND_WORDS);
      // Once more where the batch goes on at the ring's beginning.
      const until = Math.min(from + left, slots.length);
      applyRun(from, until);
      next = (next + (until - from) / COMMAND_WORDS) | 0;
    }
    out.flush();
    tell();
    return end;
  };
}

/**
 * Applies the commands from word `from` to `until`. A closure over core and slots, which are then
 * constants to V8's optimizing compiler.
 */
function runOf(core: Core, slots: Int32Array): (from: number, until: number) => void {
  return (from, until) => {
    let due = from;
    for (let at = from; at < until; at += COMMAND_WORDS) {
      if (at === due) due = lookAhead(core, slots, at, until);
      apply(core, slots, at);
    }
  };
}

function pin(cpu: number | 'auto' | null, log: GatedLog): void {
  if (cpu === null) return;
  const { cpus, error } = pinThread(cpu);
  if (error === undefined) log.info({ cpus }, 'matching thread pinned');
  else log.warn({ cpu, cpus, error }, 'matching thread not pinned: it goes on unpinned');
}
