// 64-bit unsigned numbers as two 32-bit words (low, high), the form in which ids, sequences and
// times travel through slots, state, journal and wire. Words live in Int32Arrays, so a word read
// back may be negative; `>>> 0` makes it the uint32 that it stands for.

const TWO_32 = 0x1_0000_0000;

/** The number that two words stand for. Exact up to 2^53-1, else a RangeError. */
export function wordsToNumber(low: number, high: number): number {
  const value = (high >>> 0) * TWO_32 + (low >>> 0);
  if (!Number.isSafeInteger(value)) throw new RangeError(`beyond 2^53-1: ${high} ${low}`);
  return value;
}

/** The 64-bit unsigned number that two words stand for. */
export function wordsToBigint(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

/** Low word of a whole number in 0 … 2^53-1. */
export function lowWord(value: number): number {
  return value | 0;
}

/** High word of a whole number in 0 … 2^53-1. */
export function highWord(value: number): number {
  return Math.floor(value / TWO_32) | 0;
}

/** Low word of a bigint in 0 … 2^64-1. */
export function lowWordOfBigint(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

/** High word of a bigint in 0 … 2^64-1. */
export function highWordOfBigint(value: bigint): number {
  return Number(BigInt.asIntN(32, value >> 32n));
}
