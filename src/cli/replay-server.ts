// The server that `ringside replay --via wire` starts for itself: in this process, on ports that
// the system chooses, with a journal that goes when it stops.

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_LIMITS } from '../core/limits.ts';
import { type Config, loadConfig } from '../ops/config.ts';
import { REPLAY_ACCOUNTS_MAX } from '../sim/venue.ts';
import { WireVenue } from '../sim/wire-venue.ts';
import { Supervisor } from '../workers/supervisor.ts';
import { expectServerHere } from './server-here.ts';

const INTERRUPTS = ['SIGINT', 'SIGTERM'] as const;

/** A server, and a venue that trades at it. */
export interface ReplayServer {
  readonly venue: WireVenue;
  /** Ends both and removes what the server wrote. Call it whatever happens. */
  stop(): Promise<void>;
}

/** Starts a server with instruments 1 … `instruments`. */
export async function startReplayServer(
  instruments: number,
  durability: Config['durability'],
): Promise<ReplayServer> {
  const directory = durability === 'none' ? undefined : temporaryDirectory();
  const token = randomUUID();
  const operatorToken = randomUUID();
  expectServerHere();
  let supervisor: Supervisor | undefined;
  let venue: WireVenue | undefined;
  const stop = async () => {
    await venue?.close();
    await supervisor?.stop();
    directory?.remove();
  };
  try {
    const config = configOf(instruments, [token, operatorToken], durability, directory?.path);
    supervisor = await Supervisor.start(config);
    venue = await WireVenue.connect({
      ordersUrl: `ws://${config.host}:${supervisor.ordersPort}/orders`,
      feedUrl: `ws://${config.host}:${supervisor.feedPort}/feed`,
      token,
      operatorToken,
      limits: config.limits,
    });
    return { venue, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A new directory, which goes when it is removed, or when the user interrupts the program. */
function temporaryDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'ringside-replay-'));
  const interrupted = (signal: NodeJS.Signals) => {
    remove();
    process.kill(process.pid, signal);
  };
  const remove = () => {
    for (const signal of INTERRUPTS) process.off(signal, interrupted);
    rmSync(path, { recursive: true, force: true });
  };
  for (const signal of INTERRUPTS) process.once(signal, interrupted);
  return { path, remove };
}

function configOf(
  instruments: number,
  [token, operatorToken]: readonly [string, string],
  durability: Config['durability'],
  directory: string | undefined,
): Config {
  const accounts = Array.from({ length: REPLAY_ACCOUNTS_MAX }, (_, i) => i + 1);
  return loadConfig(undefined, {
    ordersPort: 0,
    feedPort: 0,
    opsPort: null,
    // What a healthy server logs is not what a replay has to say.
    log: { level: process.env.RINGSIDE_LOG ?? 'warn' },
    durability,
    ...(directory === undefined ? {} : { dataDirectory: directory }),
    limits: DEFAULT_LIMITS,
    instruments: Array.from({ length: instruments }, (_, i) => ({
      number: i + 1,
      symbol: `REPLAY${i + 1}`,
    })),
    accounts: accounts.map((number) => ({ number, name: `replay${number}` })),
    sessions: [
      { number: 1, token, accounts },
      { number: 2, token: operatorToken, operator: true },
    ],
  });
}
