import { describe, expect, test, vi } from 'vitest';
import { READER_REPORTS_MAX } from '../src/client/client-limits.ts';
import type { ExecutionReport } from '../src/client/index.ts';
import { ReportReaders } from '../src/client/report-readers.ts';
import * as codes from '../src/wire/codes.ts';
import { encodeHeartbeat } from '../src/wire/order-entry.ts';
import { connected, FakeServer, RESUME, settle } from './client-kit.ts';

const BUY = { symbol: 'TEST', account: 'main', side: 'buy', qty: 5, price: 100 } as const;

describe('heartbeats', () => {
  test('should be sent by who has nothing else to say', async () => {
    const { server, entry } = await connected();
    await server.timers.pass(999);
    expect(server.takeHeard()).toEqual([]);
    await server.timers.pass(1);
    expect(server.takeHeard()).toEqual(['beat']);
    entry.newOrder(BUY);
    await settle();
    await server.timers.pass(1_000);
    expect(server.takeHeard()).toEqual(['commands r1 new 11:1 buy 5@100']);
    await server.timers.pass(1_000);
    expect(server.takeHeard()).toEqual(['beat']);
    await entry.close({ waitMs: 0 });
    expect(server.timers.nextMs).toBe(Number.POSITIVE_INFINITY);
  });

  test('should be missed: a silent server is given up, one that beats is not', async () => {
    const { server, entry } = await connected();
    for (let i = 0; i < 8; i++) {
      await server.timers.pass(1_000);
      await server.beat();
    }
    await server.timers.pass(5_999);
    expect(entry.state).toBe('ready');
    await server.timers.pass(1);
    expect(server.states.at(-1)).toBe('reconnecting unreachable');
    expect(server.socket.closedWith).toBe(-1);
    await entry.close();
  });

  test('should come as often as the server asks', async () => {
    const { server, entry } = await connected({}, { heartbeatMs: 100 });
    await server.timers.pass(500);
    expect(server.takeHeard()).toEqual(new Array(5).fill('beat'));
    await entry.close();
  });
});

describe('a server that breaks the protocol', () => {
  test.each([
    ['garbage', (server: FakeServer) => server.send(Uint8Array.of(1, 2, 3))],
    ['a welcome too many', (server: FakeServer) => server.welcome()],
    ['an answer to no question', (server: FakeServer) => server.sendOpenOrders(9)],
    ['an unknown event', (server: FakeServer) => server.sendReports(server.record(99))],
    [
      'a list of what are no open orders',
      (server: FakeServer) => server.sendOpenOrders(1, [server.accepted(0, 1)]),
    ],
  ])('should end the session: %s', async (_, say) => {
    const { server, entry } = await connected();
    const asked = expect(entry.openOrders()).rejects.toMatchObject({ code: 'protocol' });
    const order = entry.newOrder(BUY);
    const rejected = expect(order).rejects.toMatchObject({ code: 'protocol' });
    await settle();
    await say(server);
    await rejected;
    await asked;
    expect(server.states.at(-1)).toBe('closed protocol');
    await expect(entry.newOrder(BUY)).rejects.toMatchObject({ code: 'protocol' });
    await expect(entry.openOrders()).rejects.toMatchObject({ code: 'protocol' });
  });

  test('should be refused before the welcome too', async () => {
    const server = new FakeServer();
    const { OrderEntry } = await import('../src/client/index.ts');
    const connecting = OrderEntry.connect(server.options());
    const rejected = expect(connecting).rejects.toMatchObject({ code: 'protocol' });
    await settle();
    server.socket.open();
    await server.send(encodeHeartbeat());
    await rejected;
  });

  test('should be left for a while when it sends text or leaves a report out', async () => {
    const { server, entry } = await connected();
    server.socket.onmessage?.({ data: 'text' } as never);
    expect(entry.state).toBe('reconnecting');
    await server.timers.pass(50);
    await server.welcome();
    expect(entry.state).toBe('ready');
    const first = server.accepted(0, 1);
    server.record(codes.EVENT_DONE);
    await server.sendReports(first, first, server.accepted(0, 2));
    expect(server.reports).toHaveLength(1);
    expect(entry).toMatchObject({ state: 'reconnecting', lastReport: 1 });
    await server.timers.pass(50);
    server.socket.open();
    expect(server.takeHeard().at(-1)).toBe('logon alpha from=2');
    await entry.close();
  });
});

