export { portableEd25519 } from './portable-ed25519.ts';
export { type WebAeadSubtle, webAead } from './web-aead.ts';
export type { WebSubtle } from './web-subtle.ts';
export { webVerifier } from './web-verifier.ts';
