// Cancel-on-disconnect, as dialogues (session-kit.ts).

import { describe, expect, test } from 'vitest';
import { CLOSE_SHUTTING_DOWN } from '../src/wire/frame-kinds.ts';
import { play, Venue } from './session-kit.ts';

const ORDERS = `
  a logs on alpha cod                               | a welcome 1 next=1 11=0 12=0
  c logs on gamma                                   | c welcome 4294967280 next=1 11=0
  a sends r1 new 11:1 buy 5@100; r2 new 12:1 buy 6@99 | a #1 new r1 11:1 5 buy@100 end
                                                    | a #2 new r2 12:1 6 buy@99 end
  c sends r1 new 11:2 buy 7@98                      | c #1 new r1 11:2 7 buy@98 end
`;
const CANCELED = `
  a logs on alpha from=3                            | a welcome 1 next=3 11=2 12=1
                                                    | a #3 canceled 11:1 5 buy@100 disconnect
                                                    | a #4 canceled 12:1 6 buy@99 disconnect
`;
const KEPT = `
  a logs on alpha from=3                            | a welcome 1 next=3 11=2 12=1
`;

describe('cancel on disconnect', () => {
  test('should cancel the session’s own orders of all its accounts', () => {
    play(`
      ${ORDERS}
      a drops   |
      c asks r2 | c list r2 after=1 [11:2 7 buy@98] last
      ${CANCELED}
    `);
  });

  test('should not happen to a session that did not ask for it', () => {
    play(`
      ${ORDERS.replace(' cod', '    ')}
      a drops   |
      +3000 ms  | c beat
                | c beat
                | c beat
      ${KEPT}
    `);
  });

  test.each([
    ['silence', { silenceMsMax: 300 }, '+400 ms |'],
    ['a flood', { framesPerSecondMax: 2 }, 'a beats |\na beats | '],
  ])('should happen after %s', (_, limits, said) => {
    const venue = play(ORDERS, { limits });
    for (const row of said.split('\n')) venue.say(row.split('|')[0]!.trim());
    expect(venue.heard()).toContain(said.startsWith('+') ? 'a closed silent' : 'a closed flood');
    expect(venue.threads[0]!.nextReport(1)).toBe(5);
  });

  test('should come after the commands that went before', () => {
    play(`
      ${ORDERS}
      hold                         |
      a sends r3 new 11:3 buy 1@1  |
      a drops                      |
      run                          |
      a logs on alpha from=3       | a welcome 1 next=3 11=3 12=1
                                   | a #3 new r3 11:3 1 buy@1 end
                                   | a #4 canceled 11:1 5 buy@100 disconnect
                                   | a #5 canceled 11:3 1 buy@1 disconnect
                                   | a #6 canceled 12:1 6 buy@99 disconnect
    `);
  });

  test('should be no report when there is nothing to cancel', () => {
    play(`
      a logs on alpha cod          | a welcome 1 next=1 11=0 12=0
      a drops                      |
      a logs on alpha              | a welcome 1 next=1 11=0 12=0
    `);
  });
});

