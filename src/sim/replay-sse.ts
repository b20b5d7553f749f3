// Replays days of Shanghai instruments side by side, in order of time.

import type { ReplayRun } from './replay-player.ts';
import type { ByteSource } from './replay-sources.ts';
import { emptyCounts, type SseCounts, SseEntries } from './replay-sse-entries.ts';
import { type SseRecord, SseRecords } from './replay-sse-files.ts';
import { SseMarket } from './replay-sse-market.ts';
import { COMMANDS_UNDER_WAY_MAX } from './venue.ts';

export interface SseInstrumentOutcome extends SseCounts {
  /** Such as 600961.SH. */
  instrument: string;
  records: number;
}

interface Stream {
  readonly records: SseRecords;
  readonly market: SseMarket;
  count: number;
  last: SseRecord | undefined;
}

const NS_PER_MS = 1_000_000n;

/**
 * Replays the orders and trades files of one or more instruments; the outcomes come in the order of
 * the pairs. Throws an InputError when a file is wrong or torn.
 */
export async function replaySse(
  pairs: readonly { orders: ByteSource; trades: ByteSource }[],
  run: ReplayRun,
): Promise<SseInstrumentOutcome[]> {
  for (let pair = 0; pair < pairs.length; pair++) run.venue.define(pair + 1);
  const entries = new SseEntries(run.venue, run.verify);
  const streams: Stream[] = [];
  for (const { orders, trades } of pairs) {
    const records = new SseRecords(orders, trades);
    await records.start();
    const counts = emptyCounts(run.verify);
    const market = new SseMarket(streams.length + 1, run.venue, entries, counts);
    streams.push({ records, market, count: 0, last: undefined });
  }
  let sinceSettled = 0;
  for (let stream = earliest(streams); stream !== undefined; stream = earliest(streams)) {
    await play(stream, run);
    sinceSettled += 1;
    if (sinceSettled === RECORDS_PER_SETTLE) {
      sinceSettled = 0;
      await run.venue.settle(COMMANDS_UNDER_WAY_MAX >> 1);
    }
  }
  for (const { market, last } of streams) {
    if (last !== undefined) await market.end(last);
  }
  await run.venue.settle();
  return streams.map(outcomeOf);
}

/** A record makes two commands at most, a run's order and its own, but for changes of phase. */
const RECORDS_PER_SETTLE = COMMANDS_UNDER_WAY_MAX >> 3;

async function play(stream: Stream, run: ReplayRun): Promise<void> {
  const { records, market } = stream;
  const record = records.head!;
  await market.before(record);
  await run.pace?.until(BigInt(record.timeMs) * NS_PER_MS);
  await market.enter(record);
  market.take(record);
  stream.count += 1;
  stream.last = record;
  await records.advance();
}

function outcomeOf({ records, market, count }: Stream): SseInstrumentOutcome {
  return {
    instrument: records.securityId,
    ...market.counts,
    records: count,
  };
}

function earliest(streams: readonly Stream[]): Stream | undefined {
  let first: Stream | undefined;
  for (const stream of streams) {
    const head = stream.records.head;
    if (head !== undefined && head.timeMs < (first?.records.head?.timeMs ?? Infinity))
      first = stream;
  }
  return first;
}
