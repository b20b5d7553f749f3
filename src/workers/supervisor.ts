// The supervisor: makes rings and threads, brings them up in order, takes them down in order.
//
// Up:   lock the directory · storage thread: the state at the end of the log · rings that go on
//       from there · threads, which take their part of the state · instruments of the configuration
//       that the log does not have · open the ports
// Down: I/O threads take nothing new, answer what they took and close · command ring read to its
// end
//       by journal and matching · event ring read to its end · ports closed · directory unlocked
//
// A thread that ends before it was told to takes the process down (death.ts), and so does a way up
// on which nothing moves any more, or a way down that takes too long; both tell where each thread
// stands.

import net from 'node:net';
import { Worker } from 'node:worker_threads';
import { lowWord } from '../base/words.ts';
import { C_TIME_HIGH, C_TIME_LOW, COMMAND_WORDS } from '../core/command-slot.ts';
import { EVENT_WORDS } from '../core/event-slot.ts';
import { type DirectoryLock, lockDirectory } from '../journal/directory-lock.ts';
import type { Config } from '../ops/config.ts';
import { createLog, type Log } from '../ops/log.ts';
import { createRing } from '../ring/create-ring.ts';
import { isRead, placesOf } from '../ring/places.ts';
import { Ring } from '../ring/ring.ts';
import { STOP_WHEN_EMPTY } from '../ring/stop-codes.ts';
import { wake } from '../ring/wake.ts';
import { DEFINITION_SLOTS, writeDefinition } from '../session/definitions.ts';
import { StampClock } from './clock.ts';
import { RingCommandPort } from './command-port.ts';
import { COMMAND_STOP, Control, EVENT_STOP } from './control.ts';
import { EXIT_THREAD_DIED, leaveProcess } from './death.ts';
import { until } from './drain.ts';
import { LatencyReport } from './latency-report.ts';
import { watchProgress } from './progress-watch.ts';
import { type StorageThread, startStorage } from './start-storage.ts';
import type { SupervisorMessage, ThreadKind, ThreadMessage, ThreadStart } from './thread-start.ts';
import { Timetable } from './timetable.ts';

/** The first command of a log. */
const FIRST_SEQUENCE = 1;
const COMMAND_CONSUMERS = ['journal', 'matching'] as const;
/** A drain that takes longer than this is given up. */
const DRAIN_MS_MAX = 4_500;
/** What was taken when a drain begins is through the rings long before. */
const READ_MS_MAX = 500;

/** Ports that the system chose and that somebody else was quicker to take. */
const CHOICES_MAX = 5;

/** The address cannot be had: another process listens on it. */
export class AddressInUse extends Error {}

export interface SupervisorOptions {
  /** Directory in which HDR reports of the stages of commands are written. Default: none are. */
  readonly latencyReport?: string | undefined;
}

