// New orders and replaces of a random market (random-commands.ts), of every kind that there is.

import type { Prng } from '../base/prng.ts';
import * as codes from '../core/codes.ts';
import { INT32_MAX, TRANCHES_MAX } from '../core/limits.ts';
import type { NewOrder, Replace } from '../core/plain.ts';
import type { OpenOrder } from './random-market.ts';
import type { Profile } from './random-profiles.ts';

/** What a maker of orders sees of the random market. */
export interface OrderMarket {
  readonly profile: Profile;
  readonly random: Prng;
  readonly open: readonly OpenOrder[];
  freshId(account: number): number;
  phaseOf(instrument: number): number;
  lastPrice(instrument: number): number;
  price(side: number, isEager: boolean): number;
  away(price: number, ticks: number): number;
  distance(): number;
  qty(): number;
}

/** `fullness`: live orders by the number aimed at; in a full market more orders trade at once. */
export function randomNew(market: OrderMarket, instrument: number, fullness: number): NewOrder {
  const { profile, random } = market;
  const account = random.pick(profile.accounts);
  const side = random.below(2);
  const phase = market.phaseOf(instrument);
  const isAuction = phase === codes.PHASE_PRE_OPEN || phase === codes.PHASE_AUCTION;
  const isEager = random.chance(isAuction ? 50 : 5 + 30 * fullness);
  const command: NewOrder = {
    cmd: codes.COMMAND_NEW,
    instrument,
    account,
    clOrdId: market.freshId(account),
    side,
    type: codes.TYPE_LIMIT,
    tif: random.chance(profile.dayPercent) ? codes.TIF_DAY : codes.TIF_GTC,
    postOnly: false,
    stp: random.below(5),
    qty: market.qty(),
  };
  if (random.chance(profile.stopPercent)) makeStop(market, command);
  else if (isEager && random.chance(20)) command.type = codes.TYPE_MARKET;
  const { type } = command;
  if (type === codes.TYPE_LIMIT) command.price = market.price(side, isEager);
  const isResting = type === codes.TYPE_LIMIT && !isEager;
  // In an auction most of what it does not accept is left out.
  const mayActAtOnce = !isAuction || random.chance(10);
  if (mayActAtOnce && random.chance(isResting ? 7 : 35)) {
    command.tif = random.chance(50) ? codes.TIF_IOC : codes.TIF_FOK;
  }
  if (isAuction && type === codes.TYPE_MARKET && !mayActAtOnce) {
    command.type = codes.TYPE_LIMIT;
    command.price = market.price(side, true);
  }
  if (command.tif === codes.TIF_FOK && random.chance(60)) nearFillable(market, command);
  addRestingTerms(market, command, mayActAtOnce);
  return command;
}

/** What only an order that may rest can have. */
function addRestingTerms(market: OrderMarket, command: NewOrder, mayPost: boolean): void {
  const { profile, random } = market;
  const { type, tif, qty } = command;
  const mayRest = type === codes.TYPE_LIMIT || type === codes.TYPE_STOP_LIMIT;
  if (!mayRest || tif === codes.TIF_IOC || tif === codes.TIF_FOK) return;
  if (random.chance(profile.icebergPercent)) command.displayQty = displayQty(market, qty);
  else if (mayPost && type === codes.TYPE_LIMIT) command.postOnly = random.chance(20);
}

/** Mostly a few tranches, now and then all at once or as many as there may be. */
function displayQty({ random }: OrderMarket, qty: number): number {
  const fewest = Math.ceil(qty / TRANCHES_MAX);
  // Rare where it means ten thousand events.
  if (random.chance(fewest === 1 ? 5 : 1)) return fewest;
  return Math.max(fewest, Math.ceil(qty / random.between(1, 8)));
}

/** Waits beyond the last price, or, now and then, is satisfied at once. */
function makeStop(market: OrderMarket, command: NewOrder): void {
  const { random } = market;
  const { side, instrument } = command;
  const up = side === codes.SIDE_BUY ? 1 : -1;
  const ticks = Math.ceil(market.distance() / 2) * (random.chance(80) ? up : -up);
  command.stopPrice = market.away(market.lastPrice(instrument), ticks);
  if (random.chance(50)) {
    command.type = codes.TYPE_STOP;
    return;
  }
  command.type = codes.TYPE_STOP_LIMIT;
  const slack = Math.ceil(market.distance() / 2) * (random.chance(75) ? up : -up);
  command.price = market.away(command.stopPrice, slack);
}

/** As much as the other side has within the limit, or one lot more or less. */
function nearFillable({ open, random }: OrderMarket, command: NewOrder): void {
  const { instrument, side, price } = command;
  let fillable = 0;
  for (const order of open) {
    if (order.instrument !== instrument || order.side === side || order.stopPrice !== 0) continue;
    const reaches = side === codes.SIDE_BUY ? price! >= order.price : price! <= order.price;
    if (price === undefined || reaches) fillable += order.leaves;
  }
  command.qty = Math.max(1, Math.min(INT32_MAX, fillable + random.between(-1, 1)));
}

/** Any of the ways to change an order, or none. */
export function randomReplace(market: OrderMarket, order: OpenOrder): Replace {
  const { random } = market;
  const { account, clOrdId: origClOrdId, side, leaves, total } = order;
  const clOrdId = market.freshId(account);
  const command: Replace = { cmd: codes.COMMAND_REPLACE, account, origClOrdId, clOrdId };
  const roll = random.below(100);
  if (order.price !== 0) {
    if (roll < 40) command.price = market.price(side, random.chance(15));
    else if (roll < 50) command.price = order.price;
  }
  if (roll >= 35 && roll < 70) {
    command.qty = total - random.below(Math.min(leaves, INT32_MAX));
  } else if (roll >= 70 && roll < 85) {
    command.qty = Math.min(INT32_MAX, total + market.qty());
  }
  if (order.stopPrice !== 0 && random.chance(40)) {
    const ticks = random.between(-3, 3);
    command.stopPrice = market.away(market.lastPrice(order.instrument), ticks);
  }
  if (order.price !== 0 && random.chance(order.displayQty === 0 ? 5 : 25)) {
    const same = order.displayQty !== 0 && random.chance(30);
    command.displayQty = same ? order.displayQty : displayQty(market, command.qty ?? total);
  }
  return command;
}
