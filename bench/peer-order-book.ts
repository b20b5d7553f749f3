// node peer-order-book.js --workload FILE [--commands N] [--passes N]
// The first N commands after the ramp of a MEWL file through nodejs-order-book, as it is published:
// ids are its strings, a replace is its own `modify` (which loses priority, as MEWL's does). The
// hash of its results is that of the levels that its book shows at the end; `peers`, which starts
// it, compares that with the core's. Nothing of the core is in this process, nor V8's flags for it.

import { OrderBook, type Side } from 'nodejs-order-book';
import { grouped, median, needed, type Outcome, runBench, wholeNumber } from './bench-run.ts';
import { type MewlRecord, readRecords } from './mewl-commands.ts';

const MEWL_CANCEL = 1;
const MEWL_REPLACE = 2;
const MEWL_IOC = 3;
const SIDES = ['buy', 'sell'] as Side[];
type Limit = Parameters<OrderBook['limit']>[0];
const IOC = { timeInForce: 'IOC' } as Pick<Limit, 'timeInForce'>;
const GTC = { timeInForce: 'GTC' } as Pick<Limit, 'timeInForce'>;

type Level = readonly [price: number, qty: number];

await runBench({
  name: 'peer-order-book',
  coresNeeded: 1,
  options: {
    workload: { type: 'string' },
    commands: { type: 'string', default: '50000' },
    passes: { type: 'string', default: '3' },
  },
  run(values): Outcome {
    const workload = needed('workload', values.workload);
    const commands = wholeNumber('commands', values.commands, 1);
    const passes = wholeNumber('passes', values.passes, 1);
    const { records, ramp } = readRecords(workload, commands);
    const rates: number[] = [];
    let book = new OrderBook();
    // The first pass warms up.
    for (let pass = 0; pass <= passes; pass++) {
      book = new OrderBook();
      for (let i = 0; i < ramp; i++) enter(book, records[i]!);
      const start = process.hrtime.bigint();
      for (let i = ramp; i < records.length; i++) enter(book, records[i]!);
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      if (pass > 0) rates.push(Math.round((records.length - ramp) / seconds));
    }
    const messagesPerSecond = median(rates);
    const levels = book.depth().map(bestFirst);
    const told = { workload, commands: records.length - ramp, messagesPerSecond, rates };
    const lines = [`${grouped(messagesPerSecond)} commands/s over ${grouped(told.commands)}`];
    return { told, lines, results: levels, wrong: [], seed: null, wait: 'none' };
  },
});

function enter(book: OrderBook, { type, side, id, qty, price }: MewlRecord): void {
  if (type === MEWL_CANCEL) {
    book.cancel(id);
  } else if (type === MEWL_REPLACE) {
    book.modify(id, { size: qty, price });
  } else {
    const terms = type === MEWL_IOC ? IOC : GTC;
    book.limit({ side: SIDES[side]!, id, size: qty, price, ...terms });
  }
}

/** Index 0 holds the asks, 1 the bids. */
function bestFirst(levels: readonly Level[], index: number): Level[] {
  return levels.toSorted(([a], [b]) => (index === 0 ? a - b : b - a));
}
