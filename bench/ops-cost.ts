// What health and metrics cost: the processor time of a server for a command, with a scrape every
// second and probes every ten, as Kubernetes has them, and without, in turn. Prints how much more
// it takes with its 95 % interval, and what of that is the supervisor's thread, which neighbours on
// the machine disturb least. Exit status 1 when even the lower end is above the bound.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { Prng } from '../src/base/prng.ts';
import { COMMAND_CANCEL, COMMAND_NEW, SIDE_BUY } from '../src/core/codes.ts';
import { WIRE_VERSION } from '../src/wire/frame-kinds.ts';
import {
  CommandsEncoder,
  encodeHeartbeat,
  encodeLogon,
  ServerFrameDecoder,
  WIRE_COMMAND_WORDS,
  writeCommand,
} from '../src/wire/order-entry.ts';
import { R_HEAD, REPORT_END, REPORT_WORDS } from '../src/wire/report-layout.ts';

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '30' },
    seconds: { type: 'string', default: '1' },
    durability: { type: 'string', default: 'os' },
    connections: { type: 'string', default: '4' },
    'order-latency': { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
  },
});
const pairs = Number(values.pairs);
const seconds = Number(values.seconds);
const connections = Number(values.connections);
const prng = new Prng(Number(values.seed));

const WARM_MS = 3_000;
const SCRAPE_MS = 1_000;
/** A server that is scraped every second for days runs compiled code; so does this one. */
const WARM_SCRAPES = 200;
const WARM_WINDOWS = 4;
const SCRAPES_PER_PROBE = 10;
const FRAME_COMMANDS = 64;
const WINDOW_COMMANDS = 512;
const PERCENT_MAX = 2;
const RESAMPLES = 10_000;

interface BenchServer {
  process: ChildProcess;
  ordersUrl: string;
  opsUrl: string;
}

async function startServer(dir: string): Promise<BenchServer> {
  const numbers = Array.from({ length: connections }, (_, i) => i + 1);
  const config = {
    ...{ ordersPort: 0, feedPort: 0, opsPort: 0, durability: values.durability },
    ...{ dataDirectory: join(dir, 'data'), snapshotCommands: 0, snapshotSeconds: 0 },
    ...{ stopSnapshotMsMax: 0, orderLatency: values['order-latency'] },
    accounts: numbers.map((number) => ({ number, name: `account${number}` })),
    sessions: numbers.map((number) => ({ number, token: `token${number}`, accounts: [number] })),
  };
  const file = join(dir, 'ringside.json');
  writeFileSync(file, JSON.stringify(config));
  const program = fileURLToPath(new URL('../ringside.js', import.meta.url));
  const server = spawn(process.execPath, [program, 'serve', '--config', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, RINGSIDE_LOG: 'warn' },
  });
  const said = await new Promise<string>((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    server.stdout!.once('data', (text) => resolve(String(text)));
  });
  const [ordersUrl] = /ws:\S+\/orders/.exec(said)!;
  const [opsUrl] = /http:\/\/[^/]+/.exec(said)!;
  return { process: server, ordersUrl, opsUrl };
}

/** Sends orders and their cancels without a pause. */
class Load {
  acknowledged = 0;
  private readonly socket: WebSocket;
  private readonly account: number;
  private readonly decoder = new ServerFrameDecoder();
  private readonly encoder = new CommandsEncoder();
  private readonly words = new Int32Array(FRAME_COMMANDS * WIRE_COMMAND_WORDS);
  private request = 0;
  private clOrdId = 0n;
  private unanswered = 0;

  constructor(url: string, account: number) {
    this.account = account;
    this.socket = new WebSocket(url, { perMessageDeflate: false });
    this.socket.on('open', () => {
      const version = { versionMin: WIRE_VERSION, versionMax: WIRE_VERSION };
      const rest = { nextReport: 1, cancelOnDisconnect: false };
      this.socket.send(encodeLogon({ ...version, ...rest, token: `token${account}` }));
    });
    this.socket.on('message', (message: Buffer) => this.take(message));
  }

