// `ringside admin …`: an operator's command to a running server, and its outcome.

import { Command, Option } from 'commander';
import { InputError } from '../base/input-error.ts';
import type {
  CommandRejected,
  CommandUnknown,
  Instrument,
  Killed,
  Operator,
  Phase,
  Side,
} from '../client/index.ts';
import { PHASE_NAMES, SIDE_NAMES } from '../wire/codes.ts';
import {
  connectOperator,
  jsonLine,
  type LogonOptions,
  operatorFlags,
  withClient,
} from './client-options.ts';
import { EXIT_REJECTED } from './exit-codes.ts';
import { columns } from './text-table.ts';
import { anyInteger, wholeNumber } from './whole-number.ts';

const HELP = `
Example:
  $ ringside admin instrument add ACME --tick 0.05 --reference-price 2000 --band-bps 500 \\
      --halt-ns 60000000000 --auction-ns 30000000000
  $ ringside admin halt ACME
  $ ringside admin phase ACME auction
  $ ringside admin resume ACME
  $ ringside admin kill --account demo1
  $ ringside admin kill --lift --account demo1
  $ ringside admin list

The token is that of a session which the server's configuration calls an operator
("operator": true). Every command is in the server's journal, so a restart knows what it did.
Accounts go by name or number, sessions by number. Logging on takes the session over from an
operator that is logged on with the same token.

Exit status: 0 accepted, 1 rejected (the reason is printed), 2 wrong usage, no server, or the token
is of no operator.`;

interface Options extends LogonOptions {
  json?: true;
}

interface InstrumentOptions extends Options {
  number?: number;
  tick: string;
  lot: string;
  referencePrice?: number;
  bandBps?: number;
  haltNs?: number;
  auctionNs?: number;
}

interface OrdersOptions extends Options {
  account: string;
  symbol?: string;
  side?: Side;
}

interface KillOptions extends Options {
  account?: string;
  session?: number;
  lift?: true;
}

type Result = { status: 'accepted' } | CommandRejected | CommandUnknown;

const PHASES = PHASE_NAMES.slice(1) as readonly Phase[];
const UINT32_MAX = 0xffff_ffff;
const EXACT_MAX = Number.MAX_SAFE_INTEGER;

export function adminCommand(): Command {
  const instrument = new Command('instrument')
    .description('instruments of the exchange')
    .addCommand(addCommand());
  return new Command('admin')
    .description('operate a running exchange: instruments, phases, mass cancel, kill switch')
    .addCommand(instrument)
    .addCommand(phaseCommand())
    .addCommand(haltCommand())
    .addCommand(resumeCommand())
    .addCommand(massCancelCommand())
    .addCommand(killCommand())
    .addCommand(listCommand())
    .addHelpText('after', HELP);
}

function addCommand(): Command {
  const command = new Command('add')
    .description('define an instrument, which trades at once')
    .argument('<symbol>', '1 to 32 bytes, no spaces')
    .option('--number <n>', 'its number (default: the next one)', wholeNumber(1, UINT32_MAX))
    .option('--tick <decimal>', 'what one tick of price is worth', '0.01')
    .option('--lot <decimal>', 'what one lot of quantity is worth', '1')
    .option('--reference-price <ticks>', 'reference of auctions and of the band', anyInteger)
    .option('--band-bps <n>', 'price band, hundredths of a percent', wholeNumber(1))
    .option('--halt-ns <ns>', 'how long a halt by the band lasts', wholeNumber(0, EXACT_MAX))
    .option('--auction-ns <ns>', 'how long the auction after it lasts', wholeNumber(0, EXACT_MAX));
  return operatorCommand(command, async (operator, [symbol], options: InstrumentOptions) => {
    const { number, tick, lot, referencePrice, bandBps, haltNs, auctionNs } = options;
    const result = await operator.addInstrument({
      symbol: symbol!,
      instrument: number,
      tickSize: tick,
      lotSize: lot,
      referencePrice,
      priceBandBps: bandBps,
      haltNs,
      auctionNs,
    });
    const told = result.status === 'accepted' ? { instrument: result.instrument } : {};
    report(options, result, { symbol, ...told }, `${symbol} is instrument ${told.instrument}`);
  });
}

function phaseCommand(): Command {
  const command = new Command('phase')
    .description('put an instrument into a phase')
    .argument('<symbol>', 'instrument')
    .argument('<phase>', PHASES.join(', '));
  return operatorCommand(command, (operator, [symbol, phase], options) => {
    if (!PHASES.includes(phase as Phase)) {
      throw new InputError(`there is no phase ${phase}, only ${PHASES.join(', ')}`);
    }
    return changePhase(operator, symbol!, phase as Phase, options);
  });
}

function haltCommand(): Command {
  const command = new Command('halt')
    .description('stop trading in an instrument: only cancels are taken')
    .argument('<symbol>', 'instrument');
  return operatorCommand(command, (operator, [symbol], options) =>
    changePhase(operator, symbol!, 'halted', options),
  );
}

function resumeCommand(): Command {
  const command = new Command('resume')
    .description('let trading in an instrument go on (phase continuous)')
    .argument('<symbol>', 'instrument');
  return operatorCommand(command, (operator, [symbol], options) =>
    changePhase(operator, symbol!, 'continuous', options),
  );
}

