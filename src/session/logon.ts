// Logon: which session, and what it is told.

import { COMMANDS_PER_FRAME_MAX, WELCOME_ACCOUNTS_MAX, WIRE_VERSION } from '../wire/frame-kinds.ts';
import { encodeWelcome, type Logon } from '../wire/order-entry.ts';
import type { SessionContext } from './context.ts';
import type { SessionState } from './session-state.ts';

/** The session whose token this is, or null. */
export function findSession(context: SessionContext, token: string): SessionState | null {
  const index = context.tokens.find(token);
  return index < 0 ? null : context.sessions[index]!;
}

/**
 * The report from which a session goes on that asks for `asked` (from 1): that one, when it is
 * there or the next one; else the next one.
 */
export function resumeFrom(session: SessionState, asked: number): number {
  const { first, next } = session.reports;
  return asked >= first && asked <= next ? asked : next;
}

/** The welcome to `logon`, after which reports go on from `nextReport`. */
export function welcome(
  context: SessionContext,
  session: SessionState,
  logon: Logon,
  nextReport: number,
): Uint8Array {
  const { isOperator } = session;
  const accounts = isOperator ? context.accounts.slice(0, WELCOME_ACCOUNTS_MAX) : session.accounts;
  return encodeWelcome({
    version: WIRE_VERSION,
    session: session.number,
    credits: context.limits.credits,
    heartbeatMs: context.limits.heartbeatMs,
    commandsPerFrameMax: COMMANDS_PER_FRAME_MAX,
    nextReport,
    reportsLost: nextReport !== logon.nextReport,
    accounts: accounts.map(({ number, name }) => ({
      number,
      name,
      highestClOrdId: context.highestIds.of(number),
    })),
    instruments: context.instruments.all(),
    isOperator,
  });
}
