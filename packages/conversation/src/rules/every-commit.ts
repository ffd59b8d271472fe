import type { Rule } from '../rule.ts';

/** Holds for every commit, before the rules of its kind. */
export const everyCommit: readonly Rule[] = [
  {
    id: 'every-commit/form',
    says: 'A commit MUST have exactly the headers tree, parent (none, one or two), author, committer and `signature`, in the one accepted spelling, its author MUST be its committer, and its e-mail MUST be a device id.',
    source: 'authority.md, rule 1',
    jami: 'deviate',
    hole: 'extra or folded headers, another committer and a third parent are read over',
    breaks: ({ formDefects }) => formDefects.find((defect) => !defect.startsWith('no signature')),
  },
  {
    id: 'every-commit/tree',
    says: 'The tree MUST hold files (mode 100644) and folders (40000) only, under names of the layout, sorted and unique, at most 6 deep and 8,000 files, each the kind of object that its mode says.',
    source: 'authority.md, rule 1',
    jami: 'refuse',
    // Found while reading, when there are no facts to judge by: `prepare` refuses in this name.
    breaks: () => undefined,
  },
  {
    id: 'every-commit/message-is-json',
    says: 'The message MUST be JSON of bounded depth, without duplicate keys, without NUL and without keys that every JavaScript object has.',
    source: 'authority.md, rule 1',
    jami: 'deviate',
    hole: 'a message that no program can read is kept and shown to nobody',
    breaks: ({ content }) =>
      content.defect?.what === 'not-json' ? content.defect.found : undefined,
  },
  {
    id: 'every-commit/message-is-an-object',
    says: 'The JSON of the message MUST be an object.',
    source: 'authority.md, rule 1',
    jami: 'refuse',
    breaks: ({ content }) =>
      content.defect?.what === 'not-an-object' ? content.defect.found : undefined,
  },
  {
    id: 'every-commit/type-is-known',
    says: 'The `type` MUST be one of the protocol or a MIME type.',
    source: 'authority.md, rule 14',
    jami: ({ content }) => (content.type === 'member' ? 'refuse' : 'deviate'),
    hole: 'types that are neither known nor MIME types are kept when they change no file',
    breaks: ({ content }) => (content.defect?.what === 'type' ? content.defect.found : undefined),
  },
  {
    id: 'every-commit/author-is-a-device',
    says: "The author's device certificate and its account's chain MUST be in the commit's own tree (its parent's for a leave), under the names of their keys.",
    source: 'authority.md, rule 3',
    jami: 'refuse',
    breaks: ({ authorless }) => authorless,
  },
  {
    id: 'every-commit/device-chains-to-account',
    says: 'The device certificate MUST be signed by the account, and the account certificate by its authority.',
    source: 'authority.md, rule 3',
    jami: 'deviate',
    hole: 'H5: the name of the issuer stands for its signature',
    breaks: ({ unchained }) => unchained,
  },
  {
    id: 'every-commit/author-in-standing',
    says: "In the parents' state the author's account MUST be admin or member and not banned, and its device neither banned nor revoked.",
    source: 'authority.md, rule 4',
    jami: 'deviate',
    hole: 'H12: a banned device that carries its certificate along writes on',
    breaks: ({ content, parents, before, uri, device, revoked }) => {
      if (parents.length === 0) return undefined;
      if (before.bannedFrom(uri)) return 'the account is banned';
      if (before.bannedFrom(device)) return 'the device is banned';
      if (revoked) return 'the device is revoked';
      if (content.kind === 'join' || before.isWriter(uri)) return undefined;
      return 'the account is neither admin nor member';
    },
  },
  {
    id: 'every-commit/signature',
    says: 'The signature MUST verify, in the one canonical form, under the key of the device certificate.',
    source: 'authority.md, rule 3',
    jami: 'deviate',
    hole: 'the release of 2023 checked no signature at all',
    breaks: ({ signature }) =>
      signature === 'good' || signature === 'unchecked' ? undefined : `signature is ${signature}`,
  },
  {
    id: 'every-commit/own-papers',
    says: 'A commit MAY add or renew its own device certificate and account chain (same key, later end) and its account’s newer CRL; these MUST be good.',
    source: 'authority.md, rule 5',
    jami: 'refuse',
    breaks: ({ paperFault }) => paperFault,
  },
];
