// `ringside serve` on data directories of which something was cut off or a bit flipped, journal and
// snapshots alike, at random places. Either it refuses to start, with the file and the byte, and
// changes nothing; or it comes up with exactly the state that the sound journal has at the command
// that it names, and has said loudly when that is not the last one.

import { createHash } from 'node:crypto';
import {
  cpSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { Prng } from '../../src/base/prng.ts';
import { EXIT_BAD_INPUT } from '../../src/cli/exit-codes.ts';
import { ChildServer, dataOf, dropFolder, LIMITS, newFolder } from './child-server.ts';
import { endOf, segmentsIn } from './journal-bytes.ts';
import { inLanes, type Outcome, type Part, spread, type TortureOptions } from './part.ts';
import { Reference } from './reference.ts';
import { Trader } from './trader.ts';

const SESSIONS = 2;
/** Of both sessions together. */
const COMMANDS = 2_800;
/** Of one session at a time. */
const FRAME_COMMANDS = 100;
const SNAPSHOT_COMMANDS = 1_000;
/** All snapshots are kept, and with them the whole journal. */
const CONFIG = {
  segmentBytesMax: 65_536,
  snapshotCommands: SNAPSHOT_COMMANDS,
  snapshotsKept: 1_000,
};
const IDLE = { ...CONFIG, snapshotCommands: 0, snapshotSeconds: 0 };
/** Of so many one is waited for until it listens; the others until they have recovered. */
const FULL_EVERY = 20;
const TOLD_EVERY = 250;
/** Of a hundred samples, those that have no snapshot. */
const SNAPSHOTS_GO_FROM = 40;
/** Of what is done to a file; the rest are cuts. */
const FLIPS_PERCENT = 65;

export const servedDamage: Part = {
  name: 'served',
  title: 'ringside serve on cut and flipped journals and snapshots',
  run: (options) => new ServedDamage(options).run(),
};

interface Sample {
  /** What was done, for people. */
  readonly what: string;
  readonly dir: string;
  readonly isFull: boolean;
}

class ServedDamage {
  private readonly options: TortureOptions;
  private readonly prng: Prng;
  private readonly failures: string[] = [];
  private readonly startTimes: number[] = [];
  private readonly hashes = new Map<number, string>();
  private readonly counts = { served: 0, servedSilent: 0, refused: 0, shorter: 0, same: 0 };
  /** A sound folder, and the last command in it. */
  private sound = '';
  private last = 0;

  constructor(options: TortureOptions) {
    this.options = options;
    this.prng = new Prng(options.seed);
  }

  async run(): Promise<Outcome> {
    const { samples, jobs, say } = this.options;
    this.sound = await this.makeSound();
    const numbers = Array.from({ length: samples }, (_, i) => i + 1);
    await inLanes(numbers, jobs, async (number) => {
      const sample = this.spoil(number);
      await this.serve(sample);
      dropFolder(sample.dir);
      const { served, servedSilent } = this.counts;
      if (served % TOLD_EVERY === 0) say(`${served} of ${samples}, ${servedSilent} silent`);
    });
    dropFolder(this.sound);
    const times = spread(this.startTimes);
    return { figures: { ...this.counts, times }, failures: this.failures };
  }

  private launch(dir: string, config: Readonly<Record<string, unknown>>): ChildServer {
    return new ChildServer({ program: this.options.program, dir, sessions: SESSIONS, config });
  }

  /** A folder with some segments and two snapshots, as a kill leaves it. */
  private async makeSound(): Promise<string> {
    const dir = newFolder();
    const server = this.launch(dir, CONFIG);
    await server.expectUp();
    const traders = [1, 2].map((session) => new Trader(session, this.options.seed + session));
    await Promise.all(traders.map((trader) => trader.logOn(server.urls.orders)));
    for (let done = 0; done < COMMANDS; done += SESSIONS * FRAME_COMMANDS) {
      const ask = (trader: Trader) => {
        return trader.ask(Array.from({ length: FRAME_COMMANDS }, () => trader.source.next()));
      };
      await Promise.all(traders.map(ask));
      const isDue = done % SNAPSHOT_COMMANDS === 0 && done > 0;
      if (isDue) await server.says('snapshot made', done / SNAPSHOT_COMMANDS);
    }
    await server.end('SIGKILL');
    await Promise.all(traders.map((trader) => trader.ended()));
    this.last = new Reference(dataOf(dir), LIMITS).commands;
    return dir;
  }

  /** A copy of the sound folder with something wrong in it. */
  private spoil(number: number): Sample {
    const { prng } = this;
    const dir = newFolder();
    const data = dataOf(dir);
    cpSync(dataOf(this.sound), data, { recursive: true });
    const kind = prng.below(100);
    const whats: string[] = [];
    // Without snapshots all of the journal is read, with them its end.
    const hasSnapshots = kind >= SNAPSHOTS_GO_FROM;
    if (!hasSnapshots) for (const snapshot of snapshotsIn(data)) rmSync(snapshot);
    const isJournalHit = kind < 80;
    if (isJournalHit && prng.chance(FLIPS_PERCENT)) {
      whats.push(flip(prng, prng.pick(segmentsIn(data)), endOf));
    } else if (isJournalHit) {
      whats.push(this.cutJournal(data));
    }
    if (hasSnapshots && (!isJournalHit || prng.chance(50))) {
      const snapshot = prng.pick(snapshotsIn(data));
      const { size } = statSync(snapshot);
      const isFlip = prng.chance(FLIPS_PERCENT);
      whats.push(isFlip ? flip(prng, snapshot, () => size) : cutFile(snapshot, prng.below(size)));
    }
    return { what: whats.join(', '), dir, isFull: number % FULL_EVERY === 0 };
  }

  /** Cuts the journal at any of its bytes: what lies behind in later segments is gone too. */
  private cutJournal(data: string): string {
    const segments = segmentsIn(data);
    const place = this.prng.below(segments.length);
    for (const later of segments.slice(place + 1)) rmSync(later);
    const segment = segments[place]!;
    return cutFile(segment, this.prng.below(endOf(segment)));
  }

  private async serve({ what, dir, isFull }: Sample): Promise<void> {
    const { counts } = this;
    const before = printOf(dataOf(dir));
    const server = this.launch(dir, IDLE);
    const isUp = isFull ? await server.listens() : await server.says('"msg":"recovered"');
    this.startTimes.push(performance.now() - server.startMs);
    const problem = isUp ? this.judgeState(server) : await judgeRefusal(server, dir, before);
    if (isUp) await server.end('SIGKILL');
    counts.served += 1;
    if (!isUp) counts.refused += 1;
    else if (server.recovered.lastSequence < this.last) counts.shorter += 1;
    else counts.same += 1;
    if (problem === null) return;
    counts.servedSilent += 1;
    this.failures.push(`seed ${this.options.seed}, ${what}: ${problem}`);
  }

  /** Null: it has the state that it says it has, and said loudly what it has not. */
  private judgeState(server: ChildServer): string | null {
    const { lastSequence, stateHash } = server.recovered;
    if (lastSequence > this.last) return `recovered ${lastSequence} of ${this.last} commands`;
    if (stateHash !== this.hashAt(lastSequence)) return 'recovered another state';
    const isLoud = lastSequence === this.last || server.errors.length > 0;
    return isLoud ? null : `lost ${this.last - lastSequence} commands and did not say so`;
  }

  /** The state behind a command of the sound journal. */
  private hashAt(sequence: number): string {
    const known = this.hashes.get(sequence);
    if (known !== undefined) return known;
    const { stateHash } = new Reference(dataOf(this.sound), LIMITS, sequence);
    this.hashes.set(sequence, stateHash);
    return stateHash;
  }
}

/** Null: it refused as it has to, and left everything as it was. */
async function judgeRefusal(
  server: ChildServer,
  dir: string,
  before: string,
): Promise<string | null> {
  const status = await server.exited;
  if (status !== EXIT_BAD_INPUT) return `ended with ${status}: ${server.log}`;
  const isTold = /the journal is damaged: \S+ at byte \d+: .*\(\w+\)/.test(server.log);
  if (!isTold) return `refused without the place: ${server.log}`;
  return printOf(dataOf(dir)) === before ? null : 'refused, and changed the directory';
}

/** Flips a bit of a file within its first `bytesOf` bytes. */
function flip(prng: Prng, file: string, bytesOf: (file: string) => number): string {
  const bit = prng.below(bytesOf(file) * 8);
  const bytes = readFileSync(file);
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  writeFileSync(file, bytes);
  return `bit ${bit} of ${basename(file)} flipped`;
}

function cutFile(file: string, length: number): string {
  truncateSync(file, length);
  return `${basename(file)} cut at byte ${length}`;
}

function snapshotsIn(data: string): string[] {
  const names = readdirSync(data).filter((name) => name.endsWith('.state'));
  return names.map((name) => join(data, name));
}

/** All that journal and snapshots are, in short. */
function printOf(data: string): string {
  const hash = createHash('sha256');
  for (const file of [...segmentsIn(data), ...snapshotsIn(data).sort()]) {
    hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex');
}
