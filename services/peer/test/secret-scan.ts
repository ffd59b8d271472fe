import type { PrivateKeys } from '@covey/device';

/** One spelling of something that must not be found. */
export interface Needle {
  /** Such as `device as hex`. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** The private part of each key, in every spelling. Of Ed25519 it is the end of the PKCS #8 (RFC 8410 section 7). */
export function secretsOf(keys: PrivateKeys): readonly Needle[] {
  const seeds = {
    device: keys.devicePkcs8,
    account: keys.accountPkcs8,
    authority: keys.authorityPkcs8,
  };
  return Object.entries(seeds).flatMap(([name, pkcs8]) => spellings(name, pkcs8.slice(-32)));
}

/** Raw, hex in both cases, base64 and base64url wherever they stand in something longer. */
export function spellings(name: string, secret: Uint8Array): readonly Needle[] {
  const raw = Buffer.from(secret);
  const hex = raw.toString('hex');
  const needles: Needle[] = [
    { name: `${name} as it is`, bytes: raw },
    { name: `${name} as hex`, bytes: Buffer.from(hex) },
    { name: `${name} as hex`, bytes: Buffer.from(hex.toUpperCase()) },
  ];
  for (const form of ['base64', 'base64url'] as const) {
    for (const before of [0, 1, 2]) {
      // Of three bytes come four letters: those that neighbours have a part in are cut off.
      const text = Buffer.concat([Buffer.alloc(before), raw])
        .toString(form)
        .replace(/=+$/, '');
      const whole = text.slice(before === 0 ? 0 : 4, text.length - (text.length % 4));
      needles.push({ name: `${name} as ${form}`, bytes: Buffer.from(whole) });
    }
  }
  return needles;
}

/** Names of the needles that are in the haystack, each once. */
export function finds(needles: readonly Needle[], haystack: Buffer): readonly string[] {
  const found = needles.filter(({ bytes }) => haystack.includes(bytes)).map(({ name }) => name);
  return [...new Set(found)];
}
