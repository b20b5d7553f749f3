// A running server under an operator's hand, and left to its timetable: over its sockets, with its
// journal, and over restarts.

import { afterAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { MarketFeed, type MarketPhase, Operator, OrderEntry } from '../src/client/index.ts';
import { COMMAND_INSTRUMENT, COMMAND_SYMBOL, COMMAND_TIME } from '../src/core/codes.ts';
import { C_HEAD, COMMAND_WORDS, HEAD_COMMAND_MASK } from '../src/core/command-slot.ts';
import { readJournal } from '../src/journal/journal-reader.ts';
import { endServers, TestServer, within } from './server-kit.ts';

afterAll(endServers);

const WAIT_MS_MAX = 20_000;
const MS = 1_000_000;
const BANDED = {
  ...{ number: 1, symbol: 'TEST', referencePrice: 1_000, priceBandBps: 500 },
  ...{ haltNs: 300 * MS, auctionNs: 200 * MS },
};
const CONFIG = {
  instruments: [BANDED],
  sessions: [
    { number: 1, token: 'token1', accounts: [1] },
    { number: 2, token: 'token2', accounts: [2] },
    { number: 9, token: 'operator', operator: true },
  ],
};

/** A trader, an operator, and the phases that the feed tells of TEST. */
async function clientsOf(server: TestServer) {
  const phases: MarketPhase[] = [];
  let wake = () => {};
  const feed = await MarketFeed.connect({ url: server.feedUrl, WebSocket });
  const subscription = await feed.subscribe('TEST', {
    onPhase: (phase) => phases.push(phase),
    onUpdate: () => wake(),
  });
  const entry = await OrderEntry.connect({ url: server.ordersUrl, token: 'token1', WebSocket });
  const operator = await Operator.connect({ url: server.ordersUrl, token: 'operator', WebSocket });
  const until = (isTrue: () => boolean) =>
    within(
      WAIT_MS_MAX,
      'the feed',
      (async () => {
        while (!isTrue()) await new Promise<void>((resolve) => (wake = resolve));
      })(),
    );
  const close = () => Promise.all([feed.close(), entry.close(), operator.close()]);
  return { feed, book: subscription.book, entry, operator, phases, until, close };
}

/** Halts TEST by a trade that its band forbids. */
async function breach(entry: OrderEntry): Promise<void> {
  await entry.newOrder({ symbol: 'TEST', side: 'sell', qty: 1, price: 2_000 });
  const buy = await entry.newOrder({
    symbol: 'TEST',
    side: 'buy',
    qty: 1,
    price: 2_000,
    stp: 'none',
  });
  expect(buy).toMatchObject({ status: 'accepted', cancelReason: 'price_band' });
}

/** How many commands of each kind are in the journal. */
function journaled(server: TestServer): Map<number, number> {
  const counts = new Map<number, number>();
  readJournal(server.dataDirectory, (words, at, count) => {
    for (let i = 0; i < count; i++) {
      const command = words[at + i * COMMAND_WORDS + C_HEAD]! & HEAD_COMMAND_MASK;
      counts.set(command, (counts.get(command) ?? 0) + 1);
    }
  });
  return counts;
}

describe('a halt by the price band', () => {
  test.each(['fsync', 'none'])(
    'should end by itself, without any command: durability %s',
    async (durability) => {
      const server = await TestServer.start({ config: { ...CONFIG, durability } });
      const { book, entry, phases, until, close } = await clientsOf(server);
      await breach(entry);
      await until(() => phases.length >= 3);
      expect(phases.map(({ phase }) => phase)).toEqual(['halted', 'auction', 'continuous']);
      const [halted, auction, continuous] = phases;
      expect(halted!.due - halted!.time).toBe(BigInt(BANDED.haltNs));
      expect(auction!.due - halted!.due).toBe(BigInt(BANDED.auctionNs));
      expect(auction!.time).toBeGreaterThanOrEqual(halted!.due);
      expect(continuous!.time).toBeGreaterThanOrEqual(auction!.due);
      expect(book.phase).toBe('continuous');
      const next = await entry.newOrder({ symbol: 'TEST', side: 'buy', qty: 1, price: 990 });
      expect(next.status).toBe('accepted');
      await close();
      expect((await server.stop()).code).toBe(0);
      // One for each time that was due, and none besides.
      if (durability !== 'none') expect(journaled(server).get(COMMAND_TIME)).toBe(2);
    },
  );

  test('should end right after a restart that came too late for it', async () => {
    const server = await TestServer.start({ config: CONFIG });
    const first = await clientsOf(server);
    await breach(first.entry);
    await first.until(() => first.phases.length >= 1);
    await server.stop('SIGKILL');
    await first.close();
    const restarted = await server.again();
    const { operator, book, phases, until, close } = await clientsOf(restarted);
    await until(() => book.phase === 'continuous');
    // What was due before is over before anybody could log on.
    expect(phases.length).toBeLessThan(3);
    expect(operator.instruments[0]!.phase).toBe('continuous');
    await close();
    expect((await restarted.stop()).code).toBe(0);
    expect(journaled(restarted).get(COMMAND_TIME)).toBeLessThanOrEqual(2);
  });

  test('should be told by the operator only when there is a timetable', async () => {
    const server = await TestServer.start({ config: CONFIG });
    const { entry, operator, phases, until, close } = await clientsOf(server);
    await operator.halt('TEST');
    const refused = await entry.newOrder({ symbol: 'TEST', side: 'buy', qty: 1, price: 990 });
    expect(refused).toMatchObject({ status: 'rejected', reason: 'phase' });
    await operator.resume('TEST');
    await breach(entry);
    // An operator's phase ends the timetable.
    await operator.setPhase('TEST', 'closed');
    await until(() => phases.length >= 4);
    expect(phases.map(({ phase, due }) => [phase, due !== 0n])).toEqual([
      ['halted', false],
      ['continuous', false],
      ['halted', true],
      ['closed', false],
    ]);
    await close();
    expect((await server.stop()).code).toBe(0);
    expect(journaled(server).get(COMMAND_TIME) ?? 0).toBe(0);
  });
});

describe('an instrument that is added', () => {
  test('should be there for everybody at once, and after a restart', async () => {
    const server = await TestServer.start({ config: { ...CONFIG, ioThreads: 2 } });
    const first = await clientsOf(server);
    const acme = { symbol: 'ACME', tickSize: '0.25', lotSize: '10', referencePrice: 400 };
    const added = await first.operator.addInstrument({ ...acme, priceBandBps: 100, haltNs: 5 });
    expect(added).toMatchObject({ status: 'accepted', instrument: 2 });
    expect(first.operator.instruments.map(({ symbol }) => symbol)).toEqual(['TEST', 'ACME']);
    const again = await first.operator.addInstrument(acme);
    expect(again).toMatchObject({ status: 'rejected', reason: 'symbol_in_use' });
    const taken = await first.operator.addInstrument({ symbol: 'OTHER', instrument: 2 });
    expect(taken).toMatchObject({ status: 'rejected', reason: 'already_defined' });
    await within(
      WAIT_MS_MAX,
      'the trader to learn of it',
      (async () => {
        while (first.entry.instruments.length < 2) {
          await new Promise((resolve) => setImmediate(resolve));
        }
      })(),
    );
    const order = { symbol: 'ACME', side: 'buy', qty: 30, price: 396, displayQty: 10 } as const;
    expect((await first.entry.newOrder(order)).status).toBe('accepted');
    await first.operator.setPhase('ACME', 'auction');
    await first.operator.kill({ session: 1 });
    await first.close();
    await server.stop('SIGKILL');

    const restarted = await server.again();
    const { operator, entry, feed, close } = await clientsOf(restarted);
    const facts = { number: 2, ...acme, priceBandBps: 100, haltNs: 5, auctionNs: 0 };
    expect(operator.instruments[1]).toEqual({ ...facts, phase: 'auction' });
    expect(feed.instruments[1]).toEqual({ ...facts, phase: 'auction' });
    expect(await entry.openOrders()).toEqual([]);
    const killed = await entry.newOrder(order);
    expect(killed).toMatchObject({ status: 'rejected', reason: 'risk_killed' });
    await operator.lift({ session: 1 });
    expect((await entry.newOrder(order)).status).toBe('accepted');
    await close();
    await restarted.stop();
    const counts = journaled(restarted);
    // Those of the configuration are defined once, not at each start; one add was rejected.
    expect([counts.get(COMMAND_SYMBOL), counts.get(COMMAND_INSTRUMENT)]).toEqual([3, 3]);
  });
});
