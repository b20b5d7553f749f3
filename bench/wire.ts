// A first figure of the whole path: a server process, this process as its clients on loopback. Each
// connection is a session that keeps a window of commands unanswered (closed loop), in frames of
// `batch`. Prints acknowledged orders a second and order-to-answer times, loaded and with one order
// at a time.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { COMMAND_CANCEL, COMMAND_NEW, SIDE_BUY, SIDE_SELL } from '../src/core/codes.ts';
import { WIRE_VERSION } from '../src/wire/frame-kinds.ts';
import {
  CommandsEncoder,
  encodeHeartbeat,
  encodeLogon,
  ServerFrameDecoder,
  WIRE_COMMAND_WORDS,
  writeCommand,
} from '../src/wire/order-entry.ts';
import { R_HEAD, R_REQUEST, REPORT_END, REPORT_WORDS } from '../src/wire/report-layout.ts';

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '8' },
    batch: { type: 'string', default: '32' },
    window: { type: 'string', default: '512' },
    seconds: { type: 'string', default: '5' },
    durability: { type: 'string', default: 'fsync' },
    'snapshot-commands': { type: 'string', default: '5000000' },
    json: { type: 'boolean', default: false },
  },
});
const connections = Number(values.connections);
const seconds = Number(values.seconds);
const WARM_MS = 1_500;
const MID = 10_000;
const LOGON = {
  versionMin: WIRE_VERSION,
  versionMax: WIRE_VERSION,
  nextReport: 1,
  cancelOnDisconnect: false,
};

/** Starts a server in a directory of its own; resolves with its order entry address. */
async function startServer(dir: string): Promise<{ server: ChildProcess; url: string }> {
  const accounts = Array.from({ length: connections + 1 }, (_, i) => i + 1);
  const config = {
    ordersPort: 0,
    feedPort: 0,
    dataDirectory: join(dir, 'data'),
    durability: values.durability,
    snapshotCommands: Number(values['snapshot-commands']),
    accounts: accounts.map((number) => ({ number, name: `account${number}` })),
    sessions: accounts.map((number) => ({ number, token: `token${number}`, accounts: [number] })),
  };
  const file = join(dir, 'ringside.json');
  writeFileSync(file, JSON.stringify(config));
  const program = new URL('../ringside.js', import.meta.url).pathname;
  const server = spawn(process.execPath, [program, 'serve', '--config', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, RINGSIDE_LOG: 'warn' },
  });
  const url = await new Promise<string>((resolve, reject) => {
    server.once('exit', () => reject(new Error('the server ended')));
    server.stdout!.on('data', (text) => {
      const found = /ws:\/\/\S+\/orders/.exec(String(text));
      if (found !== null) resolve(found[0]);
    });
  });
  return { server, url };
}

class LoadSession {
  acknowledged = 0;
  refused = 0;
  readonly timesUs: number[] = [];
  private readonly socket: WebSocket;
  private readonly account: number;
  private readonly batch: number;
  private readonly window: number;
  private readonly decoder = new ServerFrameDecoder();
  private readonly encoder = new CommandsEncoder();
  private readonly words: Int32Array;
  private readonly sentAt = new Map<number, number>();
  private request = 0;
  private clOrdId = 0n;
  private unanswered = 0;
  private isRunning = true;

  constructor(url: string, account: number, batch: number, window: number) {
    this.account = account;
    this.batch = batch;
    this.window = window;
    this.words = new Int32Array(batch * WIRE_COMMAND_WORDS);
    this.socket = new WebSocket(url, { perMessageDeflate: false });
    this.socket.on('open', () => {
      const token = `token${account}`;
      this.socket.send(encodeLogon({ ...LOGON, token }));
    });
    this.socket.on('message', (message: Buffer) => this.onMessage(message));
    this.socket.on('close', (closeCode: number) => {
      if (this.isRunning) throw new Error(`the server closed the connection: ${closeCode}`);
    });
  }

  beat(): void {
    this.socket.send(encodeHeartbeat());
  }

  stop(): void {
    this.isRunning = false;
    this.socket.close();
  }

