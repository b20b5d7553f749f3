// What an order entry client is given.

import type { ClientError } from './client-error.ts';
import type { ExecutionReport, OpenOrder } from './execution-report.ts';
import type { Instrument } from './phase.ts';
import type { Surroundings } from './web-socket.ts';

/**
 * connecting: before the first logon · resuming: logged on, catching up with the reports ·
 * ready · reconnecting: the connection is lost, commands wait · closed: for good.
 */
export type ConnectionState = 'connecting' | 'resuming' | 'ready' | 'reconnecting' | 'closed';

/** Keeps, across runs of the program, how far it has read its session's reports. */
export interface ResumeStore {
  /** The last report that was saved; undefined or 0: none, so all that the server has come. */
  load(): number | undefined | Promise<number | undefined>;
  /** All reports up to this one were handed to `onReport`. */
  save(lastReport: number): void;
}

export interface ReportsLost {
  /** Number of the first report that the server no longer had. */
  readonly from: number;
  /** The session's open orders, after what was lost. */
  readonly openOrders: readonly OpenOrder[];
}

export interface OrderEntryOptions extends Surroundings {
  /** `ws://` or `wss://`. */
  url: string;
  /** Names the session. */
  token: string;
  /** The session's orders are canceled when its connection is lost. Default false. */
  cancelOnDisconnect?: boolean | undefined;
  /** Every report of the session, in order, each once. */
  onReport?: ((report: ExecutionReport) => void) | undefined;
  /** An instrument was defined, or has entered another phase; with all of them, as they are now. */
  onInstruments?: ((instruments: readonly Instrument[]) => void) | undefined;
  /** `error` says why the state is reconnecting or closed; null: `close` was called. */
  onState?: ((state: ConnectionState, error: ClientError | null) => void) | undefined;
  /** Reports are missing that the server no longer has. */
  onReportsLost?: ((loss: ReportsLost) => void) | undefined;
  /** Default: the reports that come from now on, and, after a lost connection, all. */
  store?: ResumeStore | undefined;
}
