// `ringside admin` as operators run it, and what `order`, `book` and `watch` then show: the bundled
// program in processes of its own. `npm test` builds it first.

import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROGRAM } from './replay-kit.ts';
import { endServers, TestServer } from './server-kit.ts';

const PROGRAM_MS_MAX = 20_000;
const CONFIG = {
  accounts: ['ann', 'bob'].map((name, i) => ({ number: i + 1, name })),
  sessions: [
    { number: 1, token: 'demo', accounts: [1, 2] },
    { number: 2, token: 'operator', operator: true },
  ],
};

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ config: CONFIG });
});
afterAll(endServers);

interface Outcome {
  status: number;
  stdout: string;
  stderr: string;
}

function run(...args: string[]): Promise<Outcome> {
  const isOfFeed = args[0] === 'book' || args[0] === 'watch';
  const url = isOfFeed ? server.feedUrl : server.ordersUrl;
  const options = { timeout: PROGRAM_MS_MAX, env: { ...process.env, RINGSIDE_LOG: 'silent' } };
  return new Promise((resolve) => {
    const program = [PROGRAM, ...args, '--url', url];
    execFile(process.execPath, program, options, (error, stdout, stderr) => {
      resolve({ status: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

const admin = (...args: string[]) => run('admin', ...args);
const accepted = (stdout: string) => ({ status: 0, stdout, stderr: '' });

test('should lead an instrument through its life', async () => {
  const band = ['--reference-price', '200', '--band-bps', '500', '--halt-ns', '1000000000'];
  const sizes = ['--tick', '0.05', '--lot', '10'];
  expect(await admin('instrument', 'add', 'ACME', ...sizes, ...band)).toEqual(
    accepted('ACME is instrument 2\n'),
  );
  expect(await admin('phase', 'ACME', 'auction')).toEqual(accepted('ACME is in phase auction\n'));
  const sell = ['--account', 'ann', '--side', 'sell', '--qty', '40', '--price', '198'];
  const iceberg = await run('order', 'new', '--symbol', 'ACME', ...sell, '--display-qty', '15');
  expect(iceberg.stdout).toContain('40 left in the book');
  const buy = ['--account', 'bob', '--side', 'buy', '--qty', '25', '--price', '201'];
  await run('order', 'new', '--symbol', 'ACME', ...buy);
  const crossed = (await run('book', 'ACME')).stdout.split('\n');
  expect(crossed[0]).toBe('ACME  no trade yet  auction: 25 @ 9.90, 15 to sell over');
  expect(crossed[2]).toMatch(/^ask +1 +15 +9\.90 +198$/);
  expect(crossed[3]).toBe('     crossed by 0.15');
  const { stdout: json } = await run('book', 'ACME', '--json');
  const indicative = { price: 198, qty: 25, imbalance: -15 };
  expect(JSON.parse(json)).toMatchObject({ phase: 'auction', indicative });
  expect(await admin('resume', 'ACME')).toEqual(accepted('ACME is in phase continuous\n'));
  expect(await admin('halt', 'ACME', '--json')).toEqual(
    accepted('{"status":"accepted","symbol":"ACME","phase":"halted"}\n'),
  );
  expect((await run('watch', 'ACME', '--seconds', '2')).stdout).toMatch(
    /^bid none {2}ask 15 @ 9\.90 {2}halted {2}/,
  );
  const stop = ['--account', 'bob', '--side', 'buy', '--qty', '1', '--type', 'stop'];
  const refused = await run('order', 'new', '--symbol', 'ACME', ...stop, '--stop-price', '205');
  expect(refused).toMatchObject({ status: 1, stdout: expect.stringContaining('rejected: phase') });
  const { stdout: list } = await admin('list');
  expect(list.split('\n').slice(0, 3)).toEqual([
    'number  symbol  phase       tick  lot  reference  band bps  halt ns',
    '1       TEST    continuous  0.01  1    100        -         -',
    '2       ACME    halted      0.05  10   200        500       1000000000 + 0',
  ]);
});

test('should cancel and kill, and lift that', async () => {
  const order = ['order', 'new', '--symbol', 'TEST', '--account', 'ann', '--side', 'buy'];
  const stop = [...order, '--qty', '5', '--type', 'stop_limit', '--price', '120'];
  const waiting = await run(...stop, '--stop-price', '110');
  expect(waiting.stdout).toContain('5 wait for the stop price');
  const replaced = await run(
    ...['order', 'replace', '--account', 'ann', '--stop-price', '115', '--orig-cl-ord-id'],
    /clOrdId (\d+)/.exec(waiting.stdout)![1]!,
  );
  expect(replaced.stdout).toContain('5 wait for the stop price');
  const { stdout: open } = await run('order', 'list', '--symbol', 'TEST');
  expect(open).toMatch(/^account +symbol +side +left +price +stop +clOrdId +order\n/);
  expect(open).toMatch(/ann +TEST +buy +5 +1\.20 \(120 ticks\) +1\.15 \(115 ticks\)/);
  expect(await admin('mass-cancel', '--account', 'ann', '--symbol', 'TEST')).toEqual(
    accepted('orders of account ann are canceled\n'),
  );
  expect((await run('order', 'list', '--symbol', 'TEST')).stdout).toBe('no open orders\n');
  expect(await admin('kill', '--account', 'ann')).toEqual(
    accepted('account ann is killed: no orders, no new ones\n'),
  );
  const killed = await run(...order, '--qty', '1', '--price', '90');
  expect(killed.status).toBe(1);
  expect(killed.stdout).toContain('rejected: risk_killed');
  expect(await admin('kill', '--lift', '--account', '1', '--json')).toEqual(
    accepted('{"status":"accepted","account":1,"killed":false}\n'),
  );
  expect((await run(...order, '--qty', '1', '--price', '90')).status).toBe(0);
  expect(await admin('kill', '--session', '7')).toEqual(
    accepted('session 7 is killed: no orders, no new ones\n'),
  );
});

test.each([
  [['phase', 'TEST', 'dawn'], 2, 'there is no phase dawn, only pre_open, auction'],
  [['halt', 'NOBODY'], 2, 'there is no instrument NOBODY, only TEST'],
  [['kill'], 2, 'name an account with --account, or a session with --session'],
  [['list', '--token', 'demo'], 2, 'the token is not that of an operator'],
  [['instrument', 'add', 'TEST'], 1, 'rejected: symbol_in_use'],
])('should say what is wrong: %j', async (args, status, words) => {
  const { stdout, stderr, ...outcome } = await admin(...args);
  expect(outcome.status).toBe(status);
  expect(status === 1 ? stdout : stderr).toContain(words);
});
