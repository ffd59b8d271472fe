import { sha256 } from '@noble/hashes/sha2.js';
import {
  bytesOf,
  bytesUpTo,
  concatBytes,
  equalBytes,
  type FormValue,
  frameOf,
  listOf,
  NUMBER,
  oneOf,
  optional,
} from '@covey/codec';
import { CoveyError } from '@covey/errors';
import type { Aead, PublicKey, SignatureVerifier, Signer } from '@covey/identity';
import { labeled } from './epoch-keys.ts';
import { DEVICE } from './ids.ts';
import { SIGNED as SIGNED_STATEMENT } from './mirror-statements.ts';
import { paddedSize } from './padded-size.ts';
import { openSegment, sealedSize, sealSegment } from './segment-seal.ts';

const LENGTH_BYTES = 4;
const MOST_HEADER = 16 * 1024;
const VERSION = 1;

/**
 * What a segment says of itself, inside: who wrote it, where, on top of what, and what its body is. Signed by the
 * device, as its entry is by W: both are the same device, or it is SEGMENT_WRITER_FALSE.
 */
const HEADER = frameOf({
  version: NUMBER,
  device: DEVICE,
  epoch: bytesOf(32),
  slot: bytesOf(32),
  /** The highest that its writer knew of this slot. */
  buildsOn: optional(SIGNED_STATEMENT),
  /** Position of the writer's own entry before this one. */
  previous: optional(NUMBER),
  /** Commits that this writer has then, at most. */
  heads: listOf(bytesOf(20), { most: 64 }),
  covers: optional(frameOf({ from: NUMBER, to: NUMBER })),
  body: oneOf('pack', 'keyring', 'grant', 'card', 'handover'),
  length: NUMBER,
  sha256: bytesOf(32),
});
export type SegmentHeader = FormValue<typeof HEADER>;

const SIGNED = frameOf({ header: bytesUpTo(MOST_HEADER), signature: bytesOf(64) });

/** What its writer says of a segment; version, length and digest come from the body. */
export type SegmentAbout = Omit<SegmentHeader, 'version' | 'length' | 'sha256'>;

/** A segment as it is handed to a mirror: sealed, and padded to one of few sizes. */
export async function writeSegment(
  slotKey: Uint8Array,
  about: SegmentAbout,
  body: Uint8Array,
  tools: { readonly signer: Signer; readonly salt32: Uint8Array; readonly aead: Aead },
): Promise<Uint8Array> {
  const header = HEADER.encode({
    ...{ ...about, version: VERSION, length: body.length, sha256: sha256(body) },
  });
  const signature = await tools.signer.sign(concatBytes(labeled('segment'), header));
  const signed = SIGNED.encode({ header, signature });
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, signed.length);
  const plain = new Uint8Array(paddedSize(LENGTH_BYTES + signed.length + body.length));
  plain.set(concatBytes(length, signed, body));
  return sealSegment(slotKey, plain, tools);
}

/** A segment whose header has come; its body is read as it comes. */
export interface OpenedSegment {
  readonly header: SegmentHeader;
  /** Has that device signed it? */
  isSignedBy(key: PublicKey, verifier: SignatureVerifier): Promise<boolean>;
  /**
   * The body, to be read once and to its end.
   * @throws {CoveyError} as {@link readSegment}; SEGMENT_CORRUPT also when it isn't the body that the header tells of
   */
  readonly body: AsyncGenerator<Uint8Array>;
}

/**
 * Opens a segment, as far as its header. Nothing of it has been judged.
 * @param size of the whole segment, as its entry says
 * @throws {CoveyError} SEGMENT_WRONG_KEY before any decryption; SEGMENT_TRUNCATED, SEGMENT_CORRUPT
 */
export async function readSegment(
  slotKey: Uint8Array,
  bytes: AsyncIterable<Uint8Array>,
  options: { readonly size: number; readonly aead: Aead },
): Promise<OpenedSegment> {
  const chunks = openSegment(slotKey, bytes, options);
  // The header is in the first chunk, which is larger than any.
  const { value: first } = await chunks.next();
  const signed = first && signedIn(first);
  if (!first || !signed) {
    await chunks.return(undefined);
    throw corrupt('its header can’t be read');
  }
  const { header, bytes: headerBytes, signature, end } = signed;
  if (sealedSize(paddedSize(end + header.length)) !== options.size) {
    await chunks.return(undefined);
    throw corrupt('its padding is of another size');
  }
  return {
    header,
    isSignedBy: (key, verifier) =>
      verifier.verify(key, 'ed25519', concatBytes(labeled('segment'), headerBytes), signature),
    body: bodyOf(header, first.subarray(end), chunks),
  };
}

function signedIn(first: Uint8Array) {
  if (first.length < LENGTH_BYTES) return undefined;
  const end = LENGTH_BYTES + new DataView(first.buffer, first.byteOffset).getUint32(0);
  if (end > first.length) return undefined;
  try {
    const { header: bytes, signature } = SIGNED.decode(first.subarray(LENGTH_BYTES, end));
    const header = HEADER.decode(bytes);
    return header.version === VERSION ? { header, bytes, signature, end } : undefined;
  } catch (reason) {
    if (CoveyError.is(reason, 'ENCODING_MALFORMED')) return undefined;
    throw reason;
  }
}

/** So many bytes, then zeros to the end. */
async function* bodyOf(
  { length, sha256: expected }: SegmentHeader,
  rest: Uint8Array,
  chunks: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const digest = sha256.create();
  let left = length;
  try {
    for (let chunk: Uint8Array | undefined = rest; chunk; chunk = (await chunks.next()).value) {
      const part = chunk.subarray(0, left);
      left -= part.length;
      if (chunk.subarray(part.length).some((byte) => byte !== 0))
        throw corrupt('its padding isn’t empty');
      digest.update(part);
      if (part.length > 0) yield part;
    }
  } finally {
    await chunks.return(undefined);
  }
  if (left > 0 || !equalBytes(digest.digest(), expected))
    throw corrupt('another body than it says');
}

function corrupt(why: string): CoveyError {
  return new CoveyError('SEGMENT_CORRUPT', `a segment is not what was sealed: ${why}`);
}
