// The table of `npm run oracle -- --census`.

import { takeCensus } from '../src/sim/oracle/census.ts';
import { PROFILES, profileOf } from '../src/sim/random-profiles.ts';

const WHAT_COLUMNS = 58;
const COUNT_COLUMNS = 9;

/** What happened in `commands` commands of `seeds` seeds: a row a thing, a column a profile. */
export function censusTable(firstSeed: number, seeds: number, commands: number): string {
  const rows = new Map<string, Map<string, number>>();
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    const { name } = profileOf(seed);
    for (const [what, count] of takeCensus(seed, Math.ceil(commands / seeds))) {
      const row = rows.get(what) ?? new Map<string, number>();
      rows.set(what, row.set(name, (row.get(name) ?? 0) + count));
    }
  }
  const names = PROFILES.map(({ name }) => name);
  const lines = [...rows].sort().map(([what, row]) => {
    const sum = [...row.values()].reduce((a, b) => a + b, 0);
    return line(what, [sum, ...names.map((name) => row.get(name) ?? '')]);
  });
  return [line('', ['sum', ...names]), ...lines].join('');
}

function line(what: string, cells: readonly (number | string)[]): string {
  const columns = cells.map((cell) => `${cell}`.padStart(COUNT_COLUMNS)).join('');
  return `${what.padEnd(WHAT_COLUMNS)}${columns}\n`;
}
