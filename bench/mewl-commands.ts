// A MEWL workload file as command slots, all in memory, so that a bench times the core alone.
// How MEWL's records become commands of a core with accounts and ids: schemas/replay.md.

import { readFileSync } from 'node:fs';
import {
  COMMAND_CANCEL,
  COMMAND_NEW,
  COMMAND_REPLACE,
  STP_CANCEL_AGGRESSOR,
  TIF_GTC,
  TIF_IOC,
} from '../src/core/codes.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { type Command, writeCommand } from '../src/core/plain.ts';

const HEADER_BYTES = 64;
const RECORD_BYTES = 24;
export const MEWL_INSTRUMENT = 1;

export interface MewlCommands {
  slots: Int32Array;
  count: number;
  /** The first `ramp` commands fill the book. */
  ramp: number;
  /** MEWL id by orderId (new orders are numbered in the order of the file). */
  idOfOrder: Int32Array;
  /** New orders in the file. */
  orders: number;
}

/** A record as it stands in the file; `id` as text. */
export interface MewlRecord {
  readonly type: number;
  readonly side: number;
  readonly qty: number;
  readonly price: number;
  readonly id: string;
}

/** The ramp and the first `timedMax` records after it, for engines that take no slots. */
export function readRecords(
  path: string,
  timedMax: number,
): { records: MewlRecord[]; ramp: number } {
  const file = readFile(path);
  const ramp = file.readUInt32LE(20);
  const count = Math.min(file.readUInt32LE(16), ramp + timedMax);
  const records = Array.from({ length: count }, (_, i) => {
    const at = HEADER_BYTES + i * RECORD_BYTES;
    return {
      type: file[at]!,
      side: file[at + 1]!,
      qty: file.readUInt32LE(at + 4),
      price: file.readUInt32LE(at + 8),
      id: String(file.readUInt32LE(at + 12)),
    };
  });
  return { records, ramp };
}

function readFile(path: string): Buffer {
  const file = readFileSync(path);
  if (file.toString('latin1', 0, 8) !== 'MEWL0001') throw new Error(`${path} is no MEWL file`);
  return file;
}

/**
 * Reads a file, or the first `countMax` commands of it. Replaces are written with MEWL's open
 * quantity as their total; what was filled is added to it by an untimed pass through the core
 * (mewl-run.ts).
 */
export function readMewl(path: string, countMax = Number.POSITIVE_INFINITY): MewlCommands {
  const file = readFile(path);
  const count = Math.min(file.readUInt32LE(16), countMax);
  const slots = new Int32Array(count * COMMAND_WORDS);
  const clOrdIdOf = new Int32Array(file.readUInt32LE(32) + 1);
  const idOfOrder = new Int32Array(count + 1);
  let orders = 0;
  for (let i = 0; i < count; i++) {
    const at = HEADER_BYTES + i * RECORD_BYTES;
    const type = file[at]!;
    const side = file[at + 1]!;
    const qty = file.readUInt32LE(at + 4);
    const price = file.readUInt32LE(at + 8);
    const id = file.readUInt32LE(at + 12);
    const account = 2 * (id % 8) + side + 1;
    const clOrdId = i + 1;
    let command: Command;
    if (type === 1) {
      command = { cmd: COMMAND_CANCEL, account, clOrdId: clOrdIdOf[id]! };
    } else if (type === 2) {
      const origClOrdId = clOrdIdOf[id]!;
      command = { cmd: COMMAND_REPLACE, account, origClOrdId, clOrdId, qty, price };
      clOrdIdOf[id] = clOrdId;
    } else {
      const tif = type === 3 ? TIF_IOC : TIF_GTC;
      const terms = { side, type: 0, tif, postOnly: false, stp: STP_CANCEL_AGGRESSOR, qty, price };
      command = { cmd: COMMAND_NEW, instrument: MEWL_INSTRUMENT, account, clOrdId, ...terms };
      clOrdIdOf[id] = clOrdId;
      idOfOrder[++orders] = id;
    }
    writeCommand(slots, i * COMMAND_WORDS, command);
  }
  return { slots, count, ramp: Math.min(file.readUInt32LE(20), count), idOfOrder, orders };
}
