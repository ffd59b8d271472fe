import { isIP } from 'node:net';
import { isDeviceTag } from './device-tag.ts';

/** A device that announced itself on the local network. Anybody can announce anything. */
export interface Sighting {
  /** `host:port`, IPv6 in brackets: first where the announcement came from. At most 8. */
  readonly addresses: readonly string[];
  /** See {@link isTagOf}. */
  readonly deviceTag: string;
}

/** What of a DNS-SD answer is looked at. */
export interface Answer {
  readonly port?: number;
  readonly addresses?: readonly string[];
  readonly referer?: { readonly address: string };
  readonly txt?: Readonly<Record<string, unknown>>;
}

/** The one form of announcement that is understood. */
export const TXT_VERSION = '1';
const MAX_ADDRESSES = 8;

/** Reads an answer; undefined when it isn't one of ours. */
export function readSighting({ port, addresses, referer, txt }: Answer): Sighting | undefined {
  const deviceTag = `${txt?.['salt']}:${txt?.['tag']}`;
  if (txt?.['v'] !== TXT_VERSION || !isDeviceTag(deviceTag)) return undefined;
  if (!Number.isInteger(port) || !port || port > 65_535) return undefined;
  const hosts = new Set([referer?.address ?? '', ...(addresses ?? [])].filter(isDialable));
  if (hosts.size === 0) return undefined;
  const written = [...hosts].map((host) =>
    isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`,
  );
  return { addresses: written.slice(0, MAX_ADDRESSES), deviceTag };
}

/** An IP address that means the same to everybody: a link-local one needs a zone. */
function isDialable(host: string): boolean {
  return isIP(host) === 4 || (isIP(host) === 6 && !/^fe[89ab]/i.test(host) && !host.includes('%'));
}
