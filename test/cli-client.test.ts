// The commands that are clients of a server, and the one that brings a market along, as users run
// them: the bundled program in processes of its own. `npm test` builds it first.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decimalPrices } from '../src/cli/market-picture.ts';
import { COMMAND_CANCEL, COMMAND_NEW, COMMAND_REPLACE } from '../src/core/codes.ts';
import { OrderFlow } from '../src/sim/order-flow.ts';

const PROGRAM = new URL('../dist/ringside.js', import.meta.url).pathname;
/** A program that takes longer for what is waited for is stuck. */
const WAIT_MS_MAX = 60_000;
const ADDRESSES = /orders (ws:\S+):(\d+)\/orders {2}feed ws:\S+:(\d+)\/feed\n/;
const CONFIG = {
  instruments: [
    { number: 1, symbol: 'DEMO', referencePrice: 10_000 },
    { number: 2, symbol: 'OTHER', tickSize: '0.5' },
  ],
  accounts: ['ann', 'bob', 'flow1', 'flow2'].map((name, i) => ({ number: i + 1, name })),
  sessions: [
    { number: 1, token: 'demo', accounts: [1, 2] },
    { number: 2, token: 'one', accounts: [2] },
    { number: 3, token: 'flow', accounts: [3, 4] },
  ],
  limits: { orders: 16_384, accounts: 64, instruments: 4, pages: 1_024 },
  durability: 'os',
};

let folder = '';
const children = new Set<ChildProcess>();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringside-client-'));
  writeFileSync(join(folder, 'config.json'), JSON.stringify(CONFIG));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all([...children].map((child) => once(child, 'exit')));
  rmSync(folder, { recursive: true });
});

/** A running program. */
class Run {
  stdout = '';
  stderr = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;
  private readonly args: readonly string[];

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.args = args;
    this.child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: folder,
      env: { ...process.env, RINGSIDE_LOG: 'silent', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(this.child);
    this.child.stdout!.on('data', (text) => {
      this.stdout += text;
    });
    this.child.stderr!.on('data', (text) => {
      this.stderr += text;
    });
    this.ended = once(this.child, 'close').then(() => children.delete(this.child));
  }

  /** Resolves when what was printed matches. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stdout + this.stderr);
      if (found !== null) return found;
      await this.within(
        Promise.race([
          once(this.child.stdout!, 'data'),
          once(this.child.stderr!, 'data'),
          this.ended.then(() => Promise.reject(new Error('it ended'))),
        ]),
        `${pattern}`,
      );
    }
  }

  async status(): Promise<number | null> {
    await this.within(this.ended, 'its end');
    return this.child.exitCode;
  }

  /** Asks it to end; resolves with its status and how long that took. */
  async stop(): Promise<{ status: number | null; ms: number }> {
    const startMs = performance.now();
    this.child.kill('SIGTERM');
    return { status: await this.status(), ms: performance.now() - startMs };
  }

  private async within(work: Promise<unknown>, what: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error('it takes too long')), WAIT_MS_MAX);
    });
    try {
      await Promise.race([work, late]);
    } catch (error) {
      const said = `${this.stdout}\n${this.stderr}`;
      throw new Error(`${this.args.join(' ')}: no ${what}: ${(error as Error).message}\n${said}`);
    } finally {
      clearTimeout(timer);
    }
  }
}

async function run(args: readonly string[], env: Record<string, string> = {}) {
  const program = new Run(args, env);
  const status = await program.status();
  return { status, stdout: program.stdout, stderr: program.stderr };
}

/** Starts a server on ports chosen by the system; `feedPort`: on this one. */
async function start(command: string, directory: string, feedPort = '0', ...flags: string[]) {
  const ports = ['--orders-port', '0', '--feed-port', feedPort];
  const server = new Run([
    command,
    '--config',
    'config.json',
    '--data',
    directory,
    ...ports,
    ...flags,
  ]);
  const [, , orders, feed] = await server.printed(ADDRESSES);
  return { run: server, orders: ['--port', orders!], feed: ['--port', feed!] };
}

/**
 * A port that can be listened on more than once: one that uWebSockets.js itself let the system
 * choose cannot be had again for a minute after its connections were closed.
 */
async function freePort(): Promise<string> {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as net.AddressInfo;
  probe.close();
  await once(probe, 'close');
  return String(port);
}

