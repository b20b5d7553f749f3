// Simulated worlds: many of them through the program that users run, and that a world is a function
// of its seed, in which every planted bug is found.

import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { FAULT_KINDS } from '../src/sim/world/faults.ts';
import { PLANTED_BUGS, type PlantedBug } from '../src/sim/world/planted-bugs.ts';
import { describeViolations, runWorld, type WorldOutcome } from '../src/sim/world/run-world.ts';

const SEEDS = 50;
const COMMANDS = 10_000;
/** Of the worlds with a planted bug. */
const BUG_COMMANDS = 6_000;
const BUG_SEEDS_MAX = 12;
const MINUTES_MS = 120_000;

function world(...args: string[]) {
  const program = new URL('../dist/bench/main.js', import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'world', ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test(
  'should lose nothing and do nothing twice, whatever goes wrong',
  () => {
    const args = ['--seeds', `${SEEDS}`, '--commands', `${COMMANDS}`, '--workers', '1', '--json'];
    const { status, stdout, stderr } = world(...args);
    expect(status, stderr).toBe(0);
    const { seeds, commands, starts, faults, violations } = JSON.parse(stdout);
    expect({ seeds, violations }).toEqual({ seeds: SEEDS, violations: 0 });
    expect(commands).toBeGreaterThanOrEqual(SEEDS * COMMANDS);
    expect(starts).toBeGreaterThan(SEEDS * 3);
    for (const kind of FAULT_KINDS) expect(faults[kind], kind).toBeGreaterThan(0);
  },
  MINUTES_MS,
);

test('should be a function of its seed', async () => {
  const [first, second] = [await runWorld(77, 800), await runWorld(77, 800)];
  expect(describeViolations(first)).toBe('');
  expect(second).toEqual(first);
  const other = await runWorld(78, 800);
  expect(other.steps).not.toBe(first.steps);
});

describe('a planted bug', () => {
  /** The first seed, of a few from `first` on, that finds it. */
  async function hunt(bug: PlantedBug, first: number): Promise<WorldOutcome> {
    for (let seed = first; seed < first + BUG_SEEDS_MAX; seed++) {
      const outcome = await runWorld(seed, BUG_COMMANDS, bug);
      if (outcome.violations.length > 0) return outcome;
    }
    throw new Error(`${bug} was not found in ${BUG_SEEDS_MAX} seeds from ${first} on`);
  }

  /** What it shows itself by, and a seed near which it does soon. */
  const SIGNS: readonly [PlantedBug, RegExp, number][] = [
    ['ack-before-fsync', /durable and are lost|damaged/, 1],
    ['fsync-retried', /durable and are lost|damaged/, 1],
    ['directory-unsynced', /durable and are lost|damaged/, 1],
    ['chain-unchecked', /recovered state|other commands|cannot be read/, 2],
    ['snapshot-unsynced', /cannot be used|missing|durable and are lost/, 3],
    ['ids-forgotten', /was told report|effect twice|has hash|the server died/, 4],
    ['reports-forgotten', /was told report/, 1],
    ['feed-message-lost', /the server died|has levels|has orders/, 2],
  ];

  test('should have a sign here, each of them', () => {
    expect(SIGNS.map(([bug]) => bug).sort()).toEqual(Object.keys(PLANTED_BUGS).sort());
  });

  test.each(SIGNS)(
    'should be found within a few seeds, and again from its seed: %s',
    async (bug, sign, first) => {
      const found = await hunt(bug, first);
      expect(found.violations[0]!.what).toMatch(sign);
      expect(found.violations[0]!.trail.length).toBeGreaterThan(10);
      const again = await runWorld(found.seed, BUG_COMMANDS, bug);
      expect(describeViolations(again)).toBe(describeViolations(found));
    },
  );
});

test('should refuse what is no number of seeds, or no bug', () => {
  expect(world('--seeds', 'none')).toMatchObject({ status: 2, stdout: '' });
  const { status, stderr } = world('--plant', 'beans');
  expect(status).toBe(2);
  expect(stderr).toContain('ack-before-fsync');
});
