// The situations in which every call on the data directory is met. What two threads do alike is
// parted: where strace would kill one of them at its first call, the other has no first call.
//
//   begin      an empty folder, from the start until it listens: the first segment
//   return     a journal with a torn tail, from the start until it listens: synced, tail cut off
//   orders     100 orders, the segment ends among them: batches, a new segment
//   spare      the same: the next segment is made ahead …
//   take       … and taken
//   snapshots  100 orders, three snapshots among them: written, renamed, the oldest taken away

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SEGMENT_BYTES = 65_536;
/** Commands that leave a segment of 64 KiB room for about half of the orders. */
export const FULL_COMMANDS = 960;
/** strace has to be told every name; it looks through them all at each call of the server. */
const SEQUENCES = 130;

export type FolderKind = 'empty' | 'torn' | 'full';

export interface Scenario {
  readonly name: string;
  /** What the server begins with. */
  readonly folder: FolderKind;
  /** From when on its calls count: the start of the program, when it listens, or … */
  readonly from: 'start' | 'listening' | 'spare';
  /** 100 orders are sent; else it only starts. */
  readonly hasOrders: boolean;
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of files whose calls count. '.': the directory itself. */
  readonly files: readonly string[];
  /** Waits for snapshots between the orders. */
  readonly hasSnapshots: boolean;
  /** Is in the short form too. */
  readonly isShort: boolean;
}

const QUIET = { segmentBytesMax: SEGMENT_BYTES, snapshotCommands: 0, snapshotSeconds: 0 };

/** Names of `count` sequences from one on. */
function numbered(prefix: string, suffix: string, from: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    return `${prefix}${String(from + i).padStart(20, '0')}${suffix}`;
  });
}

const FIRST = numbered('journal-', '.segment', 1, 1);

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'begin',
    folder: 'empty',
    from: 'start',
    hasOrders: false,
    config: QUIET,
    files: ['.', 'journal.new', ...FIRST],
    hasSnapshots: false,
    isShort: false,
  },
  {
    name: 'return',
    folder: 'torn',
    from: 'start',
    hasOrders: false,
    config: QUIET,
    files: ['.', ...FIRST, ...numbered('journal-', '.torn', FULL_COMMANDS, 10)],
    hasSnapshots: false,
    isShort: false,
  },
  {
    name: 'orders',
    folder: 'full',
    from: 'listening',
    hasOrders: true,
    config: QUIET,
    files: ['.', ...FIRST, ...numbered('journal-', '.segment', FULL_COMMANDS, SEQUENCES)],
    hasSnapshots: false,
    isShort: true,
  },
  {
    name: 'spare',
    folder: 'full',
    from: 'listening',
    hasOrders: true,
    config: QUIET,
    files: ['journal.spare'],
    hasSnapshots: false,
    isShort: false,
  },
  {
    name: 'take',
    folder: 'full',
    from: 'spare',
    hasOrders: true,
    config: QUIET,
    files: ['journal.spare'],
    hasSnapshots: false,
    isShort: false,
  },
  {
    name: 'snapshots',
    folder: 'empty',
    from: 'listening',
    hasOrders: true,
    config: { ...QUIET, snapshotCommands: 25, snapshotsKept: 2 },
    files: ['.', 'snapshot.new', ...numbered('snapshot-', '.state', 20, SEQUENCES)],
    hasSnapshots: true,
    isShort: false,
  },
];

export function pathsOf({ files }: Scenario, data: string): string[] {
  return files.map((file) => (file === '.' ? data : join(data, file)));
}

/** Whether the next segment lies ready. */
export function isSpareReady(data: string): boolean {
  const spare = join(data, 'journal.spare');
  return existsSync(spare) && statSync(spare).size === SEGMENT_BYTES;
}

/** Command sequence of the newest snapshot, 0 when there is none. */
export function newestSnapshot(data: string): number {
  const names = readdirSync(data).filter((name) => name.endsWith('.state'));
  return Math.max(0, ...names.map((name) => Number(/\d{20}/.exec(name)![0])));
}
