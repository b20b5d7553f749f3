import pino, { type Logger } from 'pino';

export type Log = Logger;

/**
 * The log of one component: JSON Lines on standard error, written synchronously, so that what a
 * thread said before it died is there. RINGSIDE_LOG sets the level (default info).
 */
export function createLog(component: string): Log {
  return pino(
    { level: process.env.RINGSIDE_LOG ?? 'info', base: { component } },
    pino.destination({ fd: 2, sync: true }),
  );
}
