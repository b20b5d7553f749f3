// What the supervisor shows of the server: health, metrics, version and configuration on the
// operations port, from before the recovery until the very end; and the log.

import { statfs } from 'node:fs/promises';
import { CANCEL_NAMES, EVENT_NAMES, REJECT_NAMES } from '../core/codes.ts';
import { type Config, maskSecrets } from '../ops/config.ts';
import { createCounters, ThreadCounters } from '../ops/counters.ts';
import { Health, LOOK_MS } from '../ops/health.ts';
import { type Log, Logs } from '../ops/log.ts';
import type { CountedThread, WatchedRing } from '../ops/metric-sources.ts';
import type { Metrics } from '../ops/metrics.ts';
import { jsonPage, listenOps, type OpsPages, type OpsServer } from '../ops/ops-server.ts';
import type { StageTimes } from '../ops/stage-times.ts';
import { wake } from '../ring/wake.ts';
import { CLOSE_NAMES, REFUSAL_NAMES } from '../wire/codes.ts';
import { WIRE_VERSION } from '../wire/frame-kinds.ts';
import { listenError } from './addresses.ts';
import * as start from './thread-start.ts';
import { startVitals } from './thread-vitals.ts';

declare const RINGSIDE_VERSION: string;

export class Operations {
  readonly health: Health;
  readonly logs: Logs;
  /** For every thread's start. */
  readonly counters: SharedArrayBuffer;
  /** 0: there is no operations port. */
  port = 0;
  private readonly config: Config;
  private readonly log: Log;
  private readonly threads: readonly CountedThread[];
  private rings: readonly WatchedRing[] = [];
  private stageTimes: StageTimes | undefined;
  private disk: { freeBytes: number; sizeBytes: number } | undefined;
  private server: OpsServer | undefined;
  private looking: NodeJS.Timeout | undefined;
  private loading: Promise<Metrics> | undefined;

  private constructor(config: Config, counters: SharedArrayBuffer, logs: Logs) {
    this.config = config;
    this.counters = counters;
    this.logs = logs;
    this.log = logs.of('ops');
    this.threads = countedThreads(config.ioThreads, counters);
    this.health = new Health(config.stallMsMax, () => {
      for (const { ring } of this.rings) wake(ring);
    });
  }

  /** Begins to listen and to look. Throws AddressInUse. */
  static async open(config: Config): Promise<Operations> {
    const counters = createCounters(start.FIRST_IO_COUNTERS + config.ioThreads);
    const own = new ThreadCounters(counters, start.SUPERVISOR_COUNTERS);
    const operations = new Operations(config, counters, await Logs.open(config.log, own.words));
    startVitals(own);
    // Before anybody can ask for it.
    await operations.lookAtDisk();
    await operations.listen();
    operations.looking = setInterval(() => operations.look(), LOOK_MS);
    operations.looking.unref();
    return operations;
  }

  /** The rings are there. */
  watchRings(rings: readonly WatchedRing[]): void {
    this.rings = rings;
  }

  /** Commands are stamped, and what their stages took is counted there. */
  watchStages(times: StageTimes): void {
    this.stageTimes = times;
  }

  /** From now on the thread has to get on. */
  watchThread(name: string): void {
    const thread = this.threads.find((one) => one.name === name);
    if (thread !== undefined) this.health.watch(name, thread.counters.beat);
  }

  async close(): Promise<void> {
    clearInterval(this.looking);
    this.logs.end();
    await this.server?.close();
  }

  private look(): void {
    const before = this.health.stuck;
    this.health.look();
    for (const thread of this.health.stuck) {
      if (before.includes(thread)) continue;
      const { stallMsMax } = this.config;
      this.log.error({ thread, stallMsMax }, 'a thread is stuck: /livez says so');
    }
    this.logs.flush();
    this.lookAtDisk();
  }

  private async lookAtDisk(): Promise<void> {
    if (this.config.durability === 'none') return;
    try {
      const { bavail, blocks, bsize } = await statfs(this.config.dataDirectory);
      this.disk = { freeBytes: bavail * bsize, sizeBytes: blocks * bsize };
    } catch {
      this.disk = undefined;
    }
  }

  private async listen(): Promise<void> {
    const { opsHost: host, opsPort: wanted } = this.config;
    if (wanted === null) return;
    const onFault = (error: unknown, path: string) =>
      this.log.error({ path, error: String(error) }, 'a page of the operations port failed');
    try {
      this.server = await listenOps(host, wanted, this.pages(), onFault);
    } catch (error) {
      throw listenError(host, wanted, error);
    }
    this.port = this.server.port;
    this.log.info({ opsHost: host, opsPort: this.port }, 'operations port open');
  }

  /** Loaded when the first scrape comes: a start has better things to do. */
  private metrics(): Promise<Metrics> {
    this.loading ??= this.loadMetrics();
    return this.loading;
  }

  private async loadMetrics(): Promise<Metrics> {
    const [{ Metrics }, { metricReaders }] = await Promise.all([
      import('../ops/metrics.ts'),
      import('../ops/metric-readers.ts'),
    ]);
    return new Metrics(
      metricReaders({
        version: RINGSIDE_VERSION,
        health: this.health,
        names: {
          events: EVENT_NAMES,
          rejects: REJECT_NAMES,
          refusals: REFUSAL_NAMES,
          cancels: CANCEL_NAMES,
          closes: CLOSE_NAMES,
        },
        limits: this.config.limits,
        threads: this.threads,
        rings: () => this.rings,
        stageTimes: () => this.stageTimes,
        disk: () => this.disk,
      }),
    );
  }

  private pages(): OpsPages {
    const { health, config } = this;
    return {
      '/livez': () => {
        const { stuck } = health;
        const status = stuck.length === 0 ? 'alive' : 'stuck';
        return jsonPage({ status, threads: health.threads() }, stuck.length === 0 ? 200 : 503);
      },
      '/readyz': () => {
        const { state: reason, stuck } = health;
        if (reason === 'ready') return jsonPage({ status: 'ready' });
        const threads = reason === 'stuck' ? { threads: stuck } : {};
        return jsonPage({ status: 'not ready', reason, ...threads }, 503);
      },
      '/metrics': async (accept) => ({
        status: 200,
        ...(await (await this.metrics()).scrape(accept)),
      }),
      '/version': () =>
        jsonPage({
          version: RINGSIDE_VERSION,
          node: process.version,
          wire: WIRE_VERSION,
          uptimeSeconds: Math.round(process.uptime()),
        }),
      '/config': () => jsonPage(maskSecrets(config)),
    };
  }
}

/** Those whose counters are shown, in the order of their numbers. */
function countedThreads(ioThreads: number, counters: SharedArrayBuffer): CountedThread[] {
  const counted = (name: string, kind: CountedThread['kind'], number: number): CountedThread => ({
    name,
    kind,
    counters: new ThreadCounters(counters, number),
  });
  return [
    counted('supervisor', 'supervisor', start.SUPERVISOR_COUNTERS),
    counted('storage', 'storage', start.STORAGE_COUNTERS),
    counted('journal', 'journal', start.JOURNAL_COUNTERS),
    counted('matching', 'matching', start.MATCHING_COUNTERS),
    counted('publisher', 'publisher', start.PUBLISHER_COUNTERS),
    ...Array.from({ length: ioThreads }, (_, i) =>
      counted(`io-${i + 1}`, 'io', start.FIRST_IO_COUNTERS + i),
    ),
  ];
}
