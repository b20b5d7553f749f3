// `ringside replay` as a user runs it: the bundled program in a process of its own.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { runHere } from './cli-kit.ts';
import { DATA, filesOf, fixture, fixturePath, replay, withLine, zipOf } from './replay-kit.ts';
import { mewlWorkload } from './replay-mewl-kit.ts';

const MESSAGES = fixture('lobster_message_2.csv');
const ORDERBOOK = fixture('lobster_orderbook_2.csv');
const LOBSTER = ['lobster_message_2.csv', 'lobster_orderbook_2.csv'].map(fixturePath);
const SSE = ['sse_600000_orders.csv', 'sse_600000_trades.csv'].map(fixturePath);

const replayHere = (args: readonly string[]) => runHere(['replay', ...args]);

describe('ringside replay', () => {
  it('should replay LOBSTER from two files or one zip file with a read-me', async () => {
    const zip = zipOf({ 'a.csv': MESSAGES, 'b.csv': ORDERBOOK, 'ReadMe.txt': 'About, this.\n' });
    const [zipPath] = filesOf({ 'day.zip': zip });
    for (const files of [LOBSTER, [...LOBSTER].reverse(), [zipPath!]]) {
      const { status, stdout, stderr } = await replay([...files, '--verify', '--json']);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout.trim().split('\n')).toHaveLength(1);
      expect(JSON.parse(stdout)).toEqual({
        format: 'lobster',
        messages: 18,
        rows: 18,
        rowsEqual: 18,
        trades: 3,
        outOfTurn: 1,
        beforeAnonymous: 1,
        unknownIds: 4,
        levelsAdopted: 3,
        levelsDropped: 1,
        rejected: 0,
        unmatched: 0,
      });
    }
  });

  it('should replay several SSE instruments, paired by name or by what they hold', async () => {
    const other = (name: string) => gzipSync(fixture(name).replaceAll('600000', '600001'));
    const others = filesOf({
      'o.csv.gz': other('sse_600000_orders.csv'),
      't.csv.gz': other('sse_600000_trades.csv'),
    });
    const { status, stdout } = await replay([...others, ...SSE, '--verify', '--json']);
    expect(status).toBe(0);
    const { instruments, ...totals } = JSON.parse(stdout);
    const counts = { aggressors: 3, aggressorsEqual: 3, auctions: 2, auctionsEqual: 2 };
    const doubled = Object.fromEntries(Object.entries(counts).map(([key, n]) => [key, 2 * n]));
    expect(totals).toMatchObject({ ...doubled, format: 'sse' });
    expect(instruments).toHaveLength(2);
    expect(instruments[0]).toMatchObject({ ...counts, instrument: '600001.SH', trades: 6 });
    expect(instruments[1]).toMatchObject({ ...counts, instrument: '600000.SH', trades: 6 });
  });

  it('should replay MEWL and compare with expected.json where it lies beside', async () => {
    const { bytes, expected, expectedText } = mewlWorkload(5, 2_000);
    const wrong = expectedText.replace(`"trades":${expected.trades}`, '"trades":1');
    for (const [beside, status, said] of [
      [{ 'w.bin.expected.json': expectedText }, 0, /^$/],
      [{}, 0, /nothing to compare with/],
      [{ 'w.bin.expected.json': wrong }, 1, /w\.bin\.expected\.json: trades: expected 1, got \d+/],
      [{ 'w.bin.expected.json': '{"trades":1}' }, 2, /expected\.json:1: lacks trades/],
    ] as const) {
      const [path] = filesOf({ 'w.bin': bytes, ...beside });
      const ended = await replayHere([path!, '--verify', '--json']);
      expect(ended.status).toBe(status);
      expect(ended.stderr).toMatch(said);
      if (status !== 2)
        expect(JSON.parse(ended.stdout)).toMatchObject({ ...expected, format: 'mewl' });
    }
    const [packed] = filesOf({ 'w.bin.gz': gzipSync(bytes), 'w.bin.expected.json': expectedText });
    expect((await replayHere([packed!, '--verify'])).stdout).toContain('expected.json     equal');
  });

  it('should print a short text without --json', async () => {
    const lobster = await replayHere([...LOBSTER, '--verify']);
    expect(lobster.stdout).toMatch(/^LOBSTER: 18 messages .*\n {2}rows equal {8}18 of 18\n/);
    expect((await replayHere(LOBSTER)).stdout).toContain('18 (not compared)');
    const sse = await replayHere([...SSE, '--verify']);
    expect(sse.stdout).toContain(
      '600000.SH         aggressors equal 3 of 3, auctions equal 2 of 2, 6 trades',
    );
    expect(sse.stdout).toContain('\n  auctions equal    2 of 2\n  auction trades    2\n');
  });

  it('should exit with 1 and tell the first difference', async () => {
    const wrong = withLine(ORDERBOOK, 9, (line) => line.replace('310', '320'));
    const [messages, orderbook] = filesOf({ 'm.csv': MESSAGES, 'o.csv': wrong });
    const ended = await replayHere([messages!, orderbook!, '--verify', '--json']);
    expect(ended.status).toBe(1);
    expect(JSON.parse(ended.stdout)).toMatchObject({ rows: 18 });
    expect(JSON.parse(ended.stdout).rowsEqual).toBeLessThan(18);
    expect(ended.stderr).toBe(
      `ringside: ${orderbook}:10: sell level 2: expected 310 at 1001200, got 320 at 1001200\n`,
    );
    expect((await replayHere([messages!, orderbook!, '--json'])).status).toBe(0);
  });

  it('should exit with 2 and file, line and reason when a file is wrong or torn', async () => {
    const [m, o, torn, gz, zip] = filesOf({
      'm.csv': withLine(MESSAGES, 7, (line) => line.replace(',-1', '')),
      'o.csv': ORDERBOOK,
      'torn.csv': withLine(ORDERBOOK, 18, () => undefined),
      'o.csv.gz': gzipSync(ORDERBOOK).subarray(0, -9),
      'o.zip': zipOf({ 'o.csv': ORDERBOOK }).subarray(0, -9),
    });
    for (const [files, said] of [
      [[m!, o!], `${m}:7: 5 columns, not 6`],
      [[LOBSTER[0]!, torn!], `${torn}:18: the file ends before the row of message 18`],
      [[LOBSTER[0]!, gz!], `${gz}:19: the compressed file is cut off`],
      [[LOBSTER[0]!, zip!], `${zip}:1: not a whole zip file`],
      [[LOBSTER[0]!], `${LOBSTER[0]}:1: its orderbook file is missing; give both`],
      [[SSE[1]!], `${SSE[1]}:1: its orders file is missing`],
      [[...LOBSTER, o!], `${o}:1: a second orderbook file; one at a time`],
      [[...LOBSTER, ...SSE], `${SSE[0]}:1: sse, not lobster`],
      [['no/such/file'], 'no/such/file:1: no such file'],
      [[fixturePath('.')], ':1: is a directory'],
    ] as const) {
      const ended = await replayHere([...files, '--verify', '--json']);
      expect(ended.stderr).toMatch(/^[^\n]+\n$/);
      expect(ended.stderr).toContain(said);
      expect(ended).toMatchObject({ status: 2, stdout: '' });
    }
  });

  it('should say so when it cannot tell the format, and believe --format', async () => {
    const [text, json, message] = filesOf({
      'notes.txt': 'hello\n',
      'a.json': '{}\n',
      'x_message_5.csv': 'hello\n',
    });
    for (const [args, said] of [
      [[text!], `${text}:1: neither LOBSTER, SSE nor MEWL; name the format with --format`],
      [[text!, '--format', 'lobster'], `${text}:1: no lobster file`],
      [[json!, '--format', 'mewl'], `${json}:byte 3: the file ends in its header`],
      [[message!, LOBSTER[1]!], `${message}:1: time 'hello' is not seconds`],
      [[...LOBSTER, '--format', 'sse'], `${LOBSTER[0]}:1: lobster, not sse`],
    ] as const) {
      const ended = await replayHere(args);
      expect(ended.status).toBe(2);
      expect(ended.stderr).toContain(said);
    }
    expect((await replayHere([...LOBSTER, '--format', 'lobster'])).status).toBe(0);
  });

  it('should exit with 2 on wrong usage', async () => {
    const [mewl] = filesOf({ 'w.bin': mewlWorkload(5, 100).bytes });
    for (const [args, said] of [
      [[], 'missing required argument'],
      [[...LOBSTER, '--speed', '0'], 'Allowed choices are max, 1, 10'],
      [[...LOBSTER, '--format', 'itch'], 'Allowed choices are lobster, sse, mewl'],
      [[...LOBSTER, '--fast'], 'unknown option'],
      [[mewl!, '--speed', '1'], 'a MEWL file has no times'],
    ] as const) {
      const ended = await replayHere(args);
      expect(ended).toMatchObject({ status: 2, stdout: '' });
      expect(ended.stderr).toContain(said);
    }
  });

  it('should explain itself, with an example of each', async () => {
    const { status, stdout } = await replayHere(['--help']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/--verify --json\n/);
    expect(stdout).toContain('Exit status: 0');
  });

  it('should need no more memory for a long file than for a short one', async () => {
    const rows: string[] = [];
    const messages: string[] = [];
    for (let id = 1; id <= 50_000; id++) {
      messages.push(`${id}.5,1,${id},7,101,-1`, `${id}.6,3,${id},7,101,-1`);
      rows.push('100,5,90,5,101,7,-9999999999,0', '100,5,90,5,9999999999,0,-9999999999,0');
    }
    const paths = filesOf({
      'm.csv.gz': gzipSync(`${messages.join('\n')}\n`),
      'o.csv.gz': gzipSync(`${rows.join('\n')}\n`),
    });
    // MB of heap: the program alone takes half of it, the lines of the files would take twice as
    // much.
    const ended = await replay([...paths, '--verify', '--json'], ['--max-old-space-size=14']);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toMatchObject({ rows: 100_000, rowsEqual: 100_000 });
  });
});

