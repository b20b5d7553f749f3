// The limits of sessions and their connections. The wire's own constants are the values in use;
// tests take smaller ones.

import * as kinds from '../wire/frame-kinds.ts';

export interface SessionLimits {
  /** Commands of a session that may be unanswered; beyond them: `busy`. */
  readonly credits: number;
  /** Reports of a session that are kept for a resume. */
  readonly retainedReports: number;
  /** Reports that may wait for a live connection; beyond them it is closed. */
  readonly unsentReportsMax: number;
  /** While more bytes than this are unsent to a socket, reports wait. */
  readonly unsentBytesPause: number;
  /** A client that lets more bytes than this pile up is closed when it next has to be answered. */
  readonly unsentBytesMax: number;
  /** How long a socket at which reports wait may take no byte. */
  readonly stalledMsMax: number;
  readonly heartbeatMs: number;
  readonly silenceMsMax: number;
  readonly logonMsMax: number;
  /** Frames from one client in a second. */
  readonly framesPerSecondMax: number;
  /** Refused commands of one client in a second. */
  readonly refusalsPerSecondMax: number;
  /** How long after a lost connection a logon still prevents cancel-on-disconnect. */
  readonly graceMs: number;
  /** When clients are told to come back of a server that stops. */
  readonly retryAfterMs: number;
  /** Chunks of retained reports (45 KB each) that are kept for reuse, all sessions together. */
  readonly spareChunksMax: number;
}

export const DEFAULT_SESSION_LIMITS: SessionLimits = {
  credits: kinds.CREDITS,
  retainedReports: kinds.RETAINED_REPORTS,
  unsentReportsMax: kinds.UNSENT_REPORTS_MAX,
  unsentBytesPause: kinds.UNSENT_BYTES_PAUSE,
  unsentBytesMax: kinds.UNSENT_BYTES_MAX,
  stalledMsMax: kinds.STALLED_MS_MAX,
  heartbeatMs: kinds.HEARTBEAT_MS,
  silenceMsMax: kinds.SILENCE_MS_MAX,
  logonMsMax: kinds.LOGON_MS_MAX,
  framesPerSecondMax: kinds.FRAMES_PER_SECOND_MAX,
  refusalsPerSecondMax: kinds.REFUSALS_PER_SECOND_MAX,
  graceMs: 0,
  retryAfterMs: 2_000,
  spareChunksMax: 1_024,
};
