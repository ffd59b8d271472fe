import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8 } from '@covey/codec';
import { invariant } from '@covey/errors';

/** What keys of an epoch are for. Each is a key of its own. */
export type KeyLabel =
  | 'id'
  | 'rank'
  | 'tag'
  | 'note'
  | 'blind'
  | 'read'
  | 'decoy'
  | 'segment'
  | 'beacon'
  | 'rendezvous'
  | 'wakers'
  | 'wake';

const SECRET_BYTES = 32;
const CONVERSATION_BYTES = 20;
const NOTHING = new Uint8Array();

/** All that can be derived from the secret of an epoch of one conversation (relays.md, one notation: K). */
export class EpochKeys {
  readonly #secret: Uint8Array;
  readonly #conversation: Uint8Array;

  /** @param conversation the id as bytes */
  constructor(secret: Uint8Array, conversation: Uint8Array) {
    invariant(secret.length === SECRET_BYTES, 'the secret of an epoch has 32 bytes');
    invariant(conversation.length === CONVERSATION_BYTES, 'a conversation is named by a SHA-1');
    this.#secret = secret;
    this.#conversation = conversation;
  }

  /** n bytes, for this purpose in this context. */
  derive(label: KeyLabel, context: Uint8Array, n: number): Uint8Array {
    const info = concatBytes(labeled(label), context);
    return hkdf(sha256, this.#secret, this.#conversation, info, n);
  }

  /** What the epoch is called: its secret can be checked against it. */
  get id(): Uint8Array {
    return this.derive('id', NOTHING, 32);
  }
}

/** `covey/1 LABEL` and a zero byte: in front of whatever is signed or derived, so that nothing serves two purposes. */
export function labeled(label: string): Uint8Array {
  return utf8(`covey/1 ${label}\0`);
}
