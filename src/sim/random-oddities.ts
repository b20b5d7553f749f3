// Ways to spoil a random command (random-commands.ts): wrong ids, numbers out of range, numbers on
// the edge of it, terms that do not go together, fields too many and fields too few.

import * as codes from '../core/codes.ts';
import { EXACT_MAX, INT32_MAX } from '../core/limits.ts';
import type { Cancel, Command, MassCancel, NewOrder, Replace } from '../core/plain.ts';
import type { OrderMarket } from './random-orders.ts';

/** What a spoiler sees of the random market. */
export interface Market extends OrderMarket {
  lastId(account: number): number;
}

const ODD_NUMBERS: readonly number[] = [
  ...[0, -1, -INT32_MAX, -INT32_MAX - 1, -INT32_MAX - 2, -(2 ** 40)],
  ...[INT32_MAX + 1, 2 ** 32, 2 ** 32 + 5, 2 ** 40, EXACT_MAX],
];
const EDGE_NUMBERS: readonly number[] = [1, 2, INT32_MAX - 1, INT32_MAX];
/** The only two int32 numbers whose product is 2^53-1. */
const EXACT_MAX_FACTORS: readonly number[] = [441_650_591, 20_394_401];

/** The command with something wrong or unusual about it; it may be another command altogether. */
export function oddOf(market: Market, command: Command): Command {
  switch (command.cmd) {
    case codes.COMMAND_NEW:
      return oddNew(market, { ...command });
    case codes.COMMAND_CANCEL:
      return oddCancel(market, { ...command });
    case codes.COMMAND_REPLACE:
      return oddReplace(market, { ...command });
    case codes.COMMAND_MASS_CANCEL:
      return oddMassCancel(market, { ...command });
    case codes.COMMAND_PHASE:
      return { ...command, instrument: oddInstrumentNumber(market) };
    case codes.COMMAND_KILL:
      return oddKill(market);
    default:
      return oddInstrument(market);
  }
}

function oddNew(market: Market, command: NewOrder): NewOrder {
  const { random } = market;
  switch (random.below(13)) {
    case 0:
      command.clOrdId = usedId(market, command.account);
      break;
    case 1:
      command.instrument = oddInstrumentNumber(market);
      break;
    case 2:
      command.qty = random.pick(random.chance(80) ? ODD_NUMBERS : EDGE_NUMBERS);
      break;
    case 3:
      command.price = random.pick(ODD_NUMBERS);
      break;
    case 4:
      return edgePrice(market, command);
    case 5:
      delete command.price;
      break;
    case 6:
      if (random.chance(50)) delete command.stopPrice;
      else command.stopPrice = priceOrOdd(market, command.side);
      break;
    case 7:
      command.postOnly = true;
      break;
    case 8:
      return trancheCount(market, command);
    case 9:
      return notionalAtLimit(market, command);
    case 10:
      return edgeStop(market, command);
    default:
      return mixture(market, command);
  }
  return command;
}

/** A displayQty that is too much or too little for the quantity, or just not. */
function trancheCount(market: Market, command: NewOrder): NewOrder {
  const { random } = market;
  command.displayQty = oddDisplayQty(market, command.qty);
  if (random.chance(20)) {
    command.displayQty = 1 + random.below(20_000);
    command.qty = command.displayQty * 10_000 + random.below(2);
  }
  return command;
}

/** Any type, time in force and combination of fields. */
function mixture(market: Market, command: NewOrder): NewOrder {
  const { random } = market;
  command.type = random.below(4);
  command.tif = random.below(4);
  command.postOnly = random.chance(30);
  delete command.price;
  if (random.chance(50)) command.price = priceOrOdd(market, command.side);
  if (random.chance(50)) command.stopPrice = priceOrOdd(market, command.side);
  if (random.chance(30)) command.displayQty = oddDisplayQty(market, command.qty);
  if (random.chance(10)) command.qty = random.pick(ODD_NUMBERS);
  return command;
}

/** Prices at both ends of int32, on the side where they do not swallow the market for long. */
function edgePrice({ random }: Market, command: NewOrder): NewOrder {
  command.price = random.pick(EDGE_NUMBERS);
  const crosses = (command.side === codes.SIDE_BUY) === command.price > 2;
  if (crosses && command.type === codes.TYPE_LIMIT) command.tif = codes.TIF_IOC;
  command.postOnly = false;
  command.qty = 1 + random.below(1_000);
  return command;
}

/** Stop prices at both ends of int32. */
function edgeStop({ random }: Market, command: NewOrder): NewOrder {
  command.type = random.chance(50) ? codes.TYPE_STOP : codes.TYPE_STOP_LIMIT;
  command.stopPrice = random.pick(EDGE_NUMBERS);
  command.postOnly = false;
  delete command.displayQty;
  if (command.type === codes.TYPE_STOP) delete command.price;
  else command.price ??= command.stopPrice;
  command.qty = 1 + random.below(1_000);
  return command;
}

