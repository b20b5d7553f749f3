import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as waitMs } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { InputError } from '../base/input-error.ts';
import type { Config } from '../ops/config.ts';
import { CoreVenue } from '../sim/core-venue.ts';
import {
  REPLAY_FORMATS,
  ReplayFiles,
  type ReplayFormat,
  type ReplayInputs,
} from '../sim/replay-inputs.ts';
import { type LobsterOutcome, replayLobster } from '../sim/replay-lobster.ts';
import {
  compareMewl,
  type MewlExpected,
  type MewlOutcome,
  replayMewl,
} from '../sim/replay-mewl.ts';
import { Pace } from '../sim/replay-pace.ts';
import type { Outcome, ReplayRun } from '../sim/replay-player.ts';
import { replaySse, type SseInstrumentOutcome } from '../sim/replay-sse.ts';
import type { Venue } from '../sim/venue.ts';
import type { FeedOutcome } from '../sim/wire-venue.ts';
import { EXIT_CHECK_FAILED } from './exit-codes.ts';
import { type ProgressBar, progressBar } from './progress.ts';

const KB = 1_000;

const HELP = `
Formats (told apart by what the files hold; plain, .gz or .zip):
  lobster   a message file and its orderbook file, both in one zip file or given as two files
  sse       the orders and the trades file of each instrument
  mewl      one workload file

Example:
  $ ringside replay AMZN_2012-06-21_message_5.csv AMZN_2012-06-21_orderbook_5.csv --verify
  $ ringside replay sse_600961_orders.csv.gz sse_600961_trades.csv.gz --verify --json
  $ ringside replay workload.bin --verify --via wire

Exit status: 0 all replayed (and, with --verify, equal), 1 --verify found a difference (the first
one is told on standard error), 2 wrong usage, or a wrong or torn file (FILE:LINE: reason).`;

interface Options {
  format?: ReplayFormat;
  speed: 'max' | '1' | '10';
  via: 'core' | 'wire';
  durability?: Config['durability'];
  verify?: true;
  json?: true;
}

/** What a replay ends with. */
interface Verdict {
  json: object;
  text: string;
  /** False when --verify was asked for and something differs. */
  isEqual: boolean;
  /** Told on standard error. */
  note: string | undefined;
}

export function replayCommand(): Command {
  return new Command('replay')
    .description('Replay real order-level market data, or a workload file.')
    .argument('<file...>', 'the files of one replay')
    .addOption(new Option('--format <format>', 'what the files are').choices(REPLAY_FORMATS))
    .addOption(
      new Option('--speed <speed>', "max, or times the speed of the files' own clock")
        .choices(['max', '1', '10'])
        .default('max'),
    )
    .addOption(
      new Option('--via <way>', 'through the core alone, or through the sockets of a server')
        .choices(['core', 'wire'])
        .default('core'),
    )
    .addOption(
      new Option('--durability <kind>', 'of the server of --via wire (default: none)').choices([
        'fsync',
        'os',
        'none',
      ]),
    )
    .option('--verify', 'compare with what the files say must come out')
    .option('--json', 'print one JSON object')
    .addHelpText('after', HELP)
    .action(runReplay);
}

async function runReplay(paths: string[], options: Options): Promise<void> {
  if (options.durability !== undefined && options.via !== 'wire') {
    throw new InputError('--durability is of the server that --via wire starts');
  }
  const files = new ReplayFiles();
  let bar: ProgressBar | undefined;
  let bytes = 0;
  try {
    const inputs = await files.open(paths, options.format, (more) => {
      bytes += more;
      bar?.update(bytes / KB);
    });
    bar = progressBar(files.storedBytes / KB, 'KB');
    const verdict =
      options.via === 'wire'
        ? await playOverWire(inputs, paths, options)
        : await play(inputs, paths, options, new CoreVenue());
    bar.stop();
    process.stdout.write(`${options.json ? JSON.stringify(verdict.json) : verdict.text}\n`);
    if (verdict.note !== undefined) process.stderr.write(`ringside: ${verdict.note}\n`);
    if (!verdict.isEqual) process.exitCode = EXIT_CHECK_FAILED;
  } finally {
    bar?.stop();
    await files.close();
  }
}

