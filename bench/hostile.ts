// A server and a crowd: sessions that trade, and among them some that mutate, flood and stall, in a
// thread of their own. Every command of the others has to be answered. Prints one line of JSON;
// status 1 when an answer is missing.
//
// --forged: every single-byte mutation of every message that a client sends, and random frames,
// each compared with what the server owes to it, while one session trades. Status 1 when one is
// wrong.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Prng } from '../src/base/prng.ts';
import { CLOSE_NAMES } from '../src/wire/codes.ts';
import { HEARTBEAT_MS } from '../src/wire/frame-kinds.ts';
import { FeedForger, Forger } from './hostile-client.ts';
import {
  changed,
  changesOf,
  feedTemplates,
  orderEntryTemplates,
  randomFrame,
  setSessions,
  tokenOf,
} from './hostile-frames.ts';
import { HonestSession, HostileSession, type Urls } from './hostile-swarm.ts';

const SETTLE_MS_MAX = 20_000;
/** Forgers at a time. Their sessions have numbers, and so tokens, of the same length. */
const LANES = 32;
const FIRST_LANE = 10;

interface Crowd {
  urls: Urls;
  /** Session numbers. */
  numbers: number[];
}

/** Starts a server in `dir` for sessions 1 … `sessions`. */
async function startServer(
  dir: string,
  sessions: number,
  durability: string,
): Promise<{ server: ChildProcess; urls: Urls }> {
  const numbers = Array.from({ length: sessions }, (_, i) => i + 1);
  const config = {
    ordersPort: 0,
    feedPort: 0,
    dataDirectory: join(dir, 'data'),
    durability,
    accounts: numbers.map((number) => ({ number, name: `account${number}` })),
    sessions: numbers.map((number) => ({ number, token: tokenOf(number), accounts: [number] })),
  };
  const file = join(dir, 'ringside.json');
  writeFileSync(file, JSON.stringify(config));
  const program = fileURLToPath(new URL('../ringside.js', import.meta.url));
  const server = spawn(process.execPath, [program, 'serve', '--config', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, RINGSIDE_LOG: 'error' },
  });
  const [text] = await Promise.race([
    once(server.stdout!, 'data'),
    once(server, 'exit').then(() => Promise.reject(new Error('the server ended'))),
  ]);
  const [orders, feed] = String(text).match(/ws:\S+/g)!;
  return { server, urls: { orders: orders!, feed: feed! } };
}

/** The hostile part of the crowd, in a thread of its own, until it is told to stop. */
async function beHostile({ urls, numbers }: Crowd): Promise<void> {
  const crowd = numbers.map(
    (number) => new HostileSession(urls, number, () => parentPort!.postMessage('closed')),
  );
  parentPort!.once('message', () => {
    for (const one of crowd) one.stop();
  });
  await Promise.all(crowd.map((one) => one.run()));
  parentPort!.postMessage('ended');
}

/** Runs honest sessions until `during` has ended. */
async function trade(crowd: HonestSession[], during: () => Promise<void>): Promise<void> {
  const beating = setInterval(() => {
    for (const one of crowd) one.beat();
  }, HEARTBEAT_MS / 2);
  // A session whose answers do not come rejects; what it misses is counted afterwards.
  const running = Promise.allSettled(crowd.map((one) => one.run()));
  await during();
  for (const one of crowd) one.stop();
  await Promise.race([running, pause(SETTLE_MS_MAX)]);
  clearInterval(beating);
}

async function runSwarm(urls: Urls, sessions: number, hostile: number, seconds: number) {
  const numbers = Array.from({ length: sessions }, (_, i) => i + 1);
  // Spread among the others.
  const every = Math.max(1, Math.floor(sessions / Math.max(1, hostile)));
  const bad = numbers.filter((number) => number % every === 0).slice(0, hostile);
  const crowd = numbers
    .filter((number) => !bad.includes(number))
    .map((number) => new HonestSession(urls, number));
  let closedHostile = 0;
  await trade(crowd, async () => {
    const workerData: Crowd = { urls, numbers: bad };
    const worker = new Worker(new URL(import.meta.url), { workerData });
    const ended = new Promise<void>((resolve) => {
      worker.on('message', (message) => {
        if (message === 'ended') resolve();
        else closedHostile += 1;
      });
    });
    // On a busy machine the hostile need longer to begin.
    const isFelt = until(() => closedHostile > 0 || hostile === 0, SETTLE_MS_MAX);
    await Promise.all([pause(seconds * 1_000), isFelt]);
    worker.postMessage('stop');
    await ended;
    await worker.terminate();
  });
  const sum = (of: (one: HonestSession) => number) => crowd.reduce((all, one) => all + of(one), 0);
  const result = {
    sessions,
    hostile,
    commands: sum((one) => one.sent),
    answered: sum((one) => one.answered),
    missing: sum((one) => one.missing),
    surplus: sum((one) => one.surplus),
    refused: sum((one) => one.refused),
    idle: crowd.filter((one) => one.answered === 0).length,
    closedHonest: crowd.filter((one) => one.client.closeCode !== 0).length,
    closedHostile,
  };
  for (const { number, missing, client } of crowd) {
    if (missing === 0 && client.closeCode === 0) continue;
    const close = CLOSE_NAMES[client.closeCode] ?? client.closeCode;
    process.stderr.write(`session ${number}: ${missing} answers missing, closed: ${close}\n`);
  }
  for (const one of crowd) await one.client.end();
  const isGood = result.missing + result.surplus + result.idle + result.closedHonest === 0;
  return { result, isGood };
}

