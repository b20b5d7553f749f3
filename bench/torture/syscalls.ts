// SIGKILL at every call on the data directory that writes, syncs, renames, cuts or takes away, in
// situations that have them all (syscall-scenarios.ts). After each the server is started again: it
// has to have everything that was answered; what was under way is sent again, the script goes on,
// and ends with the orders of a run that nobody disturbed.

import { join } from 'node:path';
import { dataOf, dropFolder, LIMITS } from './child-server.ts';
import { inLanes, type Outcome, type Part, type TortureOptions } from './part.ts';
import { checkRecovery } from './recovery-check.ts';
import { openOrdersOf, Reference } from './reference.ts';
import { nextFrame, ORDERS, type Run, ScenarioPlayer } from './scenario-player.ts';
import { type Point, pointsIn, straceProblem } from './strace.ts';
import { SCENARIOS, type Scenario } from './syscall-scenarios.ts';

/** Tries for a point that a run did not come to. */
const TRIES = 2;

export const syscalls: Part = {
  name: 'syscalls',
  title: 'SIGKILL at every call that writes, syncs or renames in the data directory',
  async run(options) {
    const problem = straceProblem();
    if (problem === null) return new Syscalls(options).run();
    const text = `SIGKILL at every call: ${problem}`;
    return { figures: {}, failures: options.needsStrace ? [text] : [], skipped: [text] };
  },
};

class Syscalls {
  private readonly options: TortureOptions;
  private readonly player: ScenarioPlayer;
  private readonly failures: string[] = [];
  private readonly byScenario: Record<string, Record<string, number>> = {};
  private points = 0;
  private failed = 0;
  private notReached = 0;

  constructor(options: TortureOptions) {
    this.options = options;
    this.player = new ScenarioPlayer(options.program);
  }

  async run(): Promise<Outcome> {
    await this.player.prepareFolders();
    const scenarios = SCENARIOS.filter(({ isShort }) => isShort || !this.options.isShort);
    for (const scenario of scenarios) await this.runScenario(scenario);
    this.player.dropFolders();
    const figures = {
      syscallPoints: this.points,
      syscallFailures: this.failed,
      notReached: this.notReached,
      byScenario: this.byScenario,
    };
    return { figures, failures: this.failures };
  }

  private async runScenario(scenario: Scenario): Promise<void> {
    const { stride, jobs, say } = this.options;
    const undisturbed = await this.player.play(scenario, null);
    const failures: string[] = [];
    const reference = new Reference(dataOf(undisturbed.dir), LIMITS);
    const orders = scenario.hasOrders ? ordersIn(reference.openOrders(1)) : null;
    const all = pointsIn(join(undisturbed.dir, 'trace'), []);
    if (all.length === 0) failures.push('strace saw none of its calls');
    this.failures.push(...failures.map((text) => `${scenario.name}, not disturbed: ${text}`));
    dropFolder(undisturbed.dir);
    const counts: Record<string, number> = {};
    this.byScenario[scenario.name] = counts;
    const before = this.failed;
    const tried = all.filter((_, i) => i % stride === 0);
    await inLanes(tried, jobs, async (point) => {
      if (await this.killAt(scenario, point, orders)) {
        this.points += 1;
        counts[point.call] = (counts[point.call] ?? 0) + 1;
      } else {
        this.notReached += 1;
        say(`${scenario.name}: no run came to ${point.call} ${point.nth}`);
      }
    });
    const met = Object.entries(counts).map(([call, count]) => `${count} ${call}`);
    say(`${scenario.name}: killed at ${met.join(', ')}: ${this.failed - before} failures`);
  }

  /** False: no run came to that point. */
  private async killAt(
    scenario: Scenario,
    point: Point,
    orders: string[] | null,
  ): Promise<boolean> {
    for (let tries = 0; tries < TRIES; tries++) {
      const run = await this.player.play(scenario, point);
      if (run.isKilled) {
        const failures: string[] = [];
        const after = await this.goOn(scenario, run, failures);
        if (after?.join() !== orders?.join()) failures.push('the script ended with other orders');
        if (failures.length > 0) this.failed += 1;
        const where = `${scenario.name}, killed at ${point.call} ${point.nth}`;
        this.failures.push(...failures.map((text) => `${where}: ${text}`));
      }
      dropFolder(run.dir);
      if (run.isKilled) return true;
    }
    return false;
  }

  /**
   * Starts the server again, checks what it recovered, and plays the rest of the script; gives the
   * open orders at its end, null when there is no script.
   */
  private async goOn(scenario: Scenario, run: Run, failures: string[]): Promise<string[] | null> {
    const { dir, trader } = run;
    const server = this.player.launch(scenario, dir);
    if (!(await server.listens())) {
      failures.push(`it did not start again: ${server.log}`);
      return null;
    }
    const before = [trader.reportCount];
    await trader.logOn(server.urls.orders);
    failures.push(...checkRecovery(server, dir, [trader], before).failures);
    await trader.resend();
    if (!scenario.hasOrders) {
      trader.close();
      await server.end('SIGKILL');
      return null;
    }
    while (trader.source.issued < ORDERS) await trader.ask(nextFrame(trader));
    trader.close();
    await trader.ended();
    await trader.logOn(server.urls.orders);
    failures.push(...trader.faults);
    trader.close();
    await server.end('SIGKILL');
    return ordersIn(openOrdersOf(trader));
  }
}

/** Orders by the client's own ids: what is sent again and rejected may count in the others. */
function ordersIn(texts: readonly string[]): string[] {
  return texts.map((text) => text.replace(/^\d+ /, '')).sort();
}
