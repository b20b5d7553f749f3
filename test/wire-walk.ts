// Reads everything that the generated code can read of a frame, and counts bytes asked for that are
// not the frame's: a verified frame has none.

import { ByteBuffer, Encoding } from 'flatbuffers';
import { Frame as FeedFrame } from '../src/wire/generated/ringside/feed/frame.ts';
import { Frame as OrderEntryFrame } from '../src/wire/generated/ringside/order-entry/frame.ts';

/** Counts: bytes read, and those that lie outside. */
export interface Reads {
  bytes: number;
  outside: number;
}

/** Fields of an instrument, in either protocol. */
const INSTRUMENT = [
  ...['number', 'symbol', 'tickSize', 'lotSize', 'phase', 'referencePrice', 'priceBandBps'],
  ...['haltNsLow', 'haltNsHigh', 'auctionNsLow', 'auctionNsHigh'],
];

/** Walks a frame of order entry. */
export function walkOrderEntry(message: Uint8Array): Reads {
  const { buffer, reads } = watched(message);
  const frame = OrderEntryFrame.getRootAsFrame(buffer);
  visit(frame, ['version', 'kind', 'request', 'reportSequenceLow', 'reportSequenceHigh', 'isLast']);
  const logon = frame.logon();
  if (logon !== null) {
    visit(logon, ['versionMin', 'versionMax', 'token', 'nextReportLow', 'nextReportHigh']);
    visit(logon, ['cancelOnDisconnect']);
  }
  const welcome = frame.welcome();
  if (welcome !== null) {
    visit(welcome, ['version', 'session', 'credits', 'heartbeatMs', 'commandsPerFrameMax']);
    visit(welcome, ['nextReportLow', 'nextReportHigh', 'reportsLost']);
    for (let i = 0; i < welcome.accountsLength(); i++) {
      visit(welcome.accounts(i)!, ['number', 'name', 'highestClOrdIdLow', 'highestClOrdIdHigh']);
    }
    for (let i = 0; i < welcome.instrumentsLength(); i++) {
      visit(welcome.instruments(i)!, INSTRUMENT);
    }
    visit(welcome, ['isOperator']);
  }
  const definition = frame.definition();
  if (definition !== null) {
    visit(
      definition,
      INSTRUMENT.filter((name) => name !== 'phase'),
    );
    visit(definition, ['request']);
  }
  for (let i = 0; i < frame.instrumentsLength(); i++) visit(frame.instruments(i)!, INSTRUMENT);
  for (let i = 0; i < frame.commandsLength(); i++) visit(frame.commands(i)!, ['head', 'stopPrice']);
  for (let i = 0; i < frame.reportsLength(); i++) visit(frame.reports(i)!, ['head', 'stopPrice']);
  for (let i = 0; i < frame.refusalsLength(); i++) visit(frame.refusals(i)!, ['request', 'reason']);
  return reads;
}

/** Walks a frame of the feed. */
export function walkFeed(message: Uint8Array): Reads {
  const { buffer, reads } = watched(message);
  const frame = FeedFrame.getRootAsFrame(buffer);
  visit(frame, ['version', 'kind', 'epochLow', 'epochHigh', 'sequenceLow', 'sequenceHigh']);
  visit(frame, ['commandSequenceLow', 'commandSequenceHigh', 'timeLow', 'timeHigh']);
  visit(frame, ['instrument', 'channels', 'isLast', 'reason']);
  for (let i = 0; i < frame.levelsLength(); i++) visit(frame.levels(i)!, ['side', 'orders']);
  for (let i = 0; i < frame.ordersLength(); i++) visit(frame.orders(i)!, ['kind', 'qty']);
  for (let i = 0; i < frame.tradesLength(); i++)
    visit(frame.trades(i)!, ['tradeIdLow', 'aggressor']);
  for (let i = 0; i < frame.instrumentsLength(); i++) {
    visit(frame.instruments(i)!, INSTRUMENT);
  }
  for (let i = 0; i < frame.phasesLength(); i++) visit(frame.phases(i)!, ['phase', 'dueHigh']);
  for (let i = 0; i < frame.indicativesLength(); i++) {
    visit(frame.indicatives(i)!, ['price', 'imbalanceHigh']);
  }
  return reads;
}

/** Calls the accessors of a generated class; texts are read as bytes. */
function visit(thing: object, accessors: readonly string[]): void {
  for (const accessor of accessors) {
    (thing as Record<string, (encoding: Encoding) => unknown>)[accessor]!(Encoding.UTF8_BYTES);
  }
}

function watched(message: Uint8Array): { buffer: ByteBuffer; reads: Reads } {
  const reads: Reads = { bytes: 0, outside: 0 };
  const bytes = new Proxy(message, {
    get(target, key) {
      if (key === 'subarray') {
        return (from: number, to: number): Uint8Array => {
          reads.bytes += to - from;
          if (from < 0 || to < from || to > target.length) reads.outside += 1;
          return target.subarray(from, to);
        };
      }
      if (typeof key === 'string' && /^-?\d+$/.test(key)) {
        reads.bytes += 1;
        if (!(key in target)) reads.outside += 1;
      }
      return Reflect.get(target, key, target);
    },
  });
  return { buffer: new ByteBuffer(bytes), reads };
}
