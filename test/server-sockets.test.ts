// What clients can do to a socket: frames that are none, too large, in pieces, of the wrong sort;
// requests that are no WebSocket; floods. Each ends with its code, alone: a witness trades on.

import { once } from 'node:events';
import net from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Prng } from '../src/base/prng.ts';
import { encodeConsumerHeartbeat, encodeSubscribe } from '../src/wire/feed.ts';
import * as kinds from '../src/wire/frame-kinds.ts';
import { CommandsEncoder, encodeHeartbeat } from '../src/wire/order-entry.ts';
import { buy, logonFrame, RawClient } from './server-client.ts';
import { endServers, TestServer, within } from './server-kit.ts';
import { commandWords, orderEntryFrames } from './wire-kit.ts';

/** A closing without a frame that says why: the connection was dropped. */
const DROPPED = 1006;
/** What has not come by then never will. */
const ANSWER_MS_MAX = 60_000;

let server: TestServer;
let witness: RawClient;
let witnessed = 0;

beforeAll(async () => {
  server = await TestServer.start({ config: { durability: 'none' } });
  witness = await RawClient.logOn(server.ordersUrl, 1);
});

afterEach(async () => {
  witnessed += 1;
  await witness.ask(buy(1, witnessed));
  expect([witness.closeCode, witness.refusals]).toEqual([0, []]);
  expect(server.log).toBe('');
});

afterAll(endServers);

function commandsFrame(first: number, count: number, account = 2): Uint8Array {
  const commands = Array.from({ length: count }, (_, i) => buy(account, first + i));
  return new CommandsEncoder().encode(commandWords(commands), 0, count).slice();
}

const FRAMES = orderEntryFrames();

describe('before the logon', () => {
  test.each([
    ['nothing', new Uint8Array(0), kinds.CLOSE_BAD_FRAME],
    ['bytes', new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]), kinds.CLOSE_BAD_FRAME],
    ['a frame of the feed', encodeSubscribe(1, 1), kinds.CLOSE_BAD_FRAME],
    ['commands', commandsFrame(1, 1), kinds.CLOSE_LOGON_FIRST],
    ['a heartbeat', encodeHeartbeat(), kinds.CLOSE_LOGON_FIRST],
    ['an unknown token', logonFrame(77), kinds.CLOSE_BAD_TOKEN],
    [
      'later versions',
      logonFrame(2, { versionMin: 2, versionMax: 9 }),
      kinds.CLOSE_UNSUPPORTED_VERSION,
    ],
    ['a large frame', new Uint8Array(kinds.FRAME_BYTES_MAX + 4), kinds.CLOSE_TOO_LARGE],
    ['a huge frame', new Uint8Array(2 * kinds.FRAME_BYTES_MAX + 4), DROPPED],
  ])('should close on %s', async (_, frame, code) => {
    const client = await RawClient.open(server.ordersUrl);
    client.sendBytes(frame);
    expect(await client.untilClosed()).toBe(code);
    expect(client.welcome).toBeNull();
  });
});

describe('after the logon', () => {
  test.each([
    ['another logon', logonFrame(2), kinds.CLOSE_BAD_FRAME],
    ['what only servers send', FRAMES.reports!, kinds.CLOSE_BAD_FRAME],
    ['a large frame', new Uint8Array(kinds.FRAME_BYTES_MAX + 4), kinds.CLOSE_TOO_LARGE],
  ])('should close on %s', async (_, frame, code) => {
    const client = await RawClient.logOn(server.ordersUrl, 2);
    client.sendBytes(frame);
    expect(await client.untilClosed()).toBe(code);
  });

  test('should close on a text message, also one that spells a frame', async () => {
    const client = await RawClient.logOn(server.ordersUrl, 2);
    client.socket.send(Buffer.from(encodeHeartbeat()), { binary: false });
    expect(await client.untilClosed()).toBe(kinds.CLOSE_BAD_FRAME);
  });

  test('should take a frame that comes in pieces, with pings between them', async () => {
    const client = await RawClient.logOn(server.ordersUrl, 2, { nextReport: 1_000 });
    const frame = commandsFrame(1_000, 3);
    for (let at = 0; at < frame.length; at += 7) {
      client.socket.send(frame.subarray(at, at + 7), { binary: true, fin: at + 7 >= frame.length });
      client.socket.ping();
    }
    await client.until('answers', () => client.answered.size === 3);
    await client.close();
  });

  test('should not gather pieces without end', async () => {
    const client = await RawClient.logOn(server.ordersUrl, 2);
    const piece = new Uint8Array(16_384);
    for (let i = 0; i < 9 && !client.isClosed; i++) {
      client.socket.send(piece, { binary: true, fin: false });
    }
    expect(await client.untilClosed()).toBe(DROPPED);
  });

  test('should close a flood of refused commands', async () => {
    const client = await RawClient.logOn(server.ordersUrl, 2);
    const frame = commandsFrame(1, 1_024, 3);
    const frames = kinds.REFUSALS_PER_SECOND_MAX / 1_024 + 1;
    // A machine may be too busy to take that many in a second.
    while (!client.isClosed) {
      for (let i = 0; i < frames; i++) client.sendBytes(frame);
      await nextTurn();
    }
    expect(client.closeCode).toBe(kinds.CLOSE_FLOOD);
  });
});

