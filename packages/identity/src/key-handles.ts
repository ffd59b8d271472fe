import { isReadableKey, type PublicKey } from './public-key.ts';
import { RecentMap } from './recent-map.ts';

/** Keys kept ready. An engine's handle takes some 2 KB. */
const KEPT = 4096;
/** Longest SubjectPublicKeyInfo of the profile: RSA of 4096 bits has 550 bytes. */
const LONGEST_SPKI = 600;

/**
 * Keys in the form of an engine, for adapters of {@link SignatureVerifier}: each is checked against
 * the profile and imported once, and the ones used last are kept. Engines take more spellings and
 * sizes of keys than the profile, and not the same ones.
 */
export class KeyHandles<Handle> {
  readonly #import: (key: PublicKey) => Handle | undefined;
  readonly #handles = new RecentMap<Handle>(KEPT);
  /** By the key itself: whoever checks many signatures asks with the same one. */
  readonly #known = new WeakMap<PublicKey, Handle>();

  /** `importKey` gives `undefined` for a key that the engine doesn't take. */
  constructor(importKey: (key: PublicKey) => Handle | undefined) {
    this.#import = importKey;
  }

  /** `undefined` for what is no key of the profile, or not of the algorithm that it claims. */
  of(key: PublicKey): Handle | undefined {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (key.spki.length > LONGEST_SPKI) return undefined;
    // With the algorithm: a key that is known as one kind isn't believed to be the other.
    const id = key.algorithm + String.fromCharCode(...key.spki);
    const handle = this.#handles.find(id) ?? (isReadableKey(key) ? this.#import(key) : undefined);
    if (handle === undefined) return undefined;
    this.#handles.keep(id, handle);
    this.#known.set(key, handle);
    return handle;
  }
}
