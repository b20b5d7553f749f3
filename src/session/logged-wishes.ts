// Which sessions want their orders canceled when they are lost, as snapshots carry it: followed
// from the events of the commands that say so (own-commands.ts), for whatever session there is.
//
//   words: the numbers of those sessions

import { assert } from '../base/assert.ts';
import * as e from '../core/event-slot.ts';
import { REQUEST_TO_CANCEL, REQUEST_TO_KEEP } from './own-commands.ts';

export class LoggedWishes {
  /** Session numbers as int32. */
  private readonly toCancel = new Set<number>();

  /** Takes in events `from` … `end - 1` (wrapping int32): event i lies in slot `i & mask`. */
  onEvents(slots: Int32Array, mask: number, from: number, end: number): void {
    for (let i = from | 0; i !== (end | 0); i = (i + 1) | 0) {
      const at = (i & mask) << e.EVENT_SHIFT;
      const request = slots[at + e.E_REQUEST]! >>> 0;
      if (request === REQUEST_TO_CANCEL) this.toCancel.add(slots[at + e.E_SESSION]!);
      else if (request === REQUEST_TO_KEEP) this.toCancel.delete(slots[at + e.E_SESSION]!);
    }
  }

  save(): Int32Array[] {
    return [Int32Array.from(this.toCancel)];
  }

  /** Takes back what `save` gave. Only while nothing was taken in. */
  restore(words: Int32Array): void {
    assert(this.toCancel.size === 0, 'only new ones are restored');
    for (const session of words) this.toCancel.add(session);
  }
}
