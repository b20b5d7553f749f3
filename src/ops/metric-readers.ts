// How each metric is read off the counters.

import { placesOf } from '../ring/places.ts';
import * as c from './counter-layout.ts';
import { SERVER_STATES } from './health.ts';
import type { MetricKey } from './metric-list.ts';
import type { CodeNames, CountedThread, MetricSources, ThreadKind } from './metric-sources.ts';
import type { HistogramSample, MetricReader, MetricReaders, Sample } from './metrics.ts';
import { OrderLatency } from './order-latency.ts';
import { type ThreadTimes, threadTimes } from './thread-times.ts';

const LOG_LEVEL_NAMES = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
const SOCKETS = [
  ['orders', 'io'],
  ['feed', 'publisher'],
] as const;

/** A timer is never nearer to its time than this. */
const LOOP_DELAY_SECONDS_LEAST = 0.001;

type Readers<Keys extends MetricKey> = Pick<MetricReaders, Keys>;

/** The reader of every metric of METRICS. */
export function metricReaders(sources: MetricSources): MetricReaders {
  return {
    ...serverReaders(sources),
    ...threadReaders(sources),
    ...ringReaders(sources),
    ...eventReaders(sources),
    ...latencyReaders(sources),
    ...journalReaders(sources),
    ...snapshotReaders(sources),
    ...socketReaders(sources),
    ...feedReaders(sources),
  };
}

function one(value: number): Sample[] {
  return [{ value }];
}

/** The sum of a word over all threads of a kind. */
function total({ threads }: MetricSources, kind: ThreadKind, word: number): number {
  let sum = 0;
  for (const thread of threads) if (thread.kind === kind) sum += thread.counters.words[word]!;
  return sum;
}

function wordOf(sources: MetricSources, kind: ThreadKind, word: number): MetricReader {
  return () => one(total(sources, kind, word));
}

/** One sample for each name: word `first` + its code. */
function byCode(
  sources: MetricSources,
  kind: ThreadKind,
  first: number,
  label: string,
  names: CodeNames[keyof CodeNames],
): Sample[] {
  return Object.entries(names).map(([code, name]) => ({
    labels: { [label]: name },
    value: total(sources, kind, first + Number(code)),
  }));
}

function histogramOf(thread: CountedThread, word: number): HistogramSample {
  return { words: thread.counters.words.subarray(word, word + c.HISTOGRAM_WORDS) };
}

function serverReaders(sources: MetricSources) {
  const { version, health } = sources;
  const startSeconds = performance.timeOrigin / 1_000;
  return {
    build: () => [{ labels: { version, node: process.version }, value: 1 }],
    ready: () => one(health.state === 'ready' ? 1 : 0),
    state: () => {
      const now = health.state;
      return SERVER_STATES.map((state) => ({ labels: { state }, value: state === now ? 1 : 0 }));
    },
    recovery: wordOf(sources, 'storage', c.W_RECOVERY_SECONDS),
    replayed: wordOf(sources, 'storage', c.W_REPLAYED),
    logLines: () =>
      LOG_LEVEL_NAMES.map((level, i) => ({
        labels: { level },
        value: total(sources, 'supervisor', c.W_LOG_LINES + i),
      })),
    logSuppressed: wordOf(sources, 'supervisor', c.W_LOG_SUPPRESSED),
    processCpu: () => {
      const { user, system } = process.cpuUsage();
      return one((user + system) / 1e6);
    },
    processMemory: () => one(process.memoryUsage.rss()),
    processStart: () => one(startSeconds),
  } satisfies Partial<Readers<MetricKey>>;
}

