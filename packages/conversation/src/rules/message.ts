import type { JsonObject } from '@covey/codec';
import { isOid } from '@covey/git-objects';
import type { Facts } from '../facts.ts';
import { type CommitKind, text } from '../kinds.ts';
import type { Finding, Leniency, Rule } from '../rule.ts';

const RELATIONS = ['edit', 'reply-to', 'react-to'] as const;
const EDITABLE: ReadonlySet<CommitKind> = new Set(['text', 'reply', 'reaction', 'file']);
const DECIMAL = /^(0|[1-9][0-9]{0,15})$/;

const noOtherChange: Rule = {
  id: 'message/no-other-change',
  says: "A message of any MIME type MUST change no file but its author's own papers.",
  source: 'authority.md, rule 6',
  jami: 'refuse',
  breaks: ({ changed }) => changed[0] && { found: how(changed[0]), path: changed[0].path },
};

const body: Rule = {
  id: 'message/body',
  says: 'A text, reply, reaction or edit MUST have a `body` that is a string.',
  source: 'requirements.md, MSG-2, MSG-3, MSG-11',
  jami: 'deviate',
  hole: 'a message without a body is shown empty',
  breaks: ({ content: { fields, type } }) =>
    type === 'application/data-transfer+json' || typeof fields['body'] === 'string'
      ? undefined
      : 'no body',
};

const oneRelation: Rule = {
  id: 'message/one-relation',
  says: 'At most one of `edit`, `reply-to` and `react-to` MUST be there, and it MUST be a commit id.',
  source: 'requirements.md, MSG-2, MSG-3',
  jami: 'deviate',
  hole: 'the first of edit, react-to, reply-to counts',
  breaks: ({ content: { fields } }) => {
    const present = RELATIONS.filter((key) => key in fields);
    if (present.length > 1) return `${present.join(' and ')} at once`;
    const key = present[0];
    return key === undefined || isOid(text(fields, key)) ? undefined : `${key} is no commit id`;
  },
};

const targetIsKnown: Rule = {
  id: 'message/target-among-ancestors',
  says: 'The commit that `reply-to` or `react-to` names MUST be among the ancestors.',
  source: 'authority.md, rule 6',
  jami: 'deviate',
  hole: 'replies to nothing are shown as plain texts',
  breaks: ({ content: { fields }, related }) => {
    const key = RELATIONS.slice(1).find((relation) => relation in fields);
    return key === undefined || related.has(text(fields, key))
      ? undefined
      : `${key} names no ancestor`;
  },
};

// The daemon checked edits of its own old type only.
const editLeniency = ({ content }: Facts): Leniency =>
  content.type === 'application/edited-message' ? 'refuse' : 'deviate';

const editRules: readonly Rule[] = [
  {
    id: 'edit/original-among-ancestors',
    says: 'The commit that `edit` names MUST be among the ancestors.',
    source: 'authority.md, rule 6',
    jami: editLeniency,
    hole: 'a text that edits nothing known is kept and has no effect',
    breaks: ({ content: { fields, kind }, related }) => {
      // A file without `edit` is a file; all else that comes here is an edit by its type.
      if (kind === 'file' && !('edit' in fields)) return undefined;
      return related.has(text(fields, 'edit')) ? undefined : 'edit names no ancestor';
    },
  },
  {
    id: 'edit/same-account',
    says: 'Only the account that wrote a message MUST edit it.',
    source: 'authority.md, rule 6',
    jami: editLeniency,
    hole: "an edit of another's text, typed text/plain, is kept and has no effect",
    breaks: ({ content: { fields }, related, uri }) => {
      const original = related.get(text(fields, 'edit'));
      return original && original.uri !== uri ? "edits another account's message" : undefined;
    },
  },
  {
    id: 'edit/names-the-original',
    says: '`edit` MUST name a text, reply, reaction or file, never another edit; what deletes a file MUST name a file.',
    source: 'requirements.md, MSG-3',
    jami: 'deviate',
    hole: 'an edit of an edit has no effect',
    breaks: ({ content: { fields, kind }, related }) => {
      const original = related.get(text(fields, 'edit'))?.content;
      if (!original) return undefined;
      if ('edit' in original.fields) return 'edits an edit';
      const fits = kind === 'file' ? original.kind === 'file' : EDITABLE.has(original.kind);
      return fits ? undefined : `edits a commit of kind ${original.kind}`;
    },
  },
];

const fileFields: Rule = {
  id: 'file/fields',
  says: 'A file MUST have `tid` and `totalSize` as decimal strings, a `displayName` and a `sha3sum` of 128 lower-case hex digits; or `edit` and an empty `tid` when it is deleted.',
  source: 'requirements.md, MSG-5',
  jami: 'deviate',
  hole: 'a file that nobody can fetch is shown',
  breaks: ({ content: { fields } }) => fileFault(fields),
};

const callFields: Rule = {
  id: 'call/fields',
  says: 'A call MUST have `to` and `duration` (ms, decimal string), or `uri`, `device` and `confId` and at its end `duration`.',
  source: 'requirements.md, MSG-4',
  jami: 'deviate',
  hole: 'a call of unknown shape is shown as such',
  breaks: ({ content: { fields } }) => {
    const hosted = ['uri', 'device', 'confId'].every((key) => text(fields, key) !== '');
    if (!hosted && text(fields, 'to') === '') return 'neither to nor a host';
    const { duration } = fields as Record<string, unknown>;
    const ended = typeof duration === 'string' && DECIMAL.test(duration);
    return ended || (hosted && duration === undefined)
      ? undefined
      : 'duration is no decimal string';
  },
};

export const message: readonly Rule[] = [noOtherChange, body, oneRelation, targetIsKnown];
export const edit: readonly Rule[] = [noOtherChange, body, oneRelation, ...editRules];
export const call: readonly Rule[] = [noOtherChange, callFields];
export const file: readonly Rule[] = [
  noOtherChange,
  fileFields,
  oneRelation,
  targetIsKnown,
  ...editRules,
];
export const unknown: readonly Rule[] = [noOtherChange];

/** Papers on their own: what a device commits when its account revokes another one. */
export const papers: readonly Rule[] = [
  noOtherChange,
  {
    id: 'papers/nothing-else',
    says: 'A commit that only brings papers MUST bring some, and its message MUST have no key but `type`.',
    source: 'authority.md, rule 5; requirements.md, ID-3',
    jami: 'deviate',
    hole: 'a message of a type that Jami does not know',
    breaks: ({ papers: brought, content: { fields } }) => {
      const stray = Object.keys(fields).find((key) => key !== 'type');
      if (stray !== undefined) return `key ${stray}`;
      return brought.length === 0 ? 'no papers' : undefined;
    },
  },
];

function fileFault(fields: JsonObject): string | undefined {
  if ('edit' in fields) return text(fields, 'tid') === '' ? undefined : 'a deletion with a tid';
  if (!DECIMAL.test(text(fields, 'tid'))) return 'tid is no decimal string';
  if (!DECIMAL.test(text(fields, 'totalSize'))) return 'totalSize is no decimal string';
  if (text(fields, 'displayName') === '') return 'no displayName';
  return /^[0-9a-f]{128}$/.test(text(fields, 'sha3sum')) ? undefined : 'sha3sum is no SHA3-512';
}

/** Says what a change did to its path. */
export function how({ before, after }: { before?: string; after?: string }): Finding['found'] {
  if (before === undefined) return 'added';
  return after === undefined ? 'removed' : 'changed';
}
