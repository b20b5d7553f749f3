// Orders that enter: as an aggressor, then resting with what is left or ending; and the cascade of
// triggered stops, one after another (R5.3).

import { assert } from '../base/assert.ts';
import { endOrder, freeOrder, isWaiting, leaveStops, register, rest, sideOf } from './book.ts';
import {
  CANCEL_FOK,
  CANCEL_IOC,
  CANCEL_NO_LIQUIDITY,
  CANCEL_PRICE_BAND,
  PHASE_CONTINUOUS,
  TIF_DAY,
  TIF_FOK,
  TYPE_LIMIT,
} from './codes.ts';
import type { Core } from './core.ts';
import { emitCanceled, emitTriggered } from './emit.ts';
import { haltByBand } from './halt.ts';
import { INT32_MAX } from './limits.ts';
import { canFill, sweep } from './matcher.ts';
import * as map from './memory-layout.ts';
import { wait } from './stops.ts';

/**
 * Lets an accepted order in: it acts where trading is continuous, then rests with what is left or
 * has ended; a stop waits. After it the stops that were triggered, one after another (R5.3): a
 * loop, however long the chain of those that trigger each other. `account`: of a new order, which
 * is listed if it stays; 0 = the order is listed already.
 *
 * The one place where an order acts, so that matching is in the compiled code once.
 */
export function enter(core: Core, accepted: number, instrument: number, account: number): void {
  const m = core.m;
  let unlisted = account;
  for (let order = accepted; order !== 0; order = takeTriggered(core, instrument)) {
    const waits = isWaiting(m, order);
    if (!waits && m[instrument + map.I_PHASE] === PHASE_CONTINUOUS) act(core, order, instrument);
    if (m[order + map.O_LEAVES] === 0) {
      if (unlisted !== 0) freeOrder(m, order);
      else endOrder(m, order);
    } else {
      if (unlisted !== 0) register(m, order, instrument, unlisted);
      if (waits) wait(m, order, instrument);
      else rest(m, order, sideOf(instrument, m[order + map.O_FLAGS] & map.FLAG_SIDE));
    }
    unlisted = 0;
  }
}

/** Lets the stops in that were triggered without an order that entered. */
export function activate(core: Core, instrument: number): void {
  enter(core, takeTriggered(core, instrument), instrument, 0);
}

/** Lets an order act as an aggressor; what it may not keep is canceled. Leaves 0: it has ended. */
function act(core: Core, order: number, instrument: number): void {
  const m = core.m;
  const flags = m[order + map.O_FLAGS];
  const opposite = sideOf(instrument, (flags & map.FLAG_SIDE) ^ 1);
  const price = m[order + map.O_PRICE];
  const limitKey = price === 0 ? INT32_MAX : price ^ m[opposite + map.S_MIRROR];
  const isFok = ((flags >>> map.FLAG_TIF_SHIFT) & map.FLAG_TIF_MASK) === TIF_FOK;
  if (isFok && !canFill(m, order, instrument, opposite, limitKey)) {
    cancelRest(core, order, CANCEL_FOK);
    return;
  }
  const isInBand = sweep(core, order, instrument, opposite, limitKey);
  if (m[order + map.O_LEAVES] === 0) return;
  if (!isInBand) {
    cancelRest(core, order, CANCEL_PRICE_BAND);
    haltByBand(core, instrument);
  } else if (!canRest(flags)) {
    cancelRest(core, order, price === 0 ? CANCEL_NO_LIQUIDITY : CANCEL_IOC);
  }
}

/** A limit order that is neither ioc nor fok rests with what matching leaves of it. */
export function canRest(flags: number): boolean {
  const type = (flags >>> map.FLAG_TYPE_SHIFT) & map.FLAG_TYPE_MASK;
  const tif = (flags >>> map.FLAG_TIF_SHIFT) & map.FLAG_TIF_MASK;
  return type === TYPE_LIMIT && tif <= TIF_DAY;
}

/** The next stop whose turn it is, now an aggressor; 0 = none. */
function takeTriggered(core: Core, instrument: number): number {
  const m = core.m;
  const queue = instrument + map.I_QUEUE;
  const order = m[queue + map.L_FIRST];
  if (order === queue || m[instrument + map.I_PHASE] !== PHASE_CONTINUOUS) return 0;
  const extra = m[order + map.O_EXTRA];
  assert(m[extra + map.X_WAITS] === map.WAITS_FOR_TURN, 'the queue holds what waits for its turn');
  leaveStops(m, order);
  m[extra + map.X_STOP_PRICE] = 0;
  // stop becomes market, stop_limit limit.
  m[order + map.O_FLAGS] ^= map.FLAG_TYPE_MASK << map.FLAG_TYPE_SHIFT;
  emitTriggered(core, order);
  return order;
}

function cancelRest(core: Core, order: number, reason: number): void {
  emitCanceled(core, order, core.m[order + map.O_LEAVES], reason);
  core.m[order + map.O_LEAVES] = 0;
}
