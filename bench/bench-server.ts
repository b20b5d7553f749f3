// Processes that a bench measures from outside: the exchange as it is served, and a bare echo.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface BenchProcess {
  readonly pid: number;
  /** Resolves with its exit status when it has ended. */
  stop(): Promise<number>;
}

export interface BenchServer extends BenchProcess {
  readonly ordersUrl: string;
  readonly feedUrl: string;
  readonly metricsUrl: string;
}

export interface BenchServerOptions {
  readonly durability: string;
  /** Sessions 1 … this, each with an account of its own number and the token `tokenN`. */
  readonly sessions: number;
  /** Where its data directory is made; default: the system's place for such. */
  readonly dir?: string;
  /** More of its configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** The built program; default: the one beside the built benches. */
  readonly program?: string;
  /** More arguments of `ringside serve`. */
  readonly args?: readonly string[];
}

/** Starts `ringside serve` in a directory of its own, which goes when it stops. */
export async function startServer(options: BenchServerOptions): Promise<BenchServer> {
  const dir = mkdtempSync(join(options.dir ?? tmpdir(), 'ringside-bench-'));
  const numbers = Array.from({ length: options.sessions }, (_, i) => i + 1);
  const config = {
    ordersPort: 0,
    feedPort: 0,
    dataDirectory: join(dir, 'data'),
    durability: options.durability,
    accounts: numbers.map((number) => ({ number, name: `account${number}` })),
    sessions: numbers.map((number) => ({ number, token: `token${number}`, accounts: [number] })),
    ...options.config,
  };
  const file = join(dir, 'ringside.json');
  writeFileSync(file, JSON.stringify(config));
  const program = options.program ?? fileURLToPath(new URL('../ringside.js', import.meta.url));
  const args = [program, 'serve', '--config', file, ...(options.args ?? [])];
  const said = /orders (ws:\S+)\s+feed (ws:\S+)\s+ops (http:\S+)\n/;
  const { child, found } = await startProcess(args, said);
  const stop = async (): Promise<number> => {
    const status = await stopProcess(child);
    rmSync(dir, { recursive: true });
    return status;
  };
  const [ordersUrl, feedUrl, metricsUrl] = [found[1]!, found[2]!, found[3]!];
  return { pid: child.pid!, ordersUrl, feedUrl, metricsUrl, stop };
}

/** Starts the bare uWebSockets.js echo. */
export async function startEcho(): Promise<BenchProcess & { url: string }> {
  const script = fileURLToPath(new URL('./wire-echo.js', import.meta.url));
  const { child, found } = await startProcess([script], /(ws:\S+)/);
  return { pid: child.pid!, url: found[1]!, stop: () => stopProcess(child) };
}

const running = new Set<ChildProcess>();

let isWatching = false;

/** A bench that is broken off takes what it started with it. */
function watchSignals(): void {
  if (isWatching) return;
  isWatching = true;
  process.once('exit', () => {
    for (const child of running) child.kill('SIGKILL');
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
}

async function startProcess(
  args: readonly string[],
  pattern: RegExp,
): Promise<{ child: ChildProcess; found: RegExpExecArray }> {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, RINGSIDE_LOG: 'warn' },
  });
  watchSignals();
  running.add(child);
  child.once('exit', () => running.delete(child));
  let text = '';
  const found = await new Promise<RegExpExecArray>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}`)));
    child.stdout!.on('data', (more) => {
      text += more;
      const match = pattern.exec(text);
      if (match !== null) resolve(match);
    });
  });
  return { child, found };
}

async function stopProcess(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null) return child.exitCode;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const [code] = await exit;
  return code ?? -1;
}
