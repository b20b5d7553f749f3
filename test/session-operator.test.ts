// An operator's session, as dialogues (session-kit.ts): what it may send, what it is told, and what
// the others learn of it.

import { describe, expect, test } from 'vitest';
import * as c from '../src/core/command-slot.ts';
import { checkSessions } from '../src/session/session-config.ts';
import { play } from './session-kit.ts';

describe('an operator', () => {
  test('should be told of all accounts, and trade for none', () => {
    play(`
      o logs on omega                        | o welcome 5 next=1 operator 11=0 12=0 21=0
      o sends r1 new 11:1 buy 5@100; r2 cancel 11:1; r3 replace 11:1>2 5@1 | o refused r1
                                             | … not_authorized
                                             | o refused r2 not_authorized
                                             | o refused r3 not_authorized
      o asks r4                              | o list r4 after=0 [] last
    `);
  });

  test('should be the only one who may send what is an operator’s', () => {
    play(`
      a logs on alpha                        | a welcome 1 next=1 11=0 12=0
      a sends r1 phase 1 halted; r2 kill 11; r3 lift session 2 | a refused r1 not_authorized
                                             | a refused r2 not_authorized
                                             | a refused r3 not_authorized
      a defines r4 2 ACME                    | a refused r4 not_authorized
    `);
  });

  test('should put an instrument into a phase, of which everybody learns', () => {
    play(`
      a logs on alpha                        | a welcome 1 next=1 11=0 12=0
      o logs on omega                        | o welcome 5 next=1 operator 11=0 12=0 21=0
      o sends r1 phase 1 halted              | a instruments TEST halted
                                             | o instruments TEST halted
                                             | o #1 done r1 end
      a sends r1 new 11:1 buy 5@100          | a #1 rejected r1 new 11:1 phase end
      o sends r2 phase 1 halted              | o #2 done r2 end
      o sends r3 phase 1 auction; r4 phase 1 continuous | a instruments TEST continuous
                                             | o instruments TEST continuous
                                             | o #3 done r3 end
                                             | o #4 done r4 end
      o sends r5 phase 9 halted              | o #5 rejected r5 phase 0:0 unknown_symbol end
    `);
  });

  test('should bring an auction about whose trades both owners are told of', () => {
    play(`
      a logs on alpha                        | a welcome 1 next=1 11=0 12=0
      b logs on beta                         | b welcome 2 next=1 21=0
      o logs on omega                        | o welcome 5 next=1 operator 11=0 12=0 21=0
      o sends r1 phase 1 auction             | a instruments TEST auction
                                             | b instruments TEST auction
                                             | o instruments TEST auction
                                             | o #1 done r1 end
      a sends r1 new 11:1 buy 9@101 show=2   | a #1 new r1 11:1 9 buy@101 shows 2 of 2 end
      b sends r1 new 21:1 sell 4@99          | b #1 new r1 21:1 4 sell@99
                                             | b #2 done r1 end
      o sends r2 phase 1 continuous          | a instruments TEST continuous
                                             | a #2 trade 11:1 5 buy@101 t1 4 auction
                                             | a #3 refreshed 11:1 5 buy@101 shows 2 of 2
                                             | b instruments TEST continuous
                                             | b #3 trade 21:1 0 sell@101 t1 4 auction
                                             | o instruments TEST continuous
                                             | o #2 done r2 end
    `);
  });

  test('should cancel the orders of any account, whose owner is told', () => {
    play(`
      a logs on alpha                        | a welcome 1 next=1 11=0 12=0
      a sends r1 new 11:1 buy 5@100; r2 new 12:1 buy 5@100 | a #1 new r1 11:1 5 buy@100 end
                                             | a #2 new r2 12:1 5 buy@100 end
      o logs on omega                        | o welcome 5 next=1 operator 11=1 12=1 21=0
      o sends r1 mass 11                     | a #3 canceled 11:1 5 buy@100 mass_cancel
                                             | o #1 done r1 end
    `);
  });

  test('should kill an account or a session until it lifts that', () => {
    play(`
      a logs on alpha                        | a welcome 1 next=1 11=0 12=0
      c logs on gamma                        | c welcome 4294967280 next=1 11=0
      a sends r1 new 11:1 buy 5@100; r2 new 12:1 buy 5@0 stop=110 | a #1 new r1 11:1 5 buy@100 end
                                             | a #2 new r2 12:1 5 buy@0 stop 110 end
      c sends r1 new 11:2 buy 5@100          | c #1 new r1 11:2 5 buy@100 end
      o logs on omega                        | o welcome 5 next=1 operator 11=2 12=1 21=0
      o sends r1 kill 11                     | a #3 canceled 11:1 5 buy@100 kill_switch
                                             | c #2 canceled 11:2 5 buy@100 kill_switch
                                             | o #1 done r1 end
      a sends r3 new 11:3 buy 5@100; r4 new 12:2 buy 5@100 | a #4 rejected r3 new 11:3
                                             | … risk_killed end
                                             | a #5 new r4 12:2 5 buy@100 end
      o sends r2 lift 11; r3 kill session 1  | a #6 canceled 12:1 5 buy@0 stop 110 kill_switch
                                             | a #7 canceled 12:2 5 buy@100 kill_switch
                                             | o #2 done r2 end
                                             | o #3 done r3 end
      a sends r5 new 11:4 buy 5@100; r6 new 12:3 buy 5@1 | a #8 rejected r5 new 11:4 risk_killed end
                                             | a #9 rejected r6 new 12:3 risk_killed end
      c sends r2 new 11:5 buy 5@100          | c #3 new r2 11:5 5 buy@100 end
      o sends r4 lift session 1              | o #4 done r4 end
      a sends r7 new 12:4 buy 5@100          | a #10 new r7 12:4 5 buy@100 end
    `);
  });

  test('should be refused a kill of nobody, and a phase that is none', () => {
    play(`
      o logs on omega                        | o welcome 5 next=1 operator 11=0 12=0 21=0
      o sends r1 kill 0; r2 kill session 0; r3 phase 1 dawn | o refused r1 out_of_range
                                             | o refused r2 out_of_range
                                             | o refused r3 unknown_phase
    `);
  });
});

