// Commands that are looked up ahead, as those of a large book are.

import { expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import * as codes from '../src/core/codes.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { apply, createCore } from '../src/core/engine.ts';
import { EventBuffer } from '../src/core/event-buffer.ts';
import { LOOK_AHEAD_FROM, lookAhead } from '../src/core/look-ahead.ts';
import { H_RESTING, O_CLORDID_LOW } from '../src/core/memory-layout.ts';
import { type Command, writeCommand } from '../src/core/plain.ts';
import { type CoreEvent, readEvent } from '../src/core/plain-events.ts';

const FILL = LOOK_AHEAD_FROM + 2_000;
const COMMANDS = 3_000;
const ACCOUNTS = 5;
const LIMITS = { orders: 2 * FILL, accounts: 16, instruments: 2, pages: 1_024 };

/** The account that enters order `clOrdId`. */
function accountOf(clOrdId: number): number {
  return 1 + (clOrdId % ACCOUNTS);
}

function randomCommand(random: Prng, i: number): Command {
  const clOrdId = i + 1;
  const kind = i < FILL ? 0 : random.below(20);
  if (kind === 19) return { cmd: codes.COMMAND_OPEN_ORDERS, account: ACCOUNTS + 1 };
  if (kind === 18) return { cmd: codes.COMMAND_TIME };
  const earlier = random.between(1, clOrdId);
  const side = random.below(2);
  const away = i < FILL ? random.between(1, 400) : random.between(-3, 400);
  const price = 5_000 + (side === codes.SIDE_BUY ? -away : away);
  const terms = { price, qty: random.between(1, 9) };
  const ids = { account: accountOf(earlier), clOrdId: earlier };
  if (kind > 12) return { cmd: codes.COMMAND_CANCEL, ...ids };
  const renamed = { ...ids, origClOrdId: earlier, clOrdId };
  if (kind > 6) return { cmd: codes.COMMAND_REPLACE, ...renamed, ...terms };
  const order = { side, type: 0, tif: 0, postOnly: false, stp: 0, clOrdId };
  const account = accountOf(clOrdId);
  return { cmd: codes.COMMAND_NEW, instrument: 1, account, ...order, ...terms };
}

function randomSlots(seed: number): Int32Array {
  const random = new Prng(seed);
  const slots = new Int32Array((1 + FILL + COMMANDS) * COMMAND_WORDS);
  writeCommand(slots, 0, { cmd: codes.COMMAND_INSTRUMENT, instrument: 1 });
  for (let i = 0; i < FILL + COMMANDS; i++) {
    writeCommand(slots, (i + 1) * COMMAND_WORDS, randomCommand(random, i));
  }
  return slots;
}

function coreAndEvents() {
  const told: CoreEvent[] = [];
  const events = new EventBuffer((slots, at) => told.push(readEvent(slots, at)));
  return { core: createCore(LIMITS, events), events, told };
}

test('commands of a large book should do the same where they are looked up ahead', () => {
  const seed = Date.now() % 1_000_000;
  const slots = randomSlots(seed);
  const one = coreAndEvents();
  const ahead = coreAndEvents();
  for (let at = 0; at < slots.length; at += COMMAND_WORDS) apply(one.core, slots, at);
  for (let at = 0, due = 0; at < slots.length; at += COMMAND_WORDS) {
    if (at === due) due = lookAhead(ahead.core, slots, at, slots.length);
    apply(ahead.core, slots, at);
  }
  one.events.drain();
  ahead.events.drain();
  expect(ahead.core.m[H_RESTING], `seed ${seed}`).toBeGreaterThan(LOOK_AHEAD_FROM);
  expect(ahead.told, `seed ${seed}`).toEqual(one.told);
  const differs = ahead.core.m.findIndex((word, i) => word !== one.core.m[i]);
  expect(differs, `seed ${seed}: the first word that differs`).toBe(-1);
});

test('looking ahead should change nothing', () => {
  const { core } = coreAndEvents();
  const slots = randomSlots(1);
  for (let at = 0; core.m[H_RESTING]! <= LOOK_AHEAD_FROM; at += COMMAND_WORDS) {
    apply(core, slots, at);
  }
  const before = core.m.slice();
  const asked = slots.subarray((1 + FILL) * COMMAND_WORDS);
  for (let at = 0; at < asked.length; ) at = lookAhead(core, asked, at, asked.length);
  expect(core.m.findIndex((word, i) => word !== before[i])).toBe(-1);
});

test('the orders of cancels and replaces should be looked up, 16 commands at a time', () => {
  const { core } = coreAndEvents();
  const slots = randomSlots(1);
  for (let at = 0; at < (1 + FILL) * COMMAND_WORDS; at += COMMAND_WORDS) apply(core, slots, at);
  const asked = new Int32Array(20 * COMMAND_WORDS);
  for (let i = 0; i < 20; i++) {
    const ids = { account: accountOf(i + 1), clOrdId: i + 1 };
    const renamed = { ...ids, origClOrdId: i + 1, clOrdId: FILL + COMMANDS + i };
    const cancel: Command = { cmd: codes.COMMAND_CANCEL, ...ids };
    const replace: Command = { cmd: codes.COMMAND_REPLACE, ...renamed };
    writeCommand(asked, i * COMMAND_WORDS, i % 2 === 0 ? replace : cancel);
  }
  const due = lookAhead(core, asked, 0, asked.length);
  expect(due).toBe(16 * COMMAND_WORDS);
  const found = [...core.ahead].filter((order, i) => core.m[order + O_CLORDID_LOW] === i + 1);
  // Not every order is the first of its bucket.
  expect(found.length).toBeGreaterThan(8);
  expect(lookAhead(core, asked, due, asked.length)).toBe(asked.length);
});
