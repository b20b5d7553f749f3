// Two clients of the SDK trade by a script, and the connection of one of them is cut: before,
// inside and after each frame, either way, with the server told of it or not. Both end with the
// reports that they have when nothing is cut: none lost, none twice.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type ExecutionReport, OrderEntry } from '../src/client/index.ts';
import { endServers, TestServer } from './server-kit.ts';
import { type Cut, CuttingProxy } from './server-proxy.ts';

const RUNS_MAX = 260;
/** Runs at a time, each with sessions and an instrument of its own. */
const LANES = 6;

type Name = 'a' | 'b';

interface Outcome {
  /** Reports of each client, as words. */
  reports: Record<Name, string[]>;
  /** Frames that went up and down through each client's proxy. */
  frames: Record<Name, { up: number; down: number }>;
  cuts: number;
}

let server: TestServer;
let runs = 0;

beforeAll(async () => {
  const numbers = Array.from({ length: RUNS_MAX }, (_, i) => i + 1);
  const instruments = numbers.map((number) => ({ number, symbol: `T${number}` }));
  server = await TestServer.start({
    sessions: 2 * RUNS_MAX,
    config: { instruments, ioThreads: 2 },
  });
});

afterAll(endServers);

/** What a report says, without what differs from run to run. */
function describeReport(report: ExecutionReport, orders: Map<bigint, number>): string {
  const { kind, sequence, end } = report;
  const own = report.request === 0 ? 'other' : 'own';
  const words: (string | number | bigint)[] = [sequence, kind, own, end ? 'end' : '…'];
  if ('clOrdId' in report) words.push(report.clOrdId);
  if ('orderId' in report) {
    if (!orders.has(report.orderId)) orders.set(report.orderId, orders.size + 1);
    words.push(`#${orders.get(report.orderId)}`);
  }
  if ('leaves' in report) words.push(report.leaves);
  if ('qty' in report) words.push(report.qty);
  if ('tradeId' in report) words.push(`t${report.tradeId}`);
  if ('reason' in report) words.push(report.reason);
  return words.join(' ');
}

class Trader {
  readonly reports: string[] = [];
  entry!: OrderEntry;
  private readonly orders = new Map<bigint, number>();

  async connect(proxy: CuttingProxy, number: number): Promise<void> {
    const options = {
      url: proxy.url,
      token: `token${number}`,
      WebSocket,
      random: () => 0,
      onReport: (report: ExecutionReport) => {
        this.reports.push(describeReport(report, this.orders));
      },
    };
    // A client whose first attempt fails is told so, and tries again.
    this.entry = await OrderEntry.connect(options).catch(() => OrderEntry.connect(options));
  }
}

/** The script: resting orders, trades, a replace, cancels, rejects, several commands in a frame. */
async function dialogue(a: OrderEntry, b: OrderEntry, symbol: string): Promise<void> {
  const sell = { side: 'sell', symbol } as const;
  const buy = { side: 'buy', symbol } as const;
  await a.newOrder({ ...sell, clOrdId: 1, price: 101, qty: 5 });
  await b.newOrder({ ...buy, clOrdId: 1, price: 101, qty: 3 });
  await a.replace({ origClOrdId: 1, clOrdId: 2, price: 102 });
  await b.newOrder({ ...buy, clOrdId: 2, price: 102, qty: 4 });
  await Promise.all([
    a.newOrder({ ...sell, clOrdId: 3, price: 102, qty: 1 }),
    a.newOrder({ ...sell, clOrdId: 4, price: 105, qty: 1 }),
  ]);
  await b.cancel({ clOrdId: 2 });
  await b.newOrder({ ...buy, clOrdId: 3, price: 105, qty: 9, tif: 'ioc' });
  await a.cancel({ clOrdId: 77 });
  await Promise.all([
    b.newOrder({ ...buy, clOrdId: 4, price: 90, qty: 1 }),
    b.newOrder({ ...buy, clOrdId: 4, price: 91, qty: 1 }),
  ]);
  await a.massCancel();
  await b.massCancel({ side: 'buy' });
}

async function run(cuts: Partial<Record<Name, Cut>>): Promise<Outcome> {
  const number = ++runs;
  const proxies = {
    a: await CuttingProxy.start(server.ordersPort, cuts.a),
    b: await CuttingProxy.start(server.ordersPort, cuts.b),
  };
  const [a, b] = [new Trader(), new Trader()];
  await Promise.all([a.connect(proxies.a, 2 * number - 1), b.connect(proxies.b, 2 * number)]);
  await dialogue(a.entry, b.entry, `T${number}`);
  // The answer to a question comes behind every report.
  expect(await Promise.all([a.entry.openOrders(), b.entry.openOrders()])).toEqual([[], []]);
  await Promise.all([a.entry.close(), b.entry.close()]);
  for (const proxy of [proxies.a, proxies.b]) proxy.close();
  return {
    reports: { a: a.reports, b: b.reports },
    frames: { a: proxies.a.frames, b: proxies.b.frames },
    cuts: proxies.a.cuts + proxies.b.cuts,
  };
}

/** Every point of every frame of `frames`. */
function pointsOf(frames: { up: number; down: number }): Cut[] {
  return (['up', 'down'] as const).flatMap((direction) =>
    Array.from({ length: frames[direction] }, (_, i) => i + 1).flatMap((frame) =>
      (['before', 'inside', 'after'] as const).map((where, i) => {
        return { direction, frame, where, isNoticed: (frame + i) % 2 === 0 };
      }),
    ),
  );
}

/** Does all of it, some at a time. */
async function inLanes<T>(things: readonly T[], work: (thing: T) => Promise<void>): Promise<void> {
  const left = [...things];
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

describe('a cut connection', () => {
  let uncut: Outcome;

  beforeAll(async () => {
    uncut = await run({});
  });

  test('should not be there in the run that the others are measured by', () => {
    expect(uncut.cuts).toBe(0);
    expect(uncut.reports.a.length).toBeGreaterThan(8);
    expect(uncut.reports.b.length).toBeGreaterThan(8);
    for (const name of ['a', 'b'] as const) {
      const sequences = uncut.reports[name].map((report) => Number.parseInt(report, 10));
      expect(sequences).toEqual(uncut.reports[name].map((_, i) => i + 1));
    }
  });

  test.each(['a', 'b'] as const)(
    'should cost client %s nothing, wherever it is cut',
    async (name) => {
      const points = pointsOf(uncut.frames[name]);
      expect(points.length).toBeGreaterThan(40);
      await inLanes(points, async (point) => {
        const outcome = await run({ [name]: point });
        expect({ point, ...outcome.reports }).toEqual({ point, ...uncut.reports });
        expect([point, outcome.cuts]).toEqual([point, 1]);
      });
    },
  );
});
