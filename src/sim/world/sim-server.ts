// A server of a simulated world: the parts of a real one, wired as src/workers does, with simulated
// time in place of threads. Each part runs when it has something to do, a random moment later and
// on a random amount of it, so that journal and matching overtake each other as threads do.
//
// Ownership: it ends once, by `end`; from then on nothing of it runs any more.

import { lowWord } from '../../base/words.ts';
import { COMMAND_TIME } from '../../core/codes.ts';
import { C_TIME_HIGH, C_TIME_LOW, COMMAND_WORDS } from '../../core/command-slot.ts';
import type { Core } from '../../core/core.ts';
import { apply, createCore } from '../../core/engine.ts';
import { writeCommand } from '../../core/plain.ts';
import { restoreState } from '../../core/snapshot.ts';
import { nextDueNs } from '../../core/views.ts';
import { Publisher } from '../../feed/publisher.ts';
import { JournalWriter } from '../../journal/journal-writer.ts';
import type { Recovery } from '../../journal/recovery.ts';
import { type StartImage, startImage } from '../../journal/start-image.ts';
import { DEFINITION_SLOTS, writeDefinition } from '../../session/definitions.ts';
import { CountedOwnership } from '../../session/ports.ts';
import { Sessions } from '../../session/sessions.ts';
import { HEARTBEAT_MS } from '../../wire/frame-kinds.ts';
import { diskOfWriter, forgetIds } from './planted-bugs.ts';
import type { Path, ServerEnd, ServerWire } from './sim-network.ts';
import { SimStorage } from './sim-storage.ts';
import { CommandRing, EventRing } from './world-rings.ts';
import type { ServerSurroundings } from './world-server-ports.ts';

const IO_PARTS = 2;
const PUBLISHER = IO_PARTS;
const TICK_US = (HEARTBEAT_MS / 4) * 1_000;
/** A part looks at its ring within this after something came, us. */
const WAKE_US_MAX = 300;
const MATCHED_AT_ONCE_MAX = 64;
const EVENTS_AT_ONCE_MAX = 200;
/** When so much of a segment is used, the next one is asked for. */
const ALL = 0x7fffffff;

export class SimServer {
  isRunning = true;
  isListening = false;
  readonly core: Core;
  readonly publisher: Publisher;
  readonly commands: CommandRing;
  private readonly around: ServerSurroundings;
  private readonly events: EventRing;
  private readonly sessions: readonly Sessions[];
  private readonly writer: JournalWriter;
  private readonly storage: SimStorage;
  private readonly stamp = { low: 0, high: 0 };
  private readonly wakes = new Set<() => void>();
  private durable: number;
  private due: bigint | undefined;
  private eventBatches = 0;

  /** Goes on where recovery ended. Throws what the disk throws. */
  constructor(around: ServerSurroundings, recovery: Recovery, epoch: number) {
    const { config, disk, bug } = around;
    this.around = around;
    const { nextSequence, identity, chain, tail } = recovery;
    const image = startImage(recovery.replica);
    this.durable = nextSequence;
    this.commands = new CommandRing(config.commandSlots, nextSequence, (words, at, sequence) => {
      around.onPublish(words, at, sequence);
      this.wakeRingReaders();
    });
    this.events = new EventRing(config.eventSlots, IO_PARTS + 1);
    this.events.relieve = () => this.relieve();
    this.core = createCore(config.limits, this.events);
    restoreState(this.core.m, image.state);
    if (bug === 'ids-forgotten') forgetIds(this.core.m);
    const owners = new Int32Array(config.sessions.length);
    this.sessions = Array.from({ length: IO_PARTS }, (_, i) =>
      this.createSessions(i, owners, image),
    );
    const { orders, instruments } = config.limits;
    this.publisher = new Publisher({ epoch, orders, instruments });
    const { sequence, clock } = image;
    this.publisher.seed(image.instruments, image.orders, image.trades, sequence, clock);
    this.storage = new SimStorage(around, recovery, () => this.durable);
    this.writer = new JournalWriter({
      dir: around.dir,
      durability: config.durability,
      segmentBytesMax: config.segmentBytesMax,
      identity,
      nextSequence,
      chain,
      tail,
      takeSpare: () => this.storage.takeSpare(),
      disk: diskOfWriter(disk, bug),
    });
    this.bringUp(new Set(image.instrumentNumbers));
  }

