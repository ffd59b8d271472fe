import { layout } from '@covey/conversation';
import { readPem, writePem } from '@covey/identity';
import {
  deviceLike,
  type Forgery,
  ISSUED_AT,
  makeTestAccount,
  sync,
  type TestDevice,
} from '@covey/testkit';
import { among, type Group, honestTruths, paperOf } from './among.ts';
import {
  type Attempt,
  attempt,
  member,
  NOBODY,
  type RuleTable,
  text,
  uriOf,
  vote,
} from './attempt.ts';
import { decide, guestOf, phoneOf } from './cast.ts';

const { adminPath, devicePath, memberPath, votePath } = layout;

const chainOf = ({ uri, writer }: TestDevice) => ({ [memberPath(uri)]: writer.chainPem });

/** The same certificates, the last bit of the one at this place turned over. */
function tampered(pem: Uint8Array, at: number): Uint8Array {
  const ders = readPem(pem, 'CERTIFICATE').map((der) => Uint8Array.from(der));
  const der = ders[at];
  if (!der) throw new Error('no such certificate');
  der[der.length - 1] = (der[der.length - 1] ?? 0) ^ 1;
  return writePem(ders, 'CERTIFICATE');
}

const authorIsADevice: RuleTable[string] = {
  truths: honestTruths,
  lies: [
    among('a device that nobody has', ({ alice }) => [
      alice,
      { message: text('hello'), author: { email: 'ab'.repeat(32) } },
    ]),
    among('a new device without its certificate', async ({ bob }) => [
      await deviceLike(bob, { label: 'phone' }),
      { message: text('hello') },
    ]),
    among('a device that takes its certificate away', ({ bob }) => [
      bob,
      { message: text('hello'), files: { [devicePath(bob.deviceId)]: undefined } },
    ]),
    among(
      'a member whose chain goes',
      ({ bob }) => [bob, { message: text('hello'), files: { [memberPath(bob.uri)]: undefined } }],
      { holes: ['H4'] },
    ),
    among('an admin whose chain goes', ({ alice }) => [
      alice,
      { message: text('hello'), files: { [adminPath(alice.uri)]: undefined } },
    ]),
    among(
      "another device's certificate under the name of one's own",
      async ({ bob, carol }) => {
        const phone = await deviceLike(bob, { label: 'phone' });
        const files = { [devicePath(phone.deviceId)]: carol.writer.devicePem };
        return [phone, { message: text('hello'), files }];
      },
      { holes: ['H5'] },
    ),
    among("a certificate that is none, in one's own place", ({ bob }) => [
      bob,
      { message: text('hello'), files: { [devicePath(bob.deviceId)]: 'trust me' } },
    ]),
    among('a stranger with a certificate and no place', async ({ alice }) => {
      const doris = await guestOf(alice);
      return [doris, { message: text('hello'), files: paperOf(doris) }];
    }),
    among("the account's chain for the device's certificate", ({ bob }) => [
      bob,
      { message: text('hello'), files: { [devicePath(bob.deviceId)]: bob.writer.chainPem } },
    ]),
    attempt('a join without a certificate', async (scene) => {
      const { alice } = await scene.group(['alice']);
      await alice.write({ kind: 'add', uri: await uriOf('doris') });
      const doris = await guestOf(alice);
      const { message, files } = await scene.honest(doris, { kind: 'join' });
      const bare = { ...files, [devicePath(doris.deviceId)]: undefined };
      return scene.commits(doris, { message, files: bare });
    }),
  ],
};

/** A device that thief's keys made, with a certificate that names bob. */
async function inNameOf(bob: TestDevice, issuer = 'mallory') {
  const thief = await makeTestAccount(issuer);
  const device = await bob.account.addDevice('forged');
  const paper = await thief.issuePaper(device, ISSUED_AT, bob.account);
  const author = { email: device.deviceId };
  return { author, signer: device.signer, path: devicePath(device.deviceId), paper };
}

