// A world: one server on one machine, its clients, and everything between them, made of one seed.
// What happens in it is a function of the seed alone: no clock, no thread, no file, no socket of
// this machine has a part in it.
//
//   traders ─┐  SDK                       ┌─ journal ── disk ──▶ what survives
//   operator ┼══ network ══▶ sessions ──▶ ┤
//   watchers ┘  ◀══════════  publisher ◀─ └─ matching          oracle: is it true?
//
// One step is one thing that was planned: a frame arrives, a part of the server runs, a timer is
// due. Between two steps the SDK's promises get their turn.

import { Prng } from '../../base/prng.ts';
import { KIND_REPORTS } from '../../wire/frame-kinds.ts';
import { ClientFrameDecoder, ServerFrameDecoder } from '../../wire/order-entry.ts';
import { doubledIds } from './doubled-ids.ts';
import { type FaultCounts, noFaults } from './faults.ts';
import { FloorOperator } from './floor-operator.ts';
import { Mischief } from './mischief.ts';
import type { PlantedBug } from './planted-bugs.ts';
import type { ClientSurroundings, SimClient } from './sim-client.ts';
import { SimClock } from './sim-clock.ts';
import { SimDisk } from './sim-disk.ts';
import { SimMachine } from './sim-machine.ts';
import { SimNetwork } from './sim-network.ts';
import type { SimProgram } from './sim-program.ts';
import { Trader } from './trader.ts';
import { Watcher } from './watcher.ts';
import { type WorldConfig, worldConfig } from './world-config.ts';
import { WorldOracle } from './world-oracle.ts';
import { WorldTrail } from './world-trail.ts';

const WATCHERS = 2;
/** Turns of the SDK's promises between two steps. */
const TURNS = 4;
const THINK_US_MIN = 8_000;
const THINK_US_MAX = 110_000;
const OPERATE_US_MAX = 2_500_000;
/** Starts after which everybody comes to rest and is compared. */
const REST_PERCENT = 20;
/** Everything has to come to rest in so long, simulated. */
const REST_US_MAX = 240_000_000;

export interface Violation {
  readonly step: number;
  readonly atMs: number;
  readonly what: string;
  /** The last things that happened, oldest first. */
  readonly trail: readonly string[];
}

export class World {
  readonly counts: FaultCounts = noFaults();
  readonly violations: Violation[] = [];
  steps = 0;
  readonly oracle: WorldOracle;
  private readonly random: Prng;
  private readonly clock = new SimClock();
  private readonly trail = new WorldTrail(this.clock);
  private readonly disk: SimDisk;
  private readonly network: SimNetwork;
  private readonly mischief: Mischief;
  private readonly machine: SimMachine;
  private readonly traders: readonly Trader[];
  private readonly watchers: readonly Watcher[];
  private readonly operator: FloorOperator;
  private readonly clients: readonly SimClient<unknown>[];
  private readonly serverFrames = new ServerFrameDecoder();
  private readonly clientFrames = new ClientFrameDecoder();
  /** Starts after which everybody was asked to come to rest, or was not. */
  private startsSeen = 0;
  private isPeaceful = false;

  constructor(seed: number, bug: PlantedBug | null) {
    this.random = new Prng(seed);
    const config = worldConfig(this.fork());
    this.oracle = new WorldOracle(config, (what) => this.violate(what));
    this.disk = new SimDisk(this.fork(), this.counts);
    this.disk.shortPercent = config.shortPercent;
    this.disk.onCall = (call, name) => this.trail.call(call, name);
    this.network = this.createNetwork();
    const around: ClientSurroundings = {
      clock: this.clock,
      network: this.network,
      random: this.fork(),
      oracle: this.oracle,
      violate: (what) => this.violate(what),
      note: (what) => this.trail.note(what),
    };
    const { sessions, limits } = config;
    const trading = sessions.filter(({ isOperator }) => isOperator !== true);
    const accounts = trading.flatMap((session) => session.accounts.map(({ number }) => number));
    this.traders = trading.map((session) => new Trader(session, around));
    this.operator = new FloorOperator(sessions.at(-1)!, accounts, limits.instruments, around);
    const names = Array.from({ length: WATCHERS }, (_, i) => `watcher ${i + 1}`);
    this.watchers = names.map((name) => new Watcher(name, 0, around));
    this.clients = [...this.traders, this.operator, ...this.watchers];
    this.mischief = this.createMischief(config);
    this.machine = this.createMachine(config, bug);
  }

  /** Lives until the log has so many commands; then everything is compared a last time. */
  async live(commands: number): Promise<void> {
    this.machine.start();
    for (const client of this.clients) client.start();
    for (const trader of this.traders) this.repeat(() => trader.act(), THINK_US_MIN, THINK_US_MAX);
    this.repeat(() => this.operator.act(), THINK_US_MAX, OPERATE_US_MAX);
    while (this.oracle.commands < commands && this.isSound) {
      await this.step();
      if (this.machine.server !== null) this.mischief.look(this.machine.sent);
      if (this.isRestDue()) await this.rest();
    }
    await this.rest();
    if (!this.isSound) return;
    for (const trader of this.traders) trader.checkFates();
    this.machine.finish();
  }

