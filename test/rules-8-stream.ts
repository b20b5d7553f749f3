// Random commands for the invariants of R8, and a ledger that adds their events up.

import { expect } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import * as codes from '../src/core/codes.ts';
import type { Command, Replace } from '../src/core/plain.ts';
import type { CoreEvent, OrderOfEvent } from '../src/core/plain-events.ts';
import type { RestingOrder } from '../src/core/views.ts';
import { CoreBench } from './core-bench.ts';

export const SIDES = [codes.SIDE_BUY, codes.SIDE_SELL] as const;
export const INSTRUMENTS = [1, 2] as const;

/** A bench with the instruments of the stream. */
export function streamBench(): CoreBench {
  return new CoreBench({}, INSTRUMENTS);
}

/** Commands of which most meet other orders. Ids are even: odd ones are free for more commands. */
export function stream(seed: number, commands: number): Command[] {
  const prng = new Prng(seed);
  const lastIds = [0, 0, 0, 0];
  const recentId = (account: number): number => Math.max(2, lastIds[account]! - 2 * prng.below(20));
  const nextId = (account: number): number => {
    lastIds[account]! += 2;
    return lastIds[account]!;
  };
  return Array.from({ length: commands }, (_, index) => {
    const account = prng.between(1, 3);
    const base = { account, time: BigInt(index * 1000) };
    const kind = prng.below(100);
    if (kind < 15) return { cmd: codes.COMMAND_CANCEL, ...base, clOrdId: recentId(account) };
    if (kind < 35) return someReplace(prng, base, recentId(account), nextId(account));
    if (kind < 36) return { cmd: codes.COMMAND_MASS_CANCEL, ...base, side: prng.pick(SIDES) };
    if (kind < 37) return { cmd: codes.COMMAND_OPEN_ORDERS, ...base };
    return someNew(prng, base, nextId(account));
  });
}

interface Base {
  account: number;
  time: bigint;
}

function someReplace(prng: Prng, base: Base, origClOrdId: number, clOrdId: number): Command {
  const price = prng.chance(70) ? { price: prng.between(95, 105) } : {};
  const qty = prng.chance(70) ? { qty: prng.between(1, 20) } : {};
  return { cmd: codes.COMMAND_REPLACE, ...base, origClOrdId, clOrdId, ...price, ...qty };
}

function someNew(prng: Prng, base: Base, clOrdId: number): Command {
  const isLimit = prng.chance(90);
  return {
    cmd: codes.COMMAND_NEW,
    ...base,
    instrument: prng.pick(INSTRUMENTS),
    clOrdId,
    side: prng.pick(SIDES),
    type: isLimit ? codes.TYPE_LIMIT : codes.TYPE_MARKET,
    tif: prng.chance(70) ? codes.TIF_GTC : prng.pick([codes.TIF_IOC, codes.TIF_FOK]),
    postOnly: prng.chance(10),
    stp: prng.between(codes.STP_NONE, codes.STP_DECREMENT),
    qty: prng.between(1, 20),
    ...(isLimit ? { price: prng.between(95, 105) } : {}),
  };
}

interface Entry {
  total: number;
  filled: number;
  canceled: number;
  /** Counts up whenever an order goes to the back of a level. */
  place: number;
}

/** What became of every order, from the events alone. */
export class Ledger {
  readonly entries = new Map<number, Entry>();
  private places = 0;

  /** Takes an event in; the leaves that it tells must be total - filled - canceled. */
  follow(event: CoreEvent, command: Command): void {
    switch (event.evt) {
      case codes.EVENT_NEW: {
        const entry = { total: event.order.leaves, filled: 0, canceled: 0, place: this.places++ };
        this.entries.set(event.order.orderId, entry);
        break;
      }
      case codes.EVENT_REPLACED: {
        const entry = this.entry(event.order);
        entry.total = (command as Replace).qty ?? entry.total;
        if (!event.keptPlace) entry.place = this.places++;
        this.expectLeaves(event.order);
        break;
      }
      case codes.EVENT_TRADE:
        this.entry(event.resting).filled += event.qty;
        this.entry(event.aggressor).filled += event.qty;
        this.expectLeaves(event.resting);
        this.expectLeaves(event.aggressor);
        break;
      case codes.EVENT_RESTATED: {
        const entry = this.entry(event.order);
        entry.canceled = entry.total - entry.filled - event.order.leaves;
        break;
      }
      case codes.EVENT_CANCELED:
        this.expectLeaves(event.order);
        this.entry(event.order).canceled += event.order.leaves;
        break;
    }
  }

  leaves(orderId: number): number {
    const { total, filled, canceled } = this.entries.get(orderId)!;
    return total - filled - canceled;
  }

  private expectLeaves(order: OrderOfEvent): void {
    expect(order.leaves).toBe(this.leaves(order.orderId));
  }

  private entry(order: OrderOfEvent): Entry {
    const entry = this.entries.get(order.orderId);
    expect(entry, `order ${order.orderId} is known`).toBeDefined();
    return entry!;
  }
}

/** Every resting order of every side, in queue order. */
export function books(bench: CoreBench): RestingOrder[][] {
  return INSTRUMENTS.flatMap((instrument) => SIDES.map((side) => bench.orders(side, instrument)));
}

/** An event without the command sequence, which other commands in between move. */
export function withoutSequence(event: CoreEvent): object {
  return { ...event, sequence: 0 };
}
