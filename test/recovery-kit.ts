// A journal of real commands on a disk in memory, snapshots of it, and what its state has to be.

import { Prng } from '../src/base/prng.ts';
import { COMMAND_INSTRUMENT } from '../src/core/codes.ts';
import { C_REQUEST, C_SESSION, COMMAND_WORDS } from '../src/core/command-slot.ts';
import { apply, createCore } from '../src/core/engine.ts';
import { EventBuffer } from '../src/core/event-buffer.ts';
import type { Limits } from '../src/core/limits.ts';
import { type Command, writeCommand } from '../src/core/plain.ts';
import { readEvent } from '../src/core/plain-events.ts';
import { stateHash } from '../src/core/views.ts';
import { LastTrades } from '../src/feed/last-trades.ts';
import type { Disk } from '../src/journal/disk.ts';
import type { JournalIdentity } from '../src/journal/journal-identity.ts';
import { JournalWriter } from '../src/journal/journal-writer.ts';
import { type Recovery, type RecoveryOptions, recover } from '../src/journal/recovery.ts';
import { type EventFollower, Replica } from '../src/journal/replica.ts';
import { SECTION_REPORTS, SECTION_TRADES, SECTION_WISHES } from '../src/journal/snapshot-layout.ts';
import { SnapshotSchedule } from '../src/journal/snapshot-schedule.ts';
import { LoggedWishes } from '../src/session/logged-wishes.ts';
import { ReportLedger } from '../src/session/report-ledger.ts';
import { OrderFlow } from '../src/sim/order-flow.ts';
import { DIR, type MemoryDisk } from './journal-kit.ts';

export const LIMITS: Limits = { orders: 2_048, accounts: 32, instruments: 4, pages: 512 };
export const OWN: JournalIdentity = { idLow: 0x0bad, idHigh: 7, limits: LIMITS };
const SESSIONS = 3;
const RETAINED = 600;

/** Slots of `count` commands of a seeded market with three sessions. */
export function marketSlots(seed: number, count: number): Int32Array {
  const slots = new Int32Array(count * COMMAND_WORDS);
  const flow = new OrderFlow({
    seed,
    instrument: 2,
    accounts: 6,
    firstPrice: 5_000,
    ordersAimedAt: 300,
  });
  const events = new EventBuffer((words, at) => flow.read(readEvent(words, at)));
  const core = createCore(LIMITS, events);
  for (let i = 0; i < count; i++) {
    const command: Command =
      i === 0 ? { cmd: COMMAND_INSTRUMENT, instrument: 2 } : { ...flow.next(), time: BigInt(i) };
    const at = i * COMMAND_WORDS;
    writeCommand(slots, at, command);
    const account = 'account' in command ? command.account : 0;
    slots[at + C_SESSION] = i === 0 ? 0 : 1 + (account % SESSIONS);
    slots[at + C_REQUEST] = i === 0 ? 0 : i;
    apply(core, slots, at);
    events.drain();
  }
  return slots;
}

export function followers(): ReadonlyMap<number, EventFollower> {
  return new Map<number, EventFollower>([
    [SECTION_REPORTS, new ReportLedger(RETAINED)],
    [SECTION_TRADES, new LastTrades()],
    [SECTION_WISHES, new LoggedWishes()],
  ]);
}

/** Everything that a replica is, as texts that are easy to compare. */
export function portrait(replica: Replica): Record<string, string> {
  const own = replica.sections().slice(1);
  const texts = own.map(({ kind, parts }) => [
    `section ${kind}`,
    parts.map((part) => [...part].join(' ')).join(' '),
  ]);
  return { hash: stateHash(replica.core), ...Object.fromEntries(texts) };
}

/** The state after the first `count` commands, by a replay without a disk. */
export function replayed(slots: Int32Array, count: number): Replica {
  const replica = new Replica(LIMITS, followers());
  replica.apply(slots, 0, count);
  return replica;
}

/** Writes commands from index `from` to `to` in batches of random length. */
export function append(
  writer: JournalWriter,
  slots: Int32Array,
  from: number,
  to: number,
  prng: Prng,
): void {
  for (let at = from; at < to; ) {
    const count = Math.min(to - at, prng.between(1, 60));
    writer.append(slots, at * COMMAND_WORDS, count);
    writer.sync();
    at += count;
  }
}

/** A writer that goes on where recovery ended, or begins. */
export function writerOn(disk: Disk, recovery?: Recovery, segmentBytesMax = 16_384): JournalWriter {
  const { nextSequence = 1, chain = 0, tail = null, identity = OWN } = recovery ?? {};
  const place = { nextSequence, chain, tail, identity };
  return new JournalWriter({ dir: DIR, durability: 'fsync', segmentBytesMax, ...place, disk });
}

export function recovered(disk: Disk, more: Partial<RecoveryOptions> = {}): Recovery {
  return recover({
    dir: DIR,
    limits: LIMITS,
    followers: followers(),
    onUnusable: () => {},
    isSynced: true,
    disk,
    ...more,
  });
}

/** Makes snapshots of a journal at the given numbers of commands, as the storage thread does. */
export function snapshotsAt(
  disk: Disk,
  recovery: Pick<Recovery, 'replica' | 'identity'>,
  places: readonly number[],
  kept = 100,
): string[] {
  const { replica, identity } = recovery;
  const options = {
    dir: DIR,
    replica,
    identity,
    everyCommands: 1,
    everySeconds: 0,
    kept,
    lastSequence: 0,
    unusable: new Set<string>(),
    disk,
  };
  const schedule = new SnapshotSchedule(options, 0);
  const files = places.map((place) => {
    const making = schedule.make(place + 1, 0);
    for (let step = making.next(); ; step = making.next()) {
      if (step.done === true) return step.value.file;
    }
  });
  schedule.close();
  return files;
}

/** A journal of `slots`, with snapshots at the given numbers of commands. */
export function journalWith(
  disk: MemoryDisk,
  slots: Int32Array,
  places: readonly number[],
  seed: number,
): string[] {
  const writer = writerOn(disk);
  append(writer, slots, 0, slots.length / COMMAND_WORDS, new Prng(seed));
  writer.close();
  return snapshotsAt(disk, { replica: new Replica(LIMITS, followers()), identity: OWN }, places);
}
