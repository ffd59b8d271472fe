import { concatBytes, utf8 } from '@covey/codec';
import { layout } from '@covey/conversation';
import { NULL_OID, type Oid, oidBytes } from '@covey/git-objects';
import type { Forgery } from '@covey/testkit';
import { type Attempt, attempt, type RuleTable, text, uriOf } from './attempt.ts';
import { phoneOf } from './cast.ts';
import type { Scene } from './scene.ts';

/** A text by the admin of a group of one, with a lie. */
const says = (name: string, lie: Partial<Forgery> = {}, more: Partial<Attempt> = {}): Attempt => ({
  ...attempt(name, async (scene) => {
    const { alice } = await scene.group(['alice', 'bob']);
    return scene.commits(alice, { message: text('hello'), ...lie });
  }),
  ...more,
});

const withHeader =
  (line: string): NonNullable<Forgery['headers']> =>
  (lines) => [...lines, line];

/** Turns one text of the whole commit, signature and all, into another. */
const replacing =
  (from: string | RegExp, to: string): NonNullable<Forgery['rewrite']> =>
  (commit) =>
    utf8(new TextDecoder().decode(commit).replace(from, to));

const form: RuleTable[string] = {
  truths: [
    says('a text'),
    says('a name with characters of any script', { author: { name: 'Älice 愛麗絲 😀' } }),
    says('the first second there is, at the eastern end of the world', {
      author: { time: 0, zone: '+1400' },
    }),
    attempt('an invitation', async (scene) => {
      const { alice } = await scene.group(['alice']);
      const intent = { kind: 'add', uri: await uriOf('doris') } as const;
      return scene.commits(alice, await scene.honest(alice, intent));
    }),
  ],
  lies: [
    says('a header that Git knows and we do not', { headers: withHeader('encoding UTF-8') }),
    says('a header that nobody knows', { headers: withHeader('x-note see below') }),
    says('a second signature by another name', { headers: withHeader('gpgsig AAAA') }),
    says('another committer', { committer: { name: 'Mallory' } }),
    says('another time for the committer', { committer: { time: 1 } }),
    says('an e-mail that is no device', { author: { email: 'alice@example.com' } }),
    says('a device id in capitals', {
      rewrite: (commit) =>
        utf8(new TextDecoder().decode(commit).replace(/<[0-9a-f]{64}>/g, (id) => id.toUpperCase())),
    }),
    says('a zone beyond the end of the world', { author: { zone: '+1500' } }),
    says('a time after the year 9999', { author: { time: 253_402_300_800 } }, { holes: ['H13'] }),
    says('a name that turns the line around', { author: { name: 'A\u202Elice' } }),
    says('a folded header', { rewrite: replacing('\nsignature ', '\nsignature \n ') }),
    says('a signature in base64 with a line of padding', {
      rewrite: replacing(/(\nsignature [^\n]*)/, '$1='),
    }),
    says('carriage returns', { rewrite: replacing(/\n/g, '\r\n') }),
    says('a byte order mark in front of the message', {
      message: `\uFEFF{"body":"x","type":"text/plain"}`,
    }),
    says('nothing for a message', { message: '' }),
    says('more than 64 KiB', { message: text('a'.repeat(65_536)) }, { holes: ['H15'] }),
    says('a message that is not UTF-8', { message: Uint8Array.of(0x7b, 0xff, 0x7d) }),
    attempt('one parent twice', async (scene) => {
      const { alice } = await scene.group(['alice']);
      await scene.takePlace(alice);
      const [head] = alice.heads;
      const parents = head ? [head, head] : [];
      return scene.commits(alice, { message: `Merge commit '${head}'`, parents });
    }),
    attempt(
      'three parents',
      async (scene) => {
        const { alice } = await scene.group(['alice']);
        await scene.takePlace(alice);
        const parents = alice.heads;
        for (const body of ['one', 'two', 'three']) {
          await alice.adopts(await alice.forge({ message: text(body), parents }));
        }
        return scene.commits(alice, { message: `Merge commit '${alice.heads[1]}'` });
      },
      { places: ['set-up', 'text', 'act', 'merge', 'void-side'] },
    ),
  ],
};

