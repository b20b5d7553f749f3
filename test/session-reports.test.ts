// Reports on their way to the socket: resume, retention, slow clients.

import { describe, expect, test } from 'vitest';
import { RECORDS_PER_FRAME_MAX } from '../src/wire/frame-kinds.ts';
import { play, Venue } from './session-kit.ts';
import { reportsOf } from './session-words.ts';

/** `count` resting orders of account 11, one report each. */
function rest(venue: Venue, name: string, count: number, firstId: number): void {
  for (let i = 0; i < count; i += 50) {
    const texts = Array.from({ length: Math.min(50, count - i) }, (_, k) => {
      const id = firstId + i + k;
      return `r${id} new 11:${id} buy 1@1`;
    });
    venue.say(`${name} sends ${texts.join('; ')}`);
  }
}

/** Numbers of all reports that a client's present socket got. */
function numbersOf(venue: Venue, name: string): number[] {
  const { frames } = venue.sockets.get(name)!;
  return frames.flatMap((frame) => reportsOf(frame).map((report) => report.reportSequence));
}

function from(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

describe('a resume', () => {
  const TRADED = `
    a logs on alpha               | a welcome 1 next=1 11=0 12=0
    b logs on beta                | b welcome 2 next=1 21=0
    a sends r1 new 11:1 buy 5@100 | a #1 new r1 11:1 5 buy@100 end
    a drops                       |
    b sends r1 new 21:1 sell 2@100; r2 new 21:2 sell 1@100 | b #1 new r1 21:1 2 sell@100
                                  | b #2 trade r1 21:1 0 sell@100 t1 2 aggressor end
                                  | b #3 new r2 21:2 1 sell@100
                                  | b #4 trade r2 21:2 0 sell@100 t2 1 aggressor end
  `;

  test('should bring the reports from the number asked for, then go on', () => {
    play(`
      ${TRADED}
      a logs on alpha from=2        | a welcome 1 next=2 11=1 12=0
                                    | a #2 trade 11:1 3 buy@100 t1 2
                                    | a #3 trade 11:1 2 buy@100 t2 1
      a sends r2 cancel 11:1        | a #4 canceled r2 11:1 2 buy@100 user end
    `);
  });

  test('should bring all of them again to a client that lost them', () => {
    play(`
      ${TRADED}
      a logs on alpha               | a welcome 1 next=1 11=1 12=0
                                    | a #1 new r1 11:1 5 buy@100 end
                                    | a #2 trade 11:1 3 buy@100 t1 2
                                    | a #3 trade 11:1 2 buy@100 t2 1
    `);
  });

  test('should bring nothing when the next new one is asked for', () => {
    play(`
      ${TRADED}
      a logs on alpha from=4        | a welcome 1 next=4 11=1 12=0
    `);
  });

  test('should say so when the number asked for does not exist yet', () => {
    play(`
      ${TRADED}
      a logs on alpha from=5        | a welcome 1 next=4 lost 11=1 12=0
      a sends r2 cancel 11:1        | a #4 canceled r2 11:1 2 buy@100 user end
      a logs on alpha from=4294967296 | a welcome 1 next=5 lost 11=1 12=0
    `);
  });

  test('should go on while orders of others come in between', () => {
    play(`
      ${TRADED}
      hold                          |
      b sends r3 new 21:3 sell 1@100 |
      a logs on alpha from=3        | a welcome 1 next=3 11=1 12=0
                                    | a #3 trade 11:1 2 buy@100 t2 1
      run                           | a #4 trade 11:1 1 buy@100 t3 1
                                    | b #5 new r3 21:3 1 sell@100
                                    | b #6 trade r3 21:3 0 sell@100 t3 1 aggressor end
    `);
  });

  test('should say so when the number asked for is no longer retained', () => {
    const venue = new Venue({ limits: { retainedReports: 100 } });
    venue.say('a logs on alpha');
    rest(venue, 'a', 2_000, 1);
    for (const asked of [1, 500, 1_024]) {
      venue.say(`a logs on alpha from=${asked}`);
      expect(venue.heard()).toContain('a welcome 1 next=2001 lost 11=2000 12=0');
      expect(numbersOf(venue, 'a')).toEqual([]);
    }
    venue.say('a logs on alpha from=1901');
    expect(venue.heard()).toContain('a welcome 1 next=1901 11=2000 12=0');
    expect(numbersOf(venue, 'a')).toEqual(from(1_901, 100));
    rest(venue, 'a', 1, 2_001);
    expect(numbersOf(venue, 'a')).toEqual(from(1_901, 101));
  });

  test('should keep what it is about to send, however slowly the socket takes it', () => {
    const venue = new Venue({ limits: { retainedReports: 100, unsentBytesPause: 0 } });
    venue.say('a logs on alpha');
    rest(venue, 'a', 600, 1);
    venue.say('z opens');
    const slow = venue.sockets.get('z')!;
    slow.roomBytes = 0;
    venue.say('z logs on alpha from=2');
    rest(venue, 'z', 3_000, 601);
    while (slow.unsentBytes > 0) venue.say('z takes 1000');
    expect(numbersOf(venue, 'z')).toEqual(from(2, 3_599));
  });
});

test('what a broken socket did not take should be let go in the end', () => {
  const venue = new Venue({ limits: { retainedReports: 100 } });
  play(
    `
    b logs on beta                     | b welcome 2 next=1 21=0
    b sends r1 new 21:1 sell 2000@1    | b #1 new r1 21:1 2000 sell@1 end
    b drops                            |
    a logs on alpha                    | a welcome 1 next=1 11=0 12=0
  `,
    venue,
  );
  rest(venue, 'a', 1_500, 1);
  expect(venue.threads[0]!.nextReport(2)).toBe(1_502);
  venue.heard();
  venue.say('b logs on beta from=2');
  expect(venue.heard()[0]).toBe('b welcome 2 next=1502 lost 21=1');
});

describe('a slow socket', () => {
  test('should get its reports as it drains, a full frame at a time, while others go on', () => {
    const venue = new Venue({ limits: { unsentBytesPause: 1_000 } });
    venue.say('a logs on alpha');
    venue.say('b logs on beta');
    const socket = venue.sockets.get('a')!;
    socket.roomBytes = 0;
    rest(venue, 'a', 3_000, 1);
    const before = socket.frames.length;
    expect(numbersOf(venue, 'a').length).toBeLessThan(100);
    venue.say('b sends r1 mass 21');
    expect(numbersOf(venue, 'b')).toEqual([1]);
    for (let i = 0; i < 20; i++) venue.say('a takes 100000');
    expect(numbersOf(venue, 'a')).toEqual(from(1, 3_000));
    expect(socket.frames.length - before).toBe(Math.ceil(3_000 / RECORDS_PER_FRAME_MAX));
  });

  test('should be closed when it takes nothing for stalledMsMax, and may resume', () => {
    const venue = new Venue({ limits: { unsentBytesPause: 200, silenceMsMax: 99_000 } });
    venue.say('a logs on alpha');
    venue.sockets.get('a')!.roomBytes = 0;
    rest(venue, 'a', 50, 1);
    rest(venue, 'a', 50, 51);
    venue.say('+9000 ms');
    venue.say('a takes 1');
    venue.say('+10000 ms');
    expect(venue.connection('a').isLive).toBe(true);
    venue.say('+100 ms');
    expect(venue.heard().at(-1)).toBe('a closed slow');
    const got = numbersOf(venue, 'a');
    venue.say(`a logs on alpha from=${got.length + 1}`);
    expect([...got, ...numbersOf(venue, 'a')]).toEqual(from(1, 100));
  });

  test('should not be closed while it takes a little now and then', () => {
    const venue = new Venue({ limits: { unsentBytesPause: 200, silenceMsMax: 999_000 } });
    venue.say('a logs on alpha');
    const socket = venue.sockets.get('a')!;
    socket.roomBytes = 0;
    rest(venue, 'a', 100, 1);
    for (let i = 0; i < 20; i++) {
      venue.say('a takes 10');
      venue.say('+9900 ms');
    }
    expect(socket.closeCode).toBe(0);
    venue.say('a takes all');
    expect(numbersOf(venue, 'a')).toEqual(from(1, 100));
  });

  test('should have its time from when it became slow, not from when it last was', () => {
    const venue = new Venue({ limits: { unsentBytesPause: 200, silenceMsMax: 999_000 } });
    venue.say('a logs on alpha');
    venue.say('+30000 ms');
    venue.sockets.get('a')!.roomBytes = 0;
    rest(venue, 'a', 100, 1);
    venue.say('+10000 ms');
    expect(venue.connection('a').isLive).toBe(true);
    venue.say('+100 ms');
    expect(venue.heard().at(-1)).toBe('a closed slow');
  });

  test('should get no heartbeat on top of what waits', () => {
    const venue = new Venue({ limits: { unsentBytesPause: 200 } });
    venue.say('a logs on alpha');
    venue.sockets.get('a')!.roomBytes = 0;
    rest(venue, 'a', 1, 1);
    venue.heard();
    venue.say('+4000 ms');
    expect(venue.heard()).toEqual([]);
    venue.say('a takes all');
    venue.say('+1000 ms');
    expect(venue.heard()).toEqual(['a beat']);
  });

  test('should be closed when a frame was dropped, which it then gets on its resume', () => {
    const venue = play(`
      a logs on alpha               | a welcome 1 next=1 11=0 12=0
      a sends r1 new 11:1 buy 5@100 | a #1 new r1 11:1 5 buy@100 end
    `);
    venue.sockets.get('a')!.isBroken = true;
    play(
      `
      a sends r2 cancel 11:1        | a closed slow
      a logs on alpha from=2        | a welcome 1 next=2 11=1 12=0
                                    | a #2 canceled r2 11:1 5 buy@100 user end
    `,
      venue,
    );
  });

  test('should survive a burst within unsentReportsMax', () => {
    const venue = new Venue({
      limits: { retainedReports: 100, unsentReportsMax: 5_000, unsentBytesPause: 0 },
    });
    venue.say('a logs on alpha');
    const socket = venue.sockets.get('a')!;
    rest(venue, 'a', 4_000, 1);
    socket.roomBytes = 0;
    venue.say('a sends r9999 mass 11');
    expect(venue.threads[0]!.nextReport(1)).toBe(8_001);
    while (socket.unsentBytes > 0) venue.say('a takes 10000');
    expect(socket.closeCode).toBe(0);
    expect(numbersOf(venue, 'a')).toEqual(from(1, 8_000));
  });

  test('should be closed with its code when it is further behind, and may resume', () => {
    const venue = new Venue({
      limits: { retainedReports: 100, unsentReportsMax: 1_500, unsentBytesPause: 0 },
    });
    venue.say('a logs on alpha');
    rest(venue, 'a', 3_000, 1);
    venue.sockets.get('a')!.roomBytes = 0;
    venue.heard();
    venue.say('a sends r9999 mass 11');
    expect(venue.heard().at(-1)).toBe('a closed behind_retention');
    const got = numbersOf(venue, 'a').length;
    expect(got).toBeGreaterThanOrEqual(3_000);
    venue.say(`a logs on alpha from=${got + 1}`);
    expect(venue.heard()[0]).toBe(`a welcome 1 next=${got + 1} 11=3000 12=0`);
    expect(numbersOf(venue, 'a')).toEqual(from(got + 1, 6_000 - got));
  });
});

describe('the numbering', () => {
  test.each([0x7fffffff - 10, -10, 0])(
    'should be the same in every thread, from event cursor %i on',
    (firstCursor) => {
      const venue = new Venue({ threads: 3, firstCursor });
      venue.say('a logs on alpha');
      venue.say('b opens in 1');
      venue.say('b logs on beta');
      rest(venue, 'a', 40, 1);
      venue.say('b sends r1 new 21:1 sell 15@1');
      venue.say('a sends r99 mass 11');
      const numbers = venue.threads.map((sessions) => [1, 2].map((s) => sessions.nextReport(s)));
      expect(numbers).toEqual([
        [81, 17],
        [81, 17],
        [81, 17],
      ]);
      expect(venue.threads[0]!.nextReport(4)).toBeUndefined();
      venue.say('z opens in 2');
      venue.say('z logs on alpha');
      expect(venue.sockets.get('z')!.frames.flatMap(reportsOf)).toEqual(
        venue.sockets.get('a')!.frames.flatMap(reportsOf),
      );
    },
  );
});
