// The price ladder of one book side: which levels exist, which is best, which comes next. See
// memory-layout.ts for trie, pages and keys. Its size follows the levels in use, never the price
// range.
//
// Invariants: a page exists exactly while one of its levels has an order; a node (but a root)
// exactly while it has a child; S_BEST is the level with the smallest key. A page never fails to
// get its nodes: the node pool holds TRIE_DEPTH for each page.

import { assert } from '../base/assert.ts';
import { bitsAbove, lowestBit } from '../base/bits.ts';
import {
  CHILD_BITS,
  CHILD_MASK,
  H_LEVELS_BASE,
  H_NODE_FREE,
  H_NODE_UNUSED,
  H_NODES_END,
  H_PAGE_FREE,
  H_PAGE_UNUSED,
  H_PAGES_BASE,
  H_PAGES_END,
  H_PAGES_LEFT,
  H_PAGES_RESERVED,
  L_FIRST,
  L_LAST,
  LAST_NODE_SHIFT,
  LEVEL_WORDS_SHIFT,
  N_BITS,
  N_CHILDREN,
  N_PARENT,
  NODE_WORDS,
  P_BITS,
  P_KEY,
  P_PARENT,
  PAGE_LEVELS_SHIFT,
  PAGE_SHIFT,
  PAGE_WORDS,
  PAGE_WORDS_SHIFT,
  ROOT_SHIFT,
  S_BEST,
  S_BEST_KEY,
  S_CACHE,
  S_CACHE_MASK,
  S_ROOT,
  TICK_MASK,
} from './memory-layout.ts';

/** Price key of a level. */
export function levelKey(m: Int32Array, level: number): number {
  const page = pageOfLevel(m, level);
  return (m[page + P_KEY] + tickOf(m, level)) | 0;
}

/** The page that holds a key's level, 0 when it does not exist. */
export function findPage(m: Int32Array, side: number, key: number): number {
  const cache = side + S_CACHE + ((key >>> PAGE_SHIFT) & S_CACHE_MASK);
  const cached = m[cache];
  if (cached !== 0 && m[cached + P_KEY] === (key & ~TICK_MASK)) return cached;
  let at = m[side + S_ROOT];
  for (let shift = ROOT_SHIFT; shift >= LAST_NODE_SHIFT; shift -= CHILD_BITS) {
    at = m[at + N_CHILDREN + ((key >>> shift) & CHILD_MASK)];
    if (at === 0) return 0;
  }
  m[cache] = at;
  return at;
}

/**
 * True when a level for this key exists or can be made, and `more` pages beside it: those that
 * waiting stops will need stay reserved.
 */
export function hasRoomFor(m: Int32Array, side: number, key: number, more: number): boolean {
  const left = m[H_PAGES_LEFT] - m[H_PAGES_RESERVED] - more;
  return left > 0 || (left === 0 && findPage(m, side, key) !== 0);
}

/** The level of a key, made (empty, but marked as in use) when it is not there. */
export function levelFor(m: Int32Array, side: number, key: number): number {
  let page = findPage(m, side, key);
  if (page === 0) page = addPage(m, side, key);
  const tick = key & TICK_MASK;
  const level = levelAt(m, page, tick);
  const bits = (page + P_BITS + (tick >>> 5)) | 0;
  const bit = 1 << (tick & 31);
  if ((m[bits] & bit) === 0) {
    m[bits] |= bit;
    m[level + L_FIRST] = level;
    m[level + L_LAST] = level;
    if (m[side + S_BEST] === 0 || key < m[side + S_BEST_KEY]) {
      m[side + S_BEST] = level;
      m[side + S_BEST_KEY] = key;
    }
  }
  return level;
}

/** Takes a level out that has become empty. */
export function removeLevel(m: Int32Array, side: number, level: number): void {
  assert(m[level + L_FIRST] === level, 'only an empty level is removed');
  const page = pageOfLevel(m, level);
  const tick = tickOf(m, level);
  const bits = (page + P_BITS + (tick >>> 5)) | 0;
  assert((m[bits] & (1 << (tick & 31))) !== 0, 'a level in use is marked in its page');
  m[bits] &= ~(1 << (tick & 31));
  if (m[side + S_BEST] === level) {
    const next = nextInPage(m, page, tick) || firstAfterPage(m, page);
    m[side + S_BEST] = next;
    m[side + S_BEST_KEY] = next === 0 ? 0 : levelKey(m, next);
  }
  if ((m[page + P_BITS] | m[page + P_BITS + 1]) === 0) removePage(m, side, page);
}

/** The next worse level with orders, 0 = none. */
export function nextLevel(m: Int32Array, level: number): number {
  const page = pageOfLevel(m, level);
  return nextInPage(m, page, tickOf(m, level)) || firstAfterPage(m, page);
}

/** A side's root node: made once, when its instrument is defined. */
export function addRoot(m: Int32Array, side: number): void {
  m[side + S_ROOT] = takeNode(m, 0);
}

function levelAt(m: Int32Array, page: number, tick: number): number {
  const pageNumber = ((page - m[H_PAGES_BASE]) | 0) >>> PAGE_WORDS_SHIFT;
  const levels = m[H_LEVELS_BASE] + (pageNumber << PAGE_LEVELS_SHIFT);
  return (levels + (tick << LEVEL_WORDS_SHIFT)) | 0;
}