// Both chapters at once, the tests of each in turn: most of the time is waiting.
describe.concurrent('the program as a client', () => {
  describe('of a server', () => {
    let server: Awaited<ReturnType<typeof start>>;
    beforeAll(async () => {
      server = await start('serve', 'data');
    });
    afterAll(async () => {
      expect((await server.run.stop()).status).toBe(0);
    });

    const order = (flags: string, env: Record<string, string> = {}) =>
      run(['order', ...flags.split(' '), ...server.orders], env);
    const json = async (flags: string) => {
      const { stdout } = await order(`${flags} --json`);
      return stdout === ''
        ? []
        : stdout
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line));
    };
    /** The feed may be a moment behind the answers to orders. */
    const book = async (bids: number[][], asks: number[][]) => {
      await expect
        .poll(
          async () => {
            const { stdout } = await run(['book', '--json', ...server.feed]);
            const told = JSON.parse(stdout);
            return [told.bids, told.asks];
          },
          { timeout: WAIT_MS_MAX },
        )
        .toEqual([bids, asks]);
    };

    test.sequential('should enter, trade, list, replace and cancel', async () => {
      const sell = 'new --account ann --symbol DEMO --side sell';
      expect(await order(`${sell} --qty 10 --price 10050`)).toEqual({
        status: 0,
        stdout: 'accepted: account ann, clOrdId 1, order 1\n10 left in the book\n',
        stderr: '',
      });
      const bought = await order('new --account 2 --symbol DEMO --side buy --qty 4 --price 10060');
      expect(bought.stdout).toBe(
        'accepted: account bob, clOrdId 1, order 2\n' +
          'traded 4 @ 100.50 (10050 ticks), trade 1\nfilled\n',
      );
      expect(bought.status).toBe(0);
      const [entered] = await json(
        'new --account bob --symbol DEMO --side buy --qty 5 --price 9900 --cl-ord-id 100',
      );
      expect(entered).toMatchObject({ status: 'accepted', clOrdId: 100, leaves: 5, trades: [] });
      const replaced = await json(
        'replace --account bob --orig-cl-ord-id 100 --price 9901 --qty 7',
      );
      expect(replaced).toMatchObject([{ clOrdId: 101, orderId: entered.orderId, leaves: 7 }]);
      const [listed] = await json('list --account ann');
      expect(listed).toMatchObject({ accountName: 'ann', symbol: 'DEMO', side: 'sell' });
      expect(listed).toMatchObject({ clOrdId: 1, orderId: 1, price: 10_050, leaves: 6 });
      await book([[9_901, 7, 1]], [[10_050, 6, 1]]);

      const shown = await run(['book', 'DEMO', '--depth', '1', ...server.feed]);
      expect(shown.stdout).toContain('DEMO  last 4 @ 100.50\n');
      expect(shown.stdout).toMatch(
        /\nask +1 +6 +100\.50 +10050\n +spread 1\.49\nbid +1 +7 +99\.01 /,
      );

      const canceled = await json('cancel --account ann --cl-ord-id 1');
      const done = { status: 'accepted', account: 1, accountName: 'ann', clOrdId: 1 };
      expect(canceled).toEqual([{ ...done, orderId: 1, canceledQty: 6 }]);
      const all = await order('mass-cancel --account bob --side buy');
      expect(all.stdout).toBe('canceled: 1 order of account bob\n');
      expect((await order('list')).stdout).toBe('no open orders\n');
    });

    test.sequential('should say with exit status 1 what the exchange rejects', async () => {
      const noQty = await order('new --account ann --symbol DEMO --side buy --qty 0 --price 1');
      expect(noQty.status).toBe(1);
      expect(noQty.stdout).toBe('rejected: invalid_qty (account ann, clOrdId 2)\n');
      const unknown = await order('cancel --cl-ord-id 7 --json', { RINGSIDE_TOKEN: 'one' });
      expect(unknown.status).toBe(1);
      expect(JSON.parse(unknown.stdout)).toEqual({
        status: 'rejected',
        account: 2,
        accountName: 'bob',
        clOrdId: 7,
        reason: 'unknown_order',
      });
    });

    test.sequential('should say with exit status 2 what cannot be', async () => {
      const none = ['--url', 'ws://127.0.0.1:1'];
      const buy = ['order', 'new', '--side', 'buy', '--qty', '1', '--price', '1'];
      const cases: [string[], RegExp][] = [
        [['order', 'list', '--token', 'wrong', ...server.orders], /the server knows no such token/],
        [['order', 'list', ...none], /^ws:\/\/127\.0\.0\.1:1\/orders: no server answers there/],
        [['book', ...none], /^ws:\/\/127\.0\.0\.1:1\/feed: no server answers there/],
        [['watch', 'NIL', ...server.feed], /^there is no instrument NIL, only DEMO, OTHER$/m],
        [['order', 'new', '--qty', '1'], /required option '--side <side>'/],
        [['order', 'cancel', '--cl-ord-id', '1.5'], /no whole number/],
      ];
      const ended = await Promise.all(cases.map(([args]) => run(args)));
      // One after another: a logon takes the session over.
      cases.push([[...buy, '--symbol', 'DEMO', ...server.orders], /--account: ann, bob$/m]);
      ended.push(await run(cases.at(-1)![0]));
      cases.push([[...buy, '--account', 'bob', ...server.orders], /--symbol: DEMO, OTHER$/m]);
      ended.push(await run(cases.at(-1)![0]));
      ended.forEach(({ status, stdout, stderr }, i) => {
        expect(stderr).toMatch(cases[i]![1]);
        expect(stderr).not.toMatch(/^ +at /m);
        expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      });
    });
  });

  describe('ringside market', () => {
    test('should trade, drain within 5 s, and go on where it was', async () => {
      const port = await freePort();
      let server = await start('market', 'market', port, '--seed', '7', '--rate', '1000');
      await server.run.printed(/goes on with 0 open orders\n.*npx ringside watch --port \d+/);
      const watch = new Run(['watch', ...server.feed]);
      await watch.printed(
        /^bid \d+ @ \d+\.\d\d {2}ask \d+ @ \S+ {2}[1-9]\d* trades\/s {2}[1-9]\d* upd/m,
      );
      const sell = ['order', 'new', '--account', 'ann', '--side', 'sell', '--qty', '1'];
      const atMarket = ['--symbol', 'DEMO', '--type', 'market', '--tif', 'ioc', '--json'];
      const { stdout } = await run([...sell, ...atMarket, ...server.orders]);
      expect(JSON.parse(stdout)).toMatchObject({ status: 'accepted', filled: 1, leaves: 0 });

      const stopped = await server.run.stop();
      expect(stopped.status, server.run.stderr).toBe(0);
      expect(stopped.ms).toBeLessThan(5_000);
      expect(server.run.stdout).toMatch(/\n\d+ commands, \d+ rejected, [1-9]\d* trades\n$/);
      expect(server.run.stderr).toBe('');
      await watch.printed(/reconnecting: the server is shutting down/);

      server = await start('market', 'market', port);
      await server.run.printed(/goes on with [1-9]\d* open orders\n/);
      await watch.printed(/[1-9]\d* updates\/s {2}connected again, 1 in all/);
      expect((await watch.stop()).status).toBe(0);
      expect(watch.stdout).toMatch(/\n[1-9]\d* trades, [1-9]\d* updates seen\n$/);

      const listed = await run(['order', 'list', '--token', 'flow', '--json', ...server.orders]);
      expect(listed.stdout.trim().split('\n').length).toBeGreaterThan(20);
      await server.run.printed(/order flow has stopped: another client logged on with its token/);
      expect((await server.run.stop()).status).toBe(0);
    });
  });
});

