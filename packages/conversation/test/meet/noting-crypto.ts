import { toHex } from '@covey/codec';
import type { Crypto } from '@covey/conversation';
import { TEST_CRYPTO } from '@covey/testkit';

/** Real cryptography that remembers which signatures it has checked itself and found good. */
export class NotingCrypto implements Crypto {
  readonly digests = TEST_CRYPTO.digests;
  readonly #good = new Set<string>();

  readonly verifier: Crypto['verifier'] = {
    verify: async (key, algorithm, message, signature) => {
      const holds = await TEST_CRYPTO.verifier.verify(key, algorithm, message, signature);
      if (holds) this.#good.add(this.#name(key.spki, message));
      return holds;
    },
  };

  /** Has this one seen a good signature of that key under these bytes? */
  hasChecked(spki: Uint8Array, message: Uint8Array): boolean {
    return this.#good.has(this.#name(spki, message));
  }

  #name(spki: Uint8Array, message: Uint8Array): string {
    const { sha256 } = this.digests;
    return `${toHex(sha256(spki))} ${toHex(sha256(message))}`;
  }
}
