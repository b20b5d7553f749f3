// Where the configuration's values come from, and what is said of those that cannot be.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { InputError } from '../src/base/input-error.ts';
import { DEFAULT_LIMITS, LARGEST_LIMITS } from '../src/core/limits.ts';
import {
  type ConfigSources,
  loadConfig,
  maskSecrets,
  resolveConfig,
  valueAt,
} from '../src/ops/config.ts';
import { CONFIG_KEYS, configJsonSchema } from '../src/ops/config-keys.ts';
import { CONSUMERS_MAX } from '../src/ring/ring-layout.ts';

const dir = mkdtempSync(join(tmpdir(), 'ringside-config-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** A file of that name and text. */
function file(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

/** What is said of sources that cannot be. */
function faultOf(sources: ConfigSources): string {
  try {
    resolveConfig(sources);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message.replaceAll(`${dir}/`, '');
  }
  return 'none';
}

const YAML = `
# a comment
ordersPort: 1000
feedPort: 1001
durability: os
limits:
  orders: 100
  pages: 50
instruments:
  - { number: 1, symbol: AAA, tickSize: "0.5" }
accounts:
  - { number: 1, name: ann }
sessions:
  - number: 1
    token: secret-of-ann
    accounts: [1]
`;

describe('sources', () => {
  test('should be flags over variables over the file over defaults', () => {
    const path = file('layers.yaml', YAML);
    const variables = {
      RINGSIDE_FEED_PORT: '2001',
      RINGSIDE_LIMITS_ORDERS: '200',
      RINGSIDE_DURABILITY: 'none',
      RINGSIDE_LOG_COMPONENTS_IO: 'debug',
    };
    const flags = [
      { path: 'durability', value: 'fsync', origin: '--durability' },
      { path: 'limits.orders', value: '300', origin: '--set' },
      { path: 'limits.orders', value: '301', origin: '--set' },
    ];
    const { config, origins } = resolveConfig({ file: path, variables, flags });
    expect(config).toMatchObject({
      ...{ ordersPort: 1000, feedPort: 2001, durability: 'fsync', eventSlots: 131_072 },
      limits: { orders: 301, pages: 50, accounts: DEFAULT_LIMITS.accounts },
      log: { level: 'info', components: { io: 'debug' } },
    });
    const from = (key: string) => origins.get(key);
    expect(['ordersPort', 'feedPort', 'durability', 'limits.orders'].map(from)).toEqual([
      ...[path, 'RINGSIDE_FEED_PORT', '--durability', '--set'],
    ]);
    expect(['limits.pages', 'limits.accounts', 'eventSlots', 'sessions'].map(from)).toEqual([
      ...[path, 'default', 'default', path],
    ]);
    expect([...origins.keys()]).toEqual(CONFIG_KEYS.map((key) => key.path));
  });

  test('should be one file whether it is YAML or JSON', () => {
    const { config } = resolveConfig({ file: file('same.yaml', YAML) });
    const written = { ...config, sessions: [{ number: 1, token: 'secret-of-ann', accounts: [1] }] };
    const json = file('same.json', JSON.stringify({ $schema: './x.json', ...written }));
    expect(resolveConfig({ file: json }).config).toEqual(config);
    expect(resolveConfig({ variables: { RINGSIDE_CONFIG: json } }).config).toEqual(config);
    expect(loadConfig(file('empty.yaml', '# nothing\n'))).toEqual(loadConfig(undefined));
  });

  test('should take lists as YAML in a variable, and text as it stands', () => {
    const variables = {
      RINGSIDE_SESSIONS: '[{number: 7, token: "123", accounts: [1]}]',
      RINGSIDE_DATA_DIRECTORY: '123',
      RINGSIDE_MATCHING_CPU: 'auto',
      RINGSIDE_OPS_PORT: 'null',
    };
    const { config } = resolveConfig({ variables });
    expect(config.sessions).toMatchObject([{ number: 7, token: '123' }]);
    expect(config).toMatchObject({ dataDirectory: '123', matchingCpu: 'auto', opsPort: null });
  });

  test('should know the older name of the level, and the newer one first', () => {
    const level = (variables: Record<string, string>) => resolveConfig({ variables }).config.log;
    expect(level({ RINGSIDE_LOG: 'warn' }).level).toBe('warn');
    expect(level({ RINGSIDE_LOG: 'warn', RINGSIDE_LOG_LEVEL: 'error' }).level).toBe('error');
  });

  test('should leave variables alone that are somebody else’s', () => {
    const variables = {
      RINGSIDE_ORDERS_PORT: 'tcp://10.0.0.1:7400',
      RINGSIDE_SERVICE_HOST: '10.0.0.1',
      RINGSIDE_TOKEN: 'demo',
      RINGSIDE_BENCH_OF_A_NEIGHBOUR: '1',
      PATH: '/bin',
    };
    expect(resolveConfig({ variables }).config).toEqual(loadConfig(undefined));
  });

  test('should choose the operations port with the others', () => {
    expect(loadConfig(undefined).opsPort).toBe(7_402);
    expect(loadConfig(undefined, { ordersPort: 0, feedPort: 0 }).opsPort).toBe(0);
    expect(loadConfig(undefined, { ordersPort: 0, opsPort: 5 }).opsPort).toBe(5);
  });
});

describe('tokens', () => {
  const session = { number: 1, accounts: [1] };
  const both = (a: object, b: object) => ({
    value: [
      { ...session, ...a },
      { ...session, ...b, number: 2 },
    ],
  });
  const flagsOf = (value: unknown) => [{ path: 'sessions', value, origin: 'here' }];

  test('should be read from files where these are named', () => {
    const tokenFile = file('token', 'of-ann\n');
    const flags = flagsOf([{ ...session, tokenFile }]);
    expect(resolveConfig({ flags }).config.sessions[0]!.token).toBe('of-ann');
    const unread = resolveConfig({ flags, readsTokens: false }).config;
    expect(unread.sessions[0]!.token).toBe('');
  });

  test('should never be shown', () => {
    const { config } = resolveConfig({ file: file('masked.yaml', YAML) });
    expect(JSON.stringify(maskSecrets(config))).not.toContain('secret');
    const { value } = both({ token: 'hidden-1' }, { tokenFile: file('twin', 'hidden-1') });
    const said = faultOf({ flags: flagsOf(value) });
    expect(said).toBe('here: sessions.1.tokenFile: is the token of sessions.0');
  });

  test.each([
    [{}, 'sessions.0.token: a session has a token or a tokenFile, and not both'],
    [{ token: 'a', tokenFile: 'b' }, 'sessions.0.token: a session has a token or'],
    [{ tokenFile: '/nowhere/x' }, 'sessions.0.tokenFile: cannot be read: ENOENT'],
    [{ token: 12 }, 'sessions.0.token: Invalid input: expected string, received number (put it in'],
  ])('should be there once: %j', (given, said) => {
    expect(faultOf({ flags: flagsOf([{ ...session, ...given }]) })).toContain(said);
  });
});

describe('what cannot be', () => {
  test.each<[string, string]>([
    ['ordersPrt: 1', 'x.yaml: ordersPrt: is no key (did you mean "ordersPort"?)'],
    ['limits: {oders: 1}', 'x.yaml: limits.oders: is no key (did you mean "orders"?)'],
    ['orders: 1', 'x.yaml: orders: is no key (did you mean "limits.orders"?)'],
    ['zzz: 1', 'x.yaml: zzz: is no key'],
    ['log: {components: {jornal: info}}', 'x.yaml: log.components.jornal: is no key (did you mean'],
    ['log: {level: loud}', 'x.yaml: log.level: '],
    ['limits: 7', 'x.yaml: limits: Invalid input: expected object'],
    ['ordersPort: "7"', 'x.yaml: ordersPort: Invalid input: expected number, received string'],
    ['eventSlots: 1000', 'x.yaml: eventSlots: must be a power of two'],
    ['ioThreads: 24', 'x.yaml: ioThreads: Too big'],
    ['- 1', 'x.yaml: must hold an object of keys and values'],
    ['ordersPort: 1\nordersPort: 2', 'x.yaml: is not YAML: Map keys must be unique at line 2'],
    ['a: [', 'x.yaml: is not YAML: '],
  ])('should be refused with its key and a hint: %s', (text, said) => {
    expect(faultOf({ file: file('x.yaml', text) })).toMatch(said === '' ? /./ : asStart(said));
  });

  test.each<[object, string]>([
    [{ ordersPort: 5, feedPort: 5 }, 'feedPort: is the ordersPort too'],
    [{ ordersPort: 5, feedPort: 6, opsPort: 6 }, 'opsPort: is the feedPort too'],
    [{ ordersPort: 5, opsPort: 5, opsHost: '0.0.0.0' }, 'opsPort: is the ordersPort too'],
    [{ ordersPort: 5, opsPort: 5, opsHost: '127.0.0.2' }, 'none'],
    [{ opsPort: null }, 'none'],
    [{ opsPort: null, orderLatency: true }, 'orderLatency: needs the opsPort'],
    [{ limits: { accounts: 3 } }, 'accounts: 12 accounts are more than limits.accounts, 3'],
    [
      { limits: { instruments: 1 }, instruments: [{ number: 2, symbol: 'A' }] },
      'instruments.0.number: 2 is above limits.instruments, 1',
    ],
    [
      { instruments: [1, 2].map((number) => ({ number, symbol: 'A' })) },
      'instruments.1.symbol: A stands twice (at 0)',
    ],
    [{ accounts: [{ number: 1, name: 'a' }] }, 'sessions.0.accounts: account 2 is not among'],
    [
      { sessions: [{ number: 1, token: 'a', accounts: [1], operator: true }] },
      'sessions.0.accounts: a session has 1 to 1024 accounts, an operator none',
    ],
  ])('should be refused as a pair: %j', (values, said) => {
    const flags = Object.entries(values).map(([path, value]) => ({ path, value, origin: 'here' }));
    expect(faultOf({ flags })).toContain(said);
  });

  test.each<[ConfigSources, string]>([
    [{ file: 'nowhere.yaml' }, 'nowhere.yaml: cannot be read: ENOENT'],
    [{ file: file('bad.json', '{') }, 'bad.json: is not JSON: '],
    [{ variables: { RINGSIDE_ORDERS_PORT: 'x' } }, 'RINGSIDE_ORDERS_PORT: ordersPort: Invalid'],
    [{ variables: { RINGSIDE_SESSIONS: '[' } }, 'RINGSIDE_SESSIONS: sessions: '],
    [
      { variables: { RINGSIDE_ORDER_PORT: '1' } },
      'RINGSIDE_ORDER_PORT: no variable of this name is known (did you mean "RINGSIDE_ORDERS_PORT"',
    ],
    [
      { flags: [{ path: 'orders', value: '1', origin: '--set' }] },
      '--set: orders: is no key (did you mean "limits.orders"?)',
    ],
  ])('should be told with its source: %j', (sources, said) => {
    expect(faultOf(sources)).toMatch(asStart(said));
  });

  test('should be told all at once', () => {
    const said = faultOf({ file: file('many.yaml', 'hots: a\nioThreads: 0\nfeedPort: -1\n') });
    expect(said.split('\n')).toHaveLength(3);
  });
});

function asStart(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
}

test('should have the ranges of the code', () => {
  for (const [name, most] of Object.entries(LARGEST_LIMITS)) {
    const at = (value: number) => () => loadConfig(undefined, { limits: { [name]: value } });
    expect(at(most)).not.toThrow();
    expect(at(most + 1)).toThrow(`limits.${name}`);
  }
  expect(loadConfig(undefined).limits).toEqual(DEFAULT_LIMITS);
  // The publisher reads the event ring too.
  const ioThreads = CONSUMERS_MAX - 1;
  expect(loadConfig(undefined, { ioThreads }).ioThreads).toBe(ioThreads);
});

describe('the schema for editors', () => {
  const text = readFileSync(new URL('../schemas/ringside.schema.json', import.meta.url), 'utf8');

  test('should be what `ringside config schema` prints', () => {
    expect(JSON.parse(JSON.stringify(configJsonSchema()))).toEqual(JSON.parse(text));
  });

  test('should allow no other key, and say what each is for', () => {
    const schema = JSON.parse(text);
    expect(schema.additionalProperties).toBe(false);
    expect(schema.properties.sessions.items.additionalProperties).toBe(false);
    const silent = CONFIG_KEYS.filter(({ description, path }) => {
      return description === '' && !path.startsWith('log.components.');
    });
    expect(silent).toEqual([]);
  });
});

test('should be documented, each key with its default', () => {
  const text = readFileSync(new URL('../schemas/config.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([\w.]+)` \| (?:`(.*?)`)?[^|]* \| (.+?) \|$/gm)];
  expect(rows.map(([, key]) => key)).toEqual(CONFIG_KEYS.map(({ path }) => path));
  const { config } = resolveConfig();
  for (const [, key, shown] of rows) {
    const isList = ['instruments', 'accounts', 'sessions'].includes(key!);
    if (!isList && shown) expect([key, JSON.parse(shown)]).toEqual([key, valueAt(config, key!)]);
  }
  const yaml = /^```yaml\n([\s\S]*?)^```/m.exec(text)![1]!;
  const { config: example } = resolveConfig({ file: file('doc.yaml', yaml), readsTokens: false });
  expect(example.sessions.map(({ operator }) => operator)).toEqual([false, true]);
});
