// schemas/journal.md is true: its example is what the program writes, its tables are the layout's.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import * as c from '../src/core/command-slot.ts';
import { writeCommand } from '../src/core/plain.ts';
import type { DamageCode } from '../src/journal/journal-errors.ts';
import { LIMIT_NAMES } from '../src/journal/journal-identity.ts';
import * as s from '../src/journal/segment-layout.ts';
import { MemoryDisk, memoryWriter, pathOf, readWords } from './journal-kit.ts';

const PAGE = readFileSync(new URL('../schemas/journal.md', import.meta.url), 'utf8');

const DAMAGE_CODES: Readonly<Record<DamageCode, true>> = {
  segment_header: true,
  unknown_version: true,
  batch_header: true,
  batch_slots: true,
  sequence: true,
  chain: true,
  foreign: true,
  cut_short: true,
};

/** The rows of the table under a heading, without the two lines that begin it. */
function table(heading: string): string[][] {
  const chapter = PAGE.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  const rows = chapter.match(/^\|.*\|$/gm) ?? [];
  const cells = rows.map((row) => row.split('|').slice(1, -1));
  return cells.slice(2).map((row) => row.map((cell) => cell.trim()));
}

/** Words at which the fields of a table begin, by their names; they lie without gaps. */
function fields(heading: string, bytes: number): Record<string, number> {
  const words: Record<string, number> = {};
  let end = 0;
  for (const [offset, size, field] of table(heading)) {
    if (!/^\d+$/.test(size!)) break;
    expect(Number(offset), field).toBe(end);
    words[field!] = end / 4;
    end += Number(size);
  }
  expect(end).toBe(bytes);
  return words;
}

test('should have the example that the program writes', () => {
  const slots = new Int32Array(c.COMMAND_WORDS);
  writeCommand(slots, 0, {
    cmd: codes.COMMAND_NEW,
    time: 1_700_000_000_000_000_000n,
    session: 7,
    request: 1,
    instrument: 1,
    account: 42,
    clOrdId: 1001,
    side: codes.SIDE_SELL,
    type: codes.TYPE_LIMIT,
    tif: codes.TIF_GTC,
    postOnly: false,
    stp: codes.STP_CANCEL_AGGRESSOR,
    qty: 25,
    price: 10_150,
  });
  const lines = /```hex\n(.*?)```/s.exec(PAGE)![1]!.trim().split('\n');
  const hex = lines.map((line) => line.slice(4)).join('');
  const bytes = new Uint8Array(Buffer.from(hex.replace(/\s/g, ''), 'hex'));
  const disk = new MemoryDisk();
  memoryWriter(disk).append(slots, 0, 1);
  expect(disk.files.get(pathOf(1))!.slice(0, bytes.length)).toEqual(bytes);
  disk.files.set(pathOf(1), bytes);
  slots[c.C_SEQUENCE] = 1;
  expect(readWords(disk).words).toEqual(slots);
});

test('should draw the layout', () => {
  expect(fields('Segment header', s.SEGMENT_HEADER_BYTES)).toEqual({
    magic: s.S_MAGIC_LOW,
    version: s.S_VERSION,
    'header size': s.S_HEADER_BYTES,
    'first sequence': s.S_FIRST_LOW,
    'journal id': s.S_ID_LOW,
    'configuration hash': s.S_CONFIG_LOW,
    'slot size': s.S_SLOT_BYTES,
    chain: s.S_CHAIN,
    'limit count': s.S_LIMIT_COUNT,
    limits: s.S_LIMITS,
    reserved: s.S_LIMITS + s.LIMITS_MAX,
    'segment size': s.S_SEGMENT_BYTES,
    CRC: s.S_CRC,
  });
  expect(fields('Batch', s.BATCH_HEADER_BYTES)).toEqual({
    magic: s.B_MAGIC,
    count: s.B_COUNT,
    'first sequence': s.B_FIRST_LOW,
    chain: s.B_CHAIN,
    'journal id': s.B_ID,
    'slots CRC': s.B_SLOTS_CRC,
    'header CRC': s.B_CRC,
  });
  expect(fields('Command slot', s.SLOT_BYTES)).toEqual({
    head: c.C_HEAD,
    session: c.C_SESSION,
    request: c.C_REQUEST,
    account: c.C_ACCOUNT,
    instrument: c.C_INSTRUMENT,
    clOrdId: c.C_CLORDID_LOW,
    origClOrdId: c.C_ORIG_LOW,
    qty: c.C_QTY,
    price: c.C_PRICE,
    displayQty: c.C_DISPLAY_QTY,
    stopPrice: c.C_STOP_PRICE,
    time: c.C_TIME_LOW,
    sequence: c.C_SEQUENCE,
  });
  expect(s.SLOT_BYTES).toBe(c.COMMAND_WORDS * 4);
  expect(s.SEGMENT_HEADER_BYTES).toBe(s.SEGMENT_HEADER_WORDS * 4);
  expect(s.BATCH_HEADER_BYTES).toBe(s.B_WORDS * 4);
});

test('should name the limits and the codes', () => {
  const limit = (value: number): string => value.toLocaleString('en');
  expect(PAGE).toContain(LIMIT_NAMES.join(', '));
  expect(PAGE).toContain(`| limit count | ${LIMIT_NAMES.length} |`);
  expect(PAGE).toContain(`At most ${limit(s.BATCH_COMMANDS_MAX)}.`);
  expect(PAGE).toContain(`${limit(s.SEGMENT_BYTES_LEAST)} bytes to 1 GiB, default 64 MiB`);
  expect([s.SEGMENT_BYTES_MOST, s.SEGMENT_BYTES_DEFAULT]).toEqual([2 ** 30, 2 ** 26]);
  expect(s.SEQUENCE_MAX).toBe(2 ** 53 - 2);
  const named = table('Reading it back').map(([code]) => code!.replaceAll('`', ''));
  expect(named).toEqual(Object.keys(DAMAGE_CODES));
});
