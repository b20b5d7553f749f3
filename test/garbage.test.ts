import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('should make no garbage in 5 million commands', () => {
  const bench = ['--expose-gc', 'dist/bench/garbage.js', '--commands', '5000000'];
  const { stdout, stderr, status } = spawnSync(process.execPath, bench, { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  const seen = JSON.parse(stdout);
  expect(seen.commands).toBe(5_000_000);
  expect(seen.majorGcs).toBe(0);
  expect(seen.heapGrowthBytes).toBeLessThan(1_000_000);
});
