// Which frames of commands may come twice: those in which each command can act only once, because
// its clOrdId is used up by that or its order gone.

import { wordsToBigint } from '../../base/words.ts';
import { COMMAND_CANCEL, COMMAND_NEW, COMMAND_REPLACE } from '../../core/codes.ts';
import * as c from '../../core/command-slot.ts';
import { KIND_COMMANDS } from '../../wire/frame-kinds.ts';
import { type ClientFrameDecoder, WIRE_COMMAND_WORDS } from '../../wire/order-entry.ts';

export interface DoubledId {
  readonly account: number;
  readonly clOrdId: bigint;
}

/** The ids in the frame that was decoded; null: it is no such frame. */
export function doubledIds(frame: ClientFrameDecoder): DoubledId[] | null {
  if (frame.kind !== KIND_COMMANDS) return null;
  const { words, commandsAt, commandCount } = frame;
  const ids: DoubledId[] = [];
  for (let i = 0; i < commandCount; i++) {
    const at = commandsAt + i * WIRE_COMMAND_WORDS;
    const command = words[at + c.C_HEAD]! & c.HEAD_COMMAND_MASK;
    if (command !== COMMAND_NEW && command !== COMMAND_REPLACE && command !== COMMAND_CANCEL) {
      return null;
    }
    const [low, high] = [words[at + c.C_CLORDID_LOW]!, words[at + c.C_CLORDID_HIGH]!];
    const account = words[at + c.C_ACCOUNT]! >>> 0;
    ids.push({ account, clOrdId: wordsToBigint(low, high) });
  }
  return ids;
}