/** Forges a text on a root tree of these bytes. */
async function onTree(scene: Scene, bytes: (state: TreeParts) => Uint8Array | Promise<Uint8Array>) {
  const { alice } = await scene.group(['alice', 'bob']);
  await scene.takePlace(alice);
  const [head] = alice.history.heads;
  const object = head && (await alice.store.read(head.tree));
  if (!object) throw new Error('the tree of a head is there');
  const put = async (type: 'tree' | 'blob', content: Uint8Array) => {
    const [oid] = await alice.store.write([{ type, bytes: content }]);
    if (!oid) throw new Error('a store answers with one id per object');
    return oid;
  };
  const tree = await put('tree', await bytes({ honest: object.bytes, put, uri: alice.uri }));
  return scene.commits(alice, { message: text('hello'), tree });
}

interface TreeParts {
  readonly honest: Uint8Array;
  readonly uri: string;
  readonly put: (type: 'tree' | 'blob', bytes: Uint8Array) => Promise<Oid>;
}

const entry = (mode: string, name: string, oid: string) =>
  concatBytes(utf8(`${mode} ${name}\0`), oidBytes(oid as Oid));

/** One more entry behind all others. */
const andEntry = (name: string, mode: string, entryName: string, more: Partial<Attempt> = {}) => ({
  ...attempt(name, (scene: Scene) =>
    onTree(scene, ({ honest }) => concatBytes(honest, entry(mode, entryName, layout.EMPTY_BLOB))),
  ),
  ...more,
});

const tree: RuleTable[string] = {
  truths: [
    attempt('the tree as it was', (scene) => onTree(scene, ({ honest }) => honest)),
    attempt('the deepest path of the layout, a vote', async (scene) => {
      const { alice, bob } = await scene.group(['alice', 'bob']);
      const intent = { kind: 'vote', action: 'ban', target: bob.uri } as const;
      return scene.commits(alice, await scene.honest(alice, intent));
    }),
    attempt('a second device in the folder', async (scene) => {
      const { alice, bob } = await scene.group(['alice', 'bob']);
      const phone = await phoneOf(bob, [alice]);
      return scene.commits(phone, { message: text('hello') });
    }),
  ],
  lies: [
    andEntry('a program', '100755', 'run.sh'),
    andEntry('a symbolic link', '120000', 'link'),
    andEntry('a submodule', '160000', 'module'),
    andEntry('a file mode of old', '100664', 'old'),
    andEntry('a name that looks like another path, and then goes on', '100644', 'z.crt | 3x', {
      holes: ['H2'],
    }),
    attempt(
      'a name that begins as the certificate of an admin and says how much was changed',
      (scene) =>
        onTree(scene, ({ honest, uri }) =>
          concatBytes(entry('100644', `admins/${uri}.crt | 3x`, layout.EMPTY_BLOB), honest),
        ),
      { holes: ['H2'] },
    ),
    andEntry('a name with a line break', '100644', 'zoo\nadmins', { holes: ['H3'] }),
    attempt(
      'the name of an admin with a line break in it',
      (scene) =>
        onTree(scene, ({ honest, uri }) =>
          concatBytes(honest, entry('100644', `zoo\nadmins/${uri}.crt`, layout.EMPTY_BLOB)),
        ),
      { holes: ['H3'] },
    ),
    andEntry('the folder of Git itself', '40000', 'z.git.'),
    andEntry('the parent folder', '40000', '..'),
    andEntry('a folder that is a file', '40000', 'zoo'),
    attempt('entries out of order', (scene) =>
      onTree(scene, ({ honest }) => concatBytes(entry('100644', 'zoo', layout.EMPTY_BLOB), honest)),
    ),
    attempt('a name twice', (scene) =>
      onTree(scene, ({ honest }) => {
        const zoo = entry('100644', 'zoo', layout.EMPTY_BLOB);
        return concatBytes(honest, zoo, zoo);
      }),
    ),
    attempt('a name twice for who folds case', (scene) =>
      onTree(scene, ({ honest }) =>
        concatBytes(entry('100644', 'ADMINS', layout.EMPTY_BLOB), honest),
      ),
    ),
    attempt('an empty folder', (scene) =>
      onTree(scene, async ({ honest, put }) =>
        concatBytes(honest, entry('40000', 'zoo', await put('tree', new Uint8Array()))),
      ),
    ),
    attempt('the null id', (scene) =>
      onTree(scene, ({ honest }) => concatBytes(honest, entry('100644', 'zoo', NULL_OID))),
    ),
    attempt(
      'seven folders deep',
      (scene) =>
        onTree(scene, async ({ honest, put }) => {
          let deepest = await put('blob', utf8('deep'));
          for (let depth = 0; depth < 7; depth++) {
            deepest = await put('tree', entry(depth === 0 ? '100644' : '40000', 'zoo', deepest));
          }
          return concatBytes(honest, entry('40000', 'zoo', deepest));
        }),
      { holes: ['H15'] },
    ),
    attempt(
      'more than 8,000 files, made of one folder many times',
      (scene) =>
        onTree(scene, async ({ honest, put }) => {
          const names = Array.from({ length: 91 }, (_, n) => `z${100 + n}`);
          const files = names.map((name) => entry('100644', name, layout.EMPTY_BLOB));
          const folder = await put('tree', concatBytes(...files));
          return concatBytes(honest, ...names.map((name) => entry('40000', name, folder)));
        }),
      { holes: ['H15'] },
    ),
    attempt('a tree that is cut short', (scene) =>
      onTree(scene, ({ honest }) => honest.subarray(0, honest.length - 1)),
    ),
  ],
};

