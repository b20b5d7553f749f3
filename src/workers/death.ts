// How a thread that cannot go on takes the whole process down. A worker that merely ends while it
// holds an open uWebSockets.js socket aborts the process (SIGABRT, 134) and may swallow its
// message. So the dying thread writes its message synchronously and leaves through libc's _exit.

import { writeSync } from 'node:fs';
import koffi from 'koffi';

/** Exit status when a thread of the server died; README.md documents it. */
export const EXIT_THREAD_DIED = 71;

/** Exit status when the disk failed under the journal; README.md documents it. */
export const EXIT_DISK_FAILED = 74;

const STDERR = 2;

/** Writes `message` to standard error and ends the process at once with `status`. */
export function leaveProcess(status: number, message: string): never {
  try {
    writeSync(STDERR, `ringside: ${message}\n`);
  } catch {
    // Nobody reads standard error: the exit status must speak alone.
  }
  const exitNow = koffi.load('libc.so.6').func('void _exit(int)');
  exitNow(status);
  throw new Error('unreachable');
}

/**
 * From now on, an error that nobody catches in this thread ends the process, before any other
 * listener hears of it.
 */
export function dieOnError(thread: string, status = EXIT_THREAD_DIED): void {
  const onError = (error: unknown): never => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return leaveProcess(status, `${thread} thread died: ${text}`);
  };
  process.prependListener('uncaughtException', onError);
  process.prependListener('unhandledRejection', onError);
}
