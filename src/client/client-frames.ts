// The frames that a client of order entry sends.

import { COMMAND_INSTRUMENT } from '../wire/codes.ts';
import { COMMANDS_PER_FRAME_MAX, WIRE_VERSION } from '../wire/frame-kinds.ts';
import {
  CommandsEncoder,
  encodeDefinition,
  encodeLogon,
  WIRE_COMMAND_WORDS,
  writeCommand,
} from '../wire/order-entry.ts';
import { ClientError } from './client-error.ts';
import type { Pending } from './command-result.ts';
import type { OrderEntryOptions } from './order-entry-options.ts';

/** Asks for the reports that come from now on: no session has one of this number. */
export const FROM_NOW = Number.MAX_SAFE_INTEGER;

/** A logon that asks for reports from `nextReport` on. Throws a ClientError for a bad token. */
export function logonFrame(options: OrderEntryOptions, nextReport: number): Uint8Array {
  const { token, cancelOnDisconnect = false } = options;
  const versions = { versionMin: WIRE_VERSION, versionMax: WIRE_VERSION };
  try {
    return encodeLogon({ ...versions, token, nextReport, cancelOnDisconnect });
  } catch {
    throw new ClientError('invalid_argument', 'the token is no text, or too long');
  }
}

/**
 * The report that follows the last one that a store has kept. Throws a ClientError when that is no
 * number of a report.
 */
export function nextAfter(lastReport: number | undefined): number {
  const last = lastReport ?? 0;
  if (!Number.isSafeInteger(last) || last < 0 || last >= FROM_NOW - 1) {
    throw new ClientError('invalid_argument', `the store's last report cannot be ${last}`);
  }
  return last + 1;
}

/** Makes frames of commands. */
export class CommandFrames {
  private readonly encoder = new CommandsEncoder();
  private readonly words = new Int32Array(COMMANDS_PER_FRAME_MAX * WIRE_COMMAND_WORDS);

  /**
   * Sends 1 … COMMANDS_PER_FRAME_MAX commands in their order: in one frame, but a definition of an
   * instrument has one of its own. The bytes are good during each call only.
   */
  send(batch: readonly Pending[], send: (bytes: Uint8Array) => void): void {
    let count = 0;
    const flush = () => {
      if (count > 0) send(this.encoder.encode(this.words, 0, count));
      count = 0;
    };
    for (const { command } of batch) {
      if (command.command === COMMAND_INSTRUMENT) {
        flush();
        send(encodeDefinition(command));
      } else {
        writeCommand(this.words, count * WIRE_COMMAND_WORDS, command);
        count += 1;
      }
    }
    flush();
  }
}
