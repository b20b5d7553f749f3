import { describe, expect, it } from 'vitest';
import { replayLobster } from '../src/sim/replay-lobster.ts';
import { Pace } from '../src/sim/replay-pace.ts';
import { replaySse } from '../src/sim/replay-sse.ts';
import { fixture, sourceOf, verifyingRun } from './replay-kit.ts';

/** A clock that stands still but for waits, which it notes. */
function fakeClock() {
  let nowMs = 5_000;
  const waits: number[] = [];
  return {
    waits,
    pass: (ms: number) => {
      nowMs += ms;
    },
    now: () => nowMs,
    wait: async (ms: number) => {
      waits.push(Math.round(ms));
      nowMs += ms;
    },
  };
}

describe('Pace', () => {
  it('should wait as long as lies between two times, divided by the speed', async () => {
    for (const [speed, waits] of [
      [1, [2_000, 500]],
      [10, [200, 50]],
    ] as const) {
      const clock = fakeClock();
      const pace = new Pace(speed, clock);
      await pace.until(34_200_000_000_001n);
      await pace.until(34_202_000_000_001n);
      await pace.until(34_202_500_000_001n);
      expect(clock.waits).toEqual(waits);
    }
  });

  it('should not wait for what is late, nor drift by it', async () => {
    const clock = fakeClock();
    const pace = new Pace(1, clock);
    await pace.until(0n);
    clock.pass(700);
    await pace.until(500_000_000n);
    await pace.until(400_000_000n);
    await pace.until(1_000_000_000n);
    expect(clock.waits).toEqual([300]);
  });

  it('should stretch a LOBSTER replay over the time of the file', async () => {
    const clock = fakeClock();
    const messages = sourceOf('m', fixture('lobster_message_2.csv'));
    const orderbook = sourceOf('o', fixture('lobster_orderbook_2.csv'));
    const pace = new Pace(1, clock);
    const outcome = await replayLobster({ messages, orderbook }, { ...verifyingRun(), pace });
    expect(outcome.rowsEqual).toBe(18);
    expect(Math.round(clock.now())).toBe(5_000 + 8_000);
  });

  it('should stretch an SSE replay over the time of the file', async () => {
    const clock = fakeClock();
    const orders = sourceOf('o', fixture('sse_600000_orders.csv'));
    const trades = sourceOf('t', fixture('sse_600000_trades.csv'));
    const pace = new Pace(10, clock);
    const [outcome] = await replaySse([{ orders, trades }], { ...verifyingRun(), pace });
    expect(outcome!.aggressorsEqual).toBe(3);
    // From 09:15:00.010 to 15:00:00.500 at ten times the speed.
    expect(Math.round(clock.now())).toBe(5_000 + 2_070_049);
  });
});
