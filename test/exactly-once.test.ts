// What becomes of commands that were under way when the connection was lost or the server killed:
// whoever asks from the last report on learns it, and a command that is sent again acts once.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { LIMITS } from '../bench/torture/child-server.ts';
import { Reference } from '../bench/torture/reference.ts';
import { Prng } from '../src/base/prng.ts';
import { Operator, OrderEntry, type OrderResult } from '../src/client/index.ts';
import {
  COMMAND_MASS_CANCEL,
  COMMAND_REPLACE,
  EVENT_CANCELED,
  EVENT_DONE,
  EVENT_NEW,
  EVENT_REJECTED,
  EVENT_REPLACED,
  EVENT_TRADE,
  REJECT_DUPLICATE_CLORDID,
  REJECT_UNKNOWN_ORDER,
  TIF_IOC,
} from '../src/core/codes.ts';
import type { ClientCommand, Report } from '../src/wire/order-entry.ts';
import { buy, cancel, linesOf, RawClient, sell } from './server-client.ts';
import { endServers, TestServer } from './server-kit.ts';

afterAll(endServers);

const SEED = Number(process.env.SEED ?? Date.now()) % 1_000_000;
process.stdout.write(`exactly once: SEED=${SEED}\n`);

/** Orders that trade, rest and are refused, a replace, cancels, a mass cancel of what is left. */
const SCRIPT: readonly ClientCommand[] = [
  buy(1, 1, 99, 5),
  buy(1, 2, 98, 5),
  { ...buy(1, 3, 101, 4), tif: TIF_IOC },
  buy(1, 4, 97, 0),
  replace(5, 1, 100),
  cancel(1, 6, 2),
  cancel(1, 7, 77),
  buy(1, 8, 96, 5),
];
const MASS_CANCEL: ClientCommand = { command: COMMAND_MASS_CANCEL, request: 9, account: 1 };

function replace(id: number, origClOrdId: number, price: number): ClientCommand {
  const ids = { clOrdId: BigInt(id), origClOrdId: BigInt(origClOrdId) };
  return { command: COMMAND_REPLACE, request: id, account: 1, ...ids, price };
}

/** A server with an order of session 2 that the script trades with. */
async function withMaker(): Promise<TestServer> {
  const server = await TestServer.start();
  const maker = await RawClient.logOn(server.ordersUrl, 2);
  await maker.ask(sell(2, 1, 101, 10));
  await maker.close();
  return server;
}

/** Session 1 again; it knows its reports up to number `known`. All that were taken have come. */
async function resumed(server: TestServer, known: number): Promise<RawClient> {
  const client = await RawClient.logOn(server.ordersUrl, 1, { nextReport: known + 1 });
  expect(client.welcome).toMatchObject({ nextReport: known + 1, reportsLost: false });
  await client.askOpenOrders(1_000_000);
  return client;
}

/** Everything of the script is sent again: each is refused, and changes nothing. */
async function expectNothingTwice(client: RawClient): Promise<void> {
  const before = await client.askOpenOrders(2_000_000);
  const reports = client.reports.length;
  for (const { request } of SCRIPT) client.answered.delete(request);
  await client.ask(...SCRIPT);
  const answers = client.reports.slice(reports);
  const isCancel = (request: number) => request === 6 || request === 7;
  expect(answers.map(({ request, event, reason }) => [request, event, reason])).toEqual(
    SCRIPT.map(({ request }) => {
      const why = isCancel(request) ? REJECT_UNKNOWN_ORDER : REJECT_DUPLICATE_CLORDID;
      return [request, EVENT_REJECTED, why];
    }),
  );
  const ordersOf = (reports: readonly Report[]) => reports.map((o) => [o.orderId, o.leaves]);
  expect(ordersOf(await client.askOpenOrders(3_000_000))).toEqual(ordersOf(before));
  client.answered.delete(MASS_CANCEL.request);
  await client.ask(MASS_CANCEL);
  client.answered.delete(MASS_CANCEL.request);
  await client.ask(MASS_CANCEL);
  expect(client.reports.at(-1)).toMatchObject({ event: EVENT_DONE, request: 9, end: true });
}

describe('commands that were under way', () => {
  test('should be answered from the last report on when they were taken', async () => {
    const server = await withMaker();
    const client = await RawClient.logOn(server.ordersUrl, 1);
    await client.ask(...SCRIPT);
    const lines = linesOf(client.reports);
    client.cut();
    for (const known of [4, 0]) {
      const back = await resumed(server, known);
      expect(linesOf(back.reports)).toEqual(lines.slice(known));
      if (known === 0) await expectNothingTwice(back);
      lines.push(...linesOf(back.reports.slice(lines.length - known)));
      back.cut();
    }
    await server.stop('SIGKILL');
    const after = await server.again();
    for (const known of [0, 4]) {
      const back = await resumed(after, known);
      expect(linesOf(back.reports)).toEqual(lines.slice(known));
      expect(back.welcome!.accounts[0]!.highestClOrdId).toBe(8n);
      if (known !== 0) await expectNothingTwice(back);
      back.cut();
    }
    expect((await after.stop()).code).toBe(0);
  });

  test('should act when sent again that the server was killed before it read', async () => {
    const server = await withMaker();
    const client = await RawClient.logOn(server.ordersUrl, 1);
    await client.ask(...SCRIPT.slice(0, 2));
    server.signal('SIGSTOP');
    client.send(...SCRIPT.slice(2));
    await server.stop('SIGKILL');
    await client.untilClosed();
    expect(client.reports.length).toBe(2);
    const after = await server.again();
    const back = await resumed(after, 2);
    expect(back.reports).toEqual([]);
    await back.ask(...SCRIPT.slice(2));
    expect(back.reports.map(({ request, event, end }) => [request, event, end])).toEqual([
      [3, EVENT_NEW, false],
      [3, EVENT_TRADE, true],
      [4, EVENT_REJECTED, true],
      [5, EVENT_REPLACED, true],
      [6, EVENT_CANCELED, true],
      [7, EVENT_REJECTED, true],
      [8, EVENT_NEW, true],
    ]);
    await expectNothingTwice(back);
    await back.close();
  });
});

