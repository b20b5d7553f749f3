// What can go wrong in a simulated world, and how often it did.

export const FAULT_KINDS = [
  /** The process ends between two calls of the system; what it wrote stays with the system. */
  'kill',
  /** The machine stops between two calls: what was not synced may be there, or not. */
  'powerCut',
  /** Either of them inside a write, a sync, a rename or another call that changes the disk. */
  'crashInCall',
  /** Sectors that were written, not synced, and are gone or old after a power cut. */
  'lostSectors',
  /** Power cuts after which some sectors of one write are there, and others are not. */
  'tornWrites',
  /** A write that takes fewer bytes than it was given. */
  'shortWrite',
  /** The disk is full until somebody makes room. */
  'diskFull',
  /** A call fails with EIO; a sync that fails leaves any part of its sectors on the disk. */
  'diskError',
  /** Bits flipped while the server is down. */
  'bitFlip',
  /** A command edited in a file while the server is down, its checksums made right again. */
  'edit',
  /** A connection breaks, and what was under way in either direction is lost from a point on. */
  'cut',
  /** Frames that never arrive because of that. */
  'drop',
  /** A connection of which one side never learns that it is broken. */
  'halfOpen',
  /** Nothing passes on a connection for a while, then all of it. */
  'delay',
  /** Frames of a broken connection that reach the server behind those of the next. */
  'reorder',
  /** A frame of commands that comes twice. */
  'duplicate',
  /** A client's process that ends; the next sends again what has no answer. */
  'clientCrash',
  /** A feed message that is lost, comes twice, or changes places with its neighbour. */
  'feedDrop',
  'feedDuplicate',
  'feedReorder',
  /** A client or consumer that stops reading. */
  'slowConsumer',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];
export type FaultCounts = Record<FaultKind, number>;

export function noFaults(): FaultCounts {
  return Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as FaultCounts;
}

export function addFaults(sum: FaultCounts, more: FaultCounts): void {
  for (const kind of FAULT_KINDS) sum[kind] += more[kind];
}

/** Faults of all kinds together. */
export function countFaults(counts: FaultCounts): number {
  return FAULT_KINDS.reduce((sum, kind) => sum + counts[kind], 0);
}
