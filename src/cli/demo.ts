// `ringside demo`: a live picture of the core matching a synthetic order flow.

import { setTimeout as delay } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { CoreMarket } from '../sim/core-market.ts';
import { drawMarket, type MarketRates } from './market-picture.ts';

const FRAME_MS = 100;
const CLEAR_SCREEN = '\x1b[2J';
const HOME = '\x1b[H';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

const HELP = `
Example:
  $ ringside demo --seed 7 --rate 20000 --seconds 10

On a terminal it draws the market ten times a second until Ctrl-C; elsewhere it prints a line a
second. The same seed and number of commands give the same market and the same state hash.`;

interface DemoOptions {
  seed: number;
  rate: number;
  seconds?: number;
}

export function demoCommand(): Command {
  return new Command('demo')
    .description('live picture of the core matching a seeded synthetic order flow')
    .option('--seed <n>', 'seed of the order flow', wholeNumber(0), 1)
    .option('--rate <n>', 'commands per second', wholeNumber(1), 2_000)
    .option('--seconds <n>', 'stop after this long (default: at Ctrl-C)', wholeNumber(1))
    .addHelpText('after', HELP)
    .action(runDemo);
}

function wholeNumber(lowest: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < lowest || value > 2 ** 31 - 1) {
      throw new InvalidArgumentError(`It is no whole number in ${lowest} … 2147483647.`);
    }
    return value;
  };
}

async function runDemo(options: DemoOptions): Promise<void> {
  const market = new CoreMarket(options.seed);
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  const isTerminal = process.stdout.isTTY === true;
  if (isTerminal) process.stdout.write(HIDE_CURSOR + CLEAR_SCREEN);
  try {
    await play(market, options, isTerminal, stop.signal);
  } finally {
    if (isTerminal) process.stdout.write(SHOW_CURSOR);
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
  process.stdout.write(
    `${market.commands} commands, ${market.trades} trades, state hash ${market.stateHash()}` +
      ` (seed ${options.seed})\n`,
  );
}

/** Applies `rate` commands a second, in frames; a frame that comes late catches up. */
async function play(
  market: CoreMarket,
  options: DemoOptions,
  isTerminal: boolean,
  stop: AbortSignal,
): Promise<void> {
  const startMs = performance.now();
  const commandsMax = options.seconds === undefined ? Infinity : options.rate * options.seconds;
  let lastLineMs = startMs;
  let rates: MarketRates = { commandsPerSecond: 0, tradesPerSecond: 0, applyNs: 0 };
  let before = { commands: 0, trades: 0, applyMs: 0 };
  while (!stop.aborted && market.commands < commandsMax) {
    await delay(FRAME_MS, undefined, { signal: stop }).catch(() => undefined);
    const nowMs = performance.now();
    const due = Math.floor(((nowMs - startMs) / 1000) * options.rate);
    market.advance(Math.min(due, commandsMax) - market.commands);
    if (nowMs - lastLineMs >= 1000) {
      rates = ratesSince(before, market, (nowMs - lastLineMs) / 1000);
      before = { commands: market.commands, trades: market.trades, applyMs: market.applyMs };
      lastLineMs = nowMs;
      if (!isTerminal) process.stdout.write(`${line(market, rates)}\n`);
    }
    if (isTerminal) {
      const { columns = 80, rows = 24 } = process.stdout;
      process.stdout.write(HOME + drawMarket(market, rates, columns, rows - 1));
    }
  }
}

function ratesSince(
  before: { commands: number; trades: number; applyMs: number },
  market: CoreMarket,
  seconds: number,
): MarketRates {
  const commands = market.commands - before.commands;
  return {
    commandsPerSecond: Math.round(commands / seconds),
    tradesPerSecond: Math.round((market.trades - before.trades) / seconds),
    applyNs: commands === 0 ? 0 : Math.round(((market.applyMs - before.applyMs) * 1e6) / commands),
  };
}

function line(market: CoreMarket, rates: MarketRates): string {
  const [bid, ask] = [market.bids(1)[0], market.asks(1)[0]];
  return (
    `bid ${bid ? `${bid[1]} @ ${market.priceText(bid[0])}` : 'none'}  ` +
    `ask ${ask ? `${ask[1]} @ ${market.priceText(ask[0])}` : 'none'}  ` +
    `${rates.commandsPerSecond} commands/s  ${rates.tradesPerSecond} trades/s`
  );
}
