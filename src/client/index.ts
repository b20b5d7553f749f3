// Everything that users of the SDK import. schemas/sdk.md explains it.

export { SIDE_BUY, SIDE_SELL } from '../wire/codes.ts';
export type { Indicative } from '../wire/feed.ts';
export type { WelcomeAccount } from '../wire/order-entry.ts';
export type {
  CancelOrder,
  MassCancel,
  NewOrder,
  OrderType,
  ReplaceOrder,
  SelfTradePrevention,
  TimeInForce,
} from './client-command.ts';
export { ClientError, type ClientErrorCode } from './client-error.ts';
export type {
  AddInstrumentResult,
  CancelAccepted,
  CancelResult,
  CommandRejected,
  CommandUnknown,
  InstrumentAdded,
  MassCancelAccepted,
  MassCancelResult,
  OperatorAccepted,
  OperatorResult,
  OrderAccepted,
  OrderResult,
} from './command-result.ts';
export type {
  CanceledReport,
  DoneReport,
  ExecutionReport,
  NewReport,
  OpenOrder,
  RefreshedReport,
  RejectedReport,
  ReplacedReport,
  RestatedReport,
  Side,
  TradeReport,
  TriggeredReport,
} from './execution-report.ts';
export {
  type BookLevel,
  type BookOrder,
  type BookPhase,
  FeedBook,
  type FeedBookState,
} from './feed-book.ts';
export { type FeedState, MarketFeed, type MarketFeedOptions } from './market-feed.ts';
export { Operator, type OperatorOptions } from './operator.ts';
export type { InstrumentDefinition, Killed } from './operator-command.ts';
export { OrderEntry } from './order-entry.ts';
export type {
  ConnectionState,
  OrderEntryOptions,
  ReportsLost,
  ResumeStore,
} from './order-entry-options.ts';
export type { Instrument, Phase } from './phase.ts';
export type {
  MarketPhase,
  MarketTrade,
  SubscribeOptions,
  Subscription,
  SubscriptionStatus,
} from './subscription.ts';
export type { Timers, WebSocketClass, WebSocketLike } from './web-socket.ts';
