// The disk fails under the server, for real: the journal's file cannot grow, its directory is gone.
// Clients get what is not safe refused by code; the process ends with its documented status and
// says why; and nothing was acknowledged that a restart does not have.

import { rmSync } from 'node:fs';
import net from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { MarketFeed } from '../src/client/index.ts';
import { CLOSE_NOT_DURABLE, REFUSE_NOT_DURABLE } from '../src/wire/frame-kinds.ts';
import { EXIT_DISK_FAILED } from '../src/workers/death.ts';
import { buy, linesOf, RawClient } from './server-client.ts';
import { type Exit, endServers, TestServer } from './server-kit.ts';

const FRAME_COMMANDS = 64;

afterAll(endServers);

/** Sends orders as session 1 until the connection ends. */
async function orderUntilClosed(server: TestServer): Promise<RawClient> {
  const client = await RawClient.logOn(server.ordersUrl, 1);
  let request = 1;
  while (!client.isClosed) {
    const first = request;
    client.send(...Array.from({ length: FRAME_COMMANDS }, (_, i) => buy(1, first + i)));
    request += FRAME_COMMANDS;
    const isDone = () => client.isClosed || client.answered.size > request - 8 * FRAME_COMMANDS;
    await client.until('answers', isDone);
  }
  return client;
}

/** Connections of every sort that look on while the server dies. */
async function connectOthers(server: TestServer): Promise<{ reset(): Promise<void> }> {
  const idle = await RawClient.logOn(server.ordersUrl, 2, { cancelOnDisconnect: true });
  const stalled = await RawClient.logOn(server.ordersUrl, 3);
  stalled.pause();
  const feed = await MarketFeed.connect({ url: server.feedUrl, WebSocket });
  await feed.subscribe('TEST');
  const request = net.connect(server.ordersPort, '127.0.0.1');
  request.on('error', () => {});
  request.write('GET /orders HTTP/1.1\r\nHost: ');
  return {
    async reset() {
      request.destroy();
      stalled.cut();
      await Promise.all([feed.close(), idle.untilClosed()]);
    },
  };
}

function expectDeath(exit: Exit, log: string, words: RegExp): void {
  expect([exit.code, exit.signal]).toEqual([EXIT_DISK_FAILED, null]);
  expect(log).toMatch(/^ringside: journal: /m);
  expect(log).toMatch(words);
}

/** Those whose commands were not safe were told so, by code, and about nothing else. */
async function expectToBeTold(server: TestServer, client: RawClient): Promise<void> {
  const closedMs = performance.now();
  await server.exited;
  expect(performance.now() - closedMs).toBeLessThan(1_000);
  expect(client.closeCode).toBe(CLOSE_NOT_DURABLE);
  expect(client.refusals.length).toBeGreaterThan(0);
  expect(new Set(client.refusals.map(({ reason }) => reason))).toEqual(
    new Set([REFUSE_NOT_DURABLE]),
  );
  const reported = new Set(client.reports.map(({ request }) => request));
  expect(client.refusals.filter(({ request }) => reported.has(request))).toEqual([]);
}

test.each([
  ['as it is', {}],
  // Where matching waits for room in the event ring, in the thread that has to tell.
  ['with matching in the way', { matchingThread: 'io', eventSlots: 64 }],
])(
  'should die of a journal that cannot grow, with nothing acknowledged after it: %s',
  async (_, config) => {
    const server = await TestServer.start({ fileKbMax: 1_400, config });
    const others = await connectOthers(server);
    const client = await orderUntilClosed(server);
    await expectToBeTold(server, client);
    expectDeath(await server.exited, server.log, /write of .*\.segment failed: EFBIG/);
    await others.reset();
    expect(client.answered.size).toBeGreaterThan(1_000);

    const again = await server.again({});
    const got = await RawClient.logOn(again.ordersUrl, 1);
    await got.askOpenOrders(1_000_000);
    expect(got.reports.length).toBeGreaterThanOrEqual(client.reports.length);
    expect(linesOf(got.reports).slice(0, client.reports.length)).toEqual(linesOf(client.reports));
    await again.stop('SIGKILL');
  },
);

test('should die of a journal whose directory is gone', async () => {
  const config = { durability: 'os', segmentBytesMax: 65_536, ioThreads: 2 };
  const server = await TestServer.start({ config });
  const others = await connectOthers(server);
  rmSync(server.dataDirectory, { recursive: true });
  const client = await orderUntilClosed(server);
  await expectToBeTold(server, client);
  expectDeath(await server.exited, server.log, /failed: ENOENT/);
  await others.reset();
  // A batch never spans two segments, and the first was full.
  const acknowledged = client.answered.size - client.refusals.length;
  expect(acknowledged).toBeLessThanOrEqual(65_536 / 64);
});
