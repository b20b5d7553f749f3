// Order entry on the wire, in one place. schemas/order-entry.md has the protocol.
//
//   client                                  server
//   encodeLogon, CommandsEncoder …  ──▶  ClientFrameDecoder.decode → judgeCommand → copyCommand
//   ServerFrameDecoder → readReport ◀──  encodeWelcome, ServerFrameEncoder

export {
  type CancelOrder,
  type ChangePhase,
  type ClientCommand,
  type Kill,
  type MassCancel,
  type NewOrder,
  type ReplaceOrder,
  writeCommand,
} from './client-commands.ts';
export {
  ClientFrameDecoder,
  CommandsEncoder,
  type Definition,
  encodeDefinition,
  encodeHeartbeat,
  encodeLogon,
  encodeOpenOrders,
  type Logon,
} from './client-frames.ts';
export { copyCommand, isOperators, judgeCommand, WIRE_COMMAND_WORDS } from './commands.ts';
export type { InstrumentFacts } from './instrument-facts.ts';
export {
  REFUSAL_WORDS,
  type Refusal,
  type Report,
  readRefusal,
  readReport,
} from './reports.ts';
export { ServerFrameDecoder } from './server-frame-decoder.ts';
export {
  encodeInstrumentChanges,
  encodeWelcome,
  ServerFrameEncoder,
  type Welcome,
  type WelcomeAccount,
} from './server-frames.ts';
