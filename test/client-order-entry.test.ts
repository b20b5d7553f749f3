import { describe, expect, test, vi } from 'vitest';
import { RESULT_REPORTS_MAX, WAITING_COMMANDS_MAX } from '../src/client/client-limits.ts';
import { MassCancelTally, PendingCommand } from '../src/client/command-result.ts';
import { toExecutionReport } from '../src/client/execution-report.ts';
import { OrderEntry } from '../src/client/index.ts';
import * as codes from '../src/wire/codes.ts';
import { REFUSE_UNKNOWN_STP } from '../src/wire/frame-kinds.ts';
import { readReport } from '../src/wire/order-entry.ts';
import { connected, FakeServer, settle } from './client-kit.ts';

const BUY = { symbol: 'TEST', account: 'main', side: 'buy', qty: 5, price: 100 } as const;

describe('logging on', () => {
  test('should ask for the reports from now on and tell what the welcome says', async () => {
    const server = new FakeServer();
    const connecting = OrderEntry.connect(server.options({ cancelOnDisconnect: true }));
    await settle();
    await server.welcome({ nextReport: 9 });
    const entry = await connecting;
    expect(server.takeHeard()).toEqual(['logon alpha from=now cod']);
    expect(server.socket.url).toBe('ws://exchange/orders');
    expect(server.socket.binaryType).toBe('arraybuffer');
    expect(server.states).toEqual(['ready']);
    expect(entry).toMatchObject({ state: 'ready', number: 7, lastReport: 8 });
    expect(entry.accounts.map(({ name }) => name)).toEqual(['main', 'hedge']);
    expect(entry.instruments.map(({ symbol }) => symbol)).toEqual(['TEST', 'OTHER']);
  });

  test.each([
    [4002, 'bad_token'],
    [4001, 'unsupported_version'],
    [4011, 'shutting_down'],
    [4012, 'too_many_connections'],
    [1006, 'unreachable'],
  ])('should reject when the first attempt is closed with %i', async (closeCode, code) => {
    const server = new FakeServer();
    const connecting = OrderEntry.connect(server.options());
    const rejected = expect(connecting).rejects.toMatchObject({ code, closeCode });
    await settle();
    server.socket.open();
    await server.cut(closeCode, 'words');
    await rejected;
    expect(server.states).toEqual([`closed ${code}`]);
    expect(server.timers.nextMs).toBe(Number.POSITIVE_INFINITY);
  });

  test('should reject when nobody answers, without a WebSocket, and for a bad URL', async () => {
    const server = new FakeServer();
    const connecting = OrderEntry.connect(server.options());
    const late = expect(connecting).rejects.toMatchObject({ code: 'unreachable', closeCode: 0 });
    await settle();
    await server.timers.pass(5_000);
    await late;
    expect(server.socket.closedWith).toBe(-1);

    vi.stubGlobal('WebSocket', undefined);
    const none = OrderEntry.connect({ url: 'ws://exchange', token: 'alpha' });
    await expect(none).rejects.toMatchObject({ code: 'no_websocket' });
    vi.unstubAllGlobals();

    class Picky {
      constructor() {
        throw new SyntaxError('no URL');
      }
    }
    const picky = OrderEntry.connect(server.options({ WebSocket: Picky as never }));
    await expect(picky).rejects.toMatchObject({ code: 'unreachable' });
    const long = OrderEntry.connect(server.options({ token: 'x'.repeat(257) }));
    await expect(long).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(server.sockets).toHaveLength(1);
  });

  test('should take the global WebSocket when none is given', async () => {
    const server = new FakeServer();
    vi.stubGlobal('WebSocket', server.WebSocket);
    const connecting = OrderEntry.connect(server.options({ WebSocket: undefined }));
    vi.unstubAllGlobals();
    await settle();
    await server.welcome();
    expect((await connecting).state).toBe('ready');
  });
});

