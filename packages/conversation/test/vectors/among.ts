import { layout } from '@covey/conversation';
import { deviceLike, type Forgery, type TestDevice } from '@covey/testkit';
import { type Attempt, attempt, text, uriOf } from './attempt.ts';
import { guestOf } from './cast.ts';

const { devicePath } = layout;

/** An admin and two members. */
export type Group = Record<'alice' | 'bob' | 'carol', TestDevice>;

type Lie = (
  group: Group,
) => Promise<readonly [TestDevice, Forgery]> | readonly [TestDevice, Forgery];

/** A commit in a group of an admin and two members. */
export const among = (name: string, lie: Lie, more: Partial<Attempt> = {}): Attempt => ({
  ...attempt(name, async (scene) => {
    const group = await scene.group(['alice', 'bob', 'carol']);
    const [device, forgery] = await lie(group);
    return scene.commits(device, forgery);
  }),
  ...more,
});

/** The papers of a device, as it brings them. */
export const paperOf = ({ deviceId, writer }: TestDevice) => ({
  [devicePath(deviceId)]: writer.devicePem,
});

/** Commits by devices in good standing. */
export const honestTruths: readonly Attempt[] = [
  among('a member', ({ bob }) => [bob, { message: text('hello') }]),
  among('an admin', ({ alice }) => [alice, { message: text('hello') }]),
  among('a second device that brings its certificate', async ({ bob }) => {
    const phone = await deviceLike(bob, { label: 'phone' });
    return [phone, { message: text('hello'), files: paperOf(phone) }];
  }),
  attempt('a leave, whose papers are in the tree of its parent', async (scene) => {
    const { bob } = await scene.group(['alice', 'bob']);
    return scene.commits(bob, await scene.honest(bob, { kind: 'leave' }));
  }),
  attempt('a join, whose papers are in its own tree', async (scene) => {
    const { alice } = await scene.group(['alice']);
    await alice.write({ kind: 'add', uri: await uriOf('doris') });
    const doris = await guestOf(alice);
    return scene.commits(doris, await scene.honest(doris, { kind: 'join' }));
  }),
];
