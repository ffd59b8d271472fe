import { concatBytes, fromHex, utf8 } from '@covey/codec';
import { invariant } from '@covey/errors';
import { explicitTag, TAG } from './der-reader.ts';

/** One DER element (X.690 §10): tag, shortest length, content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const length = content.reduce((total, part) => total + part.length, 0);
  return concatBytes(Uint8Array.of(tag, ...lengthBytes(length)), ...content);
}

export function sequence(...members: readonly Uint8Array[]): Uint8Array {
  return element(TAG.sequence, ...members);
}

/** A SET OF one member: with several their order would matter. */
export function setOfOne(member: Uint8Array): Uint8Array {
  return element(TAG.set, member);
}

export function explicit(number: number, inner: Uint8Array): Uint8Array {
  return element(explicitTag(number), inner);
}

/** An INTEGER from its content bytes, which have to be the shortest already. */
export function integer(content: Uint8Array): Uint8Array {
  return element(TAG.integer, content);
}

/** Content bytes of a non-negative INTEGER: no zero in front but one that keeps the sign. */
export function unsignedContent(value: bigint): Uint8Array {
  invariant(value >= 0n, 'only non-negative numbers are written');
  const digits = value.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return fromHex(/^[89a-f]/.test(even) ? `00${even}` : even);
}

export function oid(contentHex: string): Uint8Array {
  return element(TAG.oid, fromHex(contentHex));
}

/** A BIT STRING; `unusedBits` of the last byte do not count and are zero. */
export function bitString(bytes: Uint8Array, unusedBits = 0): Uint8Array {
  return element(TAG.bitString, Uint8Array.of(unusedBits), bytes);
}

export function octetString(bytes: Uint8Array): Uint8Array {
  return element(TAG.octetString, bytes);
}

export const TRUE: Uint8Array = Uint8Array.of(TAG.boolean, 1, 0xff);

/** PrintableString where its alphabet (X.680 §41.4) is enough, else UTF8String. */
export function directoryString(text: string): Uint8Array {
  const printable = /^[A-Za-z0-9 '()+,./:=?-]*$/.test(text);
  return element(printable ? TAG.printableString : TAG.utf8String, utf8(text));
}

function lengthBytes(length: number): readonly number[] {
  invariant(length < 1 << 24, 'nothing here is as long as 16 MiB');
  if (length < 0x80) return [length];
  if (length < 0x100) return [0x81, length];
  if (length < 0x10000) return [0x82, length >> 8, length & 0xff];
  return [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
}
