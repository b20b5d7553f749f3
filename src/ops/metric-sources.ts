// What metrics are read from: the server as its supervisor sees it.

import type { Ring } from '../ring/ring.ts';
import type { ThreadCounters } from './counters.ts';
import type { Health } from './health.ts';
import type { StageTimes } from './stage-times.ts';

export type ThreadKind = 'supervisor' | 'storage' | 'journal' | 'matching' | 'publisher' | 'io';

export interface CountedThread {
  readonly name: string;
  readonly kind: ThreadKind;
  readonly counters: ThreadCounters;
}

export interface WatchedRing {
  readonly name: string;
  readonly ring: Ring;
  /** By their numbers. */
  readonly consumers: readonly string[];
}

/** Codes of the core and of the wire, by the names that their documents use. */
export interface CodeNames {
  readonly events: Readonly<Record<number, string>>;
  readonly rejects: Readonly<Record<number, string>>;
  readonly refusals: Readonly<Record<number, string>>;
  readonly cancels: Readonly<Record<number, string>>;
  readonly closes: Readonly<Record<number, string>>;
}

export interface MetricSources {
  readonly version: string;
  readonly health: Health;
  readonly names: CodeNames;
  readonly limits: Readonly<Record<'orders' | 'pages' | 'accounts' | 'instruments', number>>;
  readonly threads: readonly CountedThread[];
  /** None before the recovery is done. */
  rings(): readonly WatchedRing[];
  /** Undefined: commands are not stamped. */
  stageTimes(): StageTimes | undefined;
  /** Of the data directory's file system; undefined: nothing is stored. */
  disk(): { readonly freeBytes: number; readonly sizeBytes: number } | undefined;
}
