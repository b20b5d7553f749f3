// The report of `npm run bench -- all`, and the table in README.md that is made of it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Report, reportText, tableText, withTable } from '../bench/report-text.ts';

const HEAD = {
  machine: 'a machine',
  node: 'v20',
  coresPresent: 2,
  loadAverage: 0.1,
  isRight: true,
  resultHash: '0123456789abcdef',
};
const TIMES = { p50: 10, p99: 20, p999: 30 };
const WIRE = { connections: 16, batch: 64, durability: 'fsync', ordersPerSecond: 400_000 };
const REPORT = {
  'core-d2k': {
    ...HEAD,
    ...{ messagesPerSecond: 25_000_000, majorGcs: 0, latencyNs: TIMES, timerNs: TIMES },
    ...{ restingOrders: 1_000_000, bytesPerRestingOrder: 68, rssBytes: 123e6 },
  },
  'peers-d2k': { ...HEAD, pairs: 9, ratios: { probe: { median: 0.5, low: 0.4, high: 0.6 } } },
  'pipeline-d2k': {
    ...HEAD,
    durabilities: { none: { messagesPerSecond: 8_000_000 } },
    ratios: { ofCore: { none: 0.32 } },
  },
  'wire-64': { ...HEAD, ...WIRE, echoOrdersPerSecond: 2_000_000 },
  latency: { ...HEAD, rate: 10_000, echoUs: TIMES, durabilities: { none: { responseUs: TIMES } } },
} as Report;

test('should have a row for each figure of what ran, and none for what did not', () => {
  const table = tableText(REPORT);
  expect(table).toContain('| core, d2k | 25.00 M commands/s | 0 major collections |');
  expect(table).toContain('| core by probe, d2k | × 0.5 | 0.4 … 0.6, 9 pairs |');
  expect(table).toContain('| pipeline, d2k, none | 8.00 M commands/s | 0.32 of the core |');
  expect(table).toContain('| 400,000 orders/s | bare echo 2,000,000 |');
  expect(table).toContain('| order to answer at 10,000/s, none | p50 10, p99 20 µs |');
  expect(table).not.toContain('swings');
  expect(reportText(REPORT)).toContain('| latency | yes | 0123456789abcdef |');
});

test('should put the table between its marks and touch nothing else', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const once = withTable(readme, REPORT);
  expect(once).toContain(tableText(REPORT));
  expect(withTable(once, REPORT)).toBe(once);
  expect(() => withTable('no marks', REPORT)).toThrow('has no line');
  const dir = mkdtempSync(join(tmpdir(), 'ringside-table-'));
  try {
    const files = [join(dir, 'report.json'), join(dir, 'README.md')] as const;
    writeFileSync(files[0], JSON.stringify(REPORT));
    writeFileSync(files[1], readme);
    const script = new URL('../dist/bench/table.js', import.meta.url).pathname;
    execFileSync(process.execPath, [script, files[0], '--write', files[1]]);
    expect(readFileSync(files[1], 'utf8')).toBe(once);
    expect(readdirSync(dir)).toHaveLength(2);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