  violate(what: string): void {
    const { steps, clock, trail } = this;
    this.violations.push({ step: steps, atMs: clock.nowMs, what, trail: trail.lines() });
  }

  /** Starts of servers so far. */
  get starts(): number {
    return this.machine.starts;
  }

  private get isSound(): boolean {
    return this.violations.length === 0;
  }

  private async step(): Promise<void> {
    this.steps += 1;
    this.clock.step();
    for (let turn = 0; turn < TURNS; turn++) await null;
  }

  /** Does something again and again, while there is no peace. */
  private repeat(act: () => void, usMin: number, usMax: number): void {
    this.clock.after(this.random.between(usMin, usMax), () => {
      if (!this.isPeaceful) act();
      this.repeat(act, usMin, usMax);
    });
  }

  /** Lets everything come to rest, without faults, and compares everybody's picture. */
  private async rest(): Promise<void> {
    const { clients, traders, watchers, operator, network, clock } = this;
    this.isPeaceful = true;
    network.isFaulty = false;
    this.disk.room = Number.POSITIVE_INFINITY;
    this.disk.planned = null;
    const endUs = clock.nowUs + REST_US_MAX;
    const untilAtRest = async (): Promise<void> => {
      while (this.isSound && !this.isAtRest) {
        if (clock.nowUs > endUs) {
          const busy = clients.filter(({ isAtRest }) => !isAtRest).map(({ name }) => name);
          this.violate(`these never come to rest: ${busy.join(', ')}`);
        }
        await this.step();
      }
    };
    await untilAtRest();
    // What was lost of a feed shows when something comes behind it.
    operator.rouse();
    for (let i = 0; i < TURNS; i++) await this.step();
    await untilAtRest();
    for (const trader of traders) trader.compareOrders();
    await untilAtRest();
    if (!this.isSound) return;
    for (const watcher of watchers) watcher.compare(this.oracle.reference.core);
    this.isPeaceful = false;
    network.isFaulty = true;
  }

  /** Behind some starts everybody comes to rest. */
  private isRestDue(): boolean {
    const { starts, server } = this.machine;
    if (starts === this.startsSeen || server === null) return false;
    this.startsSeen = starts;
    return starts > 1 && this.random.chance(REST_PERCENT);
  }

  private get isAtRest(): boolean {
    if (this.machine.server?.isIdle !== true || !this.network.isQuiet) return false;
    return this.clients.every(({ isAtRest }) => isAtRest);
  }

  private createNetwork(): SimNetwork {
    return new SimNetwork(this.clock, this.fork(), this.counts, {
      accept: (path, wire) => this.machine.server?.accept(path, wire) ?? null,
      onDelivery: (path, program, bytes) => {
        if (path === 'orders') this.onDelivery(program, bytes);
      },
      mayDouble: (bytes) => this.mayDouble(bytes),
    });
  }

  private createMischief(config: WorldConfig): Mischief {
    return new Mischief({
      config,
      random: this.fork(),
      counts: this.counts,
      disk: this.disk,
      network: this.network,
      clients: this.clients,
      crash: (how) => this.machine.crash(how),
      shutDown: () => this.machine.shutDown(),
      note: (what) => this.trail.note(what),
    });
  }

  private createMachine(config: WorldConfig, bug: PlantedBug | null): SimMachine {
    const random = this.fork();
    return new SimMachine({
      config,
      bug,
      random,
      identity: { idLow: random.word(), idHigh: random.word(), limits: config.limits },
      clock: this.clock,
      disk: this.disk,
      oracle: this.oracle,
      trail: this.trail,
      counts: this.counts,
      isPeaceful: () => this.isPeaceful,
      violate: (what) => this.violate(what),
      onEnded: (how) => {
        this.network.serverEnded(how === 'powerCut');
        if (!this.isPeaceful) this.mischief.serverEnded();
      },
      planFault: () => this.mischief.plan(),
    });
  }

  private onDelivery(program: SimProgram, bytes: Uint8Array): void {
    const { serverFrames } = this;
    if (serverFrames.decode(bytes) !== 0) this.violate(`${program.name} got a bad frame`);
    if (serverFrames.kind !== KIND_REPORTS) return;
    const { words, reportsAt, reportCount } = serverFrames;
    this.oracle.onReports(program.session, words, reportsAt, reportCount);
  }

  private mayDouble(bytes: Uint8Array): boolean {
    if (this.clientFrames.decode(bytes) !== 0) return false;
    const ids = doubledIds(this.clientFrames);
    for (const { account, clOrdId } of ids ?? []) {
      for (const trader of this.traders) trader.onDoubled(account, clOrdId);
    }
    return ids !== null;
  }

  /** Random numbers for a part of the world, of which no other part uses any up. */
  private fork(): Prng {
    return new Prng(this.random.word() >>> 0);
  }
}
