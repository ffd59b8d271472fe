import type { Rule } from '../rule.ts';
import { how } from './message.ts';

/** A merge has no opinion of its own. `before` is the resolved state of its parents. */
export const merge: readonly Rule[] = [
  {
    id: 'merge/two-parents',
    says: 'A merge MUST have exactly two parents.',
    source: 'authority.md, rule 13',
    jami: 'deviate',
    hole: 'an octopus is read parent by parent',
    breaks: ({ parents }) => (parents.length === 2 ? undefined : `${parents.length} parents`),
  },
  {
    id: 'merge/apart',
    says: 'Neither parent of a merge MUST be an ancestor of the other.',
    source: 'authority.md, rule 13',
    jami: 'deviate',
    hole: 'a merge of what needs none is read over',
    breaks: ({ apart }) => (apart ? undefined : 'one parent is an ancestor of the other'),
  },
  {
    id: 'merge/message',
    says: "The message of a merge MUST be `Merge commit '<second parent>'`.",
    source: 'jami-format.md 1.5; authority.md, rule 1',
    jami: 'deviate',
    hole: 'text hides in merges',
    breaks: ({ message, parents }) =>
      message === `Merge commit '${parents[1]}'` ? undefined : 'another message',
  },
  {
    id: 'merge/tree-is-exact',
    says: "The tree of a merge MUST be exactly what its ancestors resolve to, plus at most its author's own papers.",
    source: 'authority.md, rule 13; VAL-10',
    jami: 'deviate',
    hole: 'H6, H8: a merge adds, drops or undoes what it likes',
    breaks: ({ changed }) => changed[0] && { found: how(changed[0]), path: changed[0].path },
  },
];
