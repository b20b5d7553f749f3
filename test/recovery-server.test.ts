// A server that makes snapshots while it trades, killed and started again: every thread begins with
// its part of the state, and nothing can be told from a server that never stopped.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { EXIT_BAD_INPUT } from '../src/cli/exit-codes.ts';
import { MarketFeed } from '../src/client/index.ts';
import { buy, linesOf, RawClient, sell } from './server-client.ts';
import { endServers, TestServer } from './server-kit.ts';

afterAll(endServers);

const CONFIG = { snapshotCommands: 600, snapshotsKept: 2, segmentBytesMax: 65_536, ioThreads: 2 };
/** Four servers are started, one after the other. */
const TEST_MS_MAX = 120_000;
const ROUND = 64;
const ROUNDS_MAX = 400;

function snapshots(server: TestServer): string[] {
  const names = readdirSync(server.dataDirectory).filter((name) => name.endsWith('.state'));
  return names.sort().map((name) => join(server.dataDirectory, name));
}

async function picture(server: TestServer): Promise<object> {
  const feed = await MarketFeed.connect({ url: server.feedUrl, WebSocket });
  const { book } = await feed.subscribe('TEST', { l2: true, l3: true, trades: true });
  const { commandSequence, lastTrade } = book;
  const sides = [book.bids(), book.asks(), book.orders(0), book.orders(1)];
  await feed.close();
  return { sides, commandSequence, lastTrade };
}

/** True when the journal alone would not do any more. */
function isRetired(server: TestServer): boolean {
  return snapshots(server).length === 2 && !server.segments[0]!.endsWith('0001.segment');
}

/** Two sessions trade until `isEnough`. */
async function trade(clients: RawClient[], isEnough: () => boolean): Promise<void> {
  const [one, two] = clients as [RawClient, RawClient];
  for (let round = 0; round < ROUNDS_MAX && !isEnough(); round++) {
    const ids = Array.from({ length: ROUND }, (_, i) => round * ROUND + 1 + i);
    await one.ask(...ids.map((id) => buy(1, id, 100 - (id % 40), 3)));
    await two.ask(...ids.map((id) => sell(2, id, 98 + (id % 40), 2)));
  }
  expect(isEnough()).toBe(true);
}

/** Session 1's reports, as a client that lost everything gets them. */
async function reportsOfOne(server: TestServer, count: number): Promise<string[]> {
  const client = await RawClient.logOn(server.ordersUrl, 1);
  await client.until('reports', () => client.reports.length >= count);
  await client.close();
  return linesOf(client.reports);
}

test(
  'should be back from a snapshot, or the one before, and refuse without any',
  async () => {
    const server = await TestServer.start({ config: CONFIG });
    const clients = await Promise.all([1, 2].map((n) => RawClient.logOn(server.ordersUrl, n)));
    await trade(clients, () => isRetired(server));
    const open = await clients[0]!.askOpenOrders(1_000_000);
    await clients[1]!.askOpenOrders(1_000_000);
    const before = clients.map(({ reports }) => linesOf(reports));
    const book = await picture(server);
    await server.stop('SIGKILL');

    const again = await server.again();
    expect(again.log).toBe('');
    expect(await picture(again)).toEqual(book);
    const lines = await expectToGoOn(again, before, open);
    expect((await again.stop()).code).toBe(0);

    const [older, newest] = snapshots(server) as [string, string];
    spoil(newest);
    // It makes none of its own, or the next would have one to start from.
    const third = await server.again({ config: { ...CONFIG, snapshotCommands: 0 } });
    expect(third.log).toContain(`${newest} cannot be used: `);
    expect(await reportsOfOne(third, lines.length)).toEqual(lines);
    await third.stop('SIGKILL');

    spoil(older);
    const last = TestServer.launch(server.options, server.dir);
    expect((await last.exited).code).toBe(EXIT_BAD_INPUT);
    expect(last.log).toMatch(/are missing before it \(sequence\)/);
  },
  TEST_MS_MAX,
);

/** Both sessions are as they were, and go on. Gives the reports of session 1. */
async function expectToGoOn(
  server: TestServer,
  before: readonly string[][],
  open: readonly { orderId: bigint }[],
): Promise<string[]> {
  const after: string[][] = [];
  for (const [i, lines] of before.entries()) {
    const client = await RawClient.logOn(server.ordersUrl, i + 1);
    await client.until('reports', () => client.reports.length >= lines.length);
    expect(linesOf(client.reports)).toEqual(lines);
    const used = client.reports.filter(({ event }) => event === 2).map(({ clOrdId }) => clOrdId);
    expect(client.welcome!.accounts[0]!.highestClOrdId).toBe(used.at(-1));
    const orders = await client.askOpenOrders(2_000_000);
    if (i === 0) expect(orders.map((o) => o.orderId)).toEqual(open.map((o) => o.orderId));
    // A used id is used, a new one is good; the reports have the next numbers.
    const old = Number(used.at(-1));
    await client.ask(buy(i + 1, old, 1), buy(i + 1, 3_000_000, 1));
    const numbers = client.reports.slice(lines.length).map((one) => one.reportSequence);
    expect(numbers).toEqual([lines.length + 1, lines.length + 2]);
    expect(client.reports.slice(lines.length).map((one) => one.event)).toEqual([3, 2]);
    after.push(linesOf(client.reports));
    await client.close();
  }
  return after[0]!;
}

function spoil(file: string): void {
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1]! ^= 0x10;
  writeFileSync(file, bytes);
}
