// Frames that no client of good will sends. Whatever comes, a decoder says 0 or a close code,
// soon, and what it lets through can be read without leaving the frame.

import { describe, expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import { C_HEAD, C_SESSION, COMMAND_WORDS } from '../src/core/command-slot.ts';
import * as feed from '../src/wire/feed.ts';
import * as kinds from '../src/wire/frame-kinds.ts';
import * as oe from '../src/wire/order-entry.ts';
import { REPORT_WORDS } from '../src/wire/report-layout.ts';
import { type AnyDecoder, allDecoders, feedFrames, orderEntryFrames } from './wire-kit.ts';
import { walkFeed, walkOrderEntry } from './wire-walk.ts';

const FRAMES = { ...orderEntryFrames(), ...feedFrames() };
const DECODERS = allDecoders();
const CODES = new Set([
  0,
  kinds.CLOSE_BAD_FRAME,
  kinds.CLOSE_UNSUPPORTED_VERSION,
  kinds.CLOSE_TOO_LARGE,
]);
const REFUSALS = new Set([0, 64, 65, 66, 67, 68, 69]);

/** Counts of codes by decoder, so that a test can tell that it met more than one. */
type Tally = Map<number, number>;

/** What a session does with a frame that its decoder let through; gives back what is wrong. */
function useOrderEntry(decoder: oe.ClientFrameDecoder, frame: Uint8Array): string {
  if (decoder.kind === kinds.KIND_LOGON) {
    const { token, nextReport } = decoder.logon!;
    if (new TextEncoder().encode(token).length > kinds.TOKEN_BYTES_MAX) return 'token too long';
    return Number.isSafeInteger(nextReport) && nextReport > 0 ? '' : 'next report';
  }
  const slot = new Int32Array(COMMAND_WORDS);
  for (let i = 0; i < decoder.commandCount; i++) {
    const at = decoder.commandsAt + i * oe.WIRE_COMMAND_WORDS;
    if ((at + oe.WIRE_COMMAND_WORDS) * 4 > frame.length) return 'command outside the frame';
    const refusal = oe.judgeCommand(decoder.words, at);
    if (!REFUSALS.has(refusal)) return `refusal ${refusal}`;
    if (refusal !== 0) continue;
    oe.copyCommand(decoder.words, at, slot, 0);
    if (slot[C_HEAD]! >>> 23 !== 0 || slot[C_SESSION] !== 0) return 'slot is not clean';
  }
  return '';
}

function useServerFrame(decoder: oe.ServerFrameDecoder, frame: Uint8Array): string {
  for (let i = 0; i < decoder.reportCount; i++) {
    const at = decoder.reportsAt + i * REPORT_WORDS;
    if ((at + REPORT_WORDS) * 4 > frame.length) return 'report outside the frame';
    oe.readReport(decoder.words, at);
  }
  for (let i = 0; i < decoder.refusalCount; i++) {
    oe.readRefusal(decoder.words, decoder.refusalsAt + i * oe.REFUSAL_WORDS);
  }
  return '';
}

function useFeed(decoder: feed.FeedDecoder): string {
  for (let i = 0; i < decoder.levelCount; i++)
    feed.readLevel(decoder.words, decoder.levelsAt + i * 5);
  for (let i = 0; i < decoder.orderCount; i++) {
    feed.readOrderUpdate(decoder.words, decoder.ordersAt + i * 6);
  }
  for (let i = 0; i < decoder.tradeCount; i++)
    feed.readTrade(decoder.words, decoder.tradesAt + i * 5);
  return '';
}

/** Decodes and uses; gives back what is wrong. */
function decode(decoder: AnyDecoder, frame: Uint8Array, tally: Tally): string {
  const code = decoder.decode(frame);
  tally.set(code, (tally.get(code) ?? 0) + 1);
  if (!CODES.has(code)) return `code ${code}`;
  if (code !== 0) return '';
  if (decoder instanceof oe.ClientFrameDecoder) return useOrderEntry(decoder, frame);
  if (decoder instanceof oe.ServerFrameDecoder) return useServerFrame(decoder, frame);
  return decoder instanceof feed.FeedDecoder ? useFeed(decoder) : '';
}

function decodeByAll(frame: Uint8Array, tally: Tally): string {
  for (const [name, decoder] of Object.entries(DECODERS)) {
    const fault = decode(decoder, frame, tally);
    if (fault !== '') return `${name}: ${fault}`;
  }
  return '';
}

describe('every single-byte mutation', () => {
  test.each(Object.entries(FRAMES))('of %s should be taken or closed', (name, frame) => {
    const tally: Tally = new Map();
    const walk = name in orderEntryFrames() ? walkOrderEntry : walkFeed;
    const faults: string[] = [];
    const mutant = frame.slice();
    for (let at = 0; at < frame.length; at++) {
      for (let flip = 1; flip < 256; flip++) {
        mutant[at] = frame[at]! ^ flip;
        const taken = tally.get(0) ?? 0;
        const fault = decodeByAll(mutant, tally);
        if (fault !== '') faults.push(`byte ${at} ^ ${flip}: ${fault}`);
        // Walking is slow: one mutation in 64 of those that were let through.
        const isTaken = (tally.get(0) ?? 0) > taken;
        if (isTaken && flip % 64 === at % 64 && walk(mutant).outside > 0) {
          faults.push(`byte ${at} ^ ${flip}: read outside`);
        }
      }
      mutant[at] = frame[at]!;
    }
    expect(faults).toEqual([]);
    expect(tally.get(kinds.CLOSE_BAD_FRAME)).toBeGreaterThan(0);
    expect(tally.get(kinds.CLOSE_UNSUPPORTED_VERSION)).toBeGreaterThan(0);
  });
});

describe('frames that are cut off', () => {
  test.each(Object.entries(FRAMES))('should be closed: %s', (_, frame) => {
    for (let length = 0; length < frame.length; length++) {
      for (const decoder of Object.values(DECODERS)) {
        expect([length, decoder.decode(frame.subarray(0, length))]).toEqual([
          length,
          kinds.CLOSE_BAD_FRAME,
        ]);
      }
    }
  });
});

/** A frame spoilt in one of several ways; sometimes made of nothing but chance. */
function spoil(random: Prng, templates: readonly Uint8Array[]): Uint8Array {
  const frame = random.pick(templates);
  const way = random.below(4);
  if (way === 0) return Uint8Array.from({ length: random.below(300) }, () => random.word());
  const bytes = frame.slice(0, way === 1 ? random.below(frame.length + 1) : frame.length);
  for (let i = random.between(1, 8); i > 0 && bytes.length >= 4; i--) {
    if (way === 3) {
      // A whole word: offsets and counts of every size, small ones above all.
      const word = random.chance(60) ? random.between(-64, 200) : random.word();
      new DataView(bytes.buffer).setInt32(random.below(bytes.length >> 2) * 4, word, true);
    } else {
      bytes[random.below(bytes.length)] = random.word();
    }
  }
  return bytes;
}

describe('random frames', () => {
  test('should be taken or closed, 100,000 of them', () => {
    const seed = Date.now() >>> 0;
    process.stdout.write(`random frames, seed ${seed}\n`);
    const random = new Prng(seed);
    const templates = Object.values(FRAMES);
    const tally: Tally = new Map();
    const faults: string[] = [];
    let walked = 0;
    for (let i = 0; i < 100_000; i++) {
      const frame = spoil(random, templates);
      const taken = tally.get(0) ?? 0;
      const fault = decodeByAll(frame, tally);
      if (fault !== '') faults.push(`frame ${i}: ${fault}`);
      if ((tally.get(0) ?? 0) === taken || walked >= 1_000) continue;
      walked += 1;
      const walk = frame[7] === 0x45 ? walkOrderEntry : walkFeed;
      if (walk(frame).outside > 0) faults.push(`frame ${i}: read outside`);
    }
    expect(faults, `seed ${seed}`).toEqual([]);
    expect(walked).toBeGreaterThan(500);
    expect(tally.get(kinds.CLOSE_BAD_FRAME)).toBeGreaterThan(100_000);
  });
});
