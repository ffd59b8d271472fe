/**
 * Port: the two hash functions of the formats, over the parts one after another.
 * Given by the host, because the fast ones differ between Node and the browser.
 */
export interface Digests {
  sha1(...parts: readonly Uint8Array[]): Uint8Array;
  sha256(...parts: readonly Uint8Array[]): Uint8Array;
}