  beat(): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(encodeHeartbeat());
  }

  end(): void {
    this.socket.removeAllListeners('message');
    this.socket.terminate();
  }

  private take(message: Uint8Array): void {
    if (this.decoder.decode(message) !== 0) throw new Error('a frame that cannot be read');
    const { words, reportsAt, reportCount, refusalCount } = this.decoder;
    if (refusalCount > 0) throw new Error('a command was refused');
    for (let i = 0; i < reportCount; i++) {
      if ((words[reportsAt + i * REPORT_WORDS + R_HEAD]! & REPORT_END) === 0) continue;
      this.unanswered -= 1;
      this.acknowledged += 1;
    }
    while (this.unanswered + FRAME_COMMANDS <= WINDOW_COMMANDS) this.send();
  }

  private send(): void {
    const { account } = this;
    for (let i = 0; i < FRAME_COMMANDS; i += 2) {
      const clOrdId = ++this.clOrdId;
      const price = 9_000 + Number(clOrdId % 64n);
      const terms = { account, clOrdId, instrument: 1, side: SIDE_BUY, qty: 10, price };
      const order = { command: COMMAND_NEW, request: ++this.request, ...terms } as const;
      writeCommand(this.words, i * WIRE_COMMAND_WORDS, order);
      const cancel = {
        command: COMMAND_CANCEL,
        request: ++this.request,
        account,
        clOrdId,
      } as const;
      writeCommand(this.words, (i + 1) * WIRE_COMMAND_WORDS, cancel);
    }
    this.unanswered += FRAME_COMMANDS;
    this.socket.send(this.encoder.encode(this.words, 0, FRAME_COMMANDS));
  }
}

interface CpuTime {
  /** Of all threads. */
  ns: number;
  /** Of the supervisor's, the process's first. */
  supervisorNs: number;
}

/** Processor time of a process so far. */
function cpuTime(pid: number): CpuTime {
  const time = { ns: 0, supervisorNs: 0 };
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8');
    const ns = Number(stat.split(' ')[0]);
    time.ns += ns;
    if (Number(task) === pid) time.supervisorNs = ns;
  }
  return time;
}

const agent = new http.Agent({ keepAlive: true });

/** Gives the bytes of a page. */
function fetchPage(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { agent }, (response) => {
        let bytes = 0;
        response.on('data', (part: Buffer) => {
          bytes += part.length;
        });
        response.on('end', () => resolve(bytes));
      })
      .on('error', reject);
  });
}

let scrapes = 0;

/** What a scraper and, now and then, a kubelet ask for; gives the bytes of the metrics. */
async function scrape({ opsUrl }: BenchServer): Promise<number> {
  if (scrapes++ % SCRAPES_PER_PROBE === 0) {
    await fetchPage(`${opsUrl}/livez`);
    await fetchPage(`${opsUrl}/readyz`);
  }
  return await fetchPage(`${opsUrl}/metrics`);
}

interface Window extends CpuTime {
  commands: number;
}

/** Processor time and commands of one window. */
async function measure(server: BenchServer, loads: Load[], isScraped: boolean): Promise<Window> {
  const acknowledged = () => loads.reduce((sum, load) => sum + load.acknowledged, 0);
  const pid = server.process.pid!;
  const before = { ...cpuTime(pid), commands: acknowledged() };
  for (let second = 0; second < seconds; second++) {
    if (isScraped) await scrape(server);
    await delay(SCRAPE_MS);
  }
  const after = cpuTime(pid);
  return {
    ns: after.ns - before.ns,
    supervisorNs: after.supervisorNs - before.supervisorNs,
    commands: acknowledged() - before.commands,
  };
}

type Pair = readonly [scraped: Window, plain: Window];
type Statistic = (pairs: readonly Pair[]) => number;

