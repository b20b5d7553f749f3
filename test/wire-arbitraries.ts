// What fast-check makes frames of.

import fc from 'fast-check';
import * as codes from '../src/core/codes.ts';
import * as kinds from '../src/wire/frame-kinds.ts';
import { anyText } from './any-text.ts';

export const uint16 = fc.integer({ min: 0, max: 0xffff });
export const uint32 = fc.nat({ max: 0xffff_ffff });
export const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
export const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
export const exact = fc.maxSafeNat();
export const request = fc.integer({ min: 1, max: kinds.REQUEST_MAX });
/** Texts of whole characters, from every plane; at most 4 bytes each. */
export const name = anyText({ maxLength: kinds.NAME_BYTES_MAX / 4 });
export const side = fc.constantFrom(codes.SIDE_BUY, codes.SIDE_SELL);
export const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

/** Words of records of which these words must be small, as they are high words of exact numbers. */
export function records(
  recordWords: number,
  highWords: number[],
  countMin: number,
): fc.Arbitrary<number[]> {
  const words = Array.from({ length: recordWords }, (_, i) =>
    highWords.includes(i) ? fc.nat({ max: 0x1fffff }) : int32,
  );
  return fc
    .array(fc.tuple(...words), { minLength: countMin, maxLength: 12 })
    .map((all) => all.flat());
}
