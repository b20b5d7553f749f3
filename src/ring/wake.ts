// Sleeping and waking without a lost wake-up.
//
//   sleeper                                   waker
//     seen = counter                            make it true (one atomic store, done by the caller)
//     asleep = 1                                asleep ≠ 0?
//     not true yet?                               asleep = 0
//       wait while counter = seen                 counter + 1, notify all
//
// Invariants: either the sleeper's look comes after the waker's store, and it does not sleep; or it
// comes before, then `asleep = 1` does too, so the waker sees it (or another waker has just taken
// it and will still add to the counter and notify). Either way the counter moves after it was seen.
// The flag is cleared before the counter moves: the other way round it would erase the flag of a
// sleeper that has already seen the new counter.
//
// The flag says that the sleeper may sleep, not that it does, so one that is slow to get up (a
// socket thread in the middle of its work) costs its waker one notification, not one for each
// publication.
//
// Limits: a counter wraps after 2^32 wake-ups; a sleeper held up between its first and its last
// step through exactly that many would sleep once too often.

import type { Ring } from './ring.ts';
import { ASLEEP } from './ring-layout.ts';
import { sleepAt } from './sequences.ts';

/** Whoever waits, and how it knows that it need not. Also true when it has to stop. */
export interface Waiter {
  isReady(): boolean;
}

interface AsyncAtomics {
  waitAsync(
    words: Int32Array,
    at: number,
    value: number,
  ):
    | { async: false; value: 'not-equal' | 'timed-out' }
    | { async: true; value: Promise<'ok' | 'timed-out'> };
}

/** For `wake`: every consumer. */
export const NOBODY = -1;

/**
 * Wakes the consumers that sleep. For what moves outside the ring and lets them go on (a durable
 * sequence, a stop word): call it after the Atomics.store. `except`: a consumer that the calling
 * thread itself will run next, or NOBODY.
 */
export function wake(ring: Ring, except = NOBODY): void {
  const { words, consumers } = ring;
  for (let i = 0; i < consumers; i++) if (i !== except) wakeSleepers(words, sleepAt(i));
}

/** Wakes whoever sleeps on a line; costs one atomic load when nobody does. */
export function wakeSleepers(words: Int32Array, line: number): void {
  if (Atomics.load(words, line + ASLEEP) === 0) return;
  Atomics.store(words, line + ASLEEP, 0);
  Atomics.add(words, line, 1);
  Atomics.notify(words, line);
}

/** Blocks the thread until woken, but not when the waiter is ready. May return too early. */
export function sleep(words: Int32Array, line: number, waiter: Waiter): void {
  const seen = Atomics.load(words, line);
  Atomics.store(words, line + ASLEEP, 1);
  if (!waiter.isReady()) Atomics.wait(words, line, seen);
}

/**
 * The same for a thread that serves sockets too: it goes on with its event loop until woken. False
 * when it did not sleep at all, so that no turn of the event loop has passed. A sleep does not keep
 * Node.js from ending when nothing else does.
 */
export async function sleepAsync(
  words: Int32Array,
  line: number,
  waiter: Waiter,
): Promise<boolean> {
  const seen = Atomics.load(words, line);
  Atomics.store(words, line + ASLEEP, 1);
  if (waiter.isReady()) return false;
  const result = (Atomics as unknown as AsyncAtomics).waitAsync(words, line, seen);
  if (!result.async) return false;
  await result.value;
  return true;
}
