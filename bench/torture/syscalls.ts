// SIGKILL at every call on the data directory that writes, syncs, renames, cuts or takes away, in
// situations that have them all (syscall-scenarios.ts). After each the server is started again: it
// has to have everything that was answered; what was under way is sent again, the script goes on,
// and ends with the orders of a run that nobody disturbed.

import { cpSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Prng } from '../../src/base/prng.ts';
import { ChildServer, dataOf, dropFolder, newFolder } from './child-server.ts';
import { endOf, segmentsIn } from './journal-bytes.ts';
import { inLanes, type Outcome, type Part, type TortureOptions } from './part.ts';
import { checkRecovery } from './recovery-check.ts';
import { openOrdersOf } from './reference.ts';
import {
  AttachedStrace,
  killingAt,
  type Point,
  pointsIn,
  straceProblem,
  watching,
} from './strace.ts';
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

const ORDERS = 100;
const FRAME_ORDERS = 10;
const SCRIPT_SEED = 17;
const TORN_BYTES = 150;
/** Frames behind which the script waits for a snapshot. */
const SNAPSHOT_FRAMES: ReadonlySet<number> = new Set([2, 5, 8]);
const WAIT_MS_MAX = 20_000;
const LOOK_MS = 5;
/** Tries for a point that a run did not come to. */
const TRIES = 2;

export const syscalls: Part = {
  name: 'syscalls',
  title: 'SIGKILL at every call that writes, syncs or renames in the data directory',
  keys: ['syscallPoints', 'syscallFailures'],
  async run(options) {
    const problem = straceProblem();
    if (problem === null) return new Syscalls(options).run();
    const text = `SIGKILL at every call: ${problem}`;
    return { figures: {}, failures: options.needsStrace ? [text] : [], skipped: [text] };
  },
};

/** What is left of a run in its folder. */
interface Run {
  readonly dir: string;
  readonly trader: Trader;
  /** It met its point; false: it came to its end. */
  readonly isKilled: boolean;
}

class Syscalls {
  private readonly options: TortureOptions;
  private readonly folders = new Map<FolderKind, string>();
  private readonly failures: string[] = [];
  private readonly byScenario: Record<string, Record<string, number>> = {};
  private points = 0;
  private failed = 0;
  private notReached = 0;

  constructor(options: TortureOptions) {
    this.options = options;
  }

  async run(): Promise<Outcome> {
    await this.prepareFolders();
    const scenarios = SCENARIOS.filter(({ isShort }) => isShort || !this.options.isShort);
    for (const scenario of scenarios) await this.runScenario(scenario);
    for (const dir of this.folders.values()) dropFolder(dir);
    const figures = {
      syscallPoints: this.points,
      syscallFailures: this.failed,
      notReached: this.notReached,
      byScenario: this.byScenario,
    };
    return { figures, failures: this.failures };
  }

  private async runScenario(scenario: Scenario): Promise<void> {
    const { stride, jobs, say } = this.options;
    const undisturbed = await this.play(scenario, null);
    const orders = await this.goOn(scenario, undisturbed, []);
    const trace = join(undisturbed.dir, 'trace');
    const all = pointsIn(trace, []);
    dropFolder(undisturbed.dir);
    const counts: Record<string, number> = {};
    this.byScenario[scenario.name] = counts;
    const before = this.failed;
    const tried = all.filter((_, i) => i % stride === 0);
    await inLanes(tried, jobs, async (point) => {
      if (await this.killAt(scenario, point, orders)) {
        this.points += 1;
        counts[point.call] = (counts[point.call] ?? 0) + 1;
      } else {
        this.notReached += 1;
        say(`${scenario.name}: no run came to ${point.call} ${point.nth}`);
      }
    });
    const met = Object.entries(counts).map(([call, count]) => `${count} ${call}`);
    say(`${scenario.name}: killed at ${met.join(', ')}: ${this.failed - before} failures`);
  }

  /** False: no run came to that point. */
  private async killAt(
    scenario: Scenario,
    point: Point,
    orders: string[] | null,
  ): Promise<boolean> {
    for (let tries = 0; tries < TRIES; tries++) {
      const run = await this.play(scenario, point);
      if (run.isKilled) {
        const failures: string[] = [];
        const after = await this.goOn(scenario, run, failures);
        if (after?.join() !== orders?.join()) failures.push('the script ended with other orders');
        if (failures.length > 0) this.failed += 1;
        const where = `${scenario.name}, killed at ${point.call} ${point.nth}`;
        this.failures.push(...failures.map((text) => `${where}: ${text}`));
      }
      dropFolder(run.dir);
      if (run.isKilled) return true;
    }
    return false;
  }

