import { describe, expect, test } from 'vitest';
import { nodeVerifier } from '@covey/node-crypto';
import { TestMirror, writerNamed } from '../test/mirror-log.ts';
import { judgeMirrorProof, writeMirrorProof } from './mirror-proof.ts';

const verifier = nodeVerifier();

function mirrorWith(body: string, name = 'mirror'): TestMirror {
  const mirror = new TestMirror(name);
  mirror.open(writerNamed('alice'));
  for (let nth = 0; nth < 4; nth++) mirror.append(writerNamed('alice'), `${body} ${nth}`);
  return mirror;
}
const mirror = mirrorWith('segment');
const fork = mirrorWith('another');
const forked = writeMirrorProof(mirror.key, mirror.receipt(), fork.receipt());
const codeOf = (file: string) =>
  judgeMirrorProof(file, verifier).then(
    ({ proves }) => proves,
    ({ code }: { code: string }) => code,
  );

test('MIRR-3: a file proves a fork or a rollback to anybody, by itself', async () => {
  expect(await judgeMirrorProof(forked, verifier)).toMatchObject({
    proves: 'MIRROR_FORKED',
    mirror: Buffer.from(mirror.key).toString('hex'),
  });
  const rolledBack = writeMirrorProof(mirror.key, mirror.receipt(4), mirror.head(4, 2));
  expect(await codeOf(rolledBack)).toBe('MIRROR_ROLLED_BACK');
});

describe('a file proves nothing', () => {
  const another = mirrorWith('another', 'another mirror');
  test.each([
    ['when both agree', writeMirrorProof(mirror.key, mirror.receipt(3), mirror.receipt(4))],
    [
      'when another mirror has signed one of them',
      writeMirrorProof(mirror.key, mirror.receipt(), another.receipt()),
    ],
    [
      'when it names another mirror',
      writeMirrorProof(another.key, mirror.receipt(), fork.receipt()),
    ],
    ['when a statement was changed', forked.replace(/(?<="statement":"[0-9a-f]{90})../, '00')],
    ['when a receipt is said to be a head', forked.replace('"receipt"', '"head"')],
  ])('%s', async (_, file) => {
    expect(await codeOf(file)).toBe('EVIDENCE_UNPROVEN');
  });

  test.each([
    ['that is no JSON', 'proof'],
    ['that is no object', '[]'],
    ['of another type', forked.replace('covey mirror proof', 'covey evidence')],
    ['of a newer version', forked.replace('"version":1', '"version":2')],
    [
      'with one statement',
      JSON.stringify({ ...JSON.parse(forked), statements: [JSON.parse(forked).statements[0]] }),
    ],
    ['with a key that is none', forked.replace(/(?<="mirror":"[0-9a-f]{62})../, '')],
    ['with an unknown kind of statement', forked.replace('"receipt"', '"promise"')],
    ['that is too long', `${forked}${' '.repeat(20_000)}`],
  ])('%s', async (_, file) => {
    expect(await codeOf(file)).toBe('EVIDENCE_MALFORMED');
  });
});
