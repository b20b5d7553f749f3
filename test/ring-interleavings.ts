// Every interleaving of a few threads' atomic steps (ring-machine.ts). States seen before, by a
// hash of 53 bits, are not entered again.
//
// Where two threads' next steps touch one word, one of them plainly and one to write it, they race.
// By the memory model's promise (no race: nothing but interleavings of atomic operations), it is
// enough to look for races at every state and otherwise to keep plain accesses together.

import { holds, type ModelThread, machine, type State, type Step } from './ring-machine.ts';

export interface Exploration {
  states: number;
  /** Ways to come to the end of every thread, states that differ. */
  ends: number;
  /** The first fault found, with the steps that lead to it. */
  fault: string | undefined;
}

/**
 * Every interleaving of the threads over the words watched last, or up to the first fault: a race,
 * an error thrown, or threads that can never go on. Throws above `statesMax` states.
 */
export function explore(threads: readonly ModelThread[], statesMax: number): Exploration {
  const start = machine.begin(threads);
  const seen = new Set<number>([stateKey(start)]);
  const open: State[] = [start];
  let ends = 0;
  const foundAt = (state: State, fault: string): Exploration => {
    return { states: seen.size, ends, fault: told(state, fault) };
  };
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    let steps: Step[] = [];
    for (let thread = 0; thread < threads.length; thread++) {
      if (!canMove(state, thread)) continue;
      try {
        steps.push(machine.advance(state, thread, threads[thread]!));
      } catch (error) {
        return foundAt(state, (error as Error).message);
      }
    }
    const word = wordRacedFor(steps);
    if (word >= 0) return foundAt(state, `race for word ${word}`);
    const alone = steps.find((step) => step.isAlone);
    if (alone !== undefined) steps = [alone];
    for (const { next } of steps) {
      const key = stateKey(next);
      if (!seen.has(key)) open.push(next);
      seen.add(key);
    }
    if (seen.size > statesMax) throw new Error(`more than ${statesMax} states`);
    if (steps.length > 0) continue;
    const stuck = threads.filter((_, i) => state.threads[i]!.status !== 'done');
    if (stuck.length > 0) {
      return foundAt(state, `never goes on: ${stuck.map(({ name }) => name).join(', ')}`);
    }
    ends += 1;
  }
  return { states: seen.size, ends, fault: undefined };
}

function canMove(state: State, thread: number): boolean {
  const { status, on } = state.threads[thread]!;
  return status === 'ready' || (status === 'stalled' && !holds(state.memory, on));
}

/** A word that two of these steps of different threads race for, or -1. */
function wordRacedFor(steps: readonly Step[]): number {
  for (const a of steps) {
    for (const b of steps) {
      if (a === b) continue;
      for (const at of a.writes) {
        if (b.writes.includes(at) || b.reads.includes(at) || b.atomicAt === at) return at;
      }
      for (const at of a.reads) if (b.isAtomicWrite && b.atomicAt === at) return at;
    }
  }
  return -1;
}

function stateKey({ memory, threads }: State): number {
  let a = 0x811c9dc5 | 0;
  let b = 0x2f0b4a87;
  const add = (word: number): void => {
    a = Math.imul(a ^ word, 0x01000193);
    a ^= a >>> 13;
    b = Math.imul((b << 13) ^ (b >>> 19) ^ word, 0x5bd1e995);
  };
  for (const at of machine.used) add(memory[at]!);
  for (const { id, counts, status, isWoken } of threads) {
    add(id);
    add(status.length * 2 + (isWoken ? 1 : 0));
    if (status === 'done') continue;
    for (let i = 0; i < counts.length; i += 2) add(counts[i + 1]! - memory[counts[i]!]!);
  }
  return (a >>> 0) * 0x20_0000 + ((b ^ (b >>> 11)) & 0x1f_ffff);
}

function told(state: State, fault: string): string {
  const steps: string[] = [];
  for (let t = state.trace; t !== undefined; t = t.before) steps.unshift(t.step);
  return `${fault}\n${steps.map((step) => `  ${step}`).join('\n')}`;
}
