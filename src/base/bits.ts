/** Index (0 … 31) of the lowest set bit. The word must not be 0. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** The bits of a word above index `bit` (0 … 31). */
export function bitsAbove(word: number, bit: number): number {
  return word & (-2 << bit);
}

/** Smallest power of two that is not below `value` (1 … 2^30). */
export function powerOfTwoAtLeast(value: number): number {
  return value <= 1 ? 1 : 1 << (32 - Math.clz32(value - 1));
}
