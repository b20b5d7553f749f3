// Fields of a command that its head does not have: whatever their words are, they say nothing.

import { expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import * as c from '../src/core/command-slot.ts';
import { apply, createCore } from '../src/core/engine.ts';
import { EventBuffer } from '../src/core/event-buffer.ts';
import { type Command, type NewOrder, type Replace, writeCommand } from '../src/core/plain.ts';
import { type CoreEvent, readEvent } from '../src/core/plain-events.ts';
import { stateHash } from '../src/core/views.ts';

const { TYPE_LIMIT, TYPE_MARKET, TYPE_STOP, TYPE_STOP_LIMIT } = codes;
const LIMITS = { orders: 9, accounts: 9, instruments: 1, pages: 9 };
const GARBAGE = [2, 3];

/** A core with instrument 1; `run` does a command without some fields, whose words stay. */
function fields() {
  let read: CoreEvent[] = [];
  const events = new EventBuffer((slots, at) => read.push(readEvent(slots, at)));
  const core = createCore(LIMITS, events);
  const slot = new Int32Array(c.COMMAND_WORDS);
  const run = (command: Command, without = 0) => {
    read = [];
    writeCommand(slot, 0, command);
    slot[c.C_HEAD]! &= ~without;
    apply(core, slot, 0);
    events.drain();
    return read;
  };
  run({ cmd: codes.COMMAND_INSTRUMENT, instrument: 1 });
  return { run, hash: () => stateHash(core) };
}

function order(terms: Partial<NewOrder>): NewOrder {
  return {
    ...{ cmd: codes.COMMAND_NEW, instrument: 1, account: 1, clOrdId: 1, side: codes.SIDE_BUY },
    ...{ type: TYPE_LIMIT, tif: codes.TIF_GTC, postOnly: false, stp: codes.STP_NONE, qty: 5 },
    ...terms,
  };
}

test.each([
  ['a displayQty of a stop', { type: TYPE_STOP, stopPrice: 7 }, 'displayQty', c.HAS_DISPLAY_QTY],
  ['a price of a stop', { type: TYPE_STOP, stopPrice: 7 }, 'price', c.HAS_PRICE],
  ['a displayQty of a limit', { price: 9, tif: codes.TIF_DAY }, 'displayQty', c.HAS_DISPLAY_QTY],
  ['a stopPrice of a limit', { price: 9, displayQty: 1 }, 'stopPrice', c.HAS_STOP_PRICE],
])('%s', (_, terms, field, flag) => {
  const hashes = GARBAGE.map((value) => {
    const { run, hash } = fields();
    expect(run(order({ ...terms, [field]: value }), flag)).toMatchObject([
      { evt: codes.EVENT_NEW, displayQty: 'displayQty' in terms ? 1 : 0 },
    ]);
    return hash();
  });
  expect(hashes[0]).toBe(hashes[1]);
});

test.each([
  ['a limit', { price: 9 }, c.HAS_PRICE, codes.REJECT_INVALID_PRICE],
  [
    'a stop_limit',
    { type: TYPE_STOP_LIMIT, price: 9, stopPrice: 7 },
    c.HAS_PRICE,
    codes.REJECT_INVALID_PRICE,
  ],
  ['a stop', { type: TYPE_STOP, stopPrice: 7 }, c.HAS_STOP_PRICE, codes.REJECT_INVALID_STOP_PRICE],
])('%s without what it needs should be refused', (_, terms, flag, reason) => {
  const { run } = fields();
  expect(run(order(terms), flag)).toMatchObject([{ evt: codes.EVENT_REJECTED, reason }]);
});

test('a price of a market order should not be looked at', () => {
  const { run } = fields();
  const events = run(
    order({ type: TYPE_MARKET, price: 2 ** 31 - 1, qty: 2 ** 31 - 1 }),
    c.HAS_PRICE,
  );
  expect(events[0]).toMatchObject({ evt: codes.EVENT_NEW, price: 0 });
});

test.each([
  ['price', c.HAS_PRICE],
  ['qty', c.HAS_QTY],
  ['displayQty', c.HAS_DISPLAY_QTY],
  ['stopPrice', c.HAS_STOP_PRICE],
] as const)('%s of a replace', (field, flag) => {
  const hashes = GARBAGE.map((value) => {
    const { run, hash } = fields();
    run(order({ type: TYPE_STOP_LIMIT, price: 9, stopPrice: 8, displayQty: 4, qty: 7 }));
    const all = { price: 10, qty: 6, displayQty: 5, stopPrice: 9, [field]: value };
    const replace = { cmd: codes.COMMAND_REPLACE, account: 1, origClOrdId: 1, clOrdId: 2, ...all };
    const events = run(replace as Replace, flag);
    expect(events[0]).toMatchObject({ evt: codes.EVENT_REPLACED });
    return hash();
  });
  expect(hashes[0]).toBe(hashes[1]);
});
