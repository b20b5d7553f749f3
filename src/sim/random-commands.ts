// Seeded random commands for the core and its oracle: a market of a given profile in which most
// commands are right, and some (random-oddities.ts) are wrong in every way that there is. The
// stream looks at the events it caused, so cancels and replaces mostly name orders that are alive.

import { Prng } from '../base/prng.ts';
import * as codes from '../core/codes.ts';
import { INT32_MAX } from '../core/limits.ts';
import type { ChangePhase, Command, Kill, MassCancel } from '../core/plain.ts';
import type { CoreEvent } from '../core/plain-events.ts';
import { type OpenOrder, RandomMarket } from './random-market.ts';
import { type Market, oddOf } from './random-oddities.ts';
import { randomNew, randomReplace } from './random-orders.ts';
import { type Profile, profileOf } from './random-profiles.ts';

const LATEST_TIME = 2n ** 63n - 1n;
const { PHASE_PRE_OPEN, PHASE_AUCTION, PHASE_CONTINUOUS, PHASE_HALTED, PHASE_CLOSED } = codes;
const SYMBOL = new TextEncoder().encode('RNDM');

/** How likely each phase is to follow, by the phase before. */
const PHASES_AFTER: Readonly<Record<number, readonly number[]>> = {
  [PHASE_PRE_OPEN]: [PHASE_CONTINUOUS, PHASE_AUCTION, PHASE_CONTINUOUS, PHASE_CLOSED],
  [PHASE_AUCTION]: [PHASE_CONTINUOUS, PHASE_CONTINUOUS, PHASE_PRE_OPEN, PHASE_HALTED],
  [PHASE_CONTINUOUS]: [PHASE_AUCTION, PHASE_PRE_OPEN, PHASE_HALTED, PHASE_CLOSED],
  [PHASE_HALTED]: [PHASE_AUCTION, PHASE_CONTINUOUS, PHASE_PRE_OPEN, PHASE_CLOSED],
  [PHASE_CLOSED]: [PHASE_PRE_OPEN, PHASE_CONTINUOUS, PHASE_AUCTION, PHASE_HALTED],
};

/** The random commands of one seed. The same seed and the same events give the same stream. */
export class RandomCommands implements Market {
  readonly profile: Profile;
  readonly random: Prng;
  private readonly market = new RandomMarket();
  private readonly lastIds = new Map<number, number>();
  private readonly killed: Kill[] = [];
  private latest: Command = { cmd: codes.COMMAND_TIME };
  private count = 0;
  private time: bigint;
  private request: number;
  private readonly beginning: Command[];

  /** `seed` is a whole number in 0 … 2^53-1. */
  constructor(seed: number) {
    this.profile = profileOf(seed);
    this.random = new Prng(seed);
    this.time = this.profile.firstTime;
    this.request = this.random.word() >>> 0;
    this.beginning = this.definitions();
  }

  get open(): readonly OpenOrder[] {
    return this.market.open;
  }

  /** The next command. Its events should be given to `observe` before the next one is asked for. */
  next(): Command {
    let command = this.beginning.shift();
    if (command === undefined) {
      command = this.plainCommand();
      // More of them at the beginning, where books, accounts and pools are empty.
      const percent = this.count < 30 ? 40 : this.profile.oddPercent;
      if (this.random.chance(percent)) command = oddOf(this, command);
    }
    this.count++;
    this.stamp(command);
    this.latest = command;
    return command;
  }

  /** Learns from an event which orders are alive. */
  observe(event: CoreEvent): void {
    this.market.observe(event, this.latest);
  }

  /** PHASE_* of an instrument. */
  phaseOf(instrument: number): number {
    return this.market.instruments.get(instrument)?.phase ?? PHASE_CONTINUOUS;
  }

  /** Ticks: the last trade of an instrument, or mid. */
  lastPrice(instrument: number): number {
    return this.market.instruments.get(instrument)?.lastPrice || this.mid();
  }

  /** A clOrdId above all that this stream has used for the account. */
  freshId(account: number): number {
    const step = this.random.chance(10) ? this.random.between(2, 1_000) : 1;
    const id = this.lastId(account) + step;
    this.lastIds.set(account, id);
    return id;
  }

  /** The highest clOrdId that this stream has used for the account. */
  lastId(account: number): number {
    return this.lastIds.get(account) ?? this.profile.firstId - 1;
  }

  /** A price at which an order of that side would probably rest, or, if eager, trade. */
  price(side: number, isEager: boolean): number {
    const away = this.distance() * (isEager ? -1 : 1);
    return this.away(this.mid(), side === codes.SIDE_BUY ? -away : away);
  }

  /** A price some ticks above another, or below it; within the range of prices. */
  away(price: number, ticks: number): number {
    return Math.max(1, Math.min(INT32_MAX, price + ticks));
  }

  distance(): number {
    const { spread } = this.profile;
    return Math.min(this.random.below(spread), this.random.below(spread));
  }

