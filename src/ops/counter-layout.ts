// The words of a thread's block of counters (counters.ts). Constants only.
//
//     0 …  what every thread has: its number in the system, delays of its event loop, collections
//    64 …  what only its kind counts
//
// A histogram is BUCKETS words, how often a time fell into each, and one for the sum in seconds.

export const BLOCK_WORDS = 512;

/** Upper bounds of the buckets, seconds; the last has none. */
export const BUCKET_SECONDS: readonly number[] = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
  0.25, 0.5, 1, 2.5,
];
export const BUCKETS = 18;
export const HISTOGRAM_WORDS = 19;

// Every thread.
/** Its number in the system (Linux: /proc/self/task), 0 = not known. */
export const W_TASK = 0;
/** Histogram: how late the event loop came to a timer. */
export const W_LOOP_DELAY = 1;
/** For each kind of collection its runs, then its seconds. */
export const W_GC = 24;
export const GC_KINDS = ['minor', 'incremental', 'major', 'weak'] as const;

// Matching, at the end of each batch: what of the core's pools is in use.
export const W_RESTING = 64;
export const W_PAGES = 65;
export const W_ACCOUNTS = 66;

// Journal.
export const W_BATCHES = 64;
export const W_JOURNALED = 65;
export const W_JOURNAL_BYTES = 66;
/** Sequence before which commands are durable. */
export const W_DURABLE = 67;
/** Histograms: checksum and write of a batch; fdatasync of it. */
export const W_WRITE = 80;
export const W_SYNC = 100;

// Storage.
export const W_SNAPSHOTS = 64;
export const W_SNAPSHOT_FAILURES = 65;
/** Of the newest snapshot: ms since 1970, sequence of its last command. */
export const W_SNAPSHOT_TIME = 66;
export const W_SNAPSHOT_SEQUENCE = 67;
/** Of the last that this process made: seconds in all, and of its longest step. */
export const W_SNAPSHOT_SECONDS = 68;
export const W_SNAPSHOT_PAUSE = 69;
/** Of the start. */
export const W_REPLAYED = 70;
export const W_RECOVERY_SECONDS = 71;

// Threads that serve sockets.
export const W_CONNECTIONS = 64;
export const W_CONNECTIONS_OPENED = 65;
export const W_MESSAGES_IN = 66;
export const W_BYTES_IN = 67;
export const W_MESSAGES_OUT = 68;
export const W_BYTES_OUT = 69;
export const W_UNSENT_BYTES = 70;
/** Connections that the server closed, by close code from CLOSE_CODE_FIRST. */
export const W_CLOSES = 72;
export const CLOSE_CODE_FIRST = 4_000;
export const CLOSE_CODES = 24;

// I/O threads, beside those.
export const W_SESSIONS = 100;
export const W_LOGONS = 101;
/** Commands that were refused before they had a sequence, by reason. */
export const W_REFUSALS = 128;
export const REASONS = 128;

// Publisher, beside those.
export const W_SUBSCRIBERS = 100;
export const W_FEED_UPDATES = 101;
/** Sequence of the last command whose events were read. */
export const W_FEED_COMMAND = 102;
export const W_COMMANDS = 103;
export const W_TRADED_LOTS = 104;
export const W_INSTRUMENTS = 105;
/** Events by type, rejects and cancels by reason. */
export const W_EVENTS = 128;
export const EVENT_TYPES = 32;
export const W_REJECTS = 160;
export const W_CANCELS = 288;

// Supervisor: lines of the log by level (10, 20 … 60 → 1 … 6), and those that were only counted.
export const W_LOG_LINES = 64;
export const W_LOG_SUPPRESSED = 72;
