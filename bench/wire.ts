// npm run bench -- wire [--connections C] [--batch B] [--window N] [--seconds S]
//   [--durability D] [--matching-thread auto|own|io] [--warm-seconds N] [--snapshot-commands N]
//   [--dir DIR]
// The whole path: a server process, this process as its clients on loopback. Each connection is a
// session in a closed loop: it keeps a window of commands unanswered, in frames of `batch`. Beside
// it a bare uWebSockets.js echo of the same frames, from the same clients. Both are warm: V8
// compiles the server's large functions for some seconds, which are not counted.

import os, { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { defaultWaitStrategy } from '../src/ring/wait-strategy.ts';
import {
  grouped,
  matchingThreadOf,
  type Outcome,
  oneOf,
  rounded,
  runBench,
  wholeNumber,
} from './bench-run.ts';
import { type BenchProcess, startEcho, startServer } from './bench-server.ts';
import { LoadSession } from './load-session.ts';
import { coresUsed, threadTimes, timesBetween } from './thread-times.ts';

const BEAT_MS = 1_000;
/** How long the last answers may take. */
const ANSWER_MS_MAX = 5_000;
const LOOK_MS = 10;
/** Node's timers count whole milliseconds: one may be that much early. */
const TIMER_EARLY_MS = 1;

interface Load {
  readonly connections: number;
  readonly batch: number;
  readonly window: number;
  readonly seconds: number;
  readonly warmSeconds: number;
}

await runBench({
  name: 'wire',
  coresNeeded: 6,
  options: {
    connections: { type: 'string', default: '16' },
    batch: { type: 'string', default: '64' },
    window: { type: 'string', default: '512' },
    seconds: { type: 'string', default: '5' },
    durability: { type: 'string', default: 'fsync' },
    'matching-thread': { type: 'string', default: 'auto' },
    'snapshot-commands': { type: 'string', default: '5000000' },
    'warm-seconds': { type: 'string', default: '10' },
    dir: { type: 'string', default: tmpdir() },
  },
  async run(values): Promise<Outcome> {
    const batch = wholeNumber('batch', values.batch, 1);
    const load: Load = {
      connections: wholeNumber('connections', values.connections, 1),
      batch,
      window: wholeNumber('window', values.window, batch),
      seconds: wholeNumber('seconds', values.seconds, 1),
      warmSeconds: wholeNumber('warm-seconds', values['warm-seconds'], 0),
    };
    const matchingThread = matchingThreadOf(values['matching-thread']);
    const durability = oneOf('durability', values.durability, ['none', 'os', 'fsync']);
    const snapshotCommands = wholeNumber('snapshot-commands', values['snapshot-commands'], 0);
    const echo = await startEcho();
    const bare = await measure(echo, echo.url, load, true);
    const server = await startServer({
      durability,
      sessions: load.connections,
      dir: values.dir,
      config: { snapshotCommands, matchingThread },
    });
    const ours = await measure(server, server.ordersUrl, load, false);
    const { wrong, ...counted } = ours;
    const echoOrdersPerSecond = bare.ordersPerSecond;
    const ofEcho = rounded(ours.ordersPerSecond / echoOrdersPerSecond, 3);
    const { connections, window } = load;
    const told = { ...counted, durability, connections, batch, window };
    const results = { connections, batch, durability, wrong: wrong.length };
    return {
      told: { ...told, echoOrdersPerSecond, ofEcho, echo: bare },
      lines: linesOf(ours, bare, load, durability),
      results,
      wrong: [...wrong, ...bare.wrong],
      seed: null,
      wait: defaultWaitStrategy(os.availableParallelism()),
    };
  },
});

/** Loads a server and stops it. */
async function measure(server: BenchProcess, url: string, load: Load, isEcho: boolean) {
  const { connections, batch, window } = load;
  const sessions: LoadSession[] = [];
  for (let account = 1; account <= connections; account++) {
    sessions.push(await LoadSession.start({ url, account, batch, window, isEcho }));
  }
  const beating = setInterval(() => {
    for (const session of sessions) session.beat();
  }, BEAT_MS);
  await pause(load.warmSeconds * 1_000);
  const before = { ...totals(sessions), cpu: threadTimes(server.pid), own: threadTimes('self') };
  const startMs = performance.now();
  await pause(load.seconds * 1_000 + TIMER_EARLY_MS);
  const after = totals(sessions);
  const seconds = (performance.now() - startMs) / 1_000;
  const cpu = timesBetween(before.cpu, threadTimes(server.pid));
  const own = timesBetween(before.own, threadTimes('self'));
  for (const session of sessions) session.stopSending();
  const endMs = performance.now() + ANSWER_MS_MAX;
  while (!sessions.every((one) => one.isAnswered) && performance.now() < endMs) {
    await pause(LOOK_MS);
  }
  clearInterval(beating);
  const wrong = sessions.map((session) => session.close()).filter((what) => what !== '');
  const status = await server.stop();
  if (status !== 0) wrong.push(`the server ended with ${status}`);
  const acknowledged = after.acknowledged - before.acknowledged;
  return {
    ordersPerSecond: Math.round(acknowledged / seconds),
    acknowledged,
    rejected: after.refused - before.refused,
    seconds: rounded(seconds, 3),
    bytesPerOrder: rounded((after.bytes - before.bytes) / acknowledged, 1),
    serverCores: coresUsed(cpu, seconds),
    loadCores: coresUsed(own, seconds),
    cpuNsPerOrder: Object.fromEntries(
      [...cpu].map(([t, ns]) => [t, Math.round(ns / acknowledged)]),
    ),
    wrong,
  };
}

function totals(sessions: readonly LoadSession[]) {
  const sum = { acknowledged: 0, refused: 0, bytes: 0 };
  for (const { acknowledged, refused, bytes } of sessions) {
    sum.acknowledged += acknowledged;
    sum.refused += refused;
    sum.bytes += bytes;
  }
  return sum;
}

type Measured = Awaited<ReturnType<typeof measure>>;

function linesOf(ours: Measured, bare: Measured, load: Load, durability: string): string[] {
  const { connections, batch, window } = load;
  const times = Object.entries(ours.cpuNsPerOrder).map(([thread, ns]) => `${thread} ${ns}`);
  return [
    `${connections} connections, ${batch} orders a frame, window ${window}, ${durability}`,
    `ringside  ${lineOf(ours)}`,
    `bare echo ${lineOf(bare)}`,
    `ns of processor time an order: ${times.join(', ')}`,
  ];
}

function lineOf(one: Measured): string {
  return (
    `${grouped(one.ordersPerSecond).padStart(9)} orders/s: ${grouped(one.acknowledged)} in ` +
    `${one.seconds} s, ${one.rejected} rejected, ${one.bytesPerOrder} bytes an order, ` +
    `${one.serverCores} cores of the server, ${one.loadCores} of the load`
  );
}
