// Commands of a journal as JSON objects: what the slot says, with names in place of codes.

import { decimalText } from '../base/decimal.ts';
import { wordsToBigint, wordsToNumber } from '../base/words.ts';
import * as codes from '../core/codes.ts';
import * as c from '../core/command-slot.ts';
import { REQUEST_TO_CANCEL, REQUEST_TO_KEEP } from '../session/own-commands.ts';

/** The command in the slot at word `at`, which is number `sequence`. */
export function commandObject(
  words: Int32Array,
  at: number,
  sequence: number,
): Record<string, unknown> {
  const head = words[at + c.C_HEAD]!;
  const cmd = head & c.HEAD_COMMAND_MASK;
  const time = wordsToBigint(words[at + c.C_TIME_LOW]!, words[at + c.C_TIME_HIGH]!);
  const about = { sequence, time: time.toString(), cmd: codes.COMMAND_NAMES[cmd] ?? cmd };
  const session = words[at + c.C_SESSION]! >>> 0;
  const request = words[at + c.C_REQUEST]! >>> 0;
  const sender = session === 0 ? {} : { session, request };
  const own = OPERATORS[cmd]?.(words, at);
  if (cmd === codes.COMMAND_TIME) return { ...about, ...sender, ...wishOf(request) };
  return { ...about, ...sender, ...(own ?? { ...numbersOf(words, at), ...termsOf(cmd, head) }) };
}

/** Every number that the command has: those that are not 0, or are said to be there. */
function numbersOf(words: Int32Array, at: number): Record<string, unknown> {
  const head = words[at + c.C_HEAD]!;
  const numbers: Record<string, unknown> = {};
  const put = (name: string, value: number | bigint, isSaid: boolean): void => {
    if (isSaid || (value !== 0 && value !== 0n)) numbers[name] = value;
  };
  const id = (word: number) => wordsToBigint(words[at + word]!, words[at + word + 1]!);
  put('account', words[at + c.C_ACCOUNT]! >>> 0, false);
  put('instrument', words[at + c.C_INSTRUMENT]! >>> 0, (head & c.HAS_INSTRUMENT) !== 0);
  put('clOrdId', id(c.C_CLORDID_LOW), false);
  put('origClOrdId', id(c.C_ORIG_LOW), false);
  put('qty', words[at + c.C_QTY]!, (head & c.HAS_QTY) !== 0);
  put('price', words[at + c.C_PRICE]!, (head & c.HAS_PRICE) !== 0);
  put('displayQty', words[at + c.C_DISPLAY_QTY]!, (head & c.HAS_DISPLAY_QTY) !== 0);
  put('stopPrice', words[at + c.C_STOP_PRICE]!, (head & c.HAS_STOP_PRICE) !== 0);
  return numbers;
}

/** What the bits of the head say. */
function termsOf(cmd: number, head: number): Record<string, unknown> {
  const side = codes.SIDE_NAMES[(head >>> c.HEAD_SIDE_SHIFT) & 1];
  if (cmd === codes.COMMAND_NEW) {
    return {
      side,
      type: codes.TYPE_NAMES[(head >>> c.HEAD_TYPE_SHIFT) & c.HEAD_TERM_MASK],
      tif: codes.TIF_NAMES[(head >>> c.HEAD_TIF_SHIFT) & c.HEAD_TERM_MASK],
      postOnly: (head & c.HEAD_POST_ONLY) !== 0,
      stp: codes.STP_NAMES[(head >>> c.HEAD_STP_SHIFT) & 7],
    };
  }
  if (cmd !== codes.COMMAND_MASS_CANCEL) return {};
  return {
    ...((head & c.HAS_SIDE) !== 0 ? { side } : {}),
    ownSessionOnly: (head & c.OWN_SESSION_ONLY) !== 0,
    onDisconnect: (head & c.ON_DISCONNECT) !== 0,
  };
}

/** The operator's commands, whose words are their own (core/command-slot.ts). */
const OPERATORS: Readonly<
  Record<number, (words: Int32Array, at: number) => Record<string, unknown>>
> = {
  [codes.COMMAND_INSTRUMENT]: (words, at) => {
    const terms = {
      tickSize: stepOf(words, at, c.C_TICK, c.TICK_DECIMALS_SHIFT),
      lotSize: stepOf(words, at, c.C_LOT, c.LOT_DECIMALS_SHIFT),
      referencePrice: words[at + c.C_PRICE]!,
      priceBandBps: words[at + c.C_BAND_BPS]!,
      haltNs: wordsToNumber(words[at + c.C_HALT_LOW]!, words[at + c.C_HALT_HIGH]!),
      auctionNs: wordsToNumber(words[at + c.C_AUCTION_LOW]!, words[at + c.C_AUCTION_HIGH]!),
    };
    const said = Object.entries(terms).filter(([, value]) => value !== 0 && value !== '');
    return { instrument: words[at + c.C_INSTRUMENT]! >>> 0, ...Object.fromEntries(said) };
  },
  [codes.COMMAND_SYMBOL]: (words, at) => {
    // A copy: the words may lie in shared memory, which cannot be decoded in place.
    const symbol = words.slice(at + c.C_SYMBOL, at + c.C_SYMBOL + c.SYMBOL_WORDS);
    const text = Buffer.from(symbol.buffer).toString('utf8').replace(/\0+$/, '');
    return { instrument: words[at + c.C_INSTRUMENT]! >>> 0, symbol: text };
  },
  [codes.COMMAND_PHASE]: (words, at) => ({
    instrument: words[at + c.C_INSTRUMENT]! >>> 0,
    phase: codes.PHASE_NAMES[words[at + c.C_PHASE]!] || words[at + c.C_PHASE]!,
  }),
  [codes.COMMAND_KILL]: (words, at) => {
    const head = words[at + c.C_HEAD]!;
    const isSession = (head & c.KILL_SESSION) !== 0;
    const killed = words[at + (isSession ? c.C_KILLED_SESSION : c.C_ACCOUNT)]! >>> 0;
    const meant = isSession ? { killedSession: killed } : { account: killed };
    return { ...meant, lift: (head & c.KILL_LIFT) !== 0 };
  },
};

/** What the session of a time command wants when it is lost, if that is what the command says. */
function wishOf(request: number): Record<string, unknown> {
  if (request === REQUEST_TO_CANCEL) return { cancelOnDisconnect: true };
  return request === REQUEST_TO_KEEP ? { cancelOnDisconnect: false } : {};
}

/** A tick or lot as a decimal text; empty: not said. */
function stepOf(words: Int32Array, at: number, word: number, shift: number): string {
  const decimals = (words[at + c.C_HEAD]! >>> shift) & c.DECIMALS_MASK;
  const units = words[at + word]!;
  return units === 0 ? '' : decimalText({ units, decimals });
}
