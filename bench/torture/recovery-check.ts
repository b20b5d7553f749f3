// What a server that was started again has to be: the state that a replay from the first command
// on gives, with every report that a client ever got, and with the fates that clients were told.

import { type ChildServer, dataOf, LIMITS } from './child-server.ts';
import { openOrdersOf, Reference } from './reference.ts';
import type { Trader } from './trader.ts';

export interface RecoveryCheck {
  readonly reference: Reference;
  /** Acknowledged reports that the log does not give. */
  readonly lost: number;
  /** The state, or an account's open orders, is another one. */
  readonly isOther: boolean;
  /** Of the commands that were under way, those that the log has. */
  readonly taken: number;
  /** All that is wrong, each as a line for people. */
  readonly failures: readonly string[];
}

/**
 * Checks a server that has come up and on which `traders` have logged on, and sent nothing yet.
 * `before`: reports that each of them had when the server before it ended.
 */
export function checkRecovery(
  server: ChildServer,
  dir: string,
  traders: readonly Trader[],
  before: readonly number[],
): RecoveryCheck {
  const failures: string[] = [];
  const { lastSequence, stateHash } = server.recovered;
  const reference = new Reference(dataOf(dir), LIMITS, lastSequence);
  if (reference.commands !== lastSequence) {
    failures.push(`recovered ${lastSequence} commands, the log has ${reference.commands}`);
  }
  if (reference.stateHash !== stateHash) {
    failures.push(`recovered state ${stateHash}, a replay gives ${reference.stateHash}`);
  }
  for (const trader of traders) {
    if (openOrdersOf(trader).join() === reference.openOrders(trader.session).join()) continue;
    failures.push(`session ${trader.session}: other open orders than a replay gives`);
  }
  const isOther = failures.length > 0;
  let lost = 0;
  let taken = 0;
  traders.forEach((trader, i) => {
    const missing = reference.lostReports(trader, before[i]!, false);
    lost += missing;
    taken += trader.inDoubt.length - trader.notTaken.size;
    if (missing > 0) failures.push(`session ${trader.session}: ${missing} reports are lost`);
    failures.push(...checkFates(trader, reference));
  });
  failures.push(...reference.doubled.map((effect) => `done twice: ${effect}`));
  return { reference, lost, isOther, taken, failures };
}

/** What a client was told of the commands that were under way, against the log. */
function checkFates(trader: Trader, reference: Reference): string[] {
  const { session, inDoubt, notTaken } = trader;
  const failures: string[] = [];
  if (reference.lostReports(trader, trader.reportCount, true) > 0) {
    failures.push(`session ${session}: resumed with other reports than the log has`);
  }
  for (const { request } of inDoubt) {
    const isTaken = reference.timesTaken(session, request) > 0;
    if (isTaken !== notTaken.has(request)) continue;
    failures.push(`session ${session}, request ${request}: another fate than in the log`);
  }
  return failures;
}
