import koffi from 'koffi';

const CPUS_MAX = 1024;
const MASK_BYTES = CPUS_MAX / 8;

export interface Pinning {
  /** Processors that the thread may run on now, or what went wrong. */
  cpus: number[];
  error?: string;
}

/**
 * Pins the calling thread to one processor (sched_setaffinity, Linux). Never throws: where it is
 * not possible the answer says why, and the thread runs on as before.
 */
export function pinThread(cpu: number): Pinning {
  if (process.platform !== 'linux')
    return { cpus: [], error: `not possible on ${process.platform}` };
  try {
    const libc = koffi.load('libc.so.6');
    const set = libc.func('int sched_setaffinity(int, size_t, const uint8_t *)');
    const get = libc.func('int sched_getaffinity(int, size_t, _Out_ uint8_t *)');
    const wanted = new Uint8Array(MASK_BYTES);
    wanted[cpu >> 3] = 1 << (cpu & 7);
    const failed = set(0, MASK_BYTES, wanted) !== 0;
    const mask = new Uint8Array(MASK_BYTES);
    get(0, MASK_BYTES, mask);
    const cpus = Array.from({ length: CPUS_MAX }, (_, i) => i).filter(
      (i) => ((mask[i >> 3] ?? 0) & (1 << (i & 7))) !== 0,
    );
    return failed ? { cpus, error: `the system refused processor ${cpu}` } : { cpus };
  } catch (error) {
    return { cpus: [], error: (error as Error).message };
  }
}
