// Frames forged on purpose, each against one rule: of the verifier, of texts, of versions, of
// what a kind of frame has to have.

import { Builder, ByteBuffer } from 'flatbuffers';
import { describe, expect, test } from 'vitest';
import * as feed from '../src/wire/feed.ts';
import * as kinds from '../src/wire/frame-kinds.ts';
import { Frame } from '../src/wire/generated/ringside/order-entry/frame.ts';
import { Logon } from '../src/wire/generated/ringside/order-entry/logon.ts';
import * as oe from '../src/wire/order-entry.ts';
import { REPORT_WORDS } from '../src/wire/report-layout.ts';
import { isUtf8 } from '../src/wire/utf8.ts';
import {
  type AnyDecoder,
  COMMANDS,
  commandWords,
  countingWords,
  LOGON,
  orderEntryFrames,
} from './wire-kit.ts';

const decoder = new oe.ClientFrameDecoder();
const FRAMES = orderEntryFrames();

/** A frame of order entry whose root has `fields`, by slot: [bytes of the field, value]. */
function forge(slots: number, add: (builder: Builder) => void, head = true): Uint8Array {
  const builder = new Builder(256);
  builder.startObject(slots);
  if (head) {
    builder.addFieldInt16(0, kinds.WIRE_VERSION, 0);
    builder.addFieldInt16(1, kinds.KIND_COMMANDS, 0);
  }
  add(builder);
  builder.finish(builder.endObject(), 'RSOE');
  return builder.asUint8Array();
}

/** Words of a frame, to be changed in place. */
function wordsOf(frame: Uint8Array): { bytes: Uint8Array; words: Int32Array } {
  const words = new Int32Array(frame.length >> 2);
  const bytes = new Uint8Array(words.buffer);
  bytes.set(frame);
  return { bytes, words };
}

/** A logon with these fields; the token as bytes, which need not be text. */
function logonFrame(
  fields: Partial<oe.Logon> & { frameVersion?: number; tokenBytes?: Uint8Array },
): Uint8Array {
  const { versionMin, versionMax, nextReport } = { ...LOGON, ...fields };
  const builder = new Builder(256);
  const token = builder.createString(fields.tokenBytes ?? fields.token ?? LOGON.token);
  const high = Math.floor(nextReport / 2 ** 32);
  const logon = Logon.createLogon(
    builder,
    versionMin,
    versionMax,
    token,
    nextReport | 0,
    high,
    true,
  );
  Frame.startFrame(builder);
  Frame.addVersion(builder, fields.frameVersion ?? versionMax);
  Frame.addKind(builder, kinds.KIND_LOGON);
  Frame.addLogon(builder, logon);
  Frame.finishFrameBuffer(builder, Frame.endFrame(builder));
  return builder.asUint8Array();
}

