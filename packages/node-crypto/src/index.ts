export { nodeDigests } from './digests.ts';
export { makeEd25519Key, signerFromPkcs8 } from './keys.ts';
export { nodeRandom } from './random.ts';
export { nodeVerifier } from './verifier.ts';
export { nodeDeflate, nodeInflate } from './zlib.ts';
