// The invariants of R8 by themselves, without an oracle: the naive engine and the core keep them,
// and engines that are wrong in a way that an invariant forbids are told at once.

import { describe, expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import type { Limits } from '../src/core/limits.ts';
import { Ledger } from '../src/sim/oracle/ledger.ts';
import { NaiveEngine } from '../src/sim/oracle/naive-book.ts';
import { leavesOf, type NaiveBook, type NaiveOrder } from '../src/sim/oracle/naive-state.ts';
import { coreSubject, type Subject } from '../src/sim/oracle/subject.ts';
import { RandomCommands } from '../src/sim/random-commands.ts';
import { PROFILES } from '../src/sim/random-profiles.ts';
import { NaiveSubject } from './naive-subject.ts';

/** The first invariant that does not hold in the random commands of a seed. */
function firstBroken(seed: number, subject: Subject, commands: number): string | undefined {
  const stream = new RandomCommands(seed);
  const ledger = new Ledger();
  for (let i = 0; i < commands; i++) {
    const command = stream.next();
    const events = subject.apply(command);
    for (const event of events) stream.observe(event);
    const what = ledger.take(command, events, subject);
    if (what !== undefined) return what;
  }
  expect(ledger.checks).toBeGreaterThan(commands);
  return undefined;
}

const seeds = PROFILES.map(({ name }, seed) => [name, seed] as const);

test.each(seeds)('R8 the invariants should hold in the naive engine (%s)', (_, seed) => {
  const { limits } = PROFILES[seed]!;
  const subject = new NaiveSubject(() => new NaiveEngine(limits));
  expect(firstBroken(seed, subject, 300)).toBe(undefined);
});

test.each(seeds)('R8 the invariants should hold in the core (%s)', (_, seed) => {
  expect(firstBroken(seed, coreSubject(PROFILES[seed]!.limits, 0), 300)).toBe(undefined);
});

class LastInFirstOut extends NaiveEngine {
  protected override rest(order: NaiveOrder): void {
    super.rest(order);
    const queue = this.opposite(order.instrument, 1 - order.side) as NaiveOrder[];
    const level = queue.findIndex((other) => other.price === order.price);
    queue.splice(queue.indexOf(order), 1);
    queue.splice(level, 0, order);
  }
}

class TradesWithoutEnd extends NaiveEngine {
  protected override traded(book: NaiveBook, price: number): void {
    for (const order of [...book.buys, ...book.sells]) order.filled = 0;
    super.traded(book, price);
  }
}

class LosesALot extends NaiveEngine {
  protected override traded(book: NaiveBook, price: number): void {
    const order = book.sells[0];
    if (order !== undefined && leavesOf(order) > 1) order.canceled++;
    super.traded(book, price);
  }
}

class NeverRefreshes extends NaiveEngine {
  protected override showNextTranche(order: NaiveOrder): void {
    this.takeOut(order);
    this.rest(order);
  }
}

class MayCross extends NaiveEngine {
  protected override preventSelfTrade(order: NaiveOrder): boolean {
    this.rest(order);
    return false;
  }
}

class SkipsTradeIds extends NaiveEngine {
  protected override traded(book: NaiveBook, price: number): void {
    if (price % 7 === 0) book.trades++;
    super.traded(book, price);
  }
}

class TradesInAuctions extends NaiveEngine {
  protected override changePhase(book: NaiveBook, phase: number): void {
    super.changePhase(book, phase);
    if (phase === codes.PHASE_AUCTION) this.uncross(book);
  }
}

class UncrossesBackwards extends NaiveEngine {
  protected override uncross(book: NaiveBook): void {
    book.buys.reverse();
    super.uncross(book);
    book.buys.reverse();
  }
}

class RejectsTakeOrdersOut extends NaiveEngine {
  protected override reject(reason: number, account = 0, clOrdId = 0): void {
    super.reject(reason, account, clOrdId);
    const order = this.ordersOf(account)[0];
    if (reason === codes.REJECT_INVALID_QTY && order?.at === 'side') this.forget(order);
  }
}

describe('R8 the ledger should find an engine that', () => {
  const wrong: Readonly<
    Record<string, readonly [new (limits: Limits) => NaiveEngine, string, RegExp]>
  > = {
    'serves the last order of a level first': [LastInFirstOut, 'crowd', /head|too late/],
    'fills more than an order has': [TradesWithoutEnd, 'crowd', /^order \d+: |has \d+|trade of/],
    'loses a lot': [LosesALot, 'crowd', /^order \d+: |has \d+|shows/],
    'tells nothing of a new tranche': [NeverRefreshes, 'icebergs', /none follows|a trade of/],
    'rests what would cross': [MayCross, 'crowd', /crossed|has no price/],
    'leaves out a tradeId': [SkipsTradeIds, 'crowd', /^tradeId \d+, not \d+$/],
    'trades in an auction phase': [TradesInAuctions, 'auctions', /^an auction trade in phase 2$/],
    'uncrosses from the wrong end': [UncrossesBackwards, 'auctions', /not the head/],
    'takes orders out when it rejects': [RejectsTakeOrdersOut, 'crowd', /orders, not \d+$/],
  };

  test.each(Object.keys(wrong))('%s', (name) => {
    const [Engine, profile, expected] = wrong[name]!;
    const seed = PROFILES.findIndex((one) => one.name === profile);
    const subject = new NaiveSubject(() => new Engine(PROFILES[seed]!.limits));
    expect(firstBroken(seed, subject, 3_000)).toMatch(expected);
  });
});