interface Thread {
  start: ThreadStart;
  worker: Worker;
  /** The last that it said. */
  said: ThreadMessage['type'] | 'nothing' | 'good-bye';
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
  private readonly timetable: Timetable;
  private threads: Thread[] = [];
  private isStopping = false;
  private report: LatencyReport | undefined;

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
    const port = new RingCommandPort(this.commandRing);
    this.timetable = new Timetable(this.control, port, new StampClock());
  }

  /**
   * Starts a server; resolves when clients can connect. Throws DirectoryLocked, AddressInUse or
   * RecoveryRefused.
   */
  static async start(config: Config, options: SupervisorOptions = {}): Promise<Supervisor> {
    for (const port of [config.ordersPort, config.feedPort]) {
      if (port !== 0) await freePort(config.host, port);
    }
    const report = reportOf(config, options);
    const control = Control.create(config.sessions.length, FIRST_SEQUENCE);
    const isStored = config.durability !== 'none';
    const lock = isStored ? lockDirectory(config.dataDirectory) : undefined;
    const storage = isStored ? await startStorage(config, control) : undefined;
    const supervisor = new Supervisor(config, control, lock, storage);
    supervisor.report = report;
    const end = watchProgress(
      () => supervisor.reached(),
      (reached) => leaveProcess(EXIT_THREAD_DIED, `the start does not go on: ${reached}`),
    );
    try {
      await supervisor.bringUp();
    } catch (error) {
      await supervisor.stop();
      throw error;
    } finally {
      end();
    }
    return supervisor;
  }

  /** Takes the server down; what was accepted is answered and durable. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.timetable.stop();
    const giveUp = setTimeout(() => {
      const text = `not drained within ${DRAIN_MS_MAX} ms: ${this.reached()}`;
      leaveProcess(EXIT_THREAD_DIED, text);
    }, DRAIN_MS_MAX);
    const ended = this.threads.map(({ worker }) => hasEnded(worker));
    if (this.storage !== undefined) ended.push(hasEnded(this.storage.worker));
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
    this.report?.close();
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
    this.defineInstruments(new Set(this.storage?.recovered.image.instrumentNumbers));
    await until(() => isRead(this.commandRing));
    this.timetable.start();
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
      stamps: this.report?.buffers,
    };
    const program = new URL(`./thread-${kind}.js`, import.meta.url);
    const worker = new Worker(program, { name, workerData: start });
    const thread: Thread = { start, worker, said: 'nothing' };
    const log = createLog(name);
    worker.on('message', (message: ThreadMessage) => {
      if (message.type === 'log') log[message.level](message.fields, message.text);
      else thread.said = message.type;
    });
    worker.on('error', (error) => {
      leaveProcess(EXIT_THREAD_DIED, `${name} thread died: ${error.stack ?? error.message}`);
    });
    worker.on('exit', (code) => {
      thread.said = 'good-bye';
      if (!this.isStopping) leaveProcess(EXIT_THREAD_DIED, `${name} thread ended (${code})`);
    });
    return thread;
  }

  /** Where every thread stands, for those who wonder why it goes no further. */
  private reached(): string {
    const said = this.threads.map((thread) => `${thread.start.name} said ${thread.said}`);
    const commands = whereRead(this.commandRing, COMMAND_CONSUMERS);
    const readers = this.threads.filter(({ start }) => !isCommandReader(start.kind));
    readers.sort((a, b) => a.start.consumer - b.start.consumer);
    const events = whereRead(
      this.eventRing,
      readers.map(({ start }) => start.name),
    );
    const { durable } = this.control;
    return `${said.join(', ')}; commands: ${commands}, durable ${durable}; events: ${events}`;
  }

  /**
   * Lets all threads of a kind listen on one port; returns it. One that the system is to choose (0)
   * is chosen beforehand: what uWebSockets.js lets it choose is not shared, and nobody can listen
   * on it again for a minute after its connections have ended.
   */
  private async open(kind: ThreadKind, wanted: number): Promise<number> {
    const { host } = this.config;
    for (let tries = 1; ; tries++) {
      const port = wanted === 0 ? await freePort(host, 0) : wanted;
      if (await this.listen(kind, port)) return port;
      // Somebody was quicker.
      if (wanted !== 0 || tries === CHOICES_MAX) throw addressInUse(host, port);
    }
  }

  /** False: the first thread could not. */
  private async listen(kind: ThreadKind, port: number): Promise<boolean> {
    for (const [i, thread] of this.ofKind(kind).entries()) {
      const listening = await ask(thread, { type: 'open', port }, 'listening');
      if (listening.port === port) continue;
      if (i === 0) return false;
      throw addressInUse(this.config.host, port);
    }
    return true;
  }

  private ofKind(kind: ThreadKind): Thread[] {
    return this.threads.filter(({ start }) => start.kind === kind);
  }

  private stopReaders(stop: number, ring: Ring): void {
    this.control.setStop(stop, STOP_WHEN_EMPTY);
    wake(ring);
    this.control.wakeStorage();
  }

  /** Instruments enter the log as commands, once; what the log has is not changed by them. */
  private defineInstruments(known: ReadonlySet<number>): void {
    const port = new RingCommandPort(this.commandRing);
    const clock = new StampClock();
    clock.advance();
    for (const instrument of this.config.instruments) {
      if (known.has(instrument.number)) continue;
      while (!port.claim(DEFINITION_SLOTS)) Atomics.wait(IDLE, 0, 0, 1);
      const slots = [port.slotAt(0), port.slotAt(1)] as const;
      for (const at of slots) {
        port.words.fill(0, at, at + COMMAND_WORDS);
        port.words[at + C_TIME_LOW] = clock.low;
        port.words[at + C_TIME_HIGH] = clock.high;
      }
      const { referencePrice = 0, priceBandBps = 0 } = instrument;
      writeDefinition(port.words, ...slots, { ...instrument, referencePrice, priceBandBps });
      port.publish();
    }
  }
}

/**
 * Resolves when a thread has done all of its work. Its exit may come seconds later: no worker goes
 * while V8 compiles something large for any of them, and that takes long on a busy machine.
 */
function hasEnded(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve());
    worker.on('message', (message: ThreadMessage) => {
      if (message.type === 'ended') resolve();
    });
  });
}

function reportOf(
  { commandSlots, ioThreads }: Config,
  { latencyReport: dir }: SupervisorOptions,
): LatencyReport | undefined {
  return dir === undefined
    ? undefined
    : new LatencyReport(dir, commandSlots, ioThreads, createLog('latency'));
}

/** Nobody notifies it: a wait on it is a sleep. */
const IDLE = new Int32Array(new SharedArrayBuffer(4));

/** How far each consumer of a ring has read, and where what was published ends. */
function whereRead(ring: Ring, names: readonly string[]): string {
  const { end, read } = placesOf(ring);
  return [`end ${end}`, ...read.map((place, i) => `${names[i] ?? i} ${place}`)].join(', ');
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

function addressInUse(host: string, port: number, why = 'another process listens on it') {
  return new AddressInUse(`cannot listen on ${host}:${port}: ${why}`);
}

/**
 * The port, or for 0 one that nobody listens on. Throws AddressInUse. (uWebSockets.js shares a port
 * silently, so whether it is free is asked first.)
 */
async function freePort(host: string, port: number): Promise<number> {
  const probe = net.createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const isInUse = error.code === 'EADDRINUSE';
      reject(addressInUse(host, port, isInUse ? undefined : error.message));
    });
    probe.listen({ host, port, exclusive: true }, resolve);
  });
  const free = (probe.address() as net.AddressInfo).port;
  await new Promise((resolve) => probe.close(resolve));
  return free;
}
