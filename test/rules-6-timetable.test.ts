import { describe, expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import { CoreBench } from './core-bench.ts';
import { parseTable, play, run } from './rules-kit.ts';

/** Runs into the band of an instrument whose reference is 100, by orders a1 and b1. */
function halt(words: string, at = 0n): string {
  return `
    instrument TEST reference=100 band=1000 ${words} |
    time ${at}                    |
    a1 sell 1@120                 | new a1 #1 1
    b1 buy 1@120                  | new b1 #2 1
                                  | canceled b1 1 price_band
                                  | phase halted
  `;
}

test('R6.8 should go to auction after haltNs and to continuous after auctionNs more', () => {
  play(
    `${halt('halt=10 auction=20', 5n)}
    time 14                       |
    book                          | book - / 120x1x1
    time 15                       | phase auction
    time 15                       |
    c1 buy 1@100                  | new c1 #3 1
    time 34                       |
    time 35                       | phase continuous
    d1 sell 1@100                 | new d1 #4 1
                                  | trade #1 1@100 buy c1 0 sell d1 0 by sell
    time 1000                     |
  `,
  );
});

test('R6.8 should fix both times at the halt, however late the first is noticed', () => {
  play(`${halt('halt=10 auction=20', 5n)}
    time 33                       | phase auction
    time 34                       |
    time 35                       | phase continuous
  `);
});

test.each([35, 36, 1000])('R6.8 should do both at once at %i', (ns) => {
  play(`${halt('halt=10 auction=20', 5n)}
    time ${ns}                    | phase auction
                                  | phase continuous
    time 2000                     |
  `);
});

describe('R6.8 should end the timetable by a phase command that changes the phase:', () => {
  test.each(['pre_open', 'auction', 'continuous', 'closed'])('halted to %s', (phase) => {
    play(`${halt('halt=10 auction=20')}
      time 9                      |
      phase ${phase}              | phase ${phase}
      time 1000                   |
      phase halted                | phase halted
      time 2000                   |
    `);
  });

  test('auction to halted', () => {
    play(`${halt('halt=10 auction=20')}
      time 10                     | phase auction
      phase halted                | phase halted
      time 1000                   |
    `);
  });

  test('not by one that names the current phase', () => {
    play(`${halt('halt=10 auction=20')}
      phase halted                |
      time 10                     | phase auction
      phase auction               |
      time 30                     | phase continuous
      phase continuous            |
    `);
  });

  test('not by one of another instrument, nor by one that is refused', () => {
    play(`${halt('halt=10 auction=20')}
      instrument OTHER            |
      phase closed on=OTHER       | phase on OTHER closed
      phase closed on=NONE        | rejected phase - unknown_symbol
      time 10                     | phase auction
    `);
  });
});

test('R6.8 should have no timetable for a halt of the operator', () => {
  play(`
    instrument TEST reference=100 band=1000 halt=10 auction=20 |
    phase halted                  | phase halted
    time 9223372036854775807      |
    a1 buy 1@100                  | rejected new a1 phase
  `);
});

test('R6.8 should fix a new timetable at each halt', () => {
  play(`${halt('halt=10 auction=20', 5n)}
    time 35                       | phase auction
                                  | phase continuous
    time 100                      |
    b2 buy 1@120                  | new b2 #3 1
                                  | canceled b2 1 price_band
                                  | phase halted
    time 109                      |
    time 110                      | phase auction
    time 129                      |
    time 130                      | phase continuous
  `);
});

describe('R6.8 should keep its times exactly:', () => {
  test.each([
    ['beyond 2^53', 9_007_199_254_740_993n, 3, 1],
    ['over a 32-bit word', 4_294_967_290n, 10, 10],
    ['with spans up to 2^53-1', 1n, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['up to 2^63-1', 2n ** 63n - 1n - 12n, 5, 7],
  ])('%s', (_what, at, haltNs, auctionNs) => {
    const auction = at + BigInt(haltNs);
    const continuous = auction + BigInt(auctionNs);
    play(`${halt(`halt=${haltNs} auction=${auctionNs}`, at)}
      time ${auction - 1n}        |
      time ${auction}             | phase auction
      time ${continuous - 1n}     |
      time ${continuous}          | phase continuous
    `);
  });

  test.each([
    ['halt=12 auction=1', '| phase auction'],
    ['halt=13', ''],
    [`halt=0 auction=${Number.MAX_SAFE_INTEGER}`, '| phase auction'],
    [`halt=${Number.MAX_SAFE_INTEGER}`, ''],
  ])('what is due beyond 2^63-1 never comes: %s', (words, events) => {
    play(`${halt(words, 2n ** 63n - 1n - 12n)}
      time 9223372036854775807    ${events}
      time 9223372036854775807    |
    `);
  });
});

describe('R6.9 should let happen what is due before any command acts, without haltNs by', () => {
  const due = '| phase auction\n | phase continuous';

  test.each([
    ['book', '| book - / 120x1x1'],
    ['time 0', ''],
    ['cancel zz', '| rejected cancel zz unknown_order'],
    ['cancel a1', '| canceled a1 1 user'],
    ['a2 buy 1 market', '| new a2 #3 1\n | canceled a2 1 stp'],
    ['a2 sell 0@100', '| rejected new a2 invalid_qty'],
    ['a2 replaces a1 @121', '| replaced a1 a2 1'],
    ['massCancel A', '| canceled a1 1 mass_cancel'],
    ['massCancel Z', ''],
    ['instrument OTHER', ''],
    ['a2 buy 1@100 on=NONE', '| rejected new a2 unknown_symbol'],
    ['book on=NONE', '| rejected book - unknown_symbol'],
    ['massCancel A on=NONE', '| rejected massCancel A unknown_symbol'],
    ['phase halted', '| phase halted'],
    ['phase continuous', ''],
    ['phase auction', '| phase auction'],
  ])('%s', (command, events) => {
    play(`${halt('')}
      ${command}                  ${due}
                                  ${events}
      time 1000                   |
    `);
  });

  test('hash', () => {
    const printed = run(parseTable(`${halt('')}\n hash\n hash`)).slice(-4);
    expect(printed.map((event) => event.split(' ')[0])).toEqual([
      ...['phase', 'phase', 'hash', 'hash'],
    ]);
  });

  test('a new order that finds itself in the auction', () => {
    play(`${halt('auction=20')}
      b2 buy 1@120                | phase auction
                                  | new b2 #3 1
                                  | indicative 1@120 0
      b3 buy 1 market             | rejected new b3 phase
      time 20                     | phase continuous
                                  | trade #1 1@120 buy b2 0 sell a1 0 by none
    `);
  });

  test('a phase command that names the phase which has just come, and so changes nothing', () => {
    play(`${halt('auction=20')}
      phase auction               | phase auction
      time 20                     | phase continuous
    `);
  });

  test('a phase command that changes it, and so ends the timetable', () => {
    play(`${halt('auction=20')}
      phase halted                | phase auction
                                  | phase halted
      time 1000                   |
    `);
  });
});

describe('R6.9 should print uncross and stops of a transition before the command acts', () => {
  test('of a time command alone', () => {
    play(`${halt('halt=10 auction=20')}
      time 10                     | phase auction
      c1 buy 3@150                | new c1 #3 3
                                  | indicative 1@150 2
      c2 sell 1@130               | new c2 #4 1
                                  | indicative 2@150 1
      a2 sell 1@110 stop_limit stop=150 | new a2 #5 1
      time 30                     | phase continuous
                                  | trade #1 1@150 buy c1 2 sell a1 0 by none
                                  | trade #2 1@150 buy c1 1 sell c2 0 by none
                                  | triggered a2
                                  | trade #3 1@150 buy c1 0 sell a2 0 by sell
    `);
  });

  test('of the time that a new order carries', () => {
    const bench = new CoreBench({}, []);
    const define = { cmd: codes.COMMAND_INSTRUMENT, instrument: 1, referencePrice: 100 } as const;
    bench.apply({ ...define, priceBandBps: 1000, haltNs: 10, auctionNs: 20 });
    bench.sell({ price: 120, qty: 1 });
    bench.buy({ price: 120, qty: 1, account: 2, time: 5n });
    bench.buy({ price: 130, qty: 3, account: 3, time: 15n });
    bench.sell({ qty: 1, account: 5, type: codes.TYPE_STOP, stopPrice: 140 });
    const events = bench.sell({ price: 110, qty: 5, account: 4, time: 35n });
    const names = events.map((event) => codes.EVENT_NAMES[event.evt]);
    expect(names).toEqual(['phase', 'trade', 'triggered', 'trade', 'new', 'trade']);
    expect(bench.levels(codes.SIDE_SELL)).toEqual([[110, 4, 1]]);
  });

  test('of the time that a rejected command carries, which has still moved the clock', () => {
    const bench = new CoreBench({}, []);
    const define = { cmd: codes.COMMAND_INSTRUMENT, instrument: 1, referencePrice: 100 } as const;
    bench.apply({ ...define, priceBandBps: 1000, haltNs: 10, auctionNs: 20 });
    bench.sell({ price: 120, qty: 1 });
    bench.buy({ price: 120, qty: 1, account: 2 });
    const names = (events: ReturnType<typeof bench.buy>): (string | undefined)[] =>
      events.map((event) => codes.EVENT_NAMES[event.evt]);
    expect(names(bench.buy({ price: 100, qty: 0, time: 10n }))).toEqual(['phase', 'rejected']);
    expect(names(bench.buy({ price: 0, qty: 1, time: 40n }))).toEqual(['phase', 'rejected']);
    // A stamp that goes back does not move the clock back: the next halt begins at 40.
    bench.buy({ price: 120, qty: 1, account: 2, time: 1n });
    expect(names(bench.apply({ cmd: codes.COMMAND_TIME, time: 49n }))).toEqual(['done']);
    expect(names(bench.apply({ cmd: codes.COMMAND_TIME, time: 50n }))).toEqual(['phase']);
  });
});

test('R6.9 should take instruments in order of definition, each until none is due', () => {
  const spans = 'reference=100 band=1000 halt=10';
  play(`
    instrument ONE ${spans} auction=20 |
    instrument TWO ${spans} auction=0 |
    instrument THREE ${spans} auction=20 |
    a1 sell 1@120 on=ONE          | new a1 #1 1
    a2 sell 1@120 on=TWO          | new a2 #2 1
    a3 sell 1@120 on=THREE        | new a3 #3 1
    b3 buy 1@120 on=THREE         | new b3 #4 1
                                  | canceled b3 1 price_band
                                  | phase on THREE halted
    time 1                        |
    b2 buy 1@120 on=TWO           | new b2 #5 1
                                  | canceled b2 1 price_band
                                  | phase on TWO halted
    time 2                        |
    b1 buy 1@120 on=ONE           | new b1 #6 1
                                  | canceled b1 1 price_band
                                  | phase on ONE halted
    time 31                       | phase on ONE auction
                                  | phase on TWO auction
                                  | phase on TWO continuous
                                  | phase on THREE auction
                                  | phase on THREE continuous
    time 32                       | phase on ONE continuous
  `);
});

describe('R6.9 should go on with a halt that a stop released by a transition has caused:', () => {
  const STOPS = `
    s1 sell 1@100                 | new s1 #1 1
    s2 sell 5@120                 | new s2 #2 5
    a1 buy 1 stop stop=100        | new a1 #3 1
    a2 buy 2 stop stop=100        | new a2 #4 2
    c1 buy 2@120                  | new c1 #5 2
                                  | trade #1 1@100 buy c1 1 sell s1 0 by buy
                                  | canceled c1 1 price_band
                                  | phase halted
  `;

  test('at once when it is due at once', () => {
    play(`
      instrument TEST reference=100 band=1000 |
      ${STOPS}
      book                        | phase auction
                                  | phase continuous
                                  | triggered a1
                                  | canceled a1 1 price_band
                                  | phase halted
                                  | phase auction
                                  | phase continuous
                                  | triggered a2
                                  | canceled a2 2 price_band
                                  | phase halted
                                  | phase auction
                                  | phase continuous
                                  | book - / 120x5x1
    `);
  });

  test('by a timetable that begins at the clock of that command', () => {
    play(`
      instrument TEST reference=100 band=1000 halt=10 auction=20 |
      ${STOPS}
      time 1000                   | phase auction
                                  | phase continuous
                                  | triggered a1
                                  | canceled a1 1 price_band
                                  | phase halted
      time 1009                   |
      time 1010                   | phase auction
      time 1030                   | phase continuous
                                  | triggered a2
                                  | canceled a2 2 price_band
                                  | phase halted
      time 1060                   | phase auction
                                  | phase continuous
    `);
  });
});
