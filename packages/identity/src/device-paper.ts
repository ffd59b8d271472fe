import type { Digests } from '@covey/codec';
import type { AccountChain } from './account-chain.ts';
import type { AccountUri } from './account-uri.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { type DeviceId, deviceIdOf } from './device-id.ts';
import { accepted, type Judged, judged, refused } from './judged.ts';
import { readPem } from './pem.ts';
import { deviceFault, issueFault, type JudgePorts } from './profile.ts';
import { isSameKey } from './public-key.ts';

/** A device's certificate, judged to be of this device and issued by this account. */
export interface DevicePaper {
  readonly deviceId: DeviceId;
  readonly certificate: Certificate;
  readonly accountUri: AccountUri;
}

/**
 * Judges `devices/<deviceId>.crt` against the chain of an account: form, key, and that the account
 * issued it, by signature. No clock, no list: dates and revocation are other questions.
 */
export async function judgeDevice(
  pem: Uint8Array,
  expected: DeviceId,
  chain: AccountChain,
  ports: JudgePorts,
): Promise<Judged<DevicePaper>> {
  const read = readDeviceCertificate(pem, expected, ports);
  if (!read.ok) return read;
  const certificate = read.value;
  if (isSameKey(certificate.publicKey, chain.authority.publicKey)) {
    return refused('one key in two places of a chain');
  }
  const fault = await issueFault(certificate, chain.account, ports);
  if (fault !== undefined) return refused(fault);
  return accepted({ deviceId: expected, certificate, accountUri: chain.uri });
}

/** Form and key of `devices/<deviceId>.crt`, without asking who issued it. */
export function readDeviceCertificate(
  pem: Uint8Array,
  expected: DeviceId,
  { digests }: { readonly digests: Digests },
): Judged<Certificate> {
  const read = judged(() => readPem(pem, 'CERTIFICATE').map(readCertificate));
  if (!read.ok) return read;
  const [certificate] = read.value;
  if (!certificate || read.value.length !== 1) {
    return refused(`${read.value.length} certificates, not the device's alone`);
  }
  const deviceId = deviceIdOf(certificate.publicKey, digests);
  if (deviceId !== expected) return refused(`the key of device ${deviceId}`);
  const fault = deviceFault(certificate, digests);
  return fault === undefined ? accepted(certificate) : refused(fault);
}
