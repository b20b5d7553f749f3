// `ringside order new|cancel|replace|mass-cancel|list`: one command as a client, and its outcome.

import { Command, Option } from 'commander';
import { InputError } from '../base/input-error.ts';
import type {
  CancelResult,
  CommandRejected,
  CommandUnknown,
  MassCancelResult,
  OpenOrder,
  OrderEntry,
  OrderResult,
  OrderType,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from '../client/index.ts';
import { SIDE_NAMES, STP_NAMES, TIF_NAMES, TYPE_NAMES } from '../wire/codes.ts';
import {
  connectOrders,
  jsonLine,
  type LogonOptions,
  orderEntryFlags,
  withClient,
} from './client-options.ts';
import { EXIT_REJECTED } from './exit-codes.ts';
import { decimalPrices } from './market-picture.ts';
import { columns } from './text-table.ts';
import { anyInteger, uint64 } from './whole-number.ts';

const HELP = `
Example:
  $ ringside order new --account demo1 --side sell --qty 10 --price 10050
  $ ringside order new --account demo2 --side buy --qty 4 --price 10050 --tif ioc
  $ ringside order list
  $ ringside order cancel --account demo1 --cl-ord-id 1
  $ ringside order new --account demo1 --side sell --qty 500 --display-qty 50 --price 10060
  $ ringside order new --account demo2 --side buy --qty 5 --type stop --stop-price 10100

Prices are in ticks: 10050 at a tick size of 0.01 is 100.50. Quantities are in lots. --symbol and
--account may be left out when there is but one. A clOrdId counts upwards for each account; the
default is the next one. Orders stay in the book when the command has ended. Logging on takes the
session over from a client that is logged on with the same token.

Exit status: 0 accepted, 1 rejected (the reason is printed), 2 wrong usage, no server, no logon.`;

const JSON_HELP = `
With --json: one object a line. 64-bit numbers are numbers up to 2^53-1, decimal strings beyond.`;

interface Options extends LogonOptions {
  json?: true;
  symbol?: string;
  account?: string;
}

interface TermOptions extends Options {
  price?: number;
  displayQty?: number;
  stopPrice?: number;
  clOrdId?: bigint;
}

interface NewOptions extends TermOptions {
  side: Side;
  qty: number;
  type: OrderType;
  tif: TimeInForce;
  postOnly?: true;
  stp: SelfTradePrevention;
}

interface ReplaceOptions extends TermOptions {
  origClOrdId: bigint;
  qty?: number;
}

export function orderCommand(): Command {
  return new Command('order')
    .description('send a command as a client of a running exchange, print what became of it')
    .addCommand(newCommand())
    .addCommand(cancelCommand())
    .addCommand(replaceCommand())
    .addCommand(massCancelCommand())
    .addCommand(listCommand())
    .addHelpText('after', HELP);
}

function newCommand(): Command {
  const command = new Command('new')
    .description('enter an order')
    .addOption(sideFlag().makeOptionMandatory())
    .requiredOption('--qty <lots>', 'quantity, lots', anyInteger)
    .option('--price <ticks>', 'limit, ticks', anyInteger)
    .addOption(named('type', 'kind of order', TYPE_NAMES).default('limit'))
    .addOption(named('tif', 'time in force', TIF_NAMES).default('gtc'))
    .option('--post-only', 'reject it rather than let it trade on arrival')
    .addOption(
      named('stp', 'self-trade prevention', STP_NAMES).default(
        'cancel_aggressor' satisfies SelfTradePrevention,
      ),
    );
  return subcommand(termFlags(command), ['account', 'symbol'], async (entry, options) => {
    const { side, qty, type, tif, postOnly, stp } = options as NewOptions;
    const result = await entry.newOrder({
      account: accountOf(entry, options),
      instrument: instrumentOf(entry, options),
      ...{ side, qty, type, tif, postOnly, stp },
      ...termsOf(options),
    });
    report(entry, options, result, () => orderLines(entry, result));
  });
}

function cancelCommand(): Command {
  const command = new Command('cancel')
    .description('cancel an order')
    .requiredOption('--cl-ord-id <n>', 'the id that the order has', uint64);
  return subcommand(command, ['account'], async (entry, options) => {
    const { clOrdId } = options as TermOptions;
    const result = await entry.cancel({ account: accountOf(entry, options), clOrdId: clOrdId! });
    report(entry, options, result, () => cancelLines(entry, result));
  });
}

function replaceCommand(): Command {
  const command = new Command('replace')
    .description('give an order new terms; what is not named stays')
    .requiredOption('--orig-cl-ord-id <n>', 'the id that the order has', uint64)
    .option('--qty <lots>', 'the new total, with what is filled', anyInteger)
    .option('--price <ticks>', 'limit, ticks', anyInteger);
  return subcommand(termFlags(command), ['account'], async (entry, options) => {
    const { origClOrdId, qty } = options as ReplaceOptions;
    const account = accountOf(entry, options);
    const result = await entry.replace({ account, origClOrdId, qty, ...termsOf(options) });
    report(entry, options, result, () => orderLines(entry, result));
  });
}

function massCancelCommand(): Command {
  const command = new Command('mass-cancel')
    .description('cancel all orders of an account, or of one instrument, one side, or both')
    .addOption(sideFlag());
  return subcommand(command, ['account', 'symbol'], async (entry, options) => {
    const { side } = options as Partial<NewOptions>;
    const { symbol } = options;
    const account = accountOf(entry, options);
    const result = await entry.massCancel({ account, symbol, side });
    report(entry, options, result, () => massCancelLines(entry, result));
  });
}

function listCommand(): Command {
  const command = new Command('list').description('the open orders of the session');
  return subcommand(command, ['account', 'symbol'], async (entry, options) => {
    const { account, symbol } = options;
    const number = account === undefined ? undefined : accountOf(entry, options);
    if (symbol !== undefined) instrumentOf(entry, options);
    const orders = (await entry.openOrders()).filter(
      (order) =>
        (number === undefined || order.account === number) &&
        (symbol === undefined || order.symbol === symbol),
    );
    if (options.json) process.stdout.write(orders.map(jsonLine).join(''));
    else process.stdout.write(`${listLines(entry, orders).join('\n')}\n`);
  });
}

type Flag = 'account' | 'symbol';

/** Adds the flags that all share, and runs `action` logged on. */
function subcommand(
  command: Command,
  flags: readonly Flag[],
  action: (entry: OrderEntry, options: Options) => Promise<void>,
): Command {
  if (flags.includes('account')) command.option('--account <account>', 'its name or number');
  if (flags.includes('symbol')) command.option('--symbol <symbol>', 'instrument');
  command.option('--json', 'print JSON');
  return orderEntryFlags(command)
    .addHelpText('after', JSON_HELP)
    .action((options: Options) => loggedOn(options, action));
}

async function loggedOn(
  options: Options,
  action: (entry: OrderEntry, options: Options) => Promise<void>,
): Promise<void> {
  const entry = await connectOrders(options);
  await withClient(entry, () => action(entry, options));
}

function named(name: string, what: string, choices: readonly string[]): Option {
  return new Option(`--${name} <${name}>`, what).choices(choices);
}

function sideFlag(): Option {
  return named('side', 'side', SIDE_NAMES);
}

function termFlags(command: Command): Command {
  return command
    .option('--display-qty <lots>', 'quantity that is shown (iceberg), lots', anyInteger)
    .option('--stop-price <ticks>', 'price at which a stop becomes active, ticks', anyInteger)
    .option('--cl-ord-id <n>', 'the id that the order gets (default: the next one)', uint64);
}

function termsOf(options: TermOptions) {
  const { price, displayQty, stopPrice, clOrdId } = options;
  return { price, displayQty, stopPrice, clOrdId };
}

/** Number of the account that is meant. Throws an InputError that lists what there is. */
function accountOf({ accounts }: OrderEntry, { account }: Options): number {
  const names = () => accounts.map(({ name }) => name).join(', ');
  if (account === undefined) {
    if (accounts.length === 1) return accounts[0]!.number;
    throw new InputError(`name the account with --account: ${names()}`);
  }
  const found =
    accounts.find(({ name }) => name === account) ??
    accounts.find(({ number }) => String(number) === account);
  if (found === undefined) {
    throw new InputError(`the session has no account ${account}, only ${names()}`);
  }
  return found.number;
}

/** As `accountOf`. */
function instrumentOf({ instruments }: OrderEntry, { symbol }: Options): number {
  const symbols = () => instruments.map((one) => one.symbol).join(', ');
  if (symbol === undefined) {
    if (instruments.length === 1) return instruments[0]!.number;
    throw new InputError(`name the instrument with --symbol: ${symbols()}`);
  }
  const found = instruments.find((one) => one.symbol === symbol);
  if (found === undefined) throw new InputError(`there is no ${symbol}, only ${symbols()}`);
  return found.number;
}

type AnyResult = OrderResult | CancelResult | MassCancelResult;

/** Prints an outcome and sets the exit status. */
function report(
  entry: OrderEntry,
  { json }: Options,
  result: AnyResult,
  lines: () => string[],
): void {
  if (result.status === 'rejected') process.exitCode = EXIT_REJECTED;
  if (!json) process.stdout.write(`${lines().join('\n')}\n`);
  else process.stdout.write(jsonLine(jsonOf(entry, result)));
  if (result.status === 'unknown') {
    throw new InputError('the connection was lost, and with it what became of the command');
  }
}

function jsonOf(entry: OrderEntry, result: AnyResult): object {
  const { reports: _, status, account, clOrdId, ...rest } = result;
  const accountName = nameOf(entry, account);
  const id = clOrdId === 0n ? {} : { clOrdId };
  if (!('trades' in rest)) return { status, account, accountName, ...id, ...rest };
  const trades = rest.trades.map(({ tradeId, price, qty }) => ({ tradeId, price, qty }));
  return { status, account, accountName, ...id, ...rest, trades };
}

function nameOf({ accounts }: OrderEntry, account: number): string {
  return accounts.find(({ number }) => number === account)?.name ?? '';
}

/** The way a price of the instrument is printed: as a decimal, and in ticks. */
function priceText(entry: OrderEntry, instrument: number): (ticks: number) => string {
  const found = entry.instruments.find(({ number }) => number === instrument);
  const decimal = found === undefined ? String : decimalPrices(found.tickSize);
  return (ticks) => `${decimal(ticks)} (${ticks} ticks)`;
}

function whose(entry: OrderEntry, { account, clOrdId }: AnyResult): string {
  const id = clOrdId === 0n ? '' : `, clOrdId ${clOrdId}`;
  return `account ${nameOf(entry, account)}${id}`;
}

function refusal(entry: OrderEntry, result: CommandRejected | CommandUnknown): string[] {
  if (result.status === 'unknown') return [`unknown: ${whose(entry, result)}`];
  return [`rejected: ${result.reason} (${whose(entry, result)})`];
}

function orderLines(entry: OrderEntry, result: OrderResult): string[] {
  if (result.status !== 'accepted') return refusal(entry, result);
  const { orderId, trades, leaves, stopPrice, cancelReason } = result;
  const lines = [`accepted: ${whose(entry, result)}, order ${orderId}`];
  for (const { instrument, price, qty, tradeId } of trades) {
    lines.push(`traded ${qty} @ ${priceText(entry, instrument)(price)}, trade ${tradeId}`);
  }
  if (cancelReason !== null) lines.push(`the rest is canceled: ${cancelReason}`);
  else if (stopPrice !== 0) lines.push(`${leaves} wait for the stop price`);
  else lines.push(leaves === 0 ? 'filled' : `${leaves} left in the book`);
  return lines;
}

function cancelLines(entry: OrderEntry, result: CancelResult): string[] {
  if (result.status !== 'accepted') return refusal(entry, result);
  const { orderId, canceledQty } = result;
  const what =
    orderId === 0n ? 'entered by another session' : `order ${orderId}, ${canceledQty} left`;
  return [`canceled: ${whose(entry, result)}, ${what}`];
}

function massCancelLines(entry: OrderEntry, result: MassCancelResult): string[] {
  if (result.status !== 'accepted') return refusal(entry, result);
  const { canceledOrders } = result;
  const orders = canceledOrders === 1 ? '1 order' : `${canceledOrders} orders`;
  return [`canceled: ${orders} of ${whose(entry, result)}`];
}

function listLines(entry: OrderEntry, orders: readonly OpenOrder[]): string[] {
  if (orders.length === 0) return ['no open orders'];
  const rows = orders.map((order) => {
    const price = priceText(entry, order.instrument);
    return [
      order.accountName,
      order.symbol,
      order.side,
      String(order.leaves),
      order.displayQty === 0 ? '' : String(order.displayed),
      order.price === 0 ? '' : price(order.price),
      order.stopPrice === 0 ? '' : price(order.stopPrice),
      String(order.clOrdId),
      String(order.orderId),
    ];
  });
  const head = ['account', 'symbol', 'side', 'left', 'shown', 'price', 'stop', 'clOrdId', 'order'];
  const used = head.map((name, i) => !['shown', 'stop'].includes(name) || rows.some((r) => r[i]));
  return columns([head, ...rows].map((row) => row.filter((_, i) => used[i])));
}
