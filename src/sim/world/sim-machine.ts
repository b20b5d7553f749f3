// The machine of a simulated world: its disk, whatever server runs on it, and how that ends and
// comes back.
//
//   start ──▶ running ──▶ gone (crash, power cut, disk error, shut down) ──▶ damage at rest? ─┐
//     ▲ recovery, held against the oracle                                                    │
//     └──────────────────────────────────────────────────────────────────────────────────────┘

import { Prng } from '../../base/prng.ts';
import { JournalDamage, JournalWriteError } from '../../journal/journal-errors.ts';
import type { JournalIdentity } from '../../journal/journal-identity.ts';
import { type Recovery, recover } from '../../journal/recovery.ts';
import { type Damage, damageAtRest } from './damage.ts';
import type { FaultCounts } from './faults.ts';
import { probeFeed } from './feed-probe.ts';
import { diskOfRecovery, type PlantedBug } from './planted-bugs.ts';
import type { SimClock } from './sim-clock.ts';
import type { Crash, SimDisk } from './sim-disk.ts';
import { SimServer } from './sim-server.ts';
import type { WorldConfig } from './world-config.ts';
import { snapshotFollowers, type WorldOracle } from './world-oracle.ts';
import type { ServerSurroundings } from './world-server-ports.ts';
import type { WorldTrail } from './world-trail.ts';

export interface MachineSurroundings {
  readonly config: WorldConfig;
  readonly bug: PlantedBug | null;
  readonly identity: JournalIdentity;
  readonly clock: SimClock;
  readonly disk: SimDisk;
  readonly oracle: WorldOracle;
  readonly trail: WorldTrail;
  readonly counts: FaultCounts;
  /** For what the machine itself decides, and for each server. */
  readonly random: Prng;
  /** Nothing may go wrong now. */
  isPeaceful(): boolean;
  violate(what: string): void;
  /** The server is gone. */
  onEnded(how: Crash): void;
  /** Before a start: plans a fault in it. */
  planFault(): void;
}

const DIR = '/data';
const ORIGIN_US = 1_000_000_000_000;
const RESTART_US_MAX = 600_000;
/** Percent of the starts that find damage, or meet a fault themselves. */
const DAMAGE_PERCENT = 20;
const FAULTY_START_PERCENT = 15;

export class SimMachine {
  server: SimServer | null = null;
  /** Of servers, so far. */
  starts = 0;
  /** Commands that got a sequence, lost ones too. */
  sent = 0;
  private readonly around: MachineSurroundings;
  private damage: Damage | null = null;

  constructor(around: MachineSurroundings) {
    this.around = around;
  }

  crash(how: Crash): void {
    this.around.disk.stop(how);
    this.crashed();
  }

  /** Ends the server in order; then even the machine may stop. */
  shutDown(): void {
    const { config, disk, trail } = this.around;
    trail.note('the server is shut down');
    this.server!.shutDown();
    // What the disk did meanwhile may have ended it otherwise.
    if (this.server === null) return;
    disk.stop(config.durability === 'fsync' ? 'powerCut' : 'kill');
    this.crashed();
  }

  /** The end of the world: an orderly one, and a last start. */
  finish(): void {
    this.server!.shutDown();
    this.server?.end();
    this.around.oracle.checkReplay();
    const recovery = this.recover();
    if (recovery !== null) this.checkRecovered(recovery);
  }

  /** The server is gone, and comes back after a while. */
  private crashed(): void {
    const { disk, counts, trail, oracle, clock, random, onEnded } = this.around;
    const how = disk.crash!;
    counts[how] += 1;
    trail.note(`the server is gone (${how}), durable before ${oracle.durable}`);
    this.server?.end();
    this.server = null;
    onEnded(how);
    clock.after(random.below(RESTART_US_MAX), () => this.restart());
  }

  private restart(): void {
    const { disk, random, counts, trail, planFault } = this.around;
    const isPeaceful = this.around.isPeaceful();
    disk.restart();
    // A start that found damage and then crashed may have cut something off.
    if (this.damage !== null) disk.restore(this.damage.copy);
    this.damage = null;
    if (!isPeaceful && random.chance(DAMAGE_PERCENT)) {
      this.damage = damageAtRest(disk, random, counts);
      if (this.damage !== null) trail.note(this.damage.what);
    }
    if (!isPeaceful && random.chance(FAULTY_START_PERCENT)) planFault();
    this.start();
  }

