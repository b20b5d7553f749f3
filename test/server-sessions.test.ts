// Rules of a session over real sockets, on a server with two I/O threads: which of them a
// connection comes to is the kernel's choice, so what is done often is done across both.

import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CANCEL_DISCONNECT,
  EVENT_CANCELED,
  EVENT_NEW,
  EVENT_TRADE,
  REJECT_BUSY,
} from '../src/core/codes.ts';
import { CLOSE_TAKEN_OVER, COMMANDS_PER_FRAME_MAX, CREDITS } from '../src/wire/frame-kinds.ts';
import type { Report } from '../src/wire/order-entry.ts';
import { buy, logonFrame, RawClient, sell } from './server-client.ts';
import { watchBook } from './server-feed.ts';
import { endServers, TestServer } from './server-kit.ts';

/** Long enough for whoever comes back within it, however busy the machine. */
const GRACE_MS = 3_000;
const TAKEOVERS = 25;

let server: TestServer;

beforeAll(async () => {
  const sessions = Array.from({ length: 9 }, (_, i) => {
    return { number: i + 1, token: `token${i + 1}`, accounts: [i + 1] };
  });
  // Sessions 8 and 9 share an account.
  sessions[8]!.accounts = [8];
  const config = { ioThreads: 2, resumeGraceMs: GRACE_MS, durability: 'os', sessions };
  server = await TestServer.start({ sessions: 9, config });
});

afterAll(endServers);

/** Another session buys from session 1, a lot at a time, until it is told to stop. */
async function buyFromOne(number: number, until: () => boolean): Promise<number> {
  const buyer = await RawClient.logOn(server.ordersUrl, number);
  let request = 1;
  while (!until()) {
    buyer.send(...Array.from({ length: 64 }, (_, i) => buy(number, request + i, 500)));
    request += 64;
    await buyer.until('trades', () => buyer.answered.size > request - 512);
  }
  await buyer.until('trades', () => buyer.answered.size === request - 1);
  await buyer.close();
  return request - 1;
}

/** Every command of `requests` had one answer. */
function expectAnswers(client: RawClient, requests: number): void {
  const ended = client.reports.filter(({ end }) => end).map(({ request }) => request);
  const all = [...ended, ...client.refusals.map(({ request }) => request)];
  expect(all.length).toBe(requests);
  expect(new Set(all).size).toBe(requests);
}

test('should be taken over by a second logon on whichever thread, and lose no report', async () => {
  let client = await RawClient.logOn(server.ordersUrl, 1);
  await client.ask(sell(1, 1, 500, 1_000_000));
  const reports: Report[] = [];
  let isOver = false;
  const trading = buyFromOne(2, () => isOver);
  const olds: RawClient[] = [];
  for (let i = 0; i < TAKEOVERS; i++) {
    const wanted = client.reports.length + 200;
    await client.until('trades', () => client.reports.length > wanted);
    const next = await RawClient.open(server.ordersUrl);
    reports.push(...client.reports.splice(0));
    next.sendBytes(logonFrame(1, { nextReport: reports.length + 1 }));
    await next.until('a welcome', () => next.welcome !== null);
    expect(next.welcome).toMatchObject({ reportsLost: false, nextReport: reports.length + 1 });
    olds.push(client);
    client = next;
  }
  isOver = true;
  const trades = await trading;
  await client.askOpenOrders(99);
  reports.push(...client.reports);
  expect(reports.map(({ reportSequence }) => reportSequence)).toEqual(reports.map((_, i) => i + 1));
  expect(reports.filter(({ event }) => event === EVENT_TRADE).length).toBe(trades);
  const codes = await Promise.all(olds.map((old) => old.untilClosed()));
  expect(codes).toEqual(olds.map(() => CLOSE_TAKEN_OVER));
  await client.close();
});

