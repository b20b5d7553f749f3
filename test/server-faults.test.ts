// A fault in the main thread of a program that runs a server in its own process: the documented
// status and the reason, though threads of it hold open sockets.

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test, vi } from 'vitest';
import { EXIT_INTERNAL } from '../src/cli/exit-codes.ts';
import { watchProgress } from '../src/workers/progress-watch.ts';
import { filesOf, fixturePath, PROGRAM } from './replay-kit.ts';

/** Throws in the main thread when its first client hears something from the server. */
const PLANTED = `
  import net from 'node:net';
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (...args) {
    this.once('data', () => { throw new Error('planted'); });
    return connect.apply(this, args);
  };`;

test.each([
  ['market', ['--orders-port', '0', '--feed-port', '0', '--durability', 'none']],
  [
    'replay',
    ['--via', 'wire', fixturePath('lobster_message_2.csv'), fixturePath('lobster_orderbook_2.csv')],
  ],
])('should end %s with status 70', async (command, args) => {
  const [preload] = filesOf({ 'planted.mjs': PLANTED });
  const child = spawn(process.execPath, ['--import', preload!, PROGRAM, command, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, RINGSIDE_LOG: 'warn' },
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  const [status, said] = await Promise.all([
    new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal))),
    text(child.stderr),
  ]);
  expect(said).toMatch(/^ringside: main thread died: Error: planted\n/);
  expect(status).toBe(EXIT_INTERNAL);
});

test('should keep a server that nobody reads the output of', async () => {
  const args = ['--orders-port', '0', '--feed-port', '0', '--durability', 'none'];
  const child = spawn(process.execPath, [PROGRAM, 'market', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, RINGSIDE_LOG: 'warn' },
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  const said = text(child.stderr);
  const ended = new Promise((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal)),
  );
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.stdout.destroy();
  child.kill('SIGTERM');
  expect([await ended, await said]).toEqual([0, '']);
});

afterEach(() => {
  vi.useRealTimers();
});

test('should give a start up that does not go on, not one that is slow', () => {
  vi.useFakeTimers();
  let place = 0;
  const told: string[] = [];
  const end = watchProgress(
    () => `at ${place}`,
    (reached) => told.push(reached),
  );
  for (place = 1; place <= 10; place++) vi.advanceTimersByTime(50_000);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(120_000);
  expect(told).toEqual(['at 11']);
  expect(vi.getTimerCount()).toBe(0);
  end();
});
