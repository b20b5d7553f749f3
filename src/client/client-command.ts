// Commands as users of the SDK state them, and what they become on the wire.

import * as codes from '../wire/codes.ts';
import type {
  ClientCommand,
  NewOrder as WireNewOrder,
  ReplaceOrder as WireReplaceOrder,
} from '../wire/order-entry.ts';
import { ClientError } from './client-error.ts';
import { type Directory, toId } from './directory.ts';
import type { Side } from './execution-report.ts';

export type OrderType = (typeof codes.TYPE_NAMES)[number];
export type TimeInForce = (typeof codes.TIF_NAMES)[number];
export type SelfTradePrevention = (typeof codes.STP_NAMES)[number];

interface OfAccount {
  /** Name or number; may be left out when the session has one account. */
  account?: string | number | undefined;
}

interface OfInstrument {
  symbol?: string | undefined;
  /** Its number, in place of the symbol. */
  instrument?: number | undefined;
}

/** Ticks and lots; what is no int32 the exchange refuses. */
interface Terms {
  /** Ticks. */
  price?: number | undefined;
  /** Lots. */
  qty?: number | undefined;
  displayQty?: number | undefined;
  stopPrice?: number | undefined;
}

export interface NewOrder extends OfAccount, OfInstrument, Terms {
  side: Side;
  qty: number;
  /** Default 'limit'. */
  type?: OrderType | undefined;
  /** Default 'gtc'. */
  tif?: TimeInForce | undefined;
  postOnly?: boolean | undefined;
  /** Default 'cancel_aggressor'. */
  stp?: SelfTradePrevention | undefined;
  /** uint64, above all that the account has used. Default: the next one. */
  clOrdId?: bigint | number | undefined;
}

export interface CancelOrder extends OfAccount {
  clOrdId: bigint | number;
}

/** What is not named stays as it is. */
export interface ReplaceOrder extends OfAccount, Terms {
  /** The id that the order has. */
  origClOrdId: bigint | number;
  /** The id that it gets. Default: the next one. */
  clOrdId?: bigint | number | undefined;
  /** The new total, with what is filled and canceled. */
  qty?: number | undefined;
}

/** All orders of the account, or only those of one instrument, one side, or both. */
export interface MassCancel extends OfAccount, OfInstrument {
  side?: Side | undefined;
}

/** Each throws a ClientError for what cannot be sent; no id is used up then. */
export function toNew(order: NewOrder, request: number, directory: Directory): ClientCommand {
  const account = directory.account(order.account);
  const command: WireNewOrder = {
    command: codes.COMMAND_NEW,
    request,
    account,
    instrument: directory.instrument(order.symbol, order.instrument),
    side: codeOf(codes.SIDE_NAMES, 'side', order.side),
    type: codeOf(codes.TYPE_NAMES, 'type', order.type ?? 'limit'),
    tif: codeOf(codes.TIF_NAMES, 'tif', order.tif ?? 'gtc'),
    stp: codeOf(codes.STP_NAMES, 'stp', order.stp ?? 'cancel_aggressor'),
    postOnly: order.postOnly ?? false,
    clOrdId: 0n,
  };
  command.clOrdId = directory.nextId(account, order.clOrdId);
  setTerms(command, order);
  return command;
}

export function toCancel(order: CancelOrder, request: number, directory: Directory): ClientCommand {
  const account = directory.account(order.account);
  return { command: codes.COMMAND_CANCEL, request, account, clOrdId: toId(order.clOrdId) };
}

export function toReplace(
  order: ReplaceOrder,
  request: number,
  directory: Directory,
): ClientCommand {
  const account = directory.account(order.account);
  const origClOrdId = toId(order.origClOrdId);
  const clOrdId = directory.nextId(account, order.clOrdId);
  const command: WireReplaceOrder = {
    command: codes.COMMAND_REPLACE,
    request,
    account,
    origClOrdId,
    clOrdId,
  };
  setTerms(command, order);
  return command;
}

export function toMassCancel(
  orders: MassCancel,
  request: number,
  directory: Directory,
): ClientCommand {
  const account = directory.account(orders.account);
  const { symbol, instrument, side } = orders;
  const isOfOne = symbol !== undefined || instrument !== undefined;
  return {
    command: codes.COMMAND_MASS_CANCEL,
    request,
    account,
    ...(isOfOne ? { instrument: directory.instrument(symbol, instrument) } : {}),
    ...(side === undefined ? {} : { side: codeOf(codes.SIDE_NAMES, 'side', side) }),
  };
}

function setTerms(command: WireNewOrder | WireReplaceOrder, terms: Terms): void {
  if (terms.price !== undefined) command.price = terms.price;
  if (terms.qty !== undefined) command.qty = terms.qty;
  if (terms.displayQty !== undefined) command.displayQty = terms.displayQty;
  if (terms.stopPrice !== undefined) command.stopPrice = terms.stopPrice;
}

function codeOf(names: readonly string[], field: string, name: string): number {
  const code = names.indexOf(name);
  if (code < 0) throw new ClientError('invalid_argument', `${field} cannot be ${name}`);
  return code;
}
