// A server's life: start, orders, SIGTERM or SIGKILL, and the same directory again. What was
// acknowledged is there afterwards, as far as the durability promises, and nothing twice.

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { EXIT_BAD_INPUT } from '../src/cli/exit-codes.ts';
import { MarketFeed } from '../src/client/index.ts';
import { CANCEL_DISCONNECT, EVENT_CANCELED } from '../src/core/codes.ts';
import type { Report } from '../src/wire/order-entry.ts';
import { buy, cancel, linesOf, RawClient, sell } from './server-client.ts';
import { watchBook } from './server-feed.ts';
import { endServers, TestServer } from './server-kit.ts';

const DRAIN_MS_MAX = 5_000;

afterAll(endServers);

/** What a market looks like from outside: L2 and L3 of instrument 1. */
async function lookAtBook(server: TestServer): Promise<object> {
  const feed = await MarketFeed.connect({ url: server.feedUrl, WebSocket });
  const { book } = await feed.subscribe('TEST', { l2: true, l3: true, trades: true });
  const { commandSequence, lastTrade } = book;
  const orders = [book.orders(0), book.orders(1)];
  const picture = { bids: book.bids(), asks: book.asks(), orders, commandSequence, lastTrade };
  await feed.close();
  return picture;
}

/** Two sessions: some orders rest, some traded, one is canceled. Gives the reports of both. */
async function trade(server: TestServer): Promise<Report[][]> {
  const one = await RawClient.logOn(server.ordersUrl, 1);
  const two = await RawClient.logOn(server.ordersUrl, 2);
  await one.ask(sell(1, 1, 101, 5), sell(1, 2, 102, 5), sell(1, 3, 103, 5), buy(1, 4, 90, 5));
  await two.ask(buy(2, 1, 101, 7), buy(2, 2, 95, 1));
  await one.until('its trade', () => one.reports.length === 5);
  await one.ask(cancel(1, 5, 3), cancel(1, 6, 99));
  await Promise.all([one.close(), two.close()]);
  return [one.reports, two.reports];
}

test('should be back after SIGTERM with orders, reports, ids and books', async () => {
  const server = await TestServer.start();
  const [ones, twos] = await trade(server);
  const before = await lookAtBook(server);
  const stopped = await server.stop();
  expect([stopped.code, server.log]).toEqual([0, '']);
  expect(stopped.tookMs).toBeLessThan(DRAIN_MS_MAX);

  const again = await server.again();
  expect(await lookAtBook(again)).toEqual(before);
  const one = await RawClient.logOn(again.ordersUrl, 1, { nextReport: 3 });
  const two = await RawClient.logOn(again.ordersUrl, 2);
  expect(one.welcome).toMatchObject({ nextReport: 3, reportsLost: false });
  expect(one.welcome!.accounts).toEqual([{ number: 1, name: 'account1', highestClOrdId: 4n }]);
  await one.until('reports', () => one.reports.length === ones!.length - 2);
  await two.until('reports', () => two.reports.length === twos!.length);
  expect([...ones!.slice(0, 2), ...one.reports]).toEqual(ones);
  expect(two.reports).toEqual(twos);
  const open = await one.askOpenOrders(70);
  expect(open.map(({ clOrdId, leaves }) => [clOrdId, leaves])).toEqual([
    [2n, 5],
    [4n, 5],
  ]);

  // It goes on where it was: numbers of reports, commands and trades.
  await two.ask(buy(2, 9, 102, 1));
  const last = two.reports.at(-1)!;
  expect(last.reportSequence).toBe(twos!.length + 2);
  expect(last.tradeId).toBe(2n);
  expect(last.commandSequence).toBeGreaterThan(ones!.at(-1)!.commandSequence);
  expect((await again.stop()).code).toBe(0);
});

test('should keep nothing and write nothing without durability', async () => {
  const server = await TestServer.start({ config: { durability: 'none' } });
  await trade(server);
  expect((await server.stop()).code).toBe(0);
  expect(existsSync(server.dataDirectory)).toBe(false);
  const again = await server.again();
  const one = await RawClient.logOn(again.ordersUrl, 1, { nextReport: 3 });
  expect(one.welcome).toMatchObject({ nextReport: 1, reportsLost: true });
  expect(await one.askOpenOrders(70)).toEqual([]);
  await again.stop('SIGKILL');
});

/** Sends orders without a pause until `isEnough`; gives the clients as the kill left them. */
async function loadUntilKilled(server: TestServer, answers: number): Promise<RawClient[]> {
  const clients = await Promise.all(
    [1, 2].map((number) => RawClient.logOn(server.ordersUrl, number)),
  );
  let request = 1;
  const total = () => clients.reduce((sum, { answered }) => sum + answered.size, 0);
  while (total() < answers) {
    const frame = Array.from({ length: 64 }, (_, i) => request + i);
    clients[0]!.send(...frame.map((id) => buy(1, id, 100 - (id % 50), 3)));
    clients[1]!.send(...frame.map((id) => sell(2, id, 90 + (id % 50), 2)));
    request += frame.length;
    const enough = request - 512;
    await Promise.all(
      clients.map((one) => one.until('an answer', () => one.answered.size > enough)),
    );
  }
  await server.stop('SIGKILL');
  await Promise.all(clients.map((client) => client.untilClosed()));
  return clients;
}

