// Logon, take-over and the clocks of a connection, as dialogues (session-kit.ts).

import { describe, expect, test } from 'vitest';
import { InputError } from '../src/base/input-error.ts';
import { checkSessions, type SessionConfig, TokenTable } from '../src/session/session-config.ts';
import {
  CLOSE_BAD_FRAME,
  CLOSE_LOGON_FIRST,
  CLOSE_SHUTTING_DOWN,
  CLOSE_TOO_LARGE,
  FRAME_BYTES_MAX,
} from '../src/wire/frame-kinds.ts';
import {
  encodeHeartbeat,
  encodeLogon,
  ServerFrameDecoder,
  ServerFrameEncoder,
} from '../src/wire/order-entry.ts';
import { facts } from './feed-kit.ts';
import { play, Venue } from './session-kit.ts';

const LOGON = {
  versionMin: 1,
  versionMax: 1,
  token: 'alpha',
  nextReport: 1,
  cancelOnDisconnect: false,
};

describe('a logon', () => {
  test('should be answered with what the client needs to begin', () => {
    const venue = new Venue();
    const socket = venue.open('a');
    venue.frame('a', encodeLogon(LOGON));
    const decoder = new ServerFrameDecoder();
    expect(decoder.decode(socket.frames[0]!)).toBe(0);
    expect(decoder.welcome).toEqual({
      version: 1,
      session: 1,
      credits: 4_096,
      heartbeatMs: 1_000,
      commandsPerFrameMax: 1_024,
      nextReport: 1,
      reportsLost: false,
      accounts: [
        { number: 11, name: 'account 11', highestClOrdId: 0n },
        { number: 12, name: 'account 12', highestClOrdId: 0n },
      ],
      instruments: [{ ...facts(1), symbol: 'TEST' }],
      isOperator: false,
    });
  });

  test('should tell the highest clOrdId that anybody used for an account', () => {
    play(`
      a logs on alpha                                  | a welcome 1 next=1 11=0 12=0
      c logs on gamma                                  | c welcome 4294967280 next=1 11=0
      c sends r1 new 11:5 buy 5@100; r2 new 11:7 buy 0@100 | c #1 new r1 11:5 5 buy@100 end
                                                       | c #2 rejected r2 new 11:7 invalid_qty end
      a drops                                          |
      a logs on alpha                                  | a welcome 1 next=1 11=7 12=0
      a sends r1 replace 11:5>9 5@101; r2 cancel 11:50 | a #1 done r1 end
                                                       | a #2 rejected r2 cancel 11:50
                                                       | … unknown_order end
                                                       | c #3 replaced 11:9 5 buy@101 was 5
      a sends r3 replace 11:9>12 0@1; r4 new 12:4294967301 buy 1@1
                                                       | a #3 rejected r3 replace 11:12 invalid_qty
                                                       | … end
                                                       | a #4 new r4 12:4294967301 1 buy@1 end
      a logs on alpha from=5                           | a welcome 1 next=5 11=12 12=4294967301
    `);
  });

  test.each([
    ['a token that is nobody’s', 'a logs on alphA', 'bad_token'],
    ['a token with more', 'a logs on alphaa', 'bad_token'],
    ['a token with less', 'a logs on alph', 'bad_token'],
    ['later versions only', 'a logs on alpha versions=2-3', 'unsupported_version'],
    ['earlier versions only', 'a logs on alpha versions=0-0', 'unsupported_version'],
  ])('should be closed with its code: %s', (_, said, reason) => {
    play(`
      ${said}         | a closed ${reason}
      a logs on alpha | a welcome 1 next=1 11=0 12=0
    `);
  });

  test('should agree on the version that both know', () => {
    play('a logs on alpha versions=1-9 | a welcome 1 next=1 11=0 12=0');
  });

  test.each([
    ['a heartbeat', encodeHeartbeat(), CLOSE_LOGON_FIRST],
    ['a frame of the server', new ServerFrameEncoder().refusals(Int32Array.of(1, 2), 0, 1), 4000],
    ['garbage', Uint8Array.of(1, 2, 3), CLOSE_BAD_FRAME],
    ['nothing', new Uint8Array(0), CLOSE_BAD_FRAME],
    ['too much', new Uint8Array(FRAME_BYTES_MAX + 1), CLOSE_TOO_LARGE],
    ['another version', encodeLogon({ ...LOGON, versionMin: 7, versionMax: 8 }), 4001],
  ])('should be the first frame: %s is closed with its code', (_, bytes, code) => {
    const venue = new Venue();
    const socket = venue.open('a');
    venue.frame('a', bytes);
    expect(socket.closeCode).toBe(code);
    expect(socket.frames).toEqual([]);
    venue.frame('a', encodeLogon(LOGON));
    expect(socket.frames).toEqual([]);
  });

  test.each([
    ['a second logon', encodeLogon(LOGON), CLOSE_BAD_FRAME],
    ['garbage', Uint8Array.of(9), CLOSE_BAD_FRAME],
    ['later versions', encodeLogon({ ...LOGON, versionMin: 2, versionMax: 2 }), 4001],
    ['too much', new Uint8Array(FRAME_BYTES_MAX + 1), CLOSE_TOO_LARGE],
  ])('should be alone on its connection: %s afterwards closes it', (_, bytes, code) => {
    const venue = play('a logs on alpha | a welcome 1 next=1 11=0 12=0');
    const other = venue.open('b');
    venue.say('b logs on beta');
    const socket = venue.sockets.get('a')!;
    venue.frame('a', bytes);
    expect(socket.closeCode).toBe(code);
    expect(other.closeCode).toBe(0);
  });

  test('should take until logonMsMax and no longer', () => {
    play(`
      a opens         |
      +5000 ms        |
      a logs on alpha | a welcome 1 next=1 11=0 12=0
      a drops         |
      b opens         |
      +5000 ms        |
      +100 ms         | b closed logon_timeout
      +9000 ms        |
    `);
  });
});

