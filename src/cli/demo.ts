// `ringside demo`: a live picture of the core matching a synthetic order flow.

import { Command } from 'commander';
import { CoreMarket } from '../sim/core-market.ts';
import { showMarket } from './market-screen.ts';
import { wholeNumber } from './whole-number.ts';

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

async function runDemo({ seed, rate, seconds }: DemoOptions): Promise<void> {
  const market = new CoreMarket(seed);
  const commandsMax = seconds === undefined ? Infinity : rate * seconds;
  let applyNs = 0;
  let before = { commands: 0, trades: 0, applyMs: 0 };
  await showMarket(market, {
    // A frame that comes late catches up.
    advance: (ms) => {
      const due = Math.min(Math.floor((ms / 1_000) * rate), commandsMax);
      market.advance(due - market.commands);
      return market.commands < commandsMax;
    },
    rates: (inSeconds) => {
      const { commands, trades, applyMs } = market;
      const count = commands - before.commands;
      const tradeCount = trades - before.trades;
      applyNs = count === 0 ? 0 : Math.round(((applyMs - before.applyMs) * 1e6) / count);
      before = { commands, trades, applyMs };
      const perSecond = (events: number) => Math.round(events / inSeconds);
      return `${perSecond(count)} commands/s  ${perSecond(tradeCount)} trades/s`;
    },
    // A line is for the market alone; a picture has room.
    note: (isPicture) => (isPicture ? `${applyNs} ns each in the core` : ''),
  });
  process.stdout.write(
    `${market.commands} commands, ${market.trades} trades, state hash ${market.stateHash()}` +
      ` (seed ${seed})\n`,
  );
}
