// Limits of time and of what may pile up: clients that fall silent, vanish, do not log on, do not
// read. All of them at once, on one server, because each takes its seconds.

import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  CANCEL_DISCONNECT,
  COMMAND_MASS_CANCEL,
  EVENT_CANCELED,
  SIDE_BUY,
  TIF_IOC,
} from '../src/core/codes.ts';
import { listen } from '../src/gateway/socket-server.ts';
import { BLOCK_WORDS } from '../src/ops/counter-layout.ts';
import { encodeConsumerHeartbeat, encodeSubscribe } from '../src/wire/feed.ts';
import * as kinds from '../src/wire/frame-kinds.ts';
import { buy, RawClient } from './server-client.ts';
import { watchBook } from './server-feed.ts';
import { endServers, TestServer, within } from './server-kit.ts';
import { CuttingProxy } from './server-proxy.ts';

/** What has not come by then never will. */
const WAIT_MS_MAX = 60_000;
/** What a clock in another process may be off. */
const CLOCK_MS = 5;
const SYMBOLS = ['CALM', 'BUSY', 'DEAD', 'DEAF'];

let server: TestServer;

beforeAll(async () => {
  const instruments = SYMBOLS.map((symbol, i) => ({ number: i + 1, symbol }));
  const config = { durability: 'none', instruments };
  server = await TestServer.start({ sessions: 8, config });
});

afterAll(endServers);

/**
 * It took at least `limitMs` since `fromMs`, which is before the server's own clock began to run.
 * How late it is says how busy the machine is.
 */
function expectAfter(fromMs: number, limitMs: number): void {
  expect(performance.now() - fromMs).toBeGreaterThan(limitMs - CLOCK_MS);
}

