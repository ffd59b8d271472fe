import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { CoveyError } from '@covey/errors';

/** Where a device listens or is dialed. */
export interface HostPort {
  /** IP address without brackets, or a DNS name. */
  readonly host: string;
  readonly port: number;
}

const HOST_PORT = /^(?:\[([0-9a-fA-F:.%a-z]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/;
const MAX_ADDRESS_BYTES = 261;

/** Parses `host:port`, IPv6 in brackets. @throws {CoveyError} ADDRESS_MALFORMED */
export function parseAddress(text: string): HostPort {
  const [, ipv6, name, digits] = (text.length <= MAX_ADDRESS_BYTES && HOST_PORT.exec(text)) || [];
  const host = ipv6 ?? name;
  const port = Number(digits);
  if (host === undefined || port > 65_535 || (ipv6 !== undefined && isIP(ipv6) !== 6)) {
    throw new CoveyError('ADDRESS_MALFORMED', 'expected host:port, IPv6 in brackets');
  }
  return { host, port };
}

/** The form that {@link parseAddress} reads. */
export function formatAddress({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** As a target of gRPC, so that an IP address never goes to a name server. */
export function grpcTarget({ host, port }: HostPort): string {
  const kind = isIP(host);
  if (kind === 6) return `ipv6:[${host}]:${port}`;
  return kind === 4 ? `ipv4:${host}:${port}` : `dns:${host}:${port}`;
}

/** What a device that listens there may tell others: of a wildcard, the addresses of all interfaces. */
export function reachableAddresses({ host, port }: HostPort): string[] {
  if (host !== '0.0.0.0' && host !== '::') return [formatAddress({ host, port })];
  const found = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    // Link-local addresses mean nothing without a zone, which differs per machine.
    .filter(
      ({ family, internal, scopeid }) =>
        !internal && !scopeid && (host === '::' || family === 'IPv4'),
    )
    .map(({ address }) => formatAddress({ host: address, port }));
  return found.length > 0 ? found.slice(0, 16) : [formatAddress({ host: '127.0.0.1', port })];
}

/** What stands for one household in a rate limit: an IPv4 address, or the /64 of an IPv6 address. */
export function addressGroup(address: string): string {
  const { host } = parseAddress(address);
  if (isIP(host) !== 6) return host;
  const [head = '', tail] = host.split('%')[0]?.split('::') ?? [];
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const missing = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(missing).fill('0'), ...right];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