  private onMessage(message: Uint8Array): void {
    const code = this.decoder.decode(message);
    if (code !== 0) throw new Error(`a frame that cannot be read: ${code}`);
    const { words, reportsAt, reportCount, refusalCount } = this.decoder;
    const nowUs = performance.now() * 1000;
    for (let i = 0; i < reportCount; i++) {
      const at = reportsAt + i * REPORT_WORDS;
      if ((words[at + R_HEAD]! & REPORT_END) === 0) continue;
      const request = words[at + R_REQUEST]!;
      this.unanswered -= 1;
      this.acknowledged += 1;
      const sent = this.sentAt.get(request);
      if (sent === undefined) continue;
      this.sentAt.delete(request);
      this.timesUs.push(nowUs - sent);
    }
    this.refused += refusalCount;
    this.unanswered -= refusalCount;
    this.fill();
  }

  private fill(): void {
    while (this.isRunning && this.unanswered + this.batch <= this.window) {
      for (let i = 0; i < this.batch; i++) this.write(i);
      this.sentAt.set(this.request, performance.now() * 1000);
      this.unanswered += this.batch;
      this.socket.send(this.encoder.encode(this.words, 0, this.batch));
    }
  }

  /** Quotes on both sides that now and then trade; every second command cancels the one before. */
  private write(i: number): void {
    const request = ++this.request;
    const at = i * WIRE_COMMAND_WORDS;
    const { account } = this;
    if (request % 2 === 0) {
      const command = { command: COMMAND_CANCEL, request, account, clOrdId: this.clOrdId } as const;
      writeCommand(this.words, at, command);
      return;
    }
    this.clOrdId += 1n;
    const side = request % 4 === 1 ? SIDE_BUY : SIDE_SELL;
    const away = (request * 7) % 20;
    const price = side === SIDE_BUY ? MID + 1 - away : MID - 1 + away;
    const terms = { instrument: 1, clOrdId: this.clOrdId, side, qty: 10, price };
    writeCommand(this.words, at, { command: COMMAND_NEW, request, account, ...terms });
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function percentile(sorted: number[], part: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
}

function percentiles(times: number[]): Record<string, number> {
  const sorted = times.sort((a, b) => a - b);
  return {
    p50: percentile(sorted, 0.5),
    p90: percentile(sorted, 0.9),
    p99: percentile(sorted, 0.99),
    max: Math.round(sorted.at(-1) ?? 0),
  };
}

const dir = mkdtempSync(join(tmpdir(), 'ringside-wire-'));
const { server, url } = await startServer(dir);
try {
  const alone = new LoadSession(url, connections + 1, 1, 1);
  await pause(WARM_MS);
  alone.timesUs.length = 0;
  await pause(WARM_MS);
  const quietUs = percentiles([...alone.timesUs]);
  alone.stop();

  const load = Array.from(
    { length: connections },
    (_, i) => new LoadSession(url, i + 1, Number(values.batch), Number(values.window)),
  );
  const beating = setInterval(() => {
    for (const session of load) session.beat();
  }, 1_000);
  await pause(WARM_MS);
  const before = load.reduce((sum, session) => sum + session.acknowledged, 0);
  for (const session of load) session.timesUs.length = 0;
  const startMs = performance.now();
  await pause(seconds * 1_000);
  const tookSeconds = (performance.now() - startMs) / 1_000;
  const acknowledged = load.reduce((sum, session) => sum + session.acknowledged, 0) - before;
  const loadedUs = percentiles(load.flatMap((session) => session.timesUs));
  const rejected = load.reduce((sum, session) => sum + session.refused, 0);
  clearInterval(beating);
  for (const session of load) session.stop();
  const result = {
    ordersPerSecond: Math.round(acknowledged / tookSeconds),
    acknowledged,
    rejected,
    seconds: tookSeconds,
    durability: values.durability,
    loadedUs,
    oneAtATimeUs: quietUs,
  };
  const text = values.json ? JSON.stringify(result) : JSON.stringify(result, null, 2);
  process.stdout.write(`${text}\n`);
} finally {
  server.removeAllListeners('exit');
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  rmSync(dir, { recursive: true });
}