  qty(): number {
    const { profile, random } = this;
    return random.chance(5) ? profile.qtyMax : 1 + random.below(profile.qtyMax);
  }

  private definitions(): Command[] {
    const { instruments, terms, firstPhase } = this.profile;
    const defined = instruments.flatMap((instrument, place) => {
      const symbol: Command = { cmd: codes.COMMAND_SYMBOL, instrument, symbol: SYMBOL };
      const cmd = codes.COMMAND_INSTRUMENT;
      const define: Command = { cmd, instrument, ...terms[place % terms.length] };
      return place === 0 ? [symbol, define] : [define];
    });
    if (firstPhase === PHASE_CONTINUOUS) return defined;
    const phases = instruments.map((instrument): ChangePhase => {
      return { cmd: codes.COMMAND_PHASE, instrument, phase: firstPhase };
    });
    return [...defined, ...phases];
  }

  private plainCommand(): Command {
    const { profile, random } = this;
    const roll = random.below(1_000);
    if (roll < profile.massCancelPermille) return this.massCancel();
    if (roll >= 995) return { cmd: codes.COMMAND_TIME };
    if (roll >= 992) {
      return { cmd: codes.COMMAND_OPEN_ORDERS, account: random.pick(profile.accounts) };
    }
    const instrument = random.pick(profile.instruments);
    if (random.below(1_000) < this.phasePermille(instrument)) return this.changePhase(instrument);
    if (profile.killPermille > 0) {
      const permille = this.killed.length > 0 ? 40 : profile.killPermille;
      if (random.below(1_000) < permille) return this.kill();
    }
    // The fuller the market, the fewer the orders that enter and the more the ones that go.
    const fullness = Math.min(2, this.open.length / profile.openTarget);
    if (this.open.length === 0 || roll < 800 - 200 * fullness) {
      return randomNew(this, instrument, fullness);
    }
    const order = random.pick(this.open);
    if (random.chance(45)) return randomReplace(this, order);
    return { cmd: codes.COMMAND_CANCEL, account: order.account, clOrdId: order.clOrdId };
  }

  private phasePermille(instrument: number): number {
    const { phasePermille, terms } = this.profile;
    const phase = this.phaseOf(instrument);
    if (phase === PHASE_CONTINUOUS) return phasePermille;
    const willChange = this.market.instruments.get(instrument)?.willChange === true;
    if (willChange && terms.every(({ auctionNs = 0 }) => auctionNs < 2 ** 32)) return phasePermille;
    return phase === PHASE_HALTED || phase === PHASE_CLOSED ? 120 : 20 + phasePermille;
  }

  private changePhase(instrument: number): ChangePhase {
    const now = this.phaseOf(instrument);
    const phase = this.random.chance(10) ? now : this.random.pick(PHASES_AFTER[now]!);
    return { cmd: codes.COMMAND_PHASE, instrument, phase };
  }

  private kill(): Kill {
    const { profile, random } = this;
    const cmd = codes.COMMAND_KILL;
    if (this.killed.length > 0 && random.chance(70)) {
      const { account, killedSession } = this.killed.pop()!;
      return killedSession === undefined
        ? { cmd, account: account!, lift: true }
        : { cmd, killedSession, lift: true };
    }
    const account = random.pick(profile.accounts);
    const kill: Kill = random.chance(50)
      ? { cmd, account }
      : { cmd, killedSession: sessionOf(account) };
    if (random.chance(15)) kill.lift = true;
    else this.killed.push(kill);
    return { ...kill };
  }

  private massCancel(): MassCancel {
    const { profile, random } = this;
    const command: MassCancel = {
      cmd: codes.COMMAND_MASS_CANCEL,
      account: random.pick(profile.accounts),
    };
    if (random.chance(60)) command.instrument = random.pick(profile.instruments);
    if (random.chance(60)) command.side = random.below(2);
    if (random.chance(30)) command.ownSessionOnly = true;
    if (random.chance(30)) command.onDisconnect = true;
    return command;
  }

  /** Session, request and time: one in ten comes from a strange session, time goes both ways. */
  private stamp(command: Command): void {
    const { random } = this;
    const { timeStep } = this.profile;
    const account = ('account' in command ? command.account : undefined) ?? 0;
    command.session = random.chance(10) ? random.word() >>> 0 : sessionOf(account);
    this.request = (this.request + 1) >>> 0;
    command.request = this.request;
    if (timeStep === 0 || random.chance(40)) return;
    const step = random.between(-4 * timeStep, 6 * timeStep);
    const time = this.time + BigInt(step);
    if (time < 0n || time > LATEST_TIME) return;
    command.time = time;
    this.time = time;
  }

  private mid(): number {
    const { mid, swing } = this.profile;
    if (swing === 0) return mid;
    const phase = (this.count % swing) / swing;
    return Math.round(mid * (1 - (1 - Math.abs(2 * phase - 1)) / 2));
  }
}

/** The session that an account's commands mostly come from. */
function sessionOf(account: number): number {
  return (account * 3 + 1) >>> 0;
}