/** Price × quantity just within, or just beyond, 2^53-1. */
function notionalAtLimit({ random }: Market, command: NewOrder): NewOrder {
  command.type = random.chance(70) ? codes.TYPE_LIMIT : codes.TYPE_STOP_LIMIT;
  command.price = random.between(2 ** 22 + 1, INT32_MAX);
  command.qty = Math.floor(EXACT_MAX / command.price) + random.below(2);
  if (random.chance(20)) {
    command.price = INT32_MAX;
    command.qty = INT32_MAX;
  } else if (random.chance(30)) {
    command.price = random.pick(EXACT_MAX_FACTORS);
    command.qty = EXACT_MAX / command.price + random.below(2);
  }
  if (command.side === codes.SIDE_BUY) {
    command.tif = codes.TIF_IOC;
    command.postOnly = false;
  }
  if (command.type === codes.TYPE_STOP_LIMIT) command.stopPrice = command.price;
  return command;
}

function oddCancel(market: Market, command: Cancel): Cancel {
  const { random, profile } = market;
  switch (random.below(3)) {
    case 0:
      command.clOrdId = usedId(market, command.account);
      break;
    case 1:
      command.clOrdId = market.lastId(command.account) + 1 + random.below(5);
      break;
    default:
      command.account = random.chance(80) ? random.pick(profile.accounts) : 4_000_000_000;
  }
  return command;
}

function oddReplace(market: Market, command: Replace): Replace {
  const { random, profile, open } = market;
  switch (random.below(10)) {
    case 0:
      command.origClOrdId = usedId(market, command.account);
      break;
    case 1:
      command.origClOrdId = command.clOrdId + random.below(5);
      break;
    case 2:
      command.account = random.pick(profile.accounts);
      command.clOrdId = market.freshId(command.account);
      break;
    case 3:
      command.clOrdId = usedId(market, command.account);
      break;
    case 4:
      command.qty = random.pick(random.chance(80) ? ODD_NUMBERS : EDGE_NUMBERS);
      break;
    case 5:
      command.price = random.pick(ODD_NUMBERS);
      break;
    case 6:
      command.stopPrice = priceOrOdd(market, codes.SIDE_BUY);
      break;
    case 7:
      command.displayQty = oddDisplayQty(market, command.qty ?? 10);
      break;
    case 8: {
      const order = open.find(
        (o) => o.account === command.account && o.clOrdId === command.origClOrdId,
      );
      if (order !== undefined) command.qty = order.total - order.leaves + random.below(2);
      break;
    }
    default:
      command.price = random.between(2 ** 22 + 1, INT32_MAX);
      command.qty = Math.floor(EXACT_MAX / command.price) + 1;
  }
  return command;
}

function oddMassCancel(market: Market, command: MassCancel): MassCancel {
  if (market.random.chance(30)) command.account = 4_000_000_000;
  else command.instrument = oddInstrumentNumber(market);
  return command;
}

/** Of someone who was never seen, or who is killed or lifted already; mostly it stays so. */
function oddKill({ random, profile }: Market): Command {
  const cmd = codes.COMMAND_KILL;
  const lift = random.chance(10);
  if (random.chance(70)) return { cmd, killedSession: 1 + random.below(1_000_000), lift };
  if (random.chance(50)) return { cmd, account: 4_000_000_000 - random.below(4), lift };
  return { cmd, account: random.pick(profile.accounts), lift: true };
}

function oddInstrument(market: Market): Command {
  const { random, profile } = market;
  const instrument = oddInstrumentNumber(market);
  if (random.chance(25)) {
    return { cmd: codes.COMMAND_SYMBOL, instrument, symbol: Uint8Array.of(65 + random.below(26)) };
  }
  return { cmd: codes.COMMAND_INSTRUMENT, instrument, ...random.pick(profile.terms) };
}

/** One that is not there, or not yet, or there already. */
function oddInstrumentNumber({ random, profile }: Market): number {
  const { instruments } = profile.limits;
  return random.pick([0, 1, instruments, instruments, instruments + 1, INT32_MAX, 2 ** 32 - 1]);
}

function usedId(market: Market, account: number): number {
  return market.random.chance(10)
    ? 0
    : Math.max(0, market.lastId(account) - market.random.below(9));
}

function oddDisplayQty({ random }: Market, qty: number): number {
  const fewest = Math.ceil(qty / 10_000);
  const edges = [1, qty, qty + 1, fewest, fewest - 1];
  return random.pick(random.chance(70) ? edges : ODD_NUMBERS);
}

function priceOrOdd(market: Market, side: number): number {
  const { random } = market;
  return random.chance(75) ? market.price(side, false) : random.pick(ODD_NUMBERS);
}
