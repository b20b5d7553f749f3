// Names, types, labels and help texts of the metrics are what schemas/metrics.md says, which is
// what rules and dashboards are written against; and what a scrape says is what was counted.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bucketOf, HISTOGRAM_WORDS } from '../src/base/log-histogram.ts';
import * as c from '../src/ops/counter-layout.ts';
import { createCounters, ThreadCounters } from '../src/ops/counters.ts';
import { Health } from '../src/ops/health.ts';
import { METRICS, type MetricHead } from '../src/ops/metric-list.ts';
import { metricReaders } from '../src/ops/metric-readers.ts';
import type { CountedThread, ThreadKind } from '../src/ops/metric-sources.ts';
import { Metrics } from '../src/ops/metrics.ts';
import { STAGE_DURABLE, STAGE_NAMES, STAGE_WHOLE, StageTimes } from '../src/ops/stage-times.ts';
import { createRing } from '../src/ring/create-ring.ts';
import { Ring } from '../src/ring/ring.ts';
import { CURSOR } from '../src/ring/ring-layout.ts';

const DOCUMENT = readFileSync(new URL('../schemas/metrics.md', import.meta.url), 'utf8');
const HEADS: readonly MetricHead[] = Object.values(METRICS);

test('should be the metrics that the document has', () => {
  const rows = DOCUMENT.matchAll(/^\| `(\w+)` \| (\w+) \| (.*?) \| (.*?) \| (.+) \|$/gm);
  const documented = [...rows].map(([, name, type, labels, help]) => ({
    ...{ name, type, help },
    labels: [...labels!.matchAll(/`(\w+)`/g)].map(([, label]) => label),
  }));
  const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }) =>
    a.name! < b.name! ? -1 : 1;
  expect(documented.sort(byName)).toEqual([...HEADS].sort(byName));
});

test('should be named as Prometheus wants it', () => {
  const wrong = HEADS.filter(({ name, type, help }) => {
    const isCounter = name.endsWith('_total');
    const hasPrefix = /^(ringside|process)_[a-z_]+$/.test(name);
    return !hasPrefix || isCounter !== (type === 'counter') || help.length < 5;
  });
  expect(wrong).toEqual([]);
  // OpenMetrics drops the suffix of counters.
  const families = HEADS.map(({ name }) => name.replace(/_total$/, ''));
  expect(new Set(families).size).toBe(families.length);
});

/**
 * A server of plain memory: its threads, and a command ring whose journal is 3 slots behind. With
 * `times`, its commands are stamped.
 */
function serverOf(times?: StageTimes) {
  const kinds: ThreadKind[] = ['supervisor', 'storage', 'journal', 'matching', 'publisher', 'io'];
  const buffer = createCounters(kinds.length);
  const threads = kinds.map((kind, i): CountedThread => {
    return { name: kind === 'io' ? 'io-1' : kind, kind, counters: new ThreadCounters(buffer, i) };
  });
  const options = { slots: 16, slotWords: 16, consumers: 2, producers: 'multi' } as const;
  const ring = new Ring(createRing(options));
  Atomics.store(ring.words, CURSOR, 3);
  const names = { 1: 'done', 4: 'trade' };
  const health = new Health(10_000, () => {});
  const metrics = new Metrics(
    metricReaders({
      ...{ version: '1.2.3', health, threads, disk: () => undefined },
      names: { events: names, rejects: {}, refusals: { 2: 'busy' }, cancels: {}, closes: {} },
      limits: { orders: 10, pages: 20, accounts: 30, instruments: 40 },
      stageTimes: () => times,
      rings: () => [{ name: 'command', ring, consumers: ['journal', 'matching'] }],
    }),
  );
  const words = (kind: ThreadKind) => threads[kinds.indexOf(kind)]!.counters;
  return { metrics, words, health };
}

