// Who sent a command: the words of its slot and of its events that say so.

import { expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import * as c from '../src/core/command-slot.ts';
import { apply, createCore } from '../src/core/engine.ts';
import { EventBuffer } from '../src/core/event-buffer.ts';
import { E_OWNER, E_REQUEST, E_SESSION } from '../src/core/event-slot.ts';
import { writeCommand } from '../src/core/plain.ts';

const LIMITS = { orders: 9, accounts: 9, instruments: 1, pages: 9 };
const CANCEL = { cmd: codes.COMMAND_CANCEL, account: 1, clOrdId: 1 } as const;

test('a plain command that names no sender should have none', () => {
  const slot = new Int32Array(c.COMMAND_WORDS).fill(-1);
  writeCommand(slot, 0, CANCEL);
  expect([slot[c.C_SESSION], slot[c.C_REQUEST]]).toEqual([0, 0]);
});

test('a reject should name the session that sent the command, and its request', () => {
  const told: number[][] = [];
  const events = new EventBuffer((slots, at) => {
    told.push([E_OWNER, E_SESSION, E_REQUEST].map((word) => slots[at + word]!));
  });
  const core = createCore(LIMITS, events);
  const slot = new Int32Array(c.COMMAND_WORDS);
  writeCommand(slot, 0, { ...CANCEL, session: 7, request: 5 });
  apply(core, slot, 0);
  events.drain();
  expect(told).toEqual([[7, 7, 5]]);
});
