// Two clients trade and their sockets are cut: at every point of a dialogue, and anyhow. Each
// resumes and ends with the reports that it has when nothing is cut: none lost, none twice.

import { describe, expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import { CommandsEncoder, encodeLogon, encodeOpenOrders } from '../src/wire/order-entry.ts';
import type { FakeSocket } from './session-fakes.ts';
import { Venue, type VenueOptions } from './session-kit.ts';
import { commandsFrame, describeReport, parseCommand, reportsOf } from './session-words.ts';

const CLIENTS = ['a', 'b'] as const;
const TOKENS = { a: 'alpha', b: 'beta' } as const;
const encoder = new CommandsEncoder();

interface Step {
  client: 'a' | 'b';
  frame: Uint8Array;
}

/** A random dialogue of `length` frames: orders that trade, cancels, replaces, questions. */
function dialogue(seed: number, length: number): Step[] {
  const prng = new Prng(seed);
  const lastIds = new Map<number, number>();
  let request = 0;
  const nextId = (account: number): number => {
    lastIds.set(account, (lastIds.get(account) ?? 0) + 1);
    return lastIds.get(account)!;
  };
  const command = (client: 'a' | 'b'): string => {
    const account = client === 'a' ? prng.pick([11, 12]) : 21;
    const old = prng.between(1, (lastIds.get(account) ?? 0) + 1);
    const terms = `${prng.between(1, 9)}@${prng.between(98, 102)}`;
    request += 1;
    const kind = prng.below(10);
    if (kind === 0) return `r${request} mass ${account}`;
    if (kind === 1) return `r${request} cancel ${account}:${old}`;
    if (kind === 2) return `r${request} replace ${account}:${old}>${nextId(account)} ${terms}`;
    const side = prng.pick(['buy', 'sell']);
    return `r${request} new ${account}:${nextId(account)} ${side} ${terms}`;
  };
  return Array.from({ length }, () => {
    const client = prng.pick(CLIENTS);
    if (prng.chance(10)) return { client, frame: encodeOpenOrders(++request) };
    const texts = Array.from({ length: prng.between(1, 4) }, () => command(client));
    return { client, frame: commandsFrame(encoder, texts.map(parseCommand)) };
  });
}

/** A client that gets its frames late, or never. */
class Client {
  readonly reports: string[] = [];
  socket: FakeSocket | null = null;
  private delivered = 0;
  private readonly name: 'a' | 'b';
  private readonly venue: Venue;

  constructor(name: 'a' | 'b', venue: Venue) {
    this.name = name;
    this.venue = venue;
  }

  /** Frames that are under way. */
  get pending(): number {
    return this.socket === null ? 0 : this.socket.frames.length - this.delivered;
  }

  logOn(thread = 0): void {
    this.socket = this.venue.open(this.name, thread);
    this.delivered = 0;
    const nextReport = this.reports.length + 1;
    const token = TOKENS[this.name];
    const logon = { versionMin: 1, versionMax: 1, token, nextReport, cancelOnDisconnect: false };
    this.venue.frame(this.name, encodeLogon(logon));
  }

  receive(count: number): void {
    const frames = this.socket!.frames.slice(this.delivered, this.delivered + count);
    this.delivered += frames.length;
    for (const report of frames.flatMap(reportsOf)) {
      if (report.reportSequence !== this.reports.length + 1) {
        throw new Error(`got ${report.reportSequence} after ${this.reports.length}`);
      }
      this.reports.push(`${report.commandSequence} ${describeReport(report)}`);
    }
  }

  /** What is under way is lost. `isNoticed` false: the server believes that the socket is open. */
  cut(isNoticed: boolean): void {
    if (this.socket === null) return;
    if (isNoticed) this.venue.connection(this.name).closed(this.venue.nowMs);
    this.socket = null;
  }
}

class World {
  readonly venue: Venue;
  readonly clients: Readonly<Record<'a' | 'b', Client>>;

  constructor(options: VenueOptions = {}) {
    this.venue = new Venue(options);
    this.clients = { a: new Client('a', this.venue), b: new Client('b', this.venue) };
  }

  send({ client, frame }: Step): void {
    this.venue.frame(client, frame);
  }

  /** Lets everything out and gives each client's reports. */
  finish(): string[][] {
    this.venue.run();
    return CLIENTS.map((name) => {
      const client = this.clients[name];
      if (client.socket === null) client.logOn();
      while (client.socket!.unsentBytes > 0) this.venue.say(`${name} takes all`);
      client.receive(client.pending);
      return client.reports;
    });
  }
}

function uncut(steps: readonly Step[]): string[][] {
  const world = new World();
  for (const name of CLIENTS) world.clients[name].logOn();
  for (const step of steps) {
    world.send(step);
    world.venue.run();
  }
  return world.finish();
}

interface Cut {
  /** The cut comes before this step's frame, when it is in the ring, or after its answers. */
  step: number;
  place: 'before' | 'in the ring' | 'after';
  /** Whose socket, and how many frames to it are lost. */
  client: 'a' | 'b';
  lost: number;
  isNoticed: boolean;
}

function cutOnce(steps: readonly Step[], cut: Cut): string[][] {
  const world = new World();
  for (const name of CLIENTS) world.clients[name].logOn();
  const client = world.clients[cut.client];
  const doCut = (): void => {
    client.receive(Math.max(0, client.pending - cut.lost));
    client.cut(cut.isNoticed);
    client.logOn();
  };
  steps.forEach((step, i) => {
    if (i === cut.step && cut.place === 'before') doCut();
    world.send(step);
    if (i === cut.step && cut.place === 'in the ring') doCut();
    world.venue.run();
    if (i === cut.step && cut.place === 'after') doCut();
  });
  return world.finish();
}

function allCuts(length: number): Cut[] {
  const cuts: Cut[] = [];
  for (let step = 0; step < length; step++) {
    for (const place of ['before', 'in the ring', 'after'] as const) {
      for (const client of CLIENTS) {
        for (const lost of [0, 1, 2, 1_000]) {
          cuts.push({ step, place, client, lost, isNoticed: lost !== 1 });
        }
      }
    }
  }
  return cuts;
}

/** Any number of cuts, in two threads of which one may be late, with sockets that are slow. */
function cutAnyhow(steps: readonly Step[], seed: number): string[][] {
  const prng = new Prng(seed);
  const limits = { unsentBytesPause: prng.pick([0, 300, 5_000]) };
  const world = new World({ threads: 2, limits, ringCapacity: 512 });
  const { venue, clients } = world;
  for (const step of steps) {
    for (const name of CLIENTS) {
      if (prng.chance(25)) clients[name].cut(prng.chance(70));
    }
    if (prng.chance(10)) venue.feed.delay(prng.pick(venue.threads));
    const client = clients[step.client];
    if (client.socket === null) client.logOn(prng.below(2));
    world.send(step);
    if (prng.chance(60)) venue.run();
    for (const name of CLIENTS) {
      const { socket } = clients[name];
      if (socket === null) continue;
      if (prng.chance(30)) socket.roomBytes = prng.below(1_000);
      if (prng.chance(50)) venue.say(`hold`);
      if (prng.chance(50)) venue.say(`${name} takes ${prng.below(2_000)}`);
      venue.isHeld = false;
      clients[name].receive(prng.below(clients[name].pending + 1));
    }
  }
  for (const sessions of venue.threads) venue.feed.catchUp(sessions);
  venue.flush();
  return world.finish();
}

/** Without command sequences: a question may be refused as busy, where there was none before. */
function told(reports: readonly string[][]): string[][] {
  return reports.map((texts) => texts.map((text) => text.slice(text.indexOf('#'))));
}

describe('a dialogue', () => {
  const LENGTH = 16;

  test.each([1])('cut at every point, should end with the same reports (seed %i)', (seed) => {
    const steps = dialogue(seed, LENGTH);
    const expected = uncut(steps);
    expect(Math.min(...expected.map((reports) => reports.length))).toBeGreaterThan(10);
    for (const cut of allCuts(LENGTH))
      expect(cutOnce(steps, cut), JSON.stringify(cut)).toEqual(expected);
  });

  test('cut anyhow, should end with the same reports (seeds 100 to 159)', () => {
    let reports = 0;
    for (let seed = 100; seed < 160; seed++) {
      const steps = dialogue(seed, 40);
      const expected = uncut(steps);
      expect(told(cutAnyhow(steps, seed)), `seed ${seed}`).toEqual(told(expected));
      reports += expected.flat().length;
    }
    expect(reports).toBeGreaterThan(3_000);
  });
});