  private launch(scenario: Scenario, dir: string, under: readonly string[] = []): ChildServer {
    const { program } = this.options;
    return new ChildServer({ program, dir, sessions: 2, config: scenario.config, under });
  }

  /** Runs a scenario until it is killed at a point, or (null) watched to its end. */
  private async play(scenario: Scenario, point: Point | null): Promise<Run> {
    const dir = newFolder();
    const template = this.folders.get(scenario.folder);
    if (template !== undefined) cpSync(dataOf(template), dataOf(dir), { recursive: true });
    const trace = join(dir, 'trace');
    const paths = pathsOf(scenario, dataOf(dir));
    const args = point === null ? watching(paths, trace) : killingAt({ ...point, paths }, trace);
    const isFromStart = scenario.from === 'start';
    const server = this.launch(scenario, dir, isFromStart ? ['strace', '-D', ...args] : []);
    const trader = new Trader(1, SCRIPT_SEED);
    let isUp = await server.listens();
    if (isUp && scenario.hasOrders)
      isUp = await this.sendOrders(scenario, server, trader, dir, args);
    if (isUp) await server.end('SIGKILL');
    await server.exited;
    if (scenario.hasOrders && !trader.isClosed) await trader.ended();
    return { dir, trader, isKilled: !isUp };
  }

  /** The script, under strace from the scenario's moment on. False: the server was killed. */
  private async sendOrders(
    scenario: Scenario,
    server: ChildServer,
    trader: Trader,
    dir: string,
    args: readonly string[],
  ): Promise<boolean> {
    const data = dataOf(dir);
    let strace: AttachedStrace | null = null;
    if (scenario.from === 'listening') strace = await AttachedStrace.to(server.pid, args);
    let isOn = await trader.logOn(server.urls.orders);
    for (let frame = 0; isOn && frame < ORDERS / FRAME_ORDERS; frame++) {
      const newest = newestSnapshot(data);
      isOn = await trader.ask(nextFrame(trader));
      if (frame === 0 && scenario.from === 'spare') {
        await this.until(trader, () => isSpareReady(data));
        strace = await AttachedStrace.to(server.pid, args);
      }
      if (!isOn || !scenario.hasSnapshots || !SNAPSHOT_FRAMES.has(frame)) continue;
      await this.until(trader, () => newestSnapshot(data) > newest);
      isOn = !trader.isClosed;
    }
    if (isOn) {
      // The last snapshot's folder is synced, and what is old taken away, a moment later.
      await pause(scenario.hasSnapshots ? LOOK_MS * 10 : 0);
      isOn = !trader.isClosed;
    }
    await strace?.end();
    return isOn;
  }

  /** Polls the disk, while the server lives. */
  private async until(trader: Trader, isTrue: () => boolean): Promise<void> {
    const startMs = performance.now();
    while (!isTrue() && !trader.isClosed) {
      if (performance.now() - startMs > WAIT_MS_MAX) throw new Error('nothing came to the disk');
      await pause(LOOK_MS);
    }
  }

  /**
   * Starts the server again, checks what it recovered, and plays the rest of the script; gives the
   * open orders at its end, null when there is no script.
   */
  private async goOn(scenario: Scenario, run: Run, failures: string[]): Promise<string[] | null> {
    const { dir, trader } = run;
    const server = this.launch(scenario, dir);
    if (!(await server.listens())) {
      failures.push(`it did not start again: ${server.log}`);
      return null;
    }
    const before = [trader.reportCount];
    await trader.logOn(server.urls.orders);
    failures.push(...checkRecovery(server, dir, [trader], before).failures);
    await trader.resend();
    if (!scenario.hasOrders) {
      trader.close();
      await server.end('SIGKILL');
      return null;
    }
    while (trader.source.issued < ORDERS) await trader.ask(nextFrame(trader));
    trader.close();
    await trader.ended();
    await trader.logOn(server.urls.orders);
    failures.push(...trader.faults);
    trader.close();
    await server.end('SIGKILL');
    // Numbers of orders count what was rejected too; ids are the client's own.
    return openOrdersOf(trader).map((text) => text.replace(/^\d+ /, ''));
  }

  /** The folders that scenarios begin with, but the empty one. */
  private async prepareFolders(): Promise<void> {
    const full = newFolder();
    this.folders.set('full', full);
    const scenario = SCENARIOS.find(({ folder }) => folder === 'full')!;
    const server = this.launch(scenario, full);
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
    writeSync(openSync(last, 'r+'), bytes, 0, bytes.length, endOf(last));
  }
}

function nextFrame(trader: Trader) {
  const left = ORDERS - trader.source.issued;
  return Array.from({ length: Math.min(FRAME_ORDERS, left) }, () => trader.source.next());
}