  accept(path: Path, wire: ServerWire): ServerEnd | null {
    if (!this.isListening || !this.isRunning) return null;
    const end = path === 'feed' ? this.connectFeed(wire) : this.connectOrders(wire);
    return {
      frame: (bytes) => this.guard(() => end.frame(bytes)),
      drained: (unsentBytes) => this.guard(() => end.drained(unsentBytes)),
      closed: () => this.guard(() => end.closed()),
    };
  }

  /** All that was taken is answered, and everybody has read everything. */
  get isIdle(): boolean {
    const { commands, events } = this;
    const isTaken = commands.matched === commands.cursor && commands.journaled === commands.cursor;
    return isTaken && events.read.every((place) => place === events.cursor);
  }

  /** Takes itself down as the supervisor does: drains, closes the journal. */
  shutDown(): void {
    this.guard(() => {
      for (const sessions of this.sessions) sessions.stopIntake();
      this.catchUp();
      for (const sessions of this.sessions) sessions.closeAll(this.now());
      this.catchUp();
      this.publisher.shutDown();
      this.writer.close();
      this.isRunning = false;
    });
  }

  /** Nothing of it runs any more. */
  end(): void {
    this.isRunning = false;
    this.isListening = false;
  }

  private createSessions(part: number, owners: Int32Array, image: StartImage): Sessions {
    const { config, bug } = this.around;
    const sessions = new Sessions({
      sessions: config.sessions,
      port: this.commands,
      stamp: this.stamp,
      ownership: new CountedOwnership(owners),
      catchUp: () => this.readEvents(part, ALL),
      limits: config.sessionLimits,
    });
    const hasNone = bug === 'reports-forgotten';
    sessions.restore(hasNone ? { ...image, reports: Int32Array.of(0) } : image);
    return sessions;
  }

  private bringUp(known: ReadonlySet<number>): void {
    this.now();
    const { words } = this.commands;
    for (const one of this.around.config.instruments) {
      if (known.has(one.number)) continue;
      this.commands.claim(DEFINITION_SLOTS);
      const slots = [this.commands.slotAt(0), this.commands.slotAt(1)] as const;
      for (const at of slots) {
        words.fill(0, at, at + COMMAND_WORDS);
        words[at + C_TIME_LOW] = this.stamp.low;
        words[at + C_TIME_HIGH] = this.stamp.high;
      }
      writeDefinition(words, ...slots, { ...one, tickSize: '1', lotSize: '1' });
      this.commands.publish();
    }
    this.catchUp();
    this.isListening = true;
    this.sessions[0]!.awaitReturns(this.now());
    this.everyTick(() => {
      for (const sessions of this.sessions) sessions.tick(this.now());
    });
    this.everyTick(() => this.publisher.tick(this.now()));
    this.everyTick(() => this.storage.look(this.now()));
    this.plan();
  }

  private connectOrders(wire: ServerWire): ServerEnd {
    const sessions = this.sessions[this.around.random.below(IO_PARTS)]!;
    const connection = sessions.open(wire, this.now());
    return {
      frame: (bytes) => connection.frame(bytes, this.now()),
      drained: (unsentBytes) => connection.drained(unsentBytes, this.now()),
      closed: () => connection.closed(this.now()),
    };
  }

  private connectFeed(wire: ServerWire): ServerEnd {
    const connection = this.publisher.connect(wire);
    return {
      frame: (bytes) => connection.frame(bytes),
      drained: () => connection.drained(),
      closed: () => connection.closed(),
    };
  }

  /** Journal and matching to their ends, then all readers of events. */
  private catchUp(): void {
    const { commands } = this;
    do {
      this.journal(ALL);
      this.match(ALL);
      this.relieve();
    } while (commands.matched !== commands.cursor);
  }

  /** Makes room in the event ring: what is durable by then can be read. */
  private relieve(): void {
    this.journal(ALL);
    for (let reader = 0; reader <= PUBLISHER; reader++) this.readEvents(reader, ALL);
  }

  private journal(most: number): void {
    const { commands, writer } = this;
    const count = Math.min(most, commands.cursor - commands.journaled);
    if (count <= 0) return;
    const at = commands.wordOf(commands.journaled);
    const straight = Math.min(count, commands.capacity - at / COMMAND_WORDS);
    writer.append(commands.words, at, straight, 0, count - straight);
    writer.sync();
    commands.journaled += count;
    this.durable = commands.journaled;
    this.around.onDurable(this.durable);
    if (writer.isSpareWanted) this.storage.wantSpare();
    for (let reader = 0; reader <= PUBLISHER; reader++) this.wakeReader(reader);
  }

