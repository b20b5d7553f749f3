// Forged frames through real sockets: some of all single-byte mutations of each message,
// truncations and random bytes. Each is answered or closed as the wire's decoder foretells; a
// witness on the same server notices nothing. (`npm run bench -- hostile --forged` sends all of
// them.)

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FeedForger, Forger } from '../bench/hostile-client.ts';
import {
  feedTemplates,
  mutate,
  orderEntryTemplates,
  randomFrame,
  setSessions,
  tokenOf,
} from '../bench/hostile-frames.ts';
import { Prng } from '../src/base/prng.ts';
import { buy, RawClient } from './server-client.ts';
import { endServers, TestServer } from './server-kit.ts';

const SESSIONS = 4;
const FORGER = 2;
const WITNESS = 3;
const MUTATIONS = 80;
const RANDOM_FRAMES = 160;
const SEED = 20261121;

let server: TestServer;
let witness: RawClient;
let witnessed = 0;

beforeAll(async () => {
  const sessions = Array.from({ length: SESSIONS }, (_, i) => {
    return { number: i + 1, token: tokenOf(i + 1), accounts: [i + 1] };
  });
  setSessions(SESSIONS);
  server = await TestServer.start({
    sessions: SESSIONS,
    config: { sessions, durability: 'none' },
  });
  witness = await RawClient.logOn(server.ordersUrl, WITNESS, { token: tokenOf(WITNESS) });
});

afterAll(endServers);

async function expectUndisturbed(): Promise<void> {
  witnessed += 1;
  await witness.ask(buy(WITNESS, witnessed));
  expect([witness.closeCode, witness.refusals, server.log]).toEqual([0, [], '']);
}

const TEMPLATES = orderEntryTemplates(FORGER);

describe('order entry', () => {
  test.each(Object.keys(TEMPLATES))('should owe each mutation of %s what it says', async (name) => {
    const prng = new Prng(SEED);
    const forger = new Forger(server.ordersUrl, FORGER);
    for (let i = 0; i < MUTATIONS; i++) {
      const frame = mutate(TEMPLATES[name]!, prng);
      const fault = await forger.send(frame, name === 'logon');
      expect([SEED, i, Buffer.from(frame).toString('hex'), fault]).toEqual([
        SEED,
        i,
        expect.any(String),
        null,
      ]);
    }
    await forger.end();
    expect(forger.closed).toBeGreaterThan(0);
    expect(forger.closed).toBeLessThan(MUTATIONS);
    await expectUndisturbed();
  });

  test('should close random frames, before a logon and after it', async () => {
    const prng = new Prng(SEED);
    const forger = new Forger(server.ordersUrl, FORGER);
    for (let i = 0; i < RANDOM_FRAMES; i++) {
      const frame = randomFrame(Object.values(TEMPLATES), prng);
      expect([SEED, i, await forger.send(frame, prng.chance(50))]).toEqual([SEED, i, null]);
    }
    await forger.end();
    expect(forger.closed).toBeGreaterThan(RANDOM_FRAMES / 2);
    await expectUndisturbed();
  });
});

describe('the feed', () => {
  const templates = feedTemplates();

  test.each(Object.keys(templates))('should owe each mutation of %s what it says', async (name) => {
    const prng = new Prng(SEED);
    const forger = new FeedForger(server.feedUrl);
    for (let i = 0; i < MUTATIONS; i++) {
      const frame = mutate(templates[name]!, prng);
      expect([SEED, i, await forger.send(frame)]).toEqual([SEED, i, null]);
    }
    await forger.end();
    expect(forger.closed).toBeGreaterThan(0);
    await expectUndisturbed();
  });

  test('should close random frames', async () => {
    const prng = new Prng(SEED);
    const forger = new FeedForger(server.feedUrl);
    for (let i = 0; i < RANDOM_FRAMES; i++) {
      const frame = randomFrame(Object.values(templates), prng);
      expect([SEED, i, await forger.send(frame)]).toEqual([SEED, i, null]);
    }
    await forger.end();
    await expectUndisturbed();
  });
});
