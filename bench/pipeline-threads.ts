// The server's own threads without its sockets: journal, matching and publisher (and storage, where
// something is stored) between the two rings, and a counting consumer where the I/O threads would
// be. Whoever has it is the producer.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { EVENT_WORDS } from '../src/core/event-slot.ts';
import type { Config } from '../src/ops/config.ts';
import { createCounters } from '../src/ops/counters.ts';
import { createRing } from '../src/ring/create-ring.ts';
import { isRead } from '../src/ring/places.ts';
import { Ring } from '../src/ring/ring.ts';
import { STOP_WHEN_EMPTY } from '../src/ring/stop-codes.ts';
import { wake } from '../src/ring/wake.ts';
import { RingCommandPort } from '../src/workers/command-port.ts';
import { COMMAND_STOP, Control, EVENT_STOP, STORAGE_ENDS } from '../src/workers/control.ts';
import {
  FIRST_IO_COUNTERS,
  JOURNAL_COUNTERS,
  MATCHING_COUNTERS,
  PUBLISHER_COUNTERS,
  type Recovered,
  type ThreadMessage,
  type ThreadStart,
} from '../src/workers/thread-start.ts';
import type { MewlCommands } from './mewl-commands.ts';
import type { CounterStart } from './pipeline-counter.ts';

const FIRST_SEQUENCE = 1;
/**
 * How long the producer sleeps when the ring is full, or is not yet read: a fraction of what a ring
 * holds. Each time it wakes it takes a core from the threads that are measured.
 */
const PAUSE_MS = 1;
/** Nobody notifies it: a wait on it is a sleep. */
const IDLE = new Int32Array(new SharedArrayBuffer(4));

/** What the counting consumer found in one pass. */
export interface PassCount {
  readonly trades: number;
  readonly tradedQty: number;
  readonly tradeHash: number;
  readonly events: number;
}

export class Pipeline {
  readonly port: RingCommandPort;
  private readonly config: Config;
  private readonly control: SharedArrayBuffer;
  private readonly commandRing: Ring;
  private readonly eventRing: Ring;
  private readonly counters = createCounters(FIRST_IO_COUNTERS + 1);
  private readonly workers: Worker[] = [];
  private readonly counter: Worker;

  private constructor(config: Config, commands: MewlCommands, control: SharedArrayBuffer) {
    this.config = config;
    this.control = control;
    const consumers = 2;
    const slots = config.commandSlots;
    const slotWords = COMMAND_WORDS;
    const firstSequence = FIRST_SEQUENCE;
    this.commandRing = new Ring(
      createRing({ slots, slotWords, consumers, producers: 'multi', firstSequence }),
    );
    const events = { slots: config.eventSlots, slotWords: EVENT_WORDS, consumers };
    this.eventRing = new Ring(createRing({ ...events, producers: 'single' }));
    this.port = new RingCommandPort(this.commandRing);
    const { idOfOrder, orders } = commands;
    const own = { ...this.startOf('io', 0, FIRST_IO_COUNTERS), name: 'counter' };
    const start: CounterStart = { ...own, idOfOrder, orders };
    this.counter = this.spawn('./pipeline-counter.js', start);
  }

  /** Starts the threads; resolves when they read their rings. */
  static async start(config: Config, commands: MewlCommands): Promise<Pipeline> {
    const control = Control.create(config.sessions.length, FIRST_SEQUENCE);
    const pipeline = new Pipeline(config, commands, control);
    await pipeline.bringUp();
    return pipeline;
  }

  /** Copies commands `from` … `to - 1` into the ring, `batch` at a time, as there is room. */
  send(slots: Int32Array, from: number, to: number, batch: number): void {
    const { port } = this;
    for (let at = from; at < to; ) {
      const count = Math.min(batch, to - at);
      while (!port.claim(count)) pause();
      for (let i = 0; i < count; i++) {
        const source = (at + i) * COMMAND_WORDS;
        const slot = port.slotAt(i);
        for (let word = 0; word < COMMAND_WORDS; word++) {
          port.words[slot + word] = slots[source + word]!;
        }
      }
      port.publish();
      at += count;
    }
  }

  /** Returns when every thread has read all that was sent and what came of it. */
  waitUntilRead(): void {
    while (!isRead(this.commandRing) || !isRead(this.eventRing)) pause();
  }

  /** Ends the threads; resolves with what was counted in each pass. */
  async stop(): Promise<PassCount[]> {
    const control = new Control(this.control);
    const ended = Promise.all(this.workers.map((worker) => once(worker, 'exit')));
    control.setStop(COMMAND_STOP, STOP_WHEN_EMPTY);
    wake(this.commandRing);
    control.storageStop = STORAGE_ENDS;
    control.wakeStorage();
    this.waitUntilRead();
    const counted = said(this.counter, 'log');
    control.setStop(EVENT_STOP, STOP_WHEN_EMPTY);
    wake(this.eventRing);
    const { fields } = await counted;
    await ended;
    return (fields as { counted: PassCount[] }).counted;
  }

  private async bringUp(): Promise<void> {
    const ready = [said(this.counter, 'ready')];
    const recovered = this.config.durability === 'none' ? undefined : await this.recover();
    const starts = [
      this.startOf('journal', 0, JOURNAL_COUNTERS),
      this.startOf('matching', 1, MATCHING_COUNTERS),
      this.startOf('publisher', 1, PUBLISHER_COUNTERS),
    ];
    for (const start of starts) {
      const whole: ThreadStart = { ...start, recovered };
      ready.push(said(this.spawn(`../thread-${start.kind}.js`, whole), 'ready'));
    }
    await Promise.all(ready);
  }

  /** The storage thread has the log's state, here an empty one, and prepares segments. */
  private async recover(): Promise<Recovered> {
    const { config, control, counters } = this;
    const start = { kind: 'storage', name: 'storage', config, control, counters };
    const worker = this.spawn('../thread-storage.js', start);
    return (await said(worker, 'recovered')).recovered;
  }

  private startOf(kind: ThreadStart['kind'], consumer: number, counted: number): ThreadStart {
    const { config, control, counters } = this;
    const rings = { commandRing: this.commandRing.buffer, eventRing: this.eventRing.buffer };
    const own = { kind, name: kind, consumer, counted };
    return {
      ...own,
      config,
      control,
      counters,
      ...rings,
      hostsMatching: false,
      recovered: undefined,
    };
  }

  private spawn(script: string, workerData: object & { name: string }): Worker {
    const worker = new Worker(new URL(script, import.meta.url), {
      name: workerData.name,
      workerData,
    });
    // A thread that dies takes the process down.
    worker.on('error', (error) => {
      throw error;
    });
    this.workers.push(worker);
    return worker;
  }
}

function pause(): void {
  Atomics.wait(IDLE, 0, 0, PAUSE_MS);
}

function said<T extends ThreadMessage['type']>(
  worker: Worker,
  type: T,
): Promise<Extract<ThreadMessage, { type: T }>> {
  return new Promise((resolve) => {
    const onMessage = (message: ThreadMessage): void => {
      if (message.type !== type) return;
      worker.off('message', onMessage);
      resolve(message as Extract<ThreadMessage, { type: T }>);
    };
    worker.on('message', onMessage);
  });
}
