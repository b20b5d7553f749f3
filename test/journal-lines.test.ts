// Commands of a journal as JSON: those of the operator, and what the server itself logs.

import { expect, test } from 'vitest';
import { commandObject } from '../src/cli/journal-lines.ts';
import * as codes from '../src/core/codes.ts';
import * as c from '../src/core/command-slot.ts';
import { type Command, writeCommand } from '../src/core/plain.ts';
import { writeDefinition } from '../src/session/definitions.ts';
import { REQUEST_TO_CANCEL, REQUEST_TO_KEEP } from '../src/session/own-commands.ts';

function lineOf(command: Command, session = 0, request = 0): Record<string, unknown> {
  const words = new Int32Array(2 * c.COMMAND_WORDS);
  writeCommand(words, c.COMMAND_WORDS, command);
  words[c.COMMAND_WORDS + c.C_SESSION] = session;
  words[c.COMMAND_WORDS + c.C_REQUEST] = request;
  return commandObject(words, c.COMMAND_WORDS, 7);
}

test('should tell a definition with its symbol, steps, band and timetable', () => {
  const words = new Int32Array(2 * c.COMMAND_WORDS);
  writeDefinition(words, 0, c.COMMAND_WORDS, {
    ...{ number: 3, symbol: 'ÄCME', tickSize: '0.25', lotSize: '10', referencePrice: 400 },
    ...{ priceBandBps: 150, haltNs: 5_000_000_000, auctionNs: 7 },
  });
  const about = { time: '0', instrument: 3 };
  expect(commandObject(words, 0, 1)).toEqual({
    ...{ sequence: 1, cmd: 'symbol', symbol: 'ÄCME' },
    ...about,
  });
  expect(commandObject(words, c.COMMAND_WORDS, 2)).toEqual({
    ...{ sequence: 2, cmd: 'instrument', tickSize: '0.25', lotSize: '10', referencePrice: 400 },
    ...{ priceBandBps: 150, haltNs: 5_000_000_000, auctionNs: 7 },
    ...about,
  });
});

test('should tell a change of phase by its name', () => {
  const phase = { cmd: codes.COMMAND_PHASE, instrument: 3, phase: codes.PHASE_HALTED } as const;
  const told = { sequence: 7, time: '0', cmd: 'phase', instrument: 3, phase: 'halted' };
  expect(lineOf(phase, 9, 4)).toEqual({ ...told, session: 9, request: 4 });
});

test('should tell whom a kill means, and whether it is lifted', () => {
  const words = new Int32Array(c.COMMAND_WORDS);
  words[c.C_HEAD] = codes.COMMAND_KILL | c.KILL_SESSION | c.KILL_LIFT;
  words[c.C_KILLED_SESSION] = -1;
  const kill = { sequence: 1, time: '0', cmd: 'kill' };
  expect(commandObject(words, 0, 1)).toEqual({ ...kill, killedSession: 0xffff_ffff, lift: true });
  words[c.C_HEAD] = codes.COMMAND_KILL;
  words[c.C_ACCOUNT] = 12;
  expect(commandObject(words, 0, 1)).toEqual({ ...kill, account: 12, lift: false });
});

test('should tell what a session wants when it is lost', () => {
  const time = { cmd: codes.COMMAND_TIME, time: 5n } as const;
  expect(lineOf(time)).toEqual({ sequence: 7, time: '5', cmd: 'time' });
  expect(lineOf(time, 2, REQUEST_TO_CANCEL)).toMatchObject({ cancelOnDisconnect: true });
  expect(lineOf(time, 2, REQUEST_TO_KEEP)).toMatchObject({ session: 2, cancelOnDisconnect: false });
});
