// npm run bench -- swing [--commands N] [--orders N] [--swing PERCENT] [--passes N] [--seed S]
// The core on a market that moves by half of its price and back, beside one of the same mix that
// stays (swing-flow.ts). Passes of the two take turns; each must lead to the state that it had when
// it was generated. A shorter run of each is first compared with the oracle, event by event.

import { COMMAND_INSTRUMENT, EVENT_TRADE } from '../src/core/codes.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { apply, clearCore, createCore } from '../src/core/engine.ts';
import { EventBuffer } from '../src/core/event-buffer.ts';
import { DEFAULT_LIMITS } from '../src/core/limits.ts';
import { lookAhead } from '../src/core/look-ahead.ts';
import { type Command, writeCommand } from '../src/core/plain.ts';
import { readEvent } from '../src/core/plain-events.ts';
import { depth, stateHash } from '../src/core/views.ts';
import { compareCommands } from '../src/sim/oracle/differential.ts';
import { median, type Outcome, rounded, runBench, wholeNumber } from './bench-run.ts';
import './inline-more.ts';
import { SWING_INSTRUMENT, SwingFlow, type SwingOptions } from './swing-flow.ts';

/** Commands of a run that is compared with the oracle, and orders of its book, at most. */
const COMPARED = 20_000;
const COMPARED_ORDERS = 500;
const WARM_UPS = 2;

interface Market {
  readonly slots: Int32Array;
  readonly count: number;
  readonly trades: number;
  readonly lowest: number;
  readonly highest: number;
  readonly hash: string;
  readonly rates: number[];
}

let flow: SwingFlow | undefined;
let trades = 0;
let [lowest, highest] = [0, 0];
const events = new EventBuffer((slots, at) => {
  if (flow === undefined) return;
  const event = readEvent(slots, at);
  flow.read(event);
  if (event.evt !== EVENT_TRADE) return;
  trades += 1;
  lowest = Math.min(lowest, event.price);
  highest = Math.max(highest, event.price);
});
const core = createCore(DEFAULT_LIMITS, events);
const DEFINITION: Command = { cmd: COMMAND_INSTRUMENT, instrument: SWING_INSTRUMENT };
const slot = new Int32Array(COMMAND_WORDS);

function start(): void {
  clearCore(core);
  writeCommand(slot, 0, DEFINITION);
  apply(core, slot, 0);
  events.drain();
}

/** Generates a market's commands, which the core does meanwhile. `keep` gets each of them. */
function generate(options: SwingOptions, keep: (command: Command) => void): Market {
  const count = options.orders + options.commands;
  const slots = new Int32Array(count * COMMAND_WORDS);
  const best = (side: number) => depth(core, SWING_INSTRUMENT, side, 1)[0]?.[0] ?? 0;
  start();
  flow = new SwingFlow(options);
  trades = 0;
  [lowest, highest] = [Infinity, 0];
  for (let i = 0; i < count; i++) {
    const command = flow.next(best);
    keep(command);
    writeCommand(slots, i * COMMAND_WORDS, command);
    apply(core, slots, i * COMMAND_WORDS);
    events.drain();
  }
  flow = undefined;
  return { slots, count, trades, lowest, highest, hash: stateHash(core), rates: [] };
}

function run(slots: Int32Array, from: number, to: number): void {
  const end = to * COMMAND_WORDS;
  let due = from * COMMAND_WORDS;
  for (let at = due; at < end; at += COMMAND_WORDS) {
    if (at === due) due = lookAhead(core, slots, at, end);
    apply(core, slots, at);
  }
}

/** Commands a second after the book is filled. */
function timedPass({ slots, count, hash }: Market, ramp: number): number {
  start();
  run(slots, 0, ramp);
  events.drain();
  const begun = performance.now();
  run(slots, ramp, count);
  const seconds = (performance.now() - begun) / 1_000;
  events.drain();
  if (stateHash(core) !== hash) throw new Error('the same commands led to another state');
  return (count - ramp) / seconds;
}

/** Throws when the core and the oracle differ on a short run. */
function compare(options: SwingOptions): void {
  const commands: Command[] = [DEFINITION];
  generate(options, (command) => commands.push(command));
  const difference = compareCommands(commands, DEFAULT_LIMITS);
  if (difference !== undefined) throw new Error(`the oracle differs: ${difference}`);
}

function outcome({ trades, lowest, highest, rates }: Market) {
  return { commandsPerSecond: Math.round(median(rates)), trades, lowest, highest };
}

const text = { type: 'string' } as const;

await runBench({
  name: 'swing',
  coresNeeded: 1,
  options: {
    commands: { ...text, default: '1000000' },
    orders: { ...text, default: '5000' },
    swing: { ...text, default: '50' },
    passes: { ...text, default: '5' },
    seed: { ...text, default: '1' },
  },
  run(values): Outcome {
    const orders = wholeNumber('orders', values.orders, 1);
    const passes = wholeNumber('passes', values.passes, 1);
    const seed = wholeNumber('seed', values.seed, 0);
    const still = { seed, commands: wholeNumber('commands', values.commands, 2), orders, swing: 0 };
    const moving = { ...still, swing: wholeNumber('swing', values.swing, 0) / 100 };
    for (const options of [still, moving]) {
      const commands = Math.min(COMPARED, options.commands);
      compare({ ...options, orders: Math.min(COMPARED_ORDERS, orders), commands });
    }
    const steady = generate(still, () => {});
    const swinging = generate(moving, () => {});
    for (let pass = -WARM_UPS; pass < passes; pass++) {
      for (const market of [steady, swinging]) {
        const rate = timedPass(market, orders);
        if (pass >= 0) market.rates.push(rate);
      }
    }
    const ratio = rounded(median(swinging.rates) / median(steady.rates), 3);
    const told = { steady: outcome(steady), swinging: outcome(swinging), ratio };
    const results = [steady.hash, swinging.hash];
    return { told, lines: lines(told), results, wrong: [], seed, wait: 'none' };
  },
});

function lines(
  told: Record<'steady' | 'swinging', ReturnType<typeof outcome>> & { ratio: number },
) {
  const line = (name: 'steady' | 'swinging') => {
    const { commandsPerSecond, trades, lowest, highest } = told[name];
    const rate = `${commandsPerSecond.toLocaleString('en-US')} commands/s`;
    return `${name.padEnd(9)}${rate}, ${trades} trades at ${lowest} … ${highest}`;
  };
  return [line('steady'), line('swinging'), `ratio ${told.ratio}`];
}
