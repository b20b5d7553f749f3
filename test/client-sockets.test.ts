// The SDK over real sockets, which a server drops at any moment.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { Prng } from '../src/base/prng.ts';
import { MarketFeed, OrderEntry, SIDE_BUY, SIDE_SELL } from '../src/client/index.ts';
import { Exchange } from './client-exchange.ts';

const ORDER = { symbol: 'DEMO', account: 'demo1', qty: 2, stp: 'none' } as const;

describe('over real sockets', () => {
  let exchange: Exchange;
  const connect = (more: object = {}) =>
    OrderEntry.connect({ url: `${exchange.url}/orders`, token: 'demo', WebSocket, ...more });

  beforeEach(async () => {
    exchange = await Exchange.start();
  });

  afterEach(async () => {
    await exchange.stop();
  });

  test('every command should be answered, every report come once, whatever drops', async () => {
    const sequences: number[] = [];
    let drops = 0;
    const entry = await connect({
      onReport: ({ sequence }: { sequence: number }) => sequences.push(sequence),
      onState: (state: string) => {
        if (state === 'reconnecting') drops += 1;
      },
    });
    const feed = await MarketFeed.connect({ url: `${exchange.url}/feed`, WebSocket });
    let reached = (_commandSequence: number): void => {};
    const { book } = await feed.subscribe('DEMO', {
      l3: true,
      onUpdate: ({ commandSequence }) => reached(commandSequence),
    });
    const seed = Date.now() % 1_000_000;
    const prng = new Prng(seed);
    const note = `seed ${seed}`;
    for (let round = 0; round < 30; round++) {
      const orders = Array.from({ length: 20 }, () => {
        const side = prng.pick(['buy', 'sell'] as const);
        return entry.newOrder({ ...ORDER, side, price: prng.between(100, 105) });
      });
      if (prng.chance(50)) for (const socket of exchange.sockets) socket.terminate();
      for (const { status } of await Promise.all(orders)) expect(status, note).toBe('accepted');
    }
    expect(sequences, note).toEqual(sequences.map((_, i) => i + 1));
    expect(drops, note).toBeGreaterThan(2);
    const last = await entry.newOrder({ ...ORDER, side: 'buy', price: 1 });
    await new Promise<void>((resolve) => {
      reached = (commandSequence) => {
        if (commandSequence >= last.reports[0]!.commandSequence) resolve();
      };
      if (book.state === 'live') reached(book.commandSequence);
    });
    const resting = [...book.orders(SIDE_BUY), ...book.orders(SIDE_SELL)];
    const open = await entry.openOrders();
    const told = (orders: readonly { orderId: bigint; price: number }[]) =>
      orders.map(({ orderId, price }) => `${orderId} ${price}`).sort();
    expect(open.length, note).toBeGreaterThan(0);
    expect(told(resting), note).toEqual(told(open));
    await entry.close();
    await feed.close();
    expect(exchange.sockets.size).toBe(0);
  });

  test('nobody being there, and a wrong token, should be told apart', async () => {
    const url = exchange.url.replace(/\d+$/, '1');
    const nobody = OrderEntry.connect({ url, token: 'demo', WebSocket });
    await expect(nobody).rejects.toMatchObject({ code: 'unreachable', closeCode: 1006 });
    const wrong = connect({ token: 'wrong' });
    await expect(wrong).rejects.toMatchObject({ code: 'bad_token', closeCode: 4002 });
  });

  test('a second logon should take the session over for good', async () => {
    const states: string[] = [];
    const onState = (state: string, error: { code: string } | null) =>
      states.push(error === null ? state : `${state} ${error.code}`);
    const first = await connect({ onState });
    const ended = first.reports().next();
    const rejected = expect(ended).rejects.toMatchObject({ code: 'taken_over' });
    const second = await connect();
    await rejected;
    expect(states).toEqual(['ready', 'closed taken_over']);
    expect(second.state).toBe('ready');
    await second.close();
  });
});
