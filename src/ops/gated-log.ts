// Lines on their way into the log: those below the level go no further, and a flood of the same
// text is counted, not repeated.
//
// Invariants: of one text at most LINES_MAX (info and below: COMMON_LINES_MAX) lines go out in a
// window; the others come as one line with their number, `repeated`, when it is over.

import { LOG_LEVELS, type LogComponent, type LogLevel } from './log-levels.ts';

export type LineLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogLine {
  readonly level: LineLevel;
  /** Ids and numbers: session, request, file … Never a secret. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The same for every event of a sort. */
  readonly text: string;
}

export const WINDOW_MS = 10_000;
export const LINES_MAX = 10;
export const COMMON_LINES_MAX = 1_000;

interface Repeated {
  readonly line: LogLine;
  lines: number;
  suppressed: number;
}

export class GatedLog {
  private readonly least: number;
  private readonly write: (line: LogLine) => void;
  private readonly now: () => number;
  /** By level and text. */
  private seen = new Map<string, Repeated>();
  private windowMs: number;

  /** `now`: a monotonic clock, ms. */
  constructor(level: LogLevel, write: (line: LogLine) => void, now = () => performance.now()) {
    this.least = LOG_LEVELS.indexOf(level);
    this.write = write;
    this.now = now;
    this.windowMs = now();
  }

  debug(fields: LogLine['fields'], text: string): void {
    this.add({ level: 'debug', fields, text });
  }

  info(fields: LogLine['fields'], text: string): void {
    this.add({ level: 'info', fields, text });
  }

  warn(fields: LogLine['fields'], text: string): void {
    this.add({ level: 'warn', fields, text });
  }

  error(fields: LogLine['fields'], text: string): void {
    this.add({ level: 'error', fields, text });
  }

  isEnabled(level: LineLevel): boolean {
    return LOG_LEVELS.indexOf(level) >= this.least;
  }

  /** To be called now and then: tells what was counted in a window that is over. */
  flush(): void {
    if (this.now() - this.windowMs < WINDOW_MS) return;
    this.tellCounted();
  }

  /** Tells what was counted so far. */
  tellCounted(): void {
    const before = this.seen;
    this.seen = new Map();
    this.windowMs = this.now();
    for (const { line, suppressed } of before.values()) {
      if (suppressed === 0) continue;
      this.write({ ...line, fields: { repeated: suppressed } });
    }
  }

  private add(line: LogLine): void {
    if (!this.isEnabled(line.level)) return;
    this.flush();
    const key = `${line.level} ${line.text}`;
    const known = this.seen.get(key) ?? { line, lines: 0, suppressed: 0 };
    this.seen.set(key, known);
    const isCommon = line.level === 'info' || line.level === 'debug';
    if (known.lines < (isCommon ? COMMON_LINES_MAX : LINES_MAX)) {
      known.lines += 1;
      this.write(line);
    } else {
      known.suppressed += 1;
    }
  }
}

/** The level of a component. */
export function levelOf(
  log: { level: LogLevel; components: Partial<Record<LogComponent, LogLevel | undefined>> },
  component: LogComponent,
): LogLevel {
  return log.components[component] ?? log.level;
}
