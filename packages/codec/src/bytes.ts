import { CoveyError } from '@covey/errors';

const encoder = new TextEncoder();
// `ignoreBOM: true` keeps a byte order mark as a character: two spellings must stay two texts.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Strict UTF-8. @throws {CoveyError} ENCODING_MALFORMED */
export function utf8Text(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new CoveyError('ENCODING_MALFORMED', 'not valid UTF-8', { cause });
  }
}

/** The same text on its own: one that was cut out of a larger text keeps all of that alive. */
export function ownText<T extends string>(text: T): T {
  return decoder.decode(encoder.encode(text)) as T; // The same text; ids and names are well-formed.
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Not constant in time: for public bytes only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