test('should cancel what a lost session entered, and nothing of others', async () => {
  const lost = await RawClient.logOn(server.ordersUrl, 8, { cancelOnDisconnect: true });
  const other = await RawClient.logOn(server.ordersUrl, 9, { cancelOnDisconnect: true });
  await lost.ask(buy(8, 1, 50), buy(8, 2, 51));
  await other.ask(buy(8, 3, 52));
  const from = lost.reports.length + 1;
  lost.cut();
  // Within the grace nothing happens, and who comes back in time keeps all.
  const back = await RawClient.logOn(server.ordersUrl, 8, {
    cancelOnDisconnect: true,
    nextReport: from,
  });
  expect((await back.askOpenOrders(70)).length).toBe(3);
  // A take-over cancels nothing, though the connection that it ends had asked for it.
  const taker = await RawClient.logOn(server.ordersUrl, 8, {
    cancelOnDisconnect: true,
    nextReport: from,
  });
  await back.untilClosed();
  expect((await taker.askOpenOrders(71)).length).toBe(3);

  const { feed, book, until } = await watchBook(server.feedUrl, 'TEST');
  const prices = () => book.bids().map(({ price }) => price);
  expect(prices()).toEqual([52, 51, 50]);
  await taker.close();
  await until('the cancels', () => prices().length < 3 && !prices().includes(50));
  expect(prices()).toEqual([52]);
  expect((await other.askOpenOrders(72)).length).toBe(1);
  await feed.close();
  const late = await RawClient.logOn(server.ordersUrl, 8, { nextReport: from });
  await late.until('cancels', () => late.reports.length === 2);
  for (const { event, reason, request } of late.reports) {
    expect([event, reason, request]).toEqual([EVENT_CANCELED, CANCEL_DISCONNECT, 0]);
  }
  await Promise.all([late.close(), other.close()]);
});

test('should be busy beyond its credits, alone and in order', async () => {
  const greedy = await RawClient.logOn(server.ordersUrl, 3);
  const modest = await RawClient.logOn(server.ordersUrl, 4);
  expect(greedy.welcome!.credits).toBe(CREDITS);
  let commands = 0;
  // More at once than the credits; the server may be quick enough to answer some meanwhile.
  while (greedy.refusals.length === 0) {
    const first = commands + 1;
    commands += 16 * COMMANDS_PER_FRAME_MAX;
    greedy.send(
      ...Array.from({ length: commands + 1 - first }, (_, i) => buy(3, first + i, 1 + (i % 40))),
    );
    await modest.ask(...Array.from({ length: 100 }, (_, i) => buy(4, first + i, 1)));
    await greedy.until('answers', () => greedy.answered.size === commands);
  }
  expectAnswers(greedy, commands);
  expect(modest.refusals).toEqual([]);
  expect(new Set(greedy.refusals.map(({ reason }) => reason))).toEqual(new Set([REJECT_BUSY]));
  // Of each frame the beginning was taken and the rest was not.
  const busy = new Set(greedy.refusals.map(({ request }) => request));
  for (let request = 2; request <= commands; request++) {
    if (request % COMMANDS_PER_FRAME_MAX === 1 || !busy.has(request - 1)) continue;
    expect([request, busy.has(request)]).toEqual([request, true]);
  }
  const taken = greedy.reports.filter(({ event }) => event === EVENT_NEW);
  expect(taken.map(({ request }) => request)).toEqual(
    taken.map(({ request }) => request).sort((a, b) => a - b),
  );
  // What was refused may be sent again.
  const again = greedy.refusals[0]!.request;
  await greedy.ask(buy(3, commands + again));
  expect(greedy.reports.at(-1)).toMatchObject({ event: EVENT_NEW, request: commands + again });
  await Promise.all([greedy.close(), modest.close()]);
});

test('should tell each account apart, and let nobody act for an account of others', async () => {
  const one = await RawClient.logOn(server.ordersUrl, 5);
  await one.ask(buy(6, 1), buy(5, 2));
  expect(one.refusals).toEqual([{ request: 1, reason: 1 }]);
  expect(one.reports).toMatchObject([{ event: EVENT_NEW, account: 5, request: 2 }]);
  await one.close();
});
