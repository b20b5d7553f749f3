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
import { COMMAND_MASS_CANCEL, REJECT_BUSY, REJECT_NOT_AUTHORIZED } from '../core/codes.ts';
import {
  C_ACCOUNT,
  C_HEAD,
  C_REQUEST,
  C_SEQUENCE,
  C_SESSION,
  C_TIME_HIGH,
  C_TIME_LOW,
  COMMAND_WORDS,
  HEAD_COMMAND_MASK,
} from '../core/command-slot.ts';
import { COMMANDS_PER_FRAME_MAX } from '../wire/frame-kinds.ts';
import {
  copyCommand,
  type Definition,
  isOperators,
  judgeCommand,
  REFUSAL_WORDS,
  WIRE_COMMAND_WORDS,
} from '../wire/order-entry.ts';
import { DEFINITION_SLOTS, judgeDefinition, writeDefinition } from './definitions.ts';
import type { InstrumentList } from './instrument-list.ts';
import { REQUEST_OF_SERVER } from './own-commands.ts';
import type { CommandPort, Stamp } from './ports.ts';
import type { SessionState } from './session-state.ts';

export class CommandIntake {
  /** REFUSAL_WORDS words for each command that the last `take` refused, in the frame's order. */
  readonly refusals = new Int32Array(COMMANDS_PER_FRAME_MAX * REFUSAL_WORDS);
  private readonly port: CommandPort;
  private readonly stamp: Stamp;
  private readonly instruments: InstrumentList;
  private readonly credits: number;
  /** By command of the frame: why it is refused, or 0. */
  private readonly reasons = new Uint8Array(COMMANDS_PER_FRAME_MAX);
  /** First words of the good commands. */
  private readonly good = new Int32Array(COMMANDS_PER_FRAME_MAX);
  /** Their places in the frame. */
  private readonly places = new Int32Array(COMMANDS_PER_FRAME_MAX);

  constructor(port: CommandPort, stamp: Stamp, instruments: InstrumentList, credits: number) {
    this.port = port;
    this.stamp = stamp;
    this.instruments = instruments;
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

  /**
   * Takes an operator's definition. 0, or why it is refused: REFUSE_* or REJECT_*. `isOpen` false:
   * a good one is busy.
   */
  define(session: SessionState, definition: Definition, isOpen: boolean): number {
    if (!session.isOperator) return REJECT_NOT_AUTHORIZED;
    const reason = judgeDefinition(definition, this.instruments);
    if (reason !== 0) return reason;
    const { port } = this;
    const hasCredit = isOpen && session.unanswered < this.credits;
    if (!hasCredit || !port.claim(DEFINITION_SLOTS)) return REJECT_BUSY;
    const symbolAt = port.slotAt(0);
    const instrumentAt = port.slotAt(1);
    for (const at of [symbolAt, instrumentAt]) {
      port.words.fill(0, at, at + COMMAND_WORDS);
      this.sign(session, at);
    }
    writeDefinition(port.words, symbolAt, instrumentAt, definition);
    // One command was sent, so one answer comes: that of the instrument.
    port.words[symbolAt + C_REQUEST] = REQUEST_OF_SERVER;
    port.words[instrumentAt + C_REQUEST] = definition.request;
    session.unanswered += 1;
    port.publish();
    return 0;
  }

  /** Sets the reasons; returns how many commands are good. */
  private judge(session: SessionState, frame: Int32Array, at: number, count: number): number {
    let good = 0;
    for (let i = 0; i < count; i++) {
      const from = at + i * WIRE_COMMAND_WORDS;
      let reason = judgeCommand(frame, from);
      if (reason === 0 && !isAuthorized(session, frame, from)) reason = REJECT_NOT_AUTHORIZED;
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
        this.sign(session, slot);
      }
      session.unanswered += claim;
      port.publish();
      sent += claim;
      claim = Math.min(claim, count - sent);
    }
    assert(sent <= count, 'no command is put twice');
    return sent;
  }

  /** Who sent it, and when. */
  private sign(session: SessionState, slot: number): void {
    const { words } = this.port;
    words[slot + C_SESSION] = session.number;
    words[slot + C_TIME_LOW] = this.stamp.low;
    words[slot + C_TIME_HIGH] = this.stamp.high;
    words[slot + C_SEQUENCE] = 0;
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

/** Whether the session may send the judged command at word `at` of `frame`. */
function isAuthorized(session: SessionState, frame: Int32Array, at: number): boolean {
  if (!session.isOperator) {
    return !isOperators(frame, at) && session.mayActFor(frame[at + C_ACCOUNT]!);
  }
  const command = frame[at + C_HEAD]! & HEAD_COMMAND_MASK;
  return isOperators(frame, at) || command === COMMAND_MASS_CANCEL;
}
