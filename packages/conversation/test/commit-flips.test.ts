import { expect, test } from 'vitest';
import { fromBase64, toBase64, toHex, utf8 } from '@covey/codec';
import { commitPayload, type Oid, parseOid, readCommit, signedCommit } from '@covey/git-objects';
import { commitSignatureAlgorithm, type PublicKey } from '@covey/identity';
import { makeTestAccount, runs, TEST_CRYPTO } from '@covey/testkit';
import { COMMIT_KINDS, type CommitKind, readContent } from '../src/kinds.ts';

const { numRuns = 100 } = runs(100);
const NAMES = ['alice', 'bob', 'Zoë 🦊'];
const TARGET = 'ab'.repeat(20);

/** A message of each kind. What the commit's tree would say to it is another matter. */
const MESSAGES: Readonly<Record<CommitKind, string>> = {
  initial: '{"mode":2,"type":"initial"}',
  text: '{"body":"Grüße 🦊","type":"text/plain"}',
  reply: `{"body":"hi","reply-to":"${TARGET}","type":"text/plain"}`,
  edit: `{"body":"ho","edit":"${TARGET}","type":"text/plain"}`,
  reaction: `{"body":"+","react-to":"${TARGET}","type":"text/plain"}`,
  call: `{"duration":"1","to":"${TARGET}","type":"application/call-history+json"}`,
  file: '{"displayName":"a.txt","tid":"1","type":"application/data-transfer+json"}',
  unknown: '{"type":"application/poll+json"}',
  add: `{"action":"add","type":"member","uri":"${TARGET}"}`,
  join: `{"action":"join","type":"member","uri":"${TARGET}"}`,
  leave: `{"action":"remove","type":"member","uri":"${TARGET}"}`,
  vote: `{"action":"ban","type":"vote","uri":"${TARGET}"}`,
  ban: `{"action":"ban","type":"member","uri":"${TARGET}"}`,
  unban: `{"action":"unban","type":"member","uri":"${TARGET}"}`,
  promote: `{"action":"promote","type":"member","uri":"${TARGET}"}`,
  demote: `{"action":"demote","type":"member","uri":"${TARGET}"}`,
  profile: '{"type":"application/update-profile"}',
  papers: '{"type":"application/update-papers"}',
  merge: '{"type":"merge"}',
};
const PARENTS: Partial<Record<CommitKind, number>> = { initial: 0, merge: 2 };

interface Signed {
  readonly bytes: Uint8Array;
  readonly key: PublicKey;
  readonly kind: CommitKind;
}

/** The same commit for the same number, on every machine. */
async function signedOne(number: number): Promise<Signed> {
  const kind = COMMIT_KINDS[number % COMMIT_KINDS.length] ?? 'text';
  const { writer } = await makeTestAccount(NAMES[number % NAMES.length] ?? 'alice');
  const payload = commitPayload({
    tree: oidFor(`tree ${number}`),
    parents: Array.from({ length: PARENTS[kind] ?? 1 }, (_, at) => oidFor(`${at} of ${number}`)),
    person: {
      name: writer.displayName,
      email: writer.deviceId,
      time: 1_800_000_000 + number,
      zone: '+0000',
    },
    message: MESSAGES[kind],
  });
  const signature = toBase64(await writer.signer.sign(payload));
  return { bytes: signedCommit(payload, signature), key: writer.signer.publicKey, kind };
}

const oidFor = (label: string): Oid => parseOid(toHex(TEST_CRYPTO.digests.sha1(utf8(label))));

/** What stopped the bytes, if anything did: the form first, then the signature under the author's key. */
async function stoppedBy(bytes: Uint8Array, key: PublicKey) {
  const { commit, defects } = readCommit(bytes);
  if (defects.length > 0) return 'form';
  if (!commit?.signature) throw new Error('a commit without defects has a signature');
  const signature = fromBase64(commit.signature);
  const algorithm = commitSignatureAlgorithm(key);
  const holds = await TEST_CRYPTO.verifier.verify(key, algorithm, commit.payload, signature);
  return holds ? 'nothing' : 'signature';
}

function* changed(bytes: Uint8Array): Generator<Uint8Array> {
  for (let end = 0; end < bytes.length; end++) yield bytes.subarray(0, end);
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7); // within the commit
    yield flipped;
  }
}

const commits: Signed[] = [];
for (let number = 0; number < numRuns; number++) commits.push(await signedOne(number));

test('the commits are good, and of all kinds', async () => {
  for (const { bytes, key, kind } of commits) {
    expect(await stoppedBy(bytes, key)).toBe('nothing');
    const { commit } = readCommit(bytes);
    expect(readContent(commit?.message ?? '', commit?.parents.length ?? 0)).toMatchObject({ kind });
  }
  const kinds = new Set(commits.map(({ kind }) => kind));
  expect(kinds.size).toBe(Math.min(numRuns, COMMIT_KINDS.length));
});

test('SAFE-2: of a signed commit no beginning and no flip of one bit passes', {
  timeout: 10_000 * numRuns,
}, async () => {
  const tried = { form: 0, signature: 0, nothing: 0 };
  for (const { bytes, key } of commits) {
    const checks = [...changed(bytes)].map((each) => stoppedBy(each, key));
    for (const found of await Promise.all(checks)) tried[found]++;
  }
  const { form, signature } = tried;
  console.log(
    `${commits.length} commits: ${form} changes stopped by the form, ${signature} by the signature`,
  );
  expect(tried.nothing).toBe(0);
});
