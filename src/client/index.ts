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
  CancelAccepted,
  CancelResult,
  CommandRejected,
  CommandUnknown,
  MassCancelAccepted,
  MassCancelResult,
  OrderAccepted,
  OrderResult,
} from './command-result.ts';
export type {
  CanceledReport,
  DoneReport,
  ExecutionReport,
  NewReport,
  OpenOrder,
  RejectedReport,
  ReplacedReport,
  RestatedReport,
  Side,
  TradeReport,
} from './execution-report.ts';
export {
  type BookLevel,
  type BookOrder,
  type BookPhase,
  FeedBook,
  type FeedBookState,
} from './feed-book.ts';
export { type FeedState, MarketFeed, type MarketFeedOptions } from './market-feed.ts';
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
