import { FSCK_IDS } from '../packages/git-objects/test/fsck-ids.ts';
import { FSCK_CHECKS } from '../packages/git-objects/test/fsck-table.ts';
import type { ObjectCheck } from '../packages/git-objects/test/object-check.ts';
import { STRICT_CHECKS } from '../packages/git-objects/test/strict-rules-table.ts';

const HEAD = `# Object checks

<!-- Generated from packages/git-objects/test/fsck-table.ts and strict-rules-table.ts by \`npm run generate\`. -->

What Git calls an error, a warning or a remark is all the same here: whatever can stand in a commit or a tree is
refused, for ever and by every device. Each row is proven by inputs that show it. *Inputs* tells how many, and which reader
refuses them (\`packages/git-objects/test/fsck-table.test.ts\`), or the test that proves it elsewhere.

## What git fsck names

| id | in Git | here | inputs |
|---|---|---|---|
`;

const STRICT_HEAD = `
## What git fsck lets pass

| rule | here | inputs |
|---|---|---|
`;

/** `docs/protocol/object-checks.md`: what becomes of everything that could be wrong with an object. */
export function objectChecksPage(): string {
  const fsck = Object.entries(FSCK_IDS).flatMap(([severity, ids]) =>
    ids.map((id) => `| \`${id}\` | ${severity} | ${says(FSCK_CHECKS[id])} |\n`),
  );
  const strict = Object.entries(STRICT_CHECKS).map(
    ([rule, check]) => `| ${rule} | ${says(check)} |\n`,
  );
  return HEAD + fsck.join('') + STRICT_HEAD + strict.join('');
}

function says(check: ObjectCheck): string {
  return `${check.says} | ${proofOf(check)}`;
}

function proofOf(check: ObjectCheck): string {
  if ('elsewhere' in check) return `\`${check.elsewhere.file}\``;
  const readers = new Set(check.examples.map(({ reader }) => reader));
  return `${check.examples.length} (${[...readers].join(', ')})`;
}