describe('the verifier', () => {
  test('should refuse an empty message and one of another protocol', () => {
    expect(decoder.decode(new Uint8Array(0))).toBe(kinds.CLOSE_BAD_FRAME);
    expect(decoder.decode(feed.encodeSubscribe(1, 1))).toBe(kinds.CLOSE_BAD_FRAME);
    const other = new feed.ConsumerFrameDecoder();
    expect(other.decode(FRAMES.heartbeat!)).toBe(kinds.CLOSE_BAD_FRAME);
  });

  test('should refuse counts that the frame cannot hold', () => {
    const at = FRAMES.commands!.length / 4 - COMMANDS.length * oe.WIRE_COMMAND_WORDS - 1;
    for (const count of [COMMANDS.length + 1, 1025, 0x7fffffff, -1, -(2 ** 31)]) {
      const { bytes, words } = wordsOf(FRAMES.commands!);
      expect(words[at]).toBe(COMMANDS.length);
      words[at] = count;
      expect([count, decoder.decode(bytes)]).toEqual([count, kinds.CLOSE_BAD_FRAME]);
    }
  });

  test('should refuse a vector of more elements than its limit', () => {
    const words = commandWords(new Array(1024).fill(COMMANDS[0]));
    const full = new oe.CommandsEncoder().encode(words, 0, 1024);
    const grown = new Uint8Array(full.length + 52);
    grown.set(full);
    expect(decoder.decode(grown)).toBe(0);
    const view = new DataView(grown.buffer);
    expect(view.getInt32(full.length - 1024 * 52 - 4, true)).toBe(1024);
    view.setInt32(full.length - 1024 * 52 - 4, 1025, true);
    expect(decoder.decode(grown)).toBe(kinds.CLOSE_BAD_FRAME);
  });

  test('should refuse a vtable that the library would read as negative', () => {
    // A vtable of 32,768 bytes, in range: the generated code would find no logon and stumble.
    const frame = new Uint8Array(65_000);
    const view = new DataView(frame.buffer);
    frame.set(new TextEncoder().encode('RSOE'), 4);
    const table = 8 + 32_768;
    view.setUint32(0, table, true);
    view.setUint16(8, 32_768, true);
    view.setUint16(10, 12, true);
    for (const [slot, offset] of [
      [0, 4],
      [1, 6],
      [2, 8],
    ] as const) {
      view.setUint16(12 + slot * 2, offset, true);
    }
    view.setInt32(table, table - 8, true);
    view.setUint16(table + 4, 1, true);
    view.setUint16(table + 6, kinds.KIND_LOGON, true);
    const logon = logonFrame({});
    const inner = Frame.getRootAsFrame(new ByteBuffer(logon)).logon()!.bb_pos;
    const copy = table + 16;
    frame.set(logon, copy);
    view.setUint32(table + 8, copy + inner - (table + 8), true);
    expect(decoder.decode(frame)).toBe(kinds.CLOSE_BAD_FRAME);
    view.setUint16(8, 32_766, true);
    expect(decoder.decode(frame)).toBe(0);
  });

  test('should refuse offsets that lead to the same bytes again and again', () => {
    const builder = new Builder(65_536);
    const name = builder.createString('x'.repeat(kinds.NAME_BYTES_MAX));
    builder.startObject(4);
    builder.addFieldOffset(1, name, 0);
    const account = builder.endObject();
    builder.startVector(4, 1_000, 4);
    for (let i = 0; i < 1_000; i++) builder.addOffset(account);
    const accounts = builder.endVector();
    builder.startObject(10);
    builder.addFieldOffset(8, accounts, 0);
    const welcome = builder.endObject();
    Frame.startFrame(builder);
    Frame.addVersion(builder, 1);
    Frame.addKind(builder, kinds.KIND_WELCOME);
    Frame.addWelcome(builder, welcome);
    Frame.finishFrameBuffer(builder, Frame.endFrame(builder));
    const frame = builder.asUint8Array();
    expect(Frame.getRootAsFrame(new ByteBuffer(frame)).welcome()!.accountsLength()).toBe(1_000);
    expect(new oe.ServerFrameDecoder().decode(frame)).toBe(kinds.CLOSE_BAD_FRAME);
  });

  test('should take fields of a later version, which it does not look at', () => {
    const frame = forge(40, (builder) => {
      builder.addFieldInt32(39, 5, 0);
      builder.addFieldInt16(1, kinds.KIND_HEARTBEAT, 0);
    });
    expect(decoder.decode(frame)).toBe(0);
    expect(decoder.kind).toBe(kinds.KIND_HEARTBEAT);
  });

  test('should decode the worst frame in a bounded time', () => {
    // As many tables as fit, each with three texts.
    const count = 512;
    const tiny = { number: 1, symbol: '', tickSize: '', lotSize: '', status: 1, referencePrice: 0 };
    const head = feed.createFeedHead(kinds.FEED_INSTRUMENTS);
    const frame = feed.encodeInstruments(head, new Array(count).fill(tiny));
    const before = process.cpuUsage();
    const reader = new feed.FeedDecoder();
    for (let i = 0; i < 10; i++) expect(reader.decode(frame)).toBe(0);
    // It takes 5 ms; a reader that follows what is forged takes a second for one. Processor time,
    // µs, which is the same on a busy machine.
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
    expect(reader.instruments).toHaveLength(count);
  });
});

