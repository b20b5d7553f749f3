// Mechanical mutations of TypeScript sources, found on the syntax tree of the TypeScript compiler.
//
//   comparison   < becomes <=, > becomes >= and back; === becomes !== where it is no condition
//   condition    if, while, ?: and assert get the opposite of what they ask
//   logic        && becomes ||, ! is dropped
//   arithmetic   + becomes -, * becomes /, << becomes >>, & becomes |, += becomes -= … and back
//   constant     a number becomes the next one, true becomes false
//   min/max      Math.min becomes Math.max and back
//   removal      a call, an assignment, break, continue or return without a value goes
//
// Left out, for no run of a right program can tell: an assertion that goes, or that asks for less
// than it did (counted as `looser`); + and - of a constant that is 0 (the first word of a record).
// Left out too: `| 0` and `>>> 0`, which spell a type here.

import {
  type BinaryExpression,
  type Expression,
  type Node,
  type PrefixUnaryExpression,
  type SourceFile,
  SyntaxKind,
} from 'typescript/unstable/ast';
import * as is from 'typescript/unstable/ast/is';

export interface Mutation {
  /** Path from the project's root. */
  readonly file: string;
  readonly line: number;
  readonly kind: string;
  readonly from: number;
  readonly to: number;
  /** What comes in place of the text between them. */
  readonly text: string;
  /** The line, with `[was → is]` at its place. */
  readonly shown: string;
}

export interface Places {
  readonly mutations: readonly Mutation[];
  /** Mutations left out because they only make an assertion ask for less. */
  readonly looser: number;
}

const BOUNDARY: Readonly<Record<string, string>> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' };
const OPPOSITE: Readonly<Record<string, string>> = {
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '===': '!==',
  '!==': '===',
};
const LOGIC: Readonly<Record<string, string>> = { '&&': '||', '||': '&&' };
const ARITHMETIC: Readonly<Record<string, string>> = {
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '<<': '>>',
  '>>': '<<',
  '>>>': '<<',
  '&': '|',
  '|': '&',
  '^': '&',
  '+=': '-=',
  '-=': '+=',
  '*=': '/=',
  '<<=': '>>=',
  '>>=': '<<=',
  '>>>=': '<<=',
  '&=': '|=',
  '|=': '&=',
  '^=': '&=',
};
const SHOWN_LENGTH_MAX = 60;
/** What makes an assertion ask for less, on the way from the assertion down. */
const LOOSER: readonly string[] = ['<', '>', '&&'];

/** Names of the constants that a source file exports and that are 0. */
export function zerosOf(source: SourceFile): string[] {
  return source.statements.flatMap((statement) => {
    if (!is.isVariableStatement(statement)) return [];
    return statement.declarationList.declarations.flatMap(({ name, initializer }) =>
      is.isIdentifier(name) && initializer?.getText(source) === '0' ? name.text : [],
    );
  });
}

/** All mutations of one source file. `zeros`: the names of constants that are 0. */
export function mutationsOf(source: SourceFile, file: string, zeros: ReadonlySet<string>): Places {
  const found = new Finder(source, file, zeros);
  found.visit(source);
  return found;
}

class Finder implements Places {
  readonly mutations: Mutation[] = [];
  looser = 0;
  private readonly source: SourceFile;
  private readonly file: string;
  private readonly zeros: ReadonlySet<string>;

  constructor(source: SourceFile, file: string, zeros: ReadonlySet<string>) {
    this.source = source;
    this.file = file;
    this.zeros = zeros;
  }

  readonly visit = (node: Node): void => {
    if (is.isTypeNode(node) || is.isImportDeclaration(node)) return;
    if (is.isInterfaceDeclaration(node) || is.isTypeAliasDeclaration(node)) return;
    this.look(node);
    node.forEachChild(this.visit);
  };

  private look(node: Node): void {
    const asked = conditionOf(node);
    if (asked !== undefined) this.negate(asked);
    if (isRemovable(node)) this.add('removal', node, ';');
    if (is.isBinaryExpression(node)) this.lookAtBinary(node);
    else if (is.isPrefixUnaryExpression(node)) this.lookAtPrefix(node);
    else if (is.isPostfixUnaryExpression(node)) {
      const operand = this.textOf(node.operand);
      this.add('arithmetic', node, operand + (this.textOf(node).endsWith('++') ? '--' : '++'));
    } else if (is.isNumericLiteral(node) || is.isBigIntLiteral(node)) this.lookAtNumber(node);
    else if (node.kind === SyntaxKind.TrueKeyword) this.add('constant', node, 'false');
    else if (node.kind === SyntaxKind.FalseKeyword) this.add('constant', node, 'true');
    else if (is.isPropertyAccessExpression(node)) {
      const text = this.textOf(node);
      if (text === 'Math.min') this.add('min/max', node, 'Math.max');
      if (text === 'Math.max') this.add('min/max', node, 'Math.min');
    }
  }

