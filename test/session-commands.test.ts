// Commands on their way into the ring: who may send what, credits, a full ring, floods.

import { describe, expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import * as c from '../src/core/command-slot.ts';
import { putForAccounts } from '../src/session/own-commands.ts';
import { ChunkPool } from '../src/session/report-store.ts';
import { DEFAULT_SESSION_LIMITS } from '../src/session/session-limits.ts';
import { SessionState } from '../src/session/session-state.ts';
import { REQUEST_MAX } from '../src/wire/frame-kinds.ts';
import { CommandsEncoder, WIRE_COMMAND_WORDS, writeCommand } from '../src/wire/order-entry.ts';
import { QueuePort } from './session-fakes.ts';
import { play, type Venue, type VenueOptions } from './session-kit.ts';
import { commandsFrame, parseCommand } from './session-words.ts';

const encoder = new CommandsEncoder();

/** `r1 new 11:1 buy 1@1; r2 …`: `count` commands with ids and requests from `from`. */
function orders(count: number, from = 1): string {
  const texts = Array.from({ length: count }, (_, i) => `r${from + i} new 11:${from + i} buy 1@1`);
  return texts.join('; ');
}

/** Commands for accounts of one's own and of others. */
const MIXED =
  'r1 new 11:1 buy 1@1; r2 new 21:1 buy 1@1; r3 cancel 22:1; r4 mass 21; r5 new 12:1 buy 1@2';

function logged(options: VenueOptions = {}): Venue {
  return play(
    `
    a logs on alpha | a welcome 1 next=1 11=0 12=0
    b logs on beta  | b welcome 2 next=1 21=0
  `,
    options,
  );
}

describe('a command', () => {
  test('should go into the ring with the session, the time and what the client said', () => {
    const venue = logged();
    venue.say('hold');
    venue.say('a sends r4294967 new 12:9 sell 7@55 ioc');
    const slot = venue.port.words.slice(0, c.COMMAND_WORDS);
    expect(venue.port.waiting).toBe(1);
    expect([...slot]).toEqual([
      codes.COMMAND_NEW |
        (codes.SIDE_SELL << c.HEAD_SIDE_SHIFT) |
        (codes.TIF_IOC << c.HEAD_TIF_SHIFT) |
        c.HAS_PRICE |
        c.HAS_QTY,
      1,
      4_294_967,
      12,
      1,
      9,
      0,
      0,
      0,
      7,
      55,
      0,
      0,
      7,
      1,
      0,
    ]);
  });

  test('should be refused for an account that is not the session’s, alone', () => {
    play(
      `
      a sends ${MIXED}              | a refused r2 not_authorized
                                    | a refused r3 not_authorized
                                    | a refused r4 not_authorized
                                    | a #1 new r1 11:1 1 buy@1 end
                                    | a #2 new r5 12:1 1 buy@2 end
      b sends r1 mass 11; r2 mass 0 | b refused r1 not_authorized
                                    | b refused r2 not_authorized
      b sends r3 mass 21            | b #1 done r3 end
    `,
      logged(),
    );
  });

  test('should be refused when the protocol does not know it, alone', () => {
    const venue = logged();
    const words = new Int32Array(7 * WIRE_COMMAND_WORDS);
    const good = parseCommand('r9 mass 11');
    for (let i = 0; i < 7; i++) writeCommand(words, i * WIRE_COMMAND_WORDS, good);
    const at = (i: number, word: number): number => i * WIRE_COMMAND_WORDS + word;
    words[at(0, c.C_HEAD)] = codes.COMMAND_TIME;
    words[at(1, c.C_HEAD)] = codes.COMMAND_OPEN_ORDERS;
    words[at(2, c.C_HEAD)]! |= c.ON_DISCONNECT;
    words[at(3, c.C_SESSION)] = 2;
    words[at(4, c.C_REQUEST)] = 0;
    words[at(5, c.C_REQUEST)] = REQUEST_MAX + 1;
    venue.frame('a', encoder.encode(words, 0, 7));
    venue.run();
    expect(venue.heard()).toEqual([
      'a refused r9 unknown_command',
      'a refused r9 unknown_command',
      'a refused r9 undefined_bits',
      'a refused r9 reserved_not_zero',
      'a refused r0 request_zero',
      'a refused r4026531840 request_too_large',
      'a #1 done r9 end',
    ]);
  });

  test('should be refused for its own fault rather than as busy', () => {
    play(
      `
      hold                                           |
      a sends ${orders(2)}; r3 mass 21; r4 mass 11   | a refused r3 not_authorized
                                                     | a refused r4 busy
    `,
      logged({ limits: { credits: 2 } }),
    );
  });
});

describe('credits', () => {
  test('should limit what is unanswered, of that session alone', () => {
    play(
      `
      hold                                  |
      a sends ${orders(3)}                  |
      a sends ${orders(2, 4)}               | a refused r5 busy
      a sends ${orders(1, 6)}               | a refused r6 busy
      b sends r1 new 21:1 buy 1@1           |
      run                                   | a #1 new r1 11:1 1 buy@1 end
                                            | a #2 new r2 11:2 1 buy@1 end
                                            | a #3 new r3 11:3 1 buy@1 end
                                            | a #4 new r4 11:4 1 buy@1 end
                                            | b #1 new r1 21:1 1 buy@1 end
      hold                                  |
      a sends ${orders(5, 7)}               | a refused r11 busy
    `,
      logged({ limits: { credits: 4 } }),
    );
  });

  test('should come back with the end of a command, however many reports it has', () => {
    play(
      `
      a sends ${orders(2)}                    | a #1 new r1 11:1 1 buy@1 end
                                              | a #2 new r2 11:2 1 buy@1 end
      b sends r1 new 21:1 sell 3@1            | a #3 trade 11:1 0 buy@1 t1 1
                                              | a #4 trade 11:2 0 buy@1 t2 1
                                              | b #1 new r1 21:1 3 sell@1
                                              | b #2 trade r1 21:1 2 sell@1 t1 1 aggressor
                                              | b #3 trade r1 21:1 1 sell@1 t2 1 aggressor end
      b sends r2 mass 21                      | b #4 canceled r2 21:1 1 sell@1 mass_cancel end
      hold                                    |
      b sends r3 cancel 21:1; r4 cancel 21:1  |
      b sends r5 cancel 21:1                  | b refused r5 busy
    `,
      logged({ limits: { credits: 2 } }),
    );
  });

  test('should come back one by one', () => {
    play(
      `
      a sends ${orders(2)}          | a #1 new r1 11:1 1 buy@1 end
                                    | a #2 new r2 11:2 1 buy@1 end
      hold                          |
      b sends r1 new 21:1 sell 2@1; r2 mass 21 |
      b sends r3 mass 21            | b refused r3 busy
      run 1                         | a #3 trade 11:1 0 buy@1 t1 1
                                    | a #4 trade 11:2 0 buy@1 t2 1
                                    | b #1 new r1 21:1 2 sell@1
                                    | b #2 trade r1 21:1 1 sell@1 t1 1 aggressor
                                    | b #3 trade r1 21:1 0 sell@1 t2 1 aggressor end
      b sends r4 mass 21; r5 mass 21 | b refused r5 busy
      run 1                         | b #4 done r2 end
      b sends r6 mass 21; r7 mass 21 | b refused r7 busy
    `,
      logged({ limits: { credits: 2 } }),
    );
  });

  test('should be no more for commands that another thread sent', () => {
    play(
      `
      hold                    |
      a sends ${orders(2)}    |
      z opens in 1            |
      z logs on alpha         | z welcome 1 next=1 11=0 12=0
      +100 ms                 | a closed taken_over
      run                     | z #1 new r1 11:1 1 buy@1 end
                              | z #2 new r2 11:2 1 buy@1 end
      hold                    |
      z sends ${orders(3, 3)} | z refused r5 busy
    `,
      logged({ limits: { credits: 2 }, threads: 2 }),
    );
  });

  test('should be counted over a take-over in one thread', () => {
    play(
      `
      hold                    |
      a sends ${orders(3)}    |
      z logs on alpha         | a closed taken_over
                              | z welcome 1 next=1 11=0 12=0
      z sends ${orders(2, 4)} | z refused r5 busy
      run                     | z #1 new r1 11:1 1 buy@1 end
                              | z #2 new r2 11:2 1 buy@1 end
                              | z #3 new r3 11:3 1 buy@1 end
                              | z #4 new r4 11:4 1 buy@1 end
    `,
      logged({ limits: { credits: 4 } }),
    );
  });

  test('should not be spent by open orders, nor by the server’s own mass cancels', () => {
    const venue = play(
      `
      a drops                              |
      a logs on alpha cod                  | a welcome 1 next=1 11=0 12=0
      hold                                 |
      a asks r1                            |
      a sends r2 new 11:1 buy 1@1          |
      a drops                              |
      z logs on alpha                      | z welcome 1 next=1 11=0 12=0
      z sends r3 new 11:2 buy 1@1          |
      z sends r4 new 11:3 buy 1@1          | z refused r4 busy
      run                                  | z #1 new r2 11:1 1 buy@1 end
                                           | z #2 canceled 11:1 1 buy@1 disconnect
                                           | z #3 new r3 11:2 1 buy@1 end
      hold                                 |
      z sends r5 mass 11; r6 mass 11       |
      z sends r7 mass 11                   | z refused r7 busy
    `,
      logged({ limits: { credits: 2 } }),
    );
    expect(venue.threads[0]!.isSettled).toBe(false);
    venue.say('run');
    expect(venue.threads[0]!.isSettled).toBe(true);
  });
});

describe('a full ring', () => {
  test.each([1, 2, 3, 5, 7, 8, 12])(
    'should take the first %i commands of a frame and refuse all later ones',
    (room) => {
      const venue = logged({ ringCapacity: 20 });
      venue.say('hold');
      venue.say(`b sends ${orders(20 - room).replaceAll('11:', '21:')}`);
      venue.say(`a sends ${orders(13)}`);
      const refused = Array.from(
        { length: 13 - room },
        (_, i) => `a refused r${room + 1 + i} busy`,
      );
      expect(venue.heard()).toEqual(refused);
      const requests = Array.from(
        { length: room },
        (_, i) => venue.port.words[(20 - room + i) * c.COMMAND_WORDS + c.C_REQUEST],
      );
      expect(requests).toEqual(Array.from({ length: room }, (_, i) => i + 1));
      venue.say('run');
      expect(venue.heard()).toHaveLength(20);
      venue.say(`a sends ${orders(1, 99)}`);
      expect(venue.heard()).toEqual([`a #${room + 1} new r99 11:99 1 buy@1 end`]);
    },
  );

  test('should refuse everything when nothing fits, and cost no credits', () => {
    play(
      `
      hold                                        |
      b sends ${orders(4).replaceAll('11:', '21:')} |
      a sends ${orders(2)}                        | a refused r1 busy
                                                  | a refused r2 busy
      run                                         | b #1 new r1 21:1 1 buy@1 end
                                                  | b #2 new r2 21:2 1 buy@1 end
                                                  | b #3 new r3 21:3 1 buy@1 end
                                                  | b #4 new r4 21:4 1 buy@1 end
      hold                                        |
      a sends ${orders(4)}                        |
    `,
      logged({ ringCapacity: 4, limits: { credits: 4 } }),
    );
  });

  test('should take a frame that is larger than the ring in part', () => {
    const venue = logged({ ringCapacity: 4 });
    venue.say('hold');
    venue.frame('a', commandsFrame(encoder, orders(1_024).split('; ').map(parseCommand)));
    expect(venue.port.waiting).toBe(4);
    expect(venue.heard()).toHaveLength(1_020);
  });
});

describe('the server’s own commands', () => {
  const accounts = Array.from({ length: 13 }, (_, i) => ({ number: 100 + i, name: '' }));
  const config = { number: 9, token: 't', accounts };

  test.each([0, 1, 2, 6, 7, 12, 13, 20])(
    'should go on where a ring with room for %i ended',
    (room) => {
      const session = new SessionState(config, 0, new ChunkPool(0), DEFAULT_SESSION_LIMITS);
      const stamp = { low: 3, high: 4 };
      const seen: number[] = [];
      let next = 0;
      for (let turn = 0; turn < 20 && next < 13; turn++) {
        const port = new QueuePort(room);
        const before = next;
        next = putForAccounts(
          port,
          stamp,
          session,
          session.accounts,
          before,
          codes.COMMAND_OPEN_ORDERS,
          REQUEST_MAX + 9,
        );
        expect(next - before).toBe(Math.min(room, 13 - before));
        while (port.waiting > 0) {
          const [head, sender, request, account, ...rest] = port.shift();
          expect([head, sender, request! >>> 0]).toEqual([7, 9, REQUEST_MAX + 9]);
          expect(rest.slice(9)).toEqual([3, 4, 0]);
          seen.push(account!);
        }
        if (room === 0) break;
      }
      expect(seen).toEqual(room === 0 ? [] : accounts.map(({ number }) => number));
    },
  );
});

describe('a flood', () => {
  test('of frames should close the connection', () => {
    play(
      `
      a beats         |
      a beats         |
      +1000 ms        | a beat
                      | b beat
      a beats         |
      a beats         |
      a beats         |
      a beats         | a closed flood
      b sends r1 mass 21 | b #1 done r1 end
    `,
      logged({ limits: { framesPerSecondMax: 3 } }),
    );
  });

  test('of refused commands should close the connection', () => {
    play(
      `
      a sends r1 mass 21; r2 mass 21 | a refused r1 not_authorized
                                     | a refused r2 not_authorized
      a sends r3 mass 21             | a refused r3 not_authorized
      +1000 ms                       | a beat
                                     | b beat
      a sends r4 mass 21; r5 mass 21; r6 mass 21 | a refused r4 not_authorized
                                     | a refused r5 not_authorized
                                     | a refused r6 not_authorized
      a sends r7 mass 21             | a closed flood
      b sends r1 mass 21             | b #1 done r1 end
    `,
      logged({ limits: { refusalsPerSecondMax: 3 } }),
    );
  });

  test('of refusals that nobody reads should close the connection', () => {
    const venue = logged({ limits: { unsentBytesMax: 500 } });
    const socket = venue.sockets.get('a')!;
    socket.roomBytes = 0;
    let sent = 0;
    while (socket.closeCode === 0 && sent < 100) {
      venue.say('a sends r1 mass 21');
      sent += 1;
    }
    expect(venue.heard().at(-1)).toBe('a closed slow');
    expect(sent).toBeGreaterThan(2);
    expect(socket.unsentBytes).toBeLessThan(1_000);
  });
});
