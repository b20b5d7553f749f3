// Instruments of the configuration enter the log as commands, once.

import { C_TIME_HIGH, C_TIME_LOW, COMMAND_WORDS } from '../core/command-slot.ts';
import type { Config } from '../ops/config.ts';
import { DEFINITION_SLOTS, writeDefinition } from '../session/definitions.ts';
import { StampClock } from './clock.ts';
import type { RingCommandPort } from './command-port.ts';

/** Nobody notifies it: a wait on it is a sleep. */
const IDLE = new Int32Array(new SharedArrayBuffer(4));

/** Defines those that are not `known`; what the log has is not changed by the configuration. */
export function defineInstruments(
  instruments: Config['instruments'],
  known: ReadonlySet<number>,
  port: RingCommandPort,
): void {
  const clock = new StampClock();
  clock.advance();
  for (const instrument of instruments) {
    if (known.has(instrument.number)) continue;
    while (!port.claim(DEFINITION_SLOTS)) Atomics.wait(IDLE, 0, 0, 1);
    const slots = [port.slotAt(0), port.slotAt(1)] as const;
    for (const at of slots) {
      port.words.fill(0, at, at + COMMAND_WORDS);
      port.words[at + C_TIME_LOW] = clock.low;
      port.words[at + C_TIME_HIGH] = clock.high;
    }
    const { referencePrice = 0, priceBandBps = 0 } = instrument;
    writeDefinition(port.words, ...slots, { ...instrument, referencePrice, priceBandBps });
    port.publish();
  }
}
