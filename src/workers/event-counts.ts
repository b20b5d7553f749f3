// Counts what the core has told, for metrics: the publisher's thread does, which reads every event
// and makes no client wait.

import { EVENT_CANCELED, EVENT_REJECTED, EVENT_TRADE } from '../core/codes.ts';
import * as e from '../core/event-slot.ts';
import * as c from '../ops/counter-layout.ts';

/** Counts events `from` … `end - 1` (wrapping int32): event `n` is slot `n & mask` of `slots`. */
export function countEvents(
  words: Float64Array,
  slots: Int32Array,
  mask: number,
  from: number,
  end: number,
): void {
  for (let cursor = from | 0; cursor !== (end | 0); cursor = (cursor + 1) | 0) {
    const at = (cursor & mask) << e.EVENT_SHIFT;
    const head = slots[at + e.E_HEAD]!;
    const type = head & e.EVENT_TYPE_MASK;
    words[c.W_EVENTS + (type & (c.EVENT_TYPES - 1))]! += 1;
    if ((head & e.EVENT_END) !== 0) words[c.W_COMMANDS]! += 1;
    const reason = (head >>> e.EVENT_REASON_SHIFT) & (c.REASONS - 1);
    if (type === EVENT_TRADE) words[c.W_TRADED_LOTS]! += slots[at + e.E_QTY]!;
    else if (type === EVENT_REJECTED) words[c.W_REJECTS + reason]! += 1;
    else if (type === EVENT_CANCELED) words[c.W_CANCELS + reason]! += 1;
  }
}
