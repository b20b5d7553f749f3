import { describe, expect, it } from 'vitest';
import { type LobsterOutcome, replayLobster } from '../src/sim/replay-lobster.ts';
import { fixture, sourceOf, verifyingRun, withLine } from './replay-kit.ts';

const MESSAGES = fixture('lobster_message_2.csv');
const ORDERBOOK = fixture('lobster_orderbook_2.csv');

async function run(messages = MESSAGES, orderbook = ORDERBOOK): Promise<LobsterOutcome> {
  const files = { messages: sourceOf('m', messages), orderbook: sourceOf('o', orderbook) };
  return await replayLobster(files, verifyingRun());
}

/** Replays as many messages as rows, given as lines. */
function runLines(messages: string[], rows: string[]): Promise<LobsterOutcome> {
  return run(`${messages.join('\n')}\n`, `${rows.join('\n')}\n`);
}

function withColumn(line: string, column: number, value: string): string {
  const columns = line.split(',');
  columns[column - 1] = value;
  return columns.join(',');
}

describe('LOBSTER replay', () => {
  it('should rebuild every row of a day that has all kinds of message', async () => {
    expect(await run()).toEqual({
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
      firstDifference: undefined,
    });
  });

  it.each([
    [3, 2, '84', 'o:3: sell level 1: expected 84 at 1001000, got 85 at 1001000'],
    [5, 3, '1000901', 'o:5: buy level 1: expected 130 at 1000901, got 130 at 1000900'],
    [12, 8, '199', 'o:12: buy level 2: expected 199 at 1000800, got 200 at 1000800'],
    [17, 6, '9', 'o:17: column 5: price 9999999999'],
  ])('should report row %i when its column %i is wrong', async (row, column, value, said) => {
    const orderbook = withLine(ORDERBOOK, row, (line) => withColumn(line, column, value));
    const outcome = run(MESSAGES, orderbook);
    if (said.includes('column')) return await expect(outcome).rejects.toThrow(said);
    expect((await outcome).firstDifference).toBe(said);
    expect((await outcome).rowsEqual).toBeLessThan(18);
  });

  it('should report a level that is missing or too many', async () => {
    const rows = ['100,5,90,5', '100,5,90,5', '100,5,-9999999999,0'];
    const messages = ['1,5,0,1,1,1', '2,5,0,1,1,1', '3,5,0,1,1,1'];
    expect((await runLines(messages, rows)).firstDifference).toBe(
      'o:3: buy level 1: expected nothing, got 5 at 90',
    );
    expect((await runLines(messages, [...rows].reverse())).firstDifference).toBe(
      'o:2: buy level 1: expected 5 at 90, got nothing',
    );
  });

  it('should not take a level from the row that the window showed empty before', async () => {
    // Two levels a side fit, one is there: nothing can be hidden behind it.
    const rows = ['100,5,90,5,9999999999,0,-9999999999,0', '100,5,90,5,101,7,-9999999999,0'];
    const outcome = await runLines(['1,5,0,1,1,1', '2,5,0,1,1,1'], rows);
    expect(outcome.levelsAdopted).toBe(0);
    expect(outcome.firstDifference).toBe('o:2: sell level 2: expected 7 at 101, got nothing');
  });

  it('should not take a level from inside the window, nor a changed size', async () => {
    const before = '100,5,90,5,102,5,89,5';
    for (const [row, said] of [
      ['100,5,90,5,101,7,89,5', 'o:2: sell level 2: expected 7 at 101, got 5 at 102'],
      ['100,5,90,5,102,6,89,5', 'o:2: sell level 2: expected 6 at 102, got 5 at 102'],
      ['100,5,90,5,102,5,89,6', 'o:2: buy level 2: expected 6 at 89, got 5 at 89'],
    ] as const) {
      const outcome = await runLines(['1,5,0,1,1,1', '2,5,0,1,1,1'], [before, row]);
      expect(outcome).toMatchObject({ levelsAdopted: 0, rowsEqual: 1, firstDifference: said });
    }
  });

  it('should undo the first message in the first row, whatever it is', async () => {
    const first = [
      ['1,1,7,5,100,-1', '100,5,90,5,101,5,89,5'],
      ['1,1,7,2,100,-1', '100,5,90,5,101,5,89,5'],
      ['1,2,7,3,90,1', '100,5,90,5,101,5,89,5'],
      ['1,3,7,3,91,1', '100,5,90,5,101,5,89,5'],
      ['1,4,7,3,91,1', '100,5,90,5,101,5,89,5'],
      ['1,4,7,3,99,-1', '100,5,90,5,101,5,89,5'],
    ];
    for (const [message, row] of first) {
      const outcome = await runLines([message!, '2,5,0,1,1,1'], [row!, row!]);
      expect(outcome).toMatchObject({ rowsEqual: 2, unmatched: 0, rejected: 0 });
    }
  });

  it('should report a message that asks for more than there is', async () => {
    const rows = ['100,5,90,5', '100,5,90,5', '100,5,90,5'];
    for (const [message, said] of [
      ['2,3,8,1,101,-1', 'm:2: order 8 is not in the book at 101'],
      ['2,4,8,6,100,-1', 'm:2: order 8: 6 of the 5 that are open'],
      ['2,2,8,9,90,1', 'm:2: order 8: 9 of the 5 that are open'],
    ] as const) {
      const outcome = await runLines(['1,5,0,1,1,1', message, '3,5,0,1,1,1'], rows);
      expect(outcome).toMatchObject({ unmatched: 1, firstDifference: said });
    }
  });

  it('should not compare when not asked to', async () => {
    const files = { messages: sourceOf('m', MESSAGES), orderbook: sourceOf('o', ORDERBOOK) };
    const outcome = await replayLobster(files, { ...verifyingRun(), verify: false });
    expect(outcome).toMatchObject({ rows: 18, rowsEqual: null, trades: 3 });
  });
});