test('should say what was counted, in both formats', async () => {
  const { metrics, words } = serverOf();
  words('publisher').words[c.W_EVENTS + 4] = 7;
  words('publisher').words[c.W_COMMANDS] = 2 ** 40;
  words('io').words[c.W_REFUSALS + 2] = 5;
  words('matching').words[c.W_PAGES] = 3;
  for (const seconds of [0.000_2, 0.000_9, 0.04]) words('io').observe(c.W_LOOP_DELAY, seconds);
  for (const seconds of [0.000_01, 0.000_011, 0.2, 100]) {
    words('journal').observe(c.W_SYNC, seconds);
  }
  const plain = await metrics.scrape('text/plain');
  const open = await metrics.scrape('application/openmetrics-text;version=1.0.0,text/plain;q=0.5');
  expect(plain.type).toMatch(/^text\/plain; version=0.0.4/);
  expect(open.type).toMatch(/^application\/openmetrics-text; version=1.0.0/);
  const common = [
    'ringside_trades_total 7',
    'ringside_events_total{event="trade"} 7',
    'ringside_commands_total 1099511627776',
    'ringside_refusals_total{reason="busy"} 5',
    'ringside_pool_used{pool="pages"} 3',
    'ringside_pool_limit{pool="pages"} 20',
    'ringside_ring_consumer_lag_slots{ring="command",consumer="journal"} 3',
    'ringside_ring_occupied_slots{ring="command"} 3',
    'ringside_journal_sync_seconds_bucket{le="0.00001"} 1',
    'ringside_journal_sync_seconds_bucket{le="0.000025"} 2',
    'ringside_journal_sync_seconds_bucket{le="0.25"} 3',
    'ringside_journal_sync_seconds_bucket{le="2.5"} 3',
    'ringside_journal_sync_seconds_bucket{le="+Inf"} 4',
    'ringside_journal_sync_seconds_count 4',
    'ringside_ready 0',
    'ringside_event_loop_delay_seconds_bucket{thread="io-1",le="0.001"} 2',
    'ringside_event_loop_delay_seconds_count{thread="io-1"} 3',
    'ringside_state{state="recovering"} 1',
  ];
  for (const { text } of [plain, open]) {
    expect(text.split('\n')).toEqual(expect.arrayContaining(common));
  }
  expect(plain.text).toContain('\n# TYPE ringside_trades_total counter\n');
  expect(open.text).toContain('\n# TYPE ringside_trades counter\n');
  expect(open.text.endsWith('\n# EOF\n')).toBe(true);
  expect(plain.text).not.toMatch(/^ringside_event_loop_delay.*le="0.0005"/m);
  // Nothing is stored here, and no command stamped.
  expect(plain.text).not.toMatch(/^ringside_(disk_free_bytes|order_latency)/m);
});

test('should have every metric of the list, and no other, in a scrape', async () => {
  const { metrics } = serverOf();
  const { text } = await metrics.scrape('');
  const typed = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]);
  expect(typed).toEqual(HEADS.map(({ name, type }) => [name, type]));
  const helps = [...text.matchAll(/^# HELP \w+ (.*)$/gm)].map(([, help]) => help);
  expect(helps).toEqual(HEADS.map(({ help }) => help));
});

/** A scrape as numbers by series, in one of the formats. */
async function seriesOf(metrics: Metrics, accept: string): Promise<Map<string, number>> {
  const { text } = await metrics.scrape(accept);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => line.split(' ')).map(([name, value]) => [name!, +value!]));
}

const FAMILY = 'ringside_order_latency_seconds';
const FORMATS = ['text/plain', 'application/openmetrics-text'];

test('should tell what stages took, of all threads, in cumulative buckets', async () => {
  const times = new StageTimes(StageTimes.create(2));
  const { metrics } = serverOf(times);
  // One below the least bound, one on a bound, one just above it, one above all.
  const ns = [200, 20_000, 20_001, 3e9];
  ns.forEach((value, i) => {
    times.count(i % 2, STAGE_WHOLE, value);
  });
  times.count(1, STAGE_DURABLE, 700_000);
  for (const format of FORMATS) {
    const series = await seriesOf(metrics, format);
    const whole = (le: string) => series.get(`${FAMILY}_bucket{stage="whole",le="${le}"}`);
    expect(['0.000001', '0.00001', '0.00005', '1', '+Inf'].map(whole)).toEqual([1, 1, 3, 3, 4]);
    // Those that end within 1/128 below a bound may be told above it, never the other way round.
    expect(whole('0.00002')).toBe(1);
    expect(series.get(`${FAMILY}_count{stage="whole"}`)).toBe(4);
    const sum = ns.reduce((all, value) => all + value / 1e9, 0);
    const told = series.get(`${FAMILY}_sum{stage="whole"}`)!;
    expect(Math.abs(told - sum)).toBeLessThanOrEqual(sum / 256);
    expect(series.get(`${FAMILY}_bucket{stage="durable",le="0.0005"}`)).toBe(0);
    expect(series.get(`${FAMILY}_bucket{stage="durable",le="0.001"}`)).toBe(1);
    const counts = STAGE_NAMES.map((stage) => series.get(`${FAMILY}_count{stage="${stage}"}`));
    expect(counts).toEqual([0, 0, 1, 0, 4]);
  }
});

test('should go on counting where the words in shared memory wrap', async () => {
  const buffer = StageTimes.create(1);
  const times = new StageTimes(buffer);
  const { metrics } = serverOf(times);
  const at = STAGE_WHOLE * HISTOGRAM_WORDS + bucketOf(5_000);
  new Int32Array(buffer)[at] = -3;
  const before = await seriesOf(metrics, FORMATS[0]!);
  expect(before.get(`${FAMILY}_count{stage="whole"}`)).toBe(2 ** 32 - 3);
  for (let i = 0; i < 5; i++) times.count(0, STAGE_WHOLE, 5_000);
  expect(new Int32Array(buffer)[at]).toBe(2);
  for (const format of FORMATS) {
    const after = await seriesOf(metrics, format);
    expect(after.get(`${FAMILY}_count{stage="whole"}`)).toBe(2 ** 32 + 2);
    expect(after.get(`${FAMILY}_bucket{stage="whole",le="0.00001"}`)).toBe(2 ** 32 + 2);
    const mean = after.get(`${FAMILY}_sum{stage="whole"}`)! / (2 ** 32 + 2);
    expect(Math.abs(mean - 5e-6)).toBeLessThanOrEqual(5e-6 / 256);
  }
});
