import { describe, expect, test } from 'vitest';
import { toBase64, utf8, utf8Text } from '@covey/codec';
import { layout } from '@covey/conversation';
import { nodeDigests } from '@covey/node-crypto';
import { type Forgery, makeTestAccount, stage, type TestDevice } from '@covey/testkit';
import { foundingFiles } from './cases/initial.ts';
import { member, NOBODY, text, vote } from './cases/rule-case.ts';

/** Alice is admin; bob and carol are members. Carol lies, unless it takes an admin. */
type Cast = Record<'alice' | 'bob' | 'carol', TestDevice>;

interface Lie {
  readonly by?: keyof Cast;
  readonly forge: (cast: Cast) => Forgery | Promise<Forgery>;
}

const plain = { message: text('hello') };
const { adminPath, devicePath, invitedPath, memberPath, votePath } = layout;
const STRANGER = 'ab'.repeat(20);

/** Changes the text of a whole commit after it was signed. */
const respelled =
  (change: (commit: string) => string): NonNullable<Forgery['rewrite']> =>
  (commit) =>
    utf8(change(utf8Text(commit)));

/** Two heads that carol has: her own text, and bob's. */
async function apart({ bob, carol }: Cast) {
  await bob.says('apart');
  const mine = await carol.says('apart too');
  await carol.receive(bob);
  const other = carol.heads.find((oid) => oid !== mine.oid);
  if (!other) throw new Error('there are two heads');
  return { parents: [mine.oid, other], message: `Merge commit '${other}'` };
}

// What each of these is, and what became of it: reference/jami-runtime.md, "What the real daemon refuses".

/** A real Jami takes these. */
const LIES: Readonly<Record<string, Lie>> = {
  bad_signature: { forge: () => ({ ...plain, signature: toBase64(new Uint8Array(64).fill(7)) }) },
  no_signature: { forge: () => ({ ...plain, signature: null }) },
  signature_sha256: {
    forge: ({ carol }) => ({
      ...plain,
      signer: {
        ...carol.writer.signer,
        sign: (payload) => carol.writer.signer.sign(nodeDigests.sha256(payload)),
      },
    }),
  },
  gpgsig_header: {
    forge: () => ({ ...plain, rewrite: respelled((c) => c.replace('\nsignature ', '\ngpgsig ')) }),
  },
  folded_signature: {
    forge: () => ({
      ...plain,
      rewrite: respelled((c) => c.replace(/^(signature .{30})/m, '$1\n ')),
    }),
  },
  extra_header: {
    forge: () => ({ ...plain, headers: (lines) => [...lines, 'encoding UTF-8'] }),
  },
  committer_differs: { forge: () => ({ ...plain, committer: { name: 'somebody else' } }) },
  other_device_as_author: { forge: ({ bob }) => ({ ...plain, author: { email: bob.deviceId } }) },
  not_json: { forge: () => ({ message: 'hello' }) },
  empty_message: { forge: () => ({ message: '' }) },
  no_type: { forge: () => ({ message: { body: 'hello' } }) },
  type_without_slash: { forge: () => ({ message: { body: 'hello', type: 'greeting' } }) },
  second_initial: { forge: () => ({ message: { mode: 2, type: 'initial' } }) },
  add_bad_uri: {
    forge: () => ({ message: member('add', 'zz'), files: { [invitedPath('zz')]: '' } }),
  },
  remove_other_member: {
    forge: ({ bob }) => ({
      message: member('remove', bob.uri),
      files: { [memberPath(bob.uri)]: undefined },
    }),
  },
  edit_of_other_textplain: {
    forge: async ({ alice, carol }) => {
      const { oid } = await alice.says('mine');
      await carol.receive(alice);
      return { message: text('yours', { edit: oid }) };
    },
  },
  vote_without_action: {
    by: 'alice',
    forge: ({ alice, bob }) => ({
      message: { type: 'vote', uri: bob.uri },
      files: { [votePath('ban', 'members', bob.uri, alice.uri)]: '' },
    }),
  },
  vote_without_file: {
    by: 'alice',
    forge: ({ bob }) => ({ message: { type: 'vote', uri: bob.uri } }),
  },
  evil_merge: {
    forge: async (cast) => ({
      ...(await apart(cast)),
      files: { [adminPath(cast.carol.uri)]: cast.carol.writer.chainPem },
    }),
  },
  redundant_merge: {
    forge: async ({ carol }) => {
      const first = await carol.says('first');
      const second = await carol.says('second');
      return { message: `Merge commit '${first.oid}'`, parents: [second.oid, first.oid] };
    },
  },
  octopus_merge: {
    forge: async (cast) => {
      const { parents, message } = await apart(cast);
      await cast.alice.says('a third');
      await cast.carol.receive(cast.alice);
      return { message, parents: [...parents, ...cast.alice.heads] };
    },
  },
  merge_with_another_message: {
    forge: async (cast) => ({ ...(await apart(cast)), message: text('by the way') }),
  },
};

