// What can be configured: names, ranges, defaults and what each is for, in one place. From it come
// the check of a file, the names of variables and flags, `ringside config print` and the JSON
// Schema for editors. Sizes and limits have the names that they have in the code.

import { z } from 'zod';
import { parseDecimal } from '../base/decimal.ts';
import { isSymbol, SYMBOL_BYTES_MAX } from '../base/symbol.ts';
import { LOG_COMPONENTS, LOG_LEVELS, type LogComponent } from './log-levels.ts';

const uint32 = z.number().int().min(1).max(0xffff_ffff);
const port = z.number().int().min(0).max(65_535);
const whole = (low: number, high: number) => z.number().int().min(low).max(high);
const powerOfTwo = (low: number, high: number) =>
  whole(low, high).refine((value) => (value & (value - 1)) === 0, 'must be a power of two');
const decimal = z
  .string()
  .refine((text) => parseDecimal(text) !== null, 'must be a positive decimal number that fits');
const int32 = whole(1, 0x7fff_ffff);
const durationNs = whole(0, Number.MAX_SAFE_INTEGER);

const instrument = z.strictObject({
  number: whole(1, 32_767).describe('never used again for another instrument'),
  symbol: z
    .string()
    .refine(isSymbol, `must have 1 to ${SYMBOL_BYTES_MAX} bytes and no space or control character`)
    .describe('what clients call it'),
  tickSize: decimal.default('0.01').describe('decimal number in quotes'),
  lotSize: decimal.default('1').describe('decimal number in quotes'),
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
  token: z.string().min(1).max(256).optional().describe('secret; a client logs on with it'),
  tokenFile: z.string().min(1).optional().describe('a file with the token, instead of it'),
  accounts: z.array(uint32).max(1_024).default([]).describe('account numbers it may act for'),
  operator: z.boolean().default(false).describe('sends operator commands, trades for no account'),
});

const limits = z.strictObject({
  orders: whole(1, 4_194_304).default(1_048_576).describe('resting orders, all instruments'),
  accounts: whole(1, 1_048_576).default(65_536).describe('accounts that ever sent an order'),
  instruments: whole(1, 32_767).default(1_024).describe('their numbers are 1 … this'),
  pages: whole(1, 1_048_576)
    .default(131_072)
    .describe('runs of 64 ticks of one side of one instrument that hold an order'),
});

const logLevel = z.enum(LOG_LEVELS);
const componentLevels = Object.fromEntries(
  LOG_COMPONENTS.map((name) => [name, logLevel.optional()]),
) as Record<LogComponent, z.ZodOptional<typeof logLevel>>;
const log = z.strictObject({
  level: logLevel.default('info').describe('least level that is written'),
  components: z.strictObject(componentLevels).default({}).describe('other levels, by component'),
});

/** Accounts `prefix`1, `prefix`2 … with numbers from `first` on. */
function namedAccounts(prefix: string, first: number, count: number) {
  return Array.from({ length: count }, (_, i) => ({
    number: first + i,
    name: `${prefix}${i + 1}`,
  }));
}

const WAIT_STRATEGIES = ['auto', 'blocking', 'yielding', 'busy-spin'] as const;

/** Readers of the event ring are these and the publisher; a ring has at most 24. */
const IO_THREADS_MAX = 23;

/** The operations port where none is configured. */
export const OPS_PORT = 7_402;

const network = {
  host: z.string().min(1).default('127.0.0.1').describe('address that clients connect to'),
  ordersPort: port.default(7_400).describe('order entry; 0 = chosen by the system'),
  feedPort: port.default(7_401).describe('market data; 0 = chosen by the system'),
  opsHost: z.string().min(1).default('127.0.0.1').describe('address of the operations port'),
  opsPort: port
    .nullable()
    .default(OPS_PORT)
    .describe(
      'health and metrics; 0 = chosen by the system, as where ordersPort is 0; null = none',
    ),
  orderLatency: z
    .boolean()
    .default(false)
    .describe('stamps every command at each stage, for the metric ringside_order_latency_seconds'),
};

const threads = {
  ioThreads: whole(1, IO_THREADS_MAX).default(1).describe('threads that serve order entry'),
  waitStrategy: z.enum(WAIT_STRATEGIES).default('auto').describe('of matching and journal'),
  matchingThread: z
    .enum(['auto', 'own', 'io'])
    .default('auto')
    .describe(
      'own = a thread; io = within the first I/O thread; auto = io on one or two cores, ' +
        'unless ioThreads, matchingCpu or waitStrategy ask for more',
    ),
  matchingCpu: z
    .union([whole(0, 1_023), z.literal('auto')])
    .nullable()
    .default(null)
    .describe('core to pin the matching thread to; auto = the last one that the process may use'),
  stallMsMax: whole(1_000, 600_000)
    .default(10_000)
    .describe('a thread that does nothing for longer is stuck: /livez fails'),
};

const storage = {
  durability: z.enum(['fsync', 'os', 'none']).default('fsync').describe('before an answer leaves'),
  dataDirectory: z.string().min(1).default('ringside-data').describe('of journal and snapshots'),
  segmentBytesMax: whole(65_536, 1_073_741_824).default(67_108_864).describe('of the journal'),
  snapshotCommands: whole(0, 1_000_000_000)
    .default(5_000_000)
    .describe('a snapshot is made after so many commands; 0 = not because of them'),
  snapshotSeconds: whole(0, 1_000_000)
    .default(600)
    .describe('and after so many seconds, if there was a command; 0 = not because of them'),
  snapshotsKept: whole(2, 1_000).default(3).describe('older ones go, and journal before them'),
  stopSnapshotMsMax: whole(0, 600_000)
    .default(20_000)
    .describe('time for the snapshot that a stop makes, without which it ends; 0 = none is made'),
};

const sizes = {
  commandSlots: powerOfTwo(64, 1_048_576).default(65_536).describe('of the command ring'),
  eventSlots: powerOfTwo(64, 1_048_576).default(131_072).describe('of the event ring'),
  resumeGraceMs: whole(0, 3_600_000)
    .default(0)
    .describe('how long a lost session may take to return before its orders are canceled'),
  drainDelayMs: whole(0, 600_000)
    .default(0)
    .describe('how long a stop says "not ready" before it begins, for load balancers'),
  retryAfterMs: whole(0, 3_600_000)
    .default(2_000)
    .describe('after which clients are told to come back when the server stops'),
};

/** Every key, before the pairs are checked. */
export const configObject = z.strictObject({
  ...network,
  ...threads,
  ...storage,
  ...sizes,
  log: log.prefault({}),
  limits: limits.prefault({}),
  instruments: z
    .array(instrument)
    .min(1)
    .default([
      {
        ...{ number: 1, symbol: 'DEMO', tickSize: '0.01', lotSize: '1', referencePrice: 10_000 },
        ...{ haltNs: 0, auctionNs: 0 },
      },
    ])
    .describe('defined at the first start; what the journal has stays'),
  accounts: z
    .array(account)
    .min(1)
    .default([...namedAccounts('demo', 1, 8), ...namedAccounts('flow', 9, 4)])
    .describe('names of account numbers'),
  sessions: z
    .array(session)
    .min(1)
    .default([
      { number: 1, token: 'demo', accounts: [1, 2, 3, 4, 5, 6, 7, 8], operator: false },
      { number: 2, token: 'flow', accounts: [9, 10, 11, 12], operator: false },
      { number: 3, token: 'operator', accounts: [], operator: true },
    ])
    .describe('who may log on'),
});

export type ConfigValues = z.infer<typeof configObject>;
export type LogConfig = ConfigValues['log'];
