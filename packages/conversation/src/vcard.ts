import { fromHex, utf8, utf8Text } from '@covey/codec';
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

const LINE = /^[A-Z][A-Z0-9_-]*(;[A-Z0-9=_-]+)*:/;
// Written by Jami when there is no picture, and for a missing rendez-vous.
const EMPTY_LINE = /^(PHOTO;ENCODING=BASE64)?$/;

/** What keeps these bytes from being a vCard 2.1; line ends are `\n` or `\r\n`. */
export function vcardFault(bytes: Uint8Array): string | undefined {
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
  const profile: Record<string, string> = {};
  let text: string;
  try {
    text = utf8Text(bytes);
  } catch {
    return profile; // Not UTF-8: judged elsewhere, shown as empty here.
  }
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const [name, ...parameters] = line.slice(0, colon).split(';');
    const key = Object.entries(KEYS).find(([, start]) => start.split(';')[0] === name)?.[0];
    const raw = line.slice(colon + 1);
    const quoted = parameters.includes('ENCODING=QUOTED-PRINTABLE');
    const value = quoted ? fromQuotedPrintable(raw) : raw;
    if (key !== undefined && value !== '') profile[key] = value;
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

/** Bytes that are no UTF-8 stay as they are written. */
function fromQuotedPrintable(text: string): string {
  return text.replace(/(?:=[0-9A-Fa-f]{2})+/g, (run) => {
    try {
      return utf8Text(fromHex(run.replaceAll('=', '').toLowerCase()));
    } catch {
      return run; // The only failure left: not UTF-8.
    }
  });
}
