import koffi from 'koffi';

const CPUS_MAX = 1024;
const MASK_BYTES = CPUS_MAX / 8;

export interface Pinning {
  /** Processors that the thread may run on now, or what went wrong. */
  cpus: number[];
  error?: string;
}

/**
 * Pins the calling thread to one processor (sched_setaffinity, Linux); `auto`: the last of those
 * that it may use. Never throws: where it is not possible the answer says why, and the thread runs
 * on as before.
 */
export function pinThread(wanted: number | 'auto'): Pinning {
  if (process.platform !== 'linux')
    return { cpus: [], error: `not possible on ${process.platform}` };
  try {
    const libc = koffi.load('libc.so.6');
    const set = libc.func('int sched_setaffinity(int, size_t, const uint8_t *)');
    const get = libc.func('int sched_getaffinity(int, size_t, _Out_ uint8_t *)');
    const allowed = (): number[] => {
      const mask = new Uint8Array(MASK_BYTES);
      get(0, MASK_BYTES, mask);
      return Array.from({ length: CPUS_MAX }, (_, i) => i).filter(
        (i) => ((mask[i >> 3] ?? 0) & (1 << (i & 7))) !== 0,
      );
    };
    const cpu = wanted === 'auto' ? (allowed().at(-1) ?? 0) : wanted;
    const mask = new Uint8Array(MASK_BYTES);
    mask[cpu >> 3] = 1 << (cpu & 7);
    const failed = set(0, MASK_BYTES, mask) !== 0;
    const cpus = allowed();
    return failed ? { cpus, error: `the system refused processor ${cpu}` } : { cpus };
  } catch (error) {
    return { cpus: [], error: (error as Error).message };
  }
}
