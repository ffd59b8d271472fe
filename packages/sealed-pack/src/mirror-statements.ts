import {
  bytesOf,
  bytesUpTo,
  concatBytes,
  equalBytes,
  type FormValue,
  frameOf,
  NUMBER,
} from '@covey/codec';
import { ed25519PublicKey, type SignatureVerifier } from '@covey/identity';
import { labeled } from './epoch-keys.ts';

const SLOT = bytesOf(32);
/** Made new when a slot is created and when it is restored from a back-up. */
const INCARNATION = bytesOf(8);
const CHAIN = bytesOf(32);

/** What a mirror says when it has taken an entry: so long is the log, and this is its name. Signed by the mirror. */
const RECEIPT = frameOf({
  slot: SLOT,
  incarnation: INCARNATION,
  position: NUMBER,
  chain: CHAIN,
  /** The mirror's clock, in seconds since 1970. */
  time: NUMBER,
});
export type Receipt = FormValue<typeof RECEIPT>;

/** What a mirror answers who asks it and shows a position: the present end, and the log's name where it was asked. */
const HEAD = frameOf({
  slot: SLOT,
  incarnation: INCARNATION,
  position: NUMBER,
  chain: CHAIN,
  time: NUMBER,
  asked: NUMBER,
  /** The name of its log at the asked position; at its end, when it ends before that. */
  chainThere: CHAIN,
  nonce: bytesOf(16),
});
export type Head = FormValue<typeof HEAD>;

const FORMS = { receipt: RECEIPT, head: HEAD } as const;

/** A statement with the signature of its mirror: as it is kept, handed on and shown to others. */
export const SIGNED = frameOf({ statement: bytesUpTo(512), signature: bytesOf(64) });
export type Signed = FormValue<typeof SIGNED>;

/** What a mirror has signed, and which of the two it is. */
export type MirrorStatement =
  | { readonly kind: 'receipt'; readonly said: Receipt; readonly signed: Signed }
  | { readonly kind: 'head'; readonly said: Head; readonly signed: Signed };

/** The bytes that a mirror signs. */
export function statementPayload(kind: 'receipt' | 'head', statement: Uint8Array): Uint8Array {
  return concatBytes(labeled(kind), statement);
}

/**
 * Reads a statement, if the mirror has signed it.
 * @returns `undefined` when it hasn't: MIRROR_STATEMENT_FORGED
 * @throws {CoveyError} ENCODING_MALFORMED
 */
export async function readStatement<K extends MirrorStatement['kind']>(
  kind: K,
  signed: Signed,
  mirror: Uint8Array,
  verifier: SignatureVerifier,
): Promise<Extract<MirrorStatement, { kind: K }> | undefined> {
  const payload = statementPayload(kind, signed.statement);
  const isSigned = await verifier.verify(
    ed25519PublicKey(mirror),
    'ed25519',
    payload,
    signed.signature,
  );
  if (!isSigned) return undefined;
  const said = FORMS[kind].decode(signed.statement);
  // The form is that of the kind.
  return { kind, said, signed } as unknown as Extract<MirrorStatement, { kind: K }>;
}

export const encodeReceipt = (receipt: Receipt): Uint8Array => RECEIPT.encode(receipt);
export const encodeHead = (head: Head): Uint8Array => HEAD.encode(head);

/** What two statements of one mirror prove about it, whoever shows them. */
export type MirrorProof = 'MIRROR_ROLLED_BACK' | 'MIRROR_FORKED';

/**
 * Does the mirror contradict itself? Needs no clock: only what it has signed. Statements of different slots or
 * incarnations never do.
 */
export function contradictionIn(
  one: MirrorStatement,
  other: MirrorStatement,
): MirrorProof | undefined {
  if (!equalBytes(one.said.slot, other.said.slot)) return undefined;
  if (!equalBytes(one.said.incarnation, other.said.incarnation)) return undefined;
  for (const [position, chain] of namesIn(one)) {
    for (const [elsewhere, another] of namesIn(other)) {
      if (position === elsewhere && !equalBytes(chain, another)) return 'MIRROR_FORKED';
    }
  }
  return isRolledBack(one, other) || isRolledBack(other, one) ? 'MIRROR_ROLLED_BACK' : undefined;
}

/** All positions that a statement names the log at. */
function namesIn({ kind, said }: MirrorStatement): readonly (readonly [number, Uint8Array])[] {
  const end = [said.position, said.chain] as const;
  if (kind === 'receipt' || said.asked > said.position) return [end];
  return [end, [said.asked, said.chainThere]];
}

/** A head whose end lies before the asked position, and a statement that the log was that long. */
function isRolledBack(head: MirrorStatement, before: MirrorStatement): boolean {
  if (head.kind !== 'head' || head.said.position >= head.said.asked) return false;
  return namesIn(before).some(([position]) => position === head.said.asked);
}
