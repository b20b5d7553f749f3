// The codes that a client meets, with their names, so that it needs nothing of the core.

import { REJECT_NAMES } from '../core/codes.ts';
import * as kinds from './frame-kinds.ts';

export * from '../core/codes.ts';

/** Refusal.reason by name. */
export const REFUSAL_NAMES: Readonly<Record<number, string>> = {
  ...REJECT_NAMES,
  [kinds.REFUSE_UNKNOWN_COMMAND]: 'unknown_command',
  [kinds.REFUSE_UNDEFINED_BITS]: 'undefined_bits',
  [kinds.REFUSE_UNKNOWN_STP]: 'unknown_stp',
  [kinds.REFUSE_RESERVED]: 'reserved_not_zero',
  [kinds.REFUSE_REQUEST_ZERO]: 'request_zero',
  [kinds.REFUSE_REQUEST_TOO_LARGE]: 'request_too_large',
  [kinds.REFUSE_UNKNOWN_PHASE]: 'unknown_phase',
  [kinds.REFUSE_INVALID_SYMBOL]: 'invalid_symbol',
  [kinds.REFUSE_SYMBOL_IN_USE]: 'symbol_in_use',
  [kinds.REFUSE_INVALID_SIZE]: 'invalid_size',
  [kinds.REFUSE_OUT_OF_RANGE]: 'out_of_range',
  [kinds.REFUSE_NOT_DURABLE]: 'not_durable',
};

/** WebSocket close codes by name; the name is the reason that the server gives with the code. */
export const CLOSE_NAMES: Readonly<Record<number, string>> = {
  [kinds.CLOSE_BAD_FRAME]: 'bad_frame',
  [kinds.CLOSE_UNSUPPORTED_VERSION]: 'unsupported_version',
  [kinds.CLOSE_BAD_TOKEN]: 'bad_token',
  [kinds.CLOSE_LOGON_FIRST]: 'logon_first',
  [kinds.CLOSE_LOGON_TIMEOUT]: 'logon_timeout',
  [kinds.CLOSE_TAKEN_OVER]: 'taken_over',
  [kinds.CLOSE_SILENT]: 'silent',
  [kinds.CLOSE_SLOW]: 'slow',
  [kinds.CLOSE_FLOOD]: 'flood',
  [kinds.CLOSE_TOO_LARGE]: 'too_large',
  [kinds.CLOSE_BEHIND_RETENTION]: 'behind_retention',
  [kinds.CLOSE_SHUTTING_DOWN]: 'shutting_down',
  [kinds.CLOSE_TOO_MANY_CONNECTIONS]: 'too_many_connections',
  [kinds.CLOSE_NOT_DURABLE]: 'not_durable',
};

/** Before the milliseconds in the reason of CLOSE_SHUTTING_DOWN. */
export const RETRY_AFTER = 'retry-after-ms=';

/** The milliseconds that a close reason names; undefined: none. */
export function retryAfterMs(reason: string): number | undefined {
  const digits = new RegExp(`\\b${RETRY_AFTER}(\\d{1,9})$`).exec(reason)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Frame.reason of FEED_REFUSED by name. */
export const FEED_REFUSAL_NAMES: Readonly<Record<number, string>> = {
  [kinds.REFUSED_UNKNOWN_INSTRUMENT]: 'unknown_instrument',
  [kinds.REFUSED_UNKNOWN_CHANNEL]: 'unknown_channel',
  [kinds.REFUSED_TOO_MANY]: 'too_many',
};
