// State ↔ words. An image is what of the state is in use, as it lies: references are word
// addresses, so it fits only a state that is laid out for the same limits.
//
//   word  0     words of the whole state: of the map that it fits
//         1     number of regions
//         2 …   for each region its first word and the one behind its last
//         then  the words of the regions, one after the other

import { assert } from '../base/assert.ts';
import type { Core } from './core.ts';
import * as map from './memory-layout.ts';
import { clearMap, usedRegions } from './memory-map.ts';

/** Changes with every change of what a state's words mean. */
export const STATE_VERSION = 2;

const HEAD_WORDS = 2;

/** The image of a state, as views of it and a head: good until the next command. */
export function stateImage(m: Int32Array): Int32Array[] {
  const regions = usedRegions(m);
  const head = new Int32Array(HEAD_WORDS + regions.length);
  head[0] = m.length;
  head[1] = regions.length / 2;
  head.set(regions, HEAD_WORDS);
  const parts: Int32Array[] = [head];
  for (let i = 0; i < regions.length; i += 2) {
    parts.push(m.subarray(regions[i], regions[i + 1]));
  }
  return parts;
}

/** Puts a state back. Throws when the image is of other limits, or is none. */
export function restoreState(m: Int32Array, image: Int32Array): void {
  assert(image[0] === m.length, 'the image is of the same limits');
  const regions = image[1];
  let at = HEAD_WORDS + regions * 2;
  assert(at <= image.length, 'an image has all its regions');
  clearMap(m);
  for (let i = 0; i < regions; i++) {
    const from = image[HEAD_WORDS + i * 2];
    const to = image[HEAD_WORDS + i * 2 + 1];
    const words = to - from;
    assert(from >= 0 && words >= 0 && to <= m.length, 'a region lies in the state');
    assert(at + words <= image.length, 'an image has all words of its regions');
    m.set(image.subarray(at, at + words), from);
    at += words;
  }
  assert(at === image.length, 'an image has nothing else');
}

/** Command sequence of the last command applied: low and high word. */
export function lastSequence(core: Core): [low: number, high: number] {
  return [core.m[map.H_SEQUENCE_LOW], core.m[map.H_SEQUENCE_HIGH]];
}

/** The core's clock, ns: low and high word. */
export function clock(core: Core): [low: number, high: number] {
  return [core.m[map.H_CLOCK_LOW], core.m[map.H_CLOCK_HIGH]];
}

/** The highest clOrdId of every account: its number, then the id's low and high word. */
export function highestClOrdIds(core: Core): Int32Array {
  const m = core.m;
  const base = m[map.H_ACCOUNTS_BASE];
  const accounts = (m[map.H_ACCOUNT_UNUSED] - base) / map.ACCOUNT_WORDS;
  const words = new Int32Array(accounts * 3);
  for (let i = 0; i < accounts; i++) {
    const account = base + i * map.ACCOUNT_WORDS;
    words[i * 3] = m[account + map.A_NUMBER];
    words[i * 3 + 1] = m[account + map.A_HIGHEST_LOW];
    words[i * 3 + 2] = m[account + map.A_HIGHEST_HIGH];
  }
  return words;
}
