// The supervisor: makes rings and threads, brings them up in order, takes them down in order.
//
// Up:   lock the directory · storage thread: the state at the end of the log · rings that go on
//       from there · threads, which take their part of the state · instruments of the configuration
//       that the log does not have · open the ports
// Down: I/O threads take nothing new, answer what they took and close · command ring read to its
// end
//       by journal and matching · event ring read to its end · ports closed · directory unlocked
//
// A thread that ends before it was told to takes the process down (death.ts).

import { once } from 'node:events';
import net from 'node:net';
import { Worker } from 'node:worker_threads';
import { lowWord } from '../base/words.ts';
import { COMMAND_INSTRUMENT } from '../core/codes.ts';
import { COMMAND_WORDS } from '../core/command-slot.ts';
import { EVENT_WORDS } from '../core/event-slot.ts';
import { writeCommand } from '../core/plain.ts';
import { type DirectoryLock, lockDirectory } from '../journal/directory-lock.ts';
import type { Config } from '../ops/config.ts';
import { createLog, type Log } from '../ops/log.ts';
import { createRing } from '../ring/create-ring.ts';
import { isRead } from '../ring/is-read.ts';
import { Ring } from '../ring/ring.ts';
import { STOP_WHEN_EMPTY } from '../ring/stop-codes.ts';
import { wake } from '../ring/wake.ts';
import { StampClock } from './clock.ts';
import { RingCommandPort } from './command-port.ts';
import { COMMAND_STOP, Control, EVENT_STOP } from './control.ts';
import { EXIT_THREAD_DIED, leaveProcess } from './death.ts';
import { until } from './drain.ts';
import { type StorageThread, startStorage } from './storage-thread.ts';
import type { SupervisorMessage, ThreadKind, ThreadMessage, ThreadStart } from './thread-start.ts';

/** The first command of a log. */
const FIRST_SEQUENCE = 1;
const COMMAND_CONSUMERS = ['journal', 'matching'] as const;
/** A drain that takes longer than this is given up. */
const DRAIN_MS_MAX = 4_500;
/** What was taken when a drain begins is through the rings long before. */
const READ_MS_MAX = 500;

/** The address cannot be had: another process listens on it. */
export class AddressInUse extends Error {}

interface Thread {
  start: ThreadStart;
  worker: Worker;
}

export class Supervisor {
  ordersPort = 0;
  feedPort = 0;
  private readonly config: Config;
  private readonly log: Log = createLog('supervisor');
  private readonly control: Control;
  private readonly commandRing: Ring;
  private readonly eventRing: Ring;
  private readonly lock: DirectoryLock | undefined;
  /** Undefined: nothing is stored. */
  private readonly storage: StorageThread | undefined;
  private threads: Thread[] = [];
  private isStopping = false;

  private constructor(
    config: Config,
    control: SharedArrayBuffer,
    lock: DirectoryLock | undefined,
    storage: StorageThread | undefined,
  ) {
    this.config = config;
    this.lock = lock;
    this.storage = storage;
    storage?.worker.on('exit', (code) => {
      if (!this.isStopping) leaveProcess(EXIT_THREAD_DIED, `storage thread ended (${code})`);
    });
    this.commandRing = new Ring(
      createRing({
        slots: config.commandSlots,
        slotWords: COMMAND_WORDS,
        consumers: COMMAND_CONSUMERS.length,
        producers: 'multi',
        firstSequence: lowWord(storage?.recovered.nextSequence ?? FIRST_SEQUENCE),
      }),
    );
    this.eventRing = new Ring(
      createRing({
        slots: config.eventSlots,
        slotWords: EVENT_WORDS,
        consumers: config.ioThreads + 1,
        producers: 'single',
      }),
    );
    this.control = new Control(control);
  }

  /**
   * Starts a server; resolves when clients can connect. Throws DirectoryLocked, AddressInUse or
   * RecoveryRefused.
   */
  static async start(config: Config): Promise<Supervisor> {
    for (const port of [config.ordersPort, config.feedPort]) {
      if (port !== 0) await freePort(config.host, port);
    }
    const control = Control.create(config.sessions.length, FIRST_SEQUENCE);
    const isStored = config.durability !== 'none';
    const lock = isStored ? lockDirectory(config.dataDirectory) : undefined;
    const storage = isStored ? await startStorage(config, control) : undefined;
    const supervisor = new Supervisor(config, control, lock, storage);
    await supervisor.bringUp();
    return supervisor;
  }

