// Order entry on the wire, in one place. schemas/order-entry.md has the protocol.
//
//   client                                  server
//   encodeLogon, CommandsEncoder …  ──▶  ClientFrameDecoder.decode → judgeCommand → copyCommand
//   ServerFrameDecoder → readReport ◀──  encodeWelcome, ServerFrameEncoder

export {
  type CancelOrder,
  type ClientCommand,
  type MassCancel,
  type NewOrder,
  type ReplaceOrder,
  writeCommand,
} from './client-commands.ts';
export {
  ClientFrameDecoder,
  CommandsEncoder,
  encodeHeartbeat,
  encodeLogon,
  encodeOpenOrders,
  type Logon,
} from './client-frames.ts';
export { copyCommand, judgeCommand, WIRE_COMMAND_WORDS } from './commands.ts';
export {
  REFUSAL_WORDS,
  type Refusal,
  type Report,
  readRefusal,
  readReport,
} from './reports.ts';
export { ServerFrameDecoder } from './server-frame-decoder.ts';
export {
  encodeWelcome,
  ServerFrameEncoder,
  type Welcome,
  type WelcomeAccount,
  type WelcomeInstrument,
} from './server-frames.ts';