describe('a full ring', () => {
  test('should delay the mass cancels until it takes them, account by account', () => {
    const venue = play(
      `
      ${ORDERS}
      hold                                             |
      c sends r2 new 11:3 buy 1@1; r3 new 11:4 buy 1@1 |
      a drops                                          |
    `,
      { ringCapacity: 3 },
    );
    expect([venue.port.waiting, venue.threads[0]!.isSettled]).toEqual([3, false]);
    play(
      `
      run                                              | c #2 new r2 11:3 1 buy@1 end
                                                       | c #3 new r3 11:4 1 buy@1 end
      +100 ms                                          |
      ${CANCELED.replace('11=2', '11=4')}
    `,
      venue,
    );
    expect(venue.threads[0]!.isSettled).toBe(true);
  });

  test('should let no command of the session pass them, though it is back', () => {
    play(
      `
      ${ORDERS}
      hold                                             |
      c sends r2 new 11:3 buy 1@1; r3 new 11:4 buy 1@1 |
      a drops                                          |
      a logs on alpha from=3                           | a welcome 1 next=3 11=2 12=1
      a sends r3 new 12:5 buy 1@1                      | a refused r3 busy
      run                                              | a #3 canceled 11:1 5 buy@100 disconnect
                                                       | c #2 new r2 11:3 1 buy@1 end
                                                       | c #3 new r3 11:4 1 buy@1 end
      a sends r4 new 12:6 buy 1@1                      | a #4 canceled 12:1 6 buy@99 disconnect
                                                       | a #5 new r4 12:6 1 buy@1 end
    `,
      { ringCapacity: 3 },
    );
  });

  test('should not make a session that is lost again be canceled twice', () => {
    const venue = play(
      `
      ${ORDERS}
      hold                                             |
      c sends r2 new 11:3 buy 1@1; r3 new 11:4 buy 1@1 |
      a drops                                          |
      a logs on alpha cod from=3                       | a welcome 1 next=3 11=2 12=1
      a drops                                          |
      run                                              | c #2 new r2 11:3 1 buy@1 end
                                                       | c #3 new r3 11:4 1 buy@1 end
      +100 ms                                          |
      ${CANCELED.replace('11=2', '11=4')}
    `,
      { ringCapacity: 3 },
    );
    expect(venue.port.total).toBe(3 + 2 + 2);
  });
});

describe('a grace', () => {
  const GRACE = { limits: { graceMs: 2_000, silenceMsMax: 60_000, heartbeatMs: 60_000 } };

  test('should be forgiven by a logon within it', () => {
    play(
      `
      ${ORDERS}
      a drops                |
      +1900 ms               |
      ${KEPT}
      +9000 ms               |
      a sends r3 cancel 11:1 | a #3 canceled r3 11:1 5 buy@100 user end
    `,
      GRACE,
    );
  });

  test('should be forgiven by a logon in another thread', () => {
    play(
      `
      ${ORDERS}
      a drops                |
      +1900 ms               |
      a opens in 1           |
      ${KEPT}
      +9000 ms               |
      a sends r3 cancel 11:1 | a #3 canceled r3 11:1 5 buy@100 user end
    `,
      { ...GRACE, threads: 2 },
    );
  });

  test('should end in the mass cancel', () => {
    play(
      `
      ${ORDERS}
      a drops  |
      +2000 ms |
      ${CANCELED}
    `,
      GRACE,
    );
  });

  test('should begin anew with each loss', () => {
    play(
      `
      ${ORDERS}
      a drops                    |
      +1500 ms                   |
      a logs on alpha cod from=3 | a welcome 1 next=3 11=2 12=1
      a drops                    |
      +1500 ms                   |
      ${KEPT}
    `,
      GRACE,
    );
  });

  test('should not be waited for at the shutdown', () => {
    const venue = play(ORDERS, GRACE);
    venue.say('hold');
    venue.threads[0]!.closeAll(venue.nowMs);
    expect(venue.sockets.get('a')!.closeCode).toBe(CLOSE_SHUTTING_DOWN);
    expect(venue.port.waiting).toBe(2);
    venue.say('run');
    expect(venue.threads[0]!.nextReport(1)).toBe(5);
    expect(venue.threads[0]!.isSettled).toBe(true);
  });

  test.each([
    [true, 3],
    [false, 5],
  ])('should be given to sessions of an earlier process (back: %s)', (isBack, next) => {
    const venue = play(
      `
      ${ORDERS.replace(' cod', '    ')}
      a drops |
    `,
      GRACE,
    );
    venue.threads[0]!.awaitReturn(1, venue.nowMs);
    venue.threads[0]!.awaitReturn(1, venue.nowMs);
    venue.threads[0]!.awaitReturn(99, venue.nowMs);
    venue.say('+1900 ms');
    if (isBack) venue.say('a logs on alpha from=3');
    venue.say('+1000 ms');
    expect(venue.threads[0]!.nextReport(1)).toBe(next);
  });
});

test('a session that is back needs no waiting for', () => {
  const venue = play(ORDERS);
  venue.threads[0]!.awaitReturn(1, venue.nowMs);
  venue.say('+1000 ms');
  expect(venue.threads[0]!.nextReport(1)).toBe(3);
  expect(new Venue().threads[0]!.isSettled).toBe(true);
});
