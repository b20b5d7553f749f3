// One pipeline of the bench: its own threads, commands, directory, and what its passes took. After
// each pass mass cancels empty the book, and ids go on, so that every pass is the same and its
// trades are checked.

import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND_INSTRUMENT, COMMAND_MASS_CANCEL } from '../src/core/codes.ts';
import { C_CLORDID_LOW, C_ORIG_LOW, C_REQUEST, COMMAND_WORDS } from '../src/core/command-slot.ts';
import { writeCommand } from '../src/core/plain.ts';
import { loadConfig } from '../src/ops/config.ts';
import { median, rounded } from './bench-run.ts';
import { MEWL_INSTRUMENT, type MewlCommands } from './mewl-commands.ts';
import { type PassCount, Pipeline } from './pipeline-threads.ts';
import { coresUsed, threadTimes, timesBetween } from './thread-times.ts';

export const DURABILITIES = ['none', 'os', 'fsync'] as const;
export type Durability = (typeof DURABILITIES)[number];
const ACCOUNTS = 16;

export interface Speed {
  readonly messagesPerSecond: number;
  readonly rates: number[];
  /** ns of processor time per command, by thread. */
  readonly cpuNsPerCommand: Record<string, number>;
  readonly coresUsed: number;
}

/** A pipeline of one durability, and what its passes took. */
export class Line {
  readonly durability: Durability;
  private readonly pipeline: Pipeline;
  private readonly commands: MewlCommands;
  private readonly batch: number;
  private readonly dir: string;
  /** Its own, as its ids go on from pass to pass. */
  private readonly slots: Int32Array;
  private readonly ends = passEnds();
  private readonly rates: number[] = [];
  private readonly cpu = new Map<string, number>();
  private seconds = 0;

  private constructor(
    pipeline: Pipeline,
    commands: MewlCommands,
    durability: Durability,
    batch: number,
    dir: string,
  ) {
    this.pipeline = pipeline;
    this.commands = commands;
    this.durability = durability;
    this.batch = batch;
    this.dir = dir;
    this.slots = commands.slots.slice();
  }

  static async start(
    commands: MewlCommands,
    durability: Durability,
    batch: number,
    under: string,
  ): Promise<Line> {
    const dir = mkdtempSync(join(under, 'ringside-pipeline-'));
    const noSnapshots = { snapshotCommands: 0, snapshotSeconds: 0 };
    const config = loadConfig(undefined, { durability, dataDirectory: dir, ...noSnapshots });
    const pipeline = await Pipeline.start(config, commands);
    const instrument = new Int32Array(COMMAND_WORDS);
    writeCommand(instrument, 0, { cmd: COMMAND_INSTRUMENT, instrument: MEWL_INSTRUMENT });
    pipeline.send(instrument, 0, 1, 1);
    return new Line(pipeline, commands, durability, batch, dir);
  }

  /** One pass; `isTimed`: it counts. */
  pass(isTimed: boolean): void {
    const { pipeline, slots, batch, cpu } = this;
    const { ramp, count } = this.commands;
    pipeline.send(slots, 0, ramp, batch);
    pipeline.waitUntilRead();
    const cpuBefore = threadTimes('self');
    const startMs = performance.now();
    pipeline.send(slots, ramp, count, batch);
    pipeline.waitUntilRead();
    const tookSeconds = (performance.now() - startMs) / 1_000;
    const used = timesBetween(cpuBefore, threadTimes('self'));
    pipeline.send(this.ends, 0, ACCOUNTS, ACCOUNTS);
    pipeline.waitUntilRead();
    laterIds(slots, count);
    if (!isTimed) return;
    this.rates.push(Math.round((count - ramp) / tookSeconds));
    for (const [name, ns] of used) cpu.set(name, (cpu.get(name) ?? 0) + ns);
    this.seconds += tookSeconds;
  }

  /** Ends the threads; what was counted in each pass. */
  async stop(): Promise<PassCount[]> {
    const counts = await this.pipeline.stop();
    rmSync(this.dir, { recursive: true });
    return counts;
  }

  speed(): Speed {
    const { rates, cpu, seconds } = this;
    const { ramp, count } = this.commands;
    const perCommand = [...cpu]
      .map(([name, ns]) => [name, rounded(ns / (rates.length * (count - ramp)), 1)] as const)
      .filter(([, ns]) => ns > 0);
    const cpuNsPerCommand = Object.fromEntries(perCommand);
    const messagesPerSecond = median(rates);
    return { messagesPerSecond, rates, cpuNsPerCommand, coresUsed: coresUsed(cpu, seconds) };
  }
}

/** Mass cancels of every account; the last tells the counting consumer that the pass is over. */
function passEnds(): Int32Array {
  const slots = new Int32Array(ACCOUNTS * COMMAND_WORDS);
  for (let i = 0; i < ACCOUNTS; i++) {
    writeCommand(slots, i * COMMAND_WORDS, { cmd: COMMAND_MASS_CANCEL, account: i + 1 });
  }
  slots[(ACCOUNTS - 1) * COMMAND_WORDS + C_REQUEST] = 1;
  return slots;
}

/** The same commands with ids that follow those of the pass before. */
function laterIds(slots: Int32Array, by: number): void {
  for (let at = 0; at < slots.length; at += COMMAND_WORDS) {
    if (slots[at + C_CLORDID_LOW] !== 0) slots[at + C_CLORDID_LOW]! += by;
    if (slots[at + C_ORIG_LOW] !== 0) slots[at + C_ORIG_LOW]! += by;
  }
}
