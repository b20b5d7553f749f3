// npm run bench -- hard [--part N]
// The hard cases, each one command that the core does not split: its events are checked line by
// line, then it is timed with its events thrown away, several times, and has to lead to the same
// state. `--part` scales them (0 … 1, default 1). Exit status 1 when something is wrong.

import { OptionError, type Outcome, runBench } from './bench-run.ts';
import { type HardCase, hardCases } from './hard-cases.ts';
import { HardMarket } from './hard-market.ts';

const TIMED_PASSES = 3;

interface HardResult {
  readonly name: string;
  readonly what: string;
  readonly events: number;
  /** The longest of the timed passes: for so long the core does nothing else. */
  readonly pauseMs: number;
  /** Commands entered beforehand, and how many of them it did a second. */
  readonly prepared: number;
  readonly preparedPerSecond: number;
  /** Undefined: everything is as it must be. */
  readonly wrong: string | undefined;
}

function run(market: HardMarket, hard: HardCase): HardResult {
  const { name, what } = hard;
  let [events, pauseMs, prepared, prepareMs] = [0, 0, 0, 0];
  const prepare = (): void => {
    market.clear();
    const start = performance.now();
    hard.prepare(market);
    prepareMs = performance.now() - start;
    prepared = market.commands;
  };
  let wrong: string | undefined;
  try {
    prepare();
    events = market.checked(hard.command(prepared), hard.expected());
    if (!market.isEmpty()) throw new Error('orders are left');
    const hash = market.hash();
    for (let pass = 0; pass < TIMED_PASSES; pass++) {
      prepare();
      pauseMs = Math.max(pauseMs, market.timed(hard.command(prepared)));
      if (market.hash() !== hash) throw new Error('another state when it is timed');
    }
  } catch (error) {
    wrong = error instanceof Error ? error.message : `${error}`;
  }
  const preparedPerSecond = Math.round((prepared * 1_000) / prepareMs);
  return { name, what, events, pauseMs: tenths(pauseMs), prepared, preparedPerSecond, wrong };
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

function lineOf({ what, events, pauseMs, preparedPerSecond, wrong }: HardResult): string {
  const count = events.toLocaleString('en-US');
  const rate = `${preparedPerSecond.toLocaleString('en-US')} commands/s before`;
  const verdict = wrong === undefined ? 'exact' : `WRONG: ${wrong}`;
  return `${pauseMs.toFixed(1).padStart(8)} ms  ${what}: ${count} events, ${verdict} (${rate})`;
}

await runBench({
  name: 'hard',
  coresNeeded: 1,
  options: { part: { type: 'string', default: '1' } },
  run(values): Outcome {
    const part = Number(values.part);
    if (!(part > 0 && part <= 1)) {
      throw new OptionError(`--part must be above 0 and at most 1, not "${values.part}"`);
    }
    const market = new HardMarket();
    const cases = hardCases(part).map((hard) => run(market, hard));
    return {
      told: { part, cases },
      lines: cases.map(lineOf),
      results: cases.map(({ name, events, prepared }) => ({ name, events, prepared })),
      wrong: cases.flatMap(({ what, wrong }) => (wrong === undefined ? [] : [`${what}: ${wrong}`])),
      seed: null,
      wait: 'none',
    };
  },
});