/** As through the core, and what the feed's books are in the end. */
async function playOverWire(
  inputs: ReplayInputs,
  paths: string[],
  options: Options,
): Promise<Verdict> {
  const instruments = inputs.format === 'sse' ? inputs.pairs.length : 1;
  // Loaded here: most replays need no server.
  const { startReplayServer } = await import('./replay-server.ts');
  const server = await startReplayServer(instruments, options.durability ?? 'none');
  try {
    const verdict = await play(inputs, paths, options, server.venue);
    return withFeed(verdict, await server.venue.compareFeed(), options.verify === true);
  } finally {
    await server.stop();
  }
}

function withFeed(verdict: Verdict, feed: FeedOutcome, verify: boolean): Verdict {
  const isWhole = feed.l2Equal && feed.l3Equal && feed.gaps === 0;
  const say = (isEqual: boolean) => (isEqual ? 'equal' : 'differs');
  const books = `L2 ${say(feed.l2Equal)}, L3 ${say(feed.l3Equal)}, gaps ${feed.gaps}`;
  return {
    json: { ...verdict.json, feed },
    text: `${verdict.text}\n${row('feed', books)}`,
    isEqual: verdict.isEqual && (isWhole || !verify),
    note: verdict.note ?? (isWhole ? undefined : `the books of the feed: ${books}`),
  };
}

async function play(
  inputs: ReplayInputs,
  paths: string[],
  options: Options,
  venue: Venue,
): Promise<Verdict> {
  const verify = options.verify === true;
  const run: ReplayRun = { venue, verify, pace: paceOf(options.speed) };
  const startMs = performance.now();
  const seconds = () => ((performance.now() - startMs) / 1000).toFixed(1);
  switch (inputs.format) {
    case 'lobster':
      return lobsterVerdict(await replayLobster(inputs, run), seconds());
    case 'sse':
      return sseVerdict(await replaySse(inputs.pairs, run), verify, seconds());
    case 'mewl': {
      if (run.pace !== undefined) {
        throw new InputError('a MEWL file has no times: --speed must be max');
      }
      const outcome = await replayMewl(inputs.workload, run.venue);
      const expected = verify ? readExpected(paths[0]!) : undefined;
      if (expected !== undefined) compareMewl(outcome, expected.values, expected.path);
      return mewlVerdict(outcome, { verify, expected: expected?.path }, seconds());
    }
  }
}

function paceOf(speed: Options['speed']): Pace | undefined {
  if (speed === 'max') return undefined;
  return new Pace(Number(speed), {
    now: () => performance.now(),
    wait: async (ms) => {
      await waitMs(ms);
    },
  });
}

function lobsterVerdict(outcome: LobsterOutcome, seconds: string): Verdict {
  const { firstDifference, ...counts } = outcome;
  const text = table(`LOBSTER: ${say(counts.messages)} messages in ${seconds} s`, [
    ['rows equal', equality(counts.rowsEqual, counts.rows)],
    ['trades', say(counts.trades)],
    ['out of turn', `${say(counts.outOfTurn)} (applied as given)`],
    ['before anonymous', `${say(counts.beforeAnonymous)} (applied as given)`],
    ['unknown ids', `${say(counts.unknownIds)} (out of anonymous quantity)`],
    [
      'levels',
      `${say(counts.levelsAdopted)} came into the window, ${say(counts.levelsDropped)} left`,
    ],
    ...faults(outcome),
  ]);
  const isEqual = counts.rowsEqual === null || counts.rowsEqual === counts.rows;
  return { json: { format: 'lobster', ...counts }, text, isEqual, note: firstDifference };
}

type SseSum = Exclude<keyof SseInstrumentOutcome, 'instrument' | 'firstDifference'>;

