// One configured session, as one thread knows it.

import type { Connection } from './connection.ts';
import { type ChunkPool, ReportStore } from './report-store.ts';
import type { AccountConfig, SessionConfig } from './session-config.ts';
import type { SessionLimits } from './session-limits.ts';

/** No account has this number. */
const NOBODY: AccountConfig = { number: 0, name: '' };

export class SessionState {
  readonly number: number;
  /** Among the configured sessions. */
  readonly index: number;
  readonly accounts: readonly AccountConfig[];
  readonly isOperator: boolean;
  /** Those that are asked for open orders: an operator's question goes to nobody and comes back. */
  readonly questioned: readonly AccountConfig[];
  readonly reports: ReportStore;
  /** The connection that is logged on, in this thread. */
  live: Connection | null = null;
  /** Of the last logon in this thread. */
  generation = 0;
  /** What the session wants to become of its orders when it is lost, as the log says it. */
  isToCancel = false;
  /** Clients' commands that this thread put in the command ring and that have not ended. */
  unanswered = 0;
  /** Has reports or entries that `flush` has not looked at. */
  isTouched = false;
  /** Account numbers as int32. */
  private readonly accountWords: ReadonlySet<number>;

  constructor(config: SessionConfig, index: number, pool: ChunkPool, limits: SessionLimits) {
    this.number = config.number;
    this.index = index;
    this.accounts = config.accounts;
    this.isOperator = config.isOperator ?? false;
    this.questioned = this.isOperator ? [NOBODY] : config.accounts;
    this.accountWords = new Set(config.accounts.map((account) => account.number | 0));
    this.reports = new ReportStore(pool, limits.retainedReports);
  }

  /** Whether the session may act for the account, whose number comes as the word of a slot. */
  mayActFor(accountWord: number): boolean {
    return this.accountWords.has(accountWord);
  }

  /** The last event of one of its clients' commands came. */
  answered(): void {
    // An older process or another thread may have sent the command.
    if (this.unanswered > 0) this.unanswered -= 1;
  }
}
