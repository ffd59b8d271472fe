import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { concatBytes, fromHex, utf8 } from '@covey/codec';
import type { Crypto } from '@covey/conversation';
import {
  rawEd25519,
  readPublicKey,
  type SignatureVerifier,
  type Signer,
  strictEd25519,
} from '@covey/identity';
import { nodeDigests } from '@covey/node-crypto';

/** PrivateKeyInfo of an Ed25519 key up to its 32 secret bytes (RFC 8410 §7). */
const PKCS8_HEAD = fromHex('302e020100300506032b657004220420');

interface Checked {
  readonly key: Uint8Array;
  readonly message: Uint8Array;
  readonly holds: boolean;
}

/** Checks are kept up to this many; then all are forgotten at once. */
const CHECKS_KEPT = 20_000;

/** Answers about signatures, by their bytes: an answer depends on what was asked alone. */
class Checks {
  readonly #known = new Map<string, readonly Checked[]>();

  find(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean | undefined {
    const asked = this.#known.get(textOf(signature));
    return asked?.find((one) => isSame(one.key, key) && isSame(one.message, message))?.holds;
  }

  keep(key: Uint8Array, message: Uint8Array, signature: Uint8Array, holds: boolean): void {
    if (this.#known.size >= CHECKS_KEPT) this.#known.clear();
    const text = textOf(signature);
    const others = this.#known.get(text) ?? [];
    this.#known.set(text, [...others, { key, message: message.slice(), holds }]);
  }
}

const textOf = (bytes: Uint8Array) => viewOf(bytes).toString('latin1');
const isSame = (a: Uint8Array, b: Uint8Array) => viewOf(a).equals(b);
const viewOf = ({ buffer, byteOffset, length }: Uint8Array) =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, length); // Nothing here is shared between threads.

const checks = new Checks();

/**
 * The same key as `testSigner` gives, which signs here and now and not on a thread of the host: what threads do
 * comes back in an order that no seed decides. What it has signed needs no check.
 */
export function simulatedSigner(label: string): Signer {
  const secret = nodeDigests.sha256(utf8(`covey test key ${label}`));
  const der = Buffer.from(concatBytes(PKCS8_HEAD, secret));
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const spki = new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }));
  return {
    publicKey: readPublicKey(spki),
    sign: async (message) => {
      const signature = new Uint8Array(sign(null, message, key));
      checks.keep(spki, message, signature, true);
      return signature;
    },
  };
}

/** Real signature checks, each made once for all devices of a process. */
function simulatedVerifier(): SignatureVerifier {
  const handles = new Map<string, ReturnType<typeof createPublicKey>>();
  const handleOf = (spki: Uint8Array) => {
    const id = textOf(spki);
    let handle = handles.get(id);
    if (!handle) {
      handle = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
      handles.set(id, handle);
    }
    return handle;
  };
  return {
    async verify(key, algorithm, message, signature) {
      const known = checks.find(key.spki, message, signature);
      if (known !== undefined) return known && algorithm === 'ed25519';
      const raw = key.algorithm === 'ed25519' ? rawEd25519(key) : undefined;
      if (algorithm !== 'ed25519' || !raw || !strictEd25519(raw, signature)) return false;
      const holds = verify(null, message, handleOf(key.spki), signature);
      checks.keep(key.spki, message, signature, holds);
      return holds;
    },
  };
}

export const SIMULATED_CRYPTO: Crypto = { digests: nodeDigests, verifier: simulatedVerifier() };
