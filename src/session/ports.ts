// What the owner of the sessions gives them: an I/O thread with its sockets and rings, or a
// simulation. Everything here is called in the owner's own thread and returns at once.

/** The producer's end of the command ring. */
export interface CommandPort {
  /** Words of the ring; a slot has COMMAND_WORDS of them (core/command-slot.ts). */
  readonly words: Int32Array;
  /** Reserves `count` slots (from 1, may exceed the ring) and returns true; or none, and false. */
  claim(count: number): boolean;
  /** First word of the reserved slot `index` (0 … count-1). */
  slotAt(index: number): number;
  /** Hands on all that is reserved. Called once after each claim that gave true. */
  publish(): void;
}

/** One client's socket. */
export interface ConnectionOutput {
  /**
   * Sends one frame, whose bytes are good until the call returns. Returns how many bytes, of all
   * frames so far, the socket has not taken yet; below 0: this frame was dropped. Whenever fewer
   * are left the owner calls `Connection.drained`.
   */
  send(bytes: Uint8Array): number;
  /** Closes the socket. The owner may or may not call `closed` for it, now or later. */
  close(code: number, reason: string): void;
}

/** Who is told what becomes of clients, for logs and metrics. Numbers are as configured. */
export interface SessionObserver {
  /** A client logged on; its reports go on from `nextReport`. */
  loggedOn(session: number, nextReport: number): void;
  /** The server closes a connection; session 0: it was not logged on. */
  closed(session: number, code: number): void;
  /** A client that was logged on ended its connection. */
  left(session: number): void;
  /** `count` commands got no sequence: REFUSAL_WORDS words each, the request and why. */
  refused(session: number, refusals: Int32Array, count: number): void;
}

export const NO_OBSERVER: SessionObserver = {
  loggedOn() {},
  closed() {},
  left() {},
  refused() {},
};

/** Time of the commands, ns since 1970 as two words. The owner moves it before each input. */
export interface Stamp {
  readonly low: number;
  readonly high: number;
}

/**
 * Which logon of a session is the valid one, over all threads. `session` is the index of the
 * session among the configured ones, the same in every thread.
 */
export interface SessionOwnership {
  /** A new logon is now the valid one; gives its generation, a uint32. */
  take(session: number): number;
  /** True while no later logon has taken the session. */
  isMine(session: number, generation: number): boolean;
}

/**
 * Ownership by one word for each configured session. Over a SharedArrayBuffer it serves all threads
 * that share it, over plain memory one thread.
 */
export class CountedOwnership implements SessionOwnership {
  private readonly generations: Int32Array;

  /** `generations` begins with zeros and has as many words as there are sessions. */
  constructor(generations: Int32Array) {
    this.generations = generations;
  }

  take(session: number): number {
    return (Atomics.add(this.generations, session, 1) + 1) >>> 0;
  }

  isMine(session: number, generation: number): boolean {
    return Atomics.load(this.generations, session) >>> 0 === generation;
  }
}