function sseVerdict(outcomes: SseInstrumentOutcome[], verify: boolean, seconds: string): Verdict {
  const sum = (key: SseSum) => outcomes.reduce((total, outcome) => total + (outcome[key] ?? 0), 0);
  const equal = { aggressors: sum('aggressorsEqual'), auctions: sum('auctionsEqual') };
  const totals = {
    aggressors: sum('aggressors'),
    aggressorsEqual: verify ? equal.aggressors : null,
    auctions: sum('auctions'),
    auctionsEqual: verify ? equal.auctions : null,
    records: sum('records'),
    trades: sum('trades'),
    auctionTrades: sum('auctionTrades'),
    rejected: sum('rejected'),
    unmatched: sum('unmatched'),
  };
  const rows = outcomes.map((one): [string, string] => [
    one.instrument,
    `aggressors equal ${equality(one.aggressorsEqual, one.aggressors)}, ` +
      `auctions equal ${equality(one.auctionsEqual, one.auctions)}, ${say(one.trades)} trades`,
  ]);
  const text = table(`SSE: ${say(totals.records)} records in ${seconds} s`, [
    ...rows,
    ['aggressors equal', equality(totals.aggressorsEqual, totals.aggressors)],
    ['auctions equal', equality(totals.auctionsEqual, totals.auctions)],
    ['auction trades', say(totals.auctionTrades)],
    ...faults(totals),
  ]);
  const isEqual =
    !verify ||
    (equal.aggressors === totals.aggressors &&
      equal.auctions === totals.auctions &&
      totals.rejected === 0 &&
      totals.unmatched === 0);
  const note = outcomes.find((one) => one.firstDifference !== undefined)?.firstDifference;
  const instruments = outcomes.map(({ firstDifference: _, ...counts }) => counts);
  return { json: { format: 'sse', ...totals, instruments }, text, isEqual, note };
}

function mewlVerdict(
  outcome: MewlOutcome,
  asked: { verify: boolean; expected: string | undefined },
  seconds: string,
): Verdict {
  const { firstDifference, ...counts } = outcome;
  const isEqual = !asked.verify || firstDifference === undefined;
  const missing = asked.verify && asked.expected === undefined;
  const unread = 'there is no .expected.json beside the file: nothing to compare with';
  const text = table(`MEWL: ${say(counts.records)} records in ${seconds} s`, [
    ['trades', `${counts.trades}`],
    ['traded quantity', `${counts.tradedQty}`],
    ['trade hash', `${counts.tradeHash}`],
    ['book hash', `${counts.bookHash} (${say(counts.liveOrders)} orders)`],
    ...(asked.expected === undefined ? [] : [expectation(isEqual)]),
    ...faults(outcome),
  ]);
  const note = firstDifference ?? (missing ? unread : undefined);
  return { json: { format: 'mewl', ...counts }, text, isEqual, note };
}

function expectation(isEqual: boolean): [string, string] {
  return ['expected.json', isEqual ? 'equal' : 'differs'];
}

function faults({
  rejected,
  unmatched,
}: Pick<Outcome, 'rejected' | 'unmatched'>): [string, string][] {
  const rows: [string, string][] = [];
  if (rejected > 0) rows.push(['refused', `${say(rejected)} commands`]);
  if (unmatched > 0) rows.push(['unmatched', `${say(unmatched)} messages`]);
  return rows;
}

function equality(equal: number | null, all: number): string {
  return equal === null ? `${say(all)} (not compared)` : `${say(equal)} of ${say(all)}`;
}

function say(count: number): string {
  return count.toLocaleString('en-US');
}

function table(title: string, rows: [string, string][]): string {
  return [title, ...rows.map(([name, text]) => row(name, text))].join('\n');
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(18)}${text}`;
}

/** Reads FILE.expected.json, FILE without .gz or .zip too; undefined when there is none. */
function readExpected(file: string): { path: string; values: MewlExpected } | undefined {
  const path = [file, file.replace(/\.(gz|zip)$/i, '')]
    .map((stem) => `${stem}.expected.json`)
    .find((candidate) => existsSync(candidate));
  if (path === undefined) return undefined;
  try {
    const { trades, tradedQty, tradeHash, final } = JSON.parse(readFileSync(path, 'utf8'));
    const values = { trades, tradedQty, tradeHash, bookHash: final.bookHash };
    if (Object.values(values).every(Number.isInteger)) return { path, values };
  } catch {
    // Falls through: not JSON, or no object where one must be.
  }
  throw new InputError(`${path}:1: lacks trades, tradedQty, tradeHash or final.bookHash`);
}
