// strace as a hand that kills: the server gets SIGKILL as it enters the n-th call of a kind on
// certain files, and the call is not done.
//
// strace counts calls for each thread by itself, so the n-th is that of the thread that gets to its
// n-th first. Where two threads make the same calls on the same files, scenarios part them
// (syscall-scenarios.ts).

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

const END_MS_MAX = 10_000;

/** Calls that change files, or make changes durable. */
export const FILE_CALLS = ['pwrite64', 'fdatasync', 'fsync', 'rename', 'ftruncate', 'unlink'];

/** The n-th call of a kind on one of these files. */
export interface Point {
  readonly paths: readonly string[];
  readonly call: string;
  readonly nth: number;
}

/** Why strace cannot be used here; null: it can. */
export function straceProblem(): string | null {
  const { error, status, stderr } = spawnSync('strace', ['-f', '-o', '/dev/null', 'true'], {
    encoding: 'utf8',
  });
  if (error !== undefined) return 'strace is not installed';
  return status === 0 ? null : `strace cannot trace here: ${stderr.trim().split('\n')[0]}`;
}

/** Arguments of a strace that writes every call of FILE_CALLS on `paths` to `file`. */
export function watching(paths: readonly string[], file: string): string[] {
  const only = paths.flatMap((path) => ['-P', path]);
  return ['-f', '-o', file, '-e', `trace=${FILE_CALLS.join(',')}`, ...only];
}

/** … and that kills at a point. */
export function killingAt({ paths, call, nth }: Point, file: string): string[] {
  return [...watching(paths, file), '-e', `inject=${call}:signal=SIGKILL:when=${nth}`];
}

/** A strace of a server that runs, from when it is attached to its last thread. */
export class AttachedStrace {
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;

  private constructor(child: ChildProcess) {
    this.child = child;
    this.exited = once(child, 'exit');
  }

  static async to(pid: number, args: readonly string[]): Promise<AttachedStrace> {
    const child = spawn('strace', [...args, '-p', `${pid}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const strace = new AttachedStrace(child);
    let told = '';
    child.stderr!.setEncoding('utf8').on('data', (text) => {
      told += text;
    });
    // "strace: Process 123 attached with 14 threads" comes when it has them all.
    while (!told.includes(`Process ${pid} attached`)) {
      const ended = strace.exited.then(() => {
        throw new Error(`strace could not be attached: ${told}`);
      });
      await Promise.race([once(child.stderr!, 'data'), ended]);
    }
    return strace;
  }

  /**
   * Resolves when it has seen the end of the server, which was killed. To be told to let go of one
   * that is dying would confuse it; one that hangs is killed.
   */
  async ended(): Promise<void> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), END_MS_MAX);
    await this.exited;
    clearTimeout(timer);
  }
}

/** The points that a run met which strace wrote to `file`, calls in the order of FILE_CALLS. */
export function pointsIn(file: string, paths: readonly string[]): Point[] {
  const counts = new Map<string, number>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    // "1234 fdatasync(34) = 0", or "<unfinished ...>" at its end; the rest of such a line is not
    // counted again.
    const found = /^(\d+) +([a-z0-9]+)\(/.exec(line);
    if (found === null) continue;
    const key = `${found[2]} ${found[1]}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return FILE_CALLS.flatMap((call) => {
    const ofThreads = [...counts].filter(([key]) => key.startsWith(`${call} `));
    const most = Math.max(0, ...ofThreads.map(([, count]) => count));
    return Array.from({ length: most }, (_, i) => ({ paths, call, nth: i + 1 }));
  });
}
