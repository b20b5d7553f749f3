// A venue in one thread: a core behind a small command ring, sessions before it, clients with fake
// sockets and a fake clock. Told in words, so that a test reads as a dialogue:
//
//   a opens · a logs on TOKEN [from=3] [cod] [versions=1-1]
//   a sends r1 new 11:1 buy 5@100; r2 replace 11:1>2 6@101; r3 cancel 11:2; r4 mass 11
//   a sends r1 new 11:1 buy 5@100 show=2 stop=110 (5@0: without a price)
//   o sends r1 phase 1 auction; r2 kill 11; r3 lift 11; r4 kill session 2
//   o defines r5 2 ACME tick=0.05 lot=10 ref=100 band=500 halt=7 auction=8
//   a asks r9 · a beats · a drops (its socket breaks) · a takes 100 (bytes) · a takes all
//   +250 ms (ticks on the way) · hold (the core stops taking commands) · run (it goes on)
//   run 1 (it takes one and stops)
//
// What clients get:
//   a welcome 1 next=1 [lost] 11=0 …     session, next report, each account's highest clOrdId
//   a instruments ACME halted            what was defined or has another phase
//   a #1 new r1 11:1 5 buy@100 end       report number, event, request, order, leaves, side, price
//   a refused r2 busy · a list r9 after=1 [11:1 5 buy@100] last · a beat · a closed taken_over

import { expect } from 'vitest';
import { COMMAND_INSTRUMENT, COMMAND_SYMBOL } from '../src/core/codes.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { apply, createCore } from '../src/core/engine.ts';
import type { Limits } from '../src/core/limits.ts';
import { writeCommand } from '../src/core/plain.ts';
import type { Connection } from '../src/session/connection.ts';
import { CountedOwnership } from '../src/session/ports.ts';
import type { SessionConfig } from '../src/session/session-config.ts';
import type { SessionLimits } from '../src/session/session-limits.ts';
import { Sessions } from '../src/session/sessions.ts';
import { CLOSE_NAMES } from '../src/wire/codes.ts';
import {
  CommandsEncoder,
  encodeDefinition,
  encodeHeartbeat,
  encodeLogon,
  encodeOpenOrders,
} from '../src/wire/order-entry.ts';
import { EventFeed, FakeSocket, QueuePort } from './session-fakes.ts';
import {
  commandsFrame,
  describeFrame,
  parseCommand,
  parseDefinition,
  requestOf,
} from './session-words.ts';

const CORE_LIMITS: Limits = { orders: 4096, accounts: 8, instruments: 8, pages: 64 };

export interface VenueOptions {
  limits?: Partial<SessionLimits>;
  ringCapacity?: number;
  firstCursor?: number;
  /** I/O threads; a client opens in thread 0, `a opens in 1` in another. */
  threads?: number;
}

/**
 * Session 1 has accounts 11 and 12, session 2 has 21; the third shares 11 with the first. The
 * fourth is an operator.
 */
export const SESSIONS: readonly SessionConfig[] = [
  { number: 1, token: 'alpha', accounts: [account(11), account(12)] },
  { number: 2, token: 'beta', accounts: [account(21)] },
  { number: 0xfffffff0, token: 'gamma', accounts: [account(11)] },
  { number: 5, token: 'omega', accounts: [], isOperator: true },
];

function account(number: number): { number: number; name: string } {
  return { number, name: `account ${number}` };
}

export class Venue {
  nowMs = 1_000;
  readonly port: QueuePort;
  readonly feed: EventFeed;
  threads: readonly Sessions[] = [];
  readonly sockets = new Map<string, FakeSocket>();
  isHeld = false;
  private readonly connections = new Map<string, Connection>();
  /** Names whose connection is open and not logged on. */
  private readonly fresh = new Set<string>();
  private readonly core: ReturnType<typeof createCore>;
  private readonly encoder = new CommandsEncoder();
  /** Frames of each client that `heard` has given already. */
  private readonly read = new Map<FakeSocket, number>();
  private readonly options: VenueOptions;

  constructor(options: VenueOptions = {}) {
    this.options = options;
    this.port = new QueuePort(options.ringCapacity ?? 64);
    this.feed = new EventFeed(8, options.firstCursor ?? 0);
    this.core = createCore(CORE_LIMITS, this.feed);
    this.start();
    const slot = new Int32Array(COMMAND_WORDS);
    const symbol = new TextEncoder().encode('TEST');
    writeCommand(slot, 0, { cmd: COMMAND_SYMBOL, instrument: 1, symbol });
    apply(this.core, slot, 0);
    writeCommand(slot, 0, { cmd: COMMAND_INSTRUMENT, instrument: 1 });
    apply(this.core, slot, 0);
    this.flush();
  }

  /** The threads of a process, new, which have read the log. */
  private start(): void {
    const ownership = new CountedOwnership(new Int32Array(SESSIONS.length));
    this.threads = Array.from({ length: this.options.threads ?? 1 }, () => {
      const sessions: Sessions = new Sessions({
        sessions: SESSIONS,
        catchUp: () => this.feed.catchUp(sessions),
        port: this.port,
        stamp: { low: 7, high: 1 },
        ownership,
        limits: this.options.limits ?? {},
      });
      return sessions;
    });
    this.feed.restart(this.threads);
    for (const sessions of this.threads) sessions.flush(this.nowMs);
  }

