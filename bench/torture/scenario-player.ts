// Plays a scenario of syscall-scenarios.ts: a server in a folder of its own, under strace, and a
// session that sends it 100 orders in frames, each answered before the next.

import { closeSync, cpSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Prng } from '../../src/base/prng.ts';
import type { ClientCommand } from '../../src/wire/order-entry.ts';
import { ChildServer, dataOf, dropFolder, newFolder } from './child-server.ts';
import { endOf, segmentsIn } from './journal-bytes.ts';
import { AttachedStrace, killingAt, type Point, watching } from './strace.ts';
import {
  type FolderKind,
  FULL_COMMANDS,
  isSpareReady,
  newestSnapshot,
  pathsOf,
  SCENARIOS,
  type Scenario,
} from './syscall-scenarios.ts';
import { Trader } from './trader.ts';

export const ORDERS = 100;
const FRAME_ORDERS = 10;
const SCRIPT_SEED = 17;
const TORN_BYTES = 150;
/** Frames behind which the script waits for a snapshot. */
const SNAPSHOT_FRAMES: ReadonlySet<number> = new Set([2, 5, 8]);
const WAIT_MS_MAX = 20_000;
const LOOK_MS = 5;
/** In which the storage thread syncs the folder of a snapshot, and takes away what is old. */
const SETTLE_MS = 50;

/** What is left of a run in its folder. */
export interface Run {
  readonly dir: string;
  readonly trader: Trader;
  /** It met its point; false: it came to its end. */
  readonly isKilled: boolean;
}

interface Attempt {
  readonly scenario: Scenario;
  readonly dir: string;
  readonly server: ChildServer;
  readonly trader: Trader;
  /** Arguments of strace. */
  readonly args: readonly string[];
  strace: AttachedStrace | null;
}

export class ScenarioPlayer {
  private readonly program: string;
  private readonly folders = new Map<FolderKind, string>();

  constructor(program: string) {
    this.program = program;
  }

  launch({ config }: Scenario, dir: string, under: readonly string[] = []): ChildServer {
    return new ChildServer({ program: this.program, dir, sessions: 2, config, under });
  }

  /** Until it is killed at a point, or (null) watched to its end. */
  async play(scenario: Scenario, point: Point | null): Promise<Run> {
    const dir = newFolder();
    const template = this.folders.get(scenario.folder);
    if (template !== undefined) cpSync(dataOf(template), dataOf(dir), { recursive: true });
    const trace = join(dir, 'trace');
    const paths = pathsOf(scenario, dataOf(dir));
    const args = point === null ? watching(paths, trace) : killingAt({ ...point, paths }, trace);
    const under = scenario.from === 'start' ? ['strace', '-D', ...args] : [];
    const server = this.launch(scenario, dir, under);
    const trader = new Trader(1, SCRIPT_SEED);
    const attempt: Attempt = { scenario, dir, server, trader, args, strace: null };
    let isAlive = await server.listens();
    if (isAlive && scenario.hasOrders) isAlive = await sendOrders(attempt);
    if (isAlive) server.kill();
    await attempt.strace?.ended();
    await server.exited;
    if (!trader.isClosed) await trader.ended();
    return { dir, trader, isKilled: !isAlive };
  }

  /** Makes the folders that scenarios begin with, but the empty one. */
  async prepareFolders(): Promise<void> {
    const full = newFolder();
    this.folders.set('full', full);
    const server = this.launch(SCENARIOS.find(({ folder }) => folder === 'full')!, full);
    await server.expectUp();
    const other = new Trader(2, SCRIPT_SEED + 1);
    await other.logOn(server.urls.orders);
    await other.ask(Array.from({ length: FULL_COMMANDS }, () => other.source.next()));
    await server.end('SIGKILL');
    await other.ended();
    const torn = newFolder();
    this.folders.set('torn', torn);
    cpSync(dataOf(full), dataOf(torn), { recursive: true });
    const last = segmentsIn(dataOf(torn)).at(-1)!;
    const prng = new Prng(SCRIPT_SEED);
    const bytes = Uint8Array.from({ length: TORN_BYTES }, () => prng.between(1, 255));
    const fd = openSync(last, 'r+');
    writeSync(fd, bytes, 0, bytes.length, endOf(last));
    closeSync(fd);
  }

  dropFolders(): void {
    for (const dir of this.folders.values()) dropFolder(dir);
  }
}

/** The next commands of the script. */
export function nextFrame({ source }: Trader): ClientCommand[] {
  const left = ORDERS - source.issued;
  return Array.from({ length: Math.min(FRAME_ORDERS, left) }, () => source.next());
}

/** The script, under strace from the scenario's moment on. False: the server was killed. */
async function sendOrders(attempt: Attempt): Promise<boolean> {
  const { scenario, server, trader, dir } = attempt;
  const data = dataOf(dir);
  if (scenario.from === 'listening') await attach(attempt);
  let isOn = await trader.logOn(server.urls.orders);
  for (let frame = 0; isOn && frame < ORDERS / FRAME_ORDERS; frame++) {
    const newest = newestSnapshot(data);
    isOn = await trader.ask(nextFrame(trader));
    if (isOn && frame === 0 && scenario.from === 'spare') {
      await comes(trader, () => isSpareReady(data));
      await attach(attempt);
    }
    if (!isOn || !scenario.hasSnapshots || !SNAPSHOT_FRAMES.has(frame)) continue;
    await comes(trader, () => newestSnapshot(data) > newest);
    await pause(SETTLE_MS);
    isOn = !trader.isClosed;
  }
  return isOn;
}

async function attach(attempt: Attempt): Promise<void> {
  attempt.strace = await AttachedStrace.to(attempt.server.pid, attempt.args);
}

/** Polls the disk, while the server lives. */
async function comes(trader: Trader, isTrue: () => boolean): Promise<void> {
  const startMs = performance.now();
  while (!isTrue() && !trader.isClosed) {
    if (performance.now() - startMs > WAIT_MS_MAX) throw new Error('nothing came to the disk');
    await pause(LOOK_MS);
  }
}
