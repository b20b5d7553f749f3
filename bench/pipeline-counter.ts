// The counting consumer of the pipeline: reads the event ring as an I/O thread does, durable events
// alone, and tallies trades. It stands for no socket's work.

import { E_HEAD, E_REQUEST, EVENT_END, EVENT_SHIFT } from '../src/core/event-slot.ts';
import { Control } from '../src/workers/control.ts';
import { durableEventReader } from '../src/workers/event-reader.ts';
import { enterThread } from '../src/workers/thread-entry.ts';
import type { ThreadStart } from '../src/workers/thread-start.ts';
import { TradeTally } from './mewl-run.ts';
import type { PassCount } from './pipeline-threads.ts';

export interface CounterStart extends ThreadStart {
  /** MEWL ids by order of a pass. */
  readonly idOfOrder: Int32Array;
  /** Orders that one pass enters. */
  readonly orders: number;
}

const { start, say, listenTo, leave } = enterThread<CounterStart>();
let ordersBefore = 0;
let events = 0;
let tally = new TradeTally(start.idOfOrder);
let counted: PassCount[] = [];

const reader = durableEventReader(start, new Control(start.control), (slots, mask, from, end) => {
  for (let i = from; i !== end; i = (i + 1) | 0) {
    const at = (i & mask) << EVENT_SHIFT;
    tally.read(slots, at);
    events += 1;
    // Only the command that ends a pass has a request number.
    if (slots[at + E_REQUEST] !== 0 && (slots[at + E_HEAD]! & EVENT_END) !== 0) endPass();
  }
});

function endPass(): void {
  const { trades, tradedQty, tradeHash } = tally;
  counted = [...counted, { trades, tradedQty, tradeHash, events }];
  ordersBefore += start.orders;
  tally = new TradeTally(start.idOfOrder, ordersBefore);
  events = 0;
}

// Held open by it: a sleep in waitAsync does not keep a thread alive.
listenTo(() => {});
say({ type: 'ready' });
await reader.run();
say({ type: 'log', level: 'info', fields: { counted }, text: 'counted' });
leave();
