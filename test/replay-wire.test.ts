// `ringside replay --via wire`: the same replays through the sockets of a server.

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import { type ExecutionReport, FeedBook, type OpenOrder } from '../src/client/index.ts';
import * as codes from '../src/core/codes.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { apply, createCore } from '../src/core/engine.ts';
import { EventBuffer } from '../src/core/event-buffer.ts';
import { EVENT_SHIFT } from '../src/core/event-slot.ts';
import { type Command, type NewOrder, writeCommand } from '../src/core/plain.ts';
import { Publisher } from '../src/feed/publisher.ts';
import { CoreVenue } from '../src/sim/core-venue.ts';
import { replayMewl } from '../src/sim/replay-mewl.ts';
import { COMMANDS_UNDER_WAY_MAX } from '../src/sim/venue.ts';
import { WireEvents } from '../src/sim/wire-events.ts';
import { WireReference } from '../src/sim/wire-reference.ts';
import { encodeSubscribe, FeedDecoder } from '../src/wire/feed.ts';
import { runHere } from './cli-kit.ts';
import { DATA, filesOf, fixture, fixturePath, replay, SMALL, sourceOf } from './replay-kit.ts';
import { mewlWorkload } from './replay-mewl-kit.ts';

const LOBSTER = ['lobster_message_2.csv', 'lobster_orderbook_2.csv'].map(fixturePath);
const SSE = ['sse_600000_orders.csv', 'sse_600000_trades.csv'].map(fixturePath);
const EQUAL = { l2Equal: true, l3Equal: true, gaps: 0 };