  /** Does what the words say. */
  say(words: string): void {
    const time = /^\+(\d+) ms$/.exec(words);
    if (time) {
      this.pass(Number(time[1]));
    } else if (words === 'hold') {
      this.isHeld = true;
    } else if (words === 'run') {
      this.isHeld = false;
    } else if (words === 'crash') {
      this.start();
      this.threads[0]!.awaitReturns(this.nowMs);
    } else if (words === 'run 1') {
      apply(this.core, this.port.shift(), 0);
      this.flush();
    } else {
      const [name, verb, rest] = /^(\w+) (\w+) ?(.*)$/.exec(words)!.slice(1) as [
        string,
        string,
        string,
      ];
      this.act(name, verb, rest);
    }
    if (!this.isHeld) this.run();
  }

  /** Applies what is in the ring, then lets the events out. */
  run(): void {
    while (this.port.waiting > 0) {
      while (this.port.waiting > 0) apply(this.core, this.port.shift(), 0);
      this.flush();
    }
  }

  flush(): void {
    this.feed.makeRoom();
    for (const sessions of this.threads) sessions.flush(this.nowMs);
  }

  /** A new connection under this name; the one before under it goes on, unnamed. */
  open(name: string, thread = 0): FakeSocket {
    const socket = new FakeSocket();
    this.sockets.set(name, socket);
    this.connections.set(name, this.threads[thread]!.open(socket, this.nowMs));
    return socket;
  }

  frame(name: string, bytes: Uint8Array): void {
    this.connections.get(name)!.frame(bytes, this.nowMs);
  }

  connection(name: string): Connection {
    return this.connections.get(name)!;
  }

  /** What all sockets got since the last call, in words, socket by socket. */
  heard(): string[] {
    const lines: string[] = [];
    for (const [name, socket] of this.sockets) {
      const from = this.read.get(socket) ?? 0;
      for (const frame of socket.frames.slice(from)) {
        lines.push(...describeFrame(frame).map((text) => `${name} ${text}`));
      }
      this.read.set(socket, socket.frames.length);
      if (socket.closeCode > 0) {
        lines.push(`${name} closed ${CLOSE_NAMES[socket.closeCode]}`);
        socket.closeCode = -1;
      }
    }
    return lines;
  }

  private pass(ms: number): void {
    const end = this.nowMs + ms;
    while (this.nowMs < end) {
      this.nowMs = Math.min(end, this.nowMs + 100);
      for (const sessions of this.threads) sessions.tick(this.nowMs);
      if (!this.isHeld) this.run();
    }
  }

  private act(name: string, verb: string, rest: string): void {
    switch (verb) {
      case 'opens':
        this.open(name, Number(/^in (\d+)$/.exec(rest)?.[1] ?? 0));
        this.fresh.add(name);
        break;
      case 'logs':
        this.logOn(name, rest);
        break;
      case 'sends':
        this.frame(name, commandsFrame(this.encoder, rest.split('; ').map(parseCommand)));
        break;
      case 'defines':
        this.frame(name, encodeDefinition(parseDefinition(rest)));
        break;
      case 'asks':
        this.frame(name, encodeOpenOrders(requestOf(rest)));
        break;
      case 'beats':
        this.frame(name, encodeHeartbeat());
        break;
      case 'drops':
        this.connection(name).closed(this.nowMs);
        break;
      case 'takes': {
        const socket = this.sockets.get(name)!;
        socket.take(rest === 'all' ? Number.POSITIVE_INFINITY : Number(rest));
        this.connection(name).drained(socket.unsentBytes, this.nowMs);
        break;
      }
      default:
        throw new Error(`not a verb: ${verb}`);
    }
  }

  private logOn(name: string, rest: string): void {
    const [, token, ...options] = rest.split(' ') as [string, string, ...string[]];
    const option = (key: string): string | undefined =>
      options.find((text) => text.startsWith(`${key}=`))?.slice(key.length + 1);
    const [versionMin, versionMax] = (option('versions') ?? '1-1').split('-').map(Number);
    const logon = {
      versionMin: versionMin!,
      versionMax: versionMax!,
      token,
      nextReport: Number(option('from') ?? 1),
      cancelOnDisconnect: options.includes('cod'),
    };
    if (!this.fresh.delete(name)) this.open(name);
    this.frame(name, encodeLogon(logon));
  }
}

/**
 * Plays a table: what is said on the left, what the clients then hear on the right, and in the rows
 * below it with an empty left side; `…` goes on with the row above. Gives the venue as it is then.
 */
export function play(table: string, options: VenueOptions | Venue = {}): Venue {
  const venue = options instanceof Venue ? options : new Venue(options);
  const expected: string[] = [];
  const actual: string[] = [];
  for (const row of table.split('\n').filter((line) => line.trim() !== '')) {
    const [said, hears] = row.split('|').map((text) => text.trim()) as [string, string | undefined];
    if (said !== '') {
      venue.say(said);
      const heard = venue.heard();
      actual.push(`${said} |`, ...heard);
      expected.push(`${said} |`);
    }
    if (hears?.startsWith('… ')) expected.push(`${expected.pop()}${hears.slice(1)}`);
    else if (hears) expected.push(hears);
  }
  expect(actual).toEqual(expected);
  return venue;
}
