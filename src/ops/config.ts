// The server's configuration: one JSON file, checked by a schema; every value has a default, so
// that a server runs without a file.

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { parseDecimal } from '../base/decimal.ts';
import { InputError } from '../base/input-error.ts';
import { isSymbol, SYMBOL_BYTES_MAX } from '../base/symbol.ts';

const uint32 = z.number().int().min(1).max(0xffff_ffff);
const port = z.number().int().min(0).max(65_535);
const powerOfTwo = (low: number, high: number) =>
  z
    .number()
    .int()
    .min(low)
    .max(high)
    .refine((value) => (value & (value - 1)) === 0, 'must be a power of two');
const decimal = z
  .string()
  .refine((text) => parseDecimal(text) !== null, 'must be a positive decimal number that fits');
const int32 = z.number().int().min(1).max(0x7fff_ffff);
const durationNs = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const instrument = z.strictObject({
  number: z.number().int().min(1).max(32_767).describe('never used again for another instrument'),
  symbol: z
    .string()
    .refine(isSymbol, `must have 1 to ${SYMBOL_BYTES_MAX} bytes and no space or control character`),
  tickSize: decimal.default('0.01'),
  lotSize: decimal.default('1'),
  referencePrice: int32.optional().describe('ticks'),
  priceBandBps: int32.optional().describe('price band in hundredths of a percent'),
  haltNs: durationNs.default(0).describe('how long a halt by the band lasts, ns'),
  auctionNs: durationNs.default(0).describe('how long the auction after it lasts, ns'),
});
const account = z.strictObject({
  number: uint32.describe('never used again for another account'),
  name: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[^:]*$/, 'must not contain ":"'),
});
const session = z.strictObject({
  number: uint32,
  token: z.string().min(1).max(256).describe('secret; a client logs on with it'),
  accounts: z.array(uint32).max(1_024).default([]).describe('account numbers it may act for'),
  operator: z.boolean().default(false).describe('sends operator commands, trades for no account'),
});

const limits = z.strictObject({
  orders: z.number().int().min(1).max(4_194_304).default(1_048_576),
  accounts: z.number().int().min(1).max(1_048_576).default(65_536),
  instruments: z.number().int().min(1).max(32_767).default(1_024),
  pages: z.number().int().min(1).max(1_048_576).default(131_072),
});

/** Accounts `prefix`1, `prefix`2 … with numbers from `first` on. */
function namedAccounts(
  prefix: string,
  first: number,
  count: number,
): { number: number; name: string }[] {
  return Array.from({ length: count }, (_, i) => ({
    number: first + i,
    name: `${prefix}${i + 1}`,
  }));
}

const WAIT_STRATEGIES = ['auto', 'blocking', 'yielding', 'busy-spin'] as const;

