import { InvalidArgumentError } from 'commander';

const INT32_MAX = 2 ** 31 - 1;

/** Reads a flag's value as a whole number in `lowest` … `highest`. */
export function wholeNumber(lowest: number, highest = INT32_MAX): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,15}$/.test(text) || value < lowest || value > highest) {
      throw new InvalidArgumentError(`It is no whole number in ${lowest} … ${highest}.`);
    }
    return value;
  };
}

/** Reads a flag's value as any number of ticks or lots: what cannot be, the exchange refuses. */
export function anyInteger(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw new InvalidArgumentError('It is no whole number.');
  return Number(text);
}

/** Reads a flag's value as a uint64. */
export function uint64(text: string): bigint {
  if (!/^\d{1,20}$/.test(text) || BigInt(text) > 0xffff_ffff_ffff_ffffn) {
    throw new InvalidArgumentError('It is no whole number in 0 … 18446744073709551615.');
  }
  return BigInt(text);
}
