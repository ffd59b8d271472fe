import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  collect,
  History,
  inDisplayOrder,
  judgeAll,
  type Report,
  RULES,
  RULES_FOR_EVERY_COMMIT,
} from '@covey/conversation';
import { openBundle } from '@covey/git-store';
import { corpusNamed, TEST_CRYPTO } from '@covey/testkit';
import { verifyCommand } from '../src/cli/verify.ts';

const corpus = corpusNamed('jami');

interface JamiMessage {
  readonly id: string;
  readonly type: string;
  readonly action?: string;
  readonly edit?: string;
  readonly 'react-to'?: string;
  readonly 'reply-to'?: string;
}

/** What the daemon itself said about a conversation; see the README of the corpus. */
interface JamiConversation {
  readonly name: string;
  readonly conversationId: string;
  readonly head: string;
  readonly commits: number;
  readonly infos: { readonly mode: string };
  readonly members: readonly { readonly uri: string; readonly role: string }[];
  readonly messagesNewestFirst: readonly JamiMessage[];
}

interface ForgedCase {
  readonly name: string;
  readonly forgedCommit: string;
  readonly accepted: Readonly<Record<string, boolean>>;
}

const bundlesIn = (folder: string) =>
  corpus.isAbsent
    ? []
    : readdirSync(join(corpus.folder, folder))
        .filter((name) => name.endsWith('.bundle'))
        .map((name) => name.slice(0, -'.bundle'.length));

const conversations = bundlesIn('.').map(
  (name) =>
    JSON.parse(readFileSync(join(corpus.folder, `${name}.json`), 'utf8')) as JamiConversation,
);

function forgedCases(): readonly ForgedCase[] {
  if (corpus.isAbsent) return [];
  const text = readFileSync(join(corpus.folder, 'forged', 'expected.json'), 'utf8');
  const { cases } = JSON.parse(text) as {
    cases: Readonly<Record<string, Omit<ForgedCase, 'name'>>>;
  };
  return bundlesIn('forged').map((name) => {
    const known = cases[name];
    if (!known) throw new Error(`expected.json says what became of ${name}`);
    return { ...known, name };
  });
}

async function verified(name: string, profile: 'strict' | 'jami'): Promise<Report> {
  const out: string[] = [];
  const path = join(corpus.folder, `${name}.bundle`);
  const exit = await verifyCommand([path, '--profile', profile, '--json'], {
    out: (line) => out.push(line),
    err: (line) => out.push(line),
  });
  const report = JSON.parse(out[0] ?? '') as Report; // Its shape is tested beside the command.
  expect([out.length, exit]).toEqual([1, report.valid ? 0 : 1]);
  return report;
}

const KIND_OF_TYPE: Readonly<Record<string, string>> = {
  'application/edited-message': 'edit',
  'application/call-history+json': 'call',
  'application/data-transfer+json': 'file',
  'application/update-profile': 'profile',
};

function kindOf(message: JamiMessage): string {
  const { type, action = '' } = message;
  if (type === 'member') return action === 'remove' ? 'leave' : action;
  if (type !== 'text/plain') return KIND_OF_TYPE[type] ?? type;
  if (message.edit !== undefined) return 'edit';
  if (message['react-to'] !== undefined) return 'reaction';
  return message['reply-to'] === undefined ? 'text' : 'reply';
}

/** Where every Jami of that time departs from our law, whatever the conversation. */
const ALWAYS_DEVIATES: Readonly<Record<string, string>> = {
  vote: 'vote/message-and-path-agree',
  ban: 'resolution/takes-all-along',
  leave: 'leave/takes-all-along',
};

const LENIENT = new Set(
  [...RULES_FOR_EVERY_COMMIT, ...Object.values(RULES).flat()]
    .filter(({ jami }) => jami !== 'refuse')
    .map(({ id }) => id),
);