describe('open orders', () => {
  test('should be those as of the end of the list, with the reports in between', async () => {
    const { server, entry } = await connected();
    const asked = entry.openOrders();
    expect(server.takeHeard()).toEqual(['asks r1']);
    const of = (clOrdId: number) => ({ clOrdId, orderId: 1_000 + clOrdId });
    await server.sendReports(server.accepted(0, 6), server.accepted(0, 7));
    await server.sendOpenOrders(
      1,
      [1, 2, 3, 4, 5].map((id) => server.openOrder(id, 10)),
      false,
    );
    await server.sendReports(
      server.record(codes.EVENT_TRADE, { ...of(1), qty: 4, leaves: 6 }),
      server.record(codes.EVENT_TRADE, { ...of(2), qty: 10, leaves: 0 }),
      server.record(codes.EVENT_CANCELED, { ...of(3), leaves: 10 }),
      server.record(codes.EVENT_REPLACED, { clOrdId: 8, orderId: 1_004, price: 101, leaves: 3 }),
      server.record(codes.EVENT_RESTATED, { ...of(5), price: 100, leaves: 2 }),
      server.record(codes.EVENT_CANCELED, { ...of(7), leaves: 5 }),
      server.record(codes.EVENT_CANCELED, { ...of(99), leaves: 5 }),
    );
    await server.sendOpenOrders(1, [server.openOrder(9, 1)]);
    const orders = await asked;
    const told = orders.map(({ clOrdId, price, leaves }) => [clOrdId, price, leaves].join(' '));
    expect(told.sort()).toEqual(['1 100 6', '5 100 2', '6 100 5', '8 101 3', '9 100 1']);
    expect(orders.find(({ clOrdId }) => clOrdId === 9n)).toEqual({
      account: 11,
      accountName: 'main',
      instrument: 1,
      symbol: 'TEST',
      clOrdId: 9n,
      orderId: 1_009n,
      side: 'buy',
      price: 100,
      leaves: 1,
      displayQty: 0,
      displayed: 0,
      stopPrice: 0,
    });
    await entry.close();
  });

  test('should follow icebergs and stops as their reports tell of them', async () => {
    const { server, entry } = await connected();
    const asked = entry.openOrders();
    const of = (clOrdId: number) => ({ clOrdId, orderId: 1_000 + clOrdId, price: 100 });
    const iceberg = { displayQty: 5, displayed: 5 };
    await server.sendOpenOrders(1, [server.openOrder(1, 10), server.openOrder(2, 10)], false);
    await server.sendReports(
      server.record(codes.EVENT_NEW, { ...of(3), ...iceberg, leaves: 20 }),
      server.record(codes.EVENT_TRADE, { ...of(3), leaves: 4, qty: 16, aggressor: true }),
      server.record(codes.EVENT_NEW, { ...of(4), ...iceberg, leaves: 20 }),
      server.record(codes.EVENT_TRADE, { ...of(4), leaves: 15, qty: 5 }),
      server.record(codes.EVENT_NEW, { ...of(5), ...iceberg, leaves: 20 }),
      server.record(codes.EVENT_TRADE, { ...of(5), leaves: 15, qty: 5 }),
      server.record(codes.EVENT_REFRESHED, { ...of(5), ...iceberg, leaves: 15 }),
      server.record(codes.EVENT_NEW, { ...of(6), leaves: 1, stopPrice: 110 }),
      server.record(codes.EVENT_NEW, { ...of(7), leaves: 2, stopPrice: 110 }),
      server.record(codes.EVENT_TRIGGERED, { ...of(7), leaves: 2 }),
    );
    await server.sendOpenOrders(1);
    const told = (await asked).map(({ clOrdId, leaves, displayQty, displayed, stopPrice }) => {
      return [Number(clOrdId), leaves, displayQty, displayed, stopPrice];
    });
    expect(told).toEqual([
      [1, 10, 0, 0, 0],
      [2, 10, 0, 0, 0],
      [3, 4, 5, 4, 0],
      [4, 15, 5, 0, 0],
      [5, 15, 5, 5, 0],
      [6, 1, 0, 0, 110],
      [7, 2, 0, 0, 0],
    ]);
    await entry.close();
  });

  test('should be asked for behind the commands that were issued before', async () => {
    const { server, entry } = await connected();
    entry.newOrder(BUY);
    const asked = entry.openOrders();
    entry.newOrder(BUY);
    await settle();
    expect(server.takeHeard()).toEqual([
      'commands r1 new 11:1 buy 5@100',
      'asks r2',
      'commands r3 new 11:2 buy 5@100',
    ]);
    await server.sendOpenOrders(2);
    expect(await asked).toEqual([]);
    await entry.close({ waitMs: 0 });
  });

  test('should be asked for one at a time, and again when the server is busy', async () => {
    const { server, entry } = await connected();
    const first = entry.openOrders();
    const second = entry.openOrders();
    expect(server.takeHeard()).toEqual(['asks r1']);
    await server.sendRefusals([1, codes.REJECT_BUSY]);
    expect(server.takeHeard()).toEqual([]);
    await server.timers.pass(1_000);
    expect(server.takeHeard()).toEqual(['asks r1']);
    await server.sendOpenOrders(1);
    expect(await first).toEqual([]);
    expect(server.takeHeard()).toEqual(['asks r2']);
    void entry.close({ waitMs: 0 });
    await expect(second).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('closing', () => {
  test('should wait for what was issued, and take nothing more', async () => {
    const { server, entry } = await connected({}, { credits: 1 });
    const orders = [entry.newOrder(BUY), entry.newOrder(BUY)];
    let isClosed = false;
    const closing = entry.close().then(() => {
      isClosed = true;
    });
    await expect(entry.newOrder(BUY)).rejects.toMatchObject({ code: 'closed' });
    await settle();
    await server.sendReports(server.accepted(1, 1));
    expect(isClosed).toBe(false);
    await server.sendReports(server.accepted(2, 2));
    await closing;
    expect(await Promise.all(orders)).toMatchObject([{ clOrdId: 1n }, { clOrdId: 2n }]);
    expect(server.socket.closedWith).toBe(1000);
    expect(server.states).toEqual(['ready', 'closed']);
    await entry.close();
  });

  test('should end after its time, also when nobody answers the closing frame', async () => {
    const { server, entry } = await connected();
    server.socket.isDeaf = true;
    const order = expect(entry.newOrder(BUY)).rejects.toMatchObject({ code: 'closed' });
    const closing = entry.close({ waitMs: 300 });
    await settle();
    await server.timers.pass(299);
    expect(entry.state).toBe('ready');
    await server.timers.pass(1);
    await order;
    expect(entry.state).toBe('closed');
    await server.timers.pass(1_000);
    await closing;
    expect(server.timers.nextMs).toBe(Number.POSITIVE_INFINITY);
  });

  test('should be possible on hearing that the connection is lost', async () => {
    let close = () => {};
    const onState = (state: string) => state === 'reconnecting' && close();
    const { server, entry } = await connected({ onState });
    close = () => void entry.close();
    await server.cut();
    expect(entry.state).toBe('closed');
    expect(server.timers.nextMs).toBe(Number.POSITIVE_INFINITY);
  });

  test('should end a connection that is being dialed again', async () => {
    const { server, entry } = await connected();
    await server.cut();
    await entry.close();
    await server.timers.pass(60_000);
    expect(server.sockets).toHaveLength(1);
    expect(server.states).toEqual(['ready', 'reconnecting unreachable', 'closed']);
  });
});

describe('request numbers', () => {
  test('should begin anywhere and leave out those that mean something else', async () => {
    const { server, entry } = await connected({ random: () => (RESUME - 2) / RESUME });
    entry.massCancel({ account: 12 });
    entry.massCancel({ account: 12 });
    await settle();
    expect(server.takeHeard()).toEqual([`commands r${RESUME - 1} mass 12; r1 mass 12`]);
    await entry.close({ waitMs: 0 });
  });
});

describe('reports', () => {
  test('should be read by several readers, each from where it began', async () => {
    const { server, entry } = await connected();
    const first = entry.reports();
    await server.sendReports(server.accepted(0, 1));
    const second = entry.reports();
    const coming = second.next();
    await server.sendReports(server.accepted(0, 2));
    expect((await coming).value).toMatchObject({ sequence: 2 });
    const seen: number[] = [];
    void entry.close();
    for await (const report of first) seen.push(report.sequence);
    expect(seen).toEqual([1, 2]);
    expect(await second.next()).toEqual({ done: true, value: undefined });
    expect(await entry.reports().next()).toEqual({ done: true, value: undefined });
  });

  test('should end for a reader that stops, and with the error that ends the session', async () => {
    const { server, entry } = await connected();
    const stopped = entry.reports();
    await stopped.return!();
    await server.sendReports(server.accepted(0, 1));
    const left = entry.reports();
    const coming = left.next();
    const rejected = expect(coming).rejects.toMatchObject({ code: 'taken_over' });
    await server.cut(4005, 'taken_over');
    await rejected;
    expect(await left.next()).toEqual({ done: true, value: undefined });
    expect(await stopped.next()).toEqual({ done: true, value: undefined });
  });

  test('should not pile up without end before a reader that is too slow', async () => {
    const readers = new ReportReaders();
    const slow = readers.open();
    const quick = readers.open();
    const report = (sequence: number) => ({ kind: 'done', sequence }) as ExecutionReport;
    for (let i = 1; i <= READER_REPORTS_MAX + 1; i++) {
      readers.add(report(i));
      if (i % 2_000 === 0) for (let k = 0; k < 2_000; k++) await quick.next();
    }
    for (let i = 1; i <= READER_REPORTS_MAX; i++) {
      const step = await slow.next();
      if (step.value?.sequence !== i)
        throw new Error(`report ${i} came as ${step.value?.sequence}`);
    }
    expect(Reflect.get(quick, 'unread').length).toBeLessThan(10_000);
    await expect(slow.next()).rejects.toMatchObject({ code: 'reader_behind' });
    expect(await slow.next()).toEqual({ done: true, value: undefined });
    expect((await quick.next()).value).toMatchObject({ sequence: 64_001 });
  });

  test('should go on when a callback of the user throws', async () => {
    const thrown: unknown[] = [];
    const queue = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((run) => {
      Promise.resolve()
        .then(run)
        .catch((error) => thrown.push(error));
    });
    const onReport = () => {
      throw new Error('mine');
    };
    const { server, entry } = await connected({ onReport });
    const order = entry.newOrder(BUY);
    await settle();
    await server.sendReports(server.accepted(0, 9), server.accepted(1, 1));
    expect(await order).toMatchObject({ status: 'accepted' });
    expect(entry.lastReport).toBe(2);
    expect(thrown).toEqual([new Error('mine'), new Error('mine')]);
    queue.mockRestore();
    await entry.close();
  });
});
