// Histograms in shared memory, and the reports of a running server that are made of them.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HistogramLogReader, listTags } from 'hdr-histogram-js';
import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../bench/bench-server.ts';
import {
  bucketEnd,
  bucketOf,
  HISTOGRAM_VALUE_MAX,
  HISTOGRAM_WORDS,
} from '../src/base/log-histogram.ts';
import { Prng } from '../src/base/prng.ts';
import {
  countsBetween,
  STAGE_MATCHED,
  STAGE_NAMES,
  STAGE_OUT,
  StageTimes,
} from '../src/ops/stage-times.ts';
import { PROGRAM as program } from './replay-kit.ts';
import { buy, cancel, RawClient, sell } from './server-client.ts';

const DIR = mkdtempSync(join(tmpdir(), 'ringside-latency-'));

afterAll(() => rmSync(DIR, { recursive: true }));

describe('a histogram of words', () => {
  test('should put every value into a bucket that ends at most 1/128 above it', () => {
    const prng = new Prng(5);
    const edges = [255, 256, 257, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, HISTOGRAM_VALUE_MAX];
    const random = Array.from({ length: 5_000 }, () => prng.below(2 ** 30) * prng.below(1_024));
    for (const value of [...Array(1_000).keys(), ...edges, ...random]) {
      const bucket = bucketOf(value);
      expect(bucket).toBeLessThan(HISTOGRAM_WORDS);
      expect(bucketEnd(bucket)).toBeGreaterThanOrEqual(value);
      expect(bucketEnd(bucket) - value).toBeLessThanOrEqual(value / 128);
      if (bucket > 0) expect(bucketEnd(bucket - 1)).toBeLessThan(value);
    }
  });

  test('should count what is out of range as the nearest that is in it', () => {
    expect(bucketOf(-3)).toBe(0);
    expect(bucketOf(2.9)).toBe(2);
    expect(bucketOf(2 ** 50)).toBe(bucketOf(HISTOGRAM_VALUE_MAX));
  });
});

test('times of stages should be told for all threads together, and since a moment', () => {
  const buffer = StageTimes.create(2);
  const [writer, reader] = [new StageTimes(buffer), new StageTimes(buffer)];
  writer.count(0, STAGE_MATCHED, 100);
  const before = reader.snapshot(STAGE_MATCHED);
  writer.count(1, STAGE_MATCHED, 100);
  writer.count(1, STAGE_MATCHED, 7);
  writer.count(0, STAGE_OUT, 1);
  const now = reader.snapshot(STAGE_MATCHED);
  expect(countsBetween(before, now)).toEqual([
    [7, 1],
    [100, 1],
  ]);
  expect(countsBetween(new Uint32Array(HISTOGRAM_WORDS), now)).toEqual([
    [7, 1],
    [100, 2],
  ]);
});

test.each(['fsync', 'none'])(
  'serve should report stages of its commands, %s',
  async (durability) => {
    const dir = join(DIR, durability);
    const args = ['--latency-report', dir];
    const server = await startServer({ durability, sessions: 2, dir: DIR, args, program });
    const one = await RawClient.logOn(server.ordersUrl, 1);
    const two = await RawClient.logOn(server.ordersUrl, 2);
    await one.ask(sell(1, 1, 101, 5), sell(1, 2, 102, 5), buy(1, 3, 90, 5));
    await two.ask(buy(2, 1, 101, 7), buy(2, 2, 95, 1), cancel(2, 3, 2));
    // The same are told to whoever scrapes. They are counted when their answers are on their way.
    const told = async () => {
      const text = await (await fetch(server.metricsUrl)).text();
      return Number(
        /^ringside_order_latency_seconds_count\{stage="whole"\} (\d+)$/m.exec(text)![1],
      );
    };
    await expect.poll(told, { timeout: 30_000 }).toBe(6);
    await Promise.all([one.close(), two.close()]);
    expect(await server.stop()).toBe(0);
    const names = STAGE_NAMES.map((name) => `stage-${name}.hgrm`);
    expect(readdirSync(dir).toSorted()).toEqual([...names, 'stages.hlog'].toSorted());
    const counts = names.map((name) => {
      const text = readFileSync(join(dir, name), 'utf8');
      return Number(/Total count\s*=\s*(\d+)/.exec(text)![1]);
    });
    expect(counts[0]).toBeGreaterThanOrEqual(6);
    expect(new Set(counts).size).toBe(1);
    const log = readFileSync(join(dir, 'stages.hlog'), 'utf8');
    expect(listTags(log).toSorted()).toEqual([...STAGE_NAMES].toSorted());
    const whole = new HistogramLogReader(log).nextIntervalHistogram()!;
    expect(whole.totalCount).toBe(counts[0]);
    expect(whole.maxValue).toBeGreaterThan(0);
  },
);

test('serve should refuse a directory for reports that cannot be', async () => {
  const file = join(DIR, 'a-file');
  writeFileSync(file, '');
  const args = ['--latency-report', join(file, 'below')];
  const start = startServer({ durability: 'none', sessions: 1, dir: DIR, args, program });
  await expect(start).rejects.toThrow('ended with 2');
});
