// What a thread of the server is given when it starts, and what threads and supervisor say to each
// other. Everything else goes through the rings and the control words.

import type { JournalIdentity } from '../journal/journal-identity.ts';
import type { JournalTail } from '../journal/journal-reader.ts';
import type { Config } from '../ops/config.ts';
import type { StampBuffers } from './stage-stamps.ts';
import type { StartImage } from './start-image.ts';

export type ThreadKind = 'matching' | 'journal' | 'io' | 'publisher';

/** What the storage thread is given, which is there before the rings are. */
export interface StorageStart {
  kind: 'storage';
  name: string;
  config: Config;
  control: SharedArrayBuffer;
}

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
  /** What the log led to; undefined: it is empty, or there is none. */
  recovered: Recovered | undefined;
  /** Where the stages of commands are stamped; left out: nowhere. */
  stamps?: StampBuffers | undefined;
}

/** Where a server goes on. */
export interface Recovered {
  readonly image: StartImage;
  /** For the journal's writer. */
  readonly identity: JournalIdentity;
  readonly nextSequence: number;
  readonly chain: number;
  readonly tail: JournalTail | null;
  /** Commands that were replayed. */
  readonly replayedCommands: number;
}

/** From a thread to the supervisor. */
export type ThreadMessage =
  /** A line for the log, which the supervisor alone writes. */
  | { type: 'log'; level: 'info' | 'warn' | 'error'; fields: object; text: string }
  /** It reads its ring. */
  | { type: 'ready' }
  /** The storage thread: the state is there … */
  | { type: 'recovered'; recovered: Recovered }
  /** … or cannot be had: the journal is damaged, the limits are others. */
  | { type: 'refused'; message: string }
  /** Port 0: it could not. */
  | { type: 'listening'; port: number }
  /** An I/O thread: no client's command goes into the ring any more … */
  | { type: 'stopped' }
  /** … everything owed is sent, the sockets are closed, and no command at all follows. */
  | { type: 'quiet' }
  /** Its work is done and its files are closed. The thread goes when V8 lets go of it. */
  | { type: 'ended' };

/** From the supervisor to the threads that serve sockets. */
export type SupervisorMessage =
  /** Listen on `port`. */
  { type: 'open'; port: number } | { type: 'stopIntake' } | { type: 'drain' };
