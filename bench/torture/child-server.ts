// A built server as a child of this program, in a directory of its own: started, killed, looked at.
// Whatever was started here and still runs is killed when this program ends.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Limits } from '../../src/core/limits.ts';

/** One that is not up by then has hung. */
const START_MS_MAX = 60_000;

/** Small, so that a server is there at once. */
export const LIMITS: Limits = { orders: 65_536, accounts: 16, instruments: 4, pages: 4_096 };

/** What a server said it had recovered. */
export interface Recovered {
  readonly lastSequence: number;
  readonly stateHash: string;
  readonly snapshot: string | null;
}

export interface ChildOptions {
  /** File of the program that users call: dist/ringside.js. */
  readonly program: string;
  /** Folder of the server: its configuration and its data. */
  readonly dir: string;
  /** Sessions 1 … this, each with an account of its number. */
  readonly sessions: number;
  /** Keys of the configuration, over those that all have. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What runs the program: a command line to which its own is added. */
  readonly under?: readonly string[];
}

const running = new Set<ChildProcess>();
const folders = new Set<string>();

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const dir of folders) rmSync(dir, { recursive: true, force: true });
});

/** A new folder, which is gone when this program has ended or `dropFolder` was called. */
export function newFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'ringside-torture-'));
  folders.add(dir);
  return dir;
}

export function dropFolder(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
  folders.delete(dir);
}

export function dataOf(dir: string): string {
  return join(dir, 'data');
}

export function tokenOf(session: number): string {
  return `token${session}`;
}

export class ChildServer {
  /** All that it wrote to standard error: its log, and why it ended. */
  log = '';
  readonly startMs = performance.now();
  /** Exit status; null: ended by a signal. */
  readonly exited: Promise<number | null>;
  private output = '';
  private readonly child: ChildProcess;

  constructor(options: ChildOptions) {
    const { program, dir, under = [] } = options;
    const file = join(dir, 'ringside.json');
    writeFileSync(file, JSON.stringify(configOf(options)));
    const line = [...under, process.execPath, program, 'serve', '--config', file];
    this.child = spawn(line[0]!, line.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, RINGSIDE_LOG: 'info' },
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
    this.exited = once(child, 'close').then(([code]) => {
      running.delete(child);
      return code;
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Address of order entry, and of the feed. Only when it listens. */
  get urls(): { orders: string; feed: string } {
    const [orders, feed] = this.output.match(/ws:\S+/g)!;
    return { orders: orders!, feed: feed! };
  }

  /** Whether it has told its addresses. */
  get isUp(): boolean {
    return this.output.includes('/feed');
  }

  /** Resolves when it listens, with true, or has ended, with false. */
  listens(): Promise<boolean> {
    return this.until('listen', this.child.stdout!, () => this.isUp);
  }

  /** The same for when its log has a text, so many times. */
  says(text: string, times = 1): Promise<boolean> {
    const isSaid = () => this.log.split(text).length > times;
    return this.until(`say ${text}`, this.child.stderr!, isSaid);
  }

  /** The same for a server that has to come up. */
  async expectUp(): Promise<void> {
    if (!(await this.listens())) throw new Error(`a server did not start: ${this.log}`);
  }

  private async until(what: string, from: Readable, isTrue: () => boolean): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const hung = () => reject(new Error(`a server did not ${what}: ${this.log}`));
      timer = setTimeout(hung, START_MS_MAX);
    });
    let isOver = false;
    const comes = async () => {
      while (!isTrue() && !isOver) await once(from, 'data');
      return true;
    };
    const ends = this.exited.then(() => false);
    try {
      return await Promise.race([comes(), ends, late]);
    } finally {
      isOver = true;
      clearTimeout(timer);
    }
  }

  /** What it recovered, from its log. */
  get recovered(): Recovered {
    const line = this.logLines.find(({ msg }) => msg === 'recovered');
    if (line === undefined) throw new Error(`a server recovered nothing: ${this.log}`);
    return line as unknown as Recovered;
  }

  /** Lines of its log that are JSON. */
  get logLines(): Record<string, unknown>[] {
    const lines = this.log.split('\n').filter((line) => line.startsWith('{'));
    return lines.map((line) => JSON.parse(line));
  }

  /** Errors that it logged; a line of the log has level 50 and more for one. */
  get errors(): string[] {
    return this.logLines.filter(({ level }) => Number(level) >= 50).map(({ msg }) => String(msg));
  }

  /** SIGKILL, without waiting for the end. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Ends it by a signal, waits for the end, gives its exit status. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    return this.exited;
  }
}

function configOf({ dir, sessions, config }: ChildOptions): object {
  const numbers = Array.from({ length: sessions }, (_, i) => i + 1);
  return {
    ordersPort: 0,
    feedPort: 0,
    dataDirectory: dataOf(dir),
    durability: 'fsync',
    limits: LIMITS,
    instruments: [{ number: 1, symbol: 'TEST' }],
    accounts: numbers.map((number) => ({ number, name: `account${number}` })),
    sessions: numbers.map((number) => ({
      number,
      token: tokenOf(number),
      accounts: [number],
    })),
    ...config,
  };
}
