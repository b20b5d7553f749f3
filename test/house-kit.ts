// The checks behind house.test.ts. Each takes sources as text and gives its complaints, so that a
// bad snippet can prove that a check is able to fail.

import { posix } from 'node:path';
import { parseAst } from 'vitest/node';

/** `path` from the project's root, with forward slashes. */
export interface Source {
  path: string;
  text: string;
}

export const FILE_LINES_MAX = 400;
export const FUNCTION_LINES_MAX = 60;
export const COLUMNS_MAX = 100;

const CORE_CODES = /^core\/codes\.ts$/;
const CORE_LAYOUTS = /^core\/(codes|[a-z-]+-(slot|layout))\.ts$/;
const RING_LAYOUT = /^ring\/[a-z-]+-layout\.ts$/;

/**
 * What each room may import beside itself: a room by its name, or files of a room by a pattern of
 * `room/file`.
 */
const IMPORTS: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  base: [],
  core: ['base'],
  ring: ['base'],
  wire: ['base', CORE_LAYOUTS, RING_LAYOUT],
  session: ['base', CORE_LAYOUTS, 'wire'],
  journal: ['base', 'core', 'wire'],
  feed: ['base', CORE_LAYOUTS, 'ring', 'wire'],
  gateway: ['base', CORE_CODES, 'ring', 'wire', 'session', 'ops'],
  ops: ['base', 'ring'],
  workers: allBut('sim'),
  client: ['base', 'wire'],
  sim: allBut('gateway', 'workers', 'cli'),
  cli: allBut(),
};

function allBut(...rooms: string[]): RegExp[] {
  return [new RegExp(`^(?!(${[...rooms, ' '].join('|')})/)`)];
}

/** Rooms that are functions of what they are given: no clock, chance, timer, Node or package. */
const PURE_ROOMS: readonly string[] = ['base', 'core', 'ring'];
const IMPURE_GLOBALS: readonly string[] = [
  'Date',
  'performance',
  'process',
  'globalThis',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
];

/** Imports that the table of rooms does not allow. For files of src. */
export function importFaults({ path, text }: Source): string[] {
  const room = path.split('/')[1]!;
  const allowed = IMPORTS[room];
  if (allowed === undefined || !path.startsWith(`src/${room}/`)) {
    return [`${path}: ${room} is no room of the house`];
  }
  const faults: string[] = [];
  for (const specifier of specifiers(text)) {
    if (!specifier.startsWith('.')) {
      if (PURE_ROOMS.includes(room)) faults.push(`${path}: imports ${specifier}`);
      continue;
    }
    const target = posix.join(posix.dirname(path), specifier);
    const inside = target.startsWith('src/') ? target.slice('src/'.length) : '';
    const welcome = [room, ...allowed].some((rule) =>
      typeof rule === 'string' ? inside.startsWith(`${rule}/`) : rule.test(inside),
    );
    if (inside === '' || !welcome) faults.push(`${path}: imports ${specifier}`);
  }
  return faults;
}

/** Clocks, chance and timers in rooms that must have none. For files of src. */
export function purityFaults({ path, text }: Source): string[] {
  if (!PURE_ROOMS.includes(path.split('/')[1]!)) return [];
  const faults: string[] = [];
  walk(parse(text), (node, parent) => {
    if (node.type !== 'Identifier' || isOnlyAName(node, parent)) return;
    const random = node.name === 'Math' && memberName(parent) === 'random';
    if (random || IMPURE_GLOBALS.includes(node.name as string)) {
      faults.push(`${path}:${lineOf(text, node.start)}: ${random ? 'Math.random' : node.name}`);
    }
  });
  return faults;
}

/** Files, lines and functions that are too long. A `describe` block is a chapter, no function. */
export function sizeFaults({ path, text }: Source): string[] {
  const lines = text.replace(/\n$/, '').split('\n');
  const faults: string[] = [];
  if (lines.length > FILE_LINES_MAX) faults.push(`${path}: ${lines.length} lines`);
  lines.forEach((line, index) => {
    const columns = [...line].length;
    if (columns > COLUMNS_MAX) faults.push(`${path}:${index + 1}: ${columns} columns`);
  });
  walk(parse(text), (node, parent) => {
    if (!/Function(Declaration|Expression)$/.test(node.type) || isDescribe(parent)) return;
    const first = lineOf(text, node.start);
    const length = lineOf(text, node.end) - first + 1;
    if (length > FUNCTION_LINES_MAX) faults.push(`${path}:${first}: function of ${length} lines`);
  });
  return faults;
}

