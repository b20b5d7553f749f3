// What the commands that are clients of a server share: flags, connecting, and how a failure to
// connect is told.

import { type Command, Option } from 'commander';
import { WebSocket } from 'ws';
import { InputError } from '../base/input-error.ts';
import {
  ClientError,
  type ClientErrorCode,
  MarketFeed,
  type MarketFeedOptions,
  Operator,
  OrderEntry,
  type OrderEntryOptions,
} from '../client/index.ts';
import { wholeNumber } from './whole-number.ts';

export const DEFAULT_HOST = '127.0.0.1';
export const DEFAULT_TOKEN = 'demo';
const DEFAULT_OPERATOR_TOKEN = 'operator';
export const ORDERS_PORT = 7_400;
export const FEED_PORT = 7_401;
const PORT_MAX = 65_535;
/** What has no answer by then is given up. */
const ANSWER_MS_MAX = 10_000;

/** Where a server is. */
export interface ServerOptions {
  url?: string;
  host: string;
  port: number;
}

export interface LogonOptions extends ServerOptions {
  token: string;
}

/** Gives a command the flags of a client of order entry. */
export function orderEntryFlags(command: Command): Command {
  return serverFlags(command, ORDERS_PORT, '/orders').addOption(
    new Option('--token <token>', 'names the session to log on as')
      .env('RINGSIDE_TOKEN')
      .default(DEFAULT_TOKEN),
  );
}

/** Gives a command the flags of an operator. */
export function operatorFlags(command: Command): Command {
  return serverFlags(command, ORDERS_PORT, '/orders').addOption(
    new Option('--token <token>', "an operator's token")
      .env('RINGSIDE_OPERATOR_TOKEN')
      .default(DEFAULT_OPERATOR_TOKEN),
  );
}

/** Gives a command the flags of a consumer of the feed. */
export function feedFlags(command: Command): Command {
  return serverFlags(command, FEED_PORT, '/feed');
}

function serverFlags(command: Command, port: number, path: string): Command {
  return command
    .option('--host <host>', 'address of the server', DEFAULT_HOST)
    .option('--port <n>', 'its port', wholeNumber(1, PORT_MAX), port)
    .option('--url <url>', `both in one: ws://HOST:PORT${path}, or wss://`);
}

/** Logs on. Throws an InputError that says why it cannot be. */
export async function connectOrders(
  options: LogonOptions,
  more: Partial<OrderEntryOptions> = {},
): Promise<OrderEntry> {
  const url = urlOf(options, '/orders');
  const { token } = options;
  try {
    return await OrderEntry.connect({ url, token, WebSocket, ...more });
  } catch (error) {
    throw readable(error, url);
  }
}

/** Logs on as an operator. Throws an InputError that says why it cannot be. */
export async function connectOperator(options: LogonOptions): Promise<Operator> {
  const url = urlOf(options, '/orders');
  try {
    return await Operator.connect({ url, token: options.token, WebSocket });
  } catch (error) {
    throw readable(error, url);
  }
}

/** Connects to the feed. Throws an InputError that says why it cannot be. */
export async function connectFeed(
  options: ServerOptions,
  more: Partial<MarketFeedOptions> = {},
): Promise<MarketFeed> {
  const url = urlOf(options, '/feed');
  try {
    return await MarketFeed.connect({ url, WebSocket, ...more });
  } catch (error) {
    throw readable(error, url);
  }
}

/** A host as it stands in a URL. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function urlOf({ url, host, port }: ServerOptions, path: string): string {
  if (url === undefined) return `ws://${urlHost(host)}:${port}${path}`;
  if (!URL.canParse(url) || !/^wss?:$/.test(new URL(url).protocol)) {
    throw new InputError(`${url}: is no URL of the form ws://HOST:PORT${path}`);
  }
  const parsed = new URL(url);
  if (parsed.pathname === '/') parsed.pathname = path;
  return parsed.href;
}

/**
 * Does `work` with a client, which is closed then. Throws an InputError for what the SDK cannot do,
 * and when there is no answer in time.
 */
export async function withClient(
  client: { close(options?: { waitMs: number }): Promise<void> },
  work: () => Promise<void>,
): Promise<void> {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    client.close({ waitMs: 0 });
  }, ANSWER_MS_MAX);
  try {
    await work();
  } catch (error) {
    if (isLate)
      throw new InputError(
        `no answer within ${ANSWER_MS_MAX / 1_000} s: what became of it is not known`,
      );
    throw readable(error);
  } finally {
    clearTimeout(timer);
    await client.close();
  }
}

const REASONS: Partial<Record<ClientErrorCode, string>> = {
  unreachable: 'no server answers there',
  bad_token: 'the server knows no such token',
  not_operator: 'the token is not that of an operator',
  taken_over: 'another client logged on with the same token',
  shutting_down: 'the server is shutting down',
};

/** An error of the SDK as one of input, at the URL where it was met; any other as it is. */
export function readable(error: unknown, url?: string): unknown {
  if (!(error instanceof ClientError)) return error;
  return new InputError(url === undefined ? reasonOf(error) : `${url}: ${reasonOf(error)}`);
}

/** What an error of the SDK means to whoever runs the program. */
export function reasonOf({ code, message }: ClientError): string {
  const reason = REASONS[code];
  return reason === undefined ? message : `${reason} (${message})`;
}

/**
 * JSON on one line. 64-bit numbers are numbers up to 2^53-1 and decimal strings beyond, so ids that
 * are counted are numbers, times always strings.
 */
export function jsonLine(value: object): string {
  const text = JSON.stringify(value, (_, member) =>
    typeof member === 'bigint' ? numberWhenSafe(member) : member,
  );
  return `${text}\n`;
}

function numberWhenSafe(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}
