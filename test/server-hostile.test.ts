// The hostile run in short: a few sessions that mutate, flood and stall, in the midst of others
// that get every answer. (`npm run bench -- hostile` does it with 500 sessions.)

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const SCRIPT = new URL('../dist/bench/hostile.js', import.meta.url).pathname;
const RUN_MS_MAX = 100_000;

test('should give every answer to those who are not hostile', async () => {
  const options = ['--sessions', '60', '--hostile', '6', '--seconds', '2'];
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, ...options], {
    timeout: RUN_MS_MAX,
    killSignal: 'SIGKILL',
  });
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({ sessions: 60, hostile: 6, missing: 0, surplus: 0, idle: 0 });
  expect(result).toMatchObject({ closedHonest: 0, serverStatus: 0, answered: result.commands });
  expect(result.closedHostile).toBeGreaterThan(0);
});
