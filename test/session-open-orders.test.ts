// Lists of open orders: what they hold and where they stand among the reports.

import { describe, expect, test } from 'vitest';
import { REPORT_WORDS } from '../src/wire/report-layout.ts';
import { play, Venue } from './session-kit.ts';
import { describeFrame } from './session-words.ts';

const THREE = `
  a logs on alpha               | a welcome 1 next=1 11=0 12=0
  c logs on gamma               | c welcome 4294967280 next=1 11=0
  a sends r1 new 11:1 buy 5@100; r2 new 12:1 sell 6@200 | a #1 new r1 11:1 5 buy@100 end
                                | a #2 new r2 12:1 6 sell@200 end
  c sends r1 new 11:2 buy 7@98  | c #1 new r1 11:2 7 buy@98 end
`;

describe('open orders', () => {
  test('should be those of the session’s accounts, whoever entered them', () => {
    play(`
      ${THREE}
      a asks r3 | a list r3 after=2 [11:1 5 buy@100, 11:2 7 buy@98, 12:1 6 sell@200] last
      c asks r3 | c list r3 after=1 [11:1 5 buy@100, 11:2 7 buy@98] last
    `);
  });

  test('should end where the last account has none', () => {
    play(`
      ${THREE}
      a sends r3 cancel 12:1 | a #3 canceled r3 12:1 6 sell@200 user end
      a asks r4              | a list r4 after=3 [11:1 5 buy@100, 11:2 7 buy@98] last
      a sends r5 mass 11     | a #4 canceled r5 11:1 5 buy@100 mass_cancel
                             | a #5 done r5 end
                             | c #2 canceled 11:2 7 buy@98 mass_cancel
      a asks r6              | a list r6 after=5 [] last
    `);
  });

  test('should take no report number, and leave the request to the client', () => {
    const venue = play(`
      ${THREE}
      a asks r1 | a list r1 after=2 [11:1 5 buy@100, 11:2 7 buy@98, 12:1 6 sell@200] last
      a asks r4294967295 | a list r4294967295 after=2 [11:1 5 buy@100, 11:2 7 buy@98, 12:1 6
                         | … sell@200] last
      a sends r1 cancel 12:1 | a #3 canceled r1 12:1 6 sell@200 user end
    `);
    expect(venue.threads[0]!.nextReport(1)).toBe(4);
    expect(venue.threads[0]!.nextReport(0xfffffff0)).toBe(2);
  });

  test('should stand among the reports where they were true', () => {
    play(`
      ${THREE}
      hold                                |
      a sends r3 new 12:2 buy 1@1         |
      a asks r4                           |
      a sends r5 cancel 12:1; r6 mass 11  |
      run                                 | a #3 new r3 12:2 1 buy@1 end
                                          | a list r4 after=3 [11:1 5 buy@100, 11:2 7 buy@98, 12:1
                                          | … 6 sell@200, 12:2 1 buy@1] last
                                          | a #4 canceled r5 12:1 6 sell@200 user end
                                          | a #5 canceled r6 11:1 5 buy@100 mass_cancel
                                          | a #6 done r6 end
                                          | c #2 canceled 11:2 7 buy@98 mass_cancel
    `);
  });

  test('should say for each account after which report it was true', () => {
    play(
      `
      ${THREE}
      hold                        |
      c sends r2 new 11:3 buy 1@1 |
      a asks r3                   |
      c sends r3 new 11:4 buy 1@1 | c refused r3 busy
      run                         | a list r3 after=2 [11:1 5 buy@100, 11:2 7 buy@98, 11:3 1 buy@1]
                                  | c #2 new r2 11:3 1 buy@1 end
      hold                        |
      a sends r4 cancel 12:1      |
      +100 ms                     |
      run                         | a #3 canceled r4 12:1 6 sell@200 user end
                                  | a list r3 after=3 [] last
    `,
      { ringCapacity: 2 },
    );
  });

  test('should be asked for one question at a time', () => {
    play(`
      ${THREE}
      hold      |
      c asks r2 |
      c asks r3 | c refused r3 busy
      a asks r3 |
      run       | a list r3 after=2 [11:1 5 buy@100, 11:2 7 buy@98, 12:1 6 sell@200] last
                | c list r2 after=1 [11:1 5 buy@100, 11:2 7 buy@98] last
      c asks r4 | c list r4 after=1 [11:1 5 buy@100, 11:2 7 buy@98] last
    `);
  });

  test('should be put off by a full ring, not refused', () => {
    play(
      `
      ${THREE}
      hold                        |
      c sends r2 new 11:3 buy 1@1; r3 new 11:4 buy 1@1 |
      a asks r3                   |
      +100 ms                     |
      run                         | c #2 new r2 11:3 1 buy@1 end
                                  | c #3 new r3 11:4 1 buy@1 end
      +100 ms                     | a list r3 after=2 [11:1 5 buy@100, 11:2 7 buy@98, 11:3 1 buy@1,
                                  | … 11:4 1 buy@1, 12:1 6 sell@200] last
    `,
      { ringCapacity: 2 },
    );
  });

  test('should go to who asked, not to the connection that came after', () => {
    play(`
      ${THREE}
      hold                     |
      a asks r3                |
      z logs on alpha from=3   | a closed taken_over
                               | z welcome 1 next=3 11=2 12=1
      run                      |
      z asks r4                | z list r4 after=2 [11:1 5 buy@100, 11:2 7 buy@98, 12:1 6 sell@200]
                               | … last
      hold                     |
      z asks r5                |
      z drops                  |
      z logs on alpha from=3   | z welcome 1 next=3 11=2 12=1
      z asks r6                |
      run                      | z list r6 after=2 [11:1 5 buy@100, 11:2 7 buy@98, 12:1 6 sell@200]
                               | … last
    `);
  });

  test('should have all accounts, though an earlier question was cut off between them', () => {
    play(
      `
      ${THREE}
      hold                        |
      c sends r2 new 11:3 buy 1@1 |
      a asks r3                   |
      a drops                     |
      a logs on alpha from=3      | a welcome 1 next=3 11=2 12=1
      a asks r4                   |
      run                         | c #2 new r2 11:3 1 buy@1 end
      +100 ms                     | a list r4 after=2 [11:1 5 buy@100, 11:2 7 buy@98, 11:3 1 buy@1,
                                  | … 12:1 6 sell@200] last
    `,
      { ringCapacity: 2 },
    );
  });

  test('should not end with a mass cancel that was under way', () => {
    play(`
      c logs on gamma              | c welcome 4294967280 next=1 11=0
      c sends r1 new 11:2 buy 7@98 | c #1 new r1 11:2 7 buy@98 end
      a logs on alpha cod          | a welcome 1 next=1 11=2 12=0
      hold                         |
      a drops                      |
      a logs on alpha              | a welcome 1 next=1 11=2 12=0
      a asks r3                    |
      run                          | a list r3 after=0 [11:2 7 buy@98] last
    `);
  });

  test('should stand where they were true for a slow socket too', () => {
    const options = { ringCapacity: 3, limits: { unsentBytesPause: 0 } };
    const venue = play(THREE, options);
    venue.sockets.get('a')!.roomBytes = 0;
    play(
      `
      a sends r3 mass 12          | a #3 canceled r3 12:1 6 sell@200 mass_cancel end
      a sends r4 new 12:2 buy 1@1 |
      hold                        |
      c sends r2 new 11:3 buy 1@1; r3 new 11:4 buy 1@1 |
      a asks r5                   |
      run                         | c #2 new r2 11:3 1 buy@1 end
                                  | c #3 new r3 11:4 1 buy@1 end
      c sends r4 cancel 11:1      | c #4 done r4 end
      +100 ms                     |
      a takes 10000               | a #4 new r4 12:2 1 buy@1 end
                                  | a list r5 after=4 [11:1 5 buy@100, 11:2 7 buy@98, 11:3 1 buy@1,
                                  | … 11:4 1 buy@1]
                                  | a #5 canceled 11:1 5 buy@100 user
                                  | a list r5 after=5 [12:2 1 buy@1] last
    `,
      venue,
    );
  });

  test('should not go to another thread', () => {
    play(
      `
      ${THREE}
      hold                     |
      a asks r3                |
      z opens in 1             |
      z logs on alpha from=3   | z welcome 1 next=3 11=2 12=1
      z asks r4                |
      +100 ms                  | a closed taken_over
      run                      | z list r4 after=2 [11:1 5 buy@100, 11:2 7 buy@98, 12:1 6 sell@200]
                               | … last
    `,
      { threads: 2 },
    );
  });
});

