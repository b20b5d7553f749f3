// The feed on the wire, in one place. schemas/feed.md has the protocol, feed-layout.ts the records.
//
//   consumer                                     publisher
//   encodeSubscribe, encodeUnsubscribe  ──▶  ConsumerFrameDecoder.decode
//   FeedDecoder.decode → readLevel …    ◀──  FeedEncoder, encodeInstruments

export { ConsumerFrameDecoder, FeedDecoder } from './feed-decoders.ts';
export {
  encodeConsumerHeartbeat,
  encodeInstruments,
  encodeSubscribe,
  encodeUnsubscribe,
  FeedEncoder,
  type Records,
} from './feed-frames.ts';
export {
  createFeedHead,
  type FeedHead,
  type InstrumentFacts,
  type Level,
  type OrderUpdate,
  readLevel,
  readOrderUpdate,
  readTrade,
  type Trade,
  writeLevel,
  writeOrderUpdate,
  writeTrade,
} from './feed-records.ts';
