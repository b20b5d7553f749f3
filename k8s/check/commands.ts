// Programs of the machine: run, looked for, and installed from Debian's packages if absent.

import { type ChildProcess, spawnSync } from 'node:child_process';
import { Skipped } from './steps.ts';

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** To standard input. */
  readonly input?: string;
  readonly timeoutMs?: number;
}

/** Standard output of a program. Throws with what it said when its status is not 0. */
export function run(
  command: string,
  args: readonly string[],
  { cwd, env, input, timeoutMs = 300_000 }: CommandOptions = {},
): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: OUTPUT_BYTES_MAX,
    timeout: timeoutMs,
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    ...(input === undefined ? {} : { input }),
  });
  if (status === 0) return stdout;
  const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-30).join('\n');
  const why = error?.message ?? `status ${status}`;
  throw new Error(`${command} ${args.slice(0, 3).join(' ')}: ${why}\n${said}`);
}

/** A process that does not outlive the check, however that ends. */
export function tied(child: ChildProcess): ChildProcess {
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  return child;
}

export function isThere(command: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$0"', command]).status === 0;
}

/**
 * Installs Debian's packages for the commands that are absent. Throws Skipped where that is not
 * possible: no apt-get, not root, no mirror.
 */
export function expectCommands(packages: Readonly<Record<string, string>>): void {
  const absent = Object.keys(packages).filter((command) => !isThere(command));
  if (absent.length === 0) return;
  const names = [...new Set(absent.map((command) => packages[command]!))];
  if (!isThere('apt-get') || process.getuid?.() !== 0) {
    throw new Skipped(`${absent.join(', ')} absent, and apt-get or root too`);
  }
  process.stdout.write(`        installing ${names.join(', ')} with apt-get\n`);
  // No service starts: runlevel 1 starts none.
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  try {
    run('apt-get', ['update', '-q'], { env });
    run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], { env });
  } catch (error) {
    throw new Skipped(`${names.join(', ')} cannot be installed: ${(error as Error).message}`);
  }
}
