// What a simulated server is given by its world.

import type { Prng } from '../../base/prng.ts';
import type { PlantedBug } from './planted-bugs.ts';
import type { SimClock } from './sim-clock.ts';
import type { SimDisk } from './sim-disk.ts';
import type { WorldConfig } from './world-config.ts';

export interface ServerSurroundings {
  readonly config: WorldConfig;
  readonly disk: SimDisk;
  readonly dir: string;
  readonly clock: SimClock;
  /** The exchange's time when the world's clock begins, us since 1970. */
  readonly originUs: number;
  readonly random: Prng;
  readonly bug: PlantedBug | null;
  /** A command has its sequence. */
  onPublish(words: Int32Array, at: number, sequence: number): void;
  /** Commands before `sequence` are said to be durable. */
  onDurable(sequence: number): void;
  /** Something was thrown in it that it does not handle. */
  onDeath(error: unknown): void;
  /** The storage thread could not do what nobody waits for. */
  onStorageTrouble(error: unknown): void;
}
