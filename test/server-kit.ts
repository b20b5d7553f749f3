// A built server as a child process in a directory of its own, for tests. What a test starts here
// is ended by `endServers`, which every test file calls after its tests.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM } from './replay-kit.ts';

/** A server that is still there, or not yet there, after this long has hung. */
const SERVER_MS_MAX = 180_000;
const START_MS_MAX = 60_000;

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Since the start, or since the signal of `stop`. */
  tookMs: number;
}

export interface ServerOptions {
  /** Sessions 1 … this; session n has the token `token<n>` and acts for account n. Default 4. */
  sessions?: number;
  /** Keys of the configuration, over those of the kit. */
  config?: Readonly<Record<string, unknown>>;
  /** Least level of what it logs. Default error: warnings name every client that misbehaves. */
  logLevel?: string;
  /** Largest file that the server may write, KiB. */
  fileKbMax?: number;
  /** Further variables of its environment. */
  env?: Readonly<Record<string, string>>;
}

/** Small, so that a server is there at once. */
const LIMITS = { orders: 131_072, accounts: 2_048, instruments: 512, pages: 4_096 };

const running = new Set<ChildProcess>();
const directories = new Set<string>();

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Kills what still runs, by its process id, and removes every directory. */
export async function endServers(): Promise<void> {
  for (const child of running) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  for (const dir of directories) rmSync(dir, { recursive: true, force: true });
  directories.clear();
}

export class TestServer {
  /** All that it wrote to standard error. */
  log = '';
  output = '';
  readonly dir: string;
  readonly options: ServerOptions;
  readonly exited: Promise<Exit>;
  private readonly child: ChildProcess;
  private readonly startMs = performance.now();

  private constructor(dir: string, options: ServerOptions) {
    this.dir = dir;
    this.options = options;
    const file = join(dir, 'ringside.json');
    writeFileSync(file, JSON.stringify(configOf(dir, options)));
    const limit = options.fileKbMax === undefined ? '' : `ulimit -f ${options.fileKbMax}; `;
    const command = `${limit}exec "$0" "$@"`;
    const program = [process.execPath, PROGRAM, 'serve', '--config', file];
    this.child = spawn('bash', ['-c', command, ...program], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: SERVER_MS_MAX,
      killSignal: 'SIGKILL',
      env: { ...process.env, RINGSIDE_LOG: options.logLevel ?? 'error', ...options.env },
    });
    const { child } = this;
    running.add(child);
    child.stdout!.setEncoding('utf8').on('data', (text) => {
      this.output += text;
    });
    child.stderr!.setEncoding('utf8').on('data', (text) => {
      this.log += text;
    });
    // `close` comes when the output is read to its end too.
    this.exited = once(child, 'close').then(([code, signal]) => {
      running.delete(child);
      return { code, signal, tookMs: performance.now() - this.startMs };
    });
  }

  /** Resolves when it listens; rejects when it ended before. */
  static async start(options: ServerOptions = {}): Promise<TestServer> {
    const server = TestServer.launch(options);
    await server.listens();
    return server;
  }

  /** The same without waiting. */
  static launch(options: ServerOptions = {}, dir = newDirectory()): TestServer {
    return new TestServer(dir, options);
  }

  /** A server in the same directory, which must have ended. */
  async again(options: ServerOptions = this.options): Promise<TestServer> {
    const server = TestServer.launch(options, this.dir);
    await server.listens();
    return server;
  }

  /** The same on the ports that the system chose for it, which connections may still linger on. */
  againOnItsPorts(): Promise<TestServer> {
    const [ordersPort, feedPort] = [this.ordersUrl, this.feedUrl].map((url) => {
      return Number(new URL(url).port);
    });
    return this.again({
      ...this.options,
      config: { ...this.options.config, ordersPort, feedPort },
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  get ordersUrl(): string {
    return /ws:\S+\/orders/.exec(this.output)![0];
  }

  get feedUrl(): string {
    return /ws:\S+\/feed/.exec(this.output)![0];
  }

  /** Where the operations port is, as the log says (level info) before the server is ready. */
  get opsUrl(): string {
    const logged = /"opsPort":(\d+)/.exec(this.log);
    const port = (logged ?? /ops http:\S+:(\d+)/.exec(this.output))![1];
    return `http://127.0.0.1:${port}`;
  }

  get ordersPort(): number {
    return Number(new URL(this.ordersUrl).port);
  }

  get dataDirectory(): string {
    return join(this.dir, 'data');
  }

  /** Journal segments, oldest first. */
  get segments(): string[] {
    const names = readdirSync(this.dataDirectory).filter((name) => name.endsWith('.segment'));
    return names.sort().map((name) => join(this.dataDirectory, name));
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    const sentMs = performance.now();
    this.signal(signal);
    const { code, signal: by } = await this.exited;
    return { code, signal: by, tookMs: performance.now() - sentMs };
  }

  async listens(): Promise<void> {
    const isUp = async () => {
      while (!this.output.includes('/feed')) await once(this.child.stdout!, 'data');
    };
    await within(
      START_MS_MAX,
      'the server to listen',
      Promise.race([
        isUp(),
        this.exited.then(({ code }) => {
          throw new Error(`the server ended with ${code}: ${this.log}`);
        }),
      ]),
    );
  }
}

export function newDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'ringside-server-'));
  directories.add(dir);
  return dir;
}

function configOf(dir: string, { sessions = 4, config }: ServerOptions): object {
  const numbers = Array.from({ length: sessions }, (_, i) => i + 1);
  return {
    ordersPort: 0,
    feedPort: 0,
    dataDirectory: join(dir, 'data'),
    // The journal is what most tests are about.
    stopSnapshotMsMax: 0,
    limits: LIMITS,
    instruments: [{ number: 1, symbol: 'TEST', referencePrice: 100 }],
    accounts: numbers.map((number) => ({ number, name: `account${number}` })),
    sessions: numbers.map((number) => ({ number, token: `token${number}`, accounts: [number] })),
    ...config,
  };
}

/** The promise's value; an error when it takes longer than `ms`. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms for ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
