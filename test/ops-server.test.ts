// A server's operations port through its life: start, trading, SIGTERM, the start after it, a stuck
// thread, SIGKILL, a disk that is full. Health, exit status, metrics and log, of real processes.

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { STAGE_NAMES } from '../src/ops/stage-times.ts';
import { CLOSE_SHUTTING_DOWN } from '../src/wire/frame-kinds.ts';
import { EXIT_DISK_FAILED } from '../src/workers/death.ts';
import {
  ask,
  logLines,
  opsOpens,
  probe,
  probeUntil,
  request,
  scrape,
  scrapeUntil,
} from './ops-kit.ts';
import { buy, linesOf, logonFrame, RawClient, sell } from './server-client.ts';
import { endServers, newDirectory, TestServer } from './server-kit.ts';

afterAll(endServers);

const CONFIG = {
  // So that it has a line of its own in the metrics of threads.
  matchingThread: 'own',
  ...{ drainDelayMs: 500, retryAfterMs: 1_234, stopSnapshotMsMax: 20_000 },
  orderLatency: true,
};

/** Some orders: three rest, one trade, one reject, one refusal. */
async function trade(server: TestServer): Promise<RawClient[]> {
  const one = await RawClient.logOn(server.ordersUrl, 1);
  const two = await RawClient.logOn(server.ordersUrl, 2);
  await one.ask(sell(1, 1, 101, 5), sell(1, 2, 102, 5), buy(1, 3, 90, 5));
  await two.ask(buy(2, 1, 101, 2), buy(2, 2, 80, 0), sell(1, 3, 101, 5));
  await one.until('its trade', () => one.reports.length === 4);
  return [one, two];
}

async function expectMetrics(server: TestServer): Promise<void> {
  // The publisher counts events at its own pace.
  const series = await scrapeUntil(server, (now) => {
    const isRead =
      now.get('ringside_commands_total') === now.get('ringside_journal_commands_total');
    return isRead && now.get('ringside_connections{protocol="orders"}') === 2;
  });
  const expected = {
    'ringside_events_total{event="new"}': 4,
    ringside_trades_total: 1,
    ringside_traded_lots_total: 2,
    'ringside_rejects_total{reason="invalid_qty"}': 1,
    'ringside_refusals_total{reason="not_authorized"}': 1,
    'ringside_refusals_total{reason="busy"}': 0,
    ringside_resting_orders: 3,
    'ringside_pool_used{pool="orders"}': 3,
    'ringside_pool_used{pool="instruments"}': 1,
    'ringside_ring_occupied_slots{ring="command"}': 0,
    'ringside_ring_consumer_lag_slots{ring="event",consumer="publisher"}': 0,
    'ringside_connections{protocol="orders"}': 2,
    ringside_logons_total: 2,
    ringside_ready: 1,
    ringside_disk_failed: 0,
  };
  const got = Object.keys(expected).map((name) => [name, series.get(name)]);
  expect(Object.fromEntries(got)).toEqual(expected);
  const value = (name: string): number => series.get(name) ?? Number.NaN;
  const commands = value('ringside_commands_total');
  expect(value('ringside_journal_commands_total')).toBe(commands);
  expect(value('ringside_journal_durable_sequence')).toBe(commands);
  expect(value('ringside_feed_command_sequence')).toBe(commands);
  expect(value('ringside_snapshot_behind_commands')).toBe(commands);
  expect(value('ringside_journal_sync_seconds_count')).toBe(
    value('ringside_journal_batches_total'),
  );
  for (const name of [
    'ringside_received_bytes_total{protocol="orders"}',
    'ringside_sent_bytes_total{protocol="orders"}',
    'ringside_feed_updates_total',
    'ringside_thread_cpu_seconds_total{thread="matching"}',
    'ringside_event_loop_delay_seconds_count{thread="io-1"}',
    'ringside_disk_free_bytes',
    'process_resident_memory_bytes',
  ]) {
    expect(value(name), name).toBeGreaterThan(0);
  }
}

/** What the stages of the five commands of `trade` that have a sequence took. */
async function expectLatency(server: TestServer): Promise<void> {
  const family = 'ringside_order_latency_seconds';
  const countOf = (now: ReadonlyMap<string, number>, stage: string) =>
    now.get(`${family}_count{stage="${stage}"}`);
  // They are counted when their answers are on their way.
  const series = await scrapeUntil(server, (now) => countOf(now, 'whole') === 5);
  expect(STAGE_NAMES.map((stage) => countOf(series, stage))).toEqual([5, 5, 5, 5, 5]);
  const sumOf = (stage: string) => series.get(`${family}_sum{stage="${stage}"}`)!;
  const whole = sumOf('whole');
  // An answer that leaves before its batch is stamped has taken no time to leave.
  for (const stage of ['intake', 'matched', 'durable']) {
    expect(sumOf(stage), stage).toBeGreaterThan(0);
  }
  for (const stage of STAGE_NAMES) {
    // Both sums are of bucket values.
    expect(sumOf(stage), stage).toBeLessThanOrEqual(whole * (1 + 1 / 64));
  }
  const buckets = [...series].filter(([name]) =>
    name.startsWith(`${family}_bucket{stage="whole",`),
  );
  const counts = buckets.map(([, count]) => count);
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  expect([counts.length, counts.at(-1)]).toEqual([20, 5]);
}

