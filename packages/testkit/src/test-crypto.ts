import { concatBytes, fromHex, utf8 } from '@covey/codec';
import type { Crypto } from '@covey/conversation';
import type { Signer } from '@covey/identity';
import { nodeDigests, nodeVerifier, signerFromPkcs8 } from '@covey/node-crypto';

/** Real cryptography for tests: what is forged here is refused for the same reason as outside. */
export const TEST_CRYPTO: Crypto = { digests: nodeDigests, verifier: nodeVerifier() };

/** PrivateKeyInfo of an Ed25519 key up to its 32 secret bytes (RFC 8410 §7). */
const PKCS8_HEAD = fromHex('302e020100300506032b657004220420');

/** The Ed25519 key that belongs to a label: the same in every run, so that a seed replays to the same ids. */
export function testSigner(label: string): Signer {
  const secret = nodeDigests.sha256(utf8(`covey test key ${label}`));
  return signerFromPkcs8(concatBytes(PKCS8_HEAD, secret));
}

/** Bytes that belong to a label; where a program would draw lots. */
export function testRandom(label: string): (n: number) => Uint8Array {
  let drawn = 0;
  const block = (more = '') =>
    nodeDigests.sha256(utf8(`covey test random ${label} ${drawn}${more}`));
  return (n) => {
    let bytes = block();
    for (let more = 1; bytes.length < n; more++) bytes = concatBytes(bytes, block(` ${more}`));
    drawn++;
    return bytes.slice(0, n);
  };
}
