// kill -9 of a server under load at random moments, again and again in the same folder: while it
// answers, writes, begins segments and makes snapshots, and in some rounds while it starts. After
// each kill it is started again, and
//   - every client resumes behind its last report and learns what became of what was under way
//   - the state hash that the server prints is that of a replay from the first command on
//   - every report that a client ever got is in the log, word for word at its number
//   - what was under way is sent again, and nothing acts twice
//   - what clients are told of their open orders is what the replay has

import { setTimeout as pause } from 'node:timers/promises';
import { Prng } from '../../src/base/prng.ts';
import { ChildServer, dropFolder, newFolder } from './child-server.ts';
import { inLanes, type Outcome, type Part, spread, type TortureOptions } from './part.ts';
import { checkRecovery } from './recovery-check.ts';
import { Trader } from './trader.ts';

const SESSIONS = 4;
/** Kills in one folder: its journal grows, and is replayed from the beginning after each. */
const ROUNDS_PER_FOLDER = 10;
const LOAD_MS_MAX = 150;
/** Of a hundred rounds, those in which a start is killed too. */
const START_KILLS_PERCENT = 20;

/**
 * Small segments and frequent snapshots, so that kills meet them. All snapshots are kept, and with
 * them the whole journal.
 */
const CONFIG = { segmentBytesMax: 262_144, snapshotCommands: 4_000, snapshotsKept: 1_000 };

export const kills: Part = {
  name: 'kills',
  title: 'kill -9 of a server under load',
  async run(options) {
    const torture = new Kills(options);
    const firsts: number[] = [];
    for (let round = 0; round < options.rounds; round += ROUNDS_PER_FOLDER) firsts.push(round);
    await inLanes(firsts, options.jobs, (first) => torture.runFolder(first));
    return torture.outcome();
  },
};

class Kills {
  private readonly options: TortureOptions;
  private readonly failures: string[] = [];
  private readonly startTimes: number[] = [];
  private readonly roundTimes: number[] = [];
  private readonly counts = {
    kills: 0,
    killsDuringStart: 0,
    acked: 0,
    ackedLost: 0,
    inDoubt: 0,
    taken: 0,
    duplicated: 0,
    hashMismatches: 0,
    fromSnapshot: 0,
    tornTails: 0,
    replayedCommands: 0,
  };

  constructor(options: TortureOptions) {
    this.options = options;
  }

  outcome(): Outcome {
    const times = { start: spread(this.startTimes), round: spread(this.roundTimes) };
    return { figures: { ...this.counts, times }, failures: this.failures };
  }

  /** Kills from number `first` on. */
  async runFolder(first: number): Promise<void> {
    const { program, seed, rounds, isShort } = this.options;
    const prng = new Prng(seed * rounds + first);
    const dir = newFolder();
    const matchingThread = prng.chance(50) ? 'io' : 'own';
    const config = { ...CONFIG, ioThreads: prng.between(1, 2), matchingThread };
    const launch = () => new ChildServer({ program, dir, sessions: SESSIONS, config });
    const seeds = Array.from({ length: SESSIONS }, () => prng.word() >>> 0);
    const traders = seeds.map((one, i) => new Trader(i + 1, one));
    for (let round = first; round < Math.min(first + ROUNDS_PER_FOLDER, rounds); round++) {
      const startMs = performance.now();
      const isStartKilled = round > first && prng.chance(START_KILLS_PERCENT);
      if (isStartKilled) await this.killStart(launch(), prng);
      const server = await this.recover(launch(), dir, traders);
      for (const trader of traders) trader.load();
      await pause(prng.below(LOAD_MS_MAX));
      await server.end('SIGKILL');
      await Promise.all(traders.map((trader) => trader.ended()));
      this.counts.kills += 1;
      this.roundTimes.push(performance.now() - startMs);
    }
    const last = await this.recover(launch(), dir, traders);
    for (const trader of traders) trader.close();
    // The long form sees too that the last one stops as it should; tests have others for that.
    const status = await last.end(isShort ? 'SIGKILL' : 'SIGTERM');
    if (!isShort && status !== 0) {
      this.failures.push(`a server that was told to stop ended with ${status}: ${last.log}`);
    }
    this.counts.acked += traders.reduce((sum, { reportCount }) => sum + reportCount, 0);
    this.failures.push(...traders.flatMap(({ faults }) => faults));
    this.counts.duplicated += traders.reduce((sum, { doubled }) => sum + doubled, 0);
    dropFolder(dir);
    this.tell();
  }

  /** Kills one that is on its way up. */
  private async killStart(server: ChildServer, prng: Prng): Promise<void> {
    await pause(prng.below(Math.ceil(this.startTimes.at(-1)!)));
    await server.end('SIGKILL');
    this.counts.killsDuringStart += 1;
  }

  /** Waits for a server, checks what it recovered, and sends again what was under way. */
  private async recover(
    server: ChildServer,
    dir: string,
    traders: readonly Trader[],
  ): Promise<ChildServer> {
    await server.expectUp();
    this.startTimes.push(performance.now() - server.startMs);
    const before = traders.map(({ reportCount }) => reportCount);
    const { orders } = server.urls;
    const areOn = await Promise.all(traders.map((trader) => trader.logOn(orders)));
    if (areOn.includes(false)) throw new Error(`a server ended by itself: ${server.log}`);
    this.count(server, dir, traders, before);
    await Promise.all(traders.map((trader) => trader.resend()));
    return server;
  }

  private count(
    server: ChildServer,
    dir: string,
    traders: readonly Trader[],
    before: readonly number[],
  ): void {
    const { counts } = this;
    const check = checkRecovery(server, dir, traders, before);
    counts.replayedCommands += check.reference.commands;
    counts.ackedLost += check.lost;
    counts.inDoubt += traders.reduce((sum, { inDoubt }) => sum + inDoubt.length, 0);
    counts.taken += check.taken;
    counts.duplicated += check.reference.doubled.length;
    if (check.isOther) counts.hashMismatches += 1;
    if (server.recovered.snapshot !== null) counts.fromSnapshot += 1;
    counts.tornTails += server.errors.filter((text) => text.includes('is torn')).length;
    const where = `seed ${this.options.seed}, after kill ${counts.kills}`;
    this.failures.push(...check.failures.map((text) => `${where}: ${text}`));
  }

  private tell(): void {
    const { kills: done, acked, ackedLost, duplicated, hashMismatches } = this.counts;
    const bad = `${ackedLost} lost, ${duplicated} doubled, ${hashMismatches} other states`;
    this.options.say(`${done} of ${this.options.rounds} kills, ${acked} reports: ${bad}`);
  }
}