describe('an order flow that is told late', () => {
  const flowOf = (seed: number) =>
    new OrderFlow({ seed, instrument: 1, accounts: [7, 9], firstPrice: 500, ordersAimedAt: 10 });
  const orders = Array.from({ length: 12 }, (_, i) => {
    return { account: 7, clOrdId: 100 + i, side: i % 2, price: i % 2 === 0 ? 480 : 520, leaves: 5 };
  });

  test('should ask one thing at a time of each order, and again when it is refused', () => {
    const flow = flowOf(1);
    flow.adopt(orders);
    const asked = () => {
      const ids: number[] = [];
      for (let i = 0; i < 500; i++) {
        const command = flow.next();
        if (command.cmd === COMMAND_CANCEL) ids.push(command.clOrdId);
        if (command.cmd === COMMAND_REPLACE) ids.push(command.origClOrdId);
      }
      return ids.sort((a, b) => a - b);
    };
    const all = orders.map(({ clOrdId }) => clOrdId);
    expect(asked()).toEqual(all);
    expect(asked()).toEqual([]);
    for (const clOrdId of all) flow.refused({ cmd: COMMAND_CANCEL, account: 7, clOrdId });
    flow.left({ account: 7, clOrdId: 100, leaves: 0 });
    flow.moved(101, { account: 7, clOrdId: 900, price: 521, leaves: 5 });
    expect(asked()).toEqual([...all.slice(2), 900]);
  });

  test('should use ids above those used up, its own accounts, and prices where the book is', () => {
    const flow = flowOf(2);
    flow.adopt(orders.map((order) => ({ ...order, price: order.price + 5_000 })));
    flow.usedUpTo(9, 40);
    const ids = new Map([
      [7, 111],
      [9, 40],
    ]);
    for (let i = 0; i < 500; i++) {
      const command = flow.next();
      if (command.cmd !== COMMAND_NEW) continue;
      expect(command.clOrdId).toBeGreaterThan(ids.get(command.account)!);
      ids.set(command.account, command.clOrdId);
      if (command.price === undefined) continue;
      expect(Math.abs(command.price - 5_500)).toBeLessThan(100);
    }
  });
});

test.each([
  ['0.01', 10_050, '100.50'],
  ['0.01', 5, '0.05'],
  ['0.01', -5, '-0.05'],
  ['0.5', 3, '1.5'],
  ['25', 3, '75'],
  ['0.00000001', 2_147_483_647, '21.47483647'],
])('should print a price at a tick size of %s: %i as %s', (tickSize, ticks, text) => {
  expect(decimalPrices(tickSize)(ticks)).toBe(text);
});