describe('a definition', () => {
  test('should make an instrument that everybody learns of before its first order', () => {
    const venue = play(`
      a logs on alpha                        | a welcome 1 next=1 11=0 12=0
      o logs on omega                        | o welcome 5 next=1 operator 11=0 12=0 21=0
      o defines r1 2 ACME tick=0.25 lot=10 ref=100 band=500 halt=7 auction=8 | a instruments
                                             | … ACME continuous
                                             | o instruments ACME continuous
                                             | o #1 done r1 end
      o sends r2 phase 2 auction             | a instruments ACME auction
                                             | o instruments ACME auction
                                             | o #2 done r2 end
      b logs on beta                         | b welcome 2 next=1 21=0
    `);
    expect(venue.port.total).toBe(3);
  });

  test.each([
    ['', 'invalid_symbol'],
    ['x'.repeat(33), 'invalid_symbol'],
    ['ACME tick=0', 'invalid_size'],
    ['ACME tick=-1', 'invalid_size'],
    ['ACME tick=1e3', 'invalid_size'],
    ['ACME lot=99999999999', 'invalid_size'],
    [`ACME lot=0.${'0'.repeat(31)}1`, 'invalid_size'],
    ['ACME ref=-1', 'out_of_range'],
    ['ACME band=-5', 'out_of_range'],
    ['TEST', 'symbol_in_use'],
  ])('should be refused before it gets a sequence: %j %s', (words, reason) => {
    const venue = play(`
      o logs on omega                        | o welcome 5 next=1 operator 11=0 12=0 21=0
      o defines r1 2 ${words}                | o refused r1 ${reason}
    `);
    expect(venue.port.total).toBe(0);
  });

  test('should be rejected by the core for a number that is taken or out of range', () => {
    play(`
      o logs on omega                        | o welcome 5 next=1 operator 11=0 12=0 21=0
      o defines r1 1 ACME                    | o #1 rejected r1 instrument 0:0 already_defined end
      o defines r2 9 ACME                    | o #2 rejected r2 instrument 0:0 capacity end
      o defines r3 0 ACME                    | o #3 rejected r3 instrument 0:0 capacity end
    `);
  });

  test('should go into the ring whole or not at all, signed by its session', () => {
    const venue = play(
      `
      o logs on omega                        | o welcome 5 next=1 operator 11=0 12=0 21=0
      hold                                   |
      o sends r1 phase 1 halted              |
      o defines r2 2 ACME                    |
      o defines r3 3 BCME                    | o refused r3 busy
    `,
      { ringCapacity: 4 },
    );
    const slots = Array.from({ length: 3 }, (_, i) =>
      venue.port.words.slice(i * c.COMMAND_WORDS, (i + 1) * c.COMMAND_WORDS),
    );
    expect(venue.port.waiting).toBe(3);
    expect(slots.map((slot) => slot[c.C_SESSION])).toEqual([5, 5, 5]);
    expect(slots.map((slot) => [slot[c.C_TIME_LOW], slot[c.C_TIME_HIGH]])).toEqual(
      new Array(3).fill([7, 1]),
    );
    play(
      'run | o instruments TEST halted, ACME continuous\n | o #1 done r1 end\n | o #2 done r2 end',
      venue,
    );
  });

  test('should cost one credit', () => {
    play(
      `
      o logs on omega                        | o welcome 5 next=1 operator 11=0 12=0 21=0
      hold                                   |
      o defines r1 2 ACME                    |
      o defines r2 3 BCME                    | o refused r2 busy
      run                                    | o instruments ACME continuous
                                             | o #1 done r1 end
      o defines r2 3 BCME                    | o instruments BCME continuous
                                             | o #2 done r2 end
    `,
      { limits: { credits: 1 } },
    );
  });
});

describe('the configuration of sessions', () => {
  test.each([
    [{ number: 1, token: 'x', accounts: [] }],
    [{ number: 1, token: 'x', accounts: [{ number: 1, name: 'a' }], isOperator: true }],
  ])('should have accounts, and an operator none: %j', (session) => {
    expect(() => checkSessions([session])).toThrow('an operator has none');
  });
});
