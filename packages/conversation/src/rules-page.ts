import { RULES, RULES_FOR_EVERY_COMMIT } from './judge.ts';
import { COMMIT_KINDS, type CommitKind } from './kinds.ts';
import type { Rule } from './rule.ts';

const HEAD = `# Rules

<!-- Generated from packages/conversation/src/rules by \`npm run generate\`. -->

Whether a commit is valid is decided by these rules, in this order: first those for every commit, then those of its
kind. In the profile \`strict\` the first broken rule refuses the commit, and the refusal names it. The profile \`jami\`
reads histories that Jami wrote: where the last column says so it accepts the commit and reports the rule as a
deviation. No rule looks at a clock, at the network or at the order of arrival, so that the verdict is the same on every
device, for ever. An id never changes its meaning. Each id leads to the file of vectors that keep and break its rule; how many
there are: [hostile histories](hostile-histories.md).

MUST, MUST NOT and MAY are those of BCP 14. Sources name the project's design pages and requirements.
`;

/** Kinds whose name does not say what they are. */
const TITLES: Partial<Record<CommitKind, string>> = {
  unknown: 'any other MIME type',
  leave: 'leave (`member`, action `remove`)',
  papers: 'papers (`application/update-papers`)',
};

/** `docs/protocol/rules.md`: the tables that judge, as a page with an anchor per rule. */
export function rulesPage(): string {
  const tables = new Map<readonly Rule[], CommitKind[]>();
  for (const kind of COMMIT_KINDS) {
    const kinds = tables.get(RULES[kind]);
    if (kinds) kinds.push(kind);
    else tables.set(RULES[kind], [kind]);
  }
  const shown = new Set<string>();
  return [
    HEAD,
    section('Every commit', RULES_FOR_EVERY_COMMIT, shown),
    ...[...tables].map(([rules, kinds]) =>
      section(kinds.map((kind) => TITLES[kind] ?? kind).join(', '), rules, shown),
    ),
  ].join('\n');
}

function section(title: string, rules: readonly Rule[], shown: Set<string>): string {
  const rows = rules.map((rule) => row(rule, shown));
  return `## ${title}\n\n| id | says | source | in profile jami |\n|---|---|---|---|\n${rows.join('')}`;
}

/** The anchor stands where a rule is first met: several kinds share some. */
function row({ id, says, source, jami, hole = '' }: Rule, shown: Set<string>): string {
  const anchor = shown.has(id) ? '' : `<a id="${id}"></a>`;
  shown.add(id);
  const leniency =
    jami === 'refuse'
      ? 'refused'
      : `${jami === 'deviate' ? 'accepted and reported' : 'refused, or accepted and reported, by the facts'}: ${hole}`;
  return `| ${anchor}[\`${id}\`](../../vectors/rules/${id.split('/')[0]}.json) | ${cell(says)} | ${cell(source)} | ${cell(leniency)} |\n`;
}

const cell = (text: string) => text.replaceAll('|', '\\|');
