import { equalBytes, toBase64 } from '@covey/codec';
import {
  commitPayload,
  type GitObject,
  type Oid,
  oidOf,
  readCommit,
  signedCommit,
} from '@covey/git-objects';
import { stage, TEST_CRYPTO, type TestDevice } from '@covey/testkit';
import type { Chance } from '../chance.ts';
import { type FuzzTarget, promise } from '../fuzz-target.ts';
import { words } from '../words.ts';
import { forgeMessage } from './json-forge.ts';

const { digests } = TEST_CRYPTO;

/** The reader of commits, and the whole judgement of one commit on top of an honest history. */
export async function open(): Promise<FuzzTarget> {
  const { alice, bob } = await stage(['alice', 'bob']);
  await alice.says('hello');
  await bob.receive(alice);
  await bob.says('hello yourself');
  await alice.receive(bob);
  const commits = await commitsOf(alice);
  const read = commits.flatMap((bytes) => readCommit(bytes).commit ?? []);
  const trees = read.map(({ tree }) => tree);
  return {
    seeds: commits,
    corpora: [
      { name: 'git-bad-objects' },
      { name: 'libgit2-fuzz' },
      { name: 'json-tricks', texts: true },
    ],
    dictionary: words(
      ...alice.order,
      ...trees,
      ...[alice.uri, bob.uri, alice.deviceId, bob.deviceId, 'alice'],
      ...['tree ', 'parent ', 'author ', 'committer ', 'signature ', 'encoding UTF-8\n', '\n\n'],
      ...[' +0000', ' -0000', ' <', '> ', '\n ', 'gpgsig -----BEGIN', '"type":"', '"action":"ban"'],
      ...['"reply-to":"', '"edit":"', '"react-to":"', 'text/plain', 'vote', 'member', 'initial'],
    ),
    generate: (chance) => forge(chance, alice, trees),
    mend: (input) => sign(input, alice),
    run: (input) => run(input, alice),
  };
}

async function commitsOf(device: TestDevice): Promise<readonly Uint8Array[]> {
  const objects = await Promise.all(device.order.map((oid) => device.store.read(oid)));
  return objects.flatMap((object) => object?.bytes ?? []);
}

function forge(chance: Chance, { order, writer }: TestDevice, trees: readonly Oid[]): Uint8Array {
  const [fallback] = trees;
  if (!fallback) throw new Error('a stage has commits');
  return commitPayload({
    tree: chance.pick(trees) ?? fallback,
    parents: Array.from({ length: chance.below(3) }, () => chance.pick(order) ?? fallback),
    person: {
      name: writer.displayName,
      email: writer.deviceId,
      time: 1_795_300_000 + chance.below(100),
      zone: '+0000',
    },
    message: forgeMessage(chance),
  });
}

/** Signed by the device that the group knows: what is behind the signature check is reached only so. */
async function sign(input: Uint8Array, { writer }: TestDevice): Promise<Uint8Array> {
  const { commit } = readCommit(input);
  if (!commit) return input;
  const signature = toBase64(await writer.signer.sign(commit.payload));
  return signedCommit(commit.payload, signature);
}

async function run(input: Uint8Array, device: TestDevice): Promise<void> {
  const { commit, defects } = readCommit(input);
  promise(commit !== undefined || defects.length > 0, 'what is not understood has a defect');
  if (commit && defects.length === 0) {
    const { tree, parents, author: person, message, payload, signature = '' } = commit;
    const written = commitPayload({ tree, parents, person, message });
    promise(
      equalBytes(written, payload),
      'the payload of a commit without defects is written anew',
    );
    promise(equalBytes(signedCommit(written, signature), input), 'so is the commit');
  }
  const object: GitObject = { type: 'commit', bytes: input };
  const oid = oidOf(object, digests);
  const verdict = await device.judges(oid, {
    read: (wanted) => (wanted === oid ? Promise.resolve(object) : device.store.read(wanted)),
  });
  if ('entry' in verdict) {
    promise(defects.length === 0, 'a commit with a defect is refused');
    promise(verdict.entry.oid === oid, 'the verdict is on this commit');
  } else {
    promise(verdict.broken.rule !== '', 'a refusal names its rule');
    promise(verdict.broken.found.length < 256, 'a refusal is not long');
  }
}
