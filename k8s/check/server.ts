// The built exchange as a process, run with the configuration of the manifests.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { tied } from './commands.ts';

const START_MS_MAX = 30_000;
const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The project's files. */
export const projectFile = file;

export interface CheckedServer {
  readonly ordersUrl: string;
  readonly feedUrl: string;
  readonly opsUrl: string;
  /** Token files of its sessions 11 and 12, those of the load test. */
  readonly tokenFiles: readonly string[];
  readonly process: ChildProcess;
  /** Ends it and gives its exit status; null: the signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface CheckedServerOptions {
  /** Keys of the configuration over those of the manifests. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Largest file that it may write, KiB. */
  readonly fileKbMax?: number;
}

/**
 * Starts it on k8s/base/ringside-0.yaml, but on free ports of loopback and with a directory of its
 * own for the volume and the tokens.
 */
export async function startServer(
  directory: string,
  { settings = {}, env = {}, fileKbMax }: CheckedServerOptions = {},
): Promise<CheckedServer> {
  const base = file('k8s/base/ringside-0.yaml');
  const config = shardConfig(directory);
  const all = {
    ...{ host: '127.0.0.1', opsHost: '127.0.0.1', ordersPort: 0, feedPort: 0, opsPort: 0 },
    ...{ dataDirectory: join(directory, 'data'), sessions: JSON.stringify(config.sessions) },
    ...settings,
  };
  const flags = Object.entries(all).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const program = [process.execPath, file('dist/ringside.js'), 'serve', '--config', base, ...flags];
  const limit = fileKbMax === undefined ? '' : `ulimit -f ${fileKbMax}; `;
  const child = spawn('bash', ['-c', `${limit}exec "$0" "$@"`, ...program], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, RINGSIDE_LOG: 'warn', ...env },
  });
  tied(child);
  const said = await firstOutput(child);
  return {
    ordersUrl: /ws:\S+\/orders/.exec(said)![0],
    feedUrl: /ws:\S+\/feed/.exec(said)![0],
    opsUrl: /http:\/\/[^/\s]+/.exec(said)![0],
    tokenFiles: config.tokenFiles,
    process: child,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const exited = once(child, 'exit');
      child.kill(signal);
      return (await exited)[0];
    },
  };
}

interface Session {
  number: number;
  tokenFile: string;
}

/** The sessions of the manifests with token files that are here. */
function shardConfig(directory: string): { sessions: Session[]; tokenFiles: string[] } {
  const tokens = join(directory, 'tokens');
  mkdirSync(tokens, { recursive: true });
  const config = parse(readFileSync(file('k8s/base/ringside-0.yaml'), 'utf8')) as {
    sessions: Session[];
  };
  const sessions = config.sessions.map((session) => {
    const tokenFile = join(tokens, String(session.number));
    writeFileSync(tokenFile, `token-${session.number}\n`);
    return { ...session, tokenFile };
  });
  const load = sessions.filter(({ number }) => number === 11 || number === 12);
  return { sessions, tokenFiles: load.map(({ tokenFile }) => tokenFile) };
}

function firstOutput(child: ChildProcess): Promise<string> {
  let log = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4_000);
  });
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => child.kill('SIGKILL'), START_MS_MAX);
    const ended = (code: number | null): void =>
      reject(new Error(`the server ended with ${code}: ${log}`));
    child.once('exit', ended);
    child.stdout!.setEncoding('utf8').once('data', (text) => {
      clearTimeout(late);
      child.off('exit', ended);
      resolve(text);
    });
  });
}

export interface Load {
  readonly child: ChildProcess;
  /** Its exit status, and what it printed. */
  readonly ended: Promise<{ status: number | null; text: string }>;
}

/** Sends orders for some seconds as the load-test Job does. */
export function load(server: CheckedServer, seconds: number, window: number): Load {
  const args = [
    ...[file('dist/bench/wire-service.js'), `--url=${server.ordersUrl}`, '--symbol=LOADTEST'],
    ...server.tokenFiles.map((path) => `--token-file=${path}`),
    ...[`--seconds=${seconds}`, '--warm-seconds=0', `--window=${window}`],
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  tied(child);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  const ended = once(child, 'close').then(([status]) => ({ status, text }));
  return { child, ended };
}

/** The names of the series of a scrape. */
export async function scrapedNames(opsUrl: string): Promise<Set<string>> {
  const response = await fetch(`${opsUrl}/metrics`);
  const lines = (await response.text()).split('\n');
  return new Set(lines.filter((line) => /^[a-z]/.test(line)).map((line) => line.split(/[{ ]/)[0]!));
}
