import { createPrivateKey } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import { writePem } from '@covey/identity';

/** What a device shows of itself in TLS, and the key that proves it. */
export interface TlsIdentity {
  /** DER, the device's own first. A device that is only being linked has one, self-signed. */
  readonly certificates: readonly Uint8Array[];
  /** Ed25519 private key, DER. */
  readonly pkcs8: Uint8Array;
}

/** ALPN of gRPC. A peer that agrees on nothing or anything else is cut. */
export const ALPN = 'h2';

/**
 * TLS 1.3 alone: every suite of it is forward-secret, and each connection has keys of its own, for
 * nothing is ever resumed. Who the peer is, is not TLS's to say: see `papers.ts`.
 */
export function tlsSettings({ certificates, pkcs8 }: TlsIdentity): SecureContextOptions {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  return {
    key: key.export({ format: 'pem', type: 'pkcs8' }),
    cert: Buffer.from(writePem(certificates, 'CERTIFICATE')),
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    ciphers: 'TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256',
    ecdhCurve: 'X25519:P-256',
    sigalgs: 'ed25519',
  };
}

/** Both ends: any certificate will do for TLS, no name is sent in clear. */
export const TRUST_NOBODY_YET = {
  rejectUnauthorized: false,
  requestCert: true,
  ALPNProtocols: [ALPN],
} as const;
