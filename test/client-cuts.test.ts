// Two clients trade and their lines are cut: at every place of a dialogue, and anyhow. Each ends
// with the reports and the results that it has when nothing is cut: none lost, none twice.

import { describe, expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import { OrderEntry } from '../src/client/index.ts';
import { type Breakage, Network } from './client-network.ts';

const CLIENTS = { a: 'alpha', b: 'beta' } as const;
type Name = keyof typeof CLIENTS;
const NAMES = ['a', 'b'] as const;

/** What one client is to do in one turn of the event loop. */
interface Step {
  name: Name;
  act(entry: OrderEntry): Promise<unknown>[];
}

/** What a run ended with. Command numbers and times differ when there were questions. */
interface Outcome {
  reports: Record<Name, string[]>;
  results: string[];
  places: number;
  cuts: number;
}

function tell(thing: unknown): string {
  return JSON.stringify(thing, (key, value: unknown) => {
    if (key === 'commandSequence' || key === 'time') return undefined;
    return typeof value === 'bigint' ? `${value}` : value;
  });
}

/** Plays the steps; each begins when the one before is answered, or, `isHasty`, at once. */
async function play(
  steps: readonly Step[],
  prepare: (network: Network) => void,
  isHasty = false,
): Promise<Outcome> {
  const network = new Network();
  const reports: Outcome['reports'] = { a: [], b: [] };
  const entries = {} as Record<Name, OrderEntry>;
  for (const name of NAMES) {
    const connecting = OrderEntry.connect({
      url: 'ws://venue',
      token: CLIENTS[name],
      WebSocket: network.socketOf(name),
      timers: network.timers,
      random: () => 0.5,
      onReport: (report) => reports[name].push(tell(report)),
    });
    await network.quiet(() => false);
    entries[name] = await connecting;
  }
  network.places = 0;
  prepare(network);
  const results: unknown[] = [];
  const unanswered = new Set<Promise<void>>();
  const isWaiting = () =>
    unanswered.size > 0 || NAMES.some((name) => entries[name].state !== 'ready');
  for (const { name, act } of steps) {
    for (const promise of act(entries[name])) {
      const place = results.push(null) - 1;
      const answered: Promise<void> = promise.then((result) => {
        results[place] = result;
        unanswered.delete(answered);
      });
      unanswered.add(answered);
    }
    await network.quiet(isHasty ? () => false : isWaiting);
  }
  await network.quiet(isWaiting);
  const { places, cuts } = network;
  for (const name of NAMES) void entries[name].close();
  await network.quiet(() => false);
  return { reports, results: results.map(tell), places, cuts };
}

const A1 = { symbol: 'TEST', account: 11 } as const;
const A2 = { symbol: 'TEST', account: 12 } as const;
const B = { symbol: 'TEST' } as const;

/** Orders that rest, trade, cross their own; replaces, cancels, rejects; questions. */
const DIALOGUE: readonly Step[] = [
  {
    name: 'a',
    act: (a) => [
      a.newOrder({ ...A1, side: 'sell', qty: 10, price: 101 }),
      a.newOrder({ ...A1, side: 'sell', qty: 10, price: 102 }),
      a.newOrder({ ...A2, side: 'buy', qty: 7, price: 99 }),
      a.newOrder({ ...A2, side: 'buy', qty: 0, price: 99 }),
    ],
  },
  { name: 'b', act: (b) => [b.newOrder({ ...B, side: 'buy', qty: 13, price: 102 })] },
  {
    name: 'a',
    act: (a) => [
      a.replace({ account: 11, origClOrdId: 2, qty: 20, price: 103 }),
      a.cancel({ account: 11, clOrdId: 2 }),
      a.newOrder({ ...A1, side: 'buy', qty: 4, price: 103 }),
      a.openOrders(),
    ],
  },
  {
    name: 'b',
    act: (b) => [
      b.newOrder({ ...B, side: 'sell', qty: 9, price: 99, tif: 'ioc' }),
      b.newOrder({ ...B, side: 'sell', qty: 3, price: 105 }),
      b.massCancel({ side: 'buy' }),
    ],
  },
  { name: 'a', act: (a) => [a.cancel({ account: 11, clOrdId: 3 }), a.massCancel({ account: 12 })] },
  { name: 'b', act: (b) => [b.massCancel(), b.openOrders(), b.cancel({ clOrdId: 2 })] },
];

describe('a line that is cut once', () => {
  test.each<Breakage>(['at once', 'nothing', 'late'])(
    'should cost nothing, at any place, when the server notices: %s',
    async (breakage) => {
      const whole = await play(DIALOGUE, () => {});
      expect(whole.cuts).toBe(0);
      expect(whole.places).toBeGreaterThan(15);
      expect(whole.reports.a.length).toBeGreaterThan(10);
      expect(whole.results).not.toContain('null');
      for (let place = 1; place <= whole.places; place++) {
        for (const side of ['before', 'after'] as const) {
          const cut = await play(DIALOGUE, (network) => {
            network.breakage = breakage;
            network.plan = (now) => (now === place ? side : null);
          });
          const note = `cut ${side} frame ${place}`;
          expect(cut.cuts, note).toBe(1);
          expect(cut.reports, note).toEqual(whole.reports);
          expect(cut.results, note).toEqual(whole.results);
        }
      }
    },
  );
});

/** One command that may be anything; ids are near those that exist. */
function anyCommand(prng: Prng, name: Name): (entry: OrderEntry) => Promise<unknown> {
  const account = name === 'a' ? prng.pick([11, 12]) : 21;
  const order = { symbol: 'TEST', account, qty: prng.between(0, 9), price: prng.between(98, 102) };
  const side = prng.pick(['buy', 'sell'] as const);
  const tif = prng.pick(['gtc', 'gtc', 'ioc'] as const);
  const stp = prng.pick(['none', 'decrement', 'cancel_resting'] as const);
  const origClOrdId = prng.between(1, 30);
  switch (prng.below(8)) {
    case 0:
      return (entry) => entry.massCancel({ account, side });
    case 1:
      return (entry) => entry.cancel({ account, clOrdId: origClOrdId });
    case 2:
      return (entry) => entry.replace({ account, origClOrdId, qty: order.qty, price: order.price });
    default:
      return (entry) => entry.newOrder({ ...order, side, tif, stp });
  }
}

function anySteps(prng: Prng, length: number): Step[] {
  return Array.from({ length }, () => {
    const name = prng.pick(NAMES);
    const count = prng.between(1, 5);
    const commands = Array.from({ length: count }, () => anyCommand(prng, name));
    return { name, act: (entry) => commands.map((command) => command(entry)) };
  });
}

describe('lines that are cut anyhow', () => {
  test('should cost nothing', async () => {
    let cuts = 0;
    for (let seed = 1; seed <= 30; seed++) {
      const steps = anySteps(new Prng(seed), 12);
      const whole = await play(steps, () => {});
      const prng = new Prng(seed + 1_000);
      const cut = await play(steps, (network) => {
        network.plan = () => {
          network.breakage = prng.pick(['at once', 'nothing', 'late']);
          return prng.chance(20) ? prng.pick(['before', 'after']) : null;
        };
      });
      expect(cut.reports, `seed ${seed}`).toEqual(whole.reports);
      expect(cut.results, `seed ${seed}`).toEqual(whole.results);
      cuts += cut.cuts;
    }
    expect(cuts).toBeGreaterThan(250);
  });

  test('should leave every report in order and every command answered, also in haste', async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const prng = new Prng(seed);
      const steps = anySteps(prng, 20);
      const cut = await play(
        steps,
        (network) => {
          network.plan = () => {
            network.breakage = prng.pick(['at once', 'nothing', 'late']);
            return prng.chance(20) ? prng.pick(['before', 'after']) : null;
          };
        },
        true,
      );
      expect(cut.results, `seed ${seed}`).not.toContain('null');
      for (const name of NAMES) {
        const numbers = cut.reports[name].map((report) => JSON.parse(report).sequence as number);
        expect(numbers, `seed ${seed}`).toEqual(numbers.map((_, i) => i + 1));
      }
    }
  });
});