const messageIsJson: RuleTable[string] = {
  truths: [
    says('JSON', { message: text('hello') }),
    says('escapes, and values of every kind', {
      message: '{"body":"\\u00e4\\ud83d\\ude00","more":[1,-5,true,null,{}],"type":"text/plain"}',
    }),
    says('an empty text', { message: text('') }),
    says('keys that only look odd', { message: text('hello', { '': 1, toSting: 2 }) }),
  ],
  lies: [
    says('a text that is no JSON', { message: 'hello' }),
    says('a key twice', { message: '{"body":"a","body":"b","type":"text/plain"}' }),
    says('a key twice, once in escapes', {
      message: '{"type":"text/plain","typ\\u0065":"vote","body":"a"}',
    }),
    says('a comma too many', { message: '{"body":"a","type":"text/plain",}' }),
    says(
      'NUL in a text',
      { message: '{"body":"a\\u0000b","type":"text/plain"}' },
      { holes: ['H1'] },
    ),
    says('NUL in a key', { message: '{"body":"a","a\\u0000":1,"type":"text/plain"}' }),
    says('the prototype of every object', {
      message: '{"__proto__":{"type":"vote"},"body":"a","type":"text/plain"}',
    }),
    says('a key that every object has', {
      message: '{"body":"a","more":{"constructor":1},"type":"text/plain"}',
    }),
    says(
      'a thousand brackets',
      {
        message: `{"body":"a","more":${'['.repeat(1000)}${']'.repeat(1000)},"type":"text/plain"}`,
      },
      { holes: ['H15'] },
    ),
    says('half of a character', { message: '{"body":"\\ud83d","type":"text/plain"}' }),
    says('two values in a row', { message: '{"body":"a","type":"text/plain"}{}' }),
    says('single quotes', { message: "{'body':'a','type':'text/plain'}" }),
  ],
};

const messageIsAnObject: RuleTable[string] = {
  truths: [
    says('an object', { message: text('a') }),
    says('an object with an array', { message: text('a', { more: [text('b')] }) }),
    says('an object of another type', { message: { type: 'application/party' } }),
  ],
  lies: [
    says('an array', { message: '["text/plain"]' }),
    says('a text', { message: '"text/plain"' }),
    says('a number', { message: '1' }),
    says('true', { message: 'true' }),
    says('null', { message: 'null' }),
    says('an array with an object', { message: '[{"body":"a","type":"text/plain"}]' }),
  ],
};

const typeIsKnown: RuleTable[string] = {
  truths: [
    says('a text'),
    says('a MIME type of a later version', { message: { type: 'application/party' } }),
    says('a MIME type with signs', { message: { type: 'application/vnd.x-y.z+json' } }),
  ],
  lies: [
    says('a word', { message: { type: 'party' } }),
    says('no type', { message: { body: 'a' } }),
    says('an empty type', { message: { body: 'a', type: '' } }),
    says('a type that is a number', { message: { body: 'a', type: 1 } }),
    says('a member action that is none', { message: { action: 'kick', type: 'member', uri: 'x' } }),
    says('a member without an action', { message: { type: 'member', uri: 'x' } }),
    says('a MIME type with a space', { message: { body: 'a', type: 'text /plain' } }),
    says('a MIME type with parameters', {
      message: { body: 'a', type: 'text/plain; charset=utf-8' },
    }),
    says('a merge that is none', { message: { type: 'merge' } }),
    says('a key of every object for an action', {
      message: { action: 'valueOf', type: 'member', uri: 'x' },
    }),
  ],
};

/** What every commit must look like, whoever wrote it. */
export const everyCommitFormAttempts: RuleTable = {
  'every-commit/form': form,
  'every-commit/tree': tree,
  'every-commit/message-is-json': messageIsJson,
  'every-commit/message-is-an-object': messageIsAnObject,
  'every-commit/type-is-known': typeIsKnown,
};