const perCommand = (windows: readonly Window[], key: 'ns' | 'supervisorNs'): number => {
  let ns = 0;
  let commands = 0;
  for (const window of windows) {
    ns += window[key];
    commands += window.commands;
  }
  return ns / commands;
};
const scrapedOf = (pairs: readonly Pair[]): Window[] => pairs.map(([scraped]) => scraped);
const plainOf = (pairs: readonly Pair[]): Window[] => pairs.map(([, plain]) => plain);

/** How much more a command takes, percent. A window in which little was done weighs little. */
const morePercent: Statistic = (pairs) =>
  (perCommand(scrapedOf(pairs), 'ns') / perCommand(plainOf(pairs), 'ns') - 1) * 100;

/** What of that the supervisor's thread takes, which does all that a scrape asks for. */
const supervisorPercent: Statistic = (pairs) => {
  const scraped = perCommand(scrapedOf(pairs), 'supervisorNs');
  const plain = perCommand(plainOf(pairs), 'supervisorNs');
  return ((scraped - plain) / perCommand(plainOf(pairs), 'ns')) * 100;
};

const round = (value: number): number => Math.round(value * 100) / 100;

/** A statistic of the pairs, with its 95 % interval by resampling them. */
function figure(measured: readonly Pair[], statistic: Statistic) {
  const values = Array.from({ length: RESAMPLES }, () =>
    statistic(measured.map(() => measured[prng.below(measured.length)]!)),
  ).sort((a, b) => a - b);
  const [low, high] = [0.025, 0.975].map((part) => values[Math.floor(RESAMPLES * part)]!);
  return { value: round(statistic(measured)), low: round(low!), high: round(high!) };
}

async function run(server: BenchServer): Promise<void> {
  const loads = Array.from({ length: connections }, (_, i) => new Load(server.ordersUrl, i + 1));
  const beating = setInterval(() => {
    for (const load of loads) load.beat();
  }, SCRAPE_MS);
  await delay(WARM_MS);
  let scrapeBytes = 0;
  for (let i = 0; i < WARM_SCRAPES; i++) scrapeBytes = await scrape(server);
  for (let i = 0; i < WARM_WINDOWS; i++) await measure(server, loads, i % 2 === 0);
  const measured: Pair[] = [];
  const startMs = performance.now();
  for (let pair = 0; pair < pairs; pair++) {
    // Which of the two comes first changes, so that a drift favours neither.
    const isScrapedFirst = pair % 2 === 0;
    const first = await measure(server, loads, isScrapedFirst);
    const second = await measure(server, loads, !isScrapedFirst);
    measured.push(isScrapedFirst ? [first, second] : [second, first]);
  }
  const tookSeconds = (performance.now() - startMs) / 1_000;
  clearInterval(beating);
  for (const load of loads) load.end();
  const commands = measured.flat().reduce((sum, window) => sum + window.commands, 0);
  const all = figure(measured, morePercent);
  const result = {
    ...{ bench: 'ops-cost', pairs, secondsEach: seconds, durability: values.durability },
    orderLatency: values['order-latency'],
    nsPerCommandWithout: Math.round(perCommand(plainOf(measured), 'ns')),
    commandsPerSecond: Math.round(commands / tookSeconds),
    scrapeBytes,
    morePercent: all,
    ofSupervisorPercent: figure(measured, supervisorPercent),
    percentMax: PERCENT_MAX,
    verdict: all.high <= PERCENT_MAX ? 'within' : all.low > PERCENT_MAX ? 'above' : 'not decided',
    eachPercent: measured.map((pair) => round(morePercent([pair]))),
  };
  agent.destroy();
  process.stdout.write(`${JSON.stringify(result)}\n`);
  if (result.verdict === 'above') process.exitCode = 1;
}

const dir = mkdtempSync(join(tmpdir(), 'ringside-ops-cost-'));
const server = await startServer(dir);
try {
  if (!(seconds > 0 && pairs > 0)) throw new Error('--pairs and --seconds are above 0');
  await run(server);
} finally {
  server.process.removeAllListeners('exit');
  server.process.kill('SIGKILL');
  await new Promise((resolve) => server.process.once('exit', resolve));
  rmSync(dir, { recursive: true });
}
