// The storage thread of a simulated server (workers/storage.ts): the journal's next segment, and
// snapshots of a replica that follows the journal.

import type { Disk } from '../../journal/disk.ts';
import type { Recovery } from '../../journal/recovery.ts';
import { type SnapshotMade, SnapshotSchedule } from '../../journal/snapshot-schedule.ts';
import { SpareSegment } from '../../journal/spare-segment.ts';
import { diskOfStorage } from './planted-bugs.ts';
import type { ServerSurroundings } from './world-server-ports.ts';

type Spare = 'none' | 'wanted' | 'ready';

export class SimStorage {
  private readonly around: ServerSurroundings;
  private readonly schedule: SnapshotSchedule;
  private readonly spareSegment: SpareSegment;
  private readonly durable: () => number;
  private spare: Spare = 'none';
  private making: Generator<void, SnapshotMade> | null = null;

  constructor(around: ServerSurroundings, recovery: Recovery, durable: () => number) {
    const { config, dir } = around;
    const { replica, identity, snapshot, unusable } = recovery;
    const disk: Disk = diskOfStorage(around.disk, around.bug);
    this.around = around;
    this.durable = durable;
    this.spareSegment = new SpareSegment(dir, config.segmentBytesMax, disk);
    const options = {
      dir,
      replica,
      identity,
      everyCommands: config.snapshotCommands,
      everySeconds: 0,
      kept: config.snapshotsKept,
      lastSequence: snapshot?.sequence ?? 0,
      unusable: new Set(unusable.map(({ file }) => file)),
      disk,
    };
    this.schedule = new SnapshotSchedule(options, around.clock.nowMs);
  }

  /** The journal wants its next segment soon. */
  wantSpare(): void {
    if (this.spare === 'none') this.spare = 'wanted';
  }

  /** True when it is ready; it is then used up. */
  takeSpare(): boolean {
    if (this.spare !== 'ready') return false;
    this.spare = 'none';
    return true;
  }

  /** Does what is to be done, one step of it. */
  look(nowMs: number): void {
    try {
      this.prepareSpare();
      const durable = this.durable();
      if (this.making === null && this.schedule.isDue(durable, nowMs)) {
        this.making = this.schedule.make(durable, nowMs);
      }
      if (this.making?.next().done === true) this.making = null;
    } catch (error) {
      this.making = null;
      if (!this.around.disk.isOn) throw error;
      this.around.onStorageTrouble(error);
    }
  }

  private prepareSpare(): void {
    if (this.spare === 'wanted' && this.spareSegment.step()) this.spare = 'ready';
  }
}
