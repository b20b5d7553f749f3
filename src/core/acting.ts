// Orders that act: as an aggressor, then resting with what is left or ending; and the cascade of
// triggered stops, one after another (R5.3).

import { assert } from '../base/assert.ts';
import { endOrder, leaveStops, rest, sideOf } from './book.ts';
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

/** Lets an order act as an aggressor; what it may not keep is canceled. Leaves 0: it has ended. */
export function act(core: Core, order: number, instrument: number): void {
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

/** The same for an order that is in the order table already: afterwards it rests or has ended. */
export function actAgain(core: Core, order: number, instrument: number): void {
  const m = core.m;
  act(core, order, instrument);
  if (m[order + map.O_LEAVES] === 0) endOrder(m, order);
  else rest(m, order, sideOf(instrument, m[order + map.O_FLAGS] & map.FLAG_SIDE));
}

/** A limit order that is neither ioc nor fok rests with what matching leaves of it. */
export function canRest(flags: number): boolean {
  const type = (flags >>> map.FLAG_TYPE_SHIFT) & map.FLAG_TYPE_MASK;
  const tif = (flags >>> map.FLAG_TIF_SHIFT) & map.FLAG_TIF_MASK;
  return type === TYPE_LIMIT && tif <= TIF_DAY;
}

/**
 * Works the activation queue off, as long as the instrument trades continuously: a loop, however
 * long the chain of stops that trigger each other.
 */
export function activate(core: Core, instrument: number): void {
  const m = core.m;
  const queue = instrument + map.I_QUEUE;
  while (m[queue + map.L_FIRST] !== queue && m[instrument + map.I_PHASE] === PHASE_CONTINUOUS) {
    const order = m[queue + map.L_FIRST];
    const extra = m[order + map.O_EXTRA];
    assert(
      m[extra + map.X_WAITS] === map.WAITS_FOR_TURN,
      'the queue holds what waits for its turn',
    );
    leaveStops(m, order);
    m[extra + map.X_STOP_PRICE] = 0;
    // stop becomes market, stop_limit limit.
    m[order + map.O_FLAGS] ^= map.FLAG_TYPE_MASK << map.FLAG_TYPE_SHIFT;
    emitTriggered(core, order);
    actAgain(core, order, instrument);
  }
}

function cancelRest(core: Core, order: number, reason: number): void {
  emitCanceled(core, order, core.m[order + map.O_LEAVES], reason);
  core.m[order + map.O_LEAVES] = 0;
}
