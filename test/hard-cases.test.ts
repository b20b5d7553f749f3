// The hard cases (npm run bench -- hard), each at a two-hundredth of its size.

import { expect, test } from 'vitest';
import { hardCases } from '../bench/hard-cases.ts';
import { HardMarket } from '../bench/hard-market.ts';

const CASES = hardCases(1 / 200);
const market = new HardMarket();

test.each(CASES)('$what should be exact', ({ prepare, command, expected }) => {
  market.clear();
  prepare(market);
  const hash = market.hash();
  const events = market.checked(command(market.commands), expected());
  expect(events).toBe([...{ [Symbol.iterator]: expected }].length);
  expect(market.isEmpty()).toBe(true);
  expect(market.hash()).not.toBe(hash);
});

test.each([
  ['an event that is another', (lines: string[]) => lines.with(2, 'nothing'), 'event 3 is "'],
  ['an event too many', (lines: string[]) => lines.slice(0, -1), 'not "none"'],
  ['an event too few', (lines: string[]) => [...lines, 'nothing'], 'is missing: "nothing"'],
  ['another end', (lines: string[]) => lines.with(-1, lines.at(-1)!.slice(0, -4)), ' end", not "'],
])('%s should be found', (_, change, said) => {
  const { prepare, command, expected } = CASES[1]!;
  market.clear();
  prepare(market);
  const lines = change([...{ [Symbol.iterator]: expected }]);
  expect(() => market.checked(command(market.commands), lines[Symbol.iterator]())).toThrow(said);
});

test('orders that are left should be found', () => {
  market.clear();
  CASES[0]!.prepare(market);
  expect(market.isEmpty()).toBe(false);
});