// Split, so that this file does not find itself.
const UNFINISHED = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`);

/** Marks of unfinished work, and code that was commented out. */
export function leftoverFaults({ path, text }: Source): string[] {
  const faults: string[] = [];
  text.split('\n').forEach((line, index) => {
    const comment = /^\s*\/\/\s?(.*)$/.exec(line)?.[1];
    if (UNFINISHED.test(line)) faults.push(`${path}:${index + 1}: unfinished`);
    if (comment !== undefined && isCode(comment)) {
      faults.push(`${path}:${index + 1}: commented-out code`);
    }
  });
  return faults;
}

const VAGUE = /^(managers?|helpers?|utils?|data|infos?|process.*)$/;

/** Names of files and folders that say nothing. */
export function nameFaults(path: string): string[] {
  const words = path.split(/[/.\-_]|(?=[A-Z])/).map((word) => word.toLowerCase());
  return words.filter((word) => VAGUE.test(word)).map((word) => `${path}: named ${word}`);
}

const MACHINE_PATH = /(?<![\w.~*}])(\/(work|home|root|Users)\/|[A-Z]:\\)/;
const WORKPLACE = /\bissues? \d|\b(the|this|next|later) issue\b/i;

/** Paths of one machine, and the talk of those who built it. For every text of the project. */
export function placeFaults({ path, text }: Source): string[] {
  const faults: string[] = [];
  text.split('\n').forEach((line, index) => {
    if (MACHINE_PATH.test(line)) faults.push(`${path}:${index + 1}: path of a machine`);
    if (WORKPLACE.test(line)) faults.push(`${path}:${index + 1}: talk of the workplace`);
  });
  return faults;
}

const TOP_LEVEL: readonly string[] = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'biome.json',
  'vitest.config.ts',
  'build.mjs',
  'src',
  'schemas',
  'bench',
  'test',
  'k8s',
  'Dockerfile',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
];

/** Files whose top-level folder or name has no place in the project. */
export function topLevelFaults(paths: readonly string[]): string[] {
  const entries = new Set(paths.map((path) => path.split('/')[0]!));
  return [...entries].filter((entry) => !entry.startsWith('.') && !TOP_LEVEL.includes(entry));
}

interface Node {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

function parse(text: string): Node {
  return parseAst(text, { lang: 'ts' }) as unknown as Node;
}

/** Every node of a tree, outermost first, with the node that holds it. */
function walk(node: Node, visit: (node: Node, parent: Node) => void, parent = node): void {
  visit(node, parent);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === 'string') walk(child as Node, visit, node);
    }
  }
}

/** Every module that a source names, also in types and in `import()`. */
function specifiers(text: string): string[] {
  const found: string[] = [];
  walk(parse(text), (node) => {
    if (!/^(Import|Export\w*)Declaration$|^(TS)?Import(Expression|Type)$/.test(node.type)) return;
    const source = node.source as Node | null | undefined;
    if (source) found.push(typeof source.value === 'string' ? source.value : '(computed)');
  });
  return found;
}

/** True for the `b` of `a.b` and of `{ b: 1 }`. */
function isOnlyAName(node: Node, parent: Node): boolean {
  if (parent.computed === true) return false;
  return parent.property === node || parent.key === node;
}

function memberName(node: Node): unknown {
  return (node.property as Node | undefined)?.name;
}

function isDescribe(call: Node): boolean {
  if (call.type !== 'CallExpression') return false;
  let callee = call.callee as Node | undefined;
  while (callee?.type === 'CallExpression') callee = callee.callee as Node;
  if (callee?.type === 'MemberExpression') callee = callee.object as Node;
  return callee?.name === 'describe';
}

/** True when a comment's line parses as a statement and ends like one. */
function isCode(comment: string): boolean {
  if (!/[;{}]\s*$/.test(comment)) return false;
  try {
    return parse(comment.replace(/\{\s*$/, '{}')).body !== undefined;
  } catch {
    return false;
  }
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}
