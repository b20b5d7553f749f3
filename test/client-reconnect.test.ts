// What becomes of commands when the connection is lost: the cases of schemas/sdk.md.

import { describe, expect, test } from 'vitest';
import * as codes from '../src/wire/codes.ts';
import { REFUSE_NOT_DURABLE } from '../src/wire/frame-kinds.ts';
import { again, connected, type FakeServer, RESUME, settle } from './client-kit.ts';

const BUY = { symbol: 'TEST', account: 'main', side: 'buy', qty: 5, price: 100 } as const;
const MASS = { account: 'main' } as const;

describe('dialing again', () => {
  test('should ask for the report after the last one', async () => {
    const { server, entry } = await connected({}, { nextReport: 4 });
    server.lastReport = 3;
    await server.cut();
    await again(server, 4);
    await server.sendReports(server.accepted(0, 1), server.accepted(0, 2));
    await server.cut(4006, 'silent');
    await again(server, 6);
    expect(server.takeHeard()).toEqual(['logon alpha from=4', 'logon alpha from=6']);
    expect(entry.lastReport).toBe(5);
    expect(server.states).toEqual([
      'ready',
      'reconnecting unreachable',
      'ready',
      'reconnecting silent',
      'ready',
    ]);
    await entry.close();
  });

  test('should pause longer each time, until a connection is of use', async () => {
    let chance = 0;
    const { server, entry } = await connected({ random: () => chance });
    const pauses: number[] = [];
    const fail = async () => {
      await server.cut();
      pauses.push(server.timers.nextMs);
      await server.timers.pass(server.timers.nextMs);
    };
    for (let i = 0; i < 4; i++) await fail();
    chance = 0.9999;
    for (let i = 0; i < 6; i++) await fail();
    expect(pauses.map(Math.round)).toEqual([25, 50, 100, 200, 800, 1600, 3200, 5000, 5000, 5000]);
    // A server that welcomes and closes is of no use either.
    await server.welcome();
    await fail();
    expect(Math.round(pauses.at(-1)!)).toBe(5000);
    await server.welcome();
    await server.beat();
    await fail();
    expect(Math.round(pauses.at(-1)!)).toBe(50);
    await entry.close();
  });

  test('should wait as long as a server that stops asks for, and a little longer', async () => {
    let chance = 0;
    const { server, entry } = await connected({ random: () => chance });
    await server.cut(4011, 'shutting_down retry-after-ms=2000');
    expect(server.states.at(-1)).toBe('reconnecting shutting_down');
    expect(server.timers.nextMs).toBe(2_000);
    await server.timers.pass(server.timers.nextMs);
    chance = 0.9999;
    await server.cut(4011, 'shutting_down retry-after-ms=2000');
    expect(Math.round(server.timers.nextMs)).toBe(3_000);
    await server.timers.pass(server.timers.nextMs);
    // Nobody is kept away for a day, nor by words that are no number.
    chance = 0;
    await server.cut(4011, 'shutting_down retry-after-ms=86400000');
    expect(server.timers.nextMs).toBe(60_000);
    await server.timers.pass(server.timers.nextMs);
    await server.cut(4011, 'shutting_down retry-after-ms=-5');
    expect(server.timers.nextMs).toBeLessThan(1_000);
    await entry.close();
  });

  test.each([
    [4000, 'bad_frame'],
    [4001, 'unsupported_version'],
    [4002, 'bad_token'],
    [4003, 'logon_first'],
    [4005, 'taken_over'],
    [4009, 'too_large'],
  ])('should not be tried after close code %i', async (closeCode, code) => {
    const { server, entry } = await connected();
    const orders = [entry.newOrder(BUY), entry.openOrders()];
    const ends = Promise.allSettled(orders);
    await settle();
    await server.cut(closeCode, code);
    for (const end of await ends) {
      expect(end).toMatchObject({ status: 'rejected', reason: { code, closeCode } });
    }
    await expect(entry.newOrder(BUY)).rejects.toMatchObject({ code });
    expect(server.states).toEqual(['ready', `closed ${code}`]);
    expect(server.timers.nextMs).toBe(Number.POSITIVE_INFINITY);
    await entry.close();
  });

  test.each([4004, 4006, 4007, 4008, 4010, 4011, 4012, 4013, 1001, 1006])(
    'should be tried after close code %i',
    async (closeCode) => {
      const { server, entry } = await connected();
      await server.cut(closeCode);
      await again(server, 1);
      expect(entry.state).toBe('ready');
      await entry.close();
    },
  );
});

