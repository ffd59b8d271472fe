import type { JsonObject } from '@covey/codec';
import { type Forgery, type StageOptions, sync, type TestDevice } from '@covey/testkit';
import { type Attempt, attempt, text } from './attempt.ts';

/** What a forgery does to the tree. */
export type Files = NonNullable<Forgery['files']>;

/** An admin and two members. */
export type Group = Record<'alice' | 'bob' | 'carol', TestDevice>;

/** The group, when it has talked a little. */
export type Sayings = Group & {
  /** Alice's text, reply, edit and file, and bob's text, in everybody's history. */
  readonly first: string;
  readonly reply: string;
  readonly edition: string;
  readonly picture: string;
  readonly bobs: string;
};

/** Type of a message that offers a file, or takes it away. */
export const FILE = 'application/data-transfer+json';

/** Type of an edit of old. */
export const EDITED = 'application/edited-message';

/** A file that is offered. */
export const PICTURE: JsonObject = {
  ...{ displayName: 'cat.png', sha3sum: 'ab'.repeat(64), tid: '42', totalSize: '260', type: FILE },
};

/** A message in a group that has talked a little; alice writes it where nobody else is named. */
export const says = (
  name: string,
  lie: (
    group: Sayings,
  ) =>
    | Promise<Partial<Forgery> & { by?: TestDevice; message: Forgery['message'] }>
    | (Partial<Forgery> & { by?: TestDevice; message: Forgery['message'] }),
  { charter, ...rest }: Partial<Attempt> & { charter?: StageOptions['charter'] } = {},
): Attempt =>
  attempt(
    name,
    async (scene) => {
      const group = await scene.group(['alice', 'bob', 'carol'], charter);
      const { alice, bob, carol } = group;
      const first = (await alice.says('frist')).oid;
      const reply = (await alice.says('me too', { 'reply-to': first })).oid;
      const edition = (await alice.says('first', { edit: first })).oid;
      const { oid: picture } = await alice.write({
        kind: 'message',
        fields: { ...PICTURE, type: FILE },
      });
      await sync(alice, bob);
      const bobs = (await bob.says('second')).oid;
      await sync(alice, bob, carol);
      const { by = alice, ...forgery } = await lie({
        ...group,
        first,
        reply,
        edition,
        picture,
        bobs,
      });
      return scene.commits(by, forgery);
    },
    rest,
  );

/** A message that is nothing but its JSON. */
export const said = (
  name: string,
  message: (group: Sayings) => JsonObject,
  more: Partial<Attempt> = {},
) => says(name, (group) => ({ message: message(group) }), more);

/** A commit of alice that the others have and the one that is tried has not among its ancestors. */
export async function apart({ alice }: Sayings): Promise<string> {
  const parents = alice.heads;
  const oid = await alice.forge({ message: text('apart'), parents });
  return oid;
}