const deviceChains: RuleTable[string] = {
  truths: honestTruths,
  lies: [
    among(
      'a certificate that names a member as its issuer',
      async ({ bob }) => {
        const { author, signer, path, paper } = await inNameOf(bob);
        return [bob, { message: text('I am bob'), author, signer, files: { [path]: paper } }];
      },
      { holes: ['H5'] },
    ),
    among(
      'a certificate that names the admin as its issuer',
      async ({ alice, bob }) => {
        const { author, signer, path, paper } = await inNameOf(alice, 'bob');
        return [bob, { message: text('I am alice'), author, signer, files: { [path]: paper } }];
      },
      { holes: ['H5'] },
    ),
    among(
      'a vote by a device that names the admin as its issuer',
      async ({ alice, bob, carol }) => {
        const { author, signer, path, paper } = await inNameOf(alice, 'bob');
        const cast = votePath('ban', 'members', carol.uri, alice.uri);
        const files = { [path]: paper, [cast]: '' };
        return [bob, { message: vote('ban', carol.uri), author, signer, files }];
      },
      { holes: ['H5'] },
    ),
    among("one's own certificate with a bit of its signature turned over", ({ bob }) => [
      bob,
      {
        message: text('hello'),
        files: { [devicePath(bob.deviceId)]: tampered(bob.writer.devicePem, 0) },
      },
    ]),
    among("one's own account certificate with a bit of its signature turned over", ({ bob }) => [
      bob,
      {
        message: text('hello'),
        files: { [memberPath(bob.uri)]: tampered(bob.writer.chainPem, 0) },
      },
    ]),
    among("an admin's chain with a bit of the authority's signature turned over", ({ alice }) => [
      alice,
      {
        message: text('hello'),
        files: { [adminPath(alice.uri)]: tampered(alice.writer.chainPem, 1) },
      },
    ]),
    among(
      "a member's chain among the admins, NUL at its end",
      ({ bob }) => [
        bob,
        {
          message: text('hello'),
          files: { [adminPath(bob.uri)]: Uint8Array.of(...bob.writer.chainPem, 0) },
        },
      ],
      { holes: ['H1'] },
    ),
    among('a chain without its authority', ({ bob }) => {
      const [account] = readPem(bob.writer.chainPem, 'CERTIFICATE');
      const files = { [memberPath(bob.uri)]: writePem(account ? [account] : [], 'CERTIFICATE') };
      return [bob, { message: text('hello'), files }];
    }),
    among("another account's chain in one's own place", async ({ bob }) => {
      const { chainPem } = await makeTestAccount('mallory');
      return [bob, { message: text('hello'), files: { [memberPath(bob.uri)]: chainPem } }];
    }),
    attempt(
      'a join by a device that another account made',
      async (scene) => {
        const { alice } = await scene.group(['alice', 'bob']);
        await alice.write({ kind: 'add', uri: await uriOf('doris') });
        const doris = await guestOf(alice);
        const { message, files } = await scene.honest(doris, { kind: 'join' });
        const { author, signer, path, paper } = await inNameOf(doris);
        const forged = { ...files, [devicePath(doris.deviceId)]: undefined, [path]: paper };
        return scene.commits(doris, { message, author, signer, files: forged });
      },
      { holes: ['H5'] },
    ),
  ],
};

/** Somebody who was put out, and comes back with all papers in the tree. */
const outcast = (
  name: string,
  put: (group: Group) => Promise<TestDevice>,
  message: Forgery['message'] = text('still here'),
  more: Partial<Attempt> & {
    readonly files?: (group: Group) => NonNullable<Forgery['files']>;
  } = {},
): Attempt =>
  among(
    name,
    async (group) => {
      const device = await put(group);
      const files = { ...paperOf(device), ...chainOf(device), ...more.files?.(group) };
      return [device, { message, files }];
    },
    more,
  );

const banned = async ({ alice, bob, carol }: Group) => {
  await decide('ban', bob.uri, [alice], bob, carol);
  return bob;
};

const withPhone = async ({ alice, bob, carol }: Group) => ({
  phone: await phoneOf(bob, [alice, carol]),
});