describe('a logon that comes late', () => {
  /** Breaks a connection while its logon has no answer, and goes on with the next. */
  async function withStaleLogon() {
    const { server, entry } = await connected();
    await server.cut();
    await server.timers.pass(server.timers.nextMs);
    server.socket.open();
    await server.cut();
    await again(server, 1);
    return { server, entry };
  }

  /** Time passes on a connection that is of use. */
  async function pass(server: FakeServer, seconds: number): Promise<void> {
    for (let i = 0; i < seconds; i++) {
      await server.timers.pass(1_000);
      await server.beat();
    }
  }

  test('should be known for what it is when it takes the session over', async () => {
    const { server, entry } = await withStaleLogon();
    await pass(server, 9);
    await server.cut(4005, 'taken_over');
    expect(server.states.at(-1)).toBe('reconnecting taken_over');
    await again(server, 1);
    expect(entry.state).toBe('ready');
    await server.cut(4005, 'taken_over');
    expect(server.states.at(-1)).toBe('closed taken_over');
    expect(server.timers.nextMs).toBe(Number.POSITIVE_INFINITY);
  });

  test('should be forgotten with the session', async () => {
    const { server, entry } = await withStaleLogon();
    await entry.close();
    expect(server.timers.nextMs).toBe(Number.POSITIVE_INFINITY);
  });

  test('should be no excuse when the server takes no logon that is so late', async () => {
    const { server } = await withStaleLogon();
    await pass(server, 10);
    await server.cut(4005, 'taken_over');
    expect(server.states.at(-1)).toBe('closed taken_over');
  });

  test('should not be supposed when the server closed the connection itself', async () => {
    const { server } = await connected();
    await server.cut();
    await server.timers.pass(server.timers.nextMs);
    server.socket.open();
    await server.cut(4011, 'shutting_down');
    await again(server, 1);
    await server.cut(4005, 'taken_over');
    expect(server.states.at(-1)).toBe('closed taken_over');
  });
});

