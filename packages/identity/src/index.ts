export { type AccountChain, judgeAccountChain } from './account-chain.ts';
export {
  type AccountUri,
  accountUriOf,
  isAccountUri,
  parseAccountUri,
  shortAccountUri,
} from './account-uri.ts';
export type { Aead } from './aead.ts';
export {
  type Certificate,
  isWithinDates,
  MAX_CERTIFICATE_BYTES,
  readCertificate,
} from './certificate.ts';
export { type Crl, judgeCrl, MAX_CRL_BYTES, readCrl } from './crl.ts';
export {
  type DeviceId,
  deviceIdOf,
  isDeviceId,
  parseDeviceId,
  shortDeviceId,
} from './device-id.ts';
export { type DevicePaper, judgeDevice, readDeviceCertificate } from './device-paper.ts';
export { deviceRecipient, sealingKeyOf } from './device-sealing.ts';
export type { CertificateExtensions, KeyUsage } from './extensions.ts';
export {
  ENCAPSULATED_BYTES,
  type HpkeBinding,
  type HpkeRecipient,
  hpkeDecoy,
  hpkeOpen,
  hpkeRecipient,
  hpkeSeal,
} from './hpke.ts';
export {
  type IssueSettings,
  issueAccount,
  issueAuthority,
  issueDevice,
} from './issue-certificate.ts';
export { issueCrl } from './issue-crl.ts';
export type { Judged } from './judged.ts';
export { KeyHandles } from './key-handles.ts';
export { type PemLabel, readPem, writePem } from './pem.ts';
export type { JudgePorts } from './profile.ts';
export {
  ed25519PublicKey,
  isReadableKey,
  isSameKey,
  type PublicKey,
  rawEd25519,
  readPublicKey,
} from './public-key.ts';
export {
  commitSignatureAlgorithm,
  type SignatureAlgorithm,
  type SignatureVerifier,
  type Signer,
} from './signatures.ts';
export { strictEd25519 } from './strict-ed25519.ts';
