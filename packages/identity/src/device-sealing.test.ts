import { expect, test } from 'vitest';
import { fromHex, utf8 } from '@covey/codec';
import { nodeAead, nodeDigests } from '@covey/node-crypto';
import { testSigner } from '@covey/testkit';
import { deviceRecipient, sealingKeyOf } from './device-sealing.ts';
import { hpkeOpen, hpkeSeal } from './hpke.ts';
import { rawEd25519 } from './public-key.ts';

const binding = { info: utf8('info'), aad: utf8('aad') };
const ephemeral32 = nodeDigests.sha256(utf8('ephemeral'));

test('what is sealed to the key of a certificate, its device opens', async () => {
  for (const name of ['alice', 'bob', 'carol', 'dave']) {
    const seed = nodeDigests.sha256(utf8(`covey test key ${name}`));
    const publicKey = sealingKeyOf(rawEd25519(testSigner(name).publicKey) ?? new Uint8Array());
    const recipient = deviceRecipient(seed);
    expect(publicKey).toEqual(recipient.publicKey);
    const sealed = await hpkeSeal(recipient.publicKey, utf8(name), binding, {
      ...{ aead: nodeAead, ephemeral32 },
    });
    expect(await hpkeOpen(recipient, sealed ?? new Uint8Array(), binding, nodeAead)).toEqual(
      utf8(name),
    );
  }
});

// RFC 8032: y of the points of small order, two that are off the curve, and no key at all.
test.each([
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  '0200000000000000000000000000000000000000000000000000000000000000',
  'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  '00',
])('nothing is sealed to a key that is weak or none: %s', async (hex) => {
  const publicKey = sealingKeyOf(fromHex(hex));
  const sealed =
    publicKey &&
    (await hpkeSeal(publicKey, utf8('secret'), binding, { aead: nodeAead, ephemeral32 }));
  expect(sealed).toBeUndefined();
});
