// Sees to it that transitions that are due happen (R6.9) when nobody sends a command: puts one time
// command into the log when the wall clock has passed the time that the matching thread says.
//
// Ownership: the supervisor. Started when the log is replayed, stopped before the threads drain.

import { COMMAND_TIME } from '../core/codes.ts';
import { writeCommand } from '../core/plain.ts';
import type { StampClock } from './clock.ts';
import type { RingCommandPort } from './command-port.ts';
import type { Control } from './control.ts';

/** How long until a full ring is tried again. */
const FULL_RING_MS = 1;
/** How long a command may take until another one is sent for the same time. */
const UNDONE_MS_MAX = 1_000;
const NS_PER_MS = 1_000_000n;
/** A longer timer than a timer can be is looked at again. */
const TIMER_MS_MAX = 3_600_000;

export class Timetable {
  private readonly control: Control;
  private readonly port: RingCommandPort;
  private readonly clock: StampClock;
  /** The due time for which the last command was sent, and when. */
  private sentFor = 0n;
  private sentMs = 0;
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(control: Control, port: RingCommandPort, clock: StampClock) {
    this.control = control;
    this.port = port;
    this.clock = clock;
  }

  /** Sends at once what is due by now, and later what will be. */
  start(): void {
    this.look();
    this.follow();
  }

  /** Sends nothing more. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.control.wakeDue();
  }

  private async follow(): Promise<void> {
    while (!this.isStopped) {
      await this.control.dueChanged();
      this.look();
    }
  }

  private look(): void {
    clearTimeout(this.timer);
    if (this.isStopped) return;
    const ms = this.act();
    if (ms !== undefined) this.timer = setTimeout(() => this.look(), Math.min(ms, TIMER_MS_MAX));
  }

  /** Sends what is due. Gives the time until it has to look again; undefined: nothing is coming. */
  private act(): number | undefined {
    const due = this.control.due;
    if (due === 0n) return undefined;
    const nowMs = performance.now();
    if (due === this.sentFor && nowMs - this.sentMs < UNDONE_MS_MAX) return UNDONE_MS_MAX;
    this.clock.advance();
    const time = this.clock.ns();
    if (time < due) return Number((due - time) / NS_PER_MS) + 1;
    if (!this.port.claim(1)) return FULL_RING_MS;
    writeCommand(this.port.words, this.port.slotAt(0), { cmd: COMMAND_TIME, time });
    this.port.publish();
    this.sentFor = due;
    this.sentMs = nowMs;
    return UNDONE_MS_MAX;
  }
}
