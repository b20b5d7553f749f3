// Logons of connections that broke before their answer. Such a logon may still reach the server,
// after that of the next connection, and take the session over from it: then it was nobody else,
// and the client may dial again. The server takes no logon later than LOGON_MS_MAX after its
// connection opened.

import { LOGON_MS_MAX } from '../wire/frame-kinds.ts';
import type { Timers } from './web-socket.ts';

/** The server's limit, and as much again for its clock and the way. */
const STALE_MS_MAX = 2 * LOGON_MS_MAX;

export class StaleLogons {
  private readonly timers: Timers;
  /** One for each that may still arrive. */
  private readonly expiries = new Set<unknown>();

  constructor(timers: Timers) {
    this.timers = timers;
  }

  /** The connection broke, and its logon has no answer. */
  add(): void {
    const expiry = this.timers.setTimeout(() => this.expiries.delete(expiry), STALE_MS_MAX);
    this.expiries.add(expiry);
  }

  /** The session was taken over: true when one of them may have done it, which then is over. */
  take(): boolean {
    for (const expiry of this.expiries) {
      this.timers.clearTimeout(expiry);
      this.expiries.delete(expiry);
      return true;
    }
    return false;
  }

  clear(): void {
    for (const expiry of this.expiries) this.timers.clearTimeout(expiry);
    this.expiries.clear();
  }
}
