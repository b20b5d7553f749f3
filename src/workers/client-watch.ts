// What becomes of an I/O thread's clients, counted and logged. Every line names its session.

import { W_LOGONS, W_REFUSALS } from '../ops/counter-layout.ts';
import type { GatedLog } from '../ops/gated-log.ts';
import type { SessionObserver } from '../session/ports.ts';
import { CLOSE_NAMES, REFUSAL_NAMES } from '../wire/codes.ts';
import { CLOSE_LOGON_TIMEOUT, CLOSE_SHUTTING_DOWN, CLOSE_TAKEN_OVER } from '../wire/frame-kinds.ts';
import { REFUSAL_WORDS } from '../wire/order-entry.ts';

/** Closes that are nobody's fault. */
const ORDINARY: ReadonlySet<number> = new Set([
  CLOSE_SHUTTING_DOWN,
  CLOSE_TAKEN_OVER,
  CLOSE_LOGON_TIMEOUT,
]);

export class ClientWatch implements SessionObserver {
  private readonly words: Float64Array;
  private readonly log: GatedLog;

  constructor(words: Float64Array, log: GatedLog) {
    this.words = words;
    this.log = log;
  }

  loggedOn(session: number, nextReport: number): void {
    this.words[W_LOGONS]! += 1;
    this.log.info({ session, nextReport }, 'logged on');
  }

  left(session: number): void {
    this.log.info({ session }, 'the client ended its connection');
  }

  closed(session: number, code: number): void {
    const whose = session === 0 ? {} : { session };
    const fields = { ...whose, code, reason: CLOSE_NAMES[code] };
    const text = `connection closed: ${CLOSE_NAMES[code]}`;
    if (ORDINARY.has(code)) this.log.info(fields, text);
    else this.log.warn(fields, text);
  }

  refused(session: number, refusals: Int32Array, count: number): void {
    const isTold = this.log.isEnabled('debug');
    for (let i = 0; i < count * REFUSAL_WORDS; i += REFUSAL_WORDS) {
      const reason = refusals[i + 1]!;
      this.words[W_REFUSALS + reason]! += 1;
      if (!isTold) continue;
      const request = refusals[i]! >>> 0;
      this.log.debug({ session, request, reason: REFUSAL_NAMES[reason] }, 'command refused');
    }
  }
}
