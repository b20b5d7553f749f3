// The ringside program within the test's own process: the same code without a start-up, for tables
// of wrong usage. What it is as a process of its own the other tests of a command say.

import { vi } from 'vitest';
import { runProgram } from '../src/cli/program.ts';
import type { Ended } from './replay-kit.ts';

/** Runs one command. One at a time: all that is written meanwhile counts as its output. */
export async function runHere(args: readonly string[]): Promise<Ended> {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += text;
      return true;
    }),
  );
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    const status = await runProgram([process.execPath, 'ringside', ...args]);
    return { status, ...written };
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}
