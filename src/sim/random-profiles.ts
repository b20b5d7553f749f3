// What kinds of random markets there are (random-commands.ts): each seed is of one of them.

import { Prng } from '../base/prng.ts';
import { PHASE_AUCTION, PHASE_CLOSED, PHASE_CONTINUOUS, PHASE_PRE_OPEN } from '../core/codes.ts';
import { EXACT_MAX, INT32_MAX, type Limits } from '../core/limits.ts';

/** How an instrument is defined. */
export interface InstrumentTerms {
  /** Ticks. */
  readonly referencePrice?: number;
  readonly priceBandBps?: number;
  /** ns */
  readonly haltNs?: number;
  /** ns */
  readonly auctionNs?: number;
}

export interface Profile {
  readonly name: string;
  readonly limits: Limits;
  readonly accounts: readonly number[];
  /** Defined at the beginning, in this order. */
  readonly instruments: readonly number[];
  /** Of the instruments, in turn. */
  readonly terms: readonly InstrumentTerms[];
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
  /** New orders in a hundred that are stops, icebergs, day orders. */
  readonly stopPercent: number;
  readonly icebergPercent: number;
  readonly dayPercent: number;
  /** Mass cancels in a thousand commands. */
  readonly massCancelPermille: number;
  /** PHASE_* in which the instruments begin. */
  readonly firstPhase: number;
  /** Changes of phase in a thousand commands; more while an instrument does not trade. */
  readonly phasePermille: number;
  /** Kill switches thrown in a thousand commands. */
  readonly killPermille: number;
  /** Commands in which mid falls by half and comes back; 0: mid stays. */
  readonly swing: number;
  /** The first clOrdId of every account is near it. */
  readonly firstId: number;
  /** ns. */
  readonly firstTime: bigint;
  /** ns by which time goes on, on the average of commands that carry one; it goes back too. */
  readonly timeStep: number;
}

const PLAIN: Profile = {
  name: 'plain',
  limits: { orders: 4096, accounts: 16, instruments: 4, pages: 1024 },
  accounts: [1, 2, 3, 4],
  instruments: [1, 2],
  terms: [{ referencePrice: 10_000 }],
  mid: 10_000,
  spread: 60,
  qtyMax: 100,
  openTarget: 70,
  oddPercent: 8,
  stopPercent: 6,
  icebergPercent: 10,
  dayPercent: 10,
  massCancelPermille: 2,
  firstPhase: PHASE_CONTINUOUS,
  phasePermille: 0,
  killPermille: 0,
  swing: 0,
  firstId: 1,
  firstTime: 0n,
  timeStep: 10,
};

/** Few prices and few orders, so that most orders meet others. */
const NARROW: Profile = {
  ...PLAIN,
  accounts: [1, 2, 3],
  terms: [{ referencePrice: 100 }],
  mid: 100,
  spread: 6,
  qtyMax: 10,
  openTarget: 40,
};

const EDGES: readonly Profile[] = [
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
    ...NARROW,
    name: 'full',
    limits: { orders: 24, accounts: 3, instruments: 2, pages: 1024 },
    openTarget: 50,
    stopPercent: 30,
    phasePermille: 4,
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
  {
    ...PLAIN,
    name: 'ceiling',
    mid: INT32_MAX - 20,
    spread: 90,
    qtyMax: 4_200_000,
    terms: [
      { referencePrice: INT32_MAX, priceBandBps: 1 },
      { referencePrice: INT32_MAX - 60, priceBandBps: INT32_MAX },
      { priceBandBps: 1 },
    ],
    phasePermille: 4,
  },
  {
    ...PLAIN,
    name: 'floor',
    mid: 20,
    spread: 90,
    terms: [{ referencePrice: 20, priceBandBps: 5_000, haltNs: 100 }, { priceBandBps: INT32_MAX }],
    phasePermille: 4,
    firstId: 2 ** 32 - 200,
  },
  { ...PLAIN, name: 'huge', mid: 2 ** 22, spread: 4, qtyMax: INT32_MAX, phasePermille: 4 },
  { ...PLAIN, name: 'wide', mid: 2 ** 30, spread: 2 ** 30, qtyMax: 1_000, phasePermille: 2 },
  {
    ...PLAIN,
    name: 'wild',
    accounts: [1, 2, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1],
    terms: [{ referencePrice: 10_000, priceBandBps: 20, haltNs: 3_000, auctionNs: EXACT_MAX }],
    oddPercent: 45,
    phasePermille: 6,
    killPermille: 2,
    firstId: 2 ** 53 - 2 ** 40,
    firstTime: 2n ** 63n - 40_000n,
  },
];