/** What the log says of it all, and no token. */
function expectLog(server: TestServer): void {
  const lines = logLines(server);
  const line = (msg: string) => lines.find((one) => one.msg === msg);
  expect(line('logged on')).toMatchObject({ component: 'io', thread: 'io-1', session: 1 });
  const reason = 'not_authorized';
  expect(line('command refused')).toMatchObject({ level: 20, session: 2, request: 3, reason });
  expect(line('connection closed: bad_token')).toMatchObject({ level: 40, code: 4002 });
  expect(line('connection closed: shutting_down')).toMatchObject({ session: 1, code: 4011 });
  expect(lines.every(({ component, time }) => component !== undefined && time !== 0)).toBe(true);
  expect(server.log).not.toMatch(/token\d/);
}

test('should tell health, metrics and log from one start to the next', async () => {
  const server = TestServer.launch({ config: CONFIG, logLevel: 'debug' });
  await opsOpens(server);
  const onTheWay = await probeUntil(server, '/readyz', ({ code }) => code === 200);
  expect(onTheWay.length).toBeGreaterThan(1);
  for (const answer of onTheWay.slice(0, -1)) {
    expect(answer).toMatchObject({ code: 503, status: 'not ready' });
    expect(['recovering', 'starting']).toContain(answer.reason);
  }
  await server.listens();
  const [one, two] = await trade(server);
  const stranger = await RawClient.open(server.ordersUrl);
  stranger.sendBytes(logonFrame(99));
  await stranger.untilClosed();
  expect((await probe(server, '/livez')).code).toBe(200);
  await expectMetrics(server);
  await expectLatency(server);

  const feed = new WebSocket(server.feedUrl);
  await once(feed, 'open');
  const feedClosed = once(feed, 'close');
  const exited = server.stop();
  expect(await probeUntil(server, '/readyz', ({ code }) => code === 503)).toContainEqual({
    ...{ code: 503, status: 'not ready', reason: 'draining' },
  });
  expect((await probe(server, '/livez')).code).toBe(200);
  // Not ready is for those who come: who is there trades on.
  await one!.ask(buy(1, 9, 85, 1));
  expect(await one!.untilClosed()).toBe(CLOSE_SHUTTING_DOWN);
  expect(one!.closeReason).toBe('shutting_down retry-after-ms=1234');
  await two!.untilClosed();
  const [code, reason] = await feedClosed;
  expect([code, String(reason)]).toEqual([CLOSE_SHUTTING_DOWN, one!.closeReason]);
  expect((await exited).code).toBe(0);
  expect(await probe(server, '/readyz')).toEqual({ code: 0 });
  expectLog(server);
  await expectNothingReplayed(server, [one!, two!]);
});

/** The start after a stop: from its snapshot alone, and with every report. Then it gets stuck. */
async function expectNothingReplayed(server: TestServer, before: RawClient[]): Promise<void> {
  const stall = join(newDirectory(), 'stall');
  const again = await server.again({
    config: { ...CONFIG, stallMsMax: 2_000, waitStrategy: 'blocking' },
    logLevel: 'info',
    env: { NODE_OPTIONS: `--import ${planted(stall)}` },
  });
  const recovered = logLines(again).find(({ msg }) => msg === 'recovered');
  expect(recovered).toMatchObject({
    replayedCommands: 0,
    snapshotSequence: recovered!.lastSequence,
  });
  const series = await scrape(again);
  expect(series.get('ringside_recovery_replayed_commands')).toBe(0);
  expect(series.get('ringside_snapshot_behind_commands')).toBe(0);
  expect(series.get('ringside_resting_orders')).toBe(4);
  for (const [i, client] of before.entries()) {
    const back = await RawClient.logOn(again.ordersUrl, i + 1);
    expect(back.welcome).toMatchObject({ nextReport: 1, reportsLost: false });
    await back.askOpenOrders(70);
    expect(linesOf(back.reports)).toEqual(linesOf(client.reports));
    await back.close();
  }
  await expectStuck(again, stall);
}

/** A module that runs in every thread before its program. */
function plantedModule(text: string): string {
  const module = join(newDirectory(), 'planted.mjs');
  writeFileSync(module, text);
  return pathToFileURL(module).href;
}

/** One whose matching thread hangs in its next sleep once the file is there. */
function planted(file: string): string {
  return plantedModule(`
    import { existsSync } from 'node:fs';
    import { isMainThread, workerData } from 'node:worker_threads';
    const { wait } = Atomics;
    const forever = new Int32Array(new SharedArrayBuffer(4));
    if (!isMainThread && workerData?.kind === 'matching') {
      Atomics.wait = (...args) =>
        wait(...(existsSync(${JSON.stringify(file)}) ? [forever, 0, 0] : args));
    }`);
}

