// The core against its oracle on random commands, and the comparison itself against engines that
// are wrong on purpose.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import type { Command } from '../src/core/plain.ts';
import type { CoreEvent, OrderOfEvent } from '../src/core/plain-events.ts';
import { tapeOf } from '../src/sim/command-tape.ts';
import { compareCommands, compareSeed } from '../src/sim/differential.ts';
import { NaiveEngine } from '../src/sim/naive-book.ts';
import { RandomCommands } from '../src/sim/random-commands.ts';
import { PROFILES, profileOf } from '../src/sim/random-profiles.ts';
import { shrink } from '../src/sim/shrink.ts';
import { BUGS } from './oracle-bugs.ts';
import { runTape } from './tape.ts';

const run = promisify(execFile);

describe('the long run', () => {
  let directory: string;
  let program: string;

  // Bundled as it ships, because the test runner's own way of loading modules is much slower.
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ringside-oracle-'));
    program = join(directory, 'oracle.mjs');
    await build({
      absWorkingDir: join(import.meta.dirname, '..'),
      entryPoints: ['bench/oracle.ts'],
      outfile: program,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      minifySyntax: true,
    });
  });

  afterAll(() => rm(directory, { recursive: true }));

  test('should find no difference in a million random commands', async () => {
    const options = ['--commands', '1000000', '--seed', '0', '--seeds', '60'];
    const { stdout } = await run(process.execPath, [program, ...options]).catch((e) => e);
    expect(stdout).toBe('commands 1000000, seeds 60, differences 0\n');
  }, 120_000);

  test.each([[['--commands', 'many']], [['--commands', '5', '--seeds', '0']], [['--wrong']]])(
    'should refuse %j with exit status 2',
    async (options) => {
      const failed = await run(process.execPath, [program, ...options]).catch((e) => e);
      expect(failed.code).toBe(2);
      expect(failed.stderr).toMatch(/^oracle: .*\n$/);
    },
  );
});