const authorInStanding: RuleTable[string] = {
  truths: [
    ...honestTruths.slice(0, 3),
    among('who was banned and let in again', async (group) => {
      const bob = await banned(group);
      await decide('unban', bob.uri, [group.alice], bob);
      return [bob, { message: text('back'), files: paperOf(bob) }];
    }),
    among('the other device of an account, one of whose devices is banned', async (group) => {
      const { phone } = await withPhone(group);
      await decide('ban', phone.deviceId, [group.alice], group.bob);
      return [group.bob, { message: text('my phone is gone') }];
    }),
  ],
  lies: [
    outcast('a banned member', banned, undefined, { holes: ['H12'] }),
    outcast('an invitation by a banned member', banned, member('add', NOBODY), {
      files: () => ({ [layout.invitedPath(NOBODY)]: '' }),
    }),
    outcast(
      'a profile by a banned member',
      banned,
      { type: 'application/update-profile' },
      {
        files: () => ({ [layout.PROFILE_PATH]: 'BEGIN:VCARD\nVERSION:2.1\nEND:VCARD' }),
      },
    ),
    among('a join by a banned member', async (group) => {
      const bob = await banned(group);
      const files = { ...paperOf(bob), ...chainOf(bob) };
      return [bob, { message: member('join', bob.uri), files }];
    }),
    among(
      'a banned device that carries its certificate along',
      async (group) => {
        const { phone } = await withPhone(group);
        await decide('ban', phone.deviceId, [group.alice], group.bob, phone);
        return [phone, { message: text('still here'), files: paperOf(phone) }];
      },
      { holes: ['H12'] },
    ),
    among(
      'a banned device that leaves in the name of its account',
      async (group) => {
        const { phone } = await withPhone(group);
        const { bob } = group;
        await decide('ban', phone.deviceId, [group.alice], bob, phone);
        const files = { [memberPath(bob.uri)]: bob.writer.chainPem, ...paperOf(phone) };
        return [phone, { message: text('we are still here'), files }];
      },
      { holes: ['H12'] },
    ),
    among(
      'a revoked device',
      async (group) => {
        const { phone } = await withPhone(group);
        await group.bob.revokes(phone.writer);
        await sync(group.bob, phone);
        return [phone, { message: text('still here'), files: paperOf(phone) }];
      },
      { holes: ['H13'] },
    ),
    among(
      'a revoked device that says it writes before it was revoked',
      async (group) => {
        const { phone } = await withPhone(group);
        await group.bob.revokes(phone.writer);
        await sync(group.bob, phone);
        const author = { time: 1_700_000_000 };
        return [phone, { message: text('long ago'), author, files: paperOf(phone) }];
      },
      { holes: ['H13'] },
    ),
    outcast('who has left', async ({ alice, bob }) => {
      await bob.write({ kind: 'leave' });
      await sync(alice, bob);
      return bob;
    }),
    outcast('who is invited and has not joined', async ({ alice }) => {
      await alice.write({ kind: 'add', uri: await uriOf('doris') });
      return guestOf(alice);
    }),
    outcast('who was never here', ({ alice }) => guestOf(alice)),
    among(
      'a stranger who makes himself admin',
      async ({ alice }) => {
        const doris = await guestOf(alice);
        const files = { ...paperOf(doris), [adminPath(doris.uri)]: doris.writer.chainPem };
        return [doris, { message: text('I am in charge'), files }];
      },
      { holes: ['H1', 'H4'] },
    ),
    attempt(
      'a merge by who has left',
      async (scene) => {
        const { alice, bob } = await scene.group(['alice', 'bob']);
        await bob.write({ kind: 'leave' });
        await sync(alice, bob);
        const [, other] = await scene.takeTwoHeads(bob);
        const files = { ...paperOf(bob), ...chainOf(bob) };
        return scene.commits(bob, { message: `Merge commit '${other}'`, files });
      },
      { holes: ['H8'] },
    ),
  ],
};

/** Who writes, and with which papers. */
export const everyCommitAuthorAttempts: RuleTable = {
  'every-commit/author-is-a-device': authorIsADevice,
  'every-commit/device-chains-to-account': deviceChains,
  'every-commit/author-in-standing': authorInStanding,
};
