import { describe, expect, test } from 'vitest';
import { CoreMarket } from '../src/sim/core-market.ts';

function marketAfter(seed: number, commands: number): CoreMarket {
  const market = new CoreMarket(seed);
  market.advance(commands);
  return market;
}

describe('synthetic order flow', () => {
  test('should be the same market again for the same seed', () => {
    const hash = marketAfter(5, 20_000).stateHash();
    expect(marketAfter(5, 20_000).stateHash()).toBe(hash);
    expect(marketAfter(6, 20_000).stateHash()).not.toBe(hash);
  });

  test('should trade, and keep a book on both sides', () => {
    const market = marketAfter(7, 50_000);
    expect(market.trades).toBeGreaterThan(1_000);
    const [bid] = market.bids(1);
    const [ask] = market.asks(1);
    expect(bid![0]).toBeLessThan(ask![0]);
    expect(market.bids(100).length).toBeGreaterThan(5);
    expect(market.asks(100).length).toBeGreaterThan(5);
  });
});
