// A client's commands on their way into a command slot: what is let through, what is refused, and
// that a slot never depends on words which its command does not have.

import { describe, expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import * as codes from '../src/core/codes.ts';
import * as c from '../src/core/command-slot.ts';
import { apply, createCore } from '../src/core/engine.ts';
import { EventBuffer } from '../src/core/event-buffer.ts';
import { type Command, writeCommand as writePlainCommand } from '../src/core/plain.ts';
import * as kinds from '../src/wire/frame-kinds.ts';
import {
  type ClientCommand,
  copyCommand,
  isOperators,
  judgeCommand,
  WIRE_COMMAND_WORDS,
  writeCommand,
} from '../src/wire/order-entry.ts';
import { COMMANDS, commandWords } from './wire-kit.ts';

const [NEW, CANCEL, REPLACE, MASS_CANCEL, PHASE, KILL, KILL_OF_SESSION] = COMMANDS as [
  ClientCommand,
  ClientCommand,
  ClientCommand,
  ClientCommand,
  ClientCommand,
  ClientCommand,
  ClientCommand,
];

function judge(command: ClientCommand, change: (words: Int32Array) => void = () => {}): number {
  const words = commandWords([command]);
  change(words);
  return judgeCommand(words, 0);
}

function slotOf(words: Int32Array): Int32Array {
  const slot = new Int32Array(c.COMMAND_WORDS).fill(-1);
  copyCommand(words, 0, slot, 0);
  return slot;
}

describe('judging a command', () => {
  test('should let every command that clients may send through', () => {
    for (const command of COMMANDS) expect(judge(command)).toBe(0);
  });

  test('should let numbers out of range through, which are the core to judge', () => {
    const odd = { price: -1, qty: 0, displayQty: 2 ** 40, stopPrice: 1.5 };
    const zero = { ...NEW, ...odd, account: 0, instrument: 0, clOrdId: 0n } as ClientCommand;
    expect(judge(zero)).toBe(0);
  });

  test.each([0, codes.COMMAND_TIME, codes.COMMAND_INSTRUMENT, 7, codes.COMMAND_SYMBOL, 11, 255])(
    'should refuse command %i',
    (command) => {
      const refusal = judge(NEW, (words) => {
        words[c.C_HEAD] = command;
      });
      expect(refusal).toBe(kinds.REFUSE_UNKNOWN_COMMAND);
    },
  );

  test('should refuse every bit that the command does not know', () => {
    const known: [ClientCommand, number][] = [
      [NEW, 0x1fffff],
      [CANCEL, 0xff],
      [REPLACE, 0xff | c.HAS_PRICE | c.HAS_QTY | c.HAS_DISPLAY_QTY | c.HAS_STOP_PRICE],
      [MASS_CANCEL, 0x1ff | c.HAS_SIDE | c.HAS_INSTRUMENT],
      [PHASE, 0xff],
      [KILL, 0xff | c.KILL_LIFT | c.KILL_SESSION],
    ];
    for (const [command, bits] of known) {
      for (let bit = 8; bit < 32; bit++) {
        const refusal = judge(command, (words) => {
          // So that a kill of a session means one.
          if (command === KILL) words[c.C_KILLED_SESSION] = 1;
          words[c.C_HEAD] =
            command.command | (1 << bit) | (command === MASS_CANCEL ? c.HAS_SIDE : 0);
        });
        const isKnown = (bits & (1 << bit)) !== 0;
        expect([command.command, bit, refusal]).toEqual([
          command.command,
          bit,
          isKnown ? 0 : kinds.REFUSE_UNDEFINED_BITS,
        ]);
      }
    }
  });

  test('should refuse the side of a mass cancel that says it has none', () => {
    const refusal = judge({ ...MASS_CANCEL } as ClientCommand, (words) => {
      words[c.C_HEAD] = codes.COMMAND_MASS_CANCEL | (1 << c.HEAD_SIDE_SHIFT);
    });
    expect(refusal).toBe(kinds.REFUSE_UNDEFINED_BITS);
  });

  test.each([0, 1, 2, 3, 4])('should know self-trade prevention %i', (stp) => {
    expect(judge({ ...NEW, stp } as ClientCommand)).toBe(0);
  });

  test.each([5, 6, 7])('should refuse self-trade prevention %i', (stp) => {
    expect(judge({ ...NEW, stp } as ClientCommand)).toBe(kinds.REFUSE_UNKNOWN_STP);
  });

  test.each([0, 6, -1, 2 ** 31])('should refuse phase %i', (phase) => {
    const refusal = judge({ ...PHASE, phase } as ClientCommand);
    expect(refusal).toBe(kinds.REFUSE_UNKNOWN_PHASE);
  });

  test.each([1, 2, 3, 4, 5])('should know phase %i', (phase) => {
    expect(judge({ ...PHASE, phase } as ClientCommand)).toBe(0);
  });

  test('should refuse a kill of nobody, which the core would take for one of all', () => {
    const ofAccount = judge({ ...KILL, account: 0 } as ClientCommand);
    const ofSession = judge({ ...KILL_OF_SESSION, session: 0 } as ClientCommand);
    expect([ofAccount, ofSession]).toEqual([kinds.REFUSE_OUT_OF_RANGE, kinds.REFUSE_OUT_OF_RANGE]);
  });

  test('should know which commands are an operator’s', () => {
    const operators = COMMANDS.filter((one) => isOperators(commandWords([one]), 0));
    expect(operators).toEqual([PHASE, KILL, KILL_OF_SESSION]);
  });

  test('should refuse a reserved word that is not 0', () => {
    for (const value of [1, -1, -(2 ** 31)]) {
      const refusal = judge(CANCEL, (words) => {
        words[c.C_SESSION] = value;
      });
      expect(refusal).toBe(kinds.REFUSE_RESERVED);
    }
  });

  test('should refuse request numbers that are no client’s', () => {
    expect(judge({ ...CANCEL, request: 0 } as ClientCommand)).toBe(kinds.REFUSE_REQUEST_ZERO);
    expect(judge({ ...CANCEL, request: kinds.REQUEST_MAX } as ClientCommand)).toBe(0);
    const above = { ...CANCEL, request: kinds.REQUEST_MAX + 1 } as ClientCommand;
    expect(judge(above)).toBe(kinds.REFUSE_REQUEST_TOO_LARGE);
  });
});

describe('copying a command', () => {
  test('should give the slot that the plain form gives', () => {
    for (const { command, ...fields } of COMMANDS) {
      const plain = Object.fromEntries(
        Object.entries(fields).map(([key, value]) => [
          key === 'session' ? 'killedSession' : key,
          typeof value === 'boolean' ? value : Number(value),
        ]),
      );
      const terms = { type: 0, tif: 0, postOnly: false, stp: 0, ...plain };
      const expected = new Int32Array(c.COMMAND_WORDS);
      writePlainCommand(expected, 0, { cmd: command, ...terms } as unknown as Command);
      const slot = slotOf(commandWords([{ command, ...fields } as ClientCommand]));
      expect(slot.subarray(0, WIRE_COMMAND_WORDS)).toEqual(
        expected.subarray(0, WIRE_COMMAND_WORDS),
      );
    }
  });

  test('should keep ids and numbers at the ends of their ranges', () => {
    const words = new Int32Array(WIRE_COMMAND_WORDS);
    const most = 2n ** 64n - 1n;
    writeCommand(words, 0, {
      command: codes.COMMAND_REPLACE,
      request: kinds.REQUEST_MAX,
      account: 2 ** 32 - 1,
      origClOrdId: most,
      clOrdId: 2n ** 63n,
      price: 2 ** 31 - 1,
      qty: -(2 ** 31),
    });
    const slot = slotOf(words);
    expect(slot[c.C_REQUEST]! >>> 0).toBe(kinds.REQUEST_MAX);
    expect(slot[c.C_ACCOUNT]).toBe(-1);
    expect([slot[c.C_ORIG_LOW], slot[c.C_ORIG_HIGH]]).toEqual([-1, -1]);
    expect([slot[c.C_CLORDID_LOW], slot[c.C_CLORDID_HIGH]]).toEqual([0, -(2 ** 31)]);
    expect([slot[c.C_PRICE], slot[c.C_QTY]]).toEqual([2 ** 31 - 1, -(2 ** 31)]);
  });

  test('should leave time and sequence alone', () => {
    const slot = slotOf(commandWords([NEW]));
    expect([...slot.subarray(c.C_TIME_LOW)]).toEqual([-1, -1, -1]);
    expect(slot[c.C_SESSION]).toBe(0);
  });

  test('should not depend on words that the command does not have', () => {
    const seed = Date.now() >>> 0;
    const random = new Prng(seed);
    const junk = Int32Array.from({ length: WIRE_COMMAND_WORDS }, () => random.word() | 1);
    const own: [ClientCommand, number[]][] = [
      [NEW, [c.C_INSTRUMENT, c.C_CLORDID_LOW, c.C_CLORDID_HIGH, c.C_QTY, c.C_PRICE]],
      [CANCEL, [c.C_CLORDID_LOW, c.C_CLORDID_HIGH]],
      [REPLACE, [c.C_CLORDID_LOW, c.C_CLORDID_HIGH, c.C_ORIG_LOW, c.C_ORIG_HIGH, c.C_QTY]],
      [MASS_CANCEL, [c.C_INSTRUMENT]],
      [{ ...MASS_CANCEL, instrument: undefined } as unknown as ClientCommand, []],
      [PHASE, [c.C_INSTRUMENT, c.C_PHASE]],
      [KILL, []],
      [KILL_OF_SESSION, [c.C_KILLED_SESSION]],
    ];
    for (const [command, fields] of own) {
      const words = commandWords([command]);
      const dirty = words.slice();
      const account = command === PHASE || command === KILL_OF_SESSION ? [] : [c.C_ACCOUNT];
      const kept = new Set([c.C_HEAD, c.C_SESSION, c.C_REQUEST, ...account, ...fields]);
      for (let i = 0; i < WIRE_COMMAND_WORDS; i++) if (!kept.has(i)) dirty[i] = junk[i]!;
      expect(judgeCommand(dirty, 0), `seed ${seed}`).toBe(0);
      expect(slotOf(dirty), `seed ${seed}`).toEqual(slotOf(words));
    }
  });

  test('should give nothing that the core cannot take', () => {
    const seed = Date.now() >>> 0;
    process.stdout.write(`random commands, seed ${seed}\n`);
    const random = new Prng(seed);
    let events = 0;
    const out = new EventBuffer(() => {
      events += 1;
    });
    const limits = { orders: 4096, accounts: 64, instruments: 4, pages: 4096 };
    const core = createCore(limits, out);
    const slot = new Int32Array(c.COMMAND_WORDS);
    writePlainCommand(slot, 0, { cmd: codes.COMMAND_INSTRUMENT, instrument: 1 });
    apply(core, slot, 0);
    const words = new Int32Array(WIRE_COMMAND_WORDS);
    let applied = 0;
    for (let i = 0; i < 50_000; i++) {
      for (let word = 0; word < WIRE_COMMAND_WORDS; word++) {
        words[word] = random.chance(70) ? random.below(5) : random.word();
      }
      words[c.C_SESSION] = 0;
      words[c.C_HEAD] = random.below(10) | (random.word() & (random.chance(50) ? 0x61fff00 : 0));
      if (judgeCommand(words, 0) !== 0) continue;
      copyCommand(words, 0, slot, 0);
      apply(core, slot, 0);
      applied += 1;
    }
    out.drain();
    expect(applied).toBeGreaterThan(10_000);
    expect(events).toBeGreaterThanOrEqual(applied);
  });
});
