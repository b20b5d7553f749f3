// The supervisor: makes rings and threads, brings them up in order, takes them down in order.
//
// Up:   lock the directory · storage thread: the state at the end of the log · rings that go on
//       from there · threads, which take their part of the state · instruments of the configuration
//       that the log does not have · open the ports
// Down: not ready any more · I/O threads take nothing new, answer what they took and close ·
//       command ring read to its end by journal and matching · event ring read to its end · ports
//       closed · one more snapshot · directory unlocked
//
// A thread that ends before it was told to takes the process down (death.ts), and so does a way up
// on which nothing moves any more, or a way down that takes too long; both tell where each thread
// stands.

import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { lowWord } from '../base/words.ts';
import { COMMAND_WORDS } from '../core/command-slot.ts';
import { EVENT_WORDS } from '../core/event-slot.ts';
import { type DirectoryLock, lockDirectory } from '../journal/directory-lock.ts';
import type { Config } from '../ops/config.ts';
import type { Log } from '../ops/log.ts';
import type { LogComponent } from '../ops/log-levels.ts';
import { StageTimes } from '../ops/stage-times.ts';
import { createRing } from '../ring/create-ring.ts';
import { isRead, placesOf } from '../ring/places.ts';
import { Ring } from '../ring/ring.ts';
import { STOP_WHEN_EMPTY } from '../ring/stop-codes.ts';
import { wake } from '../ring/wake.ts';
import { addressInUse, freePort } from './addresses.ts';
import { StampClock } from './clock.ts';
import { RingCommandPort } from './command-port.ts';
import { COMMAND_STOP, Control, EVENT_STOP, STORAGE_ENDS, STORAGE_SNAPSHOTS } from './control.ts';
import { EXIT_THREAD_DIED, leaveProcess } from './death.ts';
import { until } from './drain.ts';
import { defineInstruments } from './first-instruments.ts';
import { LatencyReport } from './latency-report.ts';
import { isMatchingHosted } from './matching-place.ts';
import { Operations } from './operations.ts';
import { watchProgress } from './progress-watch.ts';
import { createStampBuffers, type StampBuffers } from './stage-stamps.ts';
import { type StorageThread, startStorage } from './start-storage.ts';
import {
  COMMAND_CONSUMERS,
  FIRST_IO_COUNTERS,
  JOURNAL_COUNTERS,
  MATCHING_COUNTERS,
  PUBLISHER_COUNTERS,
  type ThreadKind,
  type ThreadMessage,
  type ThreadStart,
} from './thread-start.ts';
import { ask, said, type Thread } from './thread-talk.ts';
import { Timetable } from './timetable.ts';

/** The first command of a log. */
const FIRST_SEQUENCE = 1;
/** A drain that takes longer than this is given up. */
const DRAIN_MS_MAX = 4_500;
/** What was taken when a drain begins is through the rings long before. */
const READ_MS_MAX = 500;

/** Ports that the system chose and that somebody else was quicker to take. */
const CHOICES_MAX = 5;

export interface SupervisorOptions {
  /** Directory in which HDR reports of the stages of commands are written. Default: none are. */
  readonly latencyReport?: string | undefined;
}

export class Supervisor {
  ordersPort = 0;
  feedPort = 0;
  private readonly config: Config;
  private readonly operations: Operations;
  private readonly log: Log;
  private readonly control: Control;
  private readonly commandRing: Ring;
  private readonly eventRing: Ring;
  private readonly lock: DirectoryLock | undefined;
  /** Undefined: nothing is stored. */
  private readonly storage: StorageThread | undefined;
  private readonly timetable: Timetable;
  private threads: Thread[] = [];
  private isStopping = false;
  /** Undefined: no command is stamped. */
  private stamps: StampBuffers | undefined;
  private report: LatencyReport | undefined;