function massCancelCommand(): Command {
  const command = new Command('mass-cancel')
    .description('cancel all orders of any account, or of one instrument, one side, or both')
    .requiredOption('--account <account>', 'its name or number')
    .option('--symbol <symbol>', 'instrument')
    .addOption(new Option('--side <side>', 'side').choices(SIDE_NAMES));
  return operatorCommand(command, async (operator, _, options: OrdersOptions) => {
    const { symbol, side } = options;
    const { number, name } = accountOf(operator, options.account);
    if (symbol !== undefined) instrumentOf(operator, symbol);
    const result = await operator.massCancel({ account: number, symbol, side });
    report(options, result, { account: number }, `orders of account ${name} are canceled`);
  });
}

function killCommand(): Command {
  const command = new Command('kill')
    .description('cancel all orders of an account or a session and refuse new ones, until --lift')
    .option('--account <account>', 'its name or number')
    .option('--session <n>', 'number of the session', wholeNumber(1, UINT32_MAX))
    .option('--lift', 'end it');
  return operatorCommand(command, async (operator, _, options: KillOptions) => {
    const { lift, session } = options;
    const { killed, who } = killedOf(operator, options);
    const result = lift ? await operator.lift(killed) : await operator.kill(killed);
    const text = lift
      ? `${who} may enter orders again`
      : `${who} is killed: no orders, no new ones`;
    const told = session === undefined ? { account: killed.account } : { session };
    report(options, result, { ...told, killed: !lift }, text);
  });
}

function listCommand(): Command {
  const command = new Command('list').description('the instruments, and their phases');
  return operatorCommand(command, async ({ instruments }, _, { json }) => {
    const text = json ? instruments.map(jsonLine).join('') : `${listText(instruments)}\n`;
    process.stdout.write(text);
  });
}

type Action<T> = (operator: Operator, args: readonly string[], options: T) => Promise<void>;

/** Adds the flags that all share, and runs `action` logged on. */
function operatorCommand<T extends Options>(command: Command, action: Action<T>): Command {
  command.option('--json', 'print JSON');
  return operatorFlags(command).action(async (...given: unknown[]) => {
    // What commander gives: the arguments, the options, the command.
    const options = given.at(-2) as T;
    const operator = await connectOperator(options);
    await withClient(operator, () => action(operator, given.slice(0, -2) as string[], options));
  });
}

async function changePhase(
  operator: Operator,
  symbol: string,
  phase: Phase,
  options: Options,
): Promise<void> {
  const instrument = instrumentOf(operator, symbol);
  const result = await operator.setPhase(instrument, phase);
  report(options, result, { symbol, phase }, `${symbol} is in phase ${phase}`);
}

/** Prints an outcome and sets the exit status. */
function report({ json }: Options, result: Result, told: object, accepted: string): void {
  if (result.status === 'unknown') {
    throw new InputError('the connection was lost, and with it what became of the command');
  }
  if (result.status === 'rejected') process.exitCode = EXIT_REJECTED;
  const { status } = result;
  const reason = result.status === 'rejected' ? { reason: result.reason } : {};
  const text = result.status === 'rejected' ? `rejected: ${result.reason}` : accepted;
  process.stdout.write(json ? jsonLine({ status, ...told, ...reason }) : `${text}\n`);
}

/** By name, or any number: one that the configuration no longer names may still have orders. */
function accountOf({ accounts }: Operator, account: string): { number: number; name: string } {
  const named = accounts.find(({ name }) => name === account);
  if (named !== undefined) return named;
  const number = Number(account);
  if (!/^\d{1,10}$/.test(account) || number < 1 || number > UINT32_MAX) {
    throw new InputError(`there is no account ${account}`);
  }
  return accounts.find((one) => one.number === number) ?? { number, name: account };
}

function instrumentOf({ instruments }: Operator, symbol: string): number {
  const found = instruments.find((one) => one.symbol === symbol);
  if (found !== undefined) return found.number;
  const symbols = instruments.map((one) => one.symbol).join(', ');
  throw new InputError(`there is no instrument ${symbol}, only ${symbols || 'none'}`);
}

function killedOf(operator: Operator, options: KillOptions): { killed: Killed; who: string } {
  const { account, session } = options;
  if ((account === undefined) === (session === undefined)) {
    throw new InputError('name an account with --account, or a session with --session');
  }
  if (session !== undefined) return { killed: { session }, who: `session ${session}` };
  const { number, name } = accountOf(operator, account!);
  return { killed: { account: number }, who: `account ${name}` };
}

function listText(instruments: readonly Instrument[]): string {
  const rows = instruments.map((one) => [
    String(one.number),
    one.symbol,
    one.phase,
    one.tickSize,
    one.lotSize,
    one.referencePrice === 0 ? '-' : String(one.referencePrice),
    one.priceBandBps === 0 ? '-' : String(one.priceBandBps),
    one.priceBandBps === 0 ? '-' : `${one.haltNs} + ${one.auctionNs}`,
  ]);
  const head = ['number', 'symbol', 'phase', 'tick', 'lot', 'reference', 'band bps', 'halt ns'];
  return columns([head, ...rows]).join('\n');
}
