// Commands of a journal as JSON objects: what the slot says, with names in place of codes.

import { wordsToBigint } from '../base/words.ts';
import * as codes from '../core/codes.ts';
import * as c from '../core/command-slot.ts';

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
  return { ...about, ...sender, ...numbersOf(words, at), ...termsOf(cmd, head) };
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
