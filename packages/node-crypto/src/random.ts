import { randomBytes } from 'node:crypto';

/** n bytes from the operating system's generator. */
export function nodeRandom(n: number): Uint8Array {
  // Copied: small Buffers share memory with others.
  return Uint8Array.from(randomBytes(n));
}
