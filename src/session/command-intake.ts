// A frame's commands on their way into the command ring.
//
//   judged (by the wire, by account)      ──▶ refused with its own reason, alone
//   in order: credits, room in the ring    ──▶ from the first that finds none, all later ones of
//                                              the frame are refused with busy, so order is kept
//   the rest is stamped with session and time and published
//
// Invariants: a refused command leaves no trace in the ring. One intake serves all connections of a
// thread, one frame at a time.

import { assert } from '../base/assert.ts';
import { REJECT_BUSY, REJECT_NOT_AUTHORIZED } from '../core/codes.ts';
import {
  C_ACCOUNT,
  C_REQUEST,
  C_SEQUENCE,
  C_SESSION,
  C_TIME_HIGH,
  C_TIME_LOW,
} from '../core/command-slot.ts';
import { COMMANDS_PER_FRAME_MAX } from '../wire/frame-kinds.ts';
import {
  copyCommand,
  judgeCommand,
  REFUSAL_WORDS,
  WIRE_COMMAND_WORDS,
} from '../wire/order-entry.ts';
import type { CommandPort, Stamp } from './ports.ts';
import type { SessionState } from './session-state.ts';

export class CommandIntake {
  /** REFUSAL_WORDS words for each command that the last `take` refused, in the frame's order. */
  readonly refusals = new Int32Array(COMMANDS_PER_FRAME_MAX * REFUSAL_WORDS);
  private readonly port: CommandPort;
  private readonly stamp: Stamp;
  private readonly credits: number;
  /** By command of the frame: why it is refused, or 0. */
  private readonly reasons = new Uint8Array(COMMANDS_PER_FRAME_MAX);
  /** First words of the good commands. */
  private readonly good = new Int32Array(COMMANDS_PER_FRAME_MAX);
  /** Their places in the frame. */
  private readonly places = new Int32Array(COMMANDS_PER_FRAME_MAX);

  constructor(port: CommandPort, stamp: Stamp, credits: number) {
    this.port = port;
    this.stamp = stamp;
    this.credits = credits;
  }

  /**
   * Takes the `count` (1 … COMMANDS_PER_FRAME_MAX) commands from word `at` of `frame`, each of
   * WIRE_COMMAND_WORDS words. `isOpen` false: the good ones are busy. Returns how many were
   * refused.
   */
  take(
    session: SessionState,
    frame: Int32Array,
    at: number,
    count: number,
    isOpen: boolean,
  ): number {
    assert(count > 0 && count <= COMMANDS_PER_FRAME_MAX, 'a decoder lets no more commands through');
    const good = this.judge(session, frame, at, count);
    const room = isOpen ? Math.max(0, this.credits - session.unanswered) : 0;
    const sent = this.put(session, frame, Math.min(good, room));
    for (let i = sent; i < good; i++) this.reasons[this.places[i]!] = REJECT_BUSY;
    return sent === count ? 0 : this.refuse(frame, at, count);
  }

  /** Sets the reasons; returns how many commands are good. */
  private judge(session: SessionState, frame: Int32Array, at: number, count: number): number {
    let good = 0;
    for (let i = 0; i < count; i++) {
      const from = at + i * WIRE_COMMAND_WORDS;
      let reason = judgeCommand(frame, from);
      if (reason === 0 && !session.mayActFor(frame[from + C_ACCOUNT]!)) {
        reason = REJECT_NOT_AUTHORIZED;
      }
      this.reasons[i] = reason;
      if (reason !== 0) continue;
      this.good[good] = from;
      this.places[good] = i;
      good += 1;
    }
    return good;
  }

  /** Puts the first `count` good commands in the ring, or as many as it takes; returns how many. */
  private put(session: SessionState, frame: Int32Array, count: number): number {
    const port = this.port;
    let sent = 0;
    let claim = count;
    while (claim > 0) {
      if (!port.claim(claim)) {
        claim >>= 1;
        continue;
      }
      for (let i = 0; i < claim; i++) {
        const slot = port.slotAt(i);
        copyCommand(frame, this.good[sent + i]!, port.words, slot);
        port.words[slot + C_SESSION] = session.number;
        port.words[slot + C_TIME_LOW] = this.stamp.low;
        port.words[slot + C_TIME_HIGH] = this.stamp.high;
        port.words[slot + C_SEQUENCE] = 0;
      }
      session.unanswered += claim;
      port.publish();
      sent += claim;
      claim = Math.min(claim, count - sent);
    }
    assert(sent <= count, 'no command is put twice');
    return sent;
  }

  private refuse(frame: Int32Array, at: number, count: number): number {
    let refused = 0;
    for (let i = 0; i < count; i++) {
      if (this.reasons[i] === 0) continue;
      const to = refused * REFUSAL_WORDS;
      this.refusals[to] = frame[at + i * WIRE_COMMAND_WORDS + C_REQUEST]!;
      this.refusals[to + 1] = this.reasons[i]!;
      refused += 1;
    }
    return refused;
  }
}
