// The invariants of R8 on random command streams. Whether each event is the right one is for the
// oracle to say; here events, levels and orders have to add up with one another. The ledger that
// adds them up (src/sim/oracle/ledger.ts) has tests of its own.

import { describe, expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import type { Command, NewOrder } from '../src/core/plain.ts';
import type { CoreEvent } from '../src/core/plain-events.ts';
import { phaseOf } from '../src/core/views.ts';
import { CoreBench } from './core-bench.ts';
import { SIDES, stream, streamBench } from './rules-8-stream.ts';

const COMMANDS = 600;
const STREAMS = ['crowd', 'icebergs', 'cascade', 'auctions', 'halts', 'days', 'operator'];

test('R8 streams should together meet every kind of event', () => {
  const met = new Set<number>();
  for (const profile of STREAMS) {
    const played = stream(profile, COMMANDS);
    const bench = streamBench(played);
    for (const command of played.commands) for (const { evt } of bench.apply(command)) met.add(evt);
  }
  const kinds = Object.keys(codes.EVENT_NAMES).map(Number);
  expect([...met].toSorted((a, b) => a - b)).toEqual(kinds);
});

describe.each(STREAMS)('R8, random market "%s":', (profile) => {
  const played = stream(profile, COMMANDS);
  const { commands, instruments } = played;

  test('should never be crossed or locked after a command while continuous', () => {
    const bench = streamBench(played);
    const crossed = commands.flatMap((command, index) => {
      bench.apply(command);
      return instruments.filter((instrument) => isCrossed(bench, instrument)).map(() => index);
    });
    expect(crossed).toEqual([]);
  });

  test('should show levels that are the sums of what their orders show, best first', () => {
    const bench = streamBench(played);
    for (const [index, command] of commands.entries()) {
      bench.apply(command);
      if (index % 3 !== 0) continue;
      for (const instrument of instruments) {
        for (const side of SIDES) expectLevelsToAddUp(bench, instrument, side);
      }
    }
  });

  test('should conserve the quantity of every order, through every kind of event', () => {
    const bench = streamBench(played);
    const ledger = new Map<number, { total: number; gone: number }>();
    const wrong = commands.flatMap((command) =>
      bench.apply(command).flatMap((event) => follow(ledger, event, command)),
    );
    expect(wrong).toEqual([]);
    for (const instrument of instruments) {
      for (const { orderId, leaves, displayed } of SIDES.flatMap((side) =>
        bench.orders(side, instrument),
      )) {
        const { total, gone } = ledger.get(orderId)!;
        expect(leaves).toBe(total - gone);
        expect(displayed).toBeLessThanOrEqual(leaves);
      }
    }
  });

  test('should queue the orders of a level in the order in which they came to it', () => {
    const bench = streamBench(played);
    const queues = new Map<string, number[]>();
    for (const command of commands) {
      const moved = new Set(bench.apply(command).flatMap(movedBy));
      for (const instrument of instruments) {
        for (const side of SIDES) {
          const now = bench.orders(side, instrument);
          const key = `${instrument} ${side}`;
          expectQueueToKeepItsOrder(queues.get(key) ?? [], now, moved);
          const ids = now.map(({ orderId }) => orderId);
          queues.set(key, ids);
        }
      }
    }
  });

  test('should number commands without a gap and mark the last event of each', () => {
    const bench = streamBench(played);
    commands.forEach((command, index) => {
      const events = bench.apply(command);
      expect(events.length).toBeGreaterThan(0);
      const wrong = events.filter(
        ({ sequence, end }, i) => sequence !== index + 1 || end !== (i === events.length - 1),
      );
      expect(wrong).toEqual([]);
    });
  });

  test('should replay the log to the same events and the same state hash', () => {
    const { limits } = played;
    const second = new CoreBench({ ...limits, orders: limits.orders + 9 }, [], -3);
    const first = streamBench(played);
    for (const command of commands) expect(second.apply(command)).toEqual(first.apply(command));
    expect(second.hash()).toBe(first.hash());
  });

  test('should not let a rejected command change what later ones do', () => {
    const [plain, disturbed] = [streamBench(played), streamBench(played)];
    commands.forEach((command, index) => {
      expect(disturbed.apply(command)).toEqual(plain.apply(command));
      const account = 'account' in command ? (command.account ?? 1) : 1;
      const events = disturbed.apply(refused(index, account));
      // Whatever else happens then was due, and happens with any command.
      const others = plain.apply({ cmd: codes.COMMAND_TIME });
      expect(events.map(({ evt }) => evt)).toContain(codes.EVENT_REJECTED);
      expect(events.filter(isAlone).map(withoutEnd)).toEqual(
        others.filter(isAlone).map(withoutEnd),
      );
    });
    expect(disturbed.hash()).toBe(plain.hash());
  });
});

function isCrossed(bench: CoreBench, instrument: number): boolean {
  const [bid, ask] = SIDES.map((side) => bench.levels(side, instrument)[0]);
  if (bid === undefined || ask === undefined) return false;
  return phaseOf(bench.core, instrument) === codes.PHASE_CONTINUOUS && bid[0] >= ask[0];
}

function expectLevelsToAddUp(bench: CoreBench, instrument: number, side: number): void {
  const sums = new Map<number, [qty: number, orders: number]>();
  for (const { price, displayed } of bench.orders(side, instrument)) {
    const [qty, orders] = sums.get(price) ?? [0, 0];
    sums.set(price, [qty + displayed, orders + 1]);
  }
  const prices = [...sums.keys()].toSorted((a, b) => (side === codes.SIDE_BUY ? b - a : a - b));
  const expected = prices.map((price) => [price, ...sums.get(price)!]);
  expect(bench.levels(side, instrument)).toEqual(expected);
}

/** Adds an event up; what is wrong with it. `gone`: filled or canceled. */
function follow(
  ledger: Map<number, { total: number; gone: number }>,
  event: CoreEvent,
  command: Command,
): string[] {
  if (event.evt === codes.EVENT_NEW) {
    ledger.set(event.order.orderId, { total: event.order.leaves, gone: 0 });
  }
  const told = event.evt === codes.EVENT_TRADE ? [event.resting, event.aggressor] : [];
  if ('order' in event) told.push(event.order);
  return told.flatMap(({ orderId, leaves }) => {
    const entry = ledger.get(orderId)!;
    const { total, gone } = entry;
    if (event.evt === codes.EVENT_TRADE) entry.gone += event.qty;
    if (event.evt === codes.EVENT_RESTATED) entry.gone = total - leaves;
    if (event.evt === codes.EVENT_REPLACED && 'qty' in command) entry.total = command.qty ?? total;
    const isRight = entry.total - entry.gone === leaves && entry.gone >= gone && leaves >= 0;
    if (event.evt === codes.EVENT_CANCELED) entry.gone = entry.total;
    return isRight ? [] : [`order ${orderId}: ${total} - ${gone}, then ${JSON.stringify(entry)}`];
  });
}

/** The orders that an event sends to the back of a level. */
function movedBy(event: CoreEvent): number[] {
  switch (event.evt) {
    case codes.EVENT_REPLACED:
      return event.keptPlace ? [] : [event.order.orderId];
    case codes.EVENT_NEW:
    case codes.EVENT_TRIGGERED:
    case codes.EVENT_REFRESHED:
      return [event.order.orderId];
    default:
      return [];
  }
}

/** At every price first those that were there before, as they were, then those that moved. */
function expectQueueToKeepItsOrder(
  before: readonly number[],
  now: readonly { orderId: number; price: number }[],
  moved: ReadonlySet<number>,
): void {
  const places = new Map(before.map((orderId, place) => [orderId, place]));
  const placeOf = (orderId: number): number =>
    moved.has(orderId) ? before.length : places.get(orderId)!;
  const wrong = now.filter(({ orderId, price }, index) => {
    const ahead = now[index - 1];
    return ahead?.price === price && placeOf(ahead.orderId) > placeOf(orderId);
  });
  expect(wrong).toEqual([]);
}

/** A command that is refused and uses no id up. */
function refused(index: number, account: number): Command {
  const order: NewOrder = {
    cmd: codes.COMMAND_NEW,
    instrument: 1,
    account,
    clOrdId: 0,
    side: codes.SIDE_BUY,
    type: codes.TYPE_LIMIT,
    tif: codes.TIF_GTC,
    postOnly: false,
    stp: codes.STP_NONE,
    qty: 5,
    price: 100,
  };
  const choices: readonly Command[] = [
    order,
    { ...order, instrument: 0 },
    { ...order, qty: 0, price: 0 },
    { cmd: codes.COMMAND_CANCEL, account, clOrdId: 2 ** 53 - 1 },
    { cmd: codes.COMMAND_REPLACE, account, origClOrdId: 1, clOrdId: 0, qty: 1 },
    { cmd: codes.COMMAND_MASS_CANCEL, account, instrument: 0 },
    { cmd: codes.COMMAND_PHASE, instrument: 0, phase: codes.PHASE_CLOSED },
    { cmd: codes.COMMAND_INSTRUMENT, instrument: 0, referencePrice: 5 },
    { cmd: codes.COMMAND_SYMBOL, instrument: 0, symbol: Uint8Array.of(65) },
  ];
  return choices[index % choices.length]!;
}

function isAlone({ evt }: CoreEvent): boolean {
  return evt !== codes.EVENT_REJECTED && evt !== codes.EVENT_DONE;
}

function withoutEnd(event: CoreEvent): object {
  return { ...event, end: false };
}
