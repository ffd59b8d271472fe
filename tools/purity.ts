import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './program.ts';

/**
 * Rooms without clock, chance and I/O, as in `tsconfig.pure.json`. `.dependency-cruiser.cjs` names the
 * same but for `web-crypto`, which is an adapter and runs in a browser.
 */
const PURE =
  '{errors,codec,identity,git-objects,conversation,account,replication,sealed-pack,web-crypto}';
const TESTS = /\.(test|bench|scenario)\.ts$/;

/**
 * Finds reads of the clock and of chance in one source file. The compiler lets these pass, since
 * they belong to the language itself; timers and I/O it refuses, as no type of theirs is loaded.
 * @returns one line per finding, `path:line: what`
 */
export function impurities(path: string, source: string): string[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.ES2024, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const what = impurity(node);
    if (what) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${path}:${line + 1}: ${what}`);
    }
    node.forEachChild(visit);
  };
  visit(file);
  return found;
}

function impurity(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const name = `${node.expression.getText()}.${node.name.text}`;
    if (name === 'Date.now') return 'Date.now: time is an argument';
    if (name === 'Math.random') return 'Math.random: chance is an argument';
  }
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) {
    return 'new Date(): time is an argument';
  }
  if (ts.isCallExpression(node) && node.expression.getText() === 'Date') {
    return 'Date(): time is an argument';
  }
  if (ts.isIdentifier(node) && node.text === 'globalThis') {
    return 'globalThis: a way around the rules';
  }
  return undefined;
}

/** Impurities of the pure packages of this checkout. */
export function purityProblems(): readonly string[] {
  return globSync(`packages/${PURE}/src/**/*.ts`, { cwd: ROOT })
    .filter((path) => !TESTS.test(path))
    .sort()
    .flatMap((path) => impurities(path, readFileSync(join(ROOT, path), 'utf8')));
}
