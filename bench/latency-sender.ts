// The sending thread of the latency bench: an open loop. Frame i is due at start + i × interval,
// whatever became of those before it. The thread sleeps until the next is due (a timed wait, which
// takes no processor time) and writes all that are due in one call to the connection's descriptor.

import { readlinkSync, writeFileSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { nameThread } from '../src/workers/thread-entry.ts';

export interface SenderStart {
  /** Descriptor of a connected socket to which nobody else writes. */
  readonly fd: number;
  /** All frames, one after the other, and where each ends. */
  readonly bytes: Uint8Array;
  readonly ends: Int32Array;
  /** The clock's zero: ns of the monotonic clock. */
  readonly zeroNs: bigint;
  /** ns after zero at which frame 0 is due, and from one frame to the next. */
  readonly startNs: number;
  readonly intervalNs: number;
  /** Gets, for each frame, when it was written: ns after zero. */
  readonly sentNs: Float64Array;
}

/** Shorter waits than this are not worth a call, ms. */
const WAIT_MS_LEAST = 0.005;
/** How long to wait when the socket takes nothing, ms. */
const FULL_MS = 0.1;
/** Nobody notifies it: a wait on it is a sleep. */
const IDLE = new Int32Array(new SharedArrayBuffer(4));

const { fd, bytes, ends, zeroNs, startNs, intervalNs, sentNs } = workerData as SenderStart;

function nowNs(): number {
  return Number(process.hrtime.bigint() - zeroNs);
}

/** By default Linux may wake a sleeper 50 µs late; this thread asks for 1 µs. */
function sharpenTimer(): void {
  try {
    const thread = readlinkSync('/proc/thread-self').split('/').at(-1);
    writeFileSync(`/proc/${thread}/timerslack_ns`, '1000');
  } catch {
    // It is not Linux, or not allowed: the lateness that is told shows it.
  }
}

function sleepUntil(dueNs: number): void {
  const ms = (dueNs - nowNs()) / 1e6;
  Atomics.wait(IDLE, 0, 0, Math.max(ms, WAIT_MS_LEAST));
}

function writeAll(from: number, to: number): void {
  for (let at = from; at < to; ) {
    try {
      at += writeSync(fd, bytes, at, to - at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(IDLE, 0, 0, FULL_MS);
    }
  }
}

nameThread('sender');
sharpenTimer();
for (let next = 0; next < ends.length; ) {
  const now = nowNs();
  const due = Math.min(Math.floor((now - startNs) / intervalNs) + 1, ends.length);
  if (due <= next) {
    sleepUntil(startNs + next * intervalNs);
    continue;
  }
  sentNs.fill(now, next, due);
  writeAll(next === 0 ? 0 : ends[next - 1]!, ends[due - 1]!);
  next = due;
}
parentPort!.postMessage('sent');
