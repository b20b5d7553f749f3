// SIGTERM under load: what was accepted is answered before the connection closes, and the server
// ends in time, whoever is connected and however.

import net from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { MarketFeed } from '../src/client/index.ts';
import { CANCEL_DISCONNECT, EVENT_CANCELED, REJECT_BUSY, TIF_IOC } from '../src/core/codes.ts';
import { CLOSE_SHUTTING_DOWN } from '../src/wire/frame-kinds.ts';
import type { Report } from '../src/wire/order-entry.ts';
import { buy, linesOf, RawClient, sell } from './server-client.ts';
import { endServers, TestServer } from './server-kit.ts';

const DRAIN_MS_MAX = 5_000;
const BURST = 3_072;

afterAll(endServers);

/** Sends orders that trade with those of other sessions, as many as the credits allow at once. */
function burst(client: RawClient, number: number): void {
  const side = number % 2 === 0 ? buy : sell;
  const orders = Array.from({ length: BURST }, (_, i) => {
    return side(number, i + 1, 100 + ((i * 7) % 20), 1 + (i % 3));
  });
  client.send(...orders);
}

/** All reports of a session that a new server has, and how many orders are open. */
async function replayed(server: TestServer, number: number): Promise<[Report[], number]> {
  const client = await RawClient.logOn(server.ordersUrl, number);
  const open = await client.askOpenOrders(1_000_000_000);
  await client.close();
  return [client.reports, open.length];
}

describe.each([1, 2])('with %i I/O threads', (ioThreads) => {
  test('should answer what it accepted, and end in time', async () => {
    const server = await TestServer.start({ sessions: 6, config: { ioThreads } });
    const clients = await Promise.all(
      [1, 2, 3, 4].map((number) =>
        RawClient.logOn(server.ordersUrl, number, { cancelOnDisconnect: number === 4 }),
      ),
    );
    for (const [i, client] of clients.entries()) burst(client, i + 1);
    // Some of it is answered: the server is in the midst of it.
    await Promise.all(clients.map((one) => one.until('load', () => one.answered.size > 0)));
    const stopped = await server.stop();
    await Promise.all(clients.map((client) => client.untilClosed()));
    expect([stopped.code, server.log]).toEqual([0, '']);
    expect(stopped.tookMs).toBeLessThan(DRAIN_MS_MAX);
    expect(clients.map((client) => client.closeCode)).toEqual(Array(4).fill(CLOSE_SHUTTING_DOWN));

    const again = await server.again();
    for (const [i, client] of clients.entries()) {
      const [reports, open] = await replayed(again, i + 1);
      const got = client.reports.length;
      expect(linesOf(reports).slice(0, got)).toEqual(linesOf(client.reports));
      expect(client.refusals.every(({ reason }) => reason === REJECT_BUSY)).toBe(true);
      const rest = reports.slice(got);
      if (i !== 3) expect(rest).toEqual([]);
      for (const { event, reason } of rest) {
        expect([event, reason]).toEqual([EVENT_CANCELED, CANCEL_DISCONNECT]);
      }
      expect(i === 3 ? open === 0 : open > 0).toBe(true);
    }
    await again.stop('SIGKILL');
  });
});

test('should not wait for clients that do not read, or never became one', async () => {
  const server = await TestServer.start();
  const [deaf, busy] = await Promise.all(
    [1, 2].map((number) => RawClient.logOn(server.ordersUrl, number)),
  );
  deaf!.pause();
  // More reports, two of each order, than the buffers of a loopback connection take.
  let request = 1;
  for (let i = 1; i <= 60; i++) {
    const orders = Array.from({ length: 1_000 }, (_, at) => buy(1, request + at));
    deaf!.send(...orders.map((order) => ({ ...order, tif: TIF_IOC })));
    request += orders.length;
    // It comes behind those, or finds them taken.
    await busy!.ask(buy(2, i, 1));
  }
  const feed = await MarketFeed.connect({ url: server.feedUrl, WebSocket });
  await feed.subscribe('TEST');
  const sockets = ['', 'GET /orders HTTP/1.1\r\nHost: x\r\n', 'GET / HTTP/1.1\r\n\r\n'].map(
    (text) => {
      const socket = net.connect(server.ordersPort, '127.0.0.1');
      socket.on('error', () => {}).write(text);
      return socket;
    },
  );
  const stopped = await server.stop();
  expect([stopped.code, server.log]).toEqual([0, '']);
  expect(stopped.tookMs).toBeLessThan(DRAIN_MS_MAX);
  expect(await busy!.untilClosed()).toBe(CLOSE_SHUTTING_DOWN);
  deaf!.cut();
  for (const socket of sockets) socket.destroy();
  await feed.close();
});

test('should end on SIGINT too', async () => {
  const server = await TestServer.start({ config: { durability: 'none' } });
  const client = await RawClient.logOn(server.ordersUrl, 1);
  expect(await server.stop('SIGINT')).toMatchObject({ code: 0, signal: null });
  expect(await client.untilClosed()).toBe(CLOSE_SHUTTING_DOWN);
});