function pageOfLevel(m: Int32Array, level: number): number {
  const pageNumber = ((level - m[H_LEVELS_BASE]) | 0) >>> PAGE_LEVELS_SHIFT;
  return (m[H_PAGES_BASE] + (pageNumber << PAGE_WORDS_SHIFT)) | 0;
}

function tickOf(m: Int32Array, level: number): number {
  return (((level - m[H_LEVELS_BASE]) | 0) >>> LEVEL_WORDS_SHIFT) & TICK_MASK;
}

function nextInPage(m: Int32Array, page: number, tick: number): number {
  let word = tick >>> 5;
  let bits = bitsAbove(m[page + P_BITS + word], tick & 31);
  if (bits === 0 && word === 0) {
    word = 1;
    bits = m[page + P_BITS + 1];
  }
  if (bits === 0) return 0;
  return levelAt(m, page, (word << 5) + lowestBit(bits));
}

/** Up to the first ancestor with a later child, then down along the first children. */
function firstAfterPage(m: Int32Array, page: number): number {
  const key = m[page + P_KEY];
  let node = m[page + P_PARENT];
  let shift = LAST_NODE_SHIFT;
  let later = bitsAbove(m[node + N_BITS], (key >>> shift) & CHILD_MASK);
  while (later === 0) {
    node = m[node + N_PARENT];
    if (node === 0) return 0;
    shift += CHILD_BITS;
    later = bitsAbove(m[node + N_BITS], (key >>> shift) & CHILD_MASK);
  }
  let at = m[node + N_CHILDREN + lowestBit(later)];
  for (; shift > LAST_NODE_SHIFT; shift -= CHILD_BITS) {
    at = m[at + N_CHILDREN + lowestBit(m[at + N_BITS])];
  }
  const low = m[at + P_BITS];
  const tick = low !== 0 ? lowestBit(low) : 32 + lowestBit(m[at + P_BITS + 1]);
  return levelAt(m, at, tick);
}

function addPage(m: Int32Array, side: number, key: number): number {
  let node = m[side + S_ROOT];
  for (let shift = ROOT_SHIFT; shift > LAST_NODE_SHIFT; shift -= CHILD_BITS) {
    const child = (key >>> shift) & CHILD_MASK;
    let next = m[node + N_CHILDREN + child];
    if (next === 0) {
      next = takeNode(m, node);
      setChild(m, node, child, next);
    }
    node = next;
  }
  const page = takePage(m);
  m[page + P_KEY] = key & ~TICK_MASK;
  m[page + P_BITS] = 0;
  m[page + P_BITS + 1] = 0;
  m[page + P_PARENT] = node;
  setChild(m, node, (key >>> LAST_NODE_SHIFT) & CHILD_MASK, page);
  m[side + S_CACHE + ((key >>> PAGE_SHIFT) & S_CACHE_MASK)] = page;
  return page;
}

function setChild(m: Int32Array, node: number, child: number, to: number): void {
  assert((m[node + N_BITS] & (1 << child)) === 0, 'the child is new');
  m[node + N_CHILDREN + child] = to;
  m[node + N_BITS] |= 1 << child;
}

function removePage(m: Int32Array, side: number, page: number): void {
  const key = m[page + P_KEY];
  const cache = side + S_CACHE + ((key >>> PAGE_SHIFT) & S_CACHE_MASK);
  if (m[cache] === page) m[cache] = 0;
  let node = m[page + P_PARENT];
  m[page] = m[H_PAGE_FREE];
  m[H_PAGE_FREE] = page;
  m[H_PAGES_LEFT] += 1;
  for (let shift = LAST_NODE_SHIFT; ; shift += CHILD_BITS) {
    const child = (key >>> shift) & CHILD_MASK;
    assert((m[node + N_BITS] & (1 << child)) !== 0, 'the child is there');
    m[node + N_CHILDREN + child] = 0;
    m[node + N_BITS] &= ~(1 << child);
    const parent = m[node + N_PARENT];
    if (m[node + N_BITS] !== 0 || parent === 0) return;
    m[node] = m[H_NODE_FREE];
    m[H_NODE_FREE] = node;
    node = parent;
  }
}

function takePage(m: Int32Array): number {
  m[H_PAGES_LEFT] -= 1;
  const free = m[H_PAGE_FREE];
  if (free !== 0) {
    m[H_PAGE_FREE] = m[free];
    return free;
  }
  const page = m[H_PAGE_UNUSED];
  assert(page < m[H_PAGES_END], 'a page is free: hasRoomFor was asked');
  m[H_PAGE_UNUSED] = page + PAGE_WORDS;
  return page;
}

/** A node without children (a freed node has none either, but for its link). */
function takeNode(m: Int32Array, parent: number): number {
  let node = m[H_NODE_FREE];
  if (node !== 0) {
    m[H_NODE_FREE] = m[node];
  } else {
    node = m[H_NODE_UNUSED];
    assert(node < m[H_NODES_END], 'the node pool covers the page pool');
    m[H_NODE_UNUSED] = node + NODE_WORDS;
  }
  m[node + N_BITS] = 0;
  m[node + N_PARENT] = parent;
  return node;
}
