import { canonicalJson } from '@covey/codec';
import { isAccountUri } from '@covey/identity';
import type { Facts } from '../facts.ts';
import { adminPath, crlPath, devicePath, EMPTY_BLOB, invitedPath } from '../layout.ts';
import type { Rule } from '../rule.ts';

const KEYS = new Set(['type', 'mode', 'invited', 'version', 'profile', 'flat']);

/** The rules that this program judges by. Old conversations keep theirs for ever. */
const RULES_VERSION = 1;

/** The first commit of a conversation. Its id is the conversation's. */
export const initial: readonly Rule[] = [
  {
    id: 'initial/is-the-root',
    says: 'An `initial` commit MUST have no parent, and a commit without parents MUST be `initial` and the only one.',
    source: 'authority.md, rule 2',
    jami: ({ parents }) => (parents.length > 0 ? 'deviate' : 'refuse'),
    hole: 'a second `initial` in mid-history is read as a message without effect',
    breaks: ({ parents, charter, content }) => {
      if (parents.length > 0) return 'an initial commit with a parent';
      if (content.type !== 'initial') return 'a root of another type';
      return charter ? 'a second root' : undefined;
    },
  },
  {
    id: 'initial/rules-version',
    says: '`version` MUST be 1, or absent; a conversation of another version MUST be left to programs that know it.',
    source: 'requirements.md, SWARM-8',
    jami: 'refuse',
    breaks: ({ content: { fields }, parents }) => {
      const version = 'version' in fields ? fields['version'] : RULES_VERSION;
      if (parents.length > 0 || version === RULES_VERSION) return undefined;
      return `rules version ${canonicalJson(version ?? null)} needs a newer program`;
    },
  },
  {
    id: 'initial/charter',
    says: '`mode` MUST be 0 to 3, `invited` an account URI in mode 0 and absent elsewhere, `profile` `admin` or `member`, `flat` only in modes 2 and 3.',
    source: 'requirements.md, SWARM-6, MSG-1; authority.md',
    jami: 'refuse',
    breaks: ({ content: { fields }, parents }) =>
      parents.length > 0 ? undefined : charterFault(fields),
  },
  {
    id: 'initial/keys',
    says: 'An `initial` commit MUST have no keys but those of rules version 1.',
    source: 'requirements.md, SWARM-8, MSG-1',
    jami: 'deviate',
    hole: 'unknown keys are read over',
    breaks: ({ content: { fields } }) => {
      const stray = Object.keys(fields).find((key) => !KEYS.has(key));
      return stray === undefined ? undefined : `key ${stray}`;
    },
  },
  {
    id: 'initial/tree',
    says: "The tree MUST hold the creator's chain in `admins/`, the device in `devices/`, optionally that account's CRL, in mode 0 the empty `invited/<uri>` of the other account, and nothing else.",
    source: 'authority.md, rule 2',
    jami: 'refuse',
    breaks: ({ parents, after, uri, device, content: { fields } }) => {
      if (parents.length > 0) return undefined;
      const invited = fields['mode'] === 0 ? String(fields['invited']) : undefined;
      const allowed = new Set([adminPath(uri), devicePath(device), crlPath(uri)]);
      if (invited !== undefined && invited !== uri) allowed.add(invitedPath(invited));
      for (const [path, oid] of after.files) {
        if (!allowed.has(path)) return { found: 'a file that has no place here', path };
        if (path.startsWith('invited/') && oid !== EMPTY_BLOB) return { found: 'not empty', path };
      }
      const missing = [adminPath(uri), devicePath(device)].find((path) => !after.has(path));
      return missing === undefined ? undefined : { found: 'no such file', path: missing };
    },
  },
  {
    id: 'initial/invited-file',
    says: 'In mode 0 the file `invited/<uri>` of the other account MUST be there.',
    source: 'authority.md, rule 2',
    jami: 'deviate',
    hole: 'the other member of a one-to-one joins without a file that invites him',
    breaks: ({ parents, after, uri, content: { fields } }) => {
      if (parents.length > 0 || fields['mode'] !== 0 || fields['invited'] === uri) return undefined;
      const path = invitedPath(String(fields['invited']));
      return after.has(path) ? undefined : { found: 'no such file', path };
    },
  },
  {
    id: 'initial/changes-nothing-later',
    says: 'An `initial` commit that is not the root MUST change no file.',
    source: 'authority.md, rule 6',
    jami: 'refuse',
    breaks: ({ parents, changed }) =>
      parents.length > 0 && changed[0] ? { found: 'changed', path: changed[0].path } : undefined,
  },
];

/** What is wrong with the fields of an initial commit. */
function charterFault(fields: Facts['content']['fields']): string | undefined {
  const { mode, invited, profile, flat } = fields as Record<string, unknown>;
  if (mode !== 0 && mode !== 1 && mode !== 2 && mode !== 3) return `mode ${String(mode)}`;
  if (mode === 0 && (typeof invited !== 'string' || !isAccountUri(invited)))
    return 'invited is no account';
  if (mode !== 0 && invited !== undefined) return 'invited outside of mode 0';
  if (profile !== undefined && profile !== 'admin' && profile !== 'member') return 'profile';
  if (flat !== undefined && (typeof flat !== 'boolean' || (flat && mode < 2))) return 'flat';
  return undefined;
}
