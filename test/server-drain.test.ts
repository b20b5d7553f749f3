// SIGTERM under load: what was accepted is answered before the connection closes, and the server
// ends in time, whoever is connected and however.

import net from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { MarketFeed } from '../src/client/index.ts';
import { CANCEL_DISCONNECT, EVENT_CANCELED, REJECT_BUSY } from '../src/core/codes.ts';
import { CLOSE_SHUTTING_DOWN } from '../src/wire/frame-kinds.ts';
import type { Report } from '../src/wire/order-entry.ts';
import { buy, RawClient, sell } from './server-client.ts';
import { endServers, TestServer } from './server-kit.ts';

const DRAIN_MS_MAX = 5_000;
const FRAME_COMMANDS = 64;
const WINDOW = 2_048;

afterAll(endServers);

/** Orders that trade with those of other sessions, as fast as answers come. */
async function loadUntilClosed(client: RawClient, number: number): Promise<void> {
  let request = 1;
  const side = number % 2 === 0 ? buy : sell;
  while (!client.isClosed) {
    const frame = Array.from({ length: FRAME_COMMANDS }, (_, i) => {
      return side(number, request + i, 100 + ((request * 7 + i) % 20), 1 + (i % 3));
    });
    client.send(...frame);
    request += FRAME_COMMANDS;
    const isDone = () => client.isClosed || client.answered.size > request - WINDOW;
    await client.until('answers', isDone);
  }
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
    const loads = clients.map((client, i) => loadUntilClosed(client, i + 1));
    const enough = () => clients[0]!.answered.size > 4_000;
    await clients[0]!.until('load', enough);
    const stopped = await server.stop();
    await Promise.all(loads);
    expect([stopped.code, server.log]).toEqual([0, '']);
    expect(stopped.tookMs).toBeLessThan(DRAIN_MS_MAX);
    expect(clients.map((client) => client.closeCode)).toEqual(Array(4).fill(CLOSE_SHUTTING_DOWN));

    const again = await server.again();
    for (const [i, client] of clients.entries()) {
      const [reports, open] = await replayed(again, i + 1);
      const got = client.reports.length;
      expect(reports.slice(0, got)).toEqual(client.reports);
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
  // More reports than the buffers of a loopback connection take.
  let request = 1;
  const send = (client: RawClient, number: number) => {
    client.send(...Array.from({ length: 1_024 }, (_, i) => buy(number, request + i, 1 + (i % 9))));
  };
  for (let i = 0; i < 110; i++) {
    send(deaf!, 1);
    send(busy!, 2);
    request += 1_024;
    await busy!.until('answers', () => busy!.answered.size === request - 1);
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