  /** Brings a server up, or begins to try. */
  start(): void {
    const recovery = this.recover();
    if (recovery === null || !this.checkRecovered(recovery)) return;
    this.starts += 1;
    try {
      this.server = new SimServer(this.serverSurroundings(), recovery, this.starts);
    } catch (error) {
      this.onDeath(error);
      return;
    }
    const what = probeFeed(this.server.publisher, this.around.oracle.reference);
    if (what !== '') this.around.violate(what);
  }

  /** Null: it could not; then what follows is under way. */
  private recover(): Recovery | null {
    const { config, disk, trail, identity, bug, violate } = this.around;
    const { damage } = this;
    try {
      return recover({
        dir: DIR,
        limits: config.limits,
        followers: snapshotFollowers(config),
        onUnusable: (error) => {
          trail.note(error.message);
          if (damage === null) violate(`without damage: ${error.message}`);
        },
        isSynced: config.durability === 'fsync',
        identity,
        disk: diskOfRecovery(disk, bug),
      });
    } catch (error) {
      if (!disk.isOn || !(error instanceof JournalDamage)) this.onDeath(error);
      else if (damage === null) violate(`without damage: ${error.message}`);
      else this.startFromCopy(damage, error.message);
      return null;
    }
  }

  /** Damage was found: the operator puts the copy back. */
  private startFromCopy({ copy }: Damage, why: string): void {
    const { trail, disk } = this.around;
    trail.note(`found: ${why}`);
    this.damage = null;
    disk.planned = null;
    disk.restore(copy);
    this.start();
  }

  /** False: it is no good, or will be tried once more. */
  private checkRecovered(recovery: Recovery): boolean {
    const { oracle, disk, trail, violate } = this.around;
    const { damage } = this;
    const { nextSequence, torn, snapshot } = recovery;
    const from = snapshot?.sequence ?? 0;
    trail.note(`recovered up to ${nextSequence - 1}, snapshot ${from}, ${torn?.reason ?? ''}`);
    if (damage !== null && torn !== null && oracle.lossAt(nextSequence) !== '') {
      // At the very end damage cannot be told from a write that was under way; it is told loudly.
      this.startFromCopy(damage, `a torn tail: ${torn.reason}`);
      return false;
    }
    const isRight = oracle.onRecovered(recovery);
    damage?.mend();
    this.damage = null;
    if (!isRight) return false;
    try {
      oracle.checkLog(DIR, disk);
    } catch (error) {
      violate(`the journal cannot be read whole: ${error}`);
    }
    return true;
  }

  private serverSurroundings(): ServerSurroundings {
    const { config, disk, clock, bug, oracle, trail, random, violate } = this.around;
    return {
      config,
      disk,
      clock,
      bug,
      dir: DIR,
      originUs: ORIGIN_US,
      random: new Prng(random.word() >>> 0),
      onPublish: (words, at, sequence) => {
        this.sent += 1;
        oracle.onPublish(words, at, sequence);
      },
      onDurable: (sequence) => oracle.onDurable(sequence),
      onDeath: (error) => this.onDeath(error),
      onStorageTrouble: (error) => {
        trail.note(`storage: ${error}`);
        if (error instanceof JournalDamage) violate(`behind the writer: ${error.message}`);
      },
    };
  }

  private onDeath(error: unknown): void {
    const { config, disk, trail, random, violate } = this.around;
    if (disk.isOn && !isOfDisk(error)) {
      violate(`the server died: ${error instanceof Error ? error.stack : error}`);
      return;
    }
    if (disk.isOn) {
      trail.note(`the disk failed: ${error instanceof Error ? error.message : error}`);
      this.server?.tellFailed();
      disk.stop(config.durability === 'fsync' && random.chance(50) ? 'powerCut' : 'kill');
    }
    this.crashed();
  }
}

/** What a program that cannot go on without its disk ends with. */
function isOfDisk(error: unknown): boolean {
  return error instanceof JournalWriteError || (error instanceof Error && 'syscall' in error);
}