const FEATURES: readonly Profile[] = [
  { ...NARROW, name: 'crowd', accounts: [1, 2], instruments: [1], icebergPercent: 30 },
  { ...PLAIN, name: 'deep', accounts: [1, 2, 3, 4, 5, 6], spread: 250, openTarget: 300 },
  { ...NARROW, name: 'cascade', stopPercent: 45, spread: 12, openTarget: 60, phasePermille: 3 },
  { ...NARROW, name: 'icebergs', icebergPercent: 70, qtyMax: 60, stopPercent: 12 },
  {
    ...NARROW,
    name: 'auctions',
    instruments: [2, 1, 3],
    terms: [{ referencePrice: 100 }, {}, { referencePrice: 106 }],
    stopPercent: 15,
    icebergPercent: 25,
    phasePermille: 40,
  },
  {
    ...NARROW,
    name: 'ties',
    limits: { orders: 4096, accounts: 16, instruments: 12, pages: 1024 },
    instruments: [5, 4, 3, 2, 1, 6],
    terms: [{}, {}, { referencePrice: 90 }, { referencePrice: 110 }, { referencePrice: 100 }],
    spread: 10,
    qtyMax: 2,
    openTarget: 90,
    icebergPercent: 4,
    firstPhase: PHASE_AUCTION,
    phasePermille: 80,
  },
  {
    ...NARROW,
    name: 'halts',
    terms: [
      { referencePrice: 100, priceBandBps: 400, haltNs: 150, auctionNs: 250 },
      { priceBandBps: 250, haltNs: 300 },
      { referencePrice: 101, priceBandBps: 300, auctionNs: 200 },
    ],
    instruments: [1, 2, 3],
    stopPercent: 30,
    icebergPercent: 20,
    phasePermille: 3,
    firstTime: 2n ** 53n - 2_000n,
  },
  {
    ...NARROW,
    name: 'circuit',
    terms: [{ referencePrice: 100, priceBandBps: 200 }, { priceBandBps: 100 }],
    stopPercent: 45,
    icebergPercent: 15,
    timeStep: 0,
  },
  {
    ...NARROW,
    name: 'days',
    terms: [{ referencePrice: 100, priceBandBps: 300, haltNs: 40 }, { priceBandBps: 200 }],
    stopPercent: 25,
    dayPercent: 50,
    firstPhase: PHASE_CLOSED,
    phasePermille: 25,
    firstTime: 2n ** 31n - 2_000n,
  },
  {
    ...PLAIN,
    name: 'operator',
    instruments: [3, 1],
    firstPhase: PHASE_PRE_OPEN,
    stopPercent: 15,
    oddPercent: 12,
    massCancelPermille: 10,
    phasePermille: 10,
    killPermille: 15,
  },
  {
    ...PLAIN,
    name: 'sweeping',
    accounts: [1, 2, 3],
    instruments: [1, 2, 3, 4],
    stopPercent: 20,
    massCancelPermille: 40,
    phasePermille: 10,
  },
];

export const PROFILES: readonly Profile[] = [PLAIN, ...EDGES, ...FEATURES];

/**
 * The profile that a seed (a whole number, 0 or more) has: one of PROFILES in turn, and from the
 * second round on with some of its numbers changed at random.
 */
export function profileOf(seed: number): Profile {
  const profile = PROFILES[seed % PROFILES.length]!;
  return seed < PROFILES.length ? profile : varied(profile, new Prng(-seed));
}

function varied(profile: Profile, random: Prng): Profile {
  const scaled = (value: number, most: number): number => {
    const factor = random.pick([1, 1, 0.25, 0.5, 2, 3]);
    return Math.max(Math.min(1, value), Math.min(most, Math.round(value * factor)));
  };
  return {
    ...profile,
    spread: scaled(profile.spread, INT32_MAX),
    qtyMax: scaled(profile.qtyMax, INT32_MAX),
    openTarget: scaled(profile.openTarget, Math.max(100, profile.openTarget)),
    stopPercent: scaled(profile.stopPercent, 70),
    icebergPercent: scaled(profile.icebergPercent, 90),
    dayPercent: scaled(profile.dayPercent, 90),
    phasePermille: scaled(profile.phasePermille, 150),
    killPermille: scaled(profile.killPermille, 50),
    timeStep: scaled(profile.timeStep, 1_000),
    terms: profile.terms.map((terms) => {
      const { priceBandBps } = terms;
      if (priceBandBps === undefined || random.chance(40)) return terms;
      return {
        ...terms,
        priceBandBps: scaled(priceBandBps, INT32_MAX),
        haltNs: random.pick([0, 1, 30, 500]),
        auctionNs: random.pick([0, 1, 30, 500]),
      };
    }),
  };
}
