// What a thread of the server is given when it starts, and what threads and supervisor say to each
// other. Everything else goes through the rings and the control words.

import type { Config } from '../ops/config.ts';

export type ThreadKind = 'matching' | 'journal' | 'io' | 'publisher';

export interface ThreadStart {
  kind: ThreadKind;
  /** Name in logs: `matching`, `journal`, `publisher`, `io-1` … */
  name: string;
  /** Consumer number on the ring that it reads. */
  consumer: number;
  config: Config;
  control: SharedArrayBuffer;
  commandRing: SharedArrayBuffer;
  eventRing: SharedArrayBuffer;
}

/** From a thread to the supervisor. */
export type ThreadMessage =
  /** A line for the log, which the supervisor alone writes. */
  | { type: 'log'; level: 'info' | 'warn'; fields: object; text: string }
  /** It reads its ring. */
  | { type: 'ready' }
  /** The journal thread: the log is replayed. */
  | { type: 'replayed'; commands: number; nextSequence: number; instruments: number[] }
  | { type: 'listening'; port: number }
  /** An I/O thread: no client's command goes into the ring any more … */
  | { type: 'stopped' }
  /** … everything owed is sent, the sockets are closed, and no command at all follows. */
  | { type: 'quiet' };

/** From the supervisor to the threads that serve sockets. */
export type SupervisorMessage =
  /** Listen on `port`; 0: chosen by the system. */
  { type: 'open'; port: number } | { type: 'stopIntake' } | { type: 'drain' };
