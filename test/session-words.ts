// Frames of order entry in words, as the dialogues of session-kit.ts have them.

import * as codes from '../src/core/codes.ts';
import { CANCEL_NAMES, COMMAND_NAMES, EVENT_NAMES, REJECT_NAMES } from '../src/core/codes.ts';
import { REFUSAL_NAMES } from '../src/wire/codes.ts';
import * as kinds from '../src/wire/frame-kinds.ts';
import {
  type ClientCommand,
  type CommandsEncoder,
  type Definition,
  REFUSAL_WORDS,
  type Report,
  readRefusal,
  readReport,
  ServerFrameDecoder,
  WIRE_COMMAND_WORDS,
  writeCommand,
} from '../src/wire/order-entry.ts';
import { REPORT_OPEN, REPORT_WORDS } from '../src/wire/report-layout.ts';

const decoder = new ServerFrameDecoder();

/** A frame of commands, a copy of its own. */
export function commandsFrame(
  encoder: CommandsEncoder,
  commands: readonly ClientCommand[],
): Uint8Array {
  const words = new Int32Array(commands.length * WIRE_COMMAND_WORDS);
  commands.forEach((command, i) => {
    writeCommand(words, i * WIRE_COMMAND_WORDS, command);
  });
  return encoder.encode(words, 0, commands.length).slice();
}

export function requestOf(text: string): number {
  return Number(/^r(\d+)$/.exec(text)![1]);
}

/** `r1 new 11:1 buy 5@100 [ioc]` and the like. */
export function parseCommand(text: string): ClientCommand {
  const words = text.split(' ');
  const request = requestOf(words[0]!);
  const verb = words[1]!;
  if (verb === 'phase') {
    const phase = (codes.PHASE_NAMES as readonly string[]).indexOf(words[3]!);
    return { command: codes.COMMAND_PHASE, request, instrument: Number(words[2]), phase };
  }
  if (verb === 'kill' || verb === 'lift') {
    const kill = { command: codes.COMMAND_KILL, request, lift: verb === 'lift' } as const;
    if (words[2] === 'session') return { ...kill, session: Number(words[3]) };
    return { ...kill, account: Number(words[2]) };
  }
  const [number, ids] = words[2]!.split(':') as [string, string];
  const account = Number(number);
  if (verb === 'mass') return { command: codes.COMMAND_MASS_CANCEL, request, account };
  if (verb === 'cancel') {
    return { command: codes.COMMAND_CANCEL, request, account, clOrdId: BigInt(ids) };
  }
  const terms = { request, account, ...parseTerms(words) };
  if (verb === 'replace') {
    const [origClOrdId, clOrdId] = ids.split('>').map(BigInt);
    const names = { origClOrdId: origClOrdId!, clOrdId: clOrdId! };
    return { command: codes.COMMAND_REPLACE, ...terms, ...names };
  }
  const side = words[3] === 'buy' ? codes.SIDE_BUY : codes.SIDE_SELL;
  const tif = words[5] === 'ioc' ? codes.TIF_IOC : codes.TIF_GTC;
  const isStop = 'stopPrice' in terms;
  const isLimit = 'price' in terms;
  const type = isStop ? (isLimit ? codes.TYPE_STOP_LIMIT : codes.TYPE_STOP) : codes.TYPE_LIMIT;
  const clOrdId = BigInt(ids);
  return { command: codes.COMMAND_NEW, instrument: 1, side, type, tif, clOrdId, ...terms };
}

/** `5@100 show=2 stop=110`; 5@0 has no price. */
function parseTerms(words: readonly string[]) {
  const [qty, price] = words
    .find((word) => word.includes('@'))!
    .split('@')
    .map(Number);
  const displayQty = optionOf(words, 'show');
  const stopPrice = optionOf(words, 'stop');
  return {
    qty: qty!,
    ...(price === 0 ? {} : { price: price! }),
    ...(displayQty === undefined ? {} : { displayQty: Number(displayQty) }),
    ...(stopPrice === undefined ? {} : { stopPrice: Number(stopPrice) }),
  };
}