describe.concurrent('a client', () => {
  test('that says nothing should be closed, and its orders canceled', async () => {
    const client = await RawClient.logOn(server.ordersUrl, 1, { cancelOnDisconnect: true });
    client.fallSilent();
    const fromMs = performance.now();
    await client.ask(buy(1, 1));
    expect(await client.untilClosed()).toBe(kinds.CLOSE_SILENT);
    expectAfter(fromMs, kinds.SILENCE_MS_MAX);
    // It was heard meanwhile.
    expect(client.heartbeats).toBeGreaterThan(2);
    const again = await RawClient.logOn(server.ordersUrl, 1, { nextReport: 2 });
    await again.until('the cancel', () => again.reports.length === 1);
    expect(again.reports[0]).toMatchObject({ event: EVENT_CANCELED, reason: CANCEL_DISCONNECT });
    await again.close();
  });

  test('that does not log on should be closed', async () => {
    const fromMs = performance.now();
    const client = await RawClient.open(server.ordersUrl);
    client.fallSilent();
    expect(await client.untilClosed()).toBe(kinds.CLOSE_LOGON_TIMEOUT);
    expectAfter(fromMs, kinds.LOGON_MS_MAX);
  });

  test('whose request never ends should be dropped', async () => {
    const socket = net.connect(server.ordersPort, '127.0.0.1');
    socket.on('error', () => {}).resume();
    socket.write('GET /orders HTTP/1.1\r\nHost: x\r\n');
    await within(WAIT_MS_MAX, 'the end of a request', once(socket, 'close'));
  });

  test('whose connection is dead should not be locked out, and be missed in time', async () => {
    const proxy = await CuttingProxy.start(server.ordersPort);
    const dead = await RawClient.logOn(proxy.url, 2, { cancelOnDisconnect: true });
    const other = await RawClient.logOn(proxy.url, 3, { cancelOnDisconnect: true });
    const order = { ...buy(3, 1, 77), instrument: 3 };
    const fromMs = performance.now();
    await Promise.all([dead.ask(buy(2, 1)), other.ask(order)]);
    const { feed, book, until } = await watchBook(server.feedUrl, 'DEAD');
    expect(book.bids()).toEqual([{ price: 77, qty: 1, orders: 1 }]);

    proxy.hold();
    const back = await RawClient.logOn(server.ordersUrl, 2, { nextReport: 2 });
    expect((await back.askOpenOrders(9)).length).toBe(1);
    await until('the cancel of a dead connection', () => book.bids().length === 0);
    expectAfter(fromMs, kinds.SILENCE_MS_MAX);
    expect([dead.closeCode, other.closeCode]).toEqual([0, 0]);
    proxy.close();
    await Promise.all([back.close(), feed.close(), dead.untilClosed(), other.untilClosed()]);
  });

  test('that does not read should be closed, and lose no report by it', async () => {
    const deaf = await RawClient.logOn(server.ordersUrl, 4, { cancelOnDisconnect: true });
    await deaf.ask({ ...buy(4, 1), instrument: 4 });
    const { feed, book, until } = await watchBook(server.feedUrl, 'DEAF');
    expect(book.bids().length).toBe(1);
    const fromMs = performance.now();
    deaf.pause();
    // Two reports each, and no order that rests.
    const orders = 66_000;
    let request = 2;
    while (request <= orders) {
      const frame = Array.from({ length: 1_000 }, (_, i) => ({
        ...buy(4, request + i),
        tif: TIF_IOC,
      }));
      deaf.send(...frame);
      request += frame.length;
      // Others get their answers, so these have been taken by then.
      await witnessAnswers();
    }
    await until('the cancel of a deaf client', () => book.bids().length === 0);
    expectAfter(fromMs, kinds.STALLED_MS_MAX);
    await feed.close();
    deaf.resume();
    expect(await deaf.untilClosed()).toBe(kinds.CLOSE_SLOW);
    const got = deaf.reports.length;
    const sent = 2 * (request - 1);
    expect(got).toBeLessThan(sent);
    const again = await RawClient.logOn(server.ordersUrl, 4, { nextReport: got + 1 });
    expect(again.welcome!.reportsLost).toBe(false);
    await again.until('the rest', () => got + again.reports.length === sent);
    const all = [...deaf.reports, ...again.reports].map((report) => report.reportSequence);
    expect(all.every((sequence, i) => sequence === i + 1)).toBe(true);
    await again.close();
  });

  test('that is closed while it does not read should be told why when it does', async () => {
    const bytes = new Uint8Array(20_000_000);
    let isClosed = () => {};
    const closed = new Promise<void>((resolve) => {
      isClosed = resolve;
    });
    const gateway = await listen({
      ...{ host: '127.0.0.1', port: 0, path: '/', connectionsMax: 1 },
      words: new Float64Array(BLOCK_WORDS),
      connect: (wire) => ({
        frame: () => {
          wire.send(bytes);
          wire.close(kinds.CLOSE_SLOW, 'slow');
        },
        drained: () => {},
        closed: () => isClosed(),
      }),
    });
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`);
    await once(socket, 'open');
    socket.pause();
    socket.send(new Uint8Array(4));
    await closed;
    await delay(6_000);
    socket.resume();
    const [code] = await once(socket, 'close');
    expect(code).toBe(kinds.CLOSE_SLOW);
    gateway.stopListening();
  });

  let witness: Promise<RawClient> | undefined;
  let witnessed = 0;

  async function witnessAnswers(): Promise<void> {
    witness ??= RawClient.logOn(server.ordersUrl, 5);
    witnessed += 1;
    await (await witness).ask(buy(5, witnessed));
  }
});

describe.concurrent('a subscriber', () => {
  test('that says nothing should be closed', async () => {
    const fromMs = performance.now();
    const socket = new WebSocket(server.feedUrl);
    socket.on('message', () => {});
    await once(socket, 'open');
    const [code] = await within(WAIT_MS_MAX, 'the end of the feed', once(socket, 'close'));
    expect(code).toBe(kinds.CLOSE_SILENT);
    expectAfter(fromMs, kinds.SILENCE_MS_MAX);
  });

  test('that does not read should be closed, and others miss nothing', async () => {
    const deaf = new WebSocket(server.feedUrl);
    await once(deaf, 'open');
    deaf.send(encodeSubscribe(2, kinds.CHANNEL_L2 | kinds.CHANNEL_L3));
    await once(deaf, 'message');
    deaf.pause();
    const beating = setInterval(() => deaf.send(encodeConsumerHeartbeat()), kinds.HEARTBEAT_MS);
    const statuses: string[] = [];
    const { feed, book, until } = await watchBook(server.feedUrl, 'BUSY', {
      onStatus: (status) => statuses.push(status),
    });

    const client = await RawClient.logOn(server.ordersUrl, 6);
    let request = 1;
    for (let round = 0; round < 140; round++) {
      const orders = Array.from({ length: 1_000 }, (_, i) => {
        return { ...buy(6, request + i, 1 + (i % 500)), instrument: 2 };
      });
      const cancel = {
        command: COMMAND_MASS_CANCEL,
        request: request + 1_000,
        account: 6,
      } as const;
      // Apart, or both may be in one batch of the publisher, whose levels are then as before.
      client.send(...orders);
      await client.until('the orders', () => client.answered.has(request + 999));
      client.send(cancel);
      await client.until('the cancel', () => client.answered.has(request + 1_000));
      request += 1_001;
    }
    await client.ask({ ...buy(6, request, 5, 3), instrument: 2 });
    const last = client.reports.at(-1)!;
    const closed = once(deaf, 'close');
    deaf.resume();
    const [code] = await within(WAIT_MS_MAX, 'the end of the feed', closed);
    expect(code).toBe(kinds.CLOSE_SLOW);
    clearInterval(beating);
    await until('the last order', () => book.commandSequence >= last.commandSequence);
    expect(book.orders(SIDE_BUY)).toEqual([{ orderId: last.orderId, price: 5, qty: 3 }]);
    expect([feed.state, statuses]).toEqual(['ready', ['live']]);
    await Promise.all([client.close(), feed.close()]);
  });
});
