// Why something in the SDK cannot go on. What the exchange refuses is no error but a result.

import { CLOSE_NAMES } from '../wire/codes.ts';

/**
 * The server's reasons for closing a connection have the names of schemas/order-entry.md; these are
 * the client's own.
 */
export type ClientErrorCode =
  /** The server cannot be reached, or does not answer. */
  | 'unreachable'
  /** `close` was called before this was answered. */
  | 'closed'
  /** WAITING_COMMANDS_MAX commands wait already. */
  | 'queue_full'
  /** An argument that is no possible command; nothing was sent. */
  | 'invalid_argument'
  | 'unknown_symbol'
  | 'unknown_account'
  /** The server sent something that is no frame of this protocol. */
  | 'protocol'
  /** There is no global WebSocket, and none was given. */
  | 'no_websocket'
  /** The token is of no operator. */
  | 'not_operator'
  /** A reader of reports let READER_REPORTS_MAX of them pile up. */
  | 'reader_behind'
  /** The feed's reasons for refusing a subscription. */
  | 'unknown_instrument'
  | 'unknown_channel'
  | 'too_many'
  | 'bad_frame'
  | 'unsupported_version'
  | 'bad_token'
  | 'logon_first'
  | 'logon_timeout'
  | 'taken_over'
  | 'silent'
  | 'slow'
  | 'flood'
  | 'too_large'
  | 'behind_retention'
  | 'shutting_down'
  | 'too_many_connections'
  | 'not_durable';

export class ClientError extends Error {
  readonly code: ClientErrorCode;
  /** The WebSocket close code behind it; 0: there is none. */
  readonly closeCode: number;

  constructor(code: ClientErrorCode, message: string, closeCode = 0) {
    super(message);
    this.name = 'ClientError';
    this.code = code;
    this.closeCode = closeCode;
  }
}

/** The error for a connection that was closed with `closeCode` and the given words. */
export function errorOfClose(closeCode: number, reason: string): ClientError {
  const name = CLOSE_NAMES[closeCode] as ClientErrorCode | undefined;
  const words = reason === '' ? `close code ${closeCode}` : reason;
  return new ClientError(name ?? 'unreachable', `connection lost: ${words}`, closeCode);
}
