// The core against its oracle on random commands, and the comparison itself against engines that
// are wrong on purpose.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tapeOf } from '../src/sim/oracle/command-tape.ts';
import { compareCommands, compareSeed, runSeed } from '../src/sim/oracle/differential.ts';
import { shrink } from '../src/sim/oracle/shrink.ts';
import { PROFILES, profileOf } from '../src/sim/random-profiles.ts';
import { BUGS } from './oracle-bugs.ts';
import { runTape } from './tape.ts';

const run = promisify(execFile);

describe('the long run', () => {
  let directory: string;
  let program: string;

  // Bundled as it ships, because the test runner's own way of loading modules is much slower.
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ringside-oracle-'));
    program = join(directory, 'oracle.mjs');
    await build({
      absWorkingDir: join(import.meta.dirname, '..'),
      entryPoints: ['bench/oracle.ts'],
      outfile: program,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      minifySyntax: true,
    });
  });

  afterAll(() => rm(directory, { recursive: true }));

  test('should find no difference in random commands of every profile', async () => {
    const seeds = PROFILES.length * 3;
    const options = ['--commands', '84000', '--seed', '0', '--seeds', `${seeds}`];
    const { stdout } = await run(process.execPath, [program, ...options]).catch((e) => e);
    const last = `^commands 84000, seeds ${seeds}, differences 0, invariants checked on \\d{6,} `;
    expect(stdout).toMatch(new RegExp(last));
  }, 120_000);

  test('should take a census of the commands instead', async () => {
    const options = ['--census', '--commands', '2000', '--seed', '0', '--seeds', '2'];
    const { stdout } = await run(process.execPath, [program, ...options]);
    expect(stdout).toMatch(/^ +sum +plain /);
    expect(stdout).toMatch(/^event trade +\d+ +\d+ /m);
  });

  test.each([
    [['--commands', 'many']],
    [['--commands', '5', '--seeds', '0']],
    [['--seed', '2147483647']],
    [['--wrong']],
  ])('should refuse %j with exit status 2', async (options) => {
    const failed = await run(process.execPath, [program, ...options]).catch((e) => e);
    expect(failed.code).toBe(2);
    expect(failed.stderr).toMatch(/^oracle: .*\n$/);
  });
});

describe('the comparison', () => {
  test.each(Object.keys(BUGS))(
    'should find a subject that %s',
    (name) => {
      const [make, profile] = BUGS[name]!;
      let seed = PROFILES.findIndex((one) => one.name === profile);
      let difference: ReturnType<typeof compareSeed>['difference'];
      for (let round = 0; difference === undefined && round < 3; round++) {
        difference = compareSeed(seed, 3_000, make).difference;
        seed += PROFILES.length;
      }
      expect(difference, `${name} was not found`).toBeDefined();
      const { commands, report, what } = difference!;
      const { limits } = profileOf(difference!.seed);
      expect(commands.length).toBeLessThanOrEqual(15);
      expect(firstLine(compareCommands(commands, limits, make))).toBe(firstLine(what));
      expect(compareCommands(commands, limits)).toBeUndefined();
      expect(report).toContain(`seed ${difference!.seed} `);
      expect(report.endsWith(tapeOf(commands, limits))).toBe(true);
      expect(() => runTape(report, limits)).not.toThrow();
    },
    60_000,
  );

  test('should show the first event that differs, and none before it', () => {
    const [make] = BUGS['cancels the aggressor before the resting order']!;
    const { difference } = compareSeed(0, 3_000, make);
    const [, expected, found] = difference!.what.split('\n');
    expect(expected).toMatch(/^ {2}oracle 1: \{.*"evt":5/);
    expect(found).toMatch(/^ {2}found 1: \{.*"evt":5/);
  });

  test('should say when a tape cannot show it', () => {
    const [make] = BUGS['spares the youngest order of a killed account']!;
    const seed = PROFILES.findIndex(({ name }) => name === 'operator');
    const { report } = compareSeed(seed, 3_000, make).difference!;
    expect(report).toContain('# it needs what a tape cannot say\n');
    expect(report).toMatch(/^# \{"cmd":9,/m);
  });

  test('should be quiet about an engine that is right, and give a seed the same stream', () => {
    const first = runSeed(7, 2_000);
    expect(first.what).toBe(undefined);
    expect(first.checks).toBeGreaterThan(first.events);
    expect(runSeed(7, 2_000).log).toEqual(first.log);
  });
});

function firstLine(text: string | undefined): string | undefined {
  return text?.split('\n')[0];
}

describe('shrink', () => {
  test('should leave only the items that are needed', () => {
    const list = Array.from({ length: 1_000 }, (_, i) => i);
    const needed = [3, 500, 501, 999];
    const fails = (shorter: readonly number[]) => needed.every((item) => shorter.includes(item));
    expect(shrink(list, fails, 10_000)).toEqual(needed);
  });

  test('should stop when its time is up', () => {
    const list = [1, 2, 3, 4];
    expect(shrink(list, () => true, -1)).toEqual(list);
  });
});
