import { expect, test } from 'vitest';
import { utf8 } from '@covey/codec';
import { readCommit, readCommitLinks } from './index.ts';

const TREE = '1'.repeat(40);
const ONE = '2'.repeat(40);
const TWO = '3'.repeat(40);
const PERSON = `Alice <${'a'.repeat(64)}> 1700000000 +0000`;
const REST = `author ${PERSON}\ncommitter ${PERSON}\nsignature AAAA\n\nparent ${TWO}\n`;

test.each([
  ['a root', `tree ${TREE}\n${REST}`],
  ['one parent', `tree ${TREE}\nparent ${ONE}\n${REST}`],
  ['two parents', `tree ${TREE}\nparent ${ONE}\nparent ${TWO}\n${REST}`],
  ['an octopus', `tree ${TREE}\nparent ${ONE}\nparent ${TWO}\nparent ${TREE}\n${REST}`],
  [
    'a parent behind the author',
    `tree ${TREE}\nauthor ${PERSON}\nparent ${ONE}\ncommitter ${PERSON}\n\nm`,
  ],
  ['a second tree', `tree ${TREE}\ntree ${ONE}\n${REST}`],
  [
    'a tree behind the author',
    `tree ${TREE}\nauthor ${PERSON}\ntree ${ONE}\ncommitter ${PERSON}\n\nm`,
  ],
  ['a parent before the tree', `parent ${ONE}\ntree ${TREE}\n${REST}`],
  ['a folded parent', `tree ${TREE}\nparent ${ONE}\n ${TWO}\n${REST}`],
  ['a folded tree', `tree ${TREE}\n ${ONE}\n${REST}`],
  ['upper case', `tree ${TREE}\nparent ${'A'.repeat(40)}\n${REST}`],
  ['a short id', `tree ${TREE}\nparent ${ONE.slice(1)}\n${REST}`],
  ['a long id', `tree ${TREE}\nparent ${ONE}0\n${REST}`],
  ['two spaces', `tree ${TREE}\nparent  ${ONE}\n${REST}`],
  ['no tree', REST],
  ['no line break at the end', `tree ${TREE}`],
  ['nothing', ''],
])('%s: what a commit leads to is what the strict reader finds', (_, text) => {
  const bytes = utf8(text);
  const { commit } = readCommit(bytes);
  const links = readCommitLinks(bytes);
  // Where the strict reader gives up because of the author, there is something to be told all the same.
  if (commit) expect(links).toMatchObject({ tree: commit.tree, parents: commit.parents });
  else if (links) expect(text).toContain(`tree ${links.tree}\n`);
});

test('without an author a commit leads to something all the same, and without a tree to nothing', () => {
  expect(readCommitLinks(utf8(`tree ${TREE}\nparent ${ONE}\n\nm`))).toEqual({
    tree: TREE,
    parents: [ONE],
  });
  expect(readCommitLinks(utf8(REST))).toBeUndefined();
});
