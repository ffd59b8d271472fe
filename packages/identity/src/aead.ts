/** Port: AES-256-GCM (NIST SP 800-38D), 16-byte tags behind the ciphertext. One key is used with one nonce once. */
export interface Aead {
  seal(
    key32: Uint8Array,
    nonce12: Uint8Array,
    plain: Uint8Array,
    aad: Uint8Array,
  ): Promise<Uint8Array>;
  /** `undefined` when the tag doesn't hold. */
  open(
    key32: Uint8Array,
    nonce12: Uint8Array,
    sealed: Uint8Array,
    aad: Uint8Array,
  ): Promise<Uint8Array | undefined>;
}
