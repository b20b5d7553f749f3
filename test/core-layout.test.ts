// The picture in memory-layout.ts: records are whole cache lines where they are touched alone, and
// no two fields of a record share a word.

import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS, LARGEST_LIMITS, type Limits } from '../src/core/limits.ts';
import * as map from '../src/core/memory-layout.ts';
import { createMap } from '../src/core/memory-map.ts';

const LINE_WORDS = 16;

/** Words of a record's fields, from where it begins; `longer` are those of more than one word. */
function wordsOf(prefix: string, longer: Readonly<Record<string, number>> = {}): number[] {
  return Object.entries(map)
    .filter(([name]) => name.startsWith(prefix))
    .flatMap(([name, at]) => Array.from({ length: longer[name] ?? 1 }, (_, i) => at + i))
    .sort((a, b) => a - b);
}

function range(from: number, end: number): number[] {
  return Array.from({ length: end - from }, (_, i) => from + i);
}

describe('a record', () => {
  test.each([
    ['header', map.HEADER_WORDS],
    ['order', map.ORDER_WORDS],
    ['page', map.PAGE_WORDS],
    ['account', map.ACCOUNT_WORDS],
    ['instrument', map.INSTRUMENT_WORDS],
    ['side', map.SIDE_WORDS],
    ['levels of a page', 1 << map.PAGE_LEVELS_SHIFT],
    ['sides of an instrument', map.I_SIDES],
    ['two extras', 2 * map.EXTRA_WORDS],
  ])('of a(n) %s should be whole cache lines', (_, words) => {
    expect(words % LINE_WORDS).toBe(0);
  });

  test('of an order should be one line, full', () => {
    expect(wordsOf('O_')).toEqual(range(0, map.ORDER_WORDS));
    expect(map.ORDER_WORDS).toBe(LINE_WORDS);
  });

  test('of an extra should have room for its fields', () => {
    expect(wordsOf('X_')).toEqual(range(0, 7));
  });

  test('of a page should share no word', () => {
    expect(wordsOf('P_', { P_BITS: 2 })).toEqual(range(0, 4));
    expect(1 << map.PAGE_WORDS_SHIFT).toBe(map.PAGE_WORDS);
  });

  test('of a page should have two words of level for each tick', () => {
    expect([map.L_FIRST, map.L_LAST, 1 << map.LEVEL_WORDS_SHIFT]).toEqual([0, 1, 2]);
    expect(1 << map.PAGE_SHIFT).toBe(map.TICK_MASK + 1);
    expect(map.PAGE_LEVELS_SHIFT).toBe(map.PAGE_SHIFT + map.LEVEL_WORDS_SHIFT);
  });

  test('of a node should end with its children', () => {
    const children = 1 << map.CHILD_BITS;
    const words = [0, 1, ...range(map.N_CHILDREN, map.NODE_WORDS)];
    expect(wordsOf('N_', { N_CHILDREN: children })).toEqual(words);
    expect(map.CHILD_MASK).toBe(children - 1);
    const keyBits = map.PAGE_SHIFT + map.TRIE_DEPTH * map.CHILD_BITS;
    expect(keyBits).toBe(31);
    expect([map.ROOT_SHIFT, map.LAST_NODE_SHIFT]).toEqual([keyBits - 5, map.PAGE_SHIFT]);
  });

  test('of an account should have the words of its list where an order has them', () => {
    expect(wordsOf('A_')).toEqual([...range(0, 5), 13, 14]);
    expect([map.A_FIRST, map.A_LAST]).toEqual([map.O_ACCOUNT_NEXT, map.O_ACCOUNT_PREV]);
  });

  test('of a side should end with its pages lately used', () => {
    expect(wordsOf('S_', { S_CACHE: map.S_CACHE_MASK + 1, S_CACHE_MASK: 0 })).toEqual([
      ...range(0, 7),
      ...range(map.S_CACHE, map.SIDE_WORDS),
    ]);
  });

  test('of an instrument should share no word', () => {
    // The list of day orders is laid over the instrument where an extra's words for it lie.
    const longer = { I_QUEUE: 2, I_SIDES: 4 * map.SIDE_WORDS, I_SYMBOL: 8, I_DAY: 0 };
    const day = [map.I_DAY + map.X_DAY_NEXT, map.I_DAY + map.X_DAY_PREV];
    expect([...wordsOf('I_', longer), ...day].sort((a, b) => a - b)).toEqual([
      ...range(0, 30),
      ...range(map.I_SIDES, map.I_DECIMALS + 1),
    ]);
    expect(map.I_SYMBOL).toBe(map.I_SIDES + 4 * map.SIDE_WORDS);
  });

  test('of the header should share no word, and lie in it', () => {
    const words = wordsOf('H_', { H_KILLED: map.KILLED_SESSIONS_MAX });
    expect(new Set(words).size).toBe(words.length);
    expect(words[0]).toBe(map.MAP_START);
    expect(words.at(-1)).toBeLessThan(map.MAP_START + map.HEADER_WORDS);
    expect(map.KILLED_SESSIONS_MAX).toBe(64);
  });
});

describe('a state', () => {
  const lines = (words: number) => Math.ceil(words / LINE_WORDS) * LINE_WORDS;

  test.each<Limits>([
    { orders: 5, accounts: 3, instruments: 2, pages: 7 },
    { orders: 4096, accounts: 64, instruments: 8, pages: 100 },
  ])('for %j should be as large as its records and tables', (limits) => {
    const { orders, accounts, instruments, pages } = limits;
    const power = (least: number) => 2 ** Math.ceil(Math.log2(least));
    const sizes = [
      instruments * 112,
      power(accounts),
      accounts * 16,
      (pages * 5 + instruments * 4) * 36,
      pages * 16,
      pages * 128,
      pages * 128,
      power(Math.max(64, 2 * orders)),
      (orders + 1) * 16,
      (orders + 1) * 8,
    ];
    expect(createMap(limits)).toHaveLength(
      sizes.reduce((sum, words) => sum + lines(words), map.MAP_START + 128),
    );
  });

  test.each(Object.keys(LARGEST_LIMITS))('should refuse %s out of range', (name) => {
    const small = { orders: 1, accounts: 1, instruments: 1, pages: 1 };
    const largest = LARGEST_LIMITS[name as keyof Limits];
    for (const value of [0, largest + 1, 1.5, Number.NaN]) {
      expect(() => createMap({ ...small, [name]: value })).toThrow(name);
    }
    expect(DEFAULT_LIMITS[name as keyof Limits]).toBeLessThanOrEqual(largest);
  });
});
