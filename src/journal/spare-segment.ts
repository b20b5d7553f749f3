// Prepares the journal's next segment while the current one fills: a file full of zeros, on the
// disk, so that the writer finds its bytes allocated and has none of that work to do.
//
// Ownership: one preparer a directory, in whatever thread has time. The writer takes the finished
// file (SPARE_NAME) by renaming it; who tells the two of each other is the owner's matter.

import { join } from 'node:path';
import { assert } from '../base/assert.ts';
import { type Disk, writeFully } from './disk.ts';
import { SPARE_NAME } from './segment-name.ts';

const STEP_BYTES = 1_048_576;
/** Written between two syncs, so that no sync of the journal waits behind very many zeros. */
const SYNC_BYTES = 8_388_608;
const NO_FILE = -1;
const ZEROS = new Uint8Array(STEP_BYTES);

export class SpareSegment {
  private readonly path: string;
  private readonly bytes: number;
  private readonly disk: Disk;
  private fd = NO_FILE;
  private written = 0;

  /** `bytes`: the size of a segment. */
  constructor(dir: string, bytes: number, disk: Disk) {
    this.path = join(dir, SPARE_NAME);
    this.bytes = bytes;
    this.disk = disk;
  }

  /**
   * Does one step (of at most 1 MiB); true when the spare is ready. After an error of the disk,
   * which it throws, the next step begins anew.
   */
  step(): boolean {
    const { disk } = this;
    try {
      if (this.fd === NO_FILE) this.begin();
      const length = Math.min(STEP_BYTES, this.bytes - this.written);
      writeFully(disk, this.fd, ZEROS, 0, length, this.written);
      this.written += length;
      const isDone = this.written === this.bytes;
      if (isDone || this.written % SYNC_BYTES === 0) disk.fdatasync(this.fd);
      if (isDone) this.close();
      return isDone;
    } catch (error) {
      this.drop();
      throw error;
    }
  }

  /** True while a part of it is written. One that is ready may be the journal's already. */
  get isBegun(): boolean {
    return this.fd !== NO_FILE;
  }

  /** Takes away what is there of it. */
  drop(): void {
    try {
      if (this.fd !== NO_FILE) this.close();
      this.disk.unlink(this.path);
    } catch {
      // It is of no use to anybody; a start takes it away.
    }
  }

  private begin(): void {
    assert(this.fd === NO_FILE, 'one spare at a time');
    this.fd = this.disk.create(this.path);
    this.written = 0;
  }

  private close(): void {
    const fd = this.fd;
    this.fd = NO_FILE;
    this.disk.close(fd);
  }
}