function threadReaders({ threads, health }: MetricSources) {
  let read: [thread: string, ThreadTimes][] = [];
  const times = (key: keyof ThreadTimes): Sample[] =>
    read.map(([thread, known]) => ({ labels: { thread }, value: known[key] }));
  const collections = (word: number) => (): Sample[] =>
    threads.filter(hasEventLoop).flatMap(({ name, counters }) =>
      c.GC_KINDS.map((kind, i) => ({
        labels: { thread: name, kind },
        value: counters.words[c.W_GC + 2 * i + word]!,
      })),
    );
  return {
    heartbeatAge: () =>
      health.threads().map(({ thread, heartbeatAgeSeconds }) => ({
        labels: { thread },
        value: heartbeatAgeSeconds,
      })),
    threadCpu: () => {
      read = threads.flatMap(({ name, counters }) => {
        const known = threadTimes(counters.words[c.W_TASK]!);
        return known === undefined ? [] : [[name, known] satisfies [string, ThreadTimes]];
      });
      return times('cpuSeconds');
    },
    // Read with the one before, which a scrape asks for first.
    threadWait: () => times('waitSeconds'),
    loopDelay: () =>
      threads.filter(hasEventLoop).map((thread) => ({
        labels: { thread: thread.name },
        ...histogramOf(thread, c.W_LOOP_DELAY),
        leastBound: LOOP_DELAY_SECONDS_LEAST,
      })),
    gcRuns: collections(0),
    gcSeconds: collections(1),
  } satisfies Partial<Readers<MetricKey>>;
}

/** The others sleep in shared memory, so that nothing of theirs is called between two batches. */
function hasEventLoop({ kind }: CountedThread): boolean {
  return kind === 'supervisor' || kind === 'io' || kind === 'publisher';
}

function ringReaders({ rings }: MetricSources) {
  return {
    ringSlots: () =>
      rings().map(({ name, ring }) => ({ labels: { ring: name }, value: ring.capacity })),
    ringOccupied: () =>
      rings().map(({ name, ring }) => {
        const { end, read } = placesOf(ring);
        const value = Math.max(0, ...read.map((place) => (end - place) | 0));
        return { labels: { ring: name }, value };
      }),
    ringLag: () =>
      rings().flatMap(({ name, ring, consumers }) => {
        const { end, read } = placesOf(ring);
        return read.map((place, i) => ({
          labels: { ring: name, consumer: consumers[i] ?? String(i) },
          // The end was read first: who is quicker lags by nothing.
          value: Math.max(0, (end - place) | 0),
        }));
      }),
  } satisfies Partial<Readers<MetricKey>>;
}

function eventReaders(sources: MetricSources) {
  const { names, limits } = sources;
  const pools = [
    ['orders', () => total(sources, 'matching', c.W_RESTING)],
    ['pages', () => total(sources, 'matching', c.W_PAGES)],
    ['accounts', () => total(sources, 'matching', c.W_ACCOUNTS)],
    ['instruments', () => total(sources, 'publisher', c.W_INSTRUMENTS)],
  ] as const;
  return {
    commands: wordOf(sources, 'publisher', c.W_COMMANDS),
    events: () => byCode(sources, 'publisher', c.W_EVENTS, 'event', names.events),
    rejects: () => byCode(sources, 'publisher', c.W_REJECTS, 'reason', names.rejects),
    cancels: () => byCode(sources, 'publisher', c.W_CANCELS, 'reason', names.cancels),
    refusals: () => byCode(sources, 'io', c.W_REFUSALS, 'reason', names.refusals),
    trades: () => {
      const trade = Object.entries(names.events).find(([, name]) => name === 'trade');
      return one(total(sources, 'publisher', c.W_EVENTS + Number(trade?.[0])));
    },
    tradedLots: wordOf(sources, 'publisher', c.W_TRADED_LOTS),
    resting: wordOf(sources, 'matching', c.W_RESTING),
    poolUsed: () => pools.map(([pool, used]) => ({ labels: { pool }, value: used() })),
    poolLimit: () => pools.map(([pool]) => ({ labels: { pool }, value: limits[pool] })),
  } satisfies Partial<Readers<MetricKey>>;
}

