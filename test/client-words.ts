// Commands of a frame in words, as the tests of the SDK's client have them.

import * as c from '../src/core/command-slot.ts';
import * as codes from '../src/wire/codes.ts';

/** A command of a frame; what is as usual (limit, gtc, cancel_aggressor) is not told. */
export function describeCommand(words: Int32Array, at: number): string {
  const head = words[at + c.C_HEAD]!;
  const account = words[at + c.C_ACCOUNT]!;
  const id = words[at + c.C_CLORDID_LOW]!;
  const side = codes.SIDE_NAMES[(head >>> c.HEAD_SIDE_SHIFT) & 1]!;
  const start = `r${words[at + c.C_REQUEST]! >>> 0}`;
  const instrument = words[at + c.C_INSTRUMENT]!;
  const terms: string[] = [];
  const term = (bit: number, word: number, prefix: string) => {
    if ((head & bit) !== 0) terms.push(`${prefix}${words[at + word]}`);
  };
  term(c.HAS_QTY, c.C_QTY, '');
  term(c.HAS_PRICE, c.C_PRICE, '@');
  term(c.HAS_DISPLAY_QTY, c.C_DISPLAY_QTY, ' shows ');
  term(c.HAS_STOP_PRICE, c.C_STOP_PRICE, ' stops ');
  switch (head & c.HEAD_COMMAND_MASK) {
    case codes.COMMAND_NEW: {
      const type = (head >>> c.HEAD_TYPE_SHIFT) & c.HEAD_TERM_MASK;
      const tif = (head >>> c.HEAD_TIF_SHIFT) & c.HEAD_TERM_MASK;
      const stp = (head >>> c.HEAD_STP_SHIFT) & 7;
      if (type !== codes.TYPE_LIMIT) terms.push(` ${codes.TYPE_NAMES[type]}`);
      if (tif !== codes.TIF_GTC) terms.push(` ${codes.TIF_NAMES[tif]}`);
      if (stp !== codes.STP_CANCEL_AGGRESSOR) terms.push(` stp=${codes.STP_NAMES[stp]}`);
      if ((head & c.HEAD_POST_ONLY) !== 0) terms.push(' post');
      if (instrument !== 1) terms.push(` of ${instrument}`);
      return `${start} new ${account}:${id} ${side} ${terms.join('')}`;
    }
    case codes.COMMAND_CANCEL:
      return `${start} cancel ${account}:${id}`;
    case codes.COMMAND_REPLACE: {
      const ids = `${words[at + c.C_ORIG_LOW]}>${id}`;
      return `${start} replace ${account}:${ids} ${terms.join('')}`;
    }
    case codes.COMMAND_PHASE:
      return `${start} phase ${instrument} ${codes.PHASE_NAMES[words[at + c.C_PHASE]!]}`;
    case codes.COMMAND_KILL: {
      const verb = (head & c.KILL_LIFT) !== 0 ? 'lift' : 'kill';
      const isOfSession = (head & c.KILL_SESSION) !== 0;
      const who = isOfSession ? `session ${words[at + c.C_KILLED_SESSION]}` : account;
      return `${start} ${verb} ${who}`;
    }
    default: {
      const of = (head & c.HAS_INSTRUMENT) !== 0 ? ` of ${instrument}` : '';
      return `${start} mass ${account}${of}${(head & c.HAS_SIDE) !== 0 ? ` ${side}` : ''}`;
    }
  }
}
