import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './program.ts';

const TEST_FILES = [
  '{packages,services}/*/{src,test}/**/*.{test,scenario}.ts',
  'packages/{conformance,testkit}/src/**/*.ts',
  'tools/**/*.test.ts',
];
const SUITES = new Set(['test', 'it', 'describe', 'scenario']);
const IDS_FIRST = /^(?<ids>[A-Z]+-[A-Z0-9]+(?:, ?[A-Z]+-[A-Z0-9]+)*): /;

/** `docs/requirements.json`: per landed issue the requirements that it has promised. */
interface Promises {
  readonly landed: Readonly<Record<string, readonly string[]>>;
}

/**
 * The requirement ids that names of tests and suites begin with, as in `test('ID-2, VAL-1: ...'`.
 * What is skipped or only planned proves nothing.
 */
export function provenIds(testSource: string): Set<string> {
  const file = ts.createSourceFile('test.ts', testSource, ts.ScriptTarget.ES2024, true);
  const ids = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isLive(node.expression)) {
      const name = node.arguments[0];
      // A template's text up to its first placeholder is enough: the ids come first.
      const text = name && /^['"`]/.test(name.getText()) ? name.getText().slice(1) : '';
      const found = IDS_FIRST.exec(text)?.groups?.['ids'];
      for (const id of found?.split(/, ?/) ?? []) ids.add(id);
    }
    node.forEachChild(visit);
  };
  visit(file);
  return ids;
}

/** Whether a callee such as `test`, `test.each(rows)` or `describe.skipIf(absent)` runs tests. */
function isLive(callee: ts.Node): boolean {
  if (ts.isIdentifier(callee)) return SUITES.has(callee.text);
  if (ts.isCallExpression(callee)) return isLive(callee.expression);
  if (!ts.isPropertyAccessExpression(callee)) return false;
  return !['skip', 'todo'].includes(callee.name.text) && isLive(callee.expression);
}

/** One line per id of a landed issue that no test names. */
export function unproven({ landed }: Promises, proven: ReadonlySet<string>): string[] {
  return Object.entries(landed).flatMap(([issue, ids]) =>
    ids.filter((id) => !proven.has(id)).map((id) => `${id} (${issue}): no test is named after it`),
  );
}

/** Requirements of this checkout that are promised and not proven. */
export function requirementProblems(): readonly string[] {
  const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
  const promises = JSON.parse(read('docs/requirements.json')) as Promises; // ours, in this checkout
  const proven = globSync(TEST_FILES, { cwd: ROOT }).flatMap((path) => [...provenIds(read(path))]);
  return unproven(promises, new Set(proven));
}
