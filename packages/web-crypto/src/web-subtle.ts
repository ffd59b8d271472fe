/** What is used of `SubtleCrypto`; `crypto.subtle` of every engine is one. */
export interface WebSubtle<Key> {
  importKey(
    format: 'raw' | 'spki',
    keyData: Uint8Array<ArrayBuffer>,
    algorithm: { readonly name: string; readonly hash?: string },
    extractable: boolean,
    keyUsages: 'verify'[],
  ): Promise<Key>;
  verify(
    algorithm: { readonly name: string },
    key: Key,
    signature: Uint8Array<ArrayBuffer>,
    data: Uint8Array<ArrayBuffer>,
  ): Promise<boolean>;
}

/** Engines refuse memory that threads share: such bytes are copied, others stay as they are. */
export function plainBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = bytes;
  return buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer, byteOffset, length)
    : new Uint8Array(bytes);
}
