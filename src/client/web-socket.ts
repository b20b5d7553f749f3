// What the SDK needs of its surroundings: a WebSocket class and timers. A browser, and Node.js from
// 22 on, have both; to older ones the class of the package `ws` is given.

import { ClientError } from './client-error.ts';

/** The part of a WebSocket that the SDK uses. Handlers are typed so that every class fits. */
export interface WebSocketLike {
  binaryType: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(bytes: ArrayBuffer): void;
  close(code?: number): void;
}

export type WebSocketClass = new (url: string) => WebSocketLike;

export interface Timers {
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** What every client of this SDK can be given. */
export interface Surroundings {
  /** Default: the global WebSocket. */
  WebSocket?: WebSocketClass | undefined;
  /** For tests. Default: the global timers. */
  timers?: Timers | undefined;
  /** For tests: a number from 0 to below 1. Default: Math.random. */
  random?: (() => number) | undefined;
}

const GLOBAL_TIMERS: Timers = {
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

/** Throws ClientError no_websocket when there is no class. */
export function surroundings(given: Surroundings): {
  WebSocket: WebSocketClass;
  timers: Timers;
  random: () => number;
} {
  const WebSocket =
    given.WebSocket ?? (globalThis as { WebSocket?: WebSocketClass | undefined }).WebSocket;
  if (WebSocket === undefined) {
    throw new ClientError('no_websocket', 'no global WebSocket here: give one in the options');
  }
  const random = given.random ?? Math.random;
  return { WebSocket, timers: given.timers ?? GLOBAL_TIMERS, random };
}

/** What a callback of the user throws becomes an uncaught error, and breaks nothing here. */
export function guarded<A extends readonly unknown[]>(
  callback: ((...args: A) => void) | undefined,
  ...args: A
): void {
  if (callback === undefined) return;
  try {
    callback(...args);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
