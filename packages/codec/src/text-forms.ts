import { CoveyError } from '@covey/errors';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE64_VALUE = valuesOf(BASE64);
const BASE64URL_VALUE = valuesOf(BASE64.replace('+/', '-_'));

/** By character code; 255 for what is no digit. */
function valuesOf(digits: string): Uint8Array {
  const values = new Uint8Array(128).fill(255);
  for (let value = 0; value < 64; value++) values[digits.charCodeAt(value)] = value;
  return values;
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** Lower case only: an id is also a path, and two spellings would be two files. @throws {CoveyError} ENCODING_MALFORMED */
export function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) {
    throw new CoveyError('ENCODING_MALFORMED', 'expected pairs of lower-case hex digits');
  }
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = (hexValue(text, 2 * at) << 4) | hexValue(text, 2 * at + 1);
  }
  return bytes;
}

/** Of a digit that was checked. Ids are read by the million: no strings are made on the way. */
function hexValue(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code <= 0x39 ? code - 0x30 : code - 0x57;
}

/** Standard base64 with padding, on one line (RFC 4648 §4). */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += BASE64.charAt(group >> 18) + BASE64.charAt((group >> 12) & 63);
    text += left > 1 ? BASE64.charAt((group >> 6) & 63) : '=';
    text += left > 2 ? BASE64.charAt(group & 63) : '=';
  }
  return text;
}

/** Only the one canonical spelling is read: no white space, full padding, zero spare bits. @throws {CoveyError} ENCODING_MALFORMED */
export function fromBase64(text: string): Uint8Array {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (text.length % 4 !== 0) throw new CoveyError('ENCODING_MALFORMED', 'not padded base64');
  return decode(text, text.length - padding, BASE64_VALUE);
}

function decode(text: string, digits: number, values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.floor((digits * 3) / 4));
  let group = 0;
  let bits = 0;
  let at = 0;
  for (let digit = 0; digit < digits; digit++) {
    const value = values[text.charCodeAt(digit)] ?? 255;
    if (value === 255) throw new CoveyError('ENCODING_MALFORMED', 'not base64');
    group = (group << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = group >> bits;
      group &= (1 << bits) - 1;
    }
  }
  if (group !== 0 || bits >= 6) {
    throw new CoveyError('ENCODING_MALFORMED', 'not canonical base64');
  }
  return bytes;
}

/** URL-safe base64 without padding (RFC 4648 §5). */
export function toBase64url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Only the one canonical spelling is read: no padding, zero spare bits. @throws {CoveyError} ENCODING_MALFORMED */
export function fromBase64url(text: string): Uint8Array {
  return decode(text, text.length, BASE64URL_VALUE);
}
