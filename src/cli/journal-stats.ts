// `ringside journal stats`: what is in a journal, in numbers.

import { wordsToBigint } from '../base/words.ts';
import { COMMAND_NAMES } from '../core/codes.ts';
import {
  C_ACCOUNT,
  C_HEAD,
  C_SESSION,
  C_TIME_HIGH,
  C_TIME_LOW,
  COMMAND_WORDS,
  HEAD_COMMAND_MASK,
} from '../core/command-slot.ts';
import { REAL_DISK } from '../journal/disk.ts';
import { readJournal } from '../journal/journal-reader.ts';
import { listSnapshots } from '../journal/snapshot-file.ts';
import { jsonLine } from './client-options.ts';
import type { Print } from './sync-output.ts';

class Counts {
  commands = 0;
  largestBatch = 0;
  firstTime = '';
  lastTime = '';
  readonly kinds = new Map<number, number>();
  readonly sessions = new Set<number>();
  readonly accounts = new Set<number>();

  add(words: Int32Array, at: number, count: number): void {
    this.commands += count;
    this.largestBatch = Math.max(this.largestBatch, count);
    const end = at + count * COMMAND_WORDS;
    if (this.firstTime === '') this.firstTime = timeOf(words, at);
    this.lastTime = timeOf(words, end - COMMAND_WORDS);
    for (let slot = at; slot < end; slot += COMMAND_WORDS) {
      const kind = words[slot + C_HEAD]! & HEAD_COMMAND_MASK;
      this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
      if (words[slot + C_SESSION] !== 0) this.sessions.add(words[slot + C_SESSION]!);
      if (words[slot + C_ACCOUNT] !== 0) this.accounts.add(words[slot + C_ACCOUNT]!);
    }
  }
}

/** Prints one line. */
export function runStats(dir: string, print: Print): void {
  const counts = new Counts();
  let firstSequence = 0;
  const read = readJournal(dir, (words, at, count, first) => {
    firstSequence ||= first;
    counts.add(words, at, count);
  });
  const snapshots = listSnapshots(REAL_DISK, dir);
  const { segments, batches, nextSequence, torn } = read;
  const commandsPerBatch = batches === 0 ? 0 : Math.round((counts.commands / batches) * 10) / 10;
  const kinds = [...counts.kinds].map(([kind, count]) => [COMMAND_NAMES[kind] ?? kind, count]);
  print(
    jsonLine({
      segments,
      firstSequence,
      lastSequence: nextSequence - 1,
      commands: counts.commands,
      batches,
      commandsPerBatch,
      largestBatch: counts.largestBatch,
      tornBytes: torn?.bytes ?? 0,
      firstTime: counts.firstTime,
      lastTime: counts.lastTime,
      byCommand: Object.fromEntries(kinds),
      sessions: counts.sessions.size,
      accounts: counts.accounts.size,
      limits: read.tail?.header.limits ?? null,
      snapshots: snapshots.map(({ sequence }) => sequence).reverse(),
    }),
  );
}

function timeOf(words: Int32Array, at: number): string {
  return wordsToBigint(words[at + C_TIME_LOW]!, words[at + C_TIME_HIGH]!).toString();
}