describe('commands when the connection is lost', () => {
  test('should settle when their reports come after it', async () => {
    const { server, entry } = await connected();
    const orders = [entry.newOrder(BUY), entry.newOrder(BUY)];
    await settle();
    const reports = [server.accepted(1, 1), server.rejected(2, 2, codes.REJECT_CAPACITY)];
    await server.cut();
    await again(server, 1);
    expect(entry.state).toBe('resuming');
    await server.sendReports(...reports);
    await server.sendOpenOrders(RESUME);
    expect(await Promise.all(orders)).toMatchObject([
      { status: 'accepted' },
      { reason: 'capacity' },
    ]);
    expect(server.takeHeard().slice(1)).toEqual(['logon alpha from=1', 'asks to resume']);
    await entry.close();
  });

  test('should be sent again, as they were and before all others, without reports', async () => {
    const { server, entry } = await connected({}, { credits: 3 });
    entry.newOrder(BUY);
    entry.newOrder(BUY);
    entry.massCancel(MASS);
    entry.newOrder(BUY);
    await settle();
    server.heard = [];
    const second = server.accepted(2, 2);
    await server.cut();
    entry.newOrder(BUY);
    await again(server, 1);
    entry.cancel({ ...MASS, clOrdId: 1 });
    await server.sendReports(second);
    expect(server.takeHeard()).toEqual(['logon alpha from=1', 'asks to resume']);
    await server.sendOpenOrders(RESUME);
    expect(server.takeHeard()).toEqual([
      'commands r1 new 11:1 buy 5@100; r3 mass 11; r4 new 11:3 buy 5@100; ' +
        'r5 new 11:4 buy 5@100; r6 cancel 11:1',
    ]);
    await entry.close({ waitMs: 0 });
  });

  test('should go on where their reports broke off', async () => {
    const { server, entry } = await connected();
    const order = entry.newOrder(BUY);
    await settle();
    const mine = { request: 1, clOrdId: 1, orderId: 4 };
    await server.sendReports(server.record(codes.EVENT_NEW, { ...mine, leaves: 5 }));
    const rest = server.record(codes.EVENT_TRADE, { ...mine, qty: 5, leaves: 0, end: true });
    await server.cut();
    await again(server, 2);
    await server.sendReports(rest);
    await server.sendOpenOrders(RESUME);
    const result = await order;
    expect(result).toMatchObject({ status: 'accepted', filled: 5, leaves: 0 });
    expect(result.reports).toHaveLength(2);
    expect(server.takeHeard().filter((text) => text.startsWith('commands'))).toHaveLength(1);
    await entry.close();
  });

  test('should not be settled by not_durable, but by what the restarted server has', async () => {
    const { server, entry } = await connected();
    const orders = [entry.newOrder(BUY), entry.newOrder(BUY)];
    await settle();
    await server.sendRefusals([1, REFUSE_NOT_DURABLE], [2, REFUSE_NOT_DURABLE]);
    await server.cut(4013, 'not_durable');
    expect(server.states.at(-1)).toBe('reconnecting not_durable');
    await again(server, 1);
    // The first was on the disk after all, the second was not and is sent again.
    await server.sendReports(server.accepted(1, 1));
    await server.sendOpenOrders(RESUME);
    await server.sendReports(server.accepted(2, 2));
    for (const order of orders) expect(await order).toMatchObject({ status: 'accepted' });
    await entry.close();
  });

  test('should be rejected as duplicates when only a later one was taken', async () => {
    const { server, entry } = await connected();
    const lost = entry.newOrder(BUY);
    await settle();
    const later = entry.newOrder(BUY);
    await settle();
    // The first was refused, busy, and the connection broke before the client heard it.
    const report = server.accepted(2, 2);
    await server.cut();
    await again(server, 1);
    await server.sendReports(report);
    await server.sendOpenOrders(RESUME);
    await server.sendReports(server.rejected(1, 1, codes.REJECT_DUPLICATE_CLORDID));
    expect(await later).toMatchObject({ status: 'accepted' });
    expect(await lost).toMatchObject({ status: 'rejected', reason: 'duplicate_clordid' });
    await entry.close();
  });

  test('should have the result of the copy that acted when both got through', async () => {
    const { server, entry } = await connected();
    const order = entry.newOrder(BUY);
    const cancel = entry.cancel({ account: 11, clOrdId: 9 });
    await settle();
    await server.cut();
    await again(server, 1);
    await server.sendOpenOrders(RESUME);
    const canceled = { request: 2, clOrdId: 9, leaves: 3, reason: codes.CANCEL_USER, end: true };
    const unknown = { ...canceled, leaves: 0, reason: codes.REJECT_UNKNOWN_ORDER };
    await server.sendReports(
      server.accepted(1, 1),
      server.record(codes.EVENT_CANCELED, canceled),
      server.rejected(1, 1, codes.REJECT_DUPLICATE_CLORDID),
      server.record(codes.EVENT_REJECTED, unknown),
    );
    expect(await order).toMatchObject({ status: 'accepted', leaves: 5 });
    expect(await cancel).toMatchObject({ status: 'accepted', canceledQty: 3 });
    expect(server.reports.map(({ kind }) => kind)).toEqual([
      'new',
      'canceled',
      'rejected',
      'rejected',
    ]);
    await entry.close();
  });

  test('should survive that it is lost again, in every state', async () => {
    const { server, entry } = await connected();
    const order = entry.newOrder(BUY);
    await settle();
    server.heard = [];
    await server.cut();
    await server.timers.pass(server.timers.nextMs);
    await server.cut();
    await again(server, 1);
    await server.cut();
    await again(server, 1);
    await server.sendOpenOrders(RESUME, [server.openOrder(77, 1)], false);
    await server.cut();
    await again(server, 1);
    await server.sendOpenOrders(RESUME);
    await server.cut();
    await again(server, 1);
    await server.sendOpenOrders(RESUME);
    const sent = 'commands r1 new 11:1 buy 5@100';
    const logon = 'logon alpha from=1';
    const asked = [logon, 'asks to resume'];
    expect(server.takeHeard()).toEqual([
      ...asked,
      ...asked,
      ...asked,
      sent,
      logon,
      'asks to resume',
      sent,
    ]);
    await server.sendReports(server.accepted(1, 1));
    expect(await order).toMatchObject({ status: 'accepted' });
    expect(await Promise.race([entry.openOrders(), settle()])).toBeUndefined();
    await server.sendOpenOrders(2);
    await entry.close();
  });

  test('should not lose questions', async () => {
    const { server, entry } = await connected();
    entry.newOrder(BUY);
    const asked = entry.openOrders();
    await settle();
    await server.sendOpenOrders(2, [server.openOrder(5, 1)], false);
    server.heard = [];
    await server.cut();
    await again(server, 1);
    await server.sendOpenOrders(RESUME, [server.openOrder(6, 1)]);
    expect(server.takeHeard()).toEqual([
      'logon alpha from=1',
      'asks to resume',
      'commands r1 new 11:1 buy 5@100',
      'asks r2',
    ]);
    await server.sendOpenOrders(2, [server.openOrder(7, 1)]);
    expect((await asked).map(({ clOrdId }) => clOrdId)).toEqual([7n]);
    await entry.close({ waitMs: 0 });
  });

  test('should not mix two lists', async () => {
    const { server, entry } = await connected();
    const asked = entry.openOrders();
    await server.sendOpenOrders(1, [server.openOrder(5, 1)], false);
    await server.cut();
    await again(server, 1);
    await server.sendOpenOrders(1, [server.openOrder(7, 1)]);
    expect((await asked).map(({ clOrdId }) => clOrdId)).toEqual([7n]);
    await entry.close();
  });

  test('should be numbered above what the server has seen meanwhile', async () => {
    const { server, entry } = await connected();
    await server.cut();
    await server.timers.pass(server.timers.nextMs);
    const accounts = [{ number: 11, name: 'main', highestClOrdId: 500n }];
    await server.welcome({ accounts });
    entry.newOrder(BUY);
    await settle();
    expect(server.takeHeard().at(-1)).toBe('commands r1 new 11:501 buy 5@100');
    await entry.close({ waitMs: 0 });
  });
});