  /** Takes the server down; what was accepted is answered and durable. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const giveUp = setTimeout(() => {
      leaveProcess(EXIT_THREAD_DIED, `not drained within ${DRAIN_MS_MAX} ms`);
    }, DRAIN_MS_MAX);
    const ended = this.threads.map(({ worker }) => once(worker, 'exit'));
    if (this.storage !== undefined) ended.push(once(this.storage.worker, 'exit'));
    // First every thread stops taking commands: one's last command may fill the orders of a session
    // of another, which must still be there to be told.
    const io = this.ofKind('io');
    await Promise.all(io.map((thread) => ask(thread, { type: 'stopIntake' }, 'stopped')));
    await until(() => isRead(this.commandRing) && isRead(this.eventRing), READ_MS_MAX);
    await Promise.all(io.map((thread) => ask(thread, { type: 'drain' }, 'quiet')));
    this.stopReaders(COMMAND_STOP, this.commandRing);
    const readers = this.threads.flatMap(({ start }, i) =>
      isCommandReader(start.kind) ? [ended[i]!] : [],
    );
    await Promise.all(readers);
    this.stopReaders(EVENT_STOP, this.eventRing);
    await Promise.all(ended);
    clearTimeout(giveUp);
    this.lock?.unlock();
    this.log.info('stopped');
  }

  private async bringUp(): Promise<void> {
    const { config } = this;
    this.threads = [
      this.spawn('journal', 'journal', 0),
      this.spawn('matching', 'matching', 1),
      ...Array.from({ length: config.ioThreads }, (_, i) => this.spawn('io', `io-${i + 1}`, i)),
      this.spawn('publisher', 'publisher', config.ioThreads),
    ];
    await Promise.all(this.threads.map((thread) => said(thread, 'ready')));
    this.defineInstruments(new Set(this.storage?.recovered.image.instruments));
    // A client that came before the threads had read the whole log would be told of an older state.
    await until(() => isRead(this.commandRing));
    await until(() => isRead(this.eventRing));
    this.feedPort = await this.open('publisher', config.feedPort);
    this.ordersPort = await this.open('io', config.ordersPort);
    this.log.info({ ordersPort: this.ordersPort, feedPort: this.feedPort }, 'ready');
  }

  private spawn(kind: ThreadKind, name: string, consumer: number): Thread {
    const start: ThreadStart = {
      kind,
      name,
      consumer,
      config: this.config,
      control: this.control.words.buffer as SharedArrayBuffer,
      commandRing: this.commandRing.buffer,
      eventRing: this.eventRing.buffer,
      recovered: this.storage?.recovered,
    };
    const worker = new Worker(new URL('./thread.js', import.meta.url), { name, workerData: start });
    worker.on('error', (error) => {
      leaveProcess(EXIT_THREAD_DIED, `${name} thread died: ${error.stack ?? error.message}`);
    });
    worker.on('exit', (code) => {
      if (!this.isStopping) leaveProcess(EXIT_THREAD_DIED, `${name} thread ended (${code})`);
    });
    return { start, worker };
  }

  /** Lets all threads of a kind listen on one port; returns it (for 0: what the system chose). */
  private async open(kind: ThreadKind, wanted: number): Promise<number> {
    const threads = this.ofKind(kind);
    // A port that the system chooses for a socket is not shared, so it is chosen beforehand.
    let port = wanted === 0 && threads.length > 1 ? await freePort(this.config.host, 0) : wanted;
    for (const thread of threads) {
      port = (await ask(thread, { type: 'open', port }, 'listening')).port;
    }
    return port;
  }

  private ofKind(kind: ThreadKind): Thread[] {
    return this.threads.filter(({ start }) => start.kind === kind);
  }

  private stopReaders(stop: number, ring: Ring): void {
    this.control.setStop(stop, STOP_WHEN_EMPTY);
    wake(ring);
    this.control.wakeStorage();
  }

  /** Instruments enter the log as commands, once. */
  private defineInstruments(known: ReadonlySet<number>): void {
    const port = new RingCommandPort(this.commandRing);
    const clock = new StampClock();
    clock.advance();
    const time = (BigInt(clock.high >>> 0) << 32n) | BigInt(clock.low >>> 0);
    for (const { number, referencePrice } of this.config.instruments) {
      if (known.has(number)) continue;
      while (!port.claim(1)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      const price = referencePrice === undefined ? {} : { referencePrice };
      const command = { cmd: COMMAND_INSTRUMENT, instrument: number, time, ...price } as const;
      writeCommand(port.words, port.slotAt(0), command);
      port.publish();
    }
  }
}

function isCommandReader(kind: ThreadKind): boolean {
  return (COMMAND_CONSUMERS as readonly string[]).includes(kind);
}

/** Sends a message to a thread and waits for the answer. */
function ask<T extends ThreadMessage['type']>(
  thread: Thread,
  message: SupervisorMessage,
  answer: T,
): Promise<Extract<ThreadMessage, { type: T }>> {
  const answered = said(thread, answer);
  thread.worker.postMessage(message);
  return answered;
}

/** The thread's next message of this type. */
function said<T extends ThreadMessage['type']>(
  thread: Thread,
  type: T,
): Promise<Extract<ThreadMessage, { type: T }>> {
  return new Promise((resolve) => {
    const onMessage = (message: ThreadMessage): void => {
      if (message.type !== type) return;
      thread.worker.off('message', onMessage);
      resolve(message as Extract<ThreadMessage, { type: T }>);
    };
    thread.worker.on('message', onMessage);
  });
}

/**
 * The port, or for 0 one that nobody listens on. Throws AddressInUse. (uWebSockets.js shares a port
 * silently, so whether it is free is asked first.)
 */
async function freePort(host: string, port: number): Promise<number> {
  const probe = net.createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      const text = inUse ? 'another process listens on it' : error.message;
      reject(new AddressInUse(`cannot listen on ${host}:${port}: ${text}`));
    });
    probe.listen({ host, port, exclusive: true }, resolve);
  });
  const free = (probe.address() as net.AddressInfo).port;
  await new Promise((resolve) => probe.close(resolve));
  return free;
}
