/** High word of 2^53-1. */
const EXACT_HIGH_MAX = 0x1fffff;

/** True when a 64-bit number with this high word is at most 2^53-1, so a number can hold it. */
export function isExact(high: number): boolean {
  return high >>> 0 <= EXACT_HIGH_MAX;
}

/** The same for one high word in each of `count` records: at `at`, then every `recordWords`. */
export function areExact(
  words: Int32Array,
  at: number,
  count: number,
  recordWords: number,
): boolean {
  for (let i = 0; i < count; i++) {
    if (words[at + i * recordWords]! >>> 0 > EXACT_HIGH_MAX) return false;
  }
  return true;
}

/** True when a signed 64-bit number with this high word lies within ±(2^53-1). */
export function isExactSigned(low: number, high: number): boolean {
  const isLeast = high === -0x200000 && low === 0;
  return high >= -0x200000 && high <= EXACT_HIGH_MAX && !isLeast;
}