describe('the comparison', () => {
  // Enough seeds that every profile is met.
  test.each(Object.keys(BUGS))(
    'should find a subject that %s',
    (name) => {
      const make = BUGS[name]!;
      let difference: ReturnType<typeof compareSeed>['difference'];
      let seed = 0;
      while (difference === undefined && seed < PROFILES.length) {
        difference = compareSeed(seed++, 3_000, make).difference;
      }
      expect(difference, `${name} was not found`).toBeDefined();
      const { commands, report, what } = difference!;
      const { limits } = profileOf(difference!.seed);
      expect(commands.length).toBeLessThanOrEqual(15);
      expect(firstLine(compareCommands(commands, limits, make))).toBe(firstLine(what));
      expect(compareCommands(commands, limits)).toBeUndefined();
      expect(report).toContain(`seed ${difference!.seed} `);
      expect(report.endsWith(tapeOf(commands, limits))).toBe(true);
      expect(() => runTape(report, limits)).not.toThrow();
    },
    60_000,
  );

  test('should show the first event that differs, and none before it', () => {
    const { difference } = compareSeed(
      1,
      3_000,
      BUGS['cancels the aggressor before the resting order'],
    );
    const [, expected, found] = difference!.what.split('\n');
    expect(expected).toMatch(/^ {2}oracle 1: \{.*"evt":5/);
    expect(found).toMatch(/^ {2}found 1: \{.*"evt":5/);
  });

  test('should be quiet about an engine that is right, and give a seed the same stream', () => {
    const first = compareSeed(7, 2_000);
    expect(first).toMatchObject({ commands: 2_000, difference: undefined });
    expect(compareSeed(7, 2_000).events).toBe(first.events);
  });
});

function firstLine(text: string | undefined): string | undefined {
  return text?.split('\n')[0];
}

describe('shrink', () => {
  test('should leave only the items that are needed', () => {
    const list = Array.from({ length: 1_000 }, (_, i) => i);
    const needed = [3, 500, 501, 999];
    const fails = (shorter: readonly number[]) => needed.every((item) => shorter.includes(item));
    expect(shrink(list, fails, 10_000)).toEqual(needed);
  });

  test('should stop when its time is up', () => {
    const list = [1, 2, 3, 4];
    expect(shrink(list, () => true, -1)).toEqual(list);
  });
});

describe('the random commands', () => {
  const reached = new Set<string>();

  test.each(PROFILES.map(({ name }, seed) => [name, seed] as const))(
    'should mostly be accepted, with orders alive (%s)',
    (_, seed) => {
      const stream = new RandomCommands(seed);
      const engine = new NaiveEngine(stream.profile.limits);
      let refused = 0;
      let open = 0;
      for (let i = 0; i < 5_000; i++) {
        for (const event of engine.apply(stream.next())) {
          stream.observe(event);
          for (const kind of kindsOf(event)) reached.add(kind);
          if (event.evt === codes.EVENT_REJECTED) refused++;
        }
        open += stream.open.length;
      }
      const { limits, openTarget } = stream.profile;
      expect(open / 5_000).toBeGreaterThan(Math.min(openTarget, limits.orders) / 4);
      expect(refused).toBeLessThan(limits.orders < 10 ? 3_000 : 2_500);
    },
  );

  test('should together reach every event and every reason that the core has', () => {
    const later = [codes.REJECT_NOT_AUTHORIZED, codes.REJECT_BUSY, codes.REJECT_PHASE];
    const rejects = Object.keys(codes.REJECT_NAMES).filter((code) => !later.includes(Number(code)));
    const kinds = [
      ...Object.keys(codes.EVENT_NAMES).map((code) => `event ${code}`),
      ...rejects.map((code) => `reject ${code}`),
      ...Object.keys(codes.CANCEL_NAMES).map((code) => `cancel ${code}`),
    ];
    expect([...reached].sort()).toEqual(expect.arrayContaining(kinds));
  });
});

/** The event's code, and that of its reason if it has one. */
function kindsOf(event: CoreEvent): string[] {
  const kinds = [`event ${event.evt}`];
  if (event.evt === codes.EVENT_REJECTED) kinds.push(`reject ${event.reason}`);
  if (event.evt === codes.EVENT_CANCELED) kinds.push(`cancel ${event.reason}`);
  return kinds;
}

describe('the tape of random commands', () => {
  // Where accounts are refused for want of room, a tape's texts and the core's numbers part ways.
  const roomy = PROFILES.flatMap(({ name, accounts, limits }, seed) =>
    new Set(accounts).size <= limits.accounts ? [[name, seed] as const] : [],
  );

  test.each(roomy)('should print what the oracle says (%s)', (_, seed) => {
    const stream = new RandomCommands(seed);
    const { limits } = stream.profile;
    const engine = new NaiveEngine(limits);
    const commands: Command[] = [];
    const events: CoreEvent[][] = [];
    for (let i = 0; i < 2_000; i++) {
      const command = stream.next();
      if ('ownSessionOnly' in command || 'onDisconnect' in command) continue;
      commands.push(command);
      events.push(engine.apply(command));
      for (const event of events.at(-1)!) stream.observe(event);
    }
    const tape = tapeOf(commands, limits);
    const lines = tape.split('\n');
    const expected = events.flatMap((all, i) => (lines[i]!.startsWith('#') ? [] : all.map(said)));
    const printed = runTape(tape, limits).map(withoutIdOfRejected);
    expect(printed).toEqual(expected.filter((line) => line !== undefined));
  });
});

/** The event as the tape prints it; a refused id may have another text there and is left out. */
function said(event: CoreEvent): string | undefined {
  switch (event.evt) {
    case codes.EVENT_DONE:
    case codes.EVENT_OPEN_ORDER:
      return undefined;
    case codes.EVENT_REJECTED: {
      const cmd = codes.COMMAND_NAMES[event.cmd];
      const reason = codes.REJECT_NAMES[event.reason];
      return JSON.stringify({ evt: 'rejected', account: `A${event.account}`, cmd, reason });
    }
    case codes.EVENT_NEW: {
      const { orderId, leaves } = event.order;
      return JSON.stringify({ evt: 'new', ...owned(event.order), orderId, leaves });
    }
    case codes.EVENT_TRADE:
      return saidTrade(event);
    case codes.EVENT_CANCELED: {
      const reason = codes.CANCEL_NAMES[event.reason];
      const qty = event.order.leaves;
      return JSON.stringify({ evt: 'canceled', ...owned(event.order), qty, reason });
    }
    case codes.EVENT_REPLACED: {
      const { account, clOrdId } = owned(event.order);
      const ids = { account, origClOrdId: `c${event.origClOrdId}`, clOrdId };
      return JSON.stringify({ evt: 'replaced', ...ids, leaves: event.order.leaves });
    }
    case codes.EVENT_RESTATED: {
      const { leaves } = event.order;
      return JSON.stringify({ evt: 'restated', ...owned(event.order), leaves });
    }
  }
}

function saidTrade(event: Extract<CoreEvent, { evt: typeof codes.EVENT_TRADE }>): string {
  const { instrument, tradeId, price, qty, resting, aggressor } = event;
  const restingSells = event.restingSide === codes.SIDE_SELL;
  const [buy, sell] = restingSells ? [aggressor, resting] : [resting, aggressor];
  return JSON.stringify({
    evt: 'trade',
    ...{ symbol: `I${instrument}`, tradeId, price, qty },
    buy: `A${buy.account}:c${buy.clOrdId}`,
    sell: `A${sell.account}:c${sell.clOrdId}`,
    aggressor: restingSells ? 'buy' : 'sell',
    ...{ buyLeaves: buy.leaves, sellLeaves: sell.leaves },
  });
}

function owned({ account, clOrdId }: OrderOfEvent): { account: string; clOrdId: string } {
  return { account: `A${account}`, clOrdId: `c${clOrdId}` };
}

function withoutIdOfRejected(line: string): string {
  const event = JSON.parse(line);
  if (event.evt !== 'rejected') return line;
  const { evt, account, cmd, reason } = event;
  return JSON.stringify({ evt, account, cmd, reason });
}