  private match(most: number): void {
    const { commands, events, core } = this;
    const end = Math.min(commands.cursor, commands.matched + most);
    for (let sequence = commands.matched; sequence < end; sequence++) {
      apply(core, commands.words, commands.wordOf(sequence));
      commands.matched = sequence + 1;
    }
    events.free();
    for (let reader = 0; reader <= PUBLISHER; reader++) this.wakeReader(reader);
    this.plan();
  }

  private readEvents(reader: number, most: number): void {
    const { events } = this;
    const from = events.read[reader]!;
    const end = events.durableEnd(reader, lowWord(this.durable), most);
    if (end === from) return;
    events.read[reader] = end;
    if (reader === PUBLISHER) {
      this.eventBatches += 1;
      const isLost = this.around.bug === 'feed-message-lost' && this.eventBatches % 60 === 0;
      if (!isLost) this.publisher.onEvents(events.slots, events.mask, from, end);
    } else {
      this.sessions[reader]!.onEvents(events.slots, events.mask, from, end);
      this.sessions[reader]!.flush(this.now());
    }
    events.free();
  }

  private wakeRingReaders(): void {
    this.wake(this.runJournal);
    this.wake(this.runMatching);
  }

  private readonly runJournal = (): void => {
    const { commands } = this;
    const { random } = this.around;
    const waiting = commands.cursor - commands.journaled;
    this.journal(random.chance(50) ? ALL : 1 + random.below(Math.max(1, waiting)));
    if (commands.journaled !== commands.cursor) this.wake(this.runJournal);
  };

  private readonly runMatching = (): void => {
    const { commands } = this;
    this.match(1 + this.around.random.below(MATCHED_AT_ONCE_MAX));
    if (commands.matched !== commands.cursor) this.wake(this.runMatching);
  };

  private readonly runReaders = Array.from({ length: IO_PARTS + 1 }, (_, reader) => (): void => {
    this.readEvents(reader, 1 + this.around.random.below(EVENTS_AT_ONCE_MAX));
    const { events } = this;
    if (events.durableEnd(reader, lowWord(this.durable), 1) !== events.read[reader]) {
      this.wakeReader(reader);
    }
  });

  private wakeReader(reader: number): void {
    this.wake(this.runReaders[reader]!);
  }

  /** Runs a part soon, if it is not about to. */
  private wake(part: () => void): void {
    if (this.wakes.has(part)) return;
    this.wakes.add(part);
    const { clock, random } = this.around;
    clock.after(random.below(WAKE_US_MAX), () => {
      this.wakes.delete(part);
      this.guard(part);
    });
  }

  private everyTick(act: () => void): void {
    const again = (): void => {
      if (!this.isRunning) return;
      this.guard(act);
      this.around.clock.after(TICK_US, again);
    };
    this.around.clock.after(this.around.random.below(TICK_US), again);
  }

  /** Puts a time command into the log when a transition of a timetable is due (R6.9). */
  private plan(): void {
    const due = nextDueNs(this.core);
    if (due === undefined || due === this.due) return;
    this.due = due;
    const leftUs = Math.max(
      0,
      Number(due) / 1_000 - this.around.clock.nowUs - this.around.originUs,
    );
    this.around.clock.after(leftUs + 1, () => this.guard(() => this.sendTime(due)));
  }

  private sendTime(due: bigint): void {
    if (this.due !== due) return;
    this.due = undefined;
    this.now();
    const { commands } = this;
    if (!commands.claim(1)) {
      this.plan();
      return;
    }
    const time = (BigInt(this.stamp.high) << 32n) | BigInt(this.stamp.low >>> 0);
    writeCommand(commands.words, commands.slotAt(0), { cmd: COMMAND_TIME, time });
    commands.publish();
  }

  /** Moves the stamp of commands; gives the time as sessions count it. */
  private now(): number {
    const { clock, originUs } = this.around;
    const ns = (originUs + clock.nowUs) * 1_000;
    const high = Math.floor(ns / 0x1_0000_0000);
    this.stamp.high = high | 0;
    this.stamp.low = (ns - high * 0x1_0000_0000) | 0;
    return clock.nowMs;
  }

  /** Whatever goes wrong in a part is the end of the server. */
  private guard(act: () => void): void {
    if (!this.isRunning) return;
    try {
      act();
    } catch (error) {
      this.around.onDeath(error);
    }
  }

  /** The journal's disk has failed: clients are told, as workers/journal.ts lets I/O threads do. */
  tellFailed(): void {
    this.sessions.forEach((sessions, part) => {
      this.readEvents(part, ALL);
      sessions.fail(this.commands.causesFrom(this.durable), this.now());
    });
  }
}
