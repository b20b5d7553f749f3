// What kinds of random markets there are (random-commands.ts): each seed is of one of them.

import { INT32_MAX, type Limits } from '../core/limits.ts';

export interface Profile {
  readonly name: string;
  readonly limits: Limits;
  readonly accounts: readonly number[];
  /** Defined at the beginning. */
  readonly instruments: readonly number[];
  /** Ticks around which orders are placed. */
  readonly mid: number;
  /** Ticks that an order is away from mid at most; nearer is likelier. */
  readonly spread: number;
  /** Lots of an order, 1 … this. */
  readonly qtyMax: number;
  /** Live orders around which the market settles. */
  readonly openTarget: number;
  /** Commands in a hundred that get something wrong or unusual. */
  readonly oddPercent: number;
  /** Mass cancels in a thousand commands. */
  readonly massCancelPermille: number;
  /** Commands in which mid falls by half and comes back; 0: mid stays. */
  readonly swing: number;
  /** The first clOrdId of every account is near it. */
  readonly firstId: number;
  /** ns. */
  readonly firstTime: bigint;
}

const PLAIN: Profile = {
  name: 'plain',
  limits: { orders: 4096, accounts: 16, instruments: 4, pages: 1024 },
  accounts: [1, 2, 3, 4],
  instruments: [1, 2],
  mid: 10_000,
  spread: 60,
  qtyMax: 100,
  openTarget: 200,
  oddPercent: 8,
  massCancelPermille: 2,
  swing: 0,
  firstId: 1,
  firstTime: 0n,
};

export const PROFILES: readonly Profile[] = [
  PLAIN,
  { ...PLAIN, name: 'crowd', accounts: [1, 2], instruments: [1], mid: 100, spread: 4, qtyMax: 10 },
  { ...PLAIN, name: 'deep', accounts: [1, 2, 3, 4, 5, 6], spread: 250, openTarget: 900 },
  { ...PLAIN, name: 'swing', mid: 8_000, spread: 300, swing: 6_000, firstId: 2 ** 31 - 200 },
  {
    ...PLAIN,
    name: 'tight',
    limits: { orders: 48, accounts: 3, instruments: 2, pages: 11 },
    accounts: [1, 2, 3, 1, 2, 3, 4],
    mid: 1_000,
    spread: 200,
    openTarget: 60,
    firstTime: 2n ** 32n - 2_000n,
  },
  {
    ...PLAIN,
    name: 'smallest',
    limits: { orders: 4, accounts: 1, instruments: 1, pages: 2 },
    accounts: [1, 2],
    instruments: [1],
    mid: 64,
    spread: 64,
    openTarget: 5,
  },
  { ...PLAIN, name: 'ceiling', mid: INT32_MAX - 20, spread: 90, qtyMax: 4_200_000 },
  { ...PLAIN, name: 'floor', mid: 20, spread: 90, firstId: 2 ** 32 - 200 },
  { ...PLAIN, name: 'huge', mid: 2 ** 22, spread: 4, qtyMax: INT32_MAX, openTarget: 60 },
  { ...PLAIN, name: 'wide', mid: 2 ** 30, spread: 2 ** 30, qtyMax: 1_000, openTarget: 300 },
  {
    ...PLAIN,
    name: 'wild',
    accounts: [1, 2, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1],
    oddPercent: 45,
    openTarget: 60,
    firstId: 2 ** 53 - 2 ** 40,
    firstTime: 2n ** 63n - 20_000n,
  },
  {
    ...PLAIN,
    name: 'sweeping',
    accounts: [1, 2, 3],
    instruments: [1, 2, 3, 4],
    massCancelPermille: 40,
    firstTime: 2n ** 53n - 2_000n,
  },
];

/** The profile that a seed (a whole number, 0 or more) has. */
export function profileOf(seed: number): Profile {
  return PROFILES[seed % PROFILES.length]!;
}
