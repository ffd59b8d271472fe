export { nodeAead } from './aead.ts';
export { nodeDigests } from './digests.ts';
export { makeEd25519Key, signerFromPkcs8 } from './keys.ts';
export { nodeRandom } from './random.ts';
export { type Derivation, type DeriveKey, isSealed, seal, unseal } from './sealed-keys.ts';
export { type ThreadedVerifier, threadedVerifier } from './threaded-verifier.ts';
export { nodeVerifier } from './verifier.ts';
export { nodeDeflate, nodeInflate } from './zlib.ts';
