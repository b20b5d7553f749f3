// What a world does to itself, and when: one fault after so many commands, of a kind that its seed
// chooses.

import type { Prng } from '../../base/prng.ts';
import type { FaultCounts } from './faults.ts';
import type { SimClient } from './sim-client.ts';
import type { Crash, SimDisk } from './sim-disk.ts';
import type { Line, SimNetwork } from './sim-network.ts';
import type { WorldConfig } from './world-config.ts';

export interface MischiefSurroundings {
  readonly config: WorldConfig;
  readonly random: Prng;
  readonly counts: FaultCounts;
  readonly disk: SimDisk;
  readonly network: SimNetwork;
  readonly clients: readonly SimClient<unknown>[];
  crash(how: Crash): void;
  /** Ends the server in order. */
  shutDown(): void;
  note(what: string): void;
}

/** A crash or error comes within so many calls of the disk. */
const CALLS_MAX = 24;
/** Bytes that are left on a full disk. */
const ROOM_MAX = 12_000;
/** Percent of the clients' programs that end with the server. */
const SAME_PLACE_PERCENT = 15;
const DELAY_US_MAX = 400_000;
const SLOW_US_MAX = 15_000_000;
const LATE_US_MAX = 2_500_000;

export class Mischief {
  private readonly around: MischiefSurroundings;
  private nextAt: number;

  constructor(around: MischiefSurroundings) {
    this.around = around;
    this.nextAt = this.pause();
  }

  /** `commands` have been sent so far, lost ones too. */
  look(commands: number): void {
    if (commands < this.nextAt) return;
    this.nextAt = commands + this.pause();
    this.act(this.around.random.below(100));
  }

  /** Plans that the disk fails or the machine stops within the next calls of the disk. */
  plan(): void {
    const { disk, random, note } = this.around;
    const only = random.pick([
      undefined,
      undefined,
      'fdatasync',
      'fdatasync',
      'write',
      'read',
    ] as const);
    const left = 1 + random.below(only === undefined ? CALLS_MAX : CALLS_MAX / 4);
    const what = random.chance(50) ? 'error' : this.crashKind();
    disk.planned = { left, what, only };
    note(`${what} in ${left} calls of the disk, ${only ?? 'of any kind'}`);
  }

  /** Where the server was, programs of clients may have been too. */
  serverEnded(): void {
    const { clients, random } = this.around;
    for (const client of clients) if (random.chance(SAME_PLACE_PERCENT)) this.endProgram(client);
  }

  crashKind(): Crash {
    const { config, random } = this.around;
    return config.durability === 'fsync' && random.chance(65) ? 'powerCut' : 'kill';
  }

  private pause(): number {
    return 1 + this.around.random.below(this.around.config.faultCommands * 2);
  }

  private act(roll: number): void {
    if (roll < 2) this.around.shutDown();
    else if (roll < 9) this.around.crash(this.crashKind());
    else if (roll < 25) this.plan();
    else if (roll < 28) this.fill();
    else if (roll < 33) this.endClient();
    else this.hurt(roll);
  }

  private fill(): void {
    const { disk, random, counts, note } = this.around;
    disk.room = random.below(ROOM_MAX);
    counts.diskFull += 1;
    note(`the disk has room for ${disk.room} bytes`);
  }

  private endClient(): void {
    this.endProgram(this.around.random.pick(this.around.clients));
  }

  private endProgram(client: SimClient<unknown>): void {
    const { counts, note } = this.around;
    counts.clientCrash += 1;
    note(`the program of ${client.name} ends`);
    client.crash();
  }

  /** Does something to a connection. */
  private hurt(roll: number): void {
    const { network, random } = this.around;
    const lines = network.open(roll < 88 ? 'orders' : 'feed');
    if (lines.length === 0) return;
    const line = random.pick(lines);
    if (roll < 48) this.cut(line);
    else if (roll < 63) this.cutLate(line);
    else if (roll < 80) this.delay(line);
    else this.slow(line);
  }

  private cut(line: Line): void {
    const { network, random, counts, note } = this.around;
    const isClientTold = random.chance(70);
    const isServerTold = random.chance(70);
    counts[isClientTold && isServerTold ? 'cut' : 'halfOpen'] += 1;
    note(`a connection of ${line.program.name} breaks (${isClientTold}, ${isServerTold})`);
    network.cut(line, isClientTold, isServerTold);
  }

  private cutLate(line: Line): void {
    const { network, random, note } = this.around;
    const us = random.below(LATE_US_MAX);
    network.breakLate(line, us);
    note(`a connection of ${line.program.name} breaks, its frames arrive in ${us} us`);
  }

  private delay(line: Line): void {
    const { network, random, counts } = this.around;
    counts.delay += 1;
    network.stall(random.chance(50) ? line.up : line.down, random.below(DELAY_US_MAX));
  }

  private slow(line: Line): void {
    const { network, random, counts, note } = this.around;
    counts.slowConsumer += 1;
    note(`${line.program.name} stops reading`);
    network.stall(line.down, random.below(SLOW_US_MAX));
  }
}
