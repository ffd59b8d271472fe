import { expect } from 'vitest';
import { toHex } from '@covey/codec';
import {
  ed25519PublicKey,
  type PublicKey,
  type SignatureAlgorithm,
  type SignatureVerifier,
} from '@covey/identity';
import { nodeVerifier } from '@covey/node-crypto';
import { type WebSubtle, webVerifier } from '../src/index.ts';

/** Node's WebCrypto is one like any browser's. */
export const subtle: WebSubtle<unknown> = crypto.subtle;

/** An engine of some years ago: it knows RSA and no Ed25519. */
export const subtleWithoutEd25519: WebSubtle<unknown> = {
  importKey: (format, bytes, algorithm, extractable, usages) =>
    algorithm.name === 'Ed25519'
      ? Promise.reject(new DOMException('no such algorithm', 'NotSupportedError'))
      : subtle.importKey(format, bytes, algorithm, extractable, usages),
  verify: (algorithm, key, signature, data) => subtle.verify(algorithm, key, signature, data),
};

/** Everyone who checks signatures. */
export const VERIFIERS: Readonly<Record<string, SignatureVerifier>> = {
  'node:crypto': nodeVerifier(),
  WebCrypto: webVerifier(subtle),
  'the portable check': webVerifier(subtleWithoutEd25519),
};

/** What a signature is checked with. */
export interface Claim {
  readonly key: PublicKey;
  readonly algorithm: SignatureAlgorithm;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** A claim of Ed25519 by the 32 bytes of the key. */
export function ed25519Claim(raw32: Uint8Array, message: Uint8Array, signature: Uint8Array): Claim {
  return { key: ed25519PublicKey(raw32), algorithm: 'ed25519', message, signature };
}

/** The verdict that all of them give; fails where they differ, and shows the claim. */
export async function agreedVerdict(claim: Claim): Promise<boolean> {
  const { key, algorithm, message, signature } = claim;
  const verdicts = await Promise.all(
    Object.entries(VERIFIERS).map(
      async ([name, verifier]) =>
        [name, await verifier.verify(key, algorithm, message, signature)] as const,
    ),
  );
  const accepted = verdicts.filter(([, holds]) => holds).map(([name]) => name);
  if (accepted.length > 0 && accepted.length < verdicts.length) {
    const [spki, text, bytes] = [key.spki, message, signature].map(toHex);
    expect.unreachable(`only ${accepted.join()} accepts key ${spki} on ${text}: ${bytes}`);
  }
  return accepted.length > 0;
}
