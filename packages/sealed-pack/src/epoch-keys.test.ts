import { hkdfSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { toHex, utf8 } from '@covey/codec';
import { nodeDigests } from '@covey/node-crypto';
import { EpochKeys, type KeyLabel } from './epoch-keys.ts';

const secret = nodeDigests.sha256(utf8('secret'));
const conversation = nodeDigests.sha1(utf8('conversation'));
const LABELS = ['id', 'tag', 'blind', 'read', 'segment', 'wake'] as const satisfies KeyLabel[];

test.each(LABELS)(
  'the key of %s is HKDF-SHA256 over secret, conversation, label and context',
  (label) => {
    const context = utf8('context');
    const info = Buffer.concat([Buffer.from(`covey/1 ${label}\0`), context]);
    const expected = Buffer.from(hkdfSync('sha256', secret, conversation, info, 48)).toString(
      'hex',
    );
    expect(toHex(new EpochKeys(secret, conversation).derive(label, context, 48))).toBe(expected);
  },
);

test('the same secret in two conversations gives nothing in common', () => {
  const other = new EpochKeys(secret, nodeDigests.sha1(utf8('another')));
  const keys = new EpochKeys(secret, conversation);
  const all = [keys, other].flatMap((each) =>
    LABELS.map((label) => toHex(each.derive(label, new Uint8Array(), 32))),
  );
  expect(new Set(all).size).toBe(2 * LABELS.length);
  expect(toHex(keys.id)).toBe(all[0]);
});