  private constructor(
    config: Config,
    operations: Operations,
    control: SharedArrayBuffer,
    lock: DirectoryLock | undefined,
    storage: StorageThread | undefined,
  ) {
    this.config = config;
    this.operations = operations;
    this.log = operations.logs.of('supervisor');
    this.lock = lock;
    this.storage = storage;
    storage?.worker.on('exit', (code) => {
      operations.health.forget('storage');
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
    this.showOperations();
  }

  /**
   * Starts a server; resolves when clients can connect. Throws DirectoryLocked, AddressInUse or
   * RecoveryRefused.
   */
  static async start(config: Config, options: SupervisorOptions = {}): Promise<Supervisor> {
    for (const port of [config.ordersPort, config.feedPort]) {
      if (port !== 0) await freePort(config.host, port);
    }
    const control = Control.create(config.sessions.length, FIRST_SEQUENCE);
    const isStored = config.durability !== 'none';
    const lock = isStored ? lockDirectory(config.dataDirectory) : undefined;
    const operations = await Operations.open(config);
    let supervisor: Supervisor;
    try {
      const stamping = startStamping(config, options, operations);
      const storage = isStored ? await startStorage(config, control, operations) : undefined;
      supervisor = new Supervisor(config, operations, control, lock, storage);
      supervisor.stamps = stamping.stamps;
      supervisor.report = stamping.report;
    } catch (error) {
      await operations.close();
      throw error;
    }
    const end = watchProgress(
      () => supervisor.reached(),
      (reached) => leaveProcess(EXIT_THREAD_DIED, `the start does not go on: ${reached}`),
    );
    try {
      await supervisor.bringUp();
    } catch (error) {
      await supervisor.takeDown(false);
      throw error;
    } finally {
      end();
    }
    return supervisor;
  }

  /** 0: there is none. */
  get opsPort(): number {
    return this.operations.port;
  }

  /**
   * Takes the server down: from now on it is not ready, `drainDelayMs` later it takes nothing new.
   * What was accepted is answered and durable, and one more snapshot has it.
   */
  async stop(): Promise<void> {
    this.operations.health.phase = 'draining';
    const { drainDelayMs } = this.config;
    this.log.info({ drainDelayMs }, 'stopping');
    await delay(drainDelayMs);
    await this.takeDown(true);
  }

  private async takeDown(isSnapshotWanted: boolean): Promise<void> {
    this.operations.health.phase = 'draining';
    this.isStopping = true;
    this.timetable.stop();
    const giveUp = setTimeout(() => {
      const text = `not drained within ${DRAIN_MS_MAX} ms: ${this.reached()}`;
      leaveProcess(EXIT_THREAD_DIED, text);
    }, DRAIN_MS_MAX);
    const ended = this.threads.map(({ worker }) => hasEnded(worker));
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
    // Matching may be no thread that ends.
    await until(() => isRead(this.commandRing));
    this.stopReaders(EVENT_STOP, this.eventRing);
    await Promise.all(ended);
    clearTimeout(giveUp);
    await this.endStorage(isSnapshotWanted ? this.config.stopSnapshotMsMax : 0);
    this.report?.close();
    this.lock?.unlock();
    this.log.info({}, 'stopped');
    await this.operations.close();
  }

  /** The journal is closed: the storage thread may make one more snapshot, in `ms`. */
  private async endStorage(ms: number): Promise<void> {
    if (this.storage === undefined) return;
    const ended = hasEnded(this.storage.worker);
    const tell = (stop: number): void => {
      this.control.storageStop = stop;
      this.control.wakeStorage();
    };
    tell(ms === 0 ? STORAGE_ENDS : STORAGE_SNAPSHOTS);
    const late = setTimeout(() => tell(STORAGE_ENDS), ms);
    await ended;
    clearTimeout(late);
  }

  /** What the operations port tells of from now on. */
  private showOperations(): void {
    const { operations, control, config } = this;
    operations.health.phase = 'starting';
    operations.health.isDiskFailed = () => control.hasFailed;
    const io = Array.from({ length: config.ioThreads }, (_, i) => `io-${i + 1}`);
    operations.watchRings([
      { name: 'command', ring: this.commandRing, consumers: COMMAND_CONSUMERS },
      { name: 'event', ring: this.eventRing, consumers: [...io, 'publisher'] },
    ]);
    if (this.storage !== undefined) operations.watchThread('storage');
  }

  private async bringUp(): Promise<void> {
    const { config } = this;
    const isHosted = isMatchingHosted(config);
    this.threads = [
      this.spawn('journal', 'journal', 0, JOURNAL_COUNTERS),
      ...(isHosted ? [] : [this.spawn('matching', 'matching', 1, MATCHING_COUNTERS)]),
      ...Array.from({ length: config.ioThreads }, (_, i) =>
        this.spawn('io', `io-${i + 1}`, i, FIRST_IO_COUNTERS + i),
      ),
      this.spawn('publisher', 'publisher', config.ioThreads, PUBLISHER_COUNTERS),
    ];
    await Promise.all(this.threads.map((thread) => said(thread, 'ready')));
    for (const { start } of this.threads) this.operations.watchThread(start.name);
    if (isHosted) this.operations.watchThread('matching');
    const known = new Set(this.storage?.recovered.image.instrumentNumbers);
    defineInstruments(config.instruments, known, new RingCommandPort(this.commandRing));
    await until(() => isRead(this.commandRing));
    this.timetable.start();
    // A client that came before the threads had read the whole log would be told of an older state.
    await until(() => isRead(this.commandRing));
    await until(() => isRead(this.eventRing));
    this.feedPort = await this.open('publisher', config.feedPort);
    this.ordersPort = await this.open('io', config.ordersPort);
    this.operations.health.phase = 'ready';
    const { ordersPort, feedPort, opsPort } = this;
    this.log.info({ ordersPort, feedPort, opsPort }, 'ready');
  }

  private spawn(kind: ThreadKind, name: string, consumer: number, counted: number): Thread {
    const { logs, health, counters } = this.operations;
    const start: ThreadStart = {
      kind,
      name,
      consumer,
      config: this.config,
      control: this.control.words.buffer as SharedArrayBuffer,
      counters,
      counted,
      commandRing: this.commandRing.buffer,
      eventRing: this.eventRing.buffer,
      hostsMatching: kind === 'io' && consumer === 0 && isMatchingHosted(this.config),
      recovered: this.storage?.recovered,
      stamps: this.stamps,
    };
    const program = new URL(`./thread-${kind}.js`, import.meta.url);
    const worker = new Worker(program, { name, workerData: start });
    const thread: Thread = { start, worker, said: 'nothing' };
    const component: LogComponent = kind;
    worker.on('message', (message: ThreadMessage) => {
      if (message.type === 'log') logs.write(component, name, message);
      else thread.said = message.type;
    });
    worker.on('error', (error) => {
      leaveProcess(EXIT_THREAD_DIED, `${name} thread died: ${error.stack ?? error.message}`);
    });
    worker.on('exit', (code) => {
      thread.said = 'good-bye';
      health.forget(name);
      if (start.hostsMatching) health.forget('matching');
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

/** What stamps are kept in and told by; nothing where nobody wants them. */
function startStamping(
  { commandSlots, ioThreads, orderLatency }: Config,
  { latencyReport: dir }: SupervisorOptions,
  operations: Operations,
): { stamps?: StampBuffers; report?: LatencyReport } {
  if (!orderLatency && dir === undefined) return {};
  const stamps = createStampBuffers(commandSlots, ioThreads);
  const times = new StageTimes(stamps.times);
  operations.watchStages(times);
  if (dir === undefined) return { stamps };
  return { stamps, report: new LatencyReport(dir, times, operations.logs.of('supervisor')) };
}

/** How far each consumer of a ring has read, and where what was published ends. */
function whereRead(ring: Ring, names: readonly string[]): string {
  const { end, read } = placesOf(ring);
  return [`end ${end}`, ...read.map((place, i) => `${names[i] ?? i} ${place}`)].join(', ');
}

function isCommandReader(kind: ThreadKind): boolean {
  return (COMMAND_CONSUMERS as readonly string[]).includes(kind);
}