/** A frame of order entry or of the feed. */
type Forged = { frame: Uint8Array; isFirst: boolean; isFeed: boolean };

/** What is to be sent; the session that sends it makes it of its own templates. */
type Plan = (number: number) => Forged;

function* forgedFrames(random: number): Generator<Plan> {
  const templates = orderEntryTemplates(FIRST_LANE);
  for (const [name, template] of Object.entries(templates)) {
    const isFirst = name === 'logon';
    for (const [at, change] of changesOf(template)) {
      yield (number) => {
        const own = orderEntryTemplates(number)[name]!;
        return { frame: changed(own, at, change), isFirst, isFeed: false };
      };
    }
  }
  const ofFeed = Object.values(feedTemplates());
  for (const template of ofFeed) {
    for (const [at, change] of changesOf(template)) {
      yield () => ({ frame: changed(template, at, change), isFirst: false, isFeed: true });
    }
  }
  const prng = new Prng(random);
  for (let i = 0; i < random; i++) {
    const isFeed = prng.chance(20);
    const isFirst = !isFeed && prng.chance(50);
    yield (number) => {
      const own = isFeed ? ofFeed : Object.values(orderEntryTemplates(number));
      return { frame: randomFrame(own, prng), isFirst, isFeed };
    };
  }
}

async function runForged(urls: Urls, random: number) {
  setSessions(FIRST_LANE + LANES);
  const frames = forgedFrames(random);
  const witness = new HonestSession(urls, 1);
  const wrong: string[] = [];
  let count = 0;
  let closed = 0;
  const lane = async (number: number) => {
    const forger = new Forger(urls.orders, number);
    const feedForger = new FeedForger(urls.feed);
    for (let next = frames.next(); next.done !== true; next = frames.next()) {
      const { frame, isFirst, isFeed } = next.value(number);
      count += 1;
      const sending = isFeed ? feedForger.send(frame) : forger.send(frame, isFirst);
      const fault = await sending.catch((error: Error) => error.message);
      if (fault !== null) wrong.push(`${Buffer.from(frame).toString('hex')}: ${fault}`);
    }
    await Promise.all([forger.end(), feedForger.end()]);
    closed += forger.closed + feedForger.closed;
  };
  await trade([witness], async () => {
    await Promise.all(Array.from({ length: LANES }, (_, i) => lane(FIRST_LANE + i)));
  });
  const { sent: commands, answered, missing } = witness;
  for (const one of wrong.slice(0, 10)) process.stderr.write(`${one}\n`);
  const result = { frames: count, closed, wrong: wrong.length, commands, answered, missing };
  await witness.client.end();
  return { result, isGood: wrong.length + missing === 0 && answered > 0 };
}

async function until(isTrue: () => boolean, msMax: number): Promise<void> {
  const endMs = performance.now() + msMax;
  while (!isTrue() && performance.now() < endMs) await pause(20);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      sessions: { type: 'string', default: '500' },
      hostile: { type: 'string', default: '50' },
      seconds: { type: 'string', default: '30' },
      durability: { type: 'string', default: 'fsync' },
      forged: { type: 'boolean', default: false },
      random: { type: 'string', default: '100000' },
    },
  });
  const sessions = values.forged ? FIRST_LANE + LANES : Number(values.sessions);
  const dir = mkdtempSync(join(tmpdir(), 'ringside-hostile-'));
  const { server, urls } = await startServer(dir, sessions, values.durability);
  const exited = once(server, 'exit');
  const { result, isGood } = values.forged
    ? await runForged(urls, Number(values.random))
    : await runSwarm(urls, sessions, Number(values.hostile), Number(values.seconds));
  server.kill('SIGTERM');
  const [status] = await exited;
  rmSync(dir, { recursive: true });
  process.stdout.write(`${JSON.stringify({ ...result, serverStatus: status })}\n`);
  process.exit(isGood && status === 0 ? 0 : 1);
}

if (isMainThread) await main();
else await beHostile(workerData as Crowd);