describe('a long list', () => {
  function crowd(orders: number, limits: object = {}): Venue {
    const venue = new Venue({ limits });
    venue.say('b logs on beta');
    for (let id = 1; id <= orders; id += 50) {
      const texts = Array.from({ length: Math.min(50, orders - id + 1) }, (_, i) => id + i);
      venue.say(`b sends ${texts.map((i) => `r${i} new 21:${i} buy ${i}@1`).join('; ')}`);
    }
    venue.heard();
    return venue;
  }

  /** The entries of all list frames among `frames`, and how many frames these are. */
  function entries(frames: readonly Uint8Array[]): [string[], number] {
    const lists = frames.flatMap(describeFrame).filter((text) => text.startsWith('list'));
    const texts = lists.map((text) => /\[(.*)\]/.exec(text)![1]!).filter((text) => text !== '');
    return [texts.flatMap((text) => text.split(', ')), lists.length];
  }

  test('should come in frames, the last of them marked', () => {
    const venue = crowd(1_300);
    venue.say('b asks r9');
    const texts = venue.heard();
    expect(texts.filter((text) => text.endsWith(' last'))).toHaveLength(1);
    expect(texts.at(-1)).toMatch(/ last$/);
    expect(texts.every((text) => text.startsWith('b list r9 after=1300 '))).toBe(true);
    const [orders] = entries(venue.sockets.get('b')!.frames);
    expect(orders).toEqual(Array.from({ length: 1_300 }, (_, i) => `21:${i + 1} ${i + 1} buy@1`));
  });

  test('should wait for a slow socket, and the reports behind it too', () => {
    const venue = crowd(1_300, { unsentBytesPause: 0, retainedReports: 10 });
    const socket = venue.sockets.get('b')!;
    const before = socket.frames.length;
    socket.roomBytes = 0;
    venue.say('b asks r9');
    venue.say('b sends r10 new 21:5000 buy 1@1');
    expect(socket.frames.length).toBe(before + 1);
    for (let i = 0; i < 1_300 && socket.unsentBytes > 0; i++) {
      venue.say(`b takes ${100 * REPORT_WORDS}`);
    }
    const [orders, frames] = entries(socket.frames.slice(before));
    expect(orders).toHaveLength(1_300);
    expect(frames).toBeGreaterThan(2);
    expect(venue.heard().at(-1)).toBe('b #1301 new r10 21:5000 1 buy@1 end');
  });

  test('should close a connection that lets too much of it wait', () => {
    const venue = crowd(1_300, { unsentBytesPause: 0, unsentReportsMax: 700 });
    venue.sockets.get('b')!.roomBytes = 0;
    venue.say('b asks r9');
    expect(venue.heard().at(-1)).toBe('b closed behind_retention');
  });
});
