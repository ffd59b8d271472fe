import { utf8, utf8Text } from '@covey/codec';
import { CoveyError } from '@covey/errors';

/** The keys of a conversation's profile, as the local API names them. */
export interface ConversationProfile {
  readonly title?: string;
  readonly description?: string;
  /** Base64 of an image, as it stands in the vCard. */
  readonly avatar?: string;
  readonly rdvAccount?: string;
  readonly rdvDevice?: string;
}

const KEYS = {
  title: 'FN',
  description: 'DESCRIPTION',
  avatar: 'PHOTO;ENCODING=BASE64',
  rdvAccount: 'RDV_ACCOUNT',
  rdvDevice: 'RDV_DEVICE',
} as const satisfies Record<keyof ConversationProfile, string>;

const KEY_OF = new Map(
  // Object.entries forgets which the keys are.
  (Object.entries(KEYS) as [keyof ConversationProfile, string][]).map(([key, start]) => [
    start.split(';')[0],
    key,
  ]),
);

const LINE = /^[A-Z][A-Z0-9_-]*(;[A-Z0-9=_-]+)*:/;
// Written by Jami when there is no picture, and for a missing rendez-vous.
const EMPTY_LINE = /^(PHOTO;ENCODING=BASE64)?$/;
/** Twice what the rules allow, for histories of other programs. What is larger isn't looked at. */
const MOST_BYTES = 512 * 1024;

/** What keeps these bytes from being a vCard 2.1; line ends are `\n` or `\r\n`. */
export function vcardFault(bytes: Uint8Array): string | undefined {
  if (bytes.length > MOST_BYTES) return `more than ${MOST_BYTES} bytes`;
  let lines: string[];
  try {
    lines = utf8Text(bytes)
      .replace(/\r?\n$/, '')
      .split(/\r?\n/);
  } catch (reason) {
    if (CoveyError.is(reason, 'ENCODING_MALFORMED')) return 'not UTF-8';
    throw reason;
  }
  if (lines[0] !== 'BEGIN:VCARD') return 'does not begin with BEGIN:VCARD';
  if (lines[1] !== 'VERSION:2.1') return 'version is not 2.1';
  if (lines.at(-1) !== 'END:VCARD') return 'does not end with END:VCARD';
  const stray = lines.findIndex((line) => !LINE.test(line) && !EMPTY_LINE.test(line));
  return stray < 0 ? undefined : `line ${stray + 1} is neither empty nor NAME:value`;
}

/** Reads what is there and ignores the rest: it may come from a program that we do not know. */
export function readVcard(bytes: Uint8Array): ConversationProfile {
  const profile: { -readonly [Key in keyof ConversationProfile]: string } = {};
  if (bytes.length > MOST_BYTES) return profile;
  let text: string;
  try {
    text = utf8Text(bytes);
  } catch {
    return profile; // Not UTF-8: judged elsewhere, shown as empty here.
  }
  const last = new Map<keyof ConversationProfile, { raw: string; isQuoted: boolean }>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const [name, ...parameters] = line.slice(0, colon).split(';');
    const key = KEY_OF.get(name);
    const raw = line.slice(colon + 1).replace(/\r$/, '');
    if (key === undefined || raw === '') continue;
    last.set(key, { raw, isQuoted: parameters.includes('ENCODING=QUOTED-PRINTABLE') });
  }
  for (const [key, { raw, isQuoted }] of last) {
    profile[key] = isQuoted ? fromQuotedPrintable(raw) : raw;
  }
  return profile;
}

/** Line breaks and control characters go as quoted-printable (vCard 2.1), everything else as it is. */
export function writeVcard(profile: ConversationProfile): Uint8Array {
  const lines = ['BEGIN:VCARD', 'VERSION:2.1'];
  for (const [key, start] of Object.entries(KEYS)) {
    const value = profile[key as keyof ConversationProfile];
    if (value === undefined || value === '') continue;
    const plain = !/[\u0000-\u001f\u007f]/.test(value);
    lines.push(
      plain
        ? `${start}:${value}`
        : `${start};ENCODING=QUOTED-PRINTABLE:${toQuotedPrintable(value)}`,
    );
  }
  return utf8([...lines, 'END:VCARD'].join('\n'));
}

function toQuotedPrintable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f=]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
    return `=${code}`;
  });
}

/** A text whose bytes come to no UTF-8 stays as it is written. */
function fromQuotedPrintable(text: string): string {
  const written = utf8(text);
  const bytes = new Uint8Array(written.length);
  let length = 0;
  for (let at = 0; at < written.length; at++) {
    const code = written[at] === EQUALS ? hexByteAt(written, at + 1) : undefined;
    bytes[length++] = code ?? written[at] ?? 0;
    if (code !== undefined) at += 2;
  }
  try {
    return utf8Text(bytes.subarray(0, length));
  } catch {
    return text; // The only failure there is: not UTF-8.
  }
}

const EQUALS = 0x3d;
const HEX_DIGITS = utf8('0123456789ABCDEFabcdef');
/** By character code; 16 and more for what is no hex digit. */
const HEX_VALUE = new Uint8Array(256).fill(0xff);
for (const [at, code] of HEX_DIGITS.entries()) HEX_VALUE[code] = at < 16 ? at : at - 6;

/** The byte that the two hex digits there stand for. */
function hexByteAt(written: Uint8Array, at: number): number | undefined {
  const high = HEX_VALUE[written[at] ?? 0] ?? 0xff;
  const low = HEX_VALUE[written[at + 1] ?? 0] ?? 0xff;
  return high < 16 && low < 16 ? high * 16 + low : undefined;
}
