// What a thread of the server is given when it starts, and what threads and supervisor say to each
// other. Everything else goes through the rings and the control words.

import type { JournalIdentity } from '../journal/journal-identity.ts';
import type { JournalTail } from '../journal/journal-reader.ts';
import type { StartImage } from '../journal/start-image.ts';
import type { Config } from '../ops/config.ts';
import { GatedLog, type LogLine, levelOf } from '../ops/gated-log.ts';
import type { LogComponent } from '../ops/log-levels.ts';
import type { StampBuffers } from './stage-stamps.ts';

export type ThreadKind = 'matching' | 'journal' | 'io' | 'publisher';

/** Numbers of the threads' counters: I/O thread n has FIRST_IO_COUNTERS + n, from 0. */
export const SUPERVISOR_COUNTERS = 0;
export const STORAGE_COUNTERS = 1;
export const JOURNAL_COUNTERS = 2;
export const MATCHING_COUNTERS = 3;
export const PUBLISHER_COUNTERS = 4;
export const FIRST_IO_COUNTERS = 5;

/** Who reads the command ring, by consumer. */
export const COMMAND_CONSUMERS = ['journal', 'matching'] as const;

/** What the storage thread is given, which is there before the rings are. */
export interface StorageStart {
  kind: 'storage';
  name: string;
  config: Config;
  control: SharedArrayBuffer;
  counters: SharedArrayBuffer;
}

export interface ThreadStart {
  kind: ThreadKind;
  /** Name in logs: `matching`, `journal`, `publisher`, `io-1` … */
  name: string;
  /** Consumer number on the ring that it reads. */
  consumer: number;
  config: Config;
  control: SharedArrayBuffer;
  /** What all threads count (ops/counters.ts), and which of it is this one's. */
  counters: SharedArrayBuffer;
  counted: number;
  commandRing: SharedArrayBuffer;
  eventRing: SharedArrayBuffer;
  /** An I/O thread: matching runs in it (hosted-matching.ts). */
  hostsMatching: boolean;
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
  | ({ type: 'log' } & LogLine)
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

/** The log of a thread that may not write it itself: the supervisor alone does. */
export function threadLog(
  { config }: { config: Config },
  component: LogComponent,
  say: (message: ThreadMessage) => void,
): GatedLog {
  return new GatedLog(levelOf(config.log, component), (line) => say({ type: 'log', ...line }));
}
