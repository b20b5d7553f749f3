// What a welcome tells: names and numbers, and the highest clOrdIds.

import type { InstrumentFacts, Welcome, WelcomeAccount } from '../wire/order-entry.ts';
import { ClientError } from './client-error.ts';
import type { Names } from './execution-report.ts';
import { type Instrument, toInstrument } from './phase.ts';

const ID_MAX = 0xffff_ffff_ffff_ffffn;

export class Directory implements Names {
  accounts: readonly WelcomeAccount[] = [];
  private readonly accountNumbers = new Map<string, number>();
  private readonly accountNames = new Map<number, string>();
  private readonly instrumentNumbers = new Map<string, number>();
  private readonly byNumber = new Map<number, Instrument>();
  /** The highest number that an instrument has, or that was given out here. */
  private highestInstrument = 0;
  /** Of each account: the highest that it has used, or that was given out here. */
  private readonly highestIds = new Map<number, bigint>();

  get instruments(): readonly Instrument[] {
    return [...this.byNumber.values()];
  }

  /**
   * Takes a welcome in. Ids given out meanwhile stay given out. False: it says what this version
   * does not know.
   */
  learn({ accounts, instruments }: Welcome): boolean {
    this.accounts = accounts;
    this.byNumber.clear();
    this.instrumentNumbers.clear();
    for (const { number, name, highestClOrdId } of accounts) {
      this.accountNumbers.set(name, number);
      this.accountNames.set(number, name);
      this.raise(number, highestClOrdId);
    }
    return this.update(instruments);
  }

  /** Takes instruments in that are new, or not as they were. As `learn`. */
  update(instruments: readonly InstrumentFacts[]): boolean {
    for (const facts of instruments) {
      const instrument = toInstrument(facts);
      if (instrument === null) return false;
      const { number, symbol } = instrument;
      this.byNumber.set(number, instrument);
      this.instrumentNumbers.set(symbol, number);
      this.highestInstrument = Math.max(this.highestInstrument, number);
    }
    return true;
  }

  /** The number for the next instrument: `given`, or one above all before. */
  nextInstrument(given: number | undefined): number {
    const number = given ?? this.highestInstrument + 1;
    this.highestInstrument = Math.max(this.highestInstrument, number);
    return number;
  }

  nameOf(account: number): string {
    return this.accountNames.get(account) ?? '';
  }

  symbolOf(instrument: number): string {
    return this.byNumber.get(instrument)?.symbol ?? '';
  }

  /** Number of an account; not given: the session's only one. Throws unknown_account. */
  account(given: string | number | undefined): number {
    if (given === undefined) {
      if (this.accounts.length === 1) return this.accounts[0]!.number;
      const count = this.accounts.length;
      throw new ClientError('unknown_account', `the session has ${count} accounts: name one`);
    }
    const number = typeof given === 'number' ? given : this.accountNumbers.get(given);
    if (number === undefined || !isNumber(number)) {
      throw new ClientError('unknown_account', `the session has no account ${given}`);
    }
    return number;
  }

  /** Number of an instrument, by itself or its symbol. Throws unknown_symbol. */
  instrument(symbol: string | undefined, given: number | undefined): number {
    const number = given ?? this.instrumentNumbers.get(symbol ?? '');
    if (number === undefined || !isNumber(number)) {
      throw new ClientError('unknown_symbol', `there is no instrument ${given ?? symbol}`);
    }
    return number;
  }

  /** The id for the account's next command: `given`, or one above all before. */
  nextId(account: number, given: bigint | number | undefined): bigint {
    const id = given === undefined ? (this.highestIds.get(account) ?? 0n) + 1n : toId(given);
    this.raise(account, id);
    return id;
  }

  private raise(account: number, id: bigint): void {
    if (id > (this.highestIds.get(account) ?? 0n)) this.highestIds.set(account, id);
  }
}

/** A clOrdId of a user. Throws ClientError invalid_argument when it is no uint64. */
export function toId(given: bigint | number): bigint {
  const isWhole = typeof given === 'bigint' || Number.isSafeInteger(given);
  const id = isWhole ? BigInt(given) : -1n;
  if (id < 0n || id > ID_MAX) {
    throw new ClientError('invalid_argument', `a clOrdId is a uint64, not ${given}`);
  }
  return id;
}

function isNumber(value: number): boolean {
  return value === value >>> 0;
}