describe('the size of a frame', () => {
  test('should be judged before anything is copied', () => {
    expect(decoder.decode(new Uint8Array(kinds.FRAME_BYTES_MAX))).toBe(kinds.CLOSE_BAD_FRAME);
    const large = new Uint8Array(kinds.FRAME_BYTES_MAX + 1);
    expect(decoder.decode(large)).toBe(kinds.CLOSE_TOO_LARGE);
    expect(new feed.ConsumerFrameDecoder().decode(large)).toBe(kinds.CLOSE_TOO_LARGE);
    const larger = new Uint8Array(kinds.SERVER_FRAME_BYTES_MAX + 1);
    expect(new oe.ServerFrameDecoder().decode(larger)).toBe(kinds.CLOSE_TOO_LARGE);
    expect(new feed.FeedDecoder().decode(larger)).toBe(kinds.CLOSE_TOO_LARGE);
  });

  test('should never matter for where a message lies in its buffer', () => {
    for (const shift of [1, 2, 3, 5]) {
      const buffer = new Uint8Array(FRAMES.commands!.length + 16).fill(0xff);
      buffer.set(FRAMES.commands!, shift);
      expect(decoder.decode(buffer.subarray(shift, shift + FRAMES.commands!.length))).toBe(0);
      expect(decoder.commandCount).toBe(COMMANDS.length);
    }
  });
});

