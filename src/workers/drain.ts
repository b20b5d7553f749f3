import type { SocketServer } from '../gateway/socket-server.ts';

const LOOK_MS = 5;
/** How long closed sockets may take for their closing handshake, ms. */
const CLOSE_MS_MAX = 300;

/** Resolves when `isDone`, or after `timeoutMs` (default: never). True when it was done. */
export function until(
  isDone: () => boolean,
  timeoutMs = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  const startMs = performance.now();
  return new Promise((resolve) => {
    const look = setInterval(() => {
      const done = isDone();
      if (!done && performance.now() - startMs < timeoutMs) return;
      clearInterval(look);
      resolve(done);
    }, LOOK_MS);
  });
}

/**
 * Lets go of the sockets, which are closed by now: the thread ends when their clients have answered
 * that, or when their time is over. (A thread that ended by force while it holds an open socket
 * would abort the process.)
 */
export function leaveSockets(server: SocketServer | undefined): void {
  server?.stopListening();
  server?.dropAllIn(CLOSE_MS_MAX);
}
