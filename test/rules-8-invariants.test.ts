// The invariants of R8 on random command streams. Whether each event is the right one is for the
// oracle to say; here events, levels and orders have to add up with one another.

import { describe, expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import type { Command } from '../src/core/plain.ts';
import type { CoreEvent } from '../src/core/plain-events.ts';
import { CoreBench } from './core-bench.ts';
import {
  books,
  INSTRUMENTS,
  Ledger,
  SIDES,
  stream,
  streamBench,
  withoutSequence,
} from './rules-8-stream.ts';

const COMMANDS = 1500;

describe.each([1, 2, 3])('R8, seed %i:', (seed) => {
  const commands = stream(seed, COMMANDS);

  test('should meet every kind of event', () => {
    const bench = streamBench();
    const met = new Set(commands.flatMap((command) => bench.apply(command)).map(({ evt }) => evt));
    const kinds = Object.keys(codes.EVENT_NAMES).map(Number);
    expect([...met].toSorted((a, b) => a - b)).toEqual(kinds);
  });

  test('should never be crossed or locked after a command', () => {
    const bench = streamBench();
    for (const command of commands) {
      bench.apply(command);
      for (const instrument of INSTRUMENTS) {
        const [bid, ask] = SIDES.map((side) => bench.levels(side, instrument)[0]);
        if (bid && ask) expect(bid[0]).toBeLessThan(ask[0]);
      }
    }
  });

  test('should show levels that are the sums of their orders, best first', () => {
    const bench = streamBench();
    for (const command of commands) {
      bench.apply(command);
      for (const instrument of INSTRUMENTS) {
        for (const side of SIDES) expectLevelsToAddUp(bench, instrument, side);
      }
    }
  });

  test('should conserve the quantity of every order and every trade', () => {
    const bench = streamBench();
    const ledger = new Ledger();
    for (const command of commands) {
      for (const event of bench.apply(command)) ledger.follow(event, command);
    }
    const resting = books(bench).flat();
    for (const order of resting) expect(order.leaves).toBe(ledger.leaves(order.orderId));
    const ids = [...ledger.entries.keys()].filter((orderId) => ledger.leaves(orderId) > 0);
    expect(resting.map(({ orderId }) => orderId).toSorted((a, b) => a - b)).toEqual(ids);
  });

  test('should queue the orders of a level in the order in which they came to it', () => {
    const bench = streamBench();
    const ledger = new Ledger();
    for (const command of commands) {
      for (const event of bench.apply(command)) ledger.follow(event, command);
      for (const side of books(bench)) {
        side.slice(1).forEach((order, index) => {
          const before = side[index]!;
          if (before.price !== order.price) return;
          const [first, second] = [before, order].map((o) => ledger.entries.get(o.orderId)!.place);
          expect(first).toBeLessThan(second!);
        });
      }
    }
  });

  test('should trade with the first order of the best level, always', () => {
    const bench = streamBench();
    for (const command of commands) {
      const before = books(bench);
      for (const event of bench.apply(command)) expectFirstInLine(before, event);
    }
  });

  test('should number commands without a gap and mark the last event of each', () => {
    const bench = streamBench();
    commands.forEach((command, index) => {
      const events = bench.apply(command);
      const sequence = index + 1 + INSTRUMENTS.length;
      expect(events.map((event) => event.sequence)).toEqual(events.map(() => sequence));
      expect(events.map((event) => event.end)).toEqual(
        events.map((_, i) => i === events.length - 1),
      );
      expect(events.length).toBeGreaterThan(0);
    });
  });

  test('should replay the log to the same events and the same state hash', () => {
    const [first, second] = [streamBench(), new CoreBench({ orders: 999 }, INSTRUMENTS, -3)];
    for (const command of commands) expect(second.apply(command)).toEqual(first.apply(command));
    expect(second.hash()).toBe(first.hash());
  });

  test('should not let a rejected command change what later ones do', () => {
    const [plain, disturbed] = [streamBench(), streamBench()];
    commands.forEach((command, index) => {
      const expected = plain.apply(command).map(withoutSequence);
      expect(disturbed.apply(command).map(withoutSequence)).toEqual(expected);
      const [rejected] = disturbed.apply(spoilt(index, command));
      expect(rejected!.evt).toBe(codes.EVENT_REJECTED);
    });
    expect(books(disturbed)).toEqual(books(plain));
  });
});

function expectLevelsToAddUp(bench: CoreBench, instrument: number, side: number): void {
  const sums = new Map<number, [qty: number, orders: number]>();
  for (const { price, leaves } of bench.orders(side, instrument)) {
    const [qty, orders] = sums.get(price) ?? [0, 0];
    sums.set(price, [qty + leaves, orders + 1]);
  }
  const levels = bench.levels(side, instrument);
  expect(levels).toEqual([...sums].map(([price, sum]) => [price, ...sum]));
  const prices = levels.map(([price]) => price);
  const sorted = prices.toSorted((a, b) => (side === codes.SIDE_BUY ? b - a : a - b));
  expect(prices).toEqual(sorted);
}

/** Of the books before the command, which are worked off as its events tell. */
function expectFirstInLine(sides: ReturnType<typeof books>, event: CoreEvent): void {
  if (event.evt === codes.EVENT_TRADE) {
    const line = sides[(event.instrument - 1) * SIDES.length + event.restingSide]!;
    expect(event.resting.orderId).toBe(line[0]!.orderId);
    expect(event.price).toBe(line[0]!.price);
    if (event.resting.leaves === 0) line.shift();
  } else if (event.evt === codes.EVENT_CANCELED) {
    for (const line of sides) {
      const index = line.findIndex((order) => order.orderId === event.order.orderId);
      if (index >= 0) line.splice(index, 1);
    }
  }
}

/** A command that is refused, of the account of another and with an id that no one else uses. */
function spoilt(index: number, other: Command): Command {
  const account = 'account' in other ? other.account : 1;
  if (!('clOrdId' in other)) return { cmd: codes.COMMAND_CANCEL, account, clOrdId: 1 };
  const id = other.clOrdId - 1;
  const order = {
    cmd: codes.COMMAND_NEW,
    instrument: 1,
    account,
    clOrdId: id,
    side: index & 1,
    type: codes.TYPE_LIMIT,
    tif: codes.TIF_GTC,
    postOnly: false,
    stp: codes.STP_NONE,
    qty: 5,
    price: 100,
  } as const;
  const clOrdId = other.cmd === codes.COMMAND_CANCEL ? id : id + 2;
  const choices: readonly Command[] = [
    { ...order, instrument: 7, clOrdId },
    { ...order, qty: 0, clOrdId },
    { ...order, tif: codes.TIF_DAY, clOrdId },
    { cmd: codes.COMMAND_CANCEL, account, clOrdId: 1 },
    { cmd: codes.COMMAND_REPLACE, account, origClOrdId: id - 1, clOrdId, qty: 0 },
    { cmd: codes.COMMAND_MASS_CANCEL, account, instrument: 7 },
    order,
  ];
  return choices[index % choices.length]!;
}
