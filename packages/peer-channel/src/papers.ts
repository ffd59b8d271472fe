import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { CoveyError } from '@covey/errors';
import {
  type AccountChain,
  type AccountUri,
  accountUriOf,
  type Certificate,
  type DeviceId,
  deviceIdOf,
  isWithinDates,
  type JudgePorts,
  judgeAccountChain,
  judgeDevice,
  readCertificate,
  writePem,
} from '@covey/identity';

/** A device whose papers were judged: it has the device's key, and the account issued it. */
export interface RemoteDevice {
  readonly deviceId: DeviceId;
  readonly uri: AccountUri;
  readonly chain: AccountChain;
  /** Serial of the device certificate that was shown, in hex: what a revocation list names. */
  readonly certificateSerial: string;
  /** `host:port` as this side sees it. For logs and for dialing back; proves nothing. */
  readonly address: string;
}

/** What the other end of a TLS connection has shown. It has the key of `deviceId` in any case. */
export interface Visitor {
  readonly deviceId: DeviceId;
  readonly address: string;
  /** Absent while a device has no account, which only `Link` allows. */
  readonly remote?: RemoteDevice | undefined;
  /** Why there is no `remote`. */
  readonly fault?: string;
}

/** Device, account, CA. */
const CHAIN_LENGTH = 3;

/**
 * Judges what a TLS peer presented. Certificates have no root: the handshake has proved the leaf's
 * key, the chain proves whose device that is. Dates count here, at admission, and nowhere else.
 * @throws {CoveyError} PEER_REFUSED when there is no certificate that can be read
 */
export async function judgeVisitor(
  socket: TLSSocket,
  ports: JudgePorts & { readonly now: () => Date },
): Promise<Visitor> {
  const address = addressOf(socket);
  const ders = presented(socket);
  const [leaf, ...issuers] = ders;
  if (!leaf) throw new CoveyError('PEER_REFUSED', 'no certificate was presented');
  let deviceId: DeviceId;
  try {
    deviceId = deviceIdOf(readCertificate(leaf).publicKey, ports.digests);
  } catch (cause) {
    throw new CoveyError('PEER_REFUSED', 'a certificate that cannot be read', { cause });
  }
  const judged = await judgeChain(leaf, issuers, deviceId, ports);
  if (typeof judged === 'string') return { deviceId, address, fault: judged };
  const { chain, certificateSerial } = judged;
  const remote = { deviceId, uri: chain.uri, chain, certificateSerial, address };
  return { deviceId, address, remote };
}

async function judgeChain(
  leaf: Uint8Array,
  issuers: readonly Uint8Array[],
  deviceId: DeviceId,
  ports: JudgePorts & { readonly now: () => Date },
): Promise<Pick<RemoteDevice, 'chain' | 'certificateSerial'> | string> {
  const [accountDer] = issuers;
  if (!accountDer || issuers.length !== CHAIN_LENGTH - 1) {
    return `${issuers.length + 1} certificates, not ${CHAIN_LENGTH}`;
  }
  const account = readable(accountDer);
  if (!account) return 'an account certificate that cannot be read';
  const uri = accountUriOf(account.publicKey, ports.digests);
  const chain = await judgeAccountChain(writePem(issuers, 'CERTIFICATE'), uri, ports);
  if (!chain.ok) return chain.found;
  const paper = await judgeDevice(writePem([leaf], 'CERTIFICATE'), deviceId, chain.value, ports);
  if (!paper.ok) return paper.found;
  const now = ports.now();
  const all = [paper.value.certificate, chain.value.account, chain.value.authority];
  if (!all.every((each) => isWithinDates(each, now))) return 'a certificate that is out of date';
  return { chain: chain.value, certificateSerial: paper.value.certificate.serialHex };
}

function readable(der: Uint8Array): Certificate | undefined {
  try {
    return readCertificate(der);
  } catch {
    return undefined; // What is wrong with a stranger's certificate interests nobody.
  }
}

/** The certificates as DER, the leaf first, each once, no more than one beyond a whole chain. */
function presented(socket: TLSSocket): Uint8Array[] {
  const ders: Uint8Array[] = [];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (next?.raw && ders.length <= CHAIN_LENGTH) {
    ders.push(Uint8Array.from(next.raw));
    // A self-signed certificate is its own issuer.
    next = next.issuerCertificate === next ? undefined : next.issuerCertificate;
  }
  return ders;
}

/** `host:port` of the other end, IPv6 in brackets, an IPv4 address always as such. */
export function addressOf(socket: {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}): string {
  const host = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '');
  return host.includes(':') ? `[${host}]:${socket.remotePort}` : `${host}:${socket.remotePort}`;
}
