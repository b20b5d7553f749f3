// A server that is killed and begins again with a snapshot has all that the rulebook knows:
// icebergs with what they show, stops that wait, phases, indicatives, instruments that an operator
// added, and what sessions want to become of their orders.

import { readdirSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { MarketFeed, Operator, OrderEntry } from '../src/client/index.ts';
import { CANCEL_DISCONNECT } from '../src/core/codes.ts';
import { buy, cancel, RawClient, sell } from './server-client.ts';
import { watchBook } from './server-feed.ts';
import { endServers, TestServer } from './server-kit.ts';

afterAll(endServers);

const CONFIG = {
  snapshotCommands: 100,
  ioThreads: 2,
  sessions: [
    { number: 1, token: 'token1', accounts: [1] },
    { number: 2, token: 'token2', accounts: [2] },
    { number: 3, token: 'token3', accounts: [3] },
    { number: 9, token: 'operator', operator: true },
  ],
};
/** Two servers are started, one after the other. */
const TEST_MS_MAX = 120_000;
const SYMBOLS = ['TEST', 'HALT', 'AUCT'] as const;
const HALT = { symbol: 'HALT', tickSize: '0.25', lotSize: '10', priceBandBps: 100, haltNs: 5 };
const ROUND = 64;
const ROUNDS_MAX = 400;

/** What the feed tells of every instrument to one who comes anew. */
async function picture(server: TestServer): Promise<object[]> {
  const feed = await MarketFeed.connect({ url: server.feedUrl, WebSocket });
  const books: object[] = [feed.instruments];
  for (const symbol of SYMBOLS) {
    const { book } = await feed.subscribe(symbol, { l2: true, l3: true, trades: true });
    const { phase, nextPhaseDue, indicative, lastTrade } = book;
    const sides = [book.bids(), book.asks(), book.orders(0), book.orders(1)];
    books.push({ symbol, phase, nextPhaseDue, indicative, lastTrade, sides });
  }
  await feed.close();
  return books;
}

async function traders(server: TestServer) {
  const url = server.ordersUrl;
  const entry = await OrderEntry.connect({ url, token: 'token1', WebSocket });
  const operator = await Operator.connect({ url, token: 'operator', WebSocket });
  const close = () => Promise.all([entry.close(), operator.close()]);
  return { entry, operator, close };
}

/** An iceberg that was traded with, a stop, a halted instrument, one in its second auction. */
async function fill({ entry, operator }: Awaited<ReturnType<typeof traders>>, two: RawClient) {
  const enter = async (order: Parameters<OrderEntry['newOrder']>[0]) => {
    expect((await entry.newOrder({ stp: 'none', ...order })).status).toBe('accepted');
  };
  await enter({ symbol: 'TEST', side: 'sell', qty: 100, price: 1_005, displayQty: 10 });
  await two.ask(buy(2, 1, 1_005, 4));
  await enter({ symbol: 'TEST', side: 'sell', type: 'stop', qty: 3, stopPrice: 1_000 });
  expect(await operator.addInstrument(HALT)).toMatchObject({ status: 'accepted', instrument: 2 });
  await operator.addInstrument({ symbol: 'AUCT' });
  await entry.openOrders();
  await enter({ symbol: 'HALT', side: 'buy', qty: 30, price: 396, displayQty: 20 });
  await operator.halt('HALT');
  for (const phase of ['auction', 'continuous', 'auction'] as const) {
    await operator.setPhase('AUCT', phase);
    if (phase !== 'auction') continue;
    await enter({ symbol: 'AUCT', side: 'buy', qty: 5, price: 52 });
    await enter({ symbol: 'AUCT', side: 'sell', qty: 8, price: 50, displayQty: 2 });
  }
}

/** Sequence of the newest snapshot, 0 = there is none. */
function newestSnapshot(server: TestServer): number {
  const names = readdirSync(server.dataDirectory).filter((name) => name.endsWith('.state'));
  return Math.max(0, ...names.map((name) => Number(/\d+/.exec(name)![0])));
}

/** Goes on with commands that change no book until a snapshot has everything before them. */
async function awaitSnapshot(server: TestServer): Promise<void> {
  const { feed, book } = await watchBook(server.feedUrl, 'TEST');
  await feed.close();
  const three = await RawClient.logOn(server.ordersUrl, 3);
  for (let round = 0; round < ROUNDS_MAX && newestSnapshot(server) < book.commandSequence; ) {
    const ids = Array.from({ length: ROUND }, (_, i) => round * ROUND + 1 + i);
    await three.ask(...ids.map((id) => cancel(3, id, id)));
    round += 1;
  }
  expect(newestSnapshot(server)).toBeGreaterThanOrEqual(book.commandSequence);
  await three.close();
}

/** What `fill` did is there to be lost. */
function expectFilled([, iceberg, halted, auction]: readonly object[]): void {
  const level = (price: number, qty: number) => [{ price, qty, orders: 1 }];
  const order = (price: number, qty: number) => [expect.objectContaining({ price, qty })];
  expect(iceberg).toMatchObject({ sides: [[], level(1_005, 6), [], order(1_005, 6)] });
  expect(halted).toMatchObject({ sides: [level(396, 20), [], order(396, 20), []] });
  expect(halted).toMatchObject({ phase: 'halted' });
  expect(auction).toMatchObject({ phase: 'auction', lastTrade: { qty: 5 } });
  expect(auction).not.toMatchObject({ indicative: null });
}

test(
  'should begin with icebergs, stops, phases, instruments and wishes of a snapshot',
  async () => {
    const server = await TestServer.start({ config: CONFIG });
    const first = await traders(server);
    const two = await RawClient.logOn(server.ordersUrl, 2, { cancelOnDisconnect: true });
    await fill(first, two);
    const before = await picture(server);
    expectFilled(before);
    const open = await first.entry.openOrders();
    const { instruments } = first.operator;
    await two.ask(buy(2, 2, 90, 7));
    await awaitSnapshot(server);
    await first.close();
    await server.stop('SIGKILL');

    const again = await server.again();
    expect(again.log).toBe('');
    // Session 2 does not come back, and had asked for its orders to be canceled then.
    const { feed, book, until } = await watchBook(again.feedUrl, 'TEST');
    await until('the cancel', () => book.bids().length === 0);
    expect(await picture(again)).toEqual(before);
    const second = await traders(again);
    expect(await second.entry.openOrders()).toEqual(open);
    expect(second.operator.instruments).toEqual(instruments);
    expect(second.entry.instruments).toEqual(instruments);
    const back = await RawClient.logOn(again.ordersUrl, 2);
    await back.until('its reports', () => back.reports.at(-1)?.reason === CANCEL_DISCONNECT);

    // The iceberg shows its next tranche; the stop is triggered, and finds nobody to trade with.
    await back.ask(buy(2, 10, 1_005, 6), buy(2, 11, 1_000, 1));
    await until('the next tranche', () => book.asks()[0]?.qty === 10);
    const three = await RawClient.logOn(again.ordersUrl, 3);
    await three.ask(sell(3, 1_000_000, 1_000, 1));
    const left = open.filter(({ stopPrice }) => stopPrice === 0).length;
    expect(await second.entry.openOrders()).toHaveLength(left);
    await Promise.all([second.close(), back.close(), three.close(), feed.close()]);
    expect((await again.stop()).code).toBe(0);
  },
  TEST_MS_MAX,
);