/** A real Jami refuses these. */
const REFUSED: Readonly<Record<string, Lie>> = {
  unknown_device_as_author: { forge: () => ({ ...plain, author: { email: 'ab'.repeat(32) } }) },
  json_not_object: { forge: () => ({ message: '["hello"]' }) },
  text_adds_file: { forge: () => ({ ...plain, files: { 'profile.vcf': 'BEGIN:VCARD' } }) },
  text_removes_other_device: {
    forge: ({ bob }) => ({ ...plain, files: { [devicePath(bob.deviceId)]: undefined } }),
  },
  text_changes_other_device_cert: {
    forge: ({ bob, carol }) => ({
      ...plain,
      files: { [devicePath(bob.deviceId)]: carol.writer.devicePem },
    }),
  },
  profile_by_member: {
    forge: () => ({
      message: { type: 'application/update-profile' },
      files: { 'profile.vcf': 'BEGIN:VCARD\nVERSION:2.1\nFN:mine\nEND:VCARD' },
    }),
  },
  add_nonempty_invited_file: {
    forge: () => ({ message: member('add', STRANGER), files: { [invitedPath(STRANGER)]: 'x' } }),
  },
  add_uri_differs_from_file: {
    forge: () => ({
      message: member('add', STRANGER),
      files: { [invitedPath(NOBODY.replaceAll('a', 'c'))]: '' },
    }),
  },
  edit_of_other: {
    forge: async ({ alice, carol }) => {
      const { oid } = await alice.says('mine');
      await carol.receive(alice);
      return { message: { body: 'yours', edit: oid, type: 'application/edited-message' } };
    },
  },
  edit_of_unknown: {
    forge: () => ({ message: { body: 'x', edit: NOBODY, type: 'application/edited-message' } }),
  },
  self_promotion: {
    forge: ({ carol }) => ({
      message: member('join', carol.uri),
      files: { [adminPath(carol.uri)]: carol.writer.chainPem },
    }),
  },
  join_for_uninvited: {
    forge: async () => {
      const { uri, chainPem, writer } = await makeTestAccount('doris');
      const files = {
        [memberPath(uri)]: chainPem,
        [devicePath(writer.deviceId)]: writer.devicePem,
      };
      return { message: member('join', uri), files };
    },
  },
  vote_by_member: {
    forge: ({ bob, carol }) => ({
      message: vote('ban', bob.uri),
      files: { [votePath('ban', 'members', bob.uri, carol.uri)]: '' },
    }),
  },
  vote_by_admin_as_other: {
    by: 'alice',
    forge: ({ bob, carol }) => ({
      message: vote('ban', bob.uri),
      files: { [votePath('ban', 'members', bob.uri, carol.uri)]: '' },
    }),
  },
  ban_by_member: {
    forge: ({ bob }) => ({
      message: member('ban', bob.uri),
      files: {
        [memberPath(bob.uri)]: undefined,
        [`banned/members/${bob.uri}.crt`]: bob.writer.chainPem,
      },
    }),
  },
  ban_by_admin_without_vote: {
    by: 'alice',
    forge: ({ bob }) => ({
      message: member('ban', bob.uri),
      files: {
        [memberPath(bob.uri)]: undefined,
        [`banned/members/${bob.uri}.crt`]: bob.writer.chainPem,
      },
    }),
  },
  new_root_merge: {
    forge: async ({ carol }) => {
      const message = { mode: 2, type: 'initial' };
      const root = await carol.forge({ message, parents: [], files: foundingFiles(carol) });
      return { message: `Merge commit '${root}'`, parents: [...carol.heads, root] };
    },
  },
};

/** What is no lie, though not as an honest device writes it. */
const HARMLESS: Readonly<Record<string, Lie>> = {
  control_valid_text: { forge: () => plain },
  trailing_newline: { forge: () => ({ message: '{"body":"hello","type":"text/plain"}\n' }) },
  json_with_spaces: { forge: () => ({ message: '{ "type": "text/plain", "body": "hello" }' }) },
  unknown_mime_type: { forge: () => ({ message: { type: 'application/poll+json' } }) },
  other_author_name: { forge: () => ({ ...plain, author: { name: 'alice' } }) },
  past_timestamp: { forge: () => ({ ...plain, author: { time: 0 } }) },
  future_timestamp: { forge: () => ({ ...plain, author: { time: 4_102_444_800 } }) },
  add_by_member: {
    forge: () => ({ message: member('add', STRANGER), files: { [invitedPath(STRANGER)]: '' } }),
  },
  edit_of_own: {
    forge: async ({ carol }) => {
      const { oid } = await carol.says('helo');
      return { message: { body: 'hello', edit: oid, type: 'application/edited-message' } };
    },
  },
  edit_of_own_textplain: {
    forge: async ({ carol }) => {
      const { oid } = await carol.says('helo');
      return { message: text('hello', { edit: oid }) };
    },
  },
};

async function tell({ by = 'carol', forge }: Lie, profile: 'strict' | 'jami') {
  const cast = await stage(['alice', 'bob', 'carol'], { profile });
  const oid = await cast[by].forge(await forge(cast));
  return { oid, judged: await cast[by].judges(oid) };
}

describe('what a real Jami takes or refuses, forged anew with our keys', () => {
  test.each(Object.entries(LIES))(
    'VAL-1: %s, which Jami takes: strict refuses it, jami names it',
    async (_, lie) => {
      const strict = (await tell(lie, 'strict')).judged;
      if ('entry' in strict) throw new Error('strict took a lie');
      const jami = (await tell(lie, 'jami')).judged;
      if ('broken' in jami) throw new Error(`jami refused by ${jami.broken.rule}`);
      expect(jami.entry.deviations.map(({ rule }) => rule)).toContain(strict.broken.rule);
    },
  );

  test.each(Object.entries(REFUSED))(
    'VAL-1: %s, which Jami refuses: so do both profiles',
    async (_, lie) => {
      for (const profile of ['strict', 'jami'] as const) {
        expect((await tell(lie, profile)).judged).toHaveProperty('broken.rule');
      }
    },
  );

  test.each(Object.entries(HARMLESS))(
    'VAL-1: %s is no lie: both profiles take it, and nothing deviates',
    async (_, lie) => {
      for (const profile of ['strict', 'jami'] as const) {
        expect((await tell(lie, profile)).judged).toMatchObject({ entry: { deviations: [] } });
      }
    },
  );
});
