// `ringside config`: what it prints and with which status, and the flags that a server takes too.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { configJsonSchema } from '../src/ops/config-keys.ts';
import { runHere } from './cli-kit.ts';

const dir = mkdtempSync(join(tmpdir(), 'ringside-config-'));
const FILE = join(dir, 'ringside.yaml');
writeFileSync(FILE, 'feedPort: 1001\nlimits: { orders: 5, pages: 6 }\n');

afterAll(() => rmSync(dir, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const config = (...args: string[]) => runHere(['config', ...args]);

test('should print what a server would run with, without a token', async () => {
  vi.stubEnv('RINGSIDE_LIMITS_PAGES', '77');
  const flags = ['--orders-port', '0', '--log-level', 'warn', '--log-level', 'io=debug'];
  const { status, stdout } = await config('print', '-c', FILE, ...flags, '--set', 'ioThreads=2');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ ordersPort: 0, feedPort: 1001, opsPort: 0, ioThreads: 2 },
    limits: { orders: 5, pages: 77 },
    log: { level: 'warn', components: { io: 'debug' } },
  });
  const tokens = JSON.parse(stdout).sessions.map(({ token }: { token: string }) => token);
  expect(new Set(tokens)).toEqual(new Set(['***']));
});

test('should say where each value came from', async () => {
  vi.stubEnv('RINGSIDE_LIMITS_PAGES', '77');
  const flags = ['--data', './x', '--order-latency'];
  const { stdout } = await config('print', '-c', FILE, '--origin', ...flags);
  const rows = new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => {
        const [key, origin, ...value] = line.split(/ {2,}/);
        return [key, [origin, value.join('  ')]];
      }),
  );
  const keys = ['feedPort', 'limits.pages', 'dataDirectory', 'orderLatency', 'host'];
  expect(keys.map((key) => rows.get(key))).toEqual([
    [FILE, '1001'],
    ['RINGSIDE_LIMITS_PAGES', '77'],
    ['--data', '"./x"'],
    ['--order-latency', 'true'],
    ['default', '"127.0.0.1"'],
  ]);
  expect(stdout).not.toContain('"demo"');
});

test('should check a file', async () => {
  expect(await config('check', FILE)).toMatchObject({ status: 0, stdout: `${FILE}: good\n` });
  const bad = join(dir, 'bad.yaml');
  writeFileSync(bad, 'ordersPort: 7401\nlimts: {}\n');
  const said = await config('check', bad);
  expect([said.status, said.stdout]).toEqual([2, '']);
  expect(said.stderr).toBe(`${bad}: limts: is no key (did you mean "limits"?)\n`);
  writeFileSync(bad, 'ordersPort: 7401\n');
  expect((await config('check', bad)).stderr).toBe(`${bad}: feedPort: is the ordersPort too\n`);
});

test('should print the schema', async () => {
  const { status, stdout } = await config('schema');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
});

test.each([
  [['--set', 'limits'], /It has the form key=value/],
  [
    ['--set', 'limits.ordres=1'],
    /^--set: limits\.ordres: is no key \(did you mean "limits\.orders/,
  ],
  [['--log-level', 'jornal=info'], /^--log-level: log\.components\.jornal: is no key/],
  [['--log-level', 'loud'], /^--log-level: log\.level: /],
  [['--orders-port', 'x'], /^--orders-port: ordersPort: /],
  [['-c', 'nowhere.yaml'], /^nowhere\.yaml: cannot be read/],
])('should refuse the flags %j', async (flags, said) => {
  const { status, stderr } = await config('print', ...flags);
  expect(status).toBe(2);
  expect(stderr).toMatch(said);
});
