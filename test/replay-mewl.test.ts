import { describe, expect, it } from 'vitest';
import { CoreVenue } from '../src/sim/core-venue.ts';
import { compareMewl, type MewlOutcome, replayMewl } from '../src/sim/replay-mewl.ts';
import { SMALL, sourceOf } from './replay-kit.ts';
import { mewlWorkload } from './replay-mewl-kit.ts';

const COUNT = 600;
const { bytes: BYTES, expected: EXPECTED } = mewlWorkload(7, COUNT);

async function run(bytes: Uint8Array, chunkBytes?: number): Promise<MewlOutcome> {
  return await replayMewl(sourceOf('w', bytes, chunkBytes), new CoreVenue(SMALL));
}

/** The workload with one byte, of the header or of a record, set to something else. */
function withByte(at: number, value: number): Buffer {
  const bytes = Buffer.from(BYTES);
  bytes[at] = value;
  return bytes;
}

const RECORD_9 = 64 + 24 * 9;

describe('MEWL replay', () => {
  it('should reach the counts and hashes of a plain matcher', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const { bytes, expected } = mewlWorkload(seed, 4_000);
      const outcome = await run(bytes);
      expect(outcome, `seed ${seed}`).toMatchObject({ ...expected, rejected: 0, unmatched: 0 });
      expect(outcome.records).toBe(4_000);
      expect(expected.trades).toBeGreaterThan(500);
    }
  });

  it('should not mind how the bytes are cut', async () => {
    for (const chunkBytes of [1, 23, 25, 64, 100]) {
      expect(await run(BYTES, chunkBytes)).toMatchObject(EXPECTED);
    }
  });

  it('should tell which count or hash is not as expected', async () => {
    for (const key of ['trades', 'tradedQty', 'tradeHash', 'bookHash'] as const) {
      const outcome = await run(BYTES);
      compareMewl(outcome, EXPECTED, 'e');
      expect(outcome.firstDifference).toBeUndefined();
      compareMewl(outcome, { ...EXPECTED, [key]: 5 }, 'e');
      expect(outcome.firstDifference).toBe(`e: ${key}: expected 5, got ${EXPECTED[key]}`);
    }
  });

  it('should tell of a cancel that names no live order', async () => {
    const bytes = withByte(RECORD_9, 1);
    const outcome = await run(bytes);
    expect(outcome.unmatched).toBeGreaterThan(0);
    expect(outcome.firstDifference).toBe('w:record 9: order 10 is not live');
  });
});

describe('MEWL files', () => {
  it.each([
    ['a cut header', BYTES.subarray(0, 60), 'w:byte 60: the file ends in its header'],
    ['no bytes', BYTES.subarray(0, 0), 'w:byte 0: the file ends in its header'],
    ['another magic', withByte(7, 0x32), 'w:byte 0: no MEWL file'],
    ['another version', withByte(8, 2), 'w:byte 8: version 2, not 1'],
    ['another record size', withByte(12, 32), 'w:byte 12: records of 32 bytes, not 24'],
    ['a ramp beyond the records', withByte(22, 1), 'w:byte 20: a ramp of 65556 in 600 records'],
    ['prices beyond int32', withByte(43, 0x80), 'w:byte 36: prices 980 …'],
    [
      'a cut record',
      BYTES.subarray(0, RECORD_9 + 5),
      'w:byte 280 (record 9): the file ends after 5',
    ],
    ['too few records', BYTES.subarray(0, RECORD_9), 'w:byte 280 (record 9): the file ends'],
    ['a record too many', Buffer.concat([BYTES, BYTES.subarray(-24)]), '(record 600): there are'],
    ['a byte too many', Buffer.concat([BYTES, Buffer.alloc(1)]), '(record 600): there are bytes'],
    ['a type', withByte(RECORD_9, 4), 'w:byte 280 (record 9): type 4 is none of 0 … 3'],
    ['a side', withByte(RECORD_9 + 1, 2), 'w:byte 280 (record 9): side 2 is not 0 or 1'],
    ['padding', withByte(RECORD_9 + 3, 1), '(record 9): its padding is not zero'],
    ['padding at the end', withByte(RECORD_9 + 23, 1), '(record 9): its padding is not zero'],
    ['a quantity', withByte(RECORD_9 + 7, 0x80), '(record 9): qty 21474'],
    ['a price', withByte(RECORD_9 + 9, 9), '(record 9): price 2'],
    ['an id', withByte(RECORD_9 + 14, 9), '(record 9): id 589834 is not in 1 …'],
    ['an id that is live', withByte(64 + 24 + 12, 1), '(record 1): order 1 is live already'],
    ['a sequence', withByte(RECORD_9 + 16, 8), '(record 9): sequence 8 is not 9'],
  ])('should say where it has the wrong %s', async (_, bytes, complaint) => {
    await expect(run(bytes)).rejects.toThrow(complaint);
    await expect(run(bytes, 10)).rejects.toThrow(complaint);
  });
});