/** The storage thread's disk takes its time to open a file. */
const SLOW_DISK = `
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  import { isMainThread, workerData } from 'node:worker_threads';
  const { openSync } = fs;
  const never = new Int32Array(new SharedArrayBuffer(4));
  if (!isMainThread && workerData?.kind === 'storage') {
    fs.openSync = (...args) => {
      Atomics.wait(never, 0, 0, 400);
      return openSync(...args);
    };
    syncBuiltinESMExports();
  }`;

async function expectStuck(server: TestServer, stall: string): Promise<void> {
  writeFileSync(stall, '');
  const [dead] = (await probeUntil(server, '/livez', ({ code }) => code === 503)).slice(-1);
  const threads = dead!.threads as { thread: string; isStuck: boolean }[];
  const stuck = threads.filter(({ isStuck }) => isStuck).map(({ thread }) => thread);
  expect([dead!.status, stuck]).toEqual(['stuck', expect.arrayContaining(['matching'])]);
  const ready = await probe(server, '/readyz');
  expect(ready).toMatchObject({ code: 503, reason: 'stuck' });
  const series = await scrape(server);
  expect(series.get('ringside_state{state="stuck"}')).toBe(1);
  const age = series.get('ringside_thread_heartbeat_age_seconds{thread="matching"}');
  expect(age).toBeGreaterThanOrEqual(2);
  expect(logLines(server).find(({ thread }) => thread === 'matching')).toMatchObject({ level: 50 });

  expect(await server.stop('SIGKILL')).toMatchObject({ code: null, signal: 'SIGKILL' });
  expect([await probe(server, '/livez'), await probe(server, '/readyz')]).toEqual([
    ...[{ code: 0 }, { code: 0 }],
  ]);
}

// The server has half a second left to say so: a starved machine may not get to ask in it.
test('should not be ready when the disk is full, and end with its status', {
  retry: 2,
}, async () => {
  const server = await TestServer.start({ fileKbMax: 1_400, logLevel: 'info' });
  const answers = probeUntil(server, '/readyz', ({ code }) => code === 0);
  const client = await RawClient.logOn(server.ordersUrl, 1);
  for (let from = 1; !client.isClosed; from += 256) {
    client.send(...Array.from({ length: 256 }, (_, i) => buy(1, from + i)));
    await client
      .until('answers', () => client.answered.size > from - 1_024)
      .catch(() => client.untilClosed());
  }
  expect(await answers).toContainEqual({ code: 503, status: 'not ready', reason: 'disk_failed' });
  expect(await server.exited).toMatchObject({ code: EXIT_DISK_FAILED, signal: null });
});

test('should answer what it knows, and nothing else', async () => {
  const config = { durability: 'fsync', stopSnapshotMsMax: 50 };
  const env = { NODE_OPTIONS: `--import ${plantedModule(SLOW_DISK)}` };
  const server = await TestServer.start({ config, env, logLevel: 'warn' });
  const { opsUrl } = server;
  const version = JSON.parse((await ask(server, '/version')).text);
  expect(version).toMatchObject({ node: process.version, wire: 1 });
  const shown = await ask(server, '/config');
  expect(JSON.parse(shown.text)).toMatchObject({ ...config, opsPort: 0 });
  expect(shown.text).not.toContain('token1');
  expect((await ask(server, '/nothing')).status).toBe(404);
  expect((await ask(server, '/constructor')).status).toBe(404);
  expect((await ask(server, '/livez?verbose')).status).toBe(200);
  expect((await request(`${opsUrl}/livez`, { method: 'POST' })).status).toBe(405);
  expect(await request(`${opsUrl}/livez`, { method: 'HEAD' })).toMatchObject({
    ...{ status: 200, text: '' },
  });
  const headers = { accept: 'application/openmetrics-text; version=1.0.0' };
  const open = await request(`${opsUrl}/metrics`, { headers });
  expect([open.type.split(';')[0], open.text.slice(-6)]).toEqual([
    ...['application/openmetrics-text', '# EOF\n'],
  ]);
  // No command is stamped unless that is asked for.
  expect(open.text).toContain('\n# TYPE ringside_order_latency_seconds histogram\n');
  expect(open.text).not.toMatch(/^ringside_order_latency_seconds/m);
  const opsPort = Number(new URL(opsUrl).port);
  const rival = TestServer.launch({ config: { ...config, opsPort } });
  expect(await rival.exited).toMatchObject({ code: 2 });
  expect(rival.log).toContain(`cannot listen on 127.0.0.1:${opsPort}`);
  // There is no time for a snapshot: it ends all the same, and says so.
  expect(await server.stop()).toMatchObject({ code: 0 });
  const said = logLines(server).map(({ level, component, msg }) => [level, component, msg]);
  const text = 'no snapshot at the end: the next start replays the journal';
  expect(said).toEqual([[40, 'storage', text]]);
});