describe.skipIf(corpus.isAbsent)(`repositories of a real Jami${corpus.note}`, () => {
  describe.each(conversations)('VAL-10: $name', (said) => {
    test('is valid under the profile jami, and comes to what the daemon said', async () => {
      const report = await verified(said.name, 'jami');
      const kinds: Record<string, number> = {};
      for (const kind of said.messagesNewestFirst.map(kindOf)) kinds[kind] = (kinds[kind] ?? 0) + 1;
      expect(report).toMatchObject({
        ...{ valid: true, conversation: said.conversationId, mode: Number(said.infos.mode) },
        ...{ commits: said.commits, heads: [said.head] },
      });
      expect(report.kinds).toEqual(kinds);
      const pairs = (list: readonly { uri: string; role: string }[]) =>
        list.map(({ uri, role }) => `${uri} ${role}`).sort();
      expect(pairs(report.members)).toEqual(pairs(said.members));
    });

    test('deviates from strict where its commits do, once per commit and rule', async () => {
      const { deviations } = await verified(said.name, 'jami');
      const named = deviations.map(({ rule, commit }) => `${commit} ${rule}`);
      expect(new Set(named).size).toBe(named.length);
      for (const message of said.messagesNewestFirst) {
        const rule = ALWAYS_DEVIATES[kindOf(message)];
        if (rule) expect(deviations).toContainEqual({ rule, commit: message.id });
      }
      for (const { rule } of deviations) expect(LENIENT).toContain(rule);
    });

    test('strict refuses it at its first deviation, and takes it when there is none', async () => {
      const { deviations } = await verified(said.name, 'jami');
      const strict = await verified(said.name, 'strict');
      expect(strict.valid).toBe(deviations.length === 0);
      if (!strict.broken) return;
      const { rule, commit } = strict.broken;
      expect(deviations).toContainEqual({ rule, commit });
    });

    test('SYNC-8: has the same commits in our order, parents before children', async () => {
      const { objects, head } = await openBundle(join(corpus.folder, `${said.name}.bundle`));
      const history = new History(TEST_CRYPTO, { profile: 'jami' });
      const order = await collect(head ? [head] : [], objects);
      expect(await judgeAll(order, history, objects)).toBeUndefined();
      const shown = [...history.entries()].sort(inDisplayOrder);
      expect(shown.map(({ oid }) => `${oid}`).sort()).toEqual(
        said.messagesNewestFirst.map(({ id }) => id).sort(),
      );
      for (const [at, { parents }] of shown.entries()) {
        for (const parent of parents) expect(shown.indexOf(parent)).toBeLessThan(at);
      }
    });
  });
});

/** Refused by daemons for their clock, or for the message that came after: valid to us. */
const REFUSED_FOR_OTHER_REASONS = /^(future_timestamp|remove_self.*)$/;

/** What daemons took and we take too, for it is no lie. */
const HARMLESS: ReadonlySet<string> = new Set([
  'control_valid_text',
  'other_author_name',
  'past_timestamp',
  'json_with_spaces',
  'edit_of_own',
  'edit_of_own_textplain',
  'add_by_member',
  'profile_by_admin',
  'trailing_newline',
  'unknown_type',
]);

describe.skipIf(corpus.isAbsent)(`commits forged for real Jamis${corpus.note}`, () => {
  const cases = forgedCases().filter(({ name }) => !REFUSED_FOR_OTHER_REASONS.test(name));
  const isTaken = ({ accepted }: ForgedCase) => Object.values(accepted).some(Boolean);
  const both = async (name: string) => ({
    strict: await verified(`forged/${name}`, 'strict'),
    jami: await verified(`forged/${name}`, 'jami'),
  });

  test.each(cases.filter((one) => !isTaken(one)))(
    'VAL-1: $name, which daemons refused, is refused in both profiles, at that commit',
    async ({ name, forgedCommit: commit }) => {
      const { strict, jami } = await both(name);
      expect([strict, jami]).toMatchObject([{ broken: { commit } }, { broken: { commit } }]);
    },
  );

  test.each(cases.filter((one) => isTaken(one) && !HARMLESS.has(one.name)))(
    'VAL-1: $name, a lie that daemons took, is refused by strict and named by jami',
    async ({ name, forgedCommit: commit }) => {
      const { strict, jami } = await both(name);
      expect(strict).toMatchObject({ valid: false, broken: { commit } });
      expect(jami.valid).toBe(true);
      const rule = strict.broken?.rule;
      expect(jami.deviations).toContainEqual({ rule, commit });
    },
  );

  test.each(cases.filter((one) => isTaken(one) && HARMLESS.has(one.name)))(
    'VAL-1: $name is no lie: valid in both, and nothing deviates there',
    async ({ name, forgedCommit }) => {
      const { strict, jami } = await both(name);
      expect([strict.valid, jami.valid]).toEqual([true, true]);
      expect(jami.deviations.filter(({ commit }) => commit === forgedCommit)).toEqual([]);
    },
  );
});
