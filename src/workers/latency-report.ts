// Writes what the stages of a running server took: every minute and at the end.
//
//   DIR/stages.hlog       one interval histogram a stage and minute, tagged with the stage's name
//   DIR/stage-NAME.hgrm   the distribution of a stage since the start, made anew each time

import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Histogram } from 'hdr-histogram-js';
import { InputError } from '../base/input-error.ts';
import { createHistogram, hgrmText, hlogHead, hlogLine } from '../ops/latency-histogram.ts';
import type { Log } from '../ops/log.ts';
import {
  countsBetween,
  STAGE_NAMES,
  type StageTimes,
  type ValueCounts,
} from '../ops/stage-times.ts';

const EVERY_MS = 60_000;
const LOG_NAME = 'stages.hlog';

export class LatencyReport {
  private readonly dir: string;
  private readonly log: Log;
  private readonly times: StageTimes;
  private readonly startMs = Date.now();
  private lastMs = this.startMs;
  /** By stage: what was counted when it was last written. */
  private readonly written: Uint32Array[];
  private readonly whole: Histogram[];
  private readonly timer: NodeJS.Timeout;

  /** Begins the report in a directory, which is made. Throws an InputError when that fails. */
  constructor(dir: string, times: StageTimes, log: Log) {
    this.dir = dir;
    this.log = log;
    this.times = times;
    this.written = STAGE_NAMES.map((_, stage) => this.times.snapshot(stage));
    this.whole = STAGE_NAMES.map((name) => createHistogram(name));
    try {
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, LOG_NAME), hlogHead(this.startMs));
    } catch (error) {
      throw new InputError(`no latency report in ${dir}: ${(error as Error).message}`);
    }
    this.timer = setInterval(() => this.write(), EVERY_MS).unref();
  }

  /** Writes what came since the last time. A disk that fails is logged, no more. */
  write(): void {
    try {
      this.writeFiles();
    } catch (error) {
      this.log.error({ error: String(error) }, 'the latency report cannot be written');
    }
  }

  /** The last interval. */
  close(): void {
    clearInterval(this.timer);
    this.write();
  }

  private writeFiles(): void {
    const nowMs = Date.now();
    let lines = '';
    STAGE_NAMES.forEach((name, stage) => {
      const now = this.times.snapshot(stage);
      const counts = countsBetween(this.written[stage]!, now);
      this.written[stage] = now;
      const interval = createHistogram(name);
      interval.startTimeStampMsec = this.lastMs;
      interval.endTimeStampMsec = nowMs;
      addAll(interval, counts);
      addAll(this.whole[stage]!, counts);
      lines += hlogLine(interval, this.startMs);
      this.replace(`stage-${name}.hgrm`, hgrmText(this.whole[stage]!));
    });
    this.lastMs = nowMs;
    appendFileSync(join(this.dir, LOG_NAME), lines);
  }

  /** Whoever reads the file meanwhile has the old one or the new one, whole. */
  private replace(name: string, text: string): void {
    const file = join(this.dir, name);
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  }
}

function addAll(histogram: Histogram, counts: ValueCounts): void {
  const most = histogram.highestTrackableValue;
  for (const [ns, count] of counts) histogram.recordValueWithCount(Math.min(ns, most), count);
}
