// Every bench in short, on a small workload, so that none of them rots: it says what it must, and
// it fails when a result is wrong. (The cases of `hard` are in hard-cases.test.ts, the whole of
// `hostile`, `garbage` and `mutants` in tests of their own.)

import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listTags } from 'hdr-histogram-js';
import { afterAll, expect, test } from 'vitest';
import { mewlWorkload } from './replay-mewl-kit.ts';

const RUN_MS_MAX = 60_000;
const DIR = mkdtempSync(join(tmpdir(), 'ringside-benches-'));
const WORKLOAD = join(DIR, 'small.bin');
const SMALL = mewlWorkload(7, 3_000);
writeFileSync(WORKLOAD, SMALL.bytes);
writeFileSync(`${WORKLOAD}.expected.json`, SMALL.expectedText);

afterAll(() => rmSync(DIR, { recursive: true }));

interface Run {
  status: number;
  stdout: string;
  stderr: string;
}

function bench(...args: string[]): Promise<Run> {
  const [name, ...options] = args;
  const script = new URL(`../dist/bench/${name}.js`, import.meta.url).pathname;
  return new Promise((resolve) => {
    const limits = { timeout: RUN_MS_MAX, killSignal: 'SIGKILL' } as const;
    execFile(process.execPath, [script, ...options], limits, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

/** What a bench that succeeds prints on its last line. */
async function told(...args: string[]) {
  const { status, stdout, stderr } = await bench(...args, '--json');
  expect(status, stdout + stderr).toBe(0);
  const object = JSON.parse(stdout.trim().split('\n').at(-1)!);
  expect(object).toMatchObject({
    bench: args[0]!.split('/')[0],
    node: process.version,
    isRight: true,
  });
  expect(object.coresNeeded).toBeGreaterThan(0);
  expect(object.coresPresent).toBeGreaterThan(0);
  expect(object.machine).not.toBe('');
  expect(object.resultHash).toMatch(/^[0-9a-f]{16}$/);
  expect(object).toHaveProperty('seed');
  expect(object).toHaveProperty('waitStrategy');
  return object;
}

const RIGHT = {
  trades: SMALL.expected.trades,
  tradedQty: SMALL.expected.tradedQty,
  tradeHash: SMALL.expected.tradeHash,
};

test('core should find the expected results and measure all that it names', async () => {
  const args = ['--workload', WORKLOAD, '--gc-commands', '0', '--resting', '1000', '--out', DIR];
  const core = await told('core', ...args);
  expect(core).toMatchObject({ ...RIGHT, bookHash: SMALL.expected.bookHash, majorGcs: 0 });
  expect(core.messagesPerSecond).toBeGreaterThan(0);
  expect(core.bytesPerRestingOrder).toBeGreaterThan(60);
  expect(core.rssBytes).toBeGreaterThan(1e6);
  const { p50, p99, p999, max } = core.latencyNs;
  expect([p50, p99, p999, max]).toEqual([p50, p99, p999, max].toSorted((a, b) => a - b));
  expect(JSON.parse(readFileSync(join(DIR, 'core.json'), 'utf8'))).toEqual(core);
});

test('core should fail when something else came of the file than was expected', async () => {
  const file = join(DIR, 'wrong.bin');
  writeFileSync(file, SMALL.bytes);
  const { final, ...rest } = JSON.parse(SMALL.expectedText);
  const wrong = { ...rest, tradedQty: rest.tradedQty + 1, final };
  writeFileSync(`${file}.expected.json`, JSON.stringify(wrong));
  const { status, stdout } = await bench('core', '--workload', file, '--speed');
  expect(status).toBe(1);
  expect(stdout).toContain(`WRONG: tradedQty is ${RIGHT.tradedQty}, not ${wrong.tradedQty}`);
});

test('a bench should refuse options that cannot be', async () => {
  for (const args of [['core'], ['core', '-x']]) {
    const { status, stderr } = await bench(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^core: .*/);
  }
});

test('peers should give the core as ratios to engines that are right', async () => {
  const yardstick = join(DIR, 'yardstick.cjs');
  const line = { msgs_per_s: 1_000, ...RIGHT, qty: RIGHT.tradedQty, hash: RIGHT.tradeHash };
  writeFileSync(yardstick, `console.log(${JSON.stringify(JSON.stringify(line))});`);
  const args = ['--workload', WORKLOAD, '--pairs', '1', '--prefix', '500'];
  const peers = await told('peers', ...args, '--yardstick', yardstick);
  expect(peers.probe).toBe(1_000);
  expect(peers.core).toBeGreaterThan(0);
  expect(peers.nodejsOrderBook).toBeGreaterThan(0);
  expect(peers.ratios.probe.median).toBeCloseTo(peers.core / 1_000, 0);
  writeFileSync(yardstick, `console.log(${JSON.stringify(JSON.stringify({ ...line, qty: 0 }))});`);
  const wrong = await bench('peers', ...args, '--yardstick', yardstick);
  expect(wrong.status).toBe(1);
  expect(wrong.stderr).toContain('probe found other trades');
});

test('pipeline should trade as the file says with each durability', async () => {
  const pipeline = await told('pipeline', '--workload', WORKLOAD, '--passes', '1', '--dir', DIR);
  expect(pipeline.durability).toBe('none');
  expect(pipeline.coreMessagesPerSecond).toBeGreaterThan(0);
  expect(pipeline.messagesPerSecond).toBe(pipeline.durabilities.none.messagesPerSecond);
  for (const durability of ['none', 'os', 'fsync']) {
    const { cpuNsPerCommand } = pipeline.durabilities[durability];
    const threads = ['producer', 'matching', 'journal', 'publisher', 'counter'];
    expect(Object.keys(cpuNsPerCommand)).toEqual(expect.arrayContaining(threads));
  }
});

test('wire should count answered orders of a server and frames of a bare echo', async () => {
  const load = ['--connections', '2', '--batch', '8', '--window', '32', '--durability', 'none'];
  const wire = await told('wire', ...load, '--seconds', '1', '--warm-seconds', '0', '--dir', DIR);
  expect(wire).toMatchObject({ connections: 2, batch: 8, durability: 'none', rejected: 0 });
  expect(wire.acknowledged).toBeGreaterThan(100);
  expect(wire.ordersPerSecond).toBeGreaterThan(100);
  expect(wire.seconds).toBeGreaterThanOrEqual(1);
  expect(wire.bytesPerOrder).toBeGreaterThan(64 + 88);
  expect(wire.echoOrdersPerSecond).toBeGreaterThan(100);
});

test('latency should charge for waiting, and leave histograms, a log and a picture', async () => {
  const load = ['--rate', '400', '--seconds', '1', '--warm-seconds', '0', '--pairs', '1'];
  const out = join(DIR, 'latency');
  const args = [...load, '--durability', 'none', '--dir', DIR, '--out', out];
  const latency = await told('latency', ...args);
  expect(latency.rate).toBe(400);
  for (const name of ['responseUs', 'serviceUs', 'echoUs', 'feedUs', 'latenessUs']) {
    const { p50, p90, p99, p999, p9999, max } = latency[name];
    expect(p50).toBeGreaterThan(0);
    const times = [p50, p90, p99, p999, p9999, max];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  }
  // From when it was due, not from when it was sent.
  expect(latency.responseUs.max).toBeGreaterThanOrEqual(latency.serviceUs.max);
  expect(readdirSync(out).toSorted()).toEqual(
    expect.arrayContaining(['latency-none-response.hgrm', 'latency.hlog', 'latency.svg']),
  );
  const tags = listTags(readFileSync(join(out, 'latency.hlog'), 'utf8'));
  expect(tags).toEqual(expect.arrayContaining(['echo-response', 'none-feed', 'none-service']));
  const hgrm = readFileSync(join(out, 'latency-none-response.hgrm'), 'utf8');
  expect(hgrm).toContain('Total count    =          400');
  expect(readFileSync(join(out, 'latency.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
});

test('ring should pass every slot through every topology', async () => {
  const ring = await told('ring', '--slots', '5000', '--trips', '200', '--batches', '64');
  expect(ring.topologies).toHaveLength(6);
  for (const { slots, slotsPerSecond } of ring.topologies) {
    expect(slots).toBeGreaterThan(4_990);
    expect(slotsPerSecond).toBeGreaterThan(0);
  }
  expect(ring.roundTrips.map(({ wait }: { wait: string }) => wait)).toContain('async');
});

test('recovery should come back from the journal and from a snapshot', async () => {
  const recovery = await told('recovery', '--commands', '5000', '--dir', DIR);
  expect(recovery.journal).toMatchObject({ replayedCommands: 5_000, lastSequence: 5_000 });
  expect(recovery.snapshot).toMatchObject({ lastSequence: 5_000 });
  expect(recovery.snapshot.replayedCommands).toBeLessThanOrEqual(500);
});

test('feed and swing should be right', async () => {
  const events = ['--events', '8192', '--orders', '500', '--passes', '1', '--large', '5000'];
  const feed = await told('feed', '--subscribers', '3', ...events);
  expect(feed.audiences).toHaveLength(5);
  const swing = await told('swing', '--commands', '2000', '--orders', '200', '--passes', '1');
  expect(swing.ratio).toBeGreaterThan(0);
});

test('micro should time small parts by themselves', async () => {
  const micro = await told('micro/main', '--only', 'a frame', '--ms', '2');
  expect(micro.cases.length).toBeGreaterThan(10);
  for (const { nsPerRecord } of micro.cases) expect(nsPerRecord).toBeGreaterThan(0);
});
