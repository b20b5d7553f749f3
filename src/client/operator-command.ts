// Operators' commands as users of the SDK state them, and what they become on the wire.

import * as codes from '../wire/codes.ts';
import type { ClientCommand } from '../wire/order-entry.ts';
import { ClientError } from './client-error.ts';
import type { DefineInstrument } from './command-result.ts';
import type { Directory } from './directory.ts';
import type { Phase } from './phase.ts';

export interface InstrumentDefinition {
  /** 1 … 32 bytes of UTF-8, without spaces. */
  symbol: string;
  /** Its number, never used before. Default: one above all that there are. */
  instrument?: number | undefined;
  /** What one tick of price is worth, a decimal number. Default '0.01'. */
  tickSize?: string | undefined;
  /** What one lot of quantity is worth. Default '1'. */
  lotSize?: string | undefined;
  /** Ticks. Default: none. */
  referencePrice?: number | undefined;
  /** Price band in hundredths of a percent of the reference. Default: none. */
  priceBandBps?: number | undefined;
  /** How long a halt by the band lasts, ns. Default 0. */
  haltNs?: number | undefined;
  /** How long the auction after it lasts, ns. Default 0. */
  auctionNs?: number | undefined;
}

/** An account, by name or number, or a session, by number. */
export type Killed =
  | { account: string | number; session?: undefined }
  | { session: number; account?: undefined };

const INT32_MAX = 0x7fff_ffff;

/** Each throws a ClientError for what cannot be sent. */
export function toDefinition(
  definition: InstrumentDefinition,
  request: number,
  directory: Directory,
): DefineInstrument {
  const { symbol, tickSize = '0.01', lotSize = '1' } = definition;
  const { referencePrice = 0, priceBandBps = 0, haltNs = 0, auctionNs = 0 } = definition;
  within('referencePrice', referencePrice, INT32_MAX);
  within('priceBandBps', priceBandBps, INT32_MAX);
  within('haltNs', haltNs, Number.MAX_SAFE_INTEGER);
  within('auctionNs', auctionNs, Number.MAX_SAFE_INTEGER);
  within('instrument', definition.instrument ?? 0, 0xffff_ffff);
  const number = directory.nextInstrument(definition.instrument);
  const terms = { symbol, tickSize, lotSize, referencePrice, priceBandBps, haltNs, auctionNs };
  return { command: codes.COMMAND_INSTRUMENT, request, number, ...terms };
}

export function toPhase(
  instrument: string | number,
  phase: Phase,
  request: number,
  directory: Directory,
): ClientCommand {
  const code = codes.PHASE_NAMES.indexOf(phase);
  if (code < 1) throw new ClientError('invalid_argument', `phase cannot be ${phase}`);
  const number =
    typeof instrument === 'number'
      ? directory.instrument(undefined, instrument)
      : directory.instrument(instrument, undefined);
  return { command: codes.COMMAND_PHASE, request, instrument: number, phase: code };
}

export function toKill(
  killed: Killed,
  isLifted: boolean,
  request: number,
  directory: Directory,
): ClientCommand {
  const common = { command: codes.COMMAND_KILL, request, lift: isLifted } as const;
  const { session } = killed;
  if (session === undefined) return { ...common, account: directory.account(killed.account) };
  within('session', session, 0xffff_ffff);
  return { ...common, session };
}

function within(field: string, value: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return;
  throw new ClientError('invalid_argument', `${field} cannot be ${value}`);
}
