import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RULES, RULES_FOR_EVERY_COMMIT } from '@covey/conversation';
import type {
  HostileFile,
  HostileHistory,
} from '../packages/conversation/test/hostile/history-file.ts';
import type {
  RuleVector,
  RuleVectorFile,
} from '../packages/conversation/test/vectors/vector-file.ts';
import { ROOT } from './program.ts';

const HEAD = `# Hostile histories

<!-- Generated from vectors/rules and vectors/hostile by \`npm run generate\`. -->

How many vectors and hostile histories there are; the files and their form: [vectors](../../vectors/README.md),
[rules](../../vectors/rules/README.md), [hostile](../../vectors/hostile/README.md). No two histories are alike in rule, class of path
and place in the graph. Every one of them is judged in each test run from what stands in its file
(\`packages/conversation/test/*.vectors.test.ts\`), which also fails when a rule or a hole has too few.
`;

const HOLES: Readonly<Record<string, string>> = {
  H1: 'files with NUL, which a diff of text does not see',
  H2: 'a name that looks like another path',
  H3: 'a line break in a name',
  H4: 'edits that rewrite the tree',
  H5: 'certificates that nobody checked against the account',
  H6: 'roots and merges that nobody checked',
  H7: 'side branches with clocks far behind',
  H8: 'merges that drop what one side did',
  H9: 'votes without a file, or for another than the message says',
  H10: 'a leave that removes others, or adds',
  H11: 'exactly half, and votes that do not count',
  H12: 'banned devices that bring their certificate along',
  H13: 'clocks, dates and lists that nobody consulted',
  H14: 'modes that are not enforced; the banned, invited again',
  H15: 'sizes without an end',
  H16: 'objects that are said to be there',
  H17: 'poison in front of honest commits',
};

/** `docs/protocol/hostile-histories.md`: counts per rule, hole, family, path and place. */
export function hostileHistoriesPage(): string {
  const histories = vectorsIn<HostileFile>('hostile') as readonly HostileHistory[];
  const vectors = vectorsIn<RuleVectorFile>('rules') as readonly RuleVector[];
  const rules = [...new Set([...RULES_FOR_EVERY_COMMIT, ...Object.values(RULES).flat()])];
  const byRule = counted(histories, ({ rule }) => [rule]);
  const holes = counted(histories, (history) => history.holes);
  return [
    HEAD,
    `There are ${histories.length} histories, and ${vectors.length} vectors of ${rules.length} rules.\n`,
    table(
      'Rules',
      ['rule', 'vectors that keep it', 'vectors that break it', 'histories'],
      rules.map(({ id }) => {
        const its = vectors.filter(({ rule }) => rule === id);
        const broken = its.filter((vector) => breaks(vector)).length;
        return [`\`${id}\``, its.length - broken, broken, byRule.get(id) ?? 0];
      }),
    ),
    table(
      'What is valid, and what it comes to',
      ['part of authority.md', 'histories'],
      [...byRule].filter(([rule]) => !rules.some(({ id }) => id === rule)),
    ),
    table(
      'Holes of the first implementation',
      ['hole', 'what it is', 'histories'],
      Object.entries(HOLES).map(([hole, says]) => [hole, says, holes.get(hole) ?? 0]),
    ),
    table('Families', ['family', 'histories'], [...counted(histories, (each) => each.families)]),
    table('Paths', ['class', 'histories'], [...counted(histories, (each) => [each.pathClass])]),
    table(
      'Places in the graph',
      ['place', 'histories'],
      [...counted(histories, (each) => [each.parentShape])],
    ),
  ].join('\n');
}

function vectorsIn<F extends { readonly vectors: readonly unknown[] }>(folder: string) {
  const path = join(ROOT, 'vectors', folder);
  return readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => (JSON.parse(readFileSync(join(path, name), 'utf8')) as F).vectors); // Written by tools/vectors.
}

function breaks({ rule, expect }: RuleVector): boolean {
  if (expect === 'accepted') return false;
  return 'refused' in expect ? expect.refused === rule : expect.reported.includes(rule);
}

function counted(
  histories: readonly HostileHistory[],
  keysOf: (history: HostileHistory) => readonly string[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const key of histories.flatMap(keysOf)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return new Map([...counts].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true })));
}

function table(
  title: string,
  heads: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |\n`;
  return `## ${title}\n\n${line(heads)}${line(heads.map(() => '---'))}${rows.map(line).join('')}`;
}
