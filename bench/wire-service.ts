// npm run bench -- wire-service --url URL --token-file FILE… [--symbol S] [--window N]
//   [--seconds S] [--warm-seconds S] [--out DIR]
// Load for a server that runs elsewhere, through the SDK: each token is a session that keeps a
// window of commands unanswered. Quotes on both sides of a price, some of which trade; what rests
// is canceled. Leaves wire-service.hgrm (HDR percentiles of command to answer, µs) and
// wire-service.json in DIR. Exit status 1: a command was rejected or the server went away.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build } from 'hdr-histogram-js';
import { WebSocket } from 'ws';
import { OrderEntry } from '../src/client/index.ts';

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    'token-file': { type: 'string', multiple: true },
    symbol: { type: 'string', default: 'DEMO' },
    window: { type: 'string', default: '128' },
    seconds: { type: 'string', default: '10' },
    'warm-seconds': { type: 'string', default: '2' },
    out: { type: 'string' },
  },
});
const { url, symbol, out, 'token-file': tokenFiles = [] } = values;
if (url === undefined || tokenFiles.length === 0) {
  process.stderr.write('wire-service: --url and at least one --token-file are needed\n');
  process.exit(2);
}
const whole = (name: 'window' | 'seconds' | 'warm-seconds', low: number): number => {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= low) return value;
  process.stderr.write(`wire-service: --${name} is a whole number from ${low}\n`);
  process.exit(2);
};
const window = whole('window', 1);
const seconds = whole('seconds', 1);
const warmSeconds = whole('warm-seconds', 0);

const MID = 10_000;
const NS_MAX = 60e9;
const times = build({
  bitBucketSize: 32,
  lowestDiscernibleValue: 1,
  highestTrackableValue: NS_MAX,
  numberOfSignificantValueDigits: 3,
});
let answered = 0;
let trades = 0;
let isMeasured = false;
let isOver = false;

/** Gives the command's answer, with its time counted. */
async function timed<T extends { status: string }>(command: () => Promise<T>): Promise<T> {
  const startMs = performance.now();
  const result = await command();
  if (result.status !== 'accepted') throw new Error(`a command was answered: ${result.status}`);
  if (isMeasured) {
    answered += 1;
    times.recordValue(Math.min(Math.round((performance.now() - startMs) * 1e6), NS_MAX));
  }
  return result;
}

/** One of a session's commands under way, again and again. */
async function lane(orders: OrderEntry, number: number): Promise<void> {
  for (let turn = number; !isOver; turn++) {
    const side = turn % 2 === 0 ? 'buy' : 'sell';
    // From two ticks across the middle to 17 away from it.
    const away = ((turn * 7) % 20) - 2;
    const price = side === 'buy' ? MID - away : MID + away;
    const order = await timed(() => orders.newOrder({ symbol, side, qty: 10, price }));
    if (order.status !== 'accepted') return;
    if (isMeasured) trades += order.trades.length;
    if (order.leaves === 0) continue;
    // It may have traded meanwhile: then nothing is left to cancel.
    await orders.cancel({ clOrdId: order.clOrdId });
  }
}

async function load(tokenFile: string): Promise<void> {
  const token = readFileSync(tokenFile, 'utf8').trim();
  const orders = await OrderEntry.connect({ url: url!, token, WebSocket });
  const lanes = Array.from({ length: window }, (_, i) => lane(orders, i));
  await Promise.all(lanes).finally(() => {
    isOver = true;
  });
  await orders.massCancel({ symbol });
  await orders.close();
}

const sessions = tokenFiles.map(load);
const failed = Promise.all(sessions).then(
  () => undefined,
  (error: Error) => error,
);
await Promise.race([failed, pause(warmSeconds * 1_000)]);
isMeasured = true;
const startMs = performance.now();
await Promise.race([failed, pause(seconds * 1_000)]);
isMeasured = false;
isOver = true;
const tookSeconds = (performance.now() - startMs) / 1_000;
const error = await failed;
const us = (percentile: number): number =>
  Math.round(times.getValueAtPercentile(percentile) / 1_000);
const result = {
  ordersPerSecond: Math.round(answered / tookSeconds),
  answered,
  trades,
  seconds: Number(tookSeconds.toFixed(3)),
  sessions: sessions.length,
  window,
  orderToAnswerUs: { p50: us(50), p90: us(90), p99: us(99), p999: us(99.9), max: us(100) },
  error: error?.message ?? null,
};
const text = JSON.stringify(result);
process.stdout.write(`${text}\n`);
if (out !== undefined) {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'wire-service.json'), `${text}\n`);
  writeFileSync(
    join(out, 'wire-service.hgrm'),
    times.totalCount === 0 ? '' : times.outputPercentileDistribution(5, 1_000),
  );
}
process.exitCode = error === undefined ? 0 : 1;
