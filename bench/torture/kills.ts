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
import { ChildServer, dataOf, dropFolder, LIMITS, newFolder } from './child-server.ts';
import { type Outcome, type Part, spread, type TortureOptions } from './part.ts';
import { openOrdersOf, Reference } from './reference.ts';
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
  keys: ['kills', 'ackedLost', 'duplicated', 'hashMismatches'],
  async run(options) {
    const torture = new Kills(options);
    for (let done = 0; done < options.rounds; done += ROUNDS_PER_FOLDER) {
      await torture.runFolder(Math.min(ROUNDS_PER_FOLDER, options.rounds - done));
    }
    return torture.outcome();
  },
};

class Kills {
  private readonly options: TortureOptions;
  private readonly prng: Prng;
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
    this.prng = new Prng(options.seed);
  }

  outcome(): Outcome {
    const times = { start: spread(this.startTimes), round: spread(this.roundTimes) };
    return { figures: { ...this.counts, times }, failures: this.failures };
  }

  async runFolder(rounds: number): Promise<void> {
    const dir = newFolder();
    const ioThreads = this.prng.between(1, 2);
    const config = { ...CONFIG, ioThreads };
    const { program } = this.options;
    const launch = () => new ChildServer({ program, dir, sessions: SESSIONS, config });
    const traders = Array.from(
      { length: SESSIONS },
      (_, i) => new Trader(i + 1, this.prng.word() >>> 0),
    );
    for (let round = 0; round < rounds; round++) {
      const startMs = performance.now();
      if (round > 0 && this.prng.chance(START_KILLS_PERCENT)) await this.killStart(launch());
      const server = await this.recover(launch(), dir, traders);
      for (const trader of traders) trader.load();
      await pause(this.prng.below(LOAD_MS_MAX));
      await server.end('SIGKILL');
      await Promise.all(traders.map((trader) => trader.ended()));
      this.counts.kills += 1;
      this.roundTimes.push(performance.now() - startMs);
      this.tell();
    }
    const last = await this.recover(launch(), dir, traders);
    for (const trader of traders) trader.close();
    const status = await last.end('SIGTERM');
    if (status !== 0) this.failures.push(`a server that was told to stop ended with ${status}`);
    this.counts.acked += traders.reduce((sum, { reportCount }) => sum + reportCount, 0);
    this.failures.push(...traders.flatMap(({ faults }) => faults));
    this.counts.duplicated += traders.reduce((sum, { doubled }) => sum + doubled, 0);
    dropFolder(dir);
  }

  /** Kills one that is on its way up. */
  private async killStart(server: ChildServer): Promise<void> {
    await pause(this.prng.below(Math.ceil(this.startTimes.at(-1)!)));
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
    this.check(server, dir, traders, before);
    await Promise.all(traders.map((trader) => trader.resend()));
    return server;
  }

  /** `before`: reports that each client had when the server was killed. */
  private check(
    server: ChildServer,
    dir: string,
    traders: readonly Trader[],
    before: readonly number[],
  ): void {
    const { counts } = this;
    const { lastSequence, stateHash, snapshot } = server.recovered;
    const reference = new Reference(dataOf(dir), LIMITS, lastSequence);
    const where = `seed ${this.options.seed}, kill ${counts.kills}`;
    counts.replayedCommands += reference.commands;
    if (snapshot !== null) counts.fromSnapshot += 1;
    counts.tornTails += server.errors.filter((text) => text.includes('is torn')).length;
    const isSame = reference.commands === lastSequence && reference.stateHash === stateHash;
    const orders = traders.filter(({ session }, i) => {
      const own = lastSequence === 0 ? [] : reference.openOrders(session);
      return openOrdersOf(traders[i]!).join() !== own.join();
    });
    if (!isSame || orders.length > 0) {
      counts.hashMismatches += 1;
      this.failures.push(`${where}: recovered another state than a replay gives`);
    }
    traders.forEach((trader, i) => {
      const lost = reference.lostReports(trader, before[i]!, false);
      counts.ackedLost += lost;
      if (lost > 0) this.failures.push(`${where}: session ${trader.session} lost ${lost} reports`);
      this.checkFates(trader, reference, where);
    });
    counts.duplicated += reference.doubled.length;
    this.failures.push(...reference.doubled.map((effect) => `${where}: twice: ${effect}`));
  }

  /** What a client believes became of what was under way, against the log. */
  private checkFates(trader: Trader, reference: Reference, where: string): void {
    const { session, inDoubt, notTaken } = trader;
    this.counts.inDoubt += inDoubt.length;
    this.counts.taken += inDoubt.length - notTaken.size;
    if (reference.lostReports(trader, trader.reportCount, true) > 0) {
      this.failures.push(
        `${where}: session ${session} resumed with other reports than the log has`,
      );
    }
    for (const { request } of inDoubt) {
      const times = reference.timesTaken(session, request);
      // One that was taken, sent again and taken again is there twice, and acted once.
      if (notTaken.has(request) ? times === 0 : times > 0) continue;
      this.failures.push(
        `${where}: session ${session}, request ${request}: another fate in the log`,
      );
    }
  }

  private tell(): void {
    const { kills: done, acked, ackedLost, duplicated, hashMismatches } = this.counts;
    if (done % ROUNDS_PER_FOLDER !== 0 && done !== this.options.rounds) return;
    const bad = `${ackedLost} lost, ${duplicated} doubled, ${hashMismatches} other states`;
    this.options.say(`${done} of ${this.options.rounds} kills, ${acked} reports: ${bad}`);
  }
}