describe.each(['fsync', 'os'])('%s', (durability) => {
  test('should have every acknowledged order after SIGKILL, none twice', async () => {
    const config = { durability };
    const server = await TestServer.start({ config });
    const before = await loadUntilKilled(server, 4_000);
    const again = await server.againOnItsPorts();
    for (const [i, client] of before.entries()) {
      const got = await RawClient.logOn(again.ordersUrl, i + 1);
      // The answer to a question comes behind all reports that there are.
      const open = await got.askOpenOrders(1_000_000);
      expect(client.refusals).toEqual([]);
      expect(linesOf(got.reports).slice(0, client.reports.length)).toEqual(linesOf(client.reports));
      expect(got.reports.map((report) => report.reportSequence)).toEqual(
        got.reports.map((_, at) => at + 1),
      );
      const accepted = got.reports.filter(({ event }) => event === 2).map((one) => one.clOrdId);
      expect(new Set(accepted).size).toBe(accepted.length);
      expect(new Set(open.map((order) => order.orderId)).size).toBe(open.length);
      expect(open.length).toBeGreaterThan(0);
    }
    await again.stop('SIGKILL');
  });
});

test('should cancel the orders of who asked for it and is not back after a crash', async () => {
  // Long enough for whoever comes back within it, however busy the machine.
  const config = { durability: 'os', ioThreads: 2, resumeGraceMs: 5_000 };
  const server = await TestServer.start({ config });
  const asked = { cancelOnDisconnect: true };
  const clients = [
    await RawClient.logOn(server.ordersUrl, 1, asked),
    await RawClient.logOn(server.ordersUrl, 2),
    await RawClient.logOn(server.ordersUrl, 3, asked),
  ];
  await Promise.all(clients.map((client, i) => client.ask(buy(i + 1, 1, 51 + i))));
  await server.stop('SIGKILL');

  const again = await server.again();
  const back = await RawClient.logOn(again.ordersUrl, 3, { ...asked, nextReport: 2 });
  const { feed, book, until } = await watchBook(again.feedUrl, 'TEST');
  const prices = () => book.bids().map(({ price }) => price);
  expect(prices()).toEqual([53, 52, 51]);
  await until('the cancel', () => prices().length < 3);
  expect(prices()).toEqual([53, 52]);
  expect((await back.askOpenOrders(70)).length).toBe(1);
  const late = await RawClient.logOn(again.ordersUrl, 1, { nextReport: 2 });
  await late.until('the cancel', () => late.reports.length === 1);
  expect(late.reports[0]).toMatchObject({ event: EVENT_CANCELED, reason: CANCEL_DISCONNECT });
  await feed.close();
  await again.stop('SIGKILL');
});

test('should refuse a directory or a port that somebody else has', async () => {
  const server = await TestServer.start({ config: { durability: 'os' } });
  const second = TestServer.launch(server.options, server.dir);
  expect(await second.exited).toMatchObject({ code: EXIT_BAD_INPUT });
  expect(second.log).toContain(`owned by process ${server.pid} on`);
  for (const key of ['ordersPort', 'feedPort']) {
    const config = { [key]: server.ordersPort };
    const rival = TestServer.launch({ config });
    expect(await rival.exited).toMatchObject({ code: EXIT_BAD_INPUT });
    expect(rival.log).toContain(`cannot listen on 127.0.0.1:${server.ordersPort}`);
    expect(existsSync(rival.dataDirectory)).toBe(false);
  }
  const one = await RawClient.logOn(server.ordersUrl, 1);
  await one.ask(buy(1, 1));
  expect((await server.stop()).code).toBe(0);
});

test('should refuse one port for orders and feed', async () => {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as net.AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const server = TestServer.launch({ config: { ordersPort: port, feedPort: port } });
  expect(await server.exited).toMatchObject({ code: EXIT_BAD_INPUT });
  expect(server.log).toContain('feedPort');
});

test('should not start on a damaged journal, and say where the damage is', async () => {
  const server = await TestServer.start();
  await trade(server);
  await server.stop();
  const [segment] = server.segments;
  const bytes = readFileSync(segment!);
  bytes[200]! ^= 4;
  writeFileSync(segment!, bytes);
  const again = TestServer.launch(server.options, server.dir);
  expect(await again.exited).toMatchObject({ code: EXIT_BAD_INPUT });
  expect(again.log).toContain(`the journal is damaged: ${segment} at byte `);
  expect(again.output).toBe('');
  expect(statSync(segment!).size).toBe(bytes.length);
  expect(readFileSync(segment!)).toEqual(bytes);
});