describe('a second logon of a session', () => {
  test('should take it over and close the first', () => {
    const venue = play(`
      a logs on alpha               | a welcome 1 next=1 11=0 12=0
      a sends r1 new 11:1 buy 5@100 | a #1 new r1 11:1 5 buy@100 end
      z logs on alpha from=2        | a closed taken_over
                                    | z welcome 1 next=2 11=1 12=0
      z sends r2 cancel 11:1        | z #2 canceled r2 11:1 5 buy@100 user end
    `);
    expect(venue.connection('a').isLive).toBe(false);
    expect(venue.connection('z').isLive).toBe(true);
  });

  test('should leave the orders of the first alone, whatever it asked for', () => {
    play(`
      a logs on alpha cod           | a welcome 1 next=1 11=0 12=0
      a sends r1 new 11:1 buy 5@100 | a #1 new r1 11:1 5 buy@100 end
      z logs on alpha from=2        | a closed taken_over
                                    | z welcome 1 next=2 11=1 12=0
      a drops                       |
      z drops                       |
      +9000 ms                      |
      z logs on alpha from=2        | z welcome 1 next=2 11=1 12=0
    `);
  });

  test('should be noticed by the first in another thread at its next frame', () => {
    play(
      `
      a opens in 0                  |
      a logs on alpha cod           | a welcome 1 next=1 11=0 12=0
      a sends r1 new 11:1 buy 5@100 | a #1 new r1 11:1 5 buy@100 end
      z opens in 1                  |
      z logs on alpha from=2        | z welcome 1 next=2 11=1 12=0
      a sends r2 cancel 11:1        | a closed taken_over
      z asks r3                     | z list r3 after=1 [11:1 5 buy@100] last
    `,
      { threads: 2 },
    );
  });

  test('should be noticed by the first in another thread at its next tick', () => {
    play(
      `
      a opens in 1                  |
      a logs on alpha cod           | a welcome 1 next=1 11=0 12=0
      z opens in 0                  |
      z logs on alpha               | z welcome 1 next=1 11=0 12=0
      +100 ms                       | a closed taken_over
    `,
      { threads: 2 },
    );
  });

  test('should find this thread up to date, however late it is', () => {
    const venue = new Venue({ threads: 2 });
    venue.feed.delay(venue.threads[1]!);
    play(
      `
      a logs on alpha               | a welcome 1 next=1 11=0 12=0
      a sends r1 new 11:1 buy 5@100 | a #1 new r1 11:1 5 buy@100 end
    `,
      venue,
    );
    expect(venue.threads[1]!.nextReport(1)).toBe(1);
    play(
      `
      z opens in 1                  |
      z logs on alpha from=2        | z welcome 1 next=2 11=1 12=0
    `,
      venue,
    );
  });
});

