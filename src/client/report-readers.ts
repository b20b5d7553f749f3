// Readers of reports: async iterators, each with what it has not read yet.
//
// Limits: READER_REPORTS_MAX unread reports; the reader that lets more pile up ends with
// reader_behind, the others and the connection notice nothing.

import { ClientError } from './client-error.ts';
import { READER_REPORTS_MAX } from './client-limits.ts';
import type { ExecutionReport } from './execution-report.ts';

type Step = IteratorResult<ExecutionReport, undefined>;

/** What was read is dropped from the array when it is at least so much, and half of it. */
const KEEP_READ_MAX = 1_024;

const DONE: Step = { done: true, value: undefined };

class Reader implements AsyncIterableIterator<ExecutionReport, undefined> {
  private readonly readers: Set<Reader>;
  private unread: ExecutionReport[] = [];
  /** Index of the next one in `unread`. */
  private at = 0;
  private waiting: { resolve(step: Step): void; reject(error: ClientError): void }[] = [];
  private isEnded = false;
  private error: ClientError | null = null;

  constructor(readers: Set<Reader>) {
    this.readers = readers;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Step> {
    if (this.at < this.unread.length) {
      const value = this.unread[this.at]!;
      this.at += 1;
      if (this.at >= KEEP_READ_MAX && this.at * 2 > this.unread.length) this.trim();
      return Promise.resolve({ done: false, value });
    }
    this.trim();
    const { error } = this;
    this.error = null;
    if (error !== null) return Promise.reject(error);
    if (this.isEnded) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  return(): Promise<Step> {
    this.at = this.unread.length;
    this.end(null);
    return Promise.resolve(DONE);
  }

  add(report: ExecutionReport): void {
    const waiting = this.waiting.shift();
    if (waiting !== undefined) {
      waiting.resolve({ done: false, value: report });
    } else if (this.unread.length - this.at < READER_REPORTS_MAX) {
      this.unread.push(report);
    } else {
      this.end(new ClientError('reader_behind', `${READER_REPORTS_MAX} reports are unread`));
    }
  }

  private trim(): void {
    this.unread = this.unread.slice(this.at);
    this.at = 0;
  }

  /** No more reports come; those unread can be read, then comes the error if there is one. */
  end(error: ClientError | null): void {
    this.readers.delete(this);
    if (this.isEnded) return;
    this.isEnded = true;
    const { waiting } = this;
    this.waiting = [];
    if (error !== null && waiting.length === 0) this.error = error;
    waiting.forEach(({ resolve, reject }, i) => {
      if (error !== null && i === 0) reject(error);
      else resolve(DONE);
    });
  }
}

export class ReportReaders {
  private readonly readers = new Set<Reader>();
  private isEnded = false;

  /** A reader of all reports from now on. */
  open(): AsyncIterableIterator<ExecutionReport, undefined> {
    const reader = new Reader(this.readers);
    if (this.isEnded) reader.end(null);
    else this.readers.add(reader);
    return reader;
  }

  add(report: ExecutionReport): void {
    for (const reader of this.readers) reader.add(report);
  }

  /** No more reports come. */
  end(error: ClientError | null): void {
    this.isEnded = true;
    for (const reader of this.readers) reader.end(error);
  }
}
