// The log: one line an event on standard error, JSON, or words where that is a terminal. Written
// synchronously by the supervisor alone, so that what was said before a death is there. Other
// threads send it their lines (GatedLog).

import pino, { type Logger } from 'pino';
import type { LogConfig } from './config-schema.ts';
import { W_LOG_LINES, W_LOG_SUPPRESSED } from './counter-layout.ts';
import { GatedLog, type LogLine, levelOf } from './gated-log.ts';
import { LOG_LEVELS, type LogComponent } from './log-levels.ts';

/** The log of one component. */
export type Log = GatedLog;

/** Secrets never get here; should one ever, it is not written. */
const SECRETS = ['token', '*.token', '*.*.token', 'sessions[*].token', 'config.sessions[*].token'];
const STDERR = 2;

export class Logs {
  private readonly root: Logger;
  private readonly config: LogConfig;
  /** The supervisor's counters. */
  private readonly words: Float64Array;
  private readonly loggers = new Map<string, Logger>();
  private readonly gates: GatedLog[] = [];

  private constructor(root: Logger, config: LogConfig, words: Float64Array) {
    this.root = root;
    this.config = config;
    this.words = words;
  }

  static async open(config: LogConfig, words: Float64Array): Promise<Logs> {
    const options = { level: 'trace', base: null, redact: { paths: SECRETS, censor: '***' } };
    const isTerminal = process.stderr.isTTY === true;
    const target = isTerminal
      ? (await import('pino-pretty')).default({
          destination: STDERR,
          sync: true,
          colorize: process.env.NO_COLOR === undefined,
          translateTime: 'SYS:HH:MM:ss.l',
          singleLine: true,
          ignore: 'component,thread',
          messageFormat: (line, key) => `${line.thread ?? line.component}: ${line[key]}`,
        })
      : pino.destination({ fd: STDERR, sync: true });
    return new Logs(pino(options, target), config, words);
  }

  /** The log of a component that runs on the supervisor's thread. */
  of(component: LogComponent): Log {
    const write = (line: LogLine) => this.write(component, component, line);
    const log = new GatedLog(levelOf(this.config, component), write);
    this.gates.push(log);
    return log;
  }

  /** A line that another thread sends. */
  write(component: LogComponent, thread: string, { level, fields, text }: LogLine): void {
    this.words[W_LOG_LINES + LOG_LEVELS.indexOf(level)]! += 1;
    if (typeof fields.repeated === 'number') this.words[W_LOG_SUPPRESSED]! += fields.repeated;
    this.logger(component, thread)[level](fields, text);
  }

  /** To be called now and then. */
  flush(): void {
    for (const gate of this.gates) gate.flush();
  }

  /** Tells what was counted, at the end. */
  end(): void {
    for (const gate of this.gates) gate.tellCounted();
  }

  private logger(component: LogComponent, thread: string): Logger {
    const known = this.loggers.get(thread);
    if (known !== undefined) return known;
    const bindings = thread === component ? { component } : { component, thread };
    const logger = this.root.child(bindings);
    this.loggers.set(thread, logger);
    return logger;
  }
}
