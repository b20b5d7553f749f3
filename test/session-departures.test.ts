// Cancel-on-disconnect, as dialogues (session-kit.ts).

import { describe, expect, test } from 'vitest';
import { CLOSE_SHUTTING_DOWN } from '../src/wire/frame-kinds.ts';
import { play } from './session-kit.ts';

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
    // Orders, orders, mass cancels; and twice what the session wants.
    expect(venue.port.total).toBe(3 + 2 + 2 + 2);
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

  test('should be given to the sessions of a process that crashed', () => {
    play(
      `
      ${ORDERS}
      crash    |
      +1900 ms |
      ${KEPT.replace('from=3', 'cod from=3')}
      crash    |
      +2000 ms |
      ${CANCELED}
    `,
      GRACE,
    );
  });

  test('should be forgiven by a logon in another thread after a crash', () => {
    play(
      `
      ${ORDERS}
      crash        |
      a opens in 1 |
      ${KEPT}
      +9000 ms     |
      a sends r3 cancel 11:1 | a #3 canceled r3 11:1 5 buy@100 user end
    `,
      { ...GRACE, threads: 2 },
    );
  });
});

describe('after a crash', () => {
  const OTHER = ORDERS.replace(' cod', '    ');

  test('sessions that did not ask for it should keep their orders', () => {
    play(`
      ${OTHER}
      crash    |
      +3000 ms |
      ${KEPT}
    `);
  });

  test('the last logon should count', () => {
    play(`
      ${OTHER}
      a logs on alpha cod from=3  | a welcome 1 next=3 11=2 12=1
      a logs on alpha from=3      | a welcome 1 next=3 11=2 12=1
      crash                       |
      ${KEPT}
      a logs on alpha cod from=3  | a welcome 1 next=3 11=2 12=1
      crash                       |
      ${CANCELED}
    `);
  });

  test('the last logon should count, also when the log tells late of the one before', () => {
    play(`
      ${OTHER}
      hold                        |
      a logs on alpha cod from=3  | a welcome 1 next=3 11=2 12=1
      a logs on alpha from=3      | a welcome 1 next=3 11=2 12=1
      run                         |
      +500 ms                     |
      crash                       |
      ${KEPT}
    `);
  });

  test('no order should be without what its session wants, however full the ring', () => {
    play(
      `
      c logs on gamma                                             | c welcome 4294967280 next=1 11=0
      hold                                                        |
      c sends r1 new 11:1 buy 7@98; r2 new 11:2 buy 1@1; r3 new 11:3 buy 1@1 |
      a logs on alpha cod                                         | a welcome 1 next=1 11=0 12=0
      a sends r1 new 12:1 buy 5@100                               | a refused r1 busy
      run 1                                                       | c #1 new r1 11:1 7 buy@98 end
      run 1                                                       | c #2 new r2 11:2 1 buy@1 end
      a sends r2 new 12:2 buy 5@100                               |
      run                                                         | c #3 new r3 11:3 1 buy@1 end
                                                                  | a #1 new r2 12:2 5 buy@100 end
      crash                                                       |
      a logs on alpha from=2                                      | a welcome 1 next=2 11=3 12=2
                                                       | a #2 canceled 12:2 5 buy@100 disconnect
    `,
      { ringCapacity: 3 },
    );
  });
});
