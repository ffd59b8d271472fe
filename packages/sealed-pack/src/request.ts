import {
  bytesOf,
  bytesUpTo,
  concatBytes,
  equalBytes,
  type FormValue,
  frameOf,
  NUMBER,
  oneOf,
  optional,
} from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { ed25519PublicKey, type SignatureVerifier } from '@covey/identity';
import { labeled } from './epoch-keys.ts';
import { slotNamed } from './slot-keys.ts';

/** A request counts for so long, whoever's clock is wrong. Seconds. */
const CLOCK_SKEW_SECONDS = 10 * 60;

const METHOD = oneOf('open', 'admit', 'begin', 'list', 'read', 'watch', 'renew', 'object', 'drop');
export type MirrorMethod = FormValue<typeof METHOD>;

const WHO = ['reader', 'writer'] as const;

/** What each method must be signed by: whoever may read the slot, who may write to it, or both. */
const SIGNED_BY: Readonly<Record<MirrorMethod, readonly (typeof WHO)[number][]>> = {
  open: ['reader', 'writer'],
  admit: ['writer'],
  begin: ['writer'],
  object: ['writer'],
  list: ['reader'],
  read: ['reader'],
  watch: ['reader'],
  renew: ['reader'],
  drop: ['reader'],
};

/**
 * What a mirror is asked, in gRPC as in HTTP (relays.md, requests). It holds the public read key, which the slot's id
 * proves, so that signatures are checked before any slot is looked up. Asking twice does nothing: no nonce is kept.
 */
const REQUEST = frameOf({
  mirror: bytesOf(32),
  method: METHOD,
  slot: bytesOf(32),
  readKey: bytesOf(32),
  /** W; nothing where only a reader asks. */
  writer: optional(bytesOf(32)),
  /** SHA-256 of what goes with the request. */
  body: bytesOf(32),
  /** The asker's clock, in seconds since 1970. */
  time: NUMBER,
});
export type MirrorRequest = FormValue<typeof REQUEST>;

const SIGNED = frameOf({
  request: bytesUpTo(512),
  reader: bytesUpTo(64),
  writer: bytesUpTo(64),
});

/** Who can sign a request. */
export interface RequestSigners {
  /** Signs by the read key. */
  reader?(message: Uint8Array): Uint8Array;
  /** Signs as W. */
  writer?(message: Uint8Array): Uint8Array;
}

/** Signs a request by whom its method asks for. */
export function signRequest(request: MirrorRequest, signers: RequestSigners): Uint8Array {
  const bytes = REQUEST.encode(request);
  const payload = concatBytes(labeled('request'), bytes);
  const signatureBy = (who: (typeof WHO)[number]) =>
    SIGNED_BY[request.method].includes(who) ? signers[who]?.(payload) : undefined;
  return SIGNED.encode({
    request: bytes,
    reader: signatureBy('reader') ?? new Uint8Array(),
    writer: signatureBy('writer') ?? new Uint8Array(),
  });
}

/**
 * Reads what this mirror was asked. Who may write to the slot is not known here.
 * @throws {CoveyError} REQUEST_FORGED, the same for everything that isn't signed as it must be; CLOCK_SKEW
 */
export async function readRequest(
  bytes: Uint8Array,
  { mirror, now, verifier }: { mirror: Uint8Array; now: Date; verifier: SignatureVerifier },
): Promise<MirrorRequest> {
  const read = decoded(bytes);
  if (!read) throw forged();
  const { request, payload, signatures } = read;
  const isHere = equalBytes(request.mirror, mirror);
  if (!isHere || !equalBytes(request.slot, slotNamed(mirror, request.readKey))) throw forged();
  const keys = { reader: request.readKey, writer: request.writer };
  const signers = SIGNED_BY[request.method];
  // One spelling: nobody is named, and nothing signed, that nobody asks for.
  const isBare = WHO.every((who) => signers.includes(who) || signatures[who].length === 0);
  if (!isBare || (request.writer && !signers.includes('writer'))) throw forged();
  for (const who of signers) {
    const key = keys[who];
    const isSigned =
      key && (await verifier.verify(ed25519PublicKey(key), 'ed25519', payload, signatures[who]));
    if (!isSigned) throw forged();
  }
  const aheadSeconds = request.time - now.getTime() / 1000;
  if (Math.abs(aheadSeconds) > CLOCK_SKEW_SECONDS) {
    const time = String(Math.floor(now.getTime() / 1000));
    throw new CoveyError('CLOCK_SKEW', 'the clocks differ by more than ten minutes', {
      data: { time },
    });
  }
  return request;
}

function decoded(bytes: Uint8Array) {
  try {
    const { request, reader, writer } = SIGNED.decode(bytes);
    const payload = concatBytes(labeled('request'), request);
    return { request: REQUEST.decode(request), payload, signatures: { reader, writer } };
  } catch (reason) {
    if (CoveyError.is(reason, 'ENCODING_MALFORMED')) return undefined;
    throw reason;
  }
}

function forged(): CoveyError {
  return new CoveyError('REQUEST_FORGED', 'not signed by who may ask this');
}
