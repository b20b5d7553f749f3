// Retained reports: numbering, what is kept, what is given back.

import { describe, expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import { wordsToNumber } from '../src/base/words.ts';
import { CHUNK_REPORTS, ChunkPool, ReportStore, wordInChunk } from '../src/session/report-store.ts';

/** Adds reports that carry the low bits of their number. */
function add(store: ReportStore, count: number): void {
  for (let i = 0; i < count; i++) {
    const number = store.next;
    const chunk = store.add();
    chunk[store.addedAt] = number % 0x7fffffff;
    if (wordsToNumber(store.addedLow, store.addedHigh) !== number) {
      throw new Error(`report ${number} has another number`);
    }
  }
}

function isThere(store: ReportStore, number: number): boolean {
  return store.chunkOf(number)[wordInChunk(number)] === number % 0x7fffffff;
}

class CountingPool extends ChunkPool {
  out = 0;

  override take(): Int32Array {
    this.out += 1;
    return super.take();
  }

  override giveBack(chunk: Int32Array): void {
    this.out -= 1;
    super.giveBack(chunk);
  }
}

describe('a report store', () => {
  test.each([1, 2 ** 31 - 700, 2 ** 32 - 700, 2 ** 32 + 1])(
    'should number without a gap and find each report again, from %d on',
    (first) => {
      const store = new ReportStore(new ChunkPool(4), 5_000, first);
      add(store, 3_000);
      expect([store.first, store.next]).toEqual([first, first + 3_000]);
      for (let number = first; number < store.next; number++) {
        if (!isThere(store, number)) throw new Error(`report ${number} is not there`);
      }
      expect(() => store.chunkOf(store.next)).toThrow('assertion');
      expect(() => store.chunkOf(first - 1)).toThrow('assertion');
    },
  );

  test('should give runs that lie in one chunk', () => {
    const store = new ReportStore(new ChunkPool(4), 5_000, 500);
    add(store, 600);
    let number = store.first;
    const runs: number[] = [];
    while (number < store.next) {
      const run = store.runFrom(number);
      runs.push(run);
      expect(store.chunkOf(number + run - 1)).toBe(store.chunkOf(number));
      number += run;
    }
    expect(runs).toEqual([13, 512, 75]);
    expect(store.runFrom(store.next)).toBe(0);
  });

  test('should keep the last `retained` reports and little more', () => {
    const pool = new CountingPool(4);
    const store = new ReportStore(pool, 1_000);
    for (let i = 0; i < 200; i++) {
      add(store, 97);
      expect(store.next - store.first).toBeGreaterThanOrEqual(Math.min(1_000, store.next - 1));
      expect(store.next - store.first).toBeLessThan(1_000 + 2 * CHUNK_REPORTS);
      expect(isThere(store, store.first) && isThere(store, store.next - 1)).toBe(true);
    }
    expect(pool.out).toBeLessThanOrEqual(4);
  });

  test('should keep everything from its pin on, and then let go of it gradually', () => {
    const pool = new CountingPool(1_000);
    const store = new ReportStore(pool, 1_000);
    add(store, 2_000);
    store.pin = 1_900;
    add(store, 50 * CHUNK_REPORTS);
    expect(store.first).toBeLessThanOrEqual(1_900);
    expect(isThere(store, 1_900)).toBe(true);
    store.pin = Number.POSITIVE_INFINITY;
    const held = pool.out;
    add(store, 10 * CHUNK_REPORTS);
    expect(pool.out).toBe(held - 10);
    add(store, 60 * CHUNK_REPORTS);
    expect(store.next - store.first).toBeLessThan(1_000 + 2 * CHUNK_REPORTS);
  });

  test.each([
    [CHUNK_REPORTS, 1],
    [CHUNK_REPORTS + 1, CHUNK_REPORTS + 1],
  ])('should keep the chunk that its pin %i is in', (pin, first) => {
    const store = new ReportStore(new ChunkPool(9), 10);
    store.pin = pin;
    add(store, 5 * CHUNK_REPORTS);
    expect(store.first).toBe(first);
  });

  test('should use chunks again, and hold no more of them than it was told', () => {
    const pool = new ChunkPool(2);
    const chunks = [pool.take(), pool.take(), pool.take()];
    for (const chunk of chunks) pool.giveBack(chunk);
    const again = [pool.take(), pool.take(), pool.take()];
    expect(again.filter((chunk) => chunks.includes(chunk))).toHaveLength(2);
  });

  test('should give everything back when cleared, and go on numbering', () => {
    const pool = new CountingPool(9);
    const store = new ReportStore(pool, 9_999);
    add(store, 1_300);
    store.clear();
    expect([pool.out, store.first, store.next]).toEqual([0, 1_301, 1_301]);
    add(store, 900);
    expect(isThere(store, 1_301) && isThere(store, 2_200)).toBe(true);
  });

  test('should keep what it must in any order of adds, pins and clears (seed 4711)', () => {
    const prng = new Prng(4_711);
    const store = new ReportStore(new CountingPool(3), 600, 2 ** 32 - 9_000);
    let cleared = store.first;
    for (let i = 0; i < 3_000; i++) {
      const act = prng.below(100);
      if (act === 0) {
        store.clear();
        cleared = store.next;
      } else if (act < 20) {
        store.pin = prng.between(store.first, store.next);
      } else if (act < 30) {
        store.pin = Number.POSITIVE_INFINITY;
      } else {
        add(store, prng.below(150));
      }
      const needed = Math.max(cleared, Math.min(store.next - 600, store.pin));
      const number = prng.between(store.first, store.next);
      const isGood = store.first <= needed && (number === store.next || isThere(store, number));
      if (!isGood) throw new Error(`step ${i}: ${number}`);
    }
    expect(store.next).toBeGreaterThan(2 ** 32);
  });
});
