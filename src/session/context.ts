// What all connections of a thread share.

import type { ClientFrameDecoder, ServerFrameEncoder } from '../wire/order-entry.ts';
import type { CommandIntake } from './command-intake.ts';
import type { Connection } from './connection.ts';
import type { Departures } from './departures.ts';
import type { HighestIds } from './highest-ids.ts';
import type { InstrumentList } from './instrument-list.ts';
import type { CommandPort, SessionObserver, SessionOwnership, Stamp } from './ports.ts';
import type { ChunkPool } from './report-store.ts';
import type { AccountConfig, TokenTable } from './session-config.ts';
import type { SessionLimits } from './session-limits.ts';
import type { SessionState } from './session-state.ts';

export interface SessionContext {
  readonly limits: SessionLimits;
  readonly port: CommandPort;
  readonly stamp: Stamp;
  readonly ownership: SessionOwnership;
  readonly observer: SessionObserver;
  readonly instruments: InstrumentList;
  /** All of the exchange, of which operators are told. */
  readonly accounts: readonly AccountConfig[];
  readonly catchUp: () => void;
  readonly decoder: ClientFrameDecoder;
  readonly encoder: ServerFrameEncoder;
  readonly heartbeat: Uint8Array;
  readonly intake: CommandIntake;
  readonly departures: Departures;
  readonly highestIds: HighestIds;
  readonly pool: ChunkPool;
  readonly tokens: TokenTable;
  /** In the order of the tokens. */
  readonly sessions: readonly SessionState[];
  readonly connections: Set<Connection>;
  /** False: the server is on its way down; commands are busy, logons are closed. */
  isOpen: boolean;
}
