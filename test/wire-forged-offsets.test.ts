// Offsets that lead astray. What a decoder must not see it would find: each frame comes after one
// that fills the decoder's memory with words that make sense.

import { beforeEach, describe, expect, test } from 'vitest';
import * as kinds from '../src/wire/frame-kinds.ts';
import * as oe from '../src/wire/order-entry.ts';
import { commandWords } from './wire-kit.ts';

const decoder = new oe.ClientFrameDecoder();
const IDENTIFIER = 0x454f5352;
const HEAD = kinds.WIRE_VERSION | (kinds.KIND_OPEN_ORDERS << 16);

/**
 * A question for open orders, word by word: vtable of 20 bytes at 8 (version at 4, kind at 6,
 * request at 8), table of 12 bytes at 28.
 */
function question(): { words: Int32Array; bytes: Uint8Array; halves: Uint16Array } {
  const words = new Int32Array(10);
  const halves = new Uint16Array(words.buffer);
  words[0] = 28;
  words[1] = IDENTIFIER;
  halves.set([20, 12, 4, 6, 0, 0, 0, 0, 0, 8], 4);
  words[7] = 28 - 8;
  words[8] = HEAD;
  words[9] = 77;
  return { words, bytes: new Uint8Array(words.buffer), halves };
}

/** Fills the decoder's memory, behind the frames of this file, with this half-word. */
function leave(half: number): void {
  const filler = new Uint8Array(kinds.FRAME_BYTES_MAX);
  new Uint16Array(filler.buffer).fill(half);
  decoder.decode(filler);
}

beforeEach(() => leave(0));

describe('a question made by hand', () => {
  test('should be taken as it is', () => {
    expect(decoder.decode(question().bytes)).toBe(0);
    expect([decoder.kind, decoder.request]).toEqual([kinds.KIND_OPEN_ORDERS, 77]);
  });

  test('should be refused when its root lies in the header, askew, or outside', () => {
    for (const root of [0, 4, 26, 27, 30, 40, 44, 0x7fffffff, -1, -(2 ** 31)]) {
      const { words, bytes } = question();
      words[0] = root;
      expect([root, decoder.decode(bytes)]).toEqual([root, kinds.CLOSE_BAD_FRAME]);
    }
  });

  test('should be refused when a field is askew', () => {
    for (const offset of [5, 6, 7, 9]) {
      const { halves, bytes } = question();
      halves[4 + 9] = offset;
      expect([offset, decoder.decode(bytes)]).toEqual([offset, kinds.CLOSE_BAD_FRAME]);
    }
    const { halves, bytes } = question();
    halves[4 + 3] = 5;
    expect(decoder.decode(bytes)).toBe(kinds.CLOSE_BAD_FRAME);
  });

  test('should be refused when a field lies on the soffset or behind the table', () => {
    for (const offset of [1, 2, 12, 16, 100]) {
      const { halves, bytes } = question();
      halves[4 + 9] = offset;
      expect([offset, decoder.decode(bytes)]).toEqual([offset, kinds.CLOSE_BAD_FRAME]);
    }
  });

  test('should be refused when its table is longer than the message', () => {
    for (const tableBytes of [13, 16, 100, 0, 3]) {
      const { halves, bytes } = question();
      halves[5] = tableBytes;
      expect([tableBytes, decoder.decode(bytes)]).toEqual([tableBytes, kinds.CLOSE_BAD_FRAME]);
    }
  });

  test('should be refused when its vtable is odd, short or longer than the message', () => {
    for (const vtableBytes of [0, 2, 3, 19, 21, 34, 0x7fff, 0xffff]) {
      const { halves, bytes } = question();
      halves[4] = vtableBytes;
      expect([vtableBytes, decoder.decode(bytes)]).toEqual([vtableBytes, kinds.CLOSE_BAD_FRAME]);
    }
  });

  test('should be refused when its vtable lies in the header', () => {
    for (const at of [0, 4, 6]) {
      const { words, bytes } = question();
      words[7] = 28 - at;
      expect([at, decoder.decode(bytes)]).toEqual([at, kinds.CLOSE_BAD_FRAME]);
    }
    // The identifier, read as a vtable: 21,330 bytes, a table of 17,743.
    const words = new Int32Array(16_000);
    words.set([40_000, IDENTIFIER]);
    new Uint16Array(words.buffer).set([4, 6, 0, 0, 0, 0, 0, 8], 4);
    words.set([40_000 - 4, HEAD, 77], 10_000);
    expect(decoder.decode(new Uint8Array(words.buffer))).toBe(kinds.CLOSE_BAD_FRAME);
  });

  test('should be refused when its vtable lies askew', () => {
    const words = new Int32Array(11);
    const bytes = new Uint8Array(words.buffer);
    const plain = question();
    bytes.set(plain.bytes.subarray(0, 8));
    bytes.set(plain.bytes.subarray(8, 28), 9);
    words.set([32 - 9, HEAD, 77], 8);
    words[0] = 32;
    expect(decoder.decode(bytes)).toBe(kinds.CLOSE_BAD_FRAME);
  });

  test('should be refused when its vtable goes on in what a frame before has left', () => {
    // The vtable is the last thing in the message, so what is cut off of it is still in memory.
    const words = new Int32Array(10);
    const bytes = new Uint8Array(words.buffer);
    words.set([8, IDENTIFIER, 8 - 20, HEAD, 77]);
    new Uint16Array(words.buffer).set([20, 12, 4, 6, 0, 0, 0, 0, 0, 8], 10);
    for (const length of [20, 24, 28, 32, 36]) {
      expect(decoder.decode(bytes)).toBe(0);
      const code = decoder.decode(bytes.subarray(0, length));
      expect([length, code]).toEqual([length, kinds.CLOSE_BAD_FRAME]);
    }
  });
});

describe('the vector of a frame', () => {
  const list = new oe.ServerFrameEncoder();

  test('should not lie on the offset that leads to it', () => {
    const server = new oe.ServerFrameDecoder();
    const frame = list.openOrders(new Int32Array(0), 0, 0, 77, 0, true).slice();
    const words = new Int32Array(frame.buffer);
    expect(server.decode(frame)).toBe(0);
    // The only offset of the frame: the word that leads from its place to the count at the end.
    const at = words.findIndex((word, i) => i > 8 && word === (words.length - 1 - i) * 4);
    words[at] = 0;
    expect(server.decode(frame)).toBe(kinds.CLOSE_BAD_FRAME);
  });

  test('should not lie askew, or outside', () => {
    const one = commandWords([{ command: 2, request: 1, account: 1, clOrdId: 1n }]);
    const encoded = new oe.CommandsEncoder().encode(one, 0, 1);
    for (const step of [0, 1, 2, 3, 4, 56, 0x7fffff00, -200]) {
      // One word more than it has, so that askew is not too long.
      const frame = new Uint8Array(encoded.length + 4);
      frame.set(encoded);
      const words = new Int32Array(frame.buffer);
      const end = words.length - 15;
      const at = words.findIndex((word, i) => i > 8 && word === (end - i) * 4);
      words[at]! += step;
      const code = step === 0 ? 0 : kinds.CLOSE_BAD_FRAME;
      expect([step, decoder.decode(frame)]).toEqual([step, code]);
    }
  });
});