interface Sse {
  instrument: string;
}

function aggressors(count: number) {
  return { aggressors: count, aggressorsEqual: count };
}

/** Both auctions of a day, with so many trades together. */
function auctions(auctionTrades: number) {
  return { auctions: 2, auctionsEqual: 2, auctionTrades };
}

const isThere = existsSync(DATA);
if (!isThere) process.stderr.write(`skipped: there is no real market data in ${DATA}\n`);

describe.skipIf(!isThere)(`ringside replay on the real market data in ${DATA}`, () => {
  const files = isThere ? readdirSync(DATA).map((name) => join(DATA, name)) : [];

  it('should rebuild every row of a LOBSTER day', async () => {
    const zips = files.filter((path) => path.endsWith('.zip'));
    const { status, stdout } = await replay([...zips, '--verify', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      rows: 155_935,
      rowsEqual: 155_935,
      trades: 8_939,
      outOfTurn: 9,
      beforeAnonymous: 26,
      rejected: 0,
      unmatched: 0,
    });
  }, 60_000);

  it('should give every aggressor and auction of three SSE instruments its trades', async () => {
    const days = files.filter((path) => path.endsWith('.csv.gz'));
    const { status, stdout } = await replay([...days, '--verify', '--json']);
    expect(status).toBe(0);
    const { instruments, ...totals } = JSON.parse(stdout);
    expect(totals).toMatchObject({ auctions: 6, auctionsEqual: 6, rejected: 0, unmatched: 0 });
    const sorted = instruments.toSorted((a: Sse, b: Sse) => (a.instrument < b.instrument ? -1 : 1));
    expect(sorted).toMatchObject([
      { instrument: '600961.SH', ...aggressors(15_657), ...auctions(285 + 132) },
      { instrument: '601825.SH', ...aggressors(3_991), ...auctions(10 + 20) },
      { instrument: '605580.SH', ...aggressors(9_274), ...auctions(240 + 363) },
    ]);
  }, 60_000);
});