describe('texts', () => {
  const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];

  test.each([
    ['nothing', []],
    ['ASCII', bytesOf('token\0')],
    ['two, three and four bytes', bytesOf('éก𝄞')],
    ['the ends of each length', bytesOf('\u007f\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}')],
    ['both sides of the surrogates', bytesOf('\ud7ff\ue000')],
    ['a byte order mark', bytesOf('\ufeffx')],
  ])('should be taken: %s', (_, bytes) => {
    expect(isUtf8(Uint8Array.from(bytes), 0, bytes.length)).toBe(true);
    expect(decoder.decode(logonFrame({ tokenBytes: Uint8Array.from(bytes) }))).toBe(0);
    expect(bytesOf(decoder.logon!.token)).toEqual(bytes);
  });

  test.each([
    ['a second byte alone', [0x80]],
    ['a first byte alone', [0x41, 0xc3]],
    ['an overlong form of two', [0xc1, 0xbf]],
    ['an overlong form of three', [0xe0, 0x9f, 0xbf]],
    ['an overlong form of four', [0xf0, 0x8f, 0xbf, 0xbf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a lead that there is not', [0xf8, 0x88, 0x80, 0x80, 0x80]],
    ['0xff', [0xff]],
    ['a third byte that is none', [0xe0, 0xa4, 0x28]],
    ['a fourth byte that is none', [0xf0, 0x90, 0x80, 0x28]],
  ])('should be refused: %s', (_, bytes) => {
    expect(isUtf8(Uint8Array.from(bytes), 0, bytes.length)).toBe(false);
    const frame = logonFrame({ tokenBytes: Uint8Array.from(bytes) });
    expect(decoder.decode(frame)).toBe(kinds.CLOSE_BAD_FRAME);
  });

  test('should be judged as the platform judges them', () => {
    const fatal = new TextDecoder('utf-8', { fatal: true });
    for (let pair = 0; pair < 65_536; pair++) {
      const bytes = Uint8Array.of(pair >> 8, pair & 0xff, 0x80, 0x80);
      let isGood = true;
      try {
        fatal.decode(bytes);
      } catch {
        isGood = false;
      }
      if (isUtf8(bytes, 0, 4) !== isGood) expect([...bytes]).toBe(isGood);
    }
  });

  test('should have a length limit', () => {
    const most = 'x'.repeat(kinds.TOKEN_BYTES_MAX);
    expect(decoder.decode(logonFrame({ token: most }))).toBe(0);
    expect(decoder.decode(logonFrame({ token: `${most}x` }))).toBe(kinds.CLOSE_BAD_FRAME);
    expect(() => oe.encodeLogon({ ...LOGON, token: `${most}x` })).toThrow(RangeError);
    expect(() => oe.encodeLogon({ ...LOGON, token: '\ud800' })).toThrow(RangeError);
  });

  test('should be there', () => {
    const builder = new Builder(64);
    const logon = Logon.createLogon(builder, 1, 1, 0, 1, 0, false);
    Frame.startFrame(builder);
    Frame.addVersion(builder, 1);
    Frame.addKind(builder, kinds.KIND_LOGON);
    Frame.addLogon(builder, logon);
    Frame.finishFrameBuffer(builder, Frame.endFrame(builder));
    expect(decoder.decode(builder.asUint8Array())).toBe(kinds.CLOSE_BAD_FRAME);
  });
});

describe('a logon', () => {
  test.each([
    [1, 1, 1, 0],
    [0, 9, 5, 0],
    [2, 3, 3, kinds.CLOSE_UNSUPPORTED_VERSION],
    [0, 0, 0, kinds.CLOSE_UNSUPPORTED_VERSION],
    [2, 1, 1, kinds.CLOSE_BAD_FRAME],
    [1, 3, 4, kinds.CLOSE_BAD_FRAME],
  ])(
    'from %i to %i in a frame of %i should get %i',
    (versionMin, versionMax, frameVersion, code) => {
      expect(decoder.decode(logonFrame({ versionMin, versionMax, frameVersion }))).toBe(code);
    },
  );

  test.each([
    [1, 0],
    [2 ** 53 - 1, 0],
    [0, kinds.CLOSE_BAD_FRAME],
    [2 ** 53, kinds.CLOSE_BAD_FRAME],
    [2 ** 63, kinds.CLOSE_BAD_FRAME],
  ])('that wants report %i should get %i', (nextReport, code) => {
    expect(decoder.decode(logonFrame({ nextReport }))).toBe(code);
    if (code === 0) expect(decoder.logon!.nextReport).toBe(nextReport);
  });
});

describe('a frame', () => {
  test('should be of a kind that its sender may send', () => {
    const server = new oe.ServerFrameDecoder();
    const taken = (side: AnyDecoder): string[] =>
      Object.keys(FRAMES).filter((name) => side.decode(FRAMES[name]!) === 0);
    const fromServer = [
      'heartbeat',
      'welcome',
      'instruments',
      'reports',
      'refusals',
      'openOrderList',
    ];
    expect(taken(decoder)).toEqual(['logon', 'commands', 'heartbeat', 'openOrders', 'define']);
    expect(taken(server)).toEqual(fromServer);
  });

  test('should have at least one command, and nothing of another kind', () => {
    const { bytes: none, words } = wordsOf(FRAMES.commands!);
    words[words.length - COMMANDS.length * oe.WIRE_COMMAND_WORDS - 1] = 0;
    expect(Frame.getRootAsFrame(new ByteBuffer(none)).commandsLength()).toBe(0);
    expect(decoder.decode(none)).toBe(kinds.CLOSE_BAD_FRAME);
    expect(decoder.decode(forge(2, () => {}))).toBe(kinds.CLOSE_BAD_FRAME);
    const { bytes } = wordsOf(FRAMES.commands!);
    // The entry of `request` in the vtable, which a frame of commands leaves empty.
    new DataView(bytes.buffer).setUint16(12 + 7 * 2, 4, true);
    expect(decoder.decode(bytes)).toBe(kinds.CLOSE_BAD_FRAME);
  });

  test('should have the version that was agreed on', () => {
    for (const name of ['commands', 'heartbeat', 'openOrders', 'reports', 'welcome']) {
      const builder = FRAMES[name]!.slice();
      const frame = Frame.getRootAsFrame(new ByteBuffer(builder));
      const at = frame.bb_pos + frame.bb!.__offset(frame.bb_pos, 4);
      builder[at] = 2;
      const side = name === 'reports' || name === 'welcome' ? new oe.ServerFrameDecoder() : decoder;
      expect([name, side.decode(builder)]).toEqual([name, kinds.CLOSE_UNSUPPORTED_VERSION]);
    }
    const none = forge(2, () => {}, false);
    expect(decoder.decode(none)).toBe(kinds.CLOSE_UNSUPPORTED_VERSION);
  });

  test('should have numbers that a reader can hold', () => {
    const server = new oe.ServerFrameDecoder();
    for (const word of [3, 5]) {
      const reports = countingWords(2, REPORT_WORDS);
      reports[REPORT_WORDS + word] = 0x1fffff;
      expect(server.decode(new oe.ServerFrameEncoder().reports(reports, 0, 2))).toBe(0);
      reports[REPORT_WORDS + word] = 0x200000;
      const code = server.decode(new oe.ServerFrameEncoder().reports(reports, 0, 2));
      expect(code).toBe(kinds.CLOSE_BAD_FRAME);
    }
  });
});
