// A histogram in plain words, for the hot path: counting costs a few instructions and no memory,
// and any thread may read the words meanwhile.
//
// Layout: one word a bucket. Up to 255 every value has a bucket of its own; above, each power of
// two is cut into 128, so a bucket is never wider than 1/128 of its values.
//
//   values    0 … 255     256 … 511 in twos     512 … 1023 in fours     …     up to 2^40 - 1
//   buckets   0 … 255     256 … 383             384 … 511               …
//
// Ownership: one thread counts. Counts are uint32 and wrap.

const SUB_BUCKETS = 128;
const SUB_SHIFT = 7;
/** Above what int32 holds, values are first divided by this. */
const LARGE_SHIFT = 20;
const LARGE = 2 ** LARGE_SHIFT;
const INT32_END = 2 ** 31;

/** Larger values count as this one: as ns, 18 minutes. */
export const HISTOGRAM_VALUE_MAX = 2 ** 40 - 1;

/** Words of one histogram, in whole cache lines. */
export const HISTOGRAM_WORDS = 4_352;

/** The bucket of a value, 0 … HISTOGRAM_WORDS-1. Below 0 counts as 0, a fraction is cut off. */
export function bucketOf(value: number): number {
  if (value < INT32_END) return value <= 0 ? 0 : bucketOfInt(value | 0);
  const large = Math.min(value, HISTOGRAM_VALUE_MAX);
  return bucketOfInt(Math.floor(large / LARGE)) + LARGE_SHIFT * SUB_BUCKETS;
}

function bucketOfInt(value: number): number {
  if (value < 2 * SUB_BUCKETS) return value;
  const shift = 31 - SUB_SHIFT - Math.clz32(value);
  return (shift << SUB_SHIFT) + (value >>> shift);
}

/** The largest value that falls into a bucket. */
export function bucketEnd(bucket: number): number {
  if (bucket < 2 * SUB_BUCKETS) return bucket;
  const shift = (bucket >>> SUB_SHIFT) - 1;
  return (bucket - shift * SUB_BUCKETS + 1) * 2 ** shift - 1;
}
