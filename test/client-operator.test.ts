// The operator's client against a server that a test scripts (client-kit.ts).

import { describe, expect, test } from 'vitest';
import { type Instrument, Operator, OrderEntry } from '../src/client/index.ts';
import * as codes from '../src/core/codes.ts';
import { PHASE_HALTED } from '../src/core/codes.ts';
import { REFUSE_SYMBOL_IN_USE } from '../src/wire/frame-kinds.ts';
import { again, connected, FakeServer, settle } from './client-kit.ts';
import { facts } from './feed-kit.ts';

async function operator(options: Partial<Parameters<typeof Operator.connect>[0]> = {}) {
  const server = new FakeServer();
  const connecting = Operator.connect(server.options(options));
  await settle();
  await server.welcome({ isOperator: true });
  const admin = await connecting;
  server.heard = [];
  return { server, admin };
}

const done = (server: FakeServer, request: number) =>
  server.record(codes.EVENT_DONE, { request, end: true });

describe('an operator', () => {
  test('should be one whom the server calls so', async () => {
    const server = new FakeServer();
    const connecting = Operator.connect(server.options());
    const rejected = expect(connecting).rejects.toMatchObject({ code: 'not_operator' });
    await settle();
    await server.welcome();
    await rejected;
    expect(server.socket.closedWith).toBe(1000);
  });

  test('should send commands as they are stated', async () => {
    const { server, admin } = await operator();
    const results = [
      admin.setPhase('TEST', 'auction'),
      admin.halt(2),
      admin.resume('OTHER'),
      admin.massCancel({ account: 'main', symbol: 'TEST', side: 'sell' }),
      admin.kill({ account: 'hedge' }),
      admin.lift({ account: 4_711 }),
      admin.kill({ session: 3 }),
      admin.lift({ session: 3 }),
    ];
    await settle();
    expect(server.takeHeard()).toEqual([
      [
        'commands r1 phase 1 auction',
        'r2 phase 2 halted',
        'r3 phase 2 continuous',
        'r4 mass 11 of 1 sell',
        'r5 kill 12',
        'r6 lift 4711',
        'r7 kill session 3',
        'r8 lift session 3',
      ].join('; '),
    ]);
    const rejected = { reason: codes.REJECT_UNKNOWN_SYMBOL, command: codes.COMMAND_PHASE };
    const first = server.record(codes.EVENT_REJECTED, { request: 1, end: true, ...rejected });
    const ends = [2, 3, 4, 5, 6, 7, 8].map((request) => done(server, request));
    await server.sendReports(first, ...ends);
    const [refused, ...others] = await Promise.all(results);
    expect(refused).toMatchObject({ status: 'rejected', reason: 'unknown_symbol' });
    expect(refused!.reports).toMatchObject([{ kind: 'rejected', command: 'phase' }]);
    expect(others.every(({ status }) => status === 'accepted')).toBe(true);
    expect(others[3]).toMatchObject({ account: 12, clOrdId: 0n });
    await admin.close();
  });

  test('should define instruments under numbers that nobody has, each in a frame', async () => {
    const { server, admin } = await operator();
    const halting = { referencePrice: 7, priceBandBps: 500, haltNs: 2 ** 40, auctionNs: 9 };
    const results = [
      admin.addInstrument({ symbol: 'NEW' }),
      admin.halt('TEST'),
      admin.addInstrument({ symbol: 'ALSO', tickSize: '0.05', lotSize: '10', ...halting }),
      admin.addInstrument({ symbol: 'FAR', instrument: 90 }),
      admin.addInstrument({ symbol: 'NEXT' }),
    ];
    await settle();
    expect(server.takeHeard()).toEqual([
      'define r1 3 NEW 0.01 1 0 0 0 0',
      'commands r2 phase 1 halted',
      'define r3 4 ALSO 0.05 10 7 500 1099511627776 9',
      'define r4 90 FAR 0.01 1 0 0 0 0',
      'define r5 91 NEXT 0.01 1 0 0 0 0',
    ]);
    await server.sendRefusals([4, REFUSE_SYMBOL_IN_USE]);
    await server.sendReports(...[1, 2, 3, 5].map((request) => done(server, request)));
    const [first, , third, refused] = await Promise.all(results);
    expect(first).toMatchObject({ status: 'accepted', instrument: 3 });
    expect(third).toMatchObject({ status: 'accepted', instrument: 4 });
    expect(refused).toMatchObject({ status: 'rejected', reason: 'symbol_in_use', reports: [] });
    await admin.close();
  });

  test.each([
    ['a text that is too long', { symbol: 'x'.repeat(65) }],
    ['a text that is none', { symbol: '\ud800' }],
    ['a fraction', { symbol: 'A', priceBandBps: 1.5 }],
    ['a negative price', { symbol: 'A', referencePrice: -1 }],
    ['a duration beyond 2^53-1', { symbol: 'A', haltNs: 2 ** 53 }],
    ['a number beyond uint32', { symbol: 'A', instrument: 2 ** 32 }],
  ])('should not send a definition with %s', async (_, definition) => {
    const { server, admin } = await operator();
    const added = admin.addInstrument(definition);
    await expect(added).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(server.takeHeard()).toEqual([]);
    await admin.close();
  });

  test('should not send what it cannot mean', async () => {
    const { server, admin } = await operator();
    const code = (promise: Promise<unknown>, expected: string) =>
      expect(promise).rejects.toMatchObject({ code: expected });
    await code(admin.setPhase('TEST', 'dawn' as never), 'invalid_argument');
    await code(admin.halt('NOBODY'), 'unknown_symbol');
    await code(admin.kill({ account: 'nobody' }), 'unknown_account');
    await code(admin.kill({ session: -1 }), 'invalid_argument');
    expect(server.takeHeard()).toEqual([]);
    await admin.close();
  });

  test('should send again what was lost, definitions too', async () => {
    const { server, admin } = await operator();
    const added = admin.addInstrument({ symbol: 'NEW' });
    const halted = admin.halt('TEST');
    await settle();
    server.takeHeard();
    await server.cut();
    await again(server, 1);
    await server.sendOpenOrders(0xefff_ffff);
    expect(server.takeHeard()).toEqual([
      'logon alpha from=1',
      'asks to resume',
      'define r1 3 NEW 0.01 1 0 0 0 0',
      'commands r2 phase 1 halted',
    ]);
    await server.sendReports(done(server, 1), done(server, 2));
    expect(await added).toMatchObject({ status: 'accepted', instrument: 3 });
    expect(await halted).toMatchObject({ status: 'accepted' });
    await admin.close();
  });
});

