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
  type Indicative,
  type Level,
  type OrderUpdate,
  type PhaseChange,
  readIndicative,
  readLevel,
  readOrderUpdate,
  readPhaseChange,
  readTrade,
  type Trade,
  writeIndicative,
  writeLevel,
  writeOrderUpdate,
  writePhaseChange,
  writeTrade,
} from './feed-records.ts';
export type { InstrumentFacts } from './instrument-facts.ts';