/** A new directory in which the programs that a test starts have their temporary files. */
function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'ringside-tmp-'));
  vi.stubEnv('TMPDIR', path);
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('ringside replay --via wire', () => {
  const sse = (name: string) => fixture(name).replaceAll('600000', '600001');
  const { bytes, expectedText } = mewlWorkload(5, 3_000);
  for (const [name, files] of [
    ['a LOBSTER day', () => LOBSTER],
    [
      'two SSE instruments',
      () => [
        ...SSE,
        ...filesOf({ 'orders.csv': sse('sse_600000_orders.csv'), 'trades.csv': sse(SSE_TRADES) }),
      ],
    ],
    [
      'a MEWL workload',
      () => filesOf({ 'w.bin': bytes, 'w.bin.expected.json': expectedText }).slice(0, 1),
    ],
  ] as const) {
    it(`should print the same of ${name} as --via core, and leave nothing behind`, async () => {
      const args = [...files(), '--verify', '--json'];
      const directory = temporaryDirectory();
      const [core, wire] = await Promise.all([
        replay([...args, '--via', 'core']),
        replay([...args, '--via', 'wire', '--durability', 'os']),
      ]);
      expect(readdirSync(directory)).toEqual([]);
      const { feed, ...rest } = JSON.parse(wire.stdout);
      expect(feed).toEqual(EQUAL);
      expect(rest).toEqual(JSON.parse(core.stdout));
      expect(wire).toMatchObject({ status: 0, stderr: '' });
    });
  }

  it('should exit with 2 and leave nothing behind when a file is torn', async () => {
    const [torn] = filesOf({ 'w.bin': bytes.subarray(0, -7) });
    const directory = temporaryDirectory();
    const ended = await replay([torn!, '--json', '--via', 'wire', '--durability', 'os']);
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^\S+w\.bin:byte \d+ \(record 2999\): the file ends[^\n]*\n$/);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('should exit with 2 on wrong usage', async () => {
    const wrong = [
      [['--durability', 'none'], '--durability is of the server that --via wire starts'],
      [['--via', 'sea'], 'Allowed choices are core, wire'],
      [['--via', 'wire', '--durability', 'some'], 'Allowed choices are fsync, os, none'],
    ] as const;
    for (const [args, said] of wrong) {
      const ended = await runHere(['replay', ...LOBSTER, ...args]);
      expect(ended).toMatchObject({ status: 2, stdout: '' });
      expect(ended.stderr).toContain(said);
    }
  });
});

const SSE_TRADES = 'sse_600000_trades.csv';
const DAY = ['orders', 'trades'].map((kind) => join(DATA, `sse_20230711_601825_${kind}.csv.gz`));

describe.skipIf(!DAY.every(existsSync))('ringside replay --via wire on real market data', () => {
  it('should give every aggressor of an SSE instrument its fills', async () => {
    const { status, stdout } = await replay([...DAY, '--verify', '--via', 'wire']);
    expect(status).toBe(0);
    expect(stdout).toContain('\n  aggressors equal  3,991 of 3,991\n');
    expect(stdout).toMatch(/\n {2}feed {14}L2 equal, L3 equal, gaps 0\n$/);
  }, 30_000);
});

/** Answers as late as it may: only what has to be known, only when it has to be. */
class LateVenue extends CoreVenue {
  sentMax = 0;
  private readonly sent: Command[] = [];

  override define(instrument: number): void {
    super.send({ cmd: codes.COMMAND_INSTRUMENT, instrument });
  }

  override send(command: Command): void {
    this.sent.push(command);
    this.sentMax = Math.max(this.sentMax, this.sent.length);
  }

  override settle(underWayMax = 0): undefined {
    while (this.sent.length > underWayMax) super.send(this.sent.shift()!);
  }
}

describe('a venue that answers only as soon as it has to', () => {
  it.each([1, 2])('should give a MEWL replay the same outcome (seed %i)', async (seed) => {
    const sound = mewlWorkload(seed, 4_000);
    for (const bytes of [sound.bytes, withRepeats(sound.bytes, seed)]) {
      const late = new LateVenue(SMALL);
      const outcome = await replayMewl(sourceOf('w', bytes), late);
      const { firstDifference: _, ...counts } = await replayMewl(
        sourceOf('w', bytes),
        new CoreVenue(SMALL),
      );
      expect(outcome).toMatchObject(counts);
      if (bytes === sound.bytes) expect(outcome).toMatchObject(sound.expected);
      else expect(counts.unmatched).toBeGreaterThan(10);
      expect(late.sentMax).toBeGreaterThan(50);
      expect(late.sentMax).toBeLessThanOrEqual(COMMANDS_UNDER_WAY_MAX);
    }
  });
});

/** A workload in which some cancels and replaces come twice, in place of what came after them. */
function withRepeats(workload: Uint8Array, seed: number): Buffer {
  const random = new Prng(seed);
  const bytes = Buffer.from(workload);
  for (let at = 64; at + 48 <= bytes.length; at += 24) {
    if ((bytes[at] !== 1 && bytes[at] !== 2) || random.below(4) > 0) continue;
    bytes.copyWithin(at + 24, at, at + 16);
  }
  return bytes;
}

describe('reports of a session', () => {
  const common = { commandSequence: 9, time: 0n, accountName: '', symbol: '' };
  const order = { ...common, instrument: 1, account: 3, side: 'sell' } as const;
  const terms = { tradeId: 4n, price: 101, qty: 5, displayed: 0, auction: false };
  const trade = { ...order, kind: 'trade', ...terms } as const;
  const resting: ExecutionReport = {
    ...trade,
    ...{ sequence: 1, request: 8, end: false, clOrdId: 2n, orderId: 6n, leaves: 0 },
    aggressor: false,
  };
  const aggressor: ExecutionReport = {
    ...trade,
    ...{ sequence: 2, request: 8, end: true, clOrdId: 3n, orderId: 7n, leaves: 1 },
    ...{ account: 1, side: 'buy', aggressor: true },
  };

  it('should be one event when they are both halves of a trade', () => {
    const events = new WireEvents(7);
    expect(events.read(resting)).toBe(undefined);
    expect(events.read(aggressor)).toEqual({
      evt: codes.EVENT_TRADE,
      ...{ sequence: 9, session: 7, request: 8, end: true },
      ...{ instrument: 1, tradeId: 4, price: 101, qty: 5, restingSide: codes.SIDE_SELL },
      resting: { account: 3, owner: 7, clOrdId: 2, orderId: 6, leaves: 0 },
      aggressor: { account: 1, owner: 7, clOrdId: 3, orderId: 7, leaves: 1 },
      ...{ isAuction: false, displayed: 0, otherDisplayed: 0 },
    });
  });

  it('should be refused when half a trade is missing', () => {
    expect(() => new WireEvents(7).read(aggressor)).toThrow('the resting order is told of first');
    const events = new WireEvents(7);
    events.read(resting);
    expect(() => events.read(resting)).toThrow('a trade has one resting order');
  });

  it('should be one event without an aggressor when they are halves of an auction trade', () => {
    const events = new WireEvents(7);
    expect(events.read({ ...resting, auction: true, displayed: 3 })).toBe(undefined);
    expect(events.read({ ...aggressor, auction: true, aggressor: false })).toMatchObject({
      ...{ evt: codes.EVENT_TRADE, isAuction: true, displayed: 3, otherDisplayed: 0 },
      ...{ resting: { orderId: 6 }, aggressor: { orderId: 7 } },
    });
  });
});

/** The book of instrument 1 as the feed tells it of a core that does these commands. */
function fedBook(commands: readonly Command[]): FeedBook {
  const book = new FeedBook(1);
  const decoder = new FeedDecoder();
  const publisher = new Publisher({ epoch: 1, orders: SMALL.orders, instruments: 1 });
  const events = new EventBuffer((slots, at) => {
    const event = at >> EVENT_SHIFT;
    publisher.onEvents(slots, events.mask, event, event + 1);
  });
  const core = createCore(SMALL, events);
  const slot = new Int32Array(COMMAND_WORDS);
  const send = (command: Command) => {
    writeCommand(slot, 0, command);
    apply(core, slot, 0);
    events.drain();
  };
  send({ cmd: codes.COMMAND_INSTRUMENT, instrument: 1 });
  const connection = publisher.connect({
    send: (bytes) => {
      expect(decoder.decode(bytes)).toBe(0);
      book.apply(decoder);
      return 0;
    },
    close: () => {},
  });
  connection.frame(encodeSubscribe(1, 7));
  for (const command of commands) send(command);
  return book;
}

function order(clOrdId: number, side: number, qty: number, price: number): NewOrder {
  const terms = { side, qty, price, type: codes.TYPE_LIMIT, tif: codes.TIF_GTC };
  const account = side + 1;
  const rest = { postOnly: false, stp: codes.STP_NONE };
  return { cmd: codes.COMMAND_NEW, instrument: 1, account, clOrdId, ...terms, ...rest };
}

describe('the reference of a replay over the wire', () => {
  const buy = order(1, codes.SIDE_BUY, 5, 100);
  const second = order(2, codes.SIDE_BUY, 7, 100);
  const sell = order(1, codes.SIDE_SELL, 3, 100);
  const commands = [buy, second, sell];

  function after(done: readonly Command[]): WireReference {
    const reference = new WireReference(SMALL);
    reference.define(1);
    for (const command of done) reference.apply(command);
    return reference;
  }

  it('should say which books a command changes', () => {
    const reference = after([buy]);
    expect(reference.apply(sell)).toEqual([1]);
    expect(reference.apply(sell)).toEqual([]);
    const same = { cmd: codes.COMMAND_REPLACE, account: 1, origClOrdId: 1, clOrdId: 2 } as const;
    expect(reference.apply({ ...same, qty: 5 })).toEqual([]);
    expect(reference.apply({ cmd: codes.COMMAND_CANCEL, account: 1, clOrdId: 2 })).toEqual([1]);
  });

  it('should tell a book of the feed that is right from one that is not', () => {
    const book = fedBook(commands);
    expect(book.asks()).toEqual([]);
    expect(book.bids()).toEqual([{ price: 100, qty: 9, orders: 2 }]);
    for (const [done, levels, orders] of [
      [commands, true, true],
      [[buy, second], false, false],
      [[...commands, order(2, codes.SIDE_SELL, 1, 101)], false, false],
      [[second, buy, sell], true, false],
    ] as const) {
      // Ids in the order of entry, whatever the orders are.
      const reference = after(done.map((command, i) => ({ ...command, clOrdId: i + 1 })));
      expect([reference.hasLevelsOf(book), reference.hasOrdersOf(book)]).toEqual([levels, orders]);
    }
  });

  it('should tell open orders that are right from those that are not', () => {
    const reference = after(commands);
    const open = (clOrdId: number, leaves: number): OpenOrder => ({
      ...{ account: 1, accountName: '', instrument: 1, symbol: '', side: 'buy', price: 100 },
      ...{ clOrdId: BigInt(clOrdId), orderId: BigInt(clOrdId), leaves },
      ...{ displayed: 0, displayQty: 0, stopPrice: 0 },
    });
    const [first, last] = [open(1, 2), open(2, 7)];
    expect(reference.hasJust([last, first])).toBe(true);
    expect(reference.hasJust([first])).toBe(false);
    expect(reference.hasJust([first, last, open(3, 1)])).toBe(false);
    expect(reference.hasJust([first, { ...last, leaves: 6 }])).toBe(false);
    expect(reference.hasJust([first, { ...last, side: 'sell' }])).toBe(false);
  });
});
