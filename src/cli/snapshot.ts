// `ringside snapshot info FILE`: what a snapshot has in it, and whether it is sound.

import { Command } from 'commander';
import { InputError } from '../base/input-error.ts';
import { wordsToBigint } from '../base/words.ts';
import { SIDE_BUY, SIDE_SELL } from '../core/codes.ts';
import { highestClOrdIds } from '../core/snapshot.ts';
import {
  hasInstrument,
  queuedStops,
  restingOrders,
  stateHash,
  waitingStops,
} from '../core/views.ts';
import { REAL_DISK } from '../journal/disk.ts';
import { Replica } from '../journal/replica.ts';
import { readSnapshot, SnapshotUnusable } from '../journal/snapshot-file.ts';
import { SECTION_NAMES, SECTION_REPORTS } from '../journal/snapshot-layout.ts';
import { readLedger } from '../session/report-ledger.ts';
import { jsonLine } from './client-options.ts';
import type { Print } from './sync-output.ts';

const HELP = `
Example:
  $ ringside snapshot info ./exchange/snapshot-00000000000005000000.state

Prints one JSON object. schemas/snapshot.md describes the file.
Exit status: 0 sound, 2 wrong usage, or a file that cannot be used (the reason is printed).`;

export function snapshotCommand(): Command {
  const info = new Command('info')
    .description('check a snapshot and print what is in it')
    .argument('<file>', 'snapshot-….state of a data directory')
    .addHelpText('after', HELP)
    .action((file: string) => runInfo(file, (line) => process.stdout.write(line)));
  return new Command('snapshot').description('look into a snapshot').addCommand(info);
}

/** Prints one line. Throws an InputError when the file cannot be used. */
export function runInfo(file: string, print: Print): void {
  const { head, sections } = read(file);
  const replica = new Replica(head.limits, new Map());
  replica.restore(sections, head.chain);
  const { core } = replica;
  const numbers = Array.from({ length: head.limits.instruments }, (_, i) => i + 1);
  const instruments = numbers.filter((number) => hasInstrument(core, number));
  const resting = instruments.flatMap((number) =>
    [SIDE_BUY, SIDE_SELL].map((side) => restingOrders(core, number, side).length),
  );
  const stops = instruments.flatMap((number) => [
    waitingStops(core, number, SIDE_BUY).length,
    waitingStops(core, number, SIDE_SELL).length,
    queuedStops(core, number).length,
  ]);
  const ledger = sections.get(SECTION_REPORTS);
  const sessions = ledger === undefined ? [] : readLedger(ledger);
  print(
    jsonLine({
      file,
      sequence: head.sequence,
      time: wordsToBigint(...head.clock).toString(),
      journalId: hex(head.idHigh) + hex(head.idLow),
      chain: hex(head.chain),
      stateVersion: head.stateVersion,
      limits: head.limits,
      sections: [...sections].map(([kind, words]) => ({
        section: SECTION_NAMES[kind] ?? kind,
        bytes: words.length * 4,
      })),
      instruments: instruments.length,
      accounts: highestClOrdIds(core).length / 3,
      restingOrders: resting.reduce((sum, one) => sum + one, 0),
      waitingStops: stops.reduce((sum, one) => sum + one, 0),
      sessions: sessions.length,
      retainedReports: sessions.reduce((sum, { count }) => sum + count, 0),
      stateHash: stateHash(core),
    }),
  );
}

function read(file: string): ReturnType<typeof readSnapshot> {
  try {
    return readSnapshot(file, REAL_DISK);
  } catch (error) {
    const isExpected = error instanceof SnapshotUnusable || 'syscall' in (error as Error);
    if (isExpected) throw new InputError((error as Error).message);
    throw error;
  }
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
