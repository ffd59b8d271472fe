import { utf8Text } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { isOid, type Oid } from './oid.ts';
import type { Refs } from './ref-store.ts';

/** What stands before the pack of a bundle (git: Documentation/gitformat-bundle). */
export interface BundleHeader {
  /** All of them, `HEAD` too when the bundle carries it. */
  readonly refs: Refs;
  /** Commits that the reader must have already. */
  readonly prerequisites: readonly Oid[];
  /** Where the pack starts; it goes to the end of the file. */
  readonly packOffset: number;
}

const MAX_HEADER_BYTES = 4 * 1024 * 1024;
const NEWLINE = 0x0a;
const SIGNATURES: readonly string[] = ['# v2 git bundle', '# v3 git bundle'];
const V3 = SIGNATURES[1];

/**
 * Reads the header of a Git bundle, version 2, or 3 without capabilities other than `object-format=sha1`.
 * The pack behind it is not looked at. @throws {CoveyError} BUNDLE_MALFORMED with `data.defect`
 */
export function readBundle(bytes: Uint8Array): BundleHeader {
  const refs = new Map<string, Oid>();
  const prerequisites: Oid[] = [];
  const lines = headerLines(bytes);
  const { value: first } = lines.next();
  if (!first || !SIGNATURES.includes(first.text)) throw malformed('not a bundle of version 2 or 3');
  for (const { text, end } of lines) {
    if (text === '') return { refs, prerequisites, packOffset: end };
    if (first.text === V3 && text.startsWith('@')) {
      if (text !== '@object-format=sha1') throw malformed('a capability is not known');
    } else if (text.startsWith('-')) {
      prerequisites.push(readOid(text.slice(1, 41)));
      if (!/^-.{40}(?: |$)/.test(text)) throw malformed('a prerequisite cannot be read');
    } else {
      const oid = readOid(text.slice(0, 40));
      const name = text.slice(41);
      if (text[40] !== ' ' || name === '' || /[\u0000-\u0020\u007f]/.test(name)) {
        throw malformed('a ref cannot be read');
      }
      if (refs.has(name)) throw malformed('a ref stands twice');
      refs.set(name, oid);
    }
  }
  throw malformed('the header has no end');
}

function* headerLines(bytes: Uint8Array): Generator<{ text: string; end: number }, undefined> {
  for (let start = 0; start < MAX_HEADER_BYTES; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    if (newline < 0 || newline > MAX_HEADER_BYTES) return undefined;
    yield { text: lineText(bytes.subarray(start, newline)), end: newline + 1 };
    start = newline + 1;
  }
  return undefined;
}

function lineText(bytes: Uint8Array): string {
  try {
    return utf8Text(bytes);
  } catch (cause) {
    throw malformed('the header is not UTF-8', cause);
  }
}

function readOid(text: string): Oid {
  if (!isOid(text)) throw malformed('an object id cannot be read');
  return text;
}

function malformed(defect: string, cause?: unknown): CoveyError {
  return new CoveyError('BUNDLE_MALFORMED', defect, { data: { defect }, cause });
}