/** Sends orders without end, each with an id of its own; keeps what became of each. */
class Load {
  readonly results = new Map<bigint, OrderResult>();
  readonly account: number;
  private readonly entry: OrderEntry;
  private readonly prng: Prng;
  private clOrdId = 1_000n;
  private isOver = false;

  constructor(entry: OrderEntry, account: number) {
    this.entry = entry;
    this.account = account;
    this.prng = new Prng(SEED + account);
  }

  stop(): void {
    this.isOver = true;
  }

  async run(lanes: number): Promise<void> {
    const lane = async () => {
      while (!this.isOver) await this.enter();
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  private async enter(): Promise<void> {
    const { entry, prng } = this;
    this.clOrdId += 1n;
    const clOrdId = this.clOrdId;
    const side = prng.pick(['buy', 'sell'] as const);
    const price = 100 + prng.between(-5, 5);
    const kind = prng.below(4);
    const orders = { clOrdId, qty: prng.between(1, 9), price };
    const result =
      kind === 0
        ? entry.replace({ ...orders, origClOrdId: clOrdId - BigInt(prng.between(1, 30)) })
        : entry.newOrder({ ...orders, side, symbol: 'TEST', stp: 'none' });
    const canceled = kind === 1 ? entry.cancel({ clOrdId: clOrdId - 20n }) : null;
    this.results.set(clOrdId, await result);
    await canceled;
  }
}

test('the SDK should have each command act once, however often the server is killed', async () => {
  const KILLS = 2;
  const LANES = 40;
  const prng = new Prng(SEED);
  let server = await TestServer.start({ sessions: 2, config: { limits: LIMITS } });
  const states: string[] = [];
  const entries = await Promise.all(
    [1, 2].map((n) => {
      const onState = (state: string) => states.push(state);
      return OrderEntry.connect({ url: server.ordersUrl, token: `token${n}`, WebSocket, onState });
    }),
  );
  const loads = entries.map((entry, i) => new Load(entry, i + 1));
  const running = loads.map((load) => load.run(LANES));
  const settled = () => loads.reduce((sum, { results }) => sum + results.size, 0);
  for (let kills = 0; kills < KILLS; kills++) {
    const enough = settled() + prng.between(200, 1_500);
    while (settled() < enough) await nextTurn();
    await server.stop('SIGKILL');
    server = await server.againOnItsPorts();
  }
  for (const load of loads) load.stop();
  await Promise.all(running);
  await Promise.all(entries.map((entry) => entry.close()));
  await server.stop();
  const log = new Reference(server.dataDirectory, LIMITS);
  expect(states.filter((state) => state === 'resuming').length).toBeGreaterThan(0);
  expect(log.doubled, `seed ${SEED}`).toEqual([]);
  for (const { account, results } of loads) {
    const wrong = [...results].filter(([clOrdId, { status }]) => {
      const isEntered = log.hasEntered(account, clOrdId);
      return status === 'unknown' || isEntered !== (status === 'accepted');
    });
    expect(wrong, `seed ${SEED}`).toEqual([]);
  }
  expect(log.repeatedRequests, `seed ${SEED}`).toEqual([]);
});

test('an operator should have each command act once across a kill', async () => {
  const sessions = [
    { number: 1, token: 'token1', accounts: [1] },
    { number: 9, token: 'operator', operator: true },
  ];
  const server = await TestServer.start({ config: { sessions } });
  const url = server.ordersUrl;
  const operator = await Operator.connect({ url, token: 'operator', WebSocket });
  await operator.addInstrument({ symbol: 'ONE' });
  server.signal('SIGSTOP');
  const unread = [
    operator.addInstrument({ symbol: 'TWO', instrument: 7 }),
    operator.halt('ONE'),
    operator.kill({ account: 1 }),
  ];
  await nextTurn();
  await server.stop('SIGKILL');
  const again = await server.againOnItsPorts();
  const results = await Promise.all(unread);
  expect(results.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'accepted']);
  const twice = await operator.addInstrument({ symbol: 'OTHER', instrument: 7 });
  expect(twice).toMatchObject({ status: 'rejected', reason: 'already_defined' });
  expect(operator.instruments.map(({ symbol }) => symbol)).toEqual(['TEST', 'ONE', 'TWO']);
  expect(operator.instruments[1]).toMatchObject({ phase: 'halted' });
  const entry = await OrderEntry.connect({ url, token: 'token1', WebSocket });
  const order = { symbol: 'TEST', side: 'buy', qty: 1, price: 1 } as const;
  expect(await entry.newOrder(order)).toMatchObject({ reason: 'risk_killed' });
  await operator.lift({ account: 1 });
  expect(await entry.newOrder(order)).toMatchObject({ status: 'accepted' });
  await Promise.all([entry.close(), operator.close()]);
  expect((await again.stop()).code).toBe(0);
});
