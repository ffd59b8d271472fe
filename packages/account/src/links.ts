import {
  canonicalJson,
  fromBase64url,
  type JsonObject,
  readJson,
  toBase64url,
  utf8,
  utf8Text,
} from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { type AccountUri, type DeviceId, isAccountUri, isDeviceId } from '@covey/identity';

/** What `covey invite --link` prints. Presented to the device that made it, it is answered by an invitation. */
export interface InviteLink {
  readonly conversationId: string;
  readonly from: AccountUri;
  readonly device: DeviceId;
  readonly addresses: readonly string[];
  /** 16 random bytes, good once. */
  readonly secret: Uint8Array;
  readonly expires: Date;
}

/** What `covey invite --link` prints of a public conversation: anybody joins by its id, so it holds no secret and no end. */
export type JoinLink = Omit<InviteLink, 'secret' | 'expires'>;

/** What `covey device add` prints: opens one account to one new device, once. */
export type DeviceLink = Omit<InviteLink, 'conversationId'>;

const JOIN_SCHEME = 'covey:join:';
const SECRET_BYTES = 16;
const MAX_ADDRESSES = 16;
const MAX_LINK_LENGTH = 4096;

export const writeInviteLink = (link: InviteLink): string =>
  write('covey:invite:', { ...membersOf(link), c: link.conversationId });

export const writeJoinLink = ({ addresses, conversationId, device, from }: JoinLink): string =>
  write(JOIN_SCHEME, { a: [...addresses], c: conversationId, d: device, u: from, v: 1 });

export const isJoinLink = (text: string): boolean => text.startsWith(JOIN_SCHEME);

export const writeDeviceLink = (link: DeviceLink): string =>
  write('covey:device:', membersOf(link));

/** @throws {CoveyError} LINK_MALFORMED */
export function readInviteLink(text: string): InviteLink {
  const members = read('covey:invite:', text);
  return { ...common(members), conversationId: conversationIn(members) };
}

/** @throws {CoveyError} LINK_MALFORMED */
export function readJoinLink(text: string): JoinLink {
  const members = read(JOIN_SCHEME, text);
  return { ...whereabouts(members), conversationId: conversationIn(members) };
}

function conversationIn({ c }: Record<string, unknown>): string {
  if (typeof c === 'string' && /^[0-9a-f]{40}$/.test(c)) return c;
  throw malformed('names no conversation');
}

/** @throws {CoveyError} LINK_MALFORMED */
export const readDeviceLink = (text: string): DeviceLink => common(read('covey:device:', text));

function membersOf({ addresses, device, expires, from, secret }: DeviceLink): JsonObject {
  const seconds = Math.floor(expires.getTime() / 1000);
  return { a: [...addresses], d: device, e: seconds, s: toBase64url(secret), u: from, v: 1 };
}

const write = (scheme: string, members: JsonObject): string =>
  scheme + toBase64url(utf8(canonicalJson(members)));

function read(scheme: string, text: string): Record<string, unknown> {
  if (!text.startsWith(scheme) || text.length > MAX_LINK_LENGTH)
    throw malformed(`does not begin with ${scheme}`);
  try {
    const value = readJson(utf8Text(fromBase64url(text.slice(scheme.length))), { maxDepth: 2 });
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (cause) {
    throw malformed('is cut short or altered', cause);
  }
  throw malformed('is altered');
}

function whereabouts({ a, d, u, v }: Record<string, unknown>) {
  if (v !== 1) throw malformed('comes from a newer version');
  const addresses =
    Array.isArray(a) && a.length <= MAX_ADDRESSES && a.every((each) => typeof each === 'string')
      ? (a as string[])
      : undefined;
  if (
    !addresses ||
    typeof d !== 'string' ||
    !isDeviceId(d) ||
    typeof u !== 'string' ||
    !isAccountUri(u)
  )
    throw malformed('lacks an address or id');
  return { addresses, device: d, from: u };
}

function common(members: Record<string, unknown>): DeviceLink {
  const { e, s } = members;
  const where = whereabouts(members);
  if (typeof e !== 'number' || e < 0 || e > 253_402_300_799 || typeof s !== 'string')
    throw malformed('lacks its end or secret');
  const secret = secretIn(s);
  if (secret.length !== SECRET_BYTES) throw malformed('has no secret');
  return { ...where, secret, expires: new Date(e * 1000) };
}

function secretIn(text: string): Uint8Array {
  try {
    return fromBase64url(text);
  } catch (cause) {
    throw malformed('has no secret', cause);
  }
}

function malformed(why: string, cause?: unknown): CoveyError {
  return new CoveyError('LINK_MALFORMED', `the link ${why}`, cause === undefined ? {} : { cause });
}
