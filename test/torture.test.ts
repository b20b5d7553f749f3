// npm run torture in short: each part of it with a few rounds. And that it would find what it looks
// for: a server that lost something, a report that left too early, a flip that nobody notices.

import { truncateSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ChildServer, dataOf, dropFolder, newFolder } from '../bench/torture/child-server.ts';
import { damage } from '../bench/torture/damage.ts';
import { batchesIn, segmentsIn } from '../bench/torture/journal-bytes.ts';
import { kills } from '../bench/torture/kills.ts';
import { order } from '../bench/torture/order.ts';
import type { Part, TortureOptions } from '../bench/torture/part.ts';
import { checkRecovery } from '../bench/torture/recovery-check.ts';
import { servedDamage } from '../bench/torture/served-damage.ts';
import { straceProblem } from '../bench/torture/strace.ts';
import { syscalls } from '../bench/torture/syscalls.ts';
import { TraceOrder } from '../bench/torture/trace-order.ts';
import { Trader } from '../bench/torture/trader.ts';
import { EVENT_NEW } from '../src/core/codes.ts';
import { ServerFrameEncoder } from '../src/wire/order-entry.ts';
import { R_COMMAND_LOW, R_HEAD, R_REPORT_LOW, REPORT_WORDS } from '../src/wire/report-layout.ts';
import { PROGRAM } from './replay-kit.ts';

const SEED = Number(process.env.SEED ?? Date.now()) % 1_000_000;
process.stdout.write(`torture: SEED=${SEED}\n`);

const needsStrace = process.env.REQUIRE_STRACE === '1';
const noStrace = straceProblem();
if (noStrace !== null) process.stdout.write(`torture: ${noStrace}\n`);
const isTraced = noStrace === null || needsStrace;

async function figuresOf(part: Part, more: Partial<TortureOptions>) {
  const outcome = await part.run({
    program: PROGRAM,
    seed: SEED,
    rounds: 1,
    samples: 1,
    seeds: 1,
    stride: 1,
    jobs: 1,
    isShort: true,
    needsStrace,
    say: () => {},
    ...more,
  });
  expect(outcome.failures, `seed ${SEED}`).toEqual([]);
  return outcome.figures;
}

describe('what was acknowledged', () => {
  test('should be there after kill -9 under load, and nothing twice', async () => {
    const figures = await figuresOf(kills, { rounds: 1 });
    expect(figures).toMatchObject({ kills: 1, ackedLost: 0, duplicated: 0, hashMismatches: 0 });
    expect(figures.inDoubt).toBeGreaterThan(0);
  });

  test.runIf(isTraced)('should be there after SIGKILL at calls on the disk', async () => {
    const figures = await figuresOf(syscalls, { stride: 15 });
    expect(figures).toMatchObject({ syscallFailures: 0, notReached: 0 });
    expect(figures.syscallPoints).toBeGreaterThan(1);
  });

  test.runIf(isTraced)('should never leave before the sync that covers it', async () => {
    const figures = await figuresOf(order, {});
    expect(figures).toMatchObject({ early: 0 });
    expect(figures.reports).toBeGreaterThan(0);
  });
});

describe('damage', () => {
  test('should be found at any bit and any cut of a journal', async () => {
    const figures = await figuresOf(damage, { stride: 997 });
    expect(figures).toMatchObject({ silent: 0 });
    expect(figures.flips).toBeGreaterThan(8_000);
    expect(figures.cuts).toBeGreaterThan(60);
  });

  test('should be refused by a server, or cost nothing that it does not tell of', async () => {
    const figures = await figuresOf(servedDamage, { samples: 3 });
    expect(figures).toMatchObject({ served: 3, servedSilent: 0 });
  });
});

