// Cancel-on-disconnect: sessions whose connection was lost and whose orders are to be canceled.
//
//   lost ──▶ in grace ──(grace has passed)──▶ due ──(ring took a mass cancel per account)──▶ done
//              └── a logon, in this thread or another: forgiven
//
// Invariants: what is due is done, also when the session logs on meanwhile; until then no command
// of its new connection in this thread passes the mass cancel.
//
// Known limitation: when the ring is full at that moment and the session logs on in another thread,
// its first commands may come before the mass cancel, which then meets those orders too.

import { assert } from '../base/assert.ts';
import { COMMAND_MASS_CANCEL } from '../core/codes.ts';
import { ON_DISCONNECT, OWN_SESSION_ONLY } from '../core/command-slot.ts';
import { putForAccounts, REQUEST_OF_SERVER } from './own-commands.ts';
import type { CommandPort, SessionOwnership, Stamp } from './ports.ts';
import type { SessionState } from './session-state.ts';

interface Departure {
  graceEndMs: number;
  isDue: boolean;
  /** Index of the first account whose mass cancel the ring has not taken. */
  nextAccount: number;
}

export class Departures {
  private readonly departures = new Map<SessionState, Departure>();
  private readonly port: CommandPort;
  private readonly stamp: Stamp;
  private readonly ownership: SessionOwnership;
  private readonly graceMs: number;

  constructor(port: CommandPort, stamp: Stamp, ownership: SessionOwnership, graceMs: number) {
    this.port = port;
    this.stamp = stamp;
    this.ownership = ownership;
    this.graceMs = graceMs;
  }

  /** Sessions whose orders are still to be canceled. */
  get count(): number {
    return this.departures.size;
  }

  /** The session's connection was lost at `nowMs`, perhaps because another thread has one. */
  begin(session: SessionState, nowMs: number): void {
    assert(session.live === null, 'a session without a connection');
    // One that is there already is enough: while it is due, no command passes it.
    if (!this.departures.has(session)) {
      const graceEndMs = nowMs + this.graceMs;
      this.departures.set(session, { graceEndMs, isDue: false, nextAccount: 0 });
    }
    this.advanceOne(session, nowMs);
  }

  /** Nobody will log on again: every grace ends. */
  endGrace(nowMs: number): void {
    for (const departure of this.departures.values()) departure.graceEndMs = nowMs;
    this.advance(nowMs);
  }

  /** The session logged on in this thread. */
  forgive(session: SessionState): void {
    const departure = this.departures.get(session);
    if (departure !== undefined && !departure.isDue) this.departures.delete(session);
  }

  /** False while commands of the session must wait for its mass cancel. Tries to end that. */
  isPassable(session: SessionState, nowMs: number): boolean {
    if (this.departures.size === 0) return true;
    this.advanceOne(session, nowMs);
    return !this.departures.has(session);
  }

  /** Does what is due. */
  advance(nowMs: number): void {
    for (const session of this.departures.keys()) this.advanceOne(session, nowMs);
  }

  private advanceOne(session: SessionState, nowMs: number): void {
    const departure = this.departures.get(session);
    if (departure === undefined) return;
    if (!departure.isDue) {
      if (nowMs < departure.graceEndMs) return;
      if (!this.ownership.isMine(session.index, session.generation)) {
        this.departures.delete(session);
        return;
      }
      departure.isDue = true;
    }
    departure.nextAccount = putForAccounts(
      this.port,
      this.stamp,
      session,
      session.accounts,
      departure.nextAccount,
      COMMAND_MASS_CANCEL | OWN_SESSION_ONLY | ON_DISCONNECT,
      REQUEST_OF_SERVER,
    );
    if (departure.nextAccount === session.accounts.length) this.departures.delete(session);
  }
}
