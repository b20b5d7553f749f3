// Reads the journal behind its writer, in another thread: what is durable is applied to a replica.
//
// Invariants: nothing is looked at that is not durable, so nothing is half written.

import { assert } from '../base/assert.ts';
import type { Disk } from './disk.ts';
import { JournalDamage } from './journal-errors.ts';
import type { Replica } from './replica.ts';
import { listSegments } from './segment-name.ts';
import { SegmentReader } from './segment-reader.ts';

export class JournalFollower {
  private readonly dir: string;
  private readonly replica: Replica;
  private readonly disk: Disk;
  private readonly reader: SegmentReader;
  private file = '';

  /** `replica` is at a place where a batch ends. */
  constructor(dir: string, replica: Replica, disk: Disk) {
    this.dir = dir;
    this.replica = replica;
    this.disk = disk;
    this.reader = new SegmentReader(disk);
  }

  /**
   * Applies commands before sequence `durable`: up to `commandsMax` and the rest of their batch.
   * Throws a JournalDamage, or the error of the disk.
   */
  follow(durable: number, commandsMax: number): void {
    const { replica, reader } = this;
    const end = Math.min(durable, replica.nextSequence + commandsMax);
    if (replica.nextSequence >= end) return;
    let isFresh = this.file === '';
    if (isFresh) this.open();
    while (replica.nextSequence < end) {
      const step = reader.next();
      if (step === 'batch') this.apply();
      else if (step !== 'mark' && !isFresh) {
        // Read ahead in an earlier call, before all of it was written.
        reader.refresh();
        isFresh = true;
      } else if (step === 'end') this.open();
      else if (step === 'fault') this.fail();
    }
  }

  close(): void {
    this.reader.close();
    this.file = '';
  }

  private apply(): void {
    const { words, slotsAt, count, nextSequence, chain } = this.reader;
    const { replica } = this;
    if (nextSequence <= replica.nextSequence) return;
    assert(nextSequence - count === replica.nextSequence, 'a replica stands between two batches');
    replica.apply(words, slotsAt, count);
    replica.chain = chain;
  }

  /** Opens the segment that has the next command. */
  private open(): void {
    const next = this.replica.nextSequence;
    const segments = listSegments(this.disk, this.dir);
    const segment = segments.findLast(({ firstSequence }) => firstSequence <= next);
    if (segment === undefined || segment.file === this.file) {
      const reason = `command ${next} is durable and not there`;
      throw new JournalDamage('sequence', this.file, this.reader.offset, reason, next);
    }
    this.file = segment.file;
    if (!this.reader.open(segment.file)) this.fail();
  }

  private fail(): never {
    const { fault, offset } = this.reader;
    const { code, reason } = fault;
    throw new JournalDamage(code, this.file, offset, reason, this.replica.nextSequence);
  }
}