/** `r5 2 ACME tick=0.05` and so on; what is not said is 0, or 1 of a size. */
export function parseDefinition(text: string): Definition {
  const words = text.split(' ');
  const number = (name: string) => Number(optionOf(words, name) ?? 0);
  return {
    request: requestOf(words[0]!),
    number: Number(words[1]),
    symbol: words[2] ?? '',
    tickSize: optionOf(words, 'tick') ?? '1',
    lotSize: optionOf(words, 'lot') ?? '1',
    referencePrice: number('ref'),
    priceBandBps: number('band'),
    haltNs: number('halt'),
    auctionNs: number('auction'),
  };
}

function optionOf(words: readonly string[], name: string): string | undefined {
  return words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** The reports of a server's frame; none of any other frame. */
export function reportsOf(bytes: Uint8Array): Report[] {
  decode(bytes);
  if (decoder.kind !== kinds.KIND_REPORTS) return [];
  return records();
}

function decode(bytes: Uint8Array): void {
  const code = decoder.decode(bytes);
  if (code !== 0) throw new Error(`the server sent what its client refuses: ${code}`);
}

function records(): Report[] {
  return Array.from({ length: decoder.reportCount }, (_, i) =>
    readReport(decoder.words, decoder.reportsAt + i * REPORT_WORDS),
  );
}

/** What a server's frame says, in words. */
export function describeFrame(bytes: Uint8Array): string[] {
  decode(bytes);
  switch (decoder.kind) {
    case kinds.KIND_WELCOME: {
      const { session, nextReport, reportsLost, accounts, isOperator } = decoder.welcome!;
      const ids = accounts.map((account) => ` ${account.number}=${account.highestClOrdId}`);
      const notes = `${reportsLost ? ' lost' : ''}${isOperator ? ' operator' : ''}`;
      return [`welcome ${session} next=${nextReport}${notes}${ids.join('')}`];
    }
    case kinds.KIND_REPORTS:
      return records().map(describeReport);
    case kinds.KIND_OPEN_ORDER_LIST: {
      const entries = records().map((entry) => order(entry));
      const last = decoder.isLast ? ' last' : '';
      const after = decoder.reportSequence;
      return [`list r${decoder.request} after=${after} [${entries.join(', ')}]${last}`];
    }
    case kinds.KIND_REFUSALS:
      return Array.from({ length: decoder.refusalCount }, (_, i) => {
        const at = decoder.refusalsAt + i * REFUSAL_WORDS;
        const { request, reason } = readRefusal(decoder.words, at);
        return `refused r${request} ${REFUSAL_NAMES[reason] ?? reason}`;
      });
    case kinds.KIND_INSTRUMENTS: {
      const { instruments } = decoder;
      const told = instruments.map(({ symbol, phase }) => `${symbol} ${codes.PHASE_NAMES[phase]}`);
      return [`instruments ${told.join(', ')}`];
    }
    case kinds.KIND_HEARTBEAT:
      return ['beat'];
    default:
      throw new Error(`not a kind: ${decoder.kind}`);
  }
}

export function describeReport(report: Report): string {
  const { event, reason, reportSequence: number } = report;
  const words = [`#${number}`, EVENT_NAMES[event] ?? String(event)];
  if (report.request !== 0) words.push(`r${report.request}`);
  if (event === codes.EVENT_REJECTED) {
    words.push(COMMAND_NAMES[report.command]!, `${report.account}:${report.clOrdId}`);
    words.push(REJECT_NAMES[reason]!);
  } else if (event !== codes.EVENT_DONE) {
    words.push(order(report));
  }
  if (event === codes.EVENT_TRADE) words.push(`t${report.tradeId} ${report.qty}`);
  if (event === codes.EVENT_REPLACED) words.push(`was ${report.origClOrdId}`);
  if (event === codes.EVENT_CANCELED) words.push(CANCEL_NAMES[reason]!);
  if (report.keptPlace) words.push('kept');
  if (report.aggressor) words.push('aggressor');
  if (report.auction) words.push('auction');
  if (report.end) words.push('end');
  return words.join(' ');
}

function order(report: Report): string {
  const { event, account, clOrdId, leaves, side, price, displayed, displayQty, stopPrice } = report;
  if (event === REPORT_OPEN && report.reportSequence !== 0) {
    throw new Error('an entry has no number');
  }
  const shows = displayQty === 0 ? '' : ` shows ${displayed} of ${displayQty}`;
  const waits = stopPrice === 0 ? '' : ` stop ${stopPrice}`;
  const name = side === codes.SIDE_BUY ? 'buy' : 'sell';
  return `${account}:${clOrdId} ${leaves} ${name}@${price}${shows}${waits}`;
}