describe('the torture itself', () => {
  test('should find out a server that lost its last batch', async () => {
    const dir = newFolder();
    const launch = () => new ChildServer({ program: PROGRAM, dir, sessions: 1 });
    const trader = new Trader(1, SEED);
    const first = launch();
    await first.expectUp();
    await trader.logOn(first.urls.orders);
    for (let i = 0; i < 3; i++) await trader.ask([trader.source.next(), trader.source.next()]);
    await first.end('SIGKILL');
    await trader.ended();
    const before = [trader.reportCount];
    const segment = segmentsIn(dataOf(dir)).at(-1)!;
    truncateSync(segment, batchesIn(segment).at(-1)!.offset);
    const second = launch();
    await second.expectUp();
    await trader.logOn(second.urls.orders);
    const { lost, failures } = checkRecovery(second, dir, [trader], before);
    trader.close();
    await second.end('SIGKILL');
    dropFolder(dir);
    expect(second.errors.join()).toContain('is torn');
    expect(trader.faults.join()).toContain('resumed at report');
    expect(lost).toBeGreaterThan(0);
    expect(failures.join()).toContain('reports are lost');
  });

  test('should tell a report that left in time from one that left too early', () => {
    const sync = ['30 fdatasync(9</d/journal.segment> <unfinished ...>', '31 close(5) = 0'];
    const synced = '30 <... fdatasync resumed>) = 0';
    const both = [write(4, 3), ...sync];
    expect(orderOf([...both, synced, send(6)])).toMatchObject({ reports: 1, early: 0, syncs: 1 });
    expect(orderOf([...both, send(6), synced])).toMatchObject({ reports: 1, early: 1, syncs: 1 });
    expect(orderOf([...both, synced, send(7)])).toMatchObject({ early: 1 });
    expect(orderOf([...sync, write(4, 3), synced, send(4)])).toMatchObject({ early: 1 });
    const failed = '30 <... fdatasync resumed>) = -1 EIO (Input/output error)';
    expect(orderOf([...both, failed, send(5)])).toMatchObject({ early: 1, syncs: 0 });
  });

  test('should count a report once that a socket took in pieces', () => {
    const frames = [send(1, 20), send(1, 96, 20)];
    expect(orderOf(frames)).toMatchObject({ sends: 2, reports: 1, early: 1 });
  });
});

const ORDERS = 7_400;
const SOCKET = `12<TCP:[127.0.0.1:${ORDERS}->127.0.0.1:40000]>`;

function orderOf(lines: readonly string[]): TraceOrder {
  const order = new TraceOrder({ orders: ORDERS, feed: 7_401 });
  const upgrade = Buffer.from('HTTP/1.1 101 Switching Protocols\r\n\r\n');
  order.line(`31 sendto(${SOCKET}, "${hexOf(upgrade)}", 40, 0, NULL, 0) = ${upgrade.length}`);
  for (const line of lines) order.line(line);
  order.sends -= 1;
  return order;
}

/** strace's line of a batch of `count` commands from `first` on. */
function write(first: number, count: number): string {
  const words = Int32Array.of(0x03425352, count, first, 0, 0, 0, 0, 0);
  const bytes = Buffer.concat([Buffer.from(words.buffer), Buffer.alloc(64 * count)]);
  return `30 pwrite64(9</d/journal.segment>, "${hexOf(bytes)}", 99, 0) = ${bytes.length}`;
}

/** … of the report of a command, from byte `from` on, of which the socket takes `taken` bytes. */
function send(command: number, taken = 1_000, from = 0): string {
  const report = new Int32Array(REPORT_WORDS);
  report[R_HEAD] = EVENT_NEW;
  report[R_REPORT_LOW] = 1;
  report[R_COMMAND_LOW] = command;
  const frame = new ServerFrameEncoder().reports(report, 0, 1);
  const head = Buffer.from([0x82, 126, frame.length >> 8, frame.length & 255]);
  const bytes = Buffer.concat([head, frame]).subarray(from);
  const result = Math.min(taken, bytes.length);
  return `31 sendto(${SOCKET}, "${hexOf(bytes)}", 99, MSG_NOSIGNAL, NULL, 0) = ${result}`;
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
