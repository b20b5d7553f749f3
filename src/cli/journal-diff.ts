// `ringside journal diff A B`: the first command at which two journals differ, or else the first at
// which their replays do.

import { InputError } from '../base/input-error.ts';
import { COMMAND_WORDS } from '../core/command-slot.ts';
import { EVENT_SHIFT } from '../core/event-slot.ts';
import { type CoreEvent, readEvent } from '../core/plain-events.ts';
import { stateHash } from '../core/views.ts';
import { REAL_DISK } from '../journal/disk.ts';
import { type JournalBatch, journalBatches } from '../journal/journal-reader.ts';
import { type EventFollower, Replica } from '../journal/replica.ts';
import { listSegments } from '../journal/segment-name.ts';
import { SegmentReader } from '../journal/segment-reader.ts';
import { listSnapshots, readSnapshot } from '../journal/snapshot-file.ts';
import { jsonLine } from './client-options.ts';
import { commandObject } from './journal-lines.ts';
import type { Print } from './sync-output.ts';

/** One command after the other, from a sequence on. */
class CommandCursor {
  words: Int32Array = new Int32Array(0);
  at = 0;
  sequence: number;
  private left = 0;
  private readonly batches: Iterator<JournalBatch>;

  constructor(dir: string, from: number) {
    this.batches = journalBatches(dir, { from });
    this.sequence = from - 1;
  }

  /** Goes on to the next command; false at the journal's end. */
  next(): boolean {
    if (this.left === 0) {
      const { value, done } = this.batches.next();
      if (done === true) return false;
      this.words = value.words;
      this.at = value.at - COMMAND_WORDS;
      this.left = value.count;
    }
    this.left -= 1;
    this.at += COMMAND_WORDS;
    this.sequence += 1;
    return true;
  }

  toJson(): object {
    return commandObject(this.words, this.at, this.sequence);
  }

  close(): void {
    this.batches.return?.();
  }
}

/** Prints one line: equal, or the first difference. True when there is none. */
export function runDiff(a: string, b: string, print: Print): boolean {
  const from = Math.max(firstCommand(a), firstCommand(b));
  const outcome = compareCommands(a, b, from) ?? compareReplays(a, b);
  print(jsonLine(outcome));
  return !('differs' in outcome);
}

function firstCommand(dir: string): number {
  const first = listSegments(REAL_DISK, dir)[0];
  if (first === undefined) throw new InputError(`${dir} has no journal`);
  return first.firstSequence;
}

/** The first command that is not the same in both, as both have it. */
function compareCommands(a: string, b: string, from: number): object | null {
  const one = new CommandCursor(a, from);
  const two = new CommandCursor(b, from);
  try {
    for (;;) {
      const hasOne = one.next();
      const hasTwo = two.next();
      if (!hasOne && !hasTwo) return null;
      if (hasOne && hasTwo && areEqual(one, two)) continue;
      const { sequence } = hasOne ? one : two;
      const sides = { a: hasOne ? one.toJson() : null, b: hasTwo ? two.toJson() : null };
      return { differs: hasOne && hasTwo ? 'command' : 'length', sequence, ...sides };
    }
  } finally {
    one.close();
    two.close();
  }
}

function areEqual(one: CommandCursor, two: CommandCursor): boolean {
  for (let word = 0; word < COMMAND_WORDS; word++) {
    if (one.words[one.at + word] !== two.words[two.at + word]) return false;
  }
  return true;
}

/** Keeps the events of one command. */
class Events implements EventFollower {
  list: CoreEvent[] = [];

  onEvents(slots: Int32Array, mask: number, from: number, end: number): void {
    for (let i = from | 0; i !== (end | 0); i = (i + 1) | 0) {
      this.list.push(readEvent(slots, (i & mask) << EVENT_SHIFT));
    }
  }

  save(): Int32Array[] {
    return [];
  }

  restore(): void {}
}

interface Replay {
  replica: Replica;
  events: Events;
  dir: string;
}

/** Commands are the same; what becomes of them may not be: under other limits, after a snapshot. */
function compareReplays(a: string, b: string): object {
  const one = beginReplay(a);
  const two = beginReplay(b);
  const from = Math.max(one.replica.nextSequence, two.replica.nextSequence);
  for (const replay of [one, two]) bringTo(replay, from);
  const before = { a: stateHash(one.replica.core), b: stateHash(two.replica.core) };
  if (before.a !== before.b) return { differs: 'state', sequence: from - 1, ...before };
  const first = new CommandCursor(a, from);
  const second = new CommandCursor(b, from);
  try {
    while (first.next() && second.next()) {
      const eventsOfOne = applyOne(one, first);
      const eventsOfTwo = applyOne(two, second);
      if (jsonLine(eventsOfOne) === jsonLine(eventsOfTwo)) continue;
      const { sequence } = first;
      const command = first.toJson();
      return { differs: 'replay', sequence, command, a: eventsOfOne, b: eventsOfTwo };
    }
  } finally {
    first.close();
    second.close();
  }
  const lastSequence = one.replica.nextSequence - 1;
  const hashes = { a: stateHash(one.replica.core), b: stateHash(two.replica.core) };
  if (hashes.a !== hashes.b) return { differs: 'state', sequence: lastSequence, ...hashes };
  return { equal: true, firstReplayed: from, lastSequence, stateHash: hashes.a };
}

/** A replica at the earliest place from which the directory can be replayed. */
function beginReplay(dir: string): Replay {
  const events = new Events();
  const followers = new Map<number, EventFollower>([[0, events]]);
  const first = listSegments(REAL_DISK, dir)[0]!;
  if (first.firstSequence === 1) {
    const reader = new SegmentReader(REAL_DISK);
    try {
      if (!reader.open(first.file)) throw new InputError(`${first.file}: ${reader.fault.reason}`);
      return { replica: new Replica(reader.header!.limits, followers), events, dir };
    } finally {
      reader.close();
    }
  }
  const oldest = listSnapshots(REAL_DISK, dir).at(-1);
  if (oldest === undefined || oldest.sequence + 1 < first.firstSequence) {
    throw new InputError(`${dir} has neither command 1 nor a snapshot to begin with`);
  }
  const { head, sections } = readSnapshot(oldest.file, REAL_DISK);
  const replica = new Replica(head.limits, followers);
  replica.restore(new Map([...sections, [0, new Int32Array(0)]]), head.chain);
  return { replica, events, dir };
}

/** Applies the commands before `sequence`, whose events nobody compares. */
function bringTo(replay: Replay, sequence: number): void {
  if (replay.replica.nextSequence >= sequence) return;
  const cursor = new CommandCursor(replay.dir, replay.replica.nextSequence);
  while (replay.replica.nextSequence < sequence && cursor.next()) applyOne(replay, cursor);
  cursor.close();
}

function applyOne({ replica, events }: Replay, { words, at }: CommandCursor): CoreEvent[] {
  events.list = [];
  replica.apply(words, at, 1);
  return events.list;
}
