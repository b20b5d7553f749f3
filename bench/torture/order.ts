// The order in which a loaded server does things, as strace sees it: no report, and nothing of the
// feed, leaves a socket before the fdatasync that covers its command has returned. A kill leaves
// what the kernel has been given, so kills alone could not show it.
//
// The same is then asked of a server that promises no sync (durability os): it has to be found out,
// or the question would prove nothing.

import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { MarketFeed } from '../../src/client/index.ts';
import { ChildServer, dropFolder, newFolder } from './child-server.ts';
import type { Outcome, Part, TortureOptions } from './part.ts';
import { straceProblem } from './strace.ts';
import { TRACED_CALLS, TraceOrder } from './trace-order.ts';
import { Trader } from './trader.ts';

const SESSIONS = 2;
const LOAD_MS = 1_500;
const SHORT_LOAD_MS = 200;
const CONTROL_LOAD_MS = 300;
/** Of each session, however long that takes. */
const REPORTS_LEAST = 100;
/** Longer than any write of these servers. */
const STRING_BYTES_MAX = 1_048_576;
const CONFIG = { segmentBytesMax: 262_144, snapshotCommands: 0, snapshotSeconds: 0 };

export const order: Part = {
  name: 'order',
  title: 'strace of a loaded server: nothing leaves before it is durable',
  async run(options) {
    const problem = straceProblem();
    if (problem === null) return runOrder(options);
    const text = `order of sync and send: ${problem}`;
    return { figures: {}, failures: options.needsStrace ? [text] : [], skipped: [text] };
  },
};

async function runOrder(options: TortureOptions): Promise<Outcome> {
  const failures: string[] = [];
  const trace = await traceLoad(options, 'fsync', options.isShort ? SHORT_LOAD_MS : LOAD_MS);
  const { batches, syncs, sends, reports, feedFrames, early } = trace;
  if (early > 0) failures.push(`${early} frames left before the sync: ${trace.firstEarly}`);
  if (reports === 0 || feedFrames === 0 || batches === 0) failures.push('strace saw no load');
  const figures = { batches, syncs, sends, reports, feedFrames, early };
  if (options.isShort) return { figures, failures };
  const { early: earlyOfOs } = await traceLoad(options, 'os', CONTROL_LOAD_MS);
  if (earlyOfOs === 0) failures.push('a server that syncs nothing was not found out');
  return { figures: { ...figures, earlyOfOs }, failures };
}

/** Loads a server under strace, and reads what that saw. */
async function traceLoad(
  { program, seed }: TortureOptions,
  durability: string,
  loadMs: number,
): Promise<TraceOrder> {
  const dir = newFolder();
  const config = { ...CONFIG, durability };
  const file = join(dir, 'trace');
  const form = ['-D', '-f', '-yy', '-xx', '-s', `${STRING_BYTES_MAX}`, '-o', file];
  const under = ['strace', ...form, '-e', `trace=${TRACED_CALLS.join(',')}`];
  const server = new ChildServer({ program, dir, sessions: SESSIONS, config, under });
  await server.expectUp();
  const { orders, feed } = server.urls;
  const watcher = await MarketFeed.connect({ url: feed, WebSocket });
  await watcher.subscribe('TEST', { l2: true, l3: true, trades: true });
  const traders = Array.from({ length: SESSIONS }, (_, i) => new Trader(i + 1, seed + i));
  await Promise.all(traders.map((trader) => trader.logOn(orders)));
  for (const trader of traders) trader.load();
  await pause(loadMs);
  await Promise.all(traders.map((trader) => trader.has(REPORTS_LEAST)));
  await server.end('SIGKILL');
  await Promise.all([watcher.close(), ...traders.map((trader) => trader.ended())]);
  const portOf = (url: string) => Number(new URL(url).port);
  const trace = new TraceOrder({ orders: portOf(orders), feed: portOf(feed) });
  for await (const line of createInterface({ input: createReadStream(file) })) trace.line(line);
  dropFolder(dir);
  return trace;
}