describe('instruments', () => {
  test('should be learned of as they come, and their phases', async () => {
    const told: string[] = [];
    const onInstruments = (list: readonly Instrument[]) =>
      told.push(list.map(({ symbol, phase }) => `${symbol} ${phase}`).join());
    const { server, entry } = await connected({ onInstruments });
    expect(entry.instruments.map(({ phase }) => phase)).toEqual(['continuous', 'continuous']);
    await server.sendInstruments({ ...facts(3), symbol: 'NEW', tickSize: '0.5' });
    await server.sendInstruments({ ...facts(1), symbol: 'TEST', phase: PHASE_HALTED });
    expect(told).toEqual([
      'TEST continuous,OTHER continuous,NEW continuous',
      'TEST halted,OTHER continuous,NEW continuous',
    ]);
    expect(entry.instruments[2]).toMatchObject({ number: 3, tickSize: '0.5', haltNs: 0 });
    entry.newOrder({ symbol: 'NEW', account: 'main', side: 'buy', qty: 1, price: 1 });
    await settle();
    expect(server.takeHeard()).toEqual(['commands r1 new 11:1 buy 1@1 of 3']);
    await entry.close({ waitMs: 0 });
  });

  test('should end the session when the server speaks of a phase that is none', async () => {
    const { server, entry } = await connected();
    await server.sendInstruments({ ...facts(1), phase: 6 });
    expect(entry.state).toBe('closed');
    const other = new FakeServer();
    const connecting = OrderEntry.connect(other.options());
    const rejected = expect(connecting).rejects.toMatchObject({ code: 'protocol' });
    await settle();
    await other.welcome({ instruments: [{ ...facts(1), phase: 0 }] });
    await rejected;
  });
});