describe('LOBSTER files', () => {
  it.each([
    [4, '34200.3,4,12,5,1001000', 'm:4: 5 columns, not 6'],
    [4, '34200.3,4,12,5,1001000,-1,', 'm:4: column 7 is not a whole number'],
    [4, '34200.3,4,12,5,1001000,-1,1', 'm:4: 7 columns, not 6'],
    [4, '', "m:4: time '' is not seconds with up to 9 decimals"],
    [4, '34200.3', 'm:4: 1 columns, not 6'],
    [4, '34200.3x,4,12,5,1001000,-1', "m:4: time '34200.3x' is not seconds"],
    [4, '34200.3000000005,4,12,5,1001000,-1', 'm:4: time .* is not whole nanoseconds'],
    [4, '34200.3,4,12,five,1001000,-1', 'm:4: column 4 is not a whole number'],
    [4, '34200.3,8,12,5,1001000,-1', 'm:4: type 8 is none of 1 … 7'],
    [4, '34200.3,4,0,5,1001000,-1', 'm:4: order id 0 is not positive'],
    [4, '34200.3,4,12,0,1001000,-1', 'm:4: size 0 is not in'],
    [4, '34200.3,4,12,5,2147483648,-1', 'm:4: price 2147483648 is not in'],
    [4, '34200.3,4,12,5,1001000,0', 'm:4: direction 0 is not 1 or -1'],
    [4, '34200.3,1,11,5,1000900,1', 'm:4: order 11 is in the book already'],
  ])('should name message %i when it is %s', async (line, text, complaint) => {
    await expect(run(withLine(MESSAGES, line, () => text))).rejects.toThrow(new RegExp(complaint));
  });

  it.each([
    [1, '1001000,100,1000900', 'o:1: 3 columns are not price and size'],
    [6, '1001100,200,1000900,130', 'o:6: 4 columns, the rows before have 8'],
    [6, '', 'o:6: column 1 is not a whole number'],
    [6, '1001100,200,1000900,1e2,1,1,1,1', 'o:6: column 4 is not a whole number'],
    [6, '0,200,1000900,130,1,1,1,1', 'o:6: column 1: price 0 is not in'],
    [6, '1001100,0,1000900,130,1,1,1,1', 'o:6: column 2: size 0 is not positive'],
  ])('should name row %i when it is %s', async (line, text, complaint) => {
    const orderbook = withLine(ORDERBOOK, line, () => text);
    await expect(run(MESSAGES, orderbook)).rejects.toThrow(complaint);
  });

  it('should refuse files that are not of the same length', async () => {
    await expect(
      run(
        MESSAGES,
        withLine(ORDERBOOK, 18, () => undefined),
      ),
    ).rejects.toThrow('o:18: the file ends before the row of message 18 of m');
    await expect(run(withLine(MESSAGES, 18, () => undefined))).rejects.toThrow(
      'o:18: m ends before the message of this row',
    );
  });
});
