// Watches the end of a journal that somebody else is writing.

import type { Disk } from './disk.ts';
import type { BatchReader } from './journal-reader.ts';
import { listSegments } from './segment-name.ts';
import { SegmentReader } from './segment-reader.ts';

export class JournalWatch {
  private readonly dir: string;
  private readonly disk: Disk;
  private readonly reader: SegmentReader;
  private next: number;
  private file = '';

  /** Begins with command `from`, which a batch begins with. */
  constructor(dir: string, from: number, disk: Disk) {
    this.dir = dir;
    this.next = from;
    this.disk = disk;
    this.reader = new SegmentReader(disk);
  }

  /**
   * Gives every whole batch that is there by now. What is no whole batch is taken for one that is
   * being written: it is looked at again the next time.
   */
  poll(onBatch: BatchReader): void {
    const { reader } = this;
    if (this.file === '' && !this.open()) return;
    reader.refresh();
    for (;;) {
      const step = reader.next();
      if (step === 'batch') this.give(onBatch);
      else if (step !== 'mark' && !this.open()) return;
    }
  }

  close(): void {
    this.reader.close();
  }

  private give(onBatch: BatchReader): void {
    const { words, slotsAt, count, nextSequence } = this.reader;
    if (nextSequence <= this.next) return;
    this.next = nextSequence;
    onBatch(words, slotsAt, count, nextSequence - count);
  }

  /** Goes on to the segment with the next command; false when that is the present one. */
  private open(): boolean {
    const segments = listSegments(this.disk, this.dir);
    const segment = segments.findLast(({ firstSequence }) => firstSequence <= this.next);
    if (segment === undefined || segment.file === this.file) return false;
    if (!this.reader.open(segment.file)) return false;
    this.file = segment.file;
    return true;
  }
}