describe('a live connection', () => {
  test('should hear something in every heartbeatMs', () => {
    play(`
      a logs on alpha               | a welcome 1 next=1 11=0 12=0
      +900 ms                       |
      +100 ms                       | a beat
      +900 ms                       |
      a sends r1 new 11:1 buy 5@100 | a #1 new r1 11:1 5 buy@100 end
      +900 ms                       |
      +100 ms                       | a beat
    `);
  });

  test('should be closed when it was silent for longer than silenceMsMax', () => {
    play(
      `
      a logs on alpha | a welcome 1 next=1 11=0 12=0
      +5000 ms        |
      a beats         |
      +5000 ms        |
      +100 ms         | a closed silent
      +9000 ms        |
    `,
      { limits: { heartbeatMs: 100_000 } },
    );
  });

  test('should not pay for time in which the thread was held up', () => {
    const venue = new Venue();
    venue.say('a logs on alpha');
    venue.open('b');
    venue.nowMs += 60_000;
    for (const sessions of venue.threads) sessions.tick(venue.nowMs);
    expect(venue.sockets.get('a')!.closeCode).toBe(0);
    expect(venue.sockets.get('b')!.closeCode).toBe(0);
    venue.say('+4500 ms');
    expect(venue.sockets.get('a')!.closeCode).not.toBe(0);
    expect(venue.sockets.get('b')!.closeCode).not.toBe(0);
  });

  test('should be closed at the shutdown, and logons after it', () => {
    const venue = play(`
      a logs on alpha | a welcome 1 next=1 11=0 12=0
      b opens         |
    `);
    venue.threads[0]!.stopIntake();
    play(
      `
      a sends r1 new 11:1 buy 5@100 | a refused r1 busy
      a asks r2                     | a refused r2 busy
      b logs on beta                | b closed shutting_down
    `,
      venue,
    );
    expect(venue.threads[0]!.isSettled).toBe(true);
    venue.threads[0]!.closeAll(venue.nowMs);
    expect(venue.sockets.get('a')!.closeCode).toBe(CLOSE_SHUTTING_DOWN);
  });
});

test('a failed disk should refuse what is not safe, each to its sender, and close all', () => {
  const venue = play(`
    a logs on alpha               | a welcome 1 next=1 11=0 12=0
    b logs on beta                | b welcome 2 next=1 21=0
    c opens                       |
    hold                          |
    a sends r1 new 11:1 buy 5@100 |
    a sends r2 new 11:2 buy 5@100 |
    b sends r1 new 21:1 buy 5@100 |
  `);
  const own = 0xf000_0001 | 0;
  venue.threads[0]!.fail([1, 1, 1, 2, 2, 1, 3, 1, 1, own], venue.nowMs);
  expect(venue.heard()).toEqual([
    'a refused r1 not_durable',
    'a refused r2 not_durable',
    'a closed not_durable',
    'b refused r1 not_durable',
    'b closed not_durable',
    'c closed not_durable',
  ]);
});

describe('the configuration of sessions', () => {
  const good: SessionConfig = { number: 1, token: 't', accounts: [{ number: 1, name: 'A' }] };

  test('should be taken as long as it is sound', () => {
    expect(() => checkSessions([good, { ...good, number: 2, token: 'ü' }])).not.toThrow();
    expect(() => checkSessions([{ ...good, token: 'x'.repeat(256) }])).not.toThrow();
  });

  test.each<[string, SessionConfig[]]>([
    ['session 0', [{ ...good, number: 0 }]],
    ['a session beyond uint32', [{ ...good, number: 0x1_0000_0000 }]],
    ['a session twice', [good, { ...good, token: 'u' }]],
    ['a token twice', [good, { ...good, number: 2 }]],
    ['no token', [{ ...good, token: '' }]],
    ['a token too long', [{ ...good, token: 'ü'.repeat(129) }]],
    ['a token that is no text', [{ ...good, token: '\ud800' }]],
    ['no account', [{ ...good, accounts: [] }]],
    ['account 0', [{ ...good, accounts: [{ number: 0, name: 'A' }] }]],
    ['an account twice', [{ ...good, accounts: [...good.accounts, ...good.accounts] }]],
    ['a name too long', [{ ...good, accounts: [{ number: 1, name: 'A'.repeat(65) }] }]],
  ])('should be refused: %s', (_, sessions) => {
    expect(() => checkSessions(sessions)).toThrow(InputError);
  });

  test('should never show a token', () => {
    const secret = 'secret'.repeat(50);
    expect(() => checkSessions([{ ...good, token: secret }])).toThrow(/^(?!.*secret)/);
  });

  test('should find each token and nothing else', () => {
    const longest = 'é'.repeat(128);
    const tokens = ['a', 'b', 'ab', `${longest.slice(1)}f`, longest, '\ufeffa'];
    const table = new TokenTable(tokens);
    expect(tokens.map((token) => table.find(token))).toEqual([0, 1, 2, 3, 4, 5]);
    for (const token of ['', 'c', 'ba', 'a\0', `${longest}x`, `${longest}é`, longest.slice(1)]) {
      expect(table.find(token)).toBe(-1);
    }
  });
});
