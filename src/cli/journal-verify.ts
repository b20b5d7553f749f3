// `ringside journal verify`: every segment and snapshot of a directory, many at once.

import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { REAL_DISK } from '../journal/disk.ts';
import { listSegments } from '../journal/segment-name.ts';
import { listSnapshots } from '../journal/snapshot-file.ts';
import {
  judgeSegments,
  type SegmentReport,
  type SnapshotReport,
} from '../journal/verify-segment.ts';
import { jsonLine } from './client-options.ts';
import { EXIT_CHECK_FAILED } from './exit-codes.ts';
import type { VerifyTask } from './journal-verify-worker.ts';
import { progressBar } from './progress.ts';

export interface VerifyOptions {
  threads?: number;
}

/** Prints a line for each file and one for all. Exit status 1: something is damaged. */
export async function runVerify(dir: string, options: VerifyOptions): Promise<void> {
  const tasks: VerifyTask[] = [
    ...listSegments(REAL_DISK, dir).map(({ file }) => ({ kind: 'segment' as const, file })),
    ...listSnapshots(REAL_DISK, dir)
      .reverse()
      .map(({ file }) => ({ kind: 'snapshot' as const, file })),
  ];
  const results = await verifyAll(tasks, options.threads ?? availableParallelism());
  const segments = results.filter((_, i) => tasks[i]!.kind === 'segment') as SegmentReport[];
  const snapshots = results.filter((_, i) => tasks[i]!.kind === 'snapshot') as SnapshotReport[];
  const verdicts = judgeSegments(segments);
  segments.forEach((report, i) => {
    process.stdout.write(jsonLine(segmentLine(report, verdicts[i]!)));
  });
  for (const { file, sequence, fault } of snapshots) {
    const state = fault === null ? 'sound' : 'unusable';
    process.stdout.write(jsonLine({ snapshot: file, sequence, state, ...reasonOf(fault) }));
  }
  const damaged = verdicts.filter(({ state }) => state === 'damaged').length;
  const unusable = snapshots.filter(({ fault }) => fault !== null).length;
  const total = {
    segments: segments.length,
    commands: segments.reduce((sum, one) => sum + commandsOf(one), 0),
    batches: segments.reduce((sum, one) => sum + one.batches, 0),
    snapshots: snapshots.length,
    damaged,
    unusable,
    torn: verdicts.filter(({ state }) => state === 'torn').length,
    sound: damaged === 0 && unusable === 0,
  };
  process.stdout.write(jsonLine(total));
  if (!total.sound) process.exitCode = EXIT_CHECK_FAILED;
}

async function verifyAll(
  tasks: readonly VerifyTask[],
  threads: number,
): Promise<(SegmentReport | SnapshotReport)[]> {
  const pool = new Piscina<VerifyTask, SegmentReport | SnapshotReport>({
    filename: fileURLToPath(new URL('./verify-worker.js', import.meta.url)),
    minThreads: 1,
    maxThreads: Math.max(1, Math.min(threads, tasks.length)),
  });
  const bar = progressBar(tasks.length, 'files');
  let done = 0;
  try {
    return await Promise.all(
      tasks.map(async (task) => {
        const result = await pool.run(task);
        done += 1;
        bar.update(done);
        return result;
      }),
    );
  } finally {
    bar.stop();
    await pool.destroy();
  }
}

function segmentLine(report: SegmentReport, verdict: object): object {
  const { file, firstSequence, nextSequence, batches, bytes } = report;
  const commands = commandsOf(report);
  const range = { firstSequence, lastSequence: nextSequence - 1 };
  return { segment: file, ...range, commands, batches, bytes, ...verdict };
}

function commandsOf({ firstSequence, nextSequence }: SegmentReport): number {
  return Math.max(0, nextSequence - firstSequence);
}

function reasonOf(fault: string | null): { reason?: string } {
  return fault === null ? {} : { reason: fault };
}
