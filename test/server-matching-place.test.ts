// Matching in a thread of its own and within the first I/O thread: clients cannot tell one from the
// other, and none of the ways around a full event ring stands still.

import { afterAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../src/ops/config.ts';
import { isMatchingHosted } from '../src/workers/matching-place.ts';
import { buy, cancel, linesOf, RawClient, sell } from './server-client.ts';
import { watchBook } from './server-feed.ts';
import { endServers, TestServer } from './server-kit.ts';

afterAll(endServers);

/** Resting orders that one order sweeps: many times what the event ring holds. */
const SWEPT = 400;
const PLACES = ['own', 'io'] as const;

/** What both clients are told when the one sweeps what the other rests, and what rests then. */
async function trade(config: Record<string, unknown>): Promise<[string[][], number, TestServer]> {
  const server = await TestServer.start({ config });
  const maker = await RawClient.logOn(server.ordersUrl, 1);
  const taker = await RawClient.logOn(server.ordersUrl, 2);
  const { feed, book, until } = await watchBook(server.feedUrl, 'TEST');
  await maker.ask(...Array.from({ length: SWEPT }, (_, i) => sell(1, i + 1, 100 + (i % 7))));
  await taker.ask(buy(2, 1, 106, SWEPT - 1));
  await maker.ask(cancel(1, SWEPT + 1, 1), sell(1, SWEPT + 2, 108, 5));
  await until('the last order', () => book.asks()[0]?.qty === 1 && book.asks()[1]?.qty === 5);
  await maker.until('its last trade', () => maker.reports.length >= 2 * SWEPT);
  const rest = (await maker.askOpenOrders(9_999)).length;
  const told = [maker, taker].map(({ reports }) => linesOf(reports.map(withoutTime)));
  feed.close();
  for (const client of [maker, taker]) await client.close();
  return [told, rest, server];
}

function withoutTime<T extends object>(report: T): T {
  return { ...report, time: 0n };
}

describe.each(['none', 'fsync'])('with durability %s', (durability) => {
  test.each([
    ['a roomy event ring', { eventSlots: 65_536 }],
    ['an event ring far smaller than what one command does', { eventSlots: 64 }],
    ['a small command ring and two I/O threads', { commandSlots: 512, ioThreads: 2 }],
  ])('should do the same in both places: %s', async (_, config) => {
    const told: string[][][] = [];
    for (const matchingThread of PLACES) {
      const [lines, rest, server] = await trade({ ...config, durability, matchingThread });
      expect([rest, server.log]).toEqual([2, '']);
      expect((await server.stop()).code).toBe(0);
      told.push(lines);
    }
    expect(told[1]).toEqual(told[0]);
    expect(told[0]!.map((lines) => lines.length)).toEqual([2 * SWEPT + 1, SWEPT]);
  });
});

test.each(PLACES)('should serve over the smallest rings: %s', async (matchingThread) => {
  const config = { durability: 'none', commandSlots: 64, eventSlots: 64, matchingThread };
  const server = await TestServer.start({ config });
  const client = await RawClient.logOn(server.ordersUrl, 1);
  for (let i = 1; i <= 200; i++) await client.ask(buy(1, i));
  expect([client.reports.length, client.refusals]).toEqual([200, []]);
  expect((await server.stop()).code).toBe(0);
});

test('should go on from one place in the other', async () => {
  const [, , server] = await trade({ durability: 'fsync', matchingThread: 'io' });
  expect((await server.stop()).code).toBe(0);
  const config = { durability: 'fsync', matchingThread: 'own' };
  const again = await server.again({ config });
  const maker = await RawClient.logOn(again.ordersUrl, 1, { nextReport: 10_000 });
  expect(await maker.askOpenOrders(9_999)).toHaveLength(2);
  expect((await again.stop()).code).toBe(0);
});

test('should say where it is', async () => {
  for (const place of PLACES) {
    const config = { durability: 'none', matchingThread: place };
    const server = await TestServer.start({ logLevel: 'info', config });
    const hosted = server.log.includes('"thread":"io-1","msg":"matching runs within this thread"');
    expect([place, hosted]).toEqual([place, place === 'io']);
    await server.stop();
  }
});

test('should be chosen by the number of cores where nothing asks for a thread', () => {
  const placeOf = (cores: number, overrides = {}): boolean =>
    isMatchingHosted(loadConfig(undefined, overrides), cores);
  expect([1, 2, 3, 64].map((cores) => placeOf(cores))).toEqual([true, true, false, false]);
  for (const more of [{ ioThreads: 2 }, { matchingCpu: 0 }, { waitStrategy: 'busy-spin' }]) {
    expect(placeOf(2, more)).toBe(false);
  }
  expect(placeOf(64, { matchingThread: 'io' })).toBe(true);
  expect(placeOf(1, { matchingThread: 'own' })).toBe(false);
});

test('should not be pinned where it has no thread', () => {
  const both = { matchingThread: 'io', matchingCpu: 'auto' };
  expect(() => loadConfig(undefined, both)).toThrow(
    'matchingCpu: needs a matchingThread of its own',
  );
});
