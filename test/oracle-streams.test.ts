// The random commands that the core is compared on: that they are a market, that they make each
// thing of the rulebook happen, and that a tape can say them.

import { beforeAll, describe, expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import type { Command } from '../src/core/plain.ts';
import type { CoreEvent, OrderOfEvent } from '../src/core/plain-events.ts';
import { takeCensus } from '../src/sim/oracle/census.ts';
import { TapeWriter, tapeForm, tapeOf } from '../src/sim/oracle/command-tape.ts';
import { NaiveEngine } from '../src/sim/oracle/naive-book.ts';
import { RandomCommands } from '../src/sim/random-commands.ts';
import { PROFILES } from '../src/sim/random-profiles.ts';
import { runTape } from './tape.ts';

test.each(PROFILES.map(({ name }, seed) => [name, seed] as const))(
  'random commands should mostly be accepted, with orders alive (%s)',
  (_, seed) => {
    const stream = new RandomCommands(seed);
    const engine = new NaiveEngine(stream.profile.limits);
    let refused = 0;
    let open = 0;
    for (let i = 0; i < 2_000; i++) {
      for (const event of engine.apply(stream.next())) {
        stream.observe(event);
        if (event.evt === codes.EVENT_REJECTED) refused++;
      }
      open += stream.open.length;
    }
    const { limits, openTarget } = stream.profile;
    expect(open / 2_000).toBeGreaterThan(Math.min(openTarget, limits.orders) / 5);
    expect(refused).toBeLessThan(limits.orders < 100 ? 1_300 : 1_100);
  },
);

describe('random commands should together make happen', () => {
  const counts = new Map<string, number>();

  beforeAll(() => {
    for (let seed = 0; seed < PROFILES.length; seed++) {
      for (const [what, count] of takeCensus(seed, 3_000)) {
        counts.set(what, (counts.get(what) ?? 0) + count);
      }
    }
  });

  /** Commands that can be rejected, and what for. */
  const REJECTS: Readonly<Record<string, string>> = {
    new: 'unknown_symbol duplicate_clordid capacity phase post_only_would_cross risk_killed',
    replace: 'unknown_order duplicate_clordid capacity phase post_only_would_cross risk_killed',
    cancel: 'unknown_order',
    massCancel: 'unknown_symbol',
    phase: 'unknown_symbol',
    instrument: 'already_defined capacity',
    symbol: 'already_defined capacity',
  };
  const TERMS =
    'invalid_qty invalid_price invalid_stop_price invalid_display_qty notional_too_large ' +
    'unsupported_combination';
  const rejects = Object.entries(REJECTS).flatMap(([cmd, reasons]) => {
    const all = cmd === 'new' || cmd === 'replace' ? `${reasons} ${TERMS}` : reasons;
    return all.split(' ').map((reason) => `${cmd} rejected ${reason}`);
  });

  const ENDS = 'user mass_cancel disconnect day_end kill_switch';
  const cancels = ['limit', 'iceberg', 'waiting stop'].flatMap((kind) =>
    ENDS.split(' ').map((reason) => `${kind} canceled ${reason}`),
  );

  const phases = codes.PHASE_NAMES.slice(1);
  const changes = phases.flatMap((from) =>
    phases.filter((to) => to !== from).map((to) => `${from} to ${to} by operator`),
  );

  const PLACES = ['limit', 'iceberg', 'waiting stop', 'queued stop', 'triggered stop_limit'];
  const replaces = PLACES.flatMap((kind) =>
    ['kept', 'lost'].map((place) => `${kind} replaced, place ${place}`),
  );

  const TIFS = ['gtc', 'day', 'ioc', 'fok'];
  const triggers = TIFS.flatMap((tif) => [`triggered stop ${tif}`, `triggered stop_limit ${tif}`]);

  test.each([
    ...Object.values(codes.EVENT_NAMES).map((name) => `event ${name}`),
    ...rejects,
    ...cancels,
    ...changes.filter((change) => !/^(auction to closed|pre_open to halted)/.test(change)),
    ...replaces,
    ...triggers,
    ...['limit canceled ioc', 'market canceled no_liquidity', 'limit canceled fok'],
    ...['market canceled fok', 'market canceled price_band', 'iceberg canceled price_band'],
    ...['resting canceled stp', 'aggressor canceled stp', 'triggered stop canceled price_band'],
    ...['queued stop canceled user', 'queued stop canceled day_end'],
    ...['queued stop canceled mass_cancel', 'triggered stop_limit canceled stp'],
    ...['trade of iceberg with iceberg', 'trade of limit with market', 'trade with oneself'],
    'trade of triggered stop_limit iceberg with limit',
    'trade of limit with triggered stop_limit iceberg',
    ...['next tranche after trade', 'next tranche after decrement', 'next tranche after auction'],
    ...['triggered iceberg stop_limit gtc', 'triggered iceberg stop_limit day'],
    ...['new fok: nothing', 'new fok: liquidity', 'new fok: band', 'triggered fok: band'],
    'new fok: own order cancel_aggressor',
    ...['new fok: own order cancel_both', 'new fok: own order decrement'],
    'triggered fok: own order decrement',
    ...['band after trades', 'band before any trade', 'first trade of a day'],
    ...['continuous to halted by band', 'halted to auction by timetable'],
    ...['auction to continuous by timetable', 'two transitions at once'],
    'halt by a stop that a transition released',
    ...['queue kept into halted', 'queue kept into auction', 'queue kept into pre_open'],
    ...['queue kept into closed', 'queue meets uncross', 'uncross adds to a kept queue'],
    ...['cascade of five stops', 'cascade cut by a halt'],
    ...['stop satisfied on entry in continuous', 'stop satisfied on entry in auction'],
    ...['uncross trades', 'uncross of nothing', 'auction trade with oneself'],
    ...['auction trade of limit with iceberg', 'auction trade of iceberg with limit'],
    ...['auction price: the only one', 'auction price: buy surplus'],
    ...['auction price: sell surplus', 'auction price: reference above'],
    ...['auction price: reference below', 'auction price: reference inside'],
    ...['auction price: surplus of both signs', 'auction price: middle'],
    ...['indicative of something', 'indicative of nothing'],
  ])('%s', (what) => {
    expect(counts.get(what) ?? 0).toBeGreaterThan(0);
  });
});

describe('the tape of random commands', () => {
  // Where accounts are refused for want of room, a tape's texts and the core's numbers part ways.
  const roomy = PROFILES.flatMap(({ name, accounts, limits }, seed) =>
    new Set(accounts).size <= limits.accounts ? [[name, seed] as const] : [],
  );

  test.each(roomy)('should print what the oracle says (%s)', (_, seed) => {
    const stream = new RandomCommands(seed);
    const { limits } = stream.profile;
    const engine = new NaiveEngine(limits);
    const writer = new TapeWriter(limits);
    const commands: Command[] = [];
    const expected: string[] = [];
    for (let i = 0; i < 1_000; i++) {
      for (const command of writer.takeCommands(stream.next())) {
        commands.push(command);
        for (const event of engine.apply(command)) {
          stream.observe(event);
          const line = said(event);
          if (line !== undefined) expected.push(line);
        }
      }
    }
    const printed = runTape(tapeOf(commands, limits), limits).map(withoutIdOfRejected);
    expect(printed).toEqual(expected);
    expect(tapeForm(commands, limits)).toEqual(commands);
  });

  test('should make a comment of what it cannot say', () => {
    const limits = { orders: 10, accounts: 2, instruments: 2, pages: 10 };
    const cannot: Command[] = [
      { cmd: codes.COMMAND_KILL, account: 1 },
      { cmd: codes.COMMAND_OPEN_ORDERS, account: 1 },
      { cmd: codes.COMMAND_MASS_CANCEL, account: 1, onDisconnect: true, time: 2n ** 62n },
    ];
    expect(tapeOf(cannot, limits)).toBe(
      [
        '# {"cmd":9,"account":1}',
        '# {"cmd":7,"account":1}',
        '{"cmd":"time","ns":4611686018427387904}',
        '# {"cmd":4,"account":1,"onDisconnect":true,"time":"4611686018427387904"}\n',
      ].join('\n'),
    );
    expect(tapeForm(cannot, limits)).toEqual([{ cmd: codes.COMMAND_TIME, time: 2n ** 62n }]);
  });
});

/** The event as the tape prints it; a refused id may have another text there and is left out. */
function said(event: CoreEvent): string | undefined {
  switch (event.evt) {
    case codes.EVENT_DONE:
    case codes.EVENT_INSTRUMENT:
    case codes.EVENT_OPEN_ORDER:
    case codes.EVENT_REFRESHED:
      return undefined;
    case codes.EVENT_REJECTED: {
      const reason = codes.REJECT_NAMES[event.reason];
      const cmd = codes.COMMAND_NAMES[event.cmd];
      const account = event.account === 0 ? {} : { account: `A${event.account}` };
      return JSON.stringify({ evt: 'rejected', ...account, cmd, reason });
    }
    case codes.EVENT_PHASE: {
      const phase = codes.PHASE_NAMES[event.phase];
      return JSON.stringify({ evt: 'phase', symbol: `I${event.instrument}`, phase });
    }
    case codes.EVENT_INDICATIVE: {
      const { instrument, price, qty, imbalance } = event;
      const found = price === 0 ? { qty, imbalance } : { price, qty, imbalance };
      return JSON.stringify({ evt: 'indicative', symbol: `I${instrument}`, ...found });
    }
    case codes.EVENT_TRADE:
      return saidTrade(event);
    default:
      return saidOrder(event);
  }
}

function saidOrder(event: Extract<CoreEvent, { order: OrderOfEvent }>): string {
  const { account, clOrdId, orderId, leaves } = event.order;
  const id = { account: `A${account}`, clOrdId: `c${clOrdId}` };
  const evt = codes.EVENT_NAMES[event.evt];
  switch (event.evt) {
    case codes.EVENT_NEW:
      return JSON.stringify({ evt, ...id, orderId, leaves });
    case codes.EVENT_CANCELED:
      return JSON.stringify({ evt, ...id, qty: leaves, reason: codes.CANCEL_NAMES[event.reason] });
    case codes.EVENT_REPLACED: {
      const ids = { account: id.account, origClOrdId: `c${event.origClOrdId}` };
      return JSON.stringify({ evt, ...ids, clOrdId: id.clOrdId, leaves });
    }
    case codes.EVENT_TRIGGERED:
      return JSON.stringify({ evt, ...id });
    default:
      return JSON.stringify({ evt, ...id, leaves });
  }
}

function saidTrade(event: Extract<CoreEvent, { evt: typeof codes.EVENT_TRADE }>): string {
  const { instrument, tradeId, price, qty, resting, aggressor, isAuction } = event;
  const restingSells = event.restingSide === codes.SIDE_SELL;
  const [buy, sell] = restingSells ? [aggressor, resting] : [resting, aggressor];
  return JSON.stringify({
    evt: 'trade',
    ...{ symbol: `I${instrument}`, tradeId, price, qty },
    buy: `A${buy.account}:c${buy.clOrdId}`,
    sell: `A${sell.account}:c${sell.clOrdId}`,
    aggressor: isAuction ? 'none' : restingSells ? 'buy' : 'sell',
    ...{ buyLeaves: buy.leaves, sellLeaves: sell.leaves },
  });
}

function withoutIdOfRejected(line: string): string {
  const { clOrdId, ...event } = JSON.parse(line);
  return event.evt === 'rejected' ? JSON.stringify(event) : line;
}
