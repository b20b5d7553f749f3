// The operator plane for users: instruments, phases, kill switch. The server takes these commands
// only of sessions that its configuration calls operators, and each is in its journal.

import { encodeDefinition, type WelcomeAccount } from '../wire/order-entry.ts';
import { type MassCancel, toMassCancel } from './client-command.ts';
import { ClientError } from './client-error.ts';
import { CLOSE_MS_MAX } from './client-limits.ts';
import {
  type AddInstrumentResult,
  type DefineInstrument,
  InstrumentTally,
  type OperatorResult,
  OperatorTally,
} from './command-result.ts';
import {
  type InstrumentDefinition,
  type Killed,
  toDefinition,
  toKill,
  toPhase,
} from './operator-command.ts';
import type { ConnectionState, OrderEntryOptions } from './order-entry-options.ts';
import { OrderSession } from './order-session.ts';
import type { Instrument, Phase } from './phase.ts';

/** As those of OrderEntry, but for what is about orders. */
export type OperatorOptions = Omit<
  OrderEntryOptions,
  'cancelOnDisconnect' | 'onReport' | 'onReportsLost' | 'store'
>;

/**
 * An operator's session. Each promise resolves when the exchange has answered, also to a refusal
 * (`status`); a lost connection is dialed again, as that of OrderEntry.
 */
export class Operator {
  private readonly session: OrderSession;

  private constructor(session: OrderSession) {
    this.session = session;
  }

  /** Rejects with a ClientError when the first attempt fails; not_operator for other sessions. */
  static async connect(options: OperatorOptions): Promise<Operator> {
    const session = new OrderSession(options);
    await session.connect();
    if (session.isOperator) return new Operator(session);
    await session.close(0);
    throw new ClientError('not_operator', 'the token is not that of an operator');
  }

  get state(): ConnectionState {
    return this.session.state;
  }

  /** Number of the session. */
  get number(): number {
    return this.session.number;
  }

  /** All accounts that the server's configuration names. */
  get accounts(): readonly WelcomeAccount[] {
    return this.session.directory.accounts;
  }

  /** As they are now, in order of definition. */
  get instruments(): readonly Instrument[] {
    return this.session.directory.instruments;
  }

  /** Defines an instrument, which trades at once (phase continuous). */
  addInstrument(definition: InstrumentDefinition): Promise<AddInstrumentResult> {
    const { session } = this;
    return session.issue(
      (request) => encodable(toDefinition(definition, request, session.directory)),
      (command) => new InstrumentTally((command as DefineInstrument).number),
    );
  }

  /** Puts an instrument (symbol or number) into a phase; the one that it is in changes nothing. */
  setPhase(instrument: string | number, phase: Phase): Promise<OperatorResult> {
    const { session } = this;
    return session.issue(
      (request) => toPhase(instrument, phase, request, session.directory),
      () => new OperatorTally(),
    );
  }

  /** Stops trading, without a timetable: only cancels are taken. */
  halt(instrument: string | number): Promise<OperatorResult> {
    return this.setPhase(instrument, 'halted');
  }

  /** Lets trading go on; what is crossed by then trades at one price. */
  resume(instrument: string | number): Promise<OperatorResult> {
    return this.setPhase(instrument, 'continuous');
  }

  /** Cancels all orders of any account, or of one instrument, one side, or both. */
  massCancel(orders: MassCancel): Promise<OperatorResult> {
    const { session } = this;
    return session.issue(
      (request) => toMassCancel(orders, request, session.directory),
      () => new OperatorTally(),
    );
  }

  /** Cancels all orders of an account or a session, and refuses its new ones until `lift`. */
  kill(killed: Killed): Promise<OperatorResult> {
    return this.setKilled(killed, false);
  }

  /** Ends a kill; for one that was not killed it does nothing. */
  lift(killed: Killed): Promise<OperatorResult> {
    return this.setKilled(killed, true);
  }

  /** As that of OrderEntry. */
  close({ waitMs = CLOSE_MS_MAX }: { waitMs?: number } = {}): Promise<void> {
    return this.session.close(waitMs);
  }

  private setKilled(killed: Killed, isLifted: boolean): Promise<OperatorResult> {
    const { session } = this;
    return session.issue(
      (request) => toKill(killed, isLifted, request, session.directory),
      () => new OperatorTally(),
    );
  }
}

/** Throws a ClientError for texts that do not go into a frame. */
function encodable(definition: DefineInstrument): DefineInstrument {
  try {
    encodeDefinition(definition);
    return definition;
  } catch {
    throw new ClientError('invalid_argument', 'a text is too long, or no text');
  }
}