/** The schema; `config print` shows what it makes of a file. */
export const configSchema = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1').describe('address that the server listens on'),
    ordersPort: port.default(7_400).describe('order entry; 0 = chosen by the system'),
    feedPort: port.default(7_401).describe('market data; 0 = chosen by the system'),
    ioThreads: z.number().int().min(1).max(64).default(1),
    waitStrategy: z.enum(WAIT_STRATEGIES).default('auto').describe('of matching and journal'),
    matchingCpu: z
      .number()
      .int()
      .min(0)
      .max(1_023)
      .nullable()
      .default(null)
      .describe('core to pin the matching thread to'),
    durability: z.enum(['fsync', 'os', 'none']).default('fsync'),
    dataDirectory: z.string().min(1).default('ringside-data'),
    segmentBytesMax: z.number().int().min(65_536).max(1_073_741_824).default(67_108_864),
    snapshotCommands: z
      .number()
      .int()
      .min(0)
      .max(1_000_000_000)
      .default(5_000_000)
      .describe('a snapshot is made after so many commands; 0 = not because of them'),
    snapshotSeconds: z
      .number()
      .int()
      .min(0)
      .max(1_000_000)
      .default(600)
      .describe('and after so many seconds, if there was a command; 0 = not because of them'),
    snapshotsKept: z.number().int().min(2).max(1_000).default(3),
    commandSlots: powerOfTwo(64, 1_048_576).default(16_384),
    eventSlots: powerOfTwo(64, 1_048_576).default(16_384),
    resumeGraceMs: z.number().int().min(0).max(3_600_000).default(0).describe('before cancels'),
    limits: limits.prefault({}),
    instruments: z
      .array(instrument)
      .min(1)
      .default([
        {
          ...{ number: 1, symbol: 'DEMO', tickSize: '0.01', lotSize: '1', referencePrice: 10_000 },
          ...{ haltNs: 0, auctionNs: 0 },
        },
      ]),
    accounts: z
      .array(account)
      .min(1)
      .default([...namedAccounts('demo', 1, 8), ...namedAccounts('flow', 9, 4)]),
    sessions: z
      .array(session)
      .min(1)
      .default([
        { number: 1, token: 'demo', accounts: [1, 2, 3, 4, 5, 6, 7, 8], operator: false },
        { number: 2, token: 'flow', accounts: [9, 10, 11, 12], operator: false },
        { number: 3, token: 'operator', accounts: [], operator: true },
      ]),
  })
  .superRefine((config, context) => {
    const unique = (name: string, keys: (string | number)[]) => {
      const twice = keys.find((key, i) => keys.indexOf(key) !== i);
      if (twice !== undefined) {
        context.addIssue({ code: 'custom', path: [name], message: `${twice} stands twice` });
      }
    };
    unique(
      'instruments',
      config.instruments.map((one) => one.number),
    );
    unique(
      'instruments',
      config.instruments.map((one) => one.symbol),
    );
    unique(
      'accounts',
      config.accounts.map((one) => one.number),
    );
    unique(
      'accounts',
      config.accounts.map((one) => one.name),
    );
    unique(
      'sessions',
      config.sessions.map((one) => one.number),
    );
    unique(
      'sessions',
      config.sessions.map((one) => one.token),
    );
    if (config.ordersPort !== 0 && config.ordersPort === config.feedPort) {
      context.addIssue({ code: 'custom', path: ['feedPort'], message: 'is the ordersPort too' });
    }
    const known = new Set(config.accounts.map((one) => one.number));
    config.sessions.forEach((one, i) => {
      if ((one.accounts.length === 0) !== one.operator) {
        const message = 'a session has 1 to 1024 accounts, an operator none';
        context.addIssue({ code: 'custom', path: ['sessions', i, 'accounts'], message });
      }
      const unknown = one.accounts.find((number) => !known.has(number));
      if (unknown === undefined) return;
      const message = `account ${unknown} is not among accounts`;
      context.addIssue({ code: 'custom', path: ['sessions', i, 'accounts'], message });
    });
  });

export type Config = z.infer<typeof configSchema>;

/**
 * The configuration of a JSON file with `overrides` (flags) put over it; without a file, of the
 * defaults. Throws an InputError that names the file and the path of each wrong key.
 */
export function loadConfig(
  file: string | undefined,
  overrides: Readonly<Record<string, unknown>> = {},
): Config {
  const written = file === undefined ? {} : readJson(file);
  const result = configSchema.safeParse({ ...written, ...overrides });
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => {
    const path = issue.path.join('.') || 'the whole';
    return `${file ?? 'configuration'}: ${path}: ${issue.message}`;
  });
  throw new InputError(faults.join('\n'));
}

function readJson(file: string): object {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(`${file}: cannot be read: ${(error as Error).message}`);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    throw new InputError(`${file}: is not JSON: ${(error as Error).message}`);
  }
  throw new InputError(`${file}: must hold a JSON object`);
}

/** A copy that can be shown: tokens masked. */
export function maskSecrets(config: Config): Config {
  return { ...config, sessions: config.sessions.map((one) => ({ ...one, token: '***' })) };
}