describe('commands', () => {
  test('should go out as they are stated, those of one turn in one frame', async () => {
    const { server, entry } = await connected();
    const orders = [
      entry.newOrder(BUY),
      entry.newOrder({ ...BUY, account: 12, instrument: 2, symbol: undefined, side: 'sell' }),
      entry.newOrder({ ...BUY, type: 'market', tif: 'ioc', stp: 'none', price: undefined }),
      entry.newOrder({ ...BUY, postOnly: true, displayQty: 2, stopPrice: 90, clOrdId: 7 }),
      entry.replace({ account: 'main', origClOrdId: 7n, qty: 9, price: 101 }),
      entry.cancel({ account: 'main', clOrdId: 8 }),
      entry.massCancel({ account: 'main' }),
      entry.massCancel({ account: 12, symbol: 'OTHER', side: 'sell' }),
    ];
    expect(server.takeHeard()).toEqual([]);
    await settle();
    expect(server.takeHeard()).toEqual([
      [
        'commands r1 new 11:1 buy 5@100',
        'r2 new 12:41 sell 5@100 of 2',
        'r3 new 11:2 buy 5 market ioc stp=none',
        'r4 new 11:7 buy 5@100 shows 2 stops 90 post',
        'r5 replace 11:7>8 9@101',
        'r6 cancel 11:8',
        'r7 mass 11',
        'r8 mass 12 of 2 sell',
      ].join('; '),
    ]);
    void entry.close({ waitMs: 0 });
    const ends = await Promise.allSettled(orders);
    expect(ends.every((end) => end.status === 'rejected' && end.reason.code === 'closed')).toBe(
      true,
    );
  });

  test('should be cut into frames of what the server takes', async () => {
    const { server, entry } = await connected({}, { commandsPerFrameMax: 3 });
    for (let i = 0; i < 7; i++) entry.newOrder(BUY);
    await settle();
    const frames = server.takeHeard();
    expect(frames.map((frame) => frame.split(';').length)).toEqual([3, 3, 1]);
    expect(frames.join().match(/11:\d/g)).toEqual([1, 2, 3, 4, 5, 6, 7].map((id) => `11:${id}`));
    await entry.close({ waitMs: 0 });
  });

  test('should wait in order for credits', async () => {
    const { server, entry } = await connected({}, { credits: 2 });
    for (let i = 0; i < 5; i++) entry.newOrder(BUY);
    await settle();
    expect(server.takeHeard()).toEqual(['commands r1 new 11:1 buy 5@100; r2 new 11:2 buy 5@100']);
    await server.sendReports(server.accepted(2, 2));
    expect(server.takeHeard()).toEqual(['commands r3 new 11:3 buy 5@100']);
    await server.sendRefusals([1, codes.REJECT_BUSY], [3, codes.REJECT_BUSY]);
    expect(server.takeHeard()).toEqual(['commands r4 new 11:4 buy 5@100; r5 new 11:5 buy 5@100']);
    await entry.close({ waitMs: 0 });
  });

  test('should be refused here when too many wait', async () => {
    const { entry } = await connected({}, { credits: 0 });
    const waiting = Array.from({ length: WAITING_COMMANDS_MAX }, () =>
      entry.massCancel({ account: 11 }),
    );
    await expect(entry.newOrder(BUY)).rejects.toMatchObject({ code: 'queue_full' });
    await entry.close({ waitMs: 0 });
    expect((await Promise.allSettled(waiting)).every((end) => end.status === 'rejected')).toBe(
      true,
    );
  });

  test.each([
    [{ symbol: 'NONE' }, 'unknown_symbol'],
    [{ symbol: undefined }, 'unknown_symbol'],
    [{ symbol: undefined, instrument: -1 }, 'unknown_symbol'],
    [{ account: 'nobody' }, 'unknown_account'],
    [{ account: undefined }, 'unknown_account'],
    [{ account: 1.5 }, 'unknown_account'],
    [{ side: 'long' }, 'invalid_argument'],
    [{ tif: 'never' }, 'invalid_argument'],
    [{ clOrdId: -1 }, 'invalid_argument'],
    [{ clOrdId: 0.5 }, 'invalid_argument'],
    [{ clOrdId: 2n ** 64n }, 'invalid_argument'],
  ])('should be refused here, without using an id up, with %o', async (change, code) => {
    const { server, entry } = await connected();
    await expect(entry.newOrder({ ...BUY, ...change } as never)).rejects.toMatchObject({ code });
    entry.newOrder(BUY);
    await settle();
    expect(server.takeHeard().join()).toMatch(/^commands r\d new 11:1 /);
    await entry.close({ waitMs: 0 });
  });

  test('should be of the only account when none is named', async () => {
    const accounts = [{ number: 5, name: 'only', highestClOrdId: 2n ** 40n }];
    const { server, entry } = await connected({}, { accounts });
    const order = entry.newOrder({ ...BUY, account: undefined });
    entry.massCancel();
    await settle();
    expect(server.takeHeard().at(-1)).toBe('commands r1 new 5:1 buy 5@100; r2 mass 5');
    void entry.close({ waitMs: 0 });
    await expect(order).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('a result', () => {
  test('should tell of an order that traded and rests', async () => {
    const { server, entry } = await connected();
    const order = entry.newOrder(BUY);
    await settle();
    const mine = { request: 1, clOrdId: 1, orderId: 4 };
    const other = { request: 1, clOrdId: 90, orderId: 3 };
    await server.sendReports(
      server.record(codes.EVENT_NEW, { ...mine, leaves: 5, price: 100 }),
      server.record(codes.EVENT_TRADE, { ...other, qty: 1, leaves: 8, side: codes.SIDE_SELL }),
      server.record(codes.EVENT_TRADE, { ...mine, qty: 1, leaves: 4, id: 6, aggressor: true }),
    );
    await server.sendReports(
      server.record(codes.EVENT_TRADE, { clOrdId: 1, qty: 1, leaves: 1, id: 99 }),
      server.record(codes.EVENT_TRADE, { ...mine, qty: 2, leaves: 2, id: 7, end: true }),
    );
    const result = await order;
    expect(result).toMatchObject({ status: 'accepted', account: 11, clOrdId: 1n, orderId: 4n });
    expect(result).toMatchObject({ leaves: 2, filled: 3, cancelReason: null });
    if (result.status !== 'accepted') throw new Error('not accepted');
    expect(result.trades.map(({ tradeId }) => tradeId)).toEqual([6n, 7n]);
    expect(result.reports.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 5]);
    expect(result.trades[0]).toEqual({
      kind: 'trade',
      sequence: 3,
      commandSequence: 30,
      request: 1,
      end: false,
      time: 0n,
      account: 11,
      accountName: 'main',
      instrument: 1,
      symbol: 'TEST',
      clOrdId: 1n,
      orderId: 4n,
      side: 'buy',
      tradeId: 6n,
      price: 0,
      qty: 1,
      leaves: 4,
      displayed: 0,
      aggressor: true,
      auction: false,
    });
    expect(server.reports.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
  });

  test('should tell of a stop that waits, and of one that acts at once', async () => {
    const { server, entry } = await connected();
    const stop = { ...BUY, type: 'stop', price: undefined, stopPrice: 110 } as const;
    const [waits, acts] = [entry.newOrder(stop), entry.newOrder({ ...stop, stopPrice: 90 })];
    await settle();
    expect(server.takeHeard()).toEqual([
      'commands r1 new 11:1 buy 5 stops 110 stop; r2 new 11:2 buy 5 stops 90 stop',
    ]);
    const one = { request: 1, clOrdId: 1, orderId: 4, leaves: 5, stopPrice: 110 };
    const two = { request: 2, clOrdId: 2, orderId: 5, leaves: 5 };
    await server.sendReports(
      server.record(codes.EVENT_NEW, { ...one, end: true }),
      server.record(codes.EVENT_NEW, { ...two, stopPrice: 90 }),
      server.record(codes.EVENT_TRIGGERED, two),
      server.record(codes.EVENT_TRADE, { ...two, qty: 5, leaves: 0, aggressor: true, end: true }),
    );
    expect(await waits).toMatchObject({ status: 'accepted', leaves: 5, stopPrice: 110 });
    expect(await acts).toMatchObject({ status: 'accepted', filled: 5, leaves: 0, stopPrice: 0 });
    expect(server.reports.map(({ kind }) => kind)).toEqual(['new', 'new', 'triggered', 'trade']);
  });

  test('should tell what an iceberg shows, tranche by tranche', async () => {
    const { server, entry } = await connected();
    entry.newOrder({ ...BUY, qty: 12, displayQty: 5 });
    await settle();
    expect(server.takeHeard()).toEqual(['commands r1 new 11:1 buy 12@100 shows 5']);
    const mine = { clOrdId: 1, orderId: 4, displayQty: 5 };
    const auction = { displayQty: 0, auction: true };
    await server.sendReports(
      server.record(codes.EVENT_NEW, { ...mine, request: 1, leaves: 12, displayed: 5, end: true }),
      server.record(codes.EVENT_TRADE, { ...mine, displayQty: 0, qty: 5, leaves: 7 }),
      server.record(codes.EVENT_REFRESHED, { ...mine, leaves: 7, displayed: 5 }),
      server.record(codes.EVENT_RESTATED, { ...mine, leaves: 4, displayed: 2 }),
      server.record(codes.EVENT_TRADE, { ...mine, ...auction, qty: 1, leaves: 3, displayed: 1 }),
    );
    const told = server.reports.map((report) =>
      report.kind === 'done' || report.kind === 'rejected' || report.kind === 'canceled'
        ? []
        : [report.kind, report.leaves, report.displayed],
    );
    expect(told).toEqual([
      ['new', 12, 5],
      ['trade', 7, 0],
      ['refreshed', 7, 5],
      ['restated', 4, 2],
      ['trade', 3, 1],
    ]);
    expect(server.reports.at(-1)).toMatchObject({ auction: true, aggressor: false });
    await entry.close();
  });

  test('should tell why the exchange canceled the rest', async () => {
    const { server, entry } = await connected();
    const order = entry.newOrder({ ...BUY, tif: 'ioc' });
    await settle();
    const mine = { request: 1, clOrdId: 1, orderId: 4 };
    const reason = codes.CANCEL_IOC;
    await server.sendReports(
      server.record(codes.EVENT_NEW, { ...mine, leaves: 5 }),
      server.record(codes.EVENT_RESTATED, { ...mine, leaves: 3 }),
      server.record(codes.EVENT_CANCELED, { ...mine, leaves: 3, reason, end: true }),
    );
    expect(await order).toMatchObject({ status: 'accepted', leaves: 0, cancelReason: 'ioc' });
    expect(server.reports.at(-1)).toMatchObject({ kind: 'canceled', qty: 3, reason: 'ioc' });
  });

  test('should tell of a reject and of a refusal', async () => {
    const { server, entry } = await connected();
    const orders = [BUY, BUY, BUY, BUY].map((order) => entry.newOrder(order));
    await settle();
    await server.sendReports(server.rejected(1, 1, codes.REJECT_INVALID_QTY));
    await server.sendRefusals([4, 200], [3, REFUSE_UNKNOWN_STP], [2, codes.REJECT_NOT_AUTHORIZED]);
    const results = await Promise.all(orders);
    expect(results.map((result) => 'reason' in result && result.reason)).toEqual([
      'invalid_qty',
      'not_authorized',
      'unknown_stp',
      'reason 200',
    ]);
    expect(results.map(({ clOrdId }) => clOrdId)).toEqual([1n, 2n, 3n, 4n]);
    expect(results.map(({ reports }) => reports.length)).toEqual([1, 0, 0, 0]);
    expect(server.reports[0]).toMatchObject({ kind: 'rejected', command: 'new', clOrdId: 1n });
  });

  test('should tell of a cancel, a replace and a mass cancel', async () => {
    const { server, entry } = await connected();
    const cancel = entry.cancel({ account: 11, clOrdId: 3 });
    const replace = entry.replace({ account: 11, origClOrdId: 4, qty: 9 });
    const mass = entry.massCancel({ account: 11 });
    await settle();
    const reason = codes.CANCEL_USER;
    const canceled = { orderId: 30, leaves: 6, reason };
    const mass1 = { ...canceled, request: 3, reason: codes.CANCEL_MASS_CANCEL };
    const banded = { clOrdId: 77, orderId: 70, leaves: 1, reason: codes.CANCEL_PRICE_BAND };
    await server.sendReports(
      server.record(codes.EVENT_CANCELED, { ...banded, request: 1 }),
      server.record(codes.EVENT_CANCELED, { request: 1, clOrdId: 3, ...canceled, end: true }),
      server.record(codes.EVENT_REPLACED, {
        request: 2,
        clOrdId: 1,
        orderId: 31,
        leaves: 7,
        id: 4,
      }),
      server.record(codes.EVENT_TRADE, { request: 2, clOrdId: 1, orderId: 31, qty: 7, end: true }),
      // What a transition brings that was due is not the command's own doing.
      server.record(codes.EVENT_CANCELED, { ...banded, request: 3 }),
      server.record(codes.EVENT_CANCELED, { ...mass1, clOrdId: 8 }),
      server.record(codes.EVENT_CANCELED, { ...mass1, clOrdId: 9, end: true }),
    );
    expect(await cancel).toMatchObject({ status: 'accepted', orderId: 30n, canceledQty: 6 });
    expect(await replace).toMatchObject({ status: 'accepted', clOrdId: 1n, orderId: 31n });
    expect(await replace).toMatchObject({ leaves: 0, filled: 7 });
    expect(await mass).toMatchObject({ status: 'accepted', canceledOrders: 2, clOrdId: 0n });
    expect(server.reports[2]).toMatchObject({ kind: 'replaced', origClOrdId: 4n, leaves: 7 });
  });

  test('should be there for commands of which there is nothing to tell', async () => {
    const { server, entry } = await connected();
    const commands = [
      entry.massCancel({ account: 11 }),
      entry.cancel({ account: 11, clOrdId: 3 }),
      entry.replace({ account: 11, origClOrdId: 4 }),
    ];
    await settle();
    const done = (request: number) => server.record(codes.EVENT_DONE, { request, end: true });
    await server.sendReports(done(1), done(2), done(3));
    const [mass, cancel, replace] = await Promise.all(commands);
    expect(mass).toMatchObject({ status: 'accepted', canceledOrders: 0 });
    expect(cancel).toMatchObject({ status: 'accepted', orderId: 0n, canceledQty: 0 });
    expect(replace).toMatchObject({ status: 'accepted', orderId: 0n, leaves: 0 });
  });

  test('should count all reports and list no more than its limit', async () => {
    const server = new FakeServer();
    const command = { command: codes.COMMAND_MASS_CANCEL, request: 1, account: 11 } as const;
    const pending = new PendingCommand(command, new MassCancelTally());
    const reason = codes.CANCEL_MASS_CANCEL;
    const words = server.record(codes.EVENT_CANCELED, { request: 1, reason });
    const names = { nameOf: () => 'main', symbolOf: () => 'TEST' };
    const report = toExecutionReport(readReport(words, 0), names)!;
    for (let i = 0; i < RESULT_REPORTS_MAX + 5; i++) pending.add(report);
    pending.add({ ...report, end: true });
    const result = await pending.promise;
    expect(result).toMatchObject({ canceledOrders: RESULT_REPORTS_MAX + 6 });
    expect(result.reports).toHaveLength(RESULT_REPORTS_MAX);
  });
});
