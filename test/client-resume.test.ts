// What is lost when the server no longer has it, and what a store keeps across runs of a program.

import { describe, expect, test } from 'vitest';
import { OrderEntry, type ReportsLost } from '../src/client/index.ts';
import * as codes from '../src/wire/codes.ts';
import { again, connected, FakeServer, RESUME, settle } from './client-kit.ts';

const BUY = { symbol: 'TEST', account: 'main', side: 'buy', qty: 5, price: 100 } as const;
const MASS = { account: 'main' } as const;

describe('reports that the server no longer has', () => {
  test('should be told of, and leave what was sent unknown', async () => {
    const losses: ReportsLost[] = [];
    const onReportsLost = (loss: ReportsLost) => losses.push(loss);
    const { server, entry } = await connected({ onReportsLost }, { credits: 4 });
    const sent = [
      entry.newOrder(BUY),
      entry.newOrder(BUY),
      entry.replace({ ...MASS, origClOrdId: 30, price: 90 }),
      entry.massCancel(MASS),
    ];
    const waiting = entry.newOrder(BUY);
    await settle();
    server.heard = [];
    server.lastReport = 70;
    await server.cut();
    await again(server, 71, true);
    // Lost once more before it is told: nothing may be sent again.
    await server.cut();
    await again(server, 71);
    server.lastReport = 80;
    await server.cut();
    await again(server, 81, true);
    expect(losses).toEqual([]);
    await server.sendReports(server.record(codes.EVENT_TRADE, { clOrdId: 2, orderId: 1_002 }));
    await server.sendOpenOrders(RESUME, [server.openOrder(2, 4), server.openOrder(30, 8)]);
    const results = await Promise.all(sent);
    expect(results.map(({ status }) => status)).toEqual(new Array(4).fill('unknown'));
    expect(results.map((end) => 'openOrder' in end && end.openOrder?.clOrdId)).toEqual([
      undefined,
      2n,
      30n,
      undefined,
    ]);
    expect(losses).toMatchObject([{ from: 1, openOrders: [{ leaves: 4 }, { leaves: 8 }] }]);
    expect(server.takeHeard().slice(-1)).toEqual(['commands r5 new 11:4 buy 5@100']);
    expect(entry).toMatchObject({ state: 'ready', lastReport: 81 });
    await server.sendReports(server.accepted(5, 4));
    expect(await waiting).toMatchObject({ status: 'accepted' });
    await server.cut();
    await again(server, 83);
    expect(entry.state).toBe('ready');
    expect(losses).toHaveLength(1);
    await entry.close();
  });

  test('should let the user close the session on hearing of them', async () => {
    let close = () => {};
    const { server, entry } = await connected({ onReportsLost: () => close() });
    close = () => void entry.close();
    await server.cut();
    await again(server, 9, true);
    await server.sendOpenOrders(RESUME);
    expect(entry.state).toBe('closed');
    const states = ['ready', 'reconnecting unreachable', 'resuming', 'closed'];
    expect(server.states).toEqual(states);
  });

  test('should include those of a server that began anew', async () => {
    const losses: ReportsLost[] = [];
    const { server, entry } = await connected(
      { onReportsLost: (loss) => losses.push(loss) },
      { nextReport: 50 },
    );
    await server.cut();
    await again(server, 1, true);
    await server.sendOpenOrders(RESUME);
    expect(losses).toMatchObject([{ from: 50, openOrders: [] }]);
    await server.sendReports(server.accepted(0, 1));
    expect(server.reports.map(({ sequence }) => sequence)).toEqual([1]);
    await entry.close();
  });
});

test('should send nothing before the answer to a question that was cut off once', async () => {
  const { server, entry } = await connected();
  const first = entry.newOrder(BUY);
  await settle();
  await server.cut();
  await again(server, 1);
  // The report that was missing comes, and then the connection is lost before the answer.
  await server.sendReports(server.accepted(1, 1));
  expect(await first).toMatchObject({ status: 'accepted' });
  await server.cut();
  server.heard = [];
  await again(server, 2);
  const second = entry.newOrder(BUY);
  await settle();
  expect(server.takeHeard()).toEqual(['logon alpha from=2', 'asks to resume']);
  expect(entry.state).toBe('resuming');
  await server.sendOpenOrders(RESUME);
  // Once: sent before, it would have been taken for lost now, and sent again.
  expect(server.takeHeard()).toEqual(['commands r2 new 11:2 buy 5@100']);
  await server.sendReports(server.accepted(2, 2));
  expect(await second).toMatchObject({ status: 'accepted' });
  await entry.close();
});

describe('a store', () => {
  const store = (last: number | undefined) => {
    const saved: number[] = [];
    return { saved, load: () => Promise.resolve(last), save: (n: number) => saved.push(n) };
  };

  test('should let a run go on where the one before ended', async () => {
    const kept = store(4);
    const server = new FakeServer();
    server.lastReport = 4;
    const connecting = OrderEntry.connect(server.options({ store: kept }));
    let entry: OrderEntry | null = null;
    void connecting.then((connectedEntry) => {
      entry = connectedEntry;
    });
    await settle();
    await server.welcome({ nextReport: 5 });
    await server.sendReports(server.accepted(0, 1), server.accepted(1, 2));
    await server.sendReports(server.accepted(2, 3));
    expect(server.takeHeard()).toEqual(['logon alpha from=5', 'asks to resume']);
    expect(entry).toBeNull();
    await server.sendOpenOrders(RESUME);
    expect((await connecting).state).toBe('ready');
    expect(kept.saved).toEqual([6, 7]);
    expect(server.reports.map(({ sequence }) => sequence)).toEqual([5, 6, 7]);
    await server.cut();
    await again(server, 8);
    expect(server.takeHeard()).toEqual(['logon alpha from=8']);
    await (await connecting).close();
  });

  test('should have all reports come the first time', async () => {
    const server = new FakeServer();
    const connecting = OrderEntry.connect(server.options({ store: store(undefined) }));
    await settle();
    await server.welcome();
    await server.sendOpenOrders(RESUME);
    expect(server.takeHeard()[0]).toBe('logon alpha from=1');
    await (await connecting).close();
  });

  test.each([-1, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER])(
    'should be refused when it says %d',
    async (last) => {
      const server = new FakeServer();
      const connecting = OrderEntry.connect(server.options({ store: store(last) }));
      await expect(connecting).rejects.toMatchObject({ code: 'invalid_argument' });
      expect(server.sockets).toHaveLength(0);
    },
  );
});