describe('the feed', () => {
  test.each([
    ['bytes', new Uint8Array(16), kinds.CLOSE_BAD_FRAME],
    ['a frame of order entry', encodeHeartbeat(), kinds.CLOSE_BAD_FRAME],
    ['a large frame', new Uint8Array(kinds.FRAME_BYTES_MAX + 4), kinds.CLOSE_TOO_LARGE],
    ['a huge frame', new Uint8Array(2 * kinds.FRAME_BYTES_MAX + 4), DROPPED],
  ])('should close on %s', async (_, frame, code) => {
    expect(await closeOfFeed((socket) => socket.send(frame))).toBe(code);
  });

  test('should close on a text message and on a flood', async () => {
    expect(
      await closeOfFeed((socket) => {
        socket.send(Buffer.from(encodeConsumerHeartbeat()), { binary: false });
      }),
    ).toBe(kinds.CLOSE_BAD_FRAME);
    expect(
      await closeOfFeed((socket) => {
        void flood(socket);
      }),
    ).toBe(kinds.CLOSE_FLOOD);
  });

  async function flood(socket: WebSocket): Promise<void> {
    while (socket.readyState === WebSocket.OPEN) {
      for (let i = 0; i < 10_000; i++) socket.send(encodeConsumerHeartbeat());
      await nextTurn();
    }
  }

  async function closeOfFeed(act: (socket: WebSocket) => void): Promise<number> {
    const socket = new WebSocket(server.feedUrl);
    socket.on('error', () => {});
    socket.on('message', () => {});
    const closed = once(socket, 'close');
    await once(socket, 'open');
    act(socket);
    return (await within(ANSWER_MS_MAX, 'the end of the feed', closed))[0];
  }
});

/**
 * Sends bytes over TCP, and others when the first answer came; gives what comes back until the
 * server ends the connection.
 */
async function exchange(bytes: string | Uint8Array, then?: Uint8Array): Promise<string> {
  const socket = net.connect(server.ordersPort, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (part) => {
    text += part;
  });
  if (then !== undefined) socket.once('data', () => socket.write(then));
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  socket.write(bytes);
  await within(ANSWER_MS_MAX, `the end of a connection after ${text}`, closed);
  return text;
}

function request(line: string, ...headers: string[]): string {
  return [line, 'Host: x', ...headers, '', ''].join('\r\n');
}

const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

describe('a request', () => {
  test.each([
    ['of a page', request('GET / HTTP/1.1'), 426],
    ['with a body', `${request('POST /orders HTTP/1.1', 'Content-Length: 3')}abc`, 426],
    ['for another path', request('GET /feed HTTP/1.1', ...UPGRADE), 426],
    ['without a key', request('GET /orders HTTP/1.1', ...UPGRADE.slice(0, 3)), 426],
    ['of no known version', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n', 505],
    ['in no form', 'hello, exchange\r\n\r\n', 505],
    ['whose head has no end', `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(20_000)}`, 431],
  ])('%s should be answered and ended', async (_, text, status) => {
    const answer = await exchange(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer.split('HTTP/1.1').length).toBe(2);
  });

  test.each([
    ['of two lengths', 'POST / HTTP/1.1', ['Content-Length: 3', 'Content-Length: 4']],
    ['of one length, twice', 'GET /orders HTTP/1.1', ['Content-Length: 0', 'Content-Length: 0']],
    [
      'of a length and chunks',
      'POST / HTTP/1.1',
      ['Content-Length: 3', 'Transfer-Encoding: chunked'],
    ],
  ])('%s should be dropped, and what follows with it', async (_, line, headers) => {
    const behind = request('GET / HTTP/1.1');
    for (const more of [[], UPGRADE]) {
      const answer = await exchange(`${request(line, ...headers, ...more)}abc${behind}`);
      expect(answer.replace(/^HTTP.1.1 400 /, '')).not.toContain('HTTP');
    }
  });

  test('of random bytes should be ended', async () => {
    const seed = 20261121;
    const prng = new Prng(seed);
    for (let i = 0; i < 50; i++) {
      const bytes = Uint8Array.from({ length: prng.between(20, 400) }, () => prng.below(256));
      // A line's end, or the server would wait for the rest of it.
      const text = Buffer.concat([bytes, Buffer.from('\r\n\r\n')]);
      expect([seed, i, await exchange(text)]).toEqual([seed, i, expect.stringMatching(/^$|^HTTP/)]);
    }
  });
});

describe('a WebSocket that breaks its own rules', () => {
  const open = request('GET /orders HTTP/1.1', ...UPGRADE);
  test.each([
    ['unmasked frames', [0x82, 0x02, 1, 2, 0x82, 0x02, 1, 2]],
    ['a reserved opcode', [0x83, 0x80, 0, 0, 0, 0]],
    ['a reserved bit', [0xf2, 0x80, 0, 0, 0, 0]],
    ['a continuation of nothing', [0x80, 0x80, 0, 0, 0, 0]],
    ['a long ping', [0x89, 0xfe, 0, 200, 0, 0, 0, 0]],
    ['a length beyond 2^63', [0x82, 0xff, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0]],
  ])('%s should be dropped', async (_, bytes) => {
    const answer = await exchange(open, Buffer.from(bytes));
    expect(answer).toMatch(/^HTTP\/1.1 101 /);
  });
});

test('connections that come and go should leave nothing behind', async () => {
  const texts = ['', 'GET', request('GET /orders HTTP/1.1', ...UPGRADE)];
  const sockets = Array.from({ length: 300 }, (_, i) => {
    const socket = net.connect(server.ordersPort, '127.0.0.1');
    socket
      .on('error', () => {})
      .on('connect', () => {
        socket.write(texts[i % 3]!);
        if (i % 2 === 0) socket.resetAndDestroy();
        else socket.destroy();
      });
    return once(socket, 'close');
  });
  await within(ANSWER_MS_MAX, 'connections', Promise.all(sockets));
});
