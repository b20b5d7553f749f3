// What a seed makes of a world: who trades there, and how small everything is, so that each limit,
// each turn of a ring and each new segment comes often.

import type { Prng } from '../../base/prng.ts';
import type { Limits } from '../../core/limits.ts';
import type { Durability } from '../../journal/journal-writer.ts';
import type { SessionConfig } from '../../session/session-config.ts';
import type { SessionLimits } from '../../session/session-limits.ts';

export interface WorldInstrument {
  readonly number: number;
  readonly symbol: string;
  readonly referencePrice: number;
  readonly priceBandBps: number;
  readonly haltNs: number;
  readonly auctionNs: number;
}

export interface WorldConfig {
  readonly durability: Durability;
  readonly limits: Limits;
  readonly sessions: readonly SessionConfig[];
  readonly instruments: readonly WorldInstrument[];
  readonly segmentBytesMax: number;
  readonly snapshotCommands: number;
  readonly snapshotsKept: number;
  readonly commandSlots: number;
  readonly eventSlots: number;
  readonly sessionLimits: Partial<SessionLimits>;
  /** Commands between two faults, on the average. */
  readonly faultCommands: number;
  /** Percent of writes that take fewer bytes. */
  readonly shortPercent: number;
}

export const OPERATOR_TOKEN = 'operator';
const NS_PER_MS = 1_000_000;
const LIMITS: Limits = { orders: 512, accounts: 12, instruments: 4, pages: 64 };

export function worldConfig(random: Prng): WorldConfig {
  const traders = random.between(2, 4);
  const sessions = Array.from({ length: traders }, (_, i) => ({
    number: i + 1,
    token: `trader${i + 1}`,
    accounts: accountsOf(i, random),
  }));
  const operator = { number: 99, token: OPERATOR_TOKEN, accounts: [], isOperator: true };
  return {
    // With `os` only the end of the process is survived, so no power is cut there.
    durability: random.chance(12) ? 'os' : 'fsync',
    limits: LIMITS,
    sessions: [...sessions, operator],
    instruments: Array.from({ length: random.between(1, 2) }, (_, i) => instrument(i, random)),
    segmentBytesMax: random.pick([4_096, 8_192, 16_384, 65_536]),
    snapshotCommands: random.pick([250, 600, 1_200, 2_500]),
    snapshotsKept: random.between(2, 3),
    commandSlots: random.pick([64, 256, 1_024]),
    eventSlots: random.pick([64, 256, 1_024]),
    sessionLimits: {
      credits: random.pick([48, 200, 1_000]),
      retainedReports: random.pick([600, 1_000, 2_000]),
      unsentReportsMax: random.pick([400, 100_000]),
      stalledMsMax: random.pick([1_500, 10_000]),
      unsentBytesPause: 8_192,
      unsentBytesMax: 65_536,
      graceMs: random.pick([0, 0, 500, 3_000]),
    },
    faultCommands: random.pick([80, 170, 320]),
    shortPercent: random.pick([0, 0, 5, 30]),
  };
}

/** Each session has its own: what one used up of an account, another need not know. */
function accountsOf(place: number, random: Prng): SessionConfig['accounts'] {
  const own = [{ number: 10 + place * 2, name: `a${10 + place * 2}` }];
  if (random.chance(50)) own.push({ number: 11 + place * 2, name: `a${11 + place * 2}` });
  return own;
}

function instrument(place: number, random: Prng): WorldInstrument {
  const hasBand = random.chance(30);
  return {
    number: place + 1,
    symbol: `SYM${place + 1}`,
    referencePrice: 1_000,
    priceBandBps: hasBand ? 400 : 0,
    haltNs: hasBand ? 20 * NS_PER_MS : 0,
    auctionNs: hasBand ? 30 * NS_PER_MS : 0,
  };
}