  private lookAtBinary(node: BinaryExpression): void {
    const operator = this.textOf(node.operatorToken);
    const right = this.textOf(node.right);
    if (isType(operator, right)) return;
    if (/^[+-]$/.test(operator) && this.zeros.has(right.replace(/^\w+\./, ''))) return;
    for (const [kind, swaps] of [
      ['comparison', BOUNDARY],
      ['logic', LOGIC],
      ['arithmetic', ARITHMETIC],
    ] as const) {
      const swapped = swaps[operator];
      if (swapped === undefined) continue;
      if (LOOSER.includes(operator) && isAsserted(node)) this.looser += 1;
      else this.add(kind, node.operatorToken, swapped);
    }
    const opposite = OPPOSITE[operator];
    if (opposite === undefined || isCondition(node)) return;
    this.add('comparison', node.operatorToken, opposite);
  }

  private lookAtPrefix(node: PrefixUnaryExpression): void {
    const text = this.textOf(node);
    const operand = this.textOf(node.operand);
    if (text.startsWith('!')) {
      if (!isCondition(node)) this.add('logic', node, operand);
    } else if (text.startsWith('++')) {
      this.add('arithmetic', node, `--${operand}`);
    } else if (text.startsWith('--')) {
      this.add('arithmetic', node, `++${operand}`);
    } else if (text.startsWith('-')) {
      this.add('arithmetic', node, operand);
    } else if (text.startsWith('~')) {
      this.add('arithmetic', node, operand);
    }
  }

  private lookAtNumber(node: Node): void {
    const { parent } = node;
    if (is.isBinaryExpression(parent) && parent.right === node) {
      if (isType(this.textOf(parent.operatorToken), this.textOf(node))) return;
    }
    if (is.isBinaryExpression(parent) && isAsserted(parent) && this.isLooserAbove(parent, node)) {
      this.looser += 1;
      return;
    }
    const text = this.textOf(node).replaceAll('_', '');
    const suffix = text.endsWith('n') ? 'n' : '';
    const next = BigInt(suffix === '' ? text : text.slice(0, -1)) + 1n;
    this.add('constant', node, `${next}${suffix}`);
  }

  /** True when a greater number makes the comparison true more often. */
  private isLooserAbove({ operatorToken, right }: BinaryExpression, number: Node): boolean {
    const operator = this.textOf(operatorToken)[0];
    return right === number ? operator === '<' : operator === '>';
  }

  private negate(condition: Expression): void {
    const text = this.textOf(condition);
    this.add('condition', condition, `!(${text})`);
  }

  private textOf(node: Node): string {
    return this.source.text.slice(node.getStart(this.source), node.end);
  }

  private add(kind: string, node: Node, text: string): void {
    const whole = this.source.text;
    const from = node.getStart(this.source);
    const line = whole.slice(0, from).split('\n').length;
    const before = whole.slice(whole.lastIndexOf('\n', from - 1) + 1, from);
    const after = whole.slice(node.end).split('\n', 1)[0]!;
    const shown = `${before}[${brief(this.textOf(node))} → ${brief(text)}]${after}`.trim();
    this.mutations.push({ file: this.file, line, kind, from, to: node.end, text, shown });
  }
}

function brief(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > SHOWN_LENGTH_MAX ? `${line.slice(0, SHOWN_LENGTH_MAX)}…` : line;
}

/** What a statement or expression asks; undefined: it asks nothing. */
function conditionOf(node: Node): Expression | undefined {
  if (is.isIfStatement(node) || is.isWhileStatement(node) || is.isDoStatement(node)) {
    return node.expression;
  }
  if (is.isConditionalExpression(node)) return node.condition;
  if (isAssertion(node)) return node.arguments[0];
  return undefined;
}

function isAssertion(node: Node): node is Node & { arguments: readonly Expression[] } {
  return (
    is.isCallExpression(node) &&
    is.isIdentifier(node.expression) &&
    node.expression.text === 'assert'
  );
}

/** True when the whole of what something asks is this node: its opposite is made there. */
function isCondition(node: Node): boolean {
  return conditionOf(node.parent) === node;
}

/** True for what an assertion asks, or a part of it that must be true, or may be. */
function isAsserted(node: Node): boolean {
  const { parent } = node;
  if (isAssertion(parent)) return parent.arguments[0] === node;
  if (is.isParenthesizedExpression(parent)) return isAsserted(parent);
  const isPart =
    is.isBinaryExpression(parent) &&
    (parent.operatorToken.kind === SyntaxKind.AmpersandAmpersandToken ||
      parent.operatorToken.kind === SyntaxKind.BarBarToken);
  return isPart && isAsserted(parent);
}

/** `| 0` makes an int32 and `>>> 0` a uint32, they do not calculate. */
function isType(operator: string, right: string): boolean {
  return right === '0' && (operator === '|' || operator === '>>>');
}

function isRemovable(node: Node): boolean {
  if (is.isExpressionStatement(node)) return !isAssertion(node.expression);
  if (is.isReturnStatement(node)) return node.expression === undefined;
  return is.isBreakStatement(node) || is.isContinueStatement(node) || is.isThrowStatement(node);
}
