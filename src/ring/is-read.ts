import type { Ring } from './ring.ts';
import { CONSUMER_SHIFT, CONSUMERS, CURSOR } from './ring-layout.ts';

/**
 * True when every consumer has committed all that was ever claimed. Lasting only when no one
 * produces.
 */
export function isRead(ring: Ring): boolean {
  const end = Atomics.load(ring.words, CURSOR);
  for (let i = 0; i < ring.consumers; i++) {
    if (Atomics.load(ring.words, CONSUMERS + (i << CONSUMER_SHIFT)) !== end) return false;
  }
  return true;
}