function latencyReaders({ stageTimes }: MetricSources) {
  let latency: OrderLatency | undefined;
  return {
    orderLatency: () => {
      const times = stageTimes();
      if (times === undefined) return [];
      latency ??= new OrderLatency(times);
      return latency.samples();
    },
  } satisfies Partial<Readers<MetricKey>>;
}

function journalReaders(sources: MetricSources) {
  const { threads, health, disk } = sources;
  const histogram = (word: number) => () =>
    threads.filter(({ kind }) => kind === 'journal').map((thread) => histogramOf(thread, word));
  const bytes = (key: 'freeBytes' | 'sizeBytes') => () => {
    const known = disk();
    return known === undefined ? [] : one(known[key]);
  };
  return {
    batches: wordOf(sources, 'journal', c.W_BATCHES),
    journaled: wordOf(sources, 'journal', c.W_JOURNALED),
    journalBytes: wordOf(sources, 'journal', c.W_JOURNAL_BYTES),
    writeSeconds: histogram(c.W_WRITE),
    syncSeconds: histogram(c.W_SYNC),
    durable: () => one(Math.max(0, total(sources, 'journal', c.W_DURABLE) - 1)),
    diskFailed: () => one(health.isDiskFailed() ? 1 : 0),
    diskFree: bytes('freeBytes'),
    diskSize: bytes('sizeBytes'),
  } satisfies Partial<Readers<MetricKey>>;
}

function snapshotReaders(sources: MetricSources) {
  return {
    snapshots: wordOf(sources, 'storage', c.W_SNAPSHOTS),
    snapshotFailures: wordOf(sources, 'storage', c.W_SNAPSHOT_FAILURES),
    snapshotAge: () => {
      const madeMs = total(sources, 'storage', c.W_SNAPSHOT_TIME) || performance.timeOrigin;
      const nowMs = performance.timeOrigin + performance.now();
      return one(Math.max(0, nowMs - madeMs) / 1_000);
    },
    sinceSnapshot: () => {
      const durable = total(sources, 'journal', c.W_DURABLE) - 1;
      return one(Math.max(0, durable - total(sources, 'storage', c.W_SNAPSHOT_SEQUENCE)));
    },
    snapshotSeconds: wordOf(sources, 'storage', c.W_SNAPSHOT_SECONDS),
    snapshotPause: wordOf(sources, 'storage', c.W_SNAPSHOT_PAUSE),
  } satisfies Partial<Readers<MetricKey>>;
}

function socketReaders(sources: MetricSources) {
  const each = (word: number) => (): Sample[] =>
    SOCKETS.map(([protocol, kind]) => ({
      labels: { protocol },
      value: total(sources, kind, word),
    }));
  return {
    sessions: wordOf(sources, 'io', c.W_SESSIONS),
    logons: wordOf(sources, 'io', c.W_LOGONS),
    connections: each(c.W_CONNECTIONS),
    connectionsOpened: each(c.W_CONNECTIONS_OPENED),
    closes: () =>
      SOCKETS.flatMap(([protocol, kind]) =>
        Object.entries(sources.names.closes).map(([code, reason]) => ({
          labels: { protocol, reason },
          value: total(sources, kind, c.W_CLOSES + Number(code) - c.CLOSE_CODE_FIRST),
        })),
      ),
    messagesIn: each(c.W_MESSAGES_IN),
    bytesIn: each(c.W_BYTES_IN),
    messagesOut: each(c.W_MESSAGES_OUT),
    bytesOut: each(c.W_BYTES_OUT),
    unsentBytes: each(c.W_UNSENT_BYTES),
  } satisfies Partial<Readers<MetricKey>>;
}

function feedReaders(sources: MetricSources) {
  return {
    subscribers: wordOf(sources, 'publisher', c.W_SUBSCRIBERS),
    feedUpdates: wordOf(sources, 'publisher', c.W_FEED_UPDATES),
    feedCommand: wordOf(sources, 'publisher', c.W_FEED_COMMAND),
  } satisfies Partial<Readers<MetricKey>>;
}
