import { sha256 } from '@noble/hashes/sha2.js';
import {
  bytesOf,
  concatBytes,
  equalBytes,
  type FormValue,
  frameOf,
  listOf,
  NUMBER,
  oneOf,
  optional,
  toHex,
  utf8,
} from '@covey/codec';
import { ed25519PublicKey, type SignatureVerifier } from '@covey/identity';
import { tagOf } from './blinded-key.ts';
import { labeled } from './epoch-keys.ts';

/** Tags that one entry can name: a power of two, at least as many as the grantees of an epoch. */
const MOST_TAGS = 4096;
const CHAIN_LABEL = utf8('covey/1 chain');

const KIND = oneOf('open', 'append', 'stratum', 'handover', 'admit', 'object');
const RANGE = frameOf({ from: NUMBER, to: NUMBER });
const TAGS = listOf(bytesOf(16), { most: MOST_TAGS, sorted: true });

const BEGIN = frameOf({
  mirror: bytesOf(32),
  slot: bytesOf(32),
  kind: KIND,
  digest: bytesOf(32),
  size: NUMBER,
  covers: optional(RANGE),
  tags: TAGS,
});
/** What a writer asks a mirror to take, and signs by its W. */
export type Begin = FormValue<typeof BEGIN>;

/**
 * One line of a slot's log (relays.md, pack mirror). `open` is the first one, with the roster; `admit` adds to it; the
 * others stand for bytes. A mirror can't invent one: it has no W.
 */
export const ENTRY = frameOf({
  position: NUMBER,
  kind: KIND,
  digest: bytesOf(32),
  size: NUMBER,
  /** Bytes of the slot up to here, this one included. */
  total: NUMBER,
  writer: bytesOf(32),
  /** Over what it began with, see {@link Begin}. */
  signature: bytesOf(64),
  covers: optional(RANGE),
  tags: TAGS,
  /** The mirror's clock, in seconds since 1970. Shown, never used. */
  time: NUMBER,
});
export type LogEntry = FormValue<typeof ENTRY>;

/** Why an entry can't be: what no honest mirror hands out. */
export type EntryFault = 'MIRROR_ENTRY_FORGED' | 'MIRROR_CHAIN_BROKEN';

/** The log of one slot, as far as it was followed. */
export class SlotLog {
  readonly #mirror: Uint8Array;
  readonly #slot: Uint8Array;
  readonly #verifier: SignatureVerifier;
  /** Tags of those who may write, and digests of all bytes, in hex. */
  readonly #roster = new Set<string>();
  readonly #digests = new Set<string>();
  #position = -1;
  #total = 0;
  #chain: Uint8Array;

  constructor(place: { mirror: Uint8Array; slot: Uint8Array }, verifier: SignatureVerifier) {
    this.#mirror = place.mirror;
    this.#slot = place.slot;
    this.#verifier = verifier;
    this.#chain = place.slot;
  }

  /** The same log, which goes on by itself. */
  copy(): SlotLog {
    const copy = new SlotLog({ mirror: this.#mirror, slot: this.#slot }, this.#verifier);
    for (const tag of this.#roster) copy.#roster.add(tag);
    for (const digest of this.#digests) copy.#digests.add(digest);
    [copy.#position, copy.#total, copy.#chain] = [this.#position, this.#total, this.#chain];
    return copy;
  }

  /** Of the last entry; -1 before the first one. */
  get position(): number {
    return this.#position;
  }

  /** Bytes of all entries. */
  get total(): number {
    return this.#total;
  }

  /** The name of the log up to here. */
  get chain(): Uint8Array {
    return this.#chain;
  }

  /** May W write here? */
  admits(writer: Uint8Array): boolean {
    return this.#roster.has(toHex(tagOf(writer)));
  }

  /** The name that the log has with this entry behind it. */
  chainWith(entry: LogEntry): Uint8Array {
    return chained(this.#chain, entry);
  }

  /** Takes one entry more. Says why it can't be the next one; then nothing has changed. */
  async add(entry: LogEntry): Promise<EntryFault | undefined> {
    const fault = await this.judge(entry);
    if (!fault) this.append(entry);
    return fault;
  }

  /** Says why an entry can't be the next one. */
  async judge(entry: LogEntry): Promise<EntryFault | undefined> {
    const { position, kind, digest, size, total, writer, signature, covers, tags } = entry;
    const isNext = position === this.#position + 1 && total === this.#total + size;
    if (!isNext || (kind === 'open') !== (position === 0)) return 'MIRROR_CHAIN_BROKEN';
    const isWriter = kind === 'open' ? names(tags, writer) : this.admits(writer);
    if (!isWriter || this.#digests.has(toHex(digest)) || isOdd(entry)) return 'MIRROR_ENTRY_FORGED';
    const { mirror, slot } = { mirror: this.#mirror, slot: this.#slot };
    const begun = beginPayload({ mirror, slot, kind, digest, size, covers, tags });
    const key = ed25519PublicKey(writer);
    const isSigned = await this.#verifier.verify(key, 'ed25519', begun, signature);
    return isSigned ? undefined : 'MIRROR_ENTRY_FORGED';
  }

  /** Takes in an entry that was judged, by this log or by who wrote it down. */
  append(entry: LogEntry): void {
    this.#chain = this.chainWith(entry);
    this.#position = entry.position;
    this.#total = entry.total;
    this.#digests.add(toHex(entry.digest));
    for (const tag of entry.tags) this.#roster.add(toHex(tag));
  }
}

/** Does an entry of its kind look like that? */
function isOdd({ position, kind, digest, size, covers, tags }: LogEntry): boolean {
  if ((covers !== undefined) !== (kind === 'stratum')) return true;
  if (covers && !(covers.from <= covers.to && covers.to < position)) return true;
  if (kind !== 'open' && kind !== 'admit') return tags.length > 0;
  return size !== 0 || tags.length === 0 || !equalBytes(digest, tagsDigest(tags));
}

function names(tags: readonly Uint8Array[], writer: Uint8Array): boolean {
  return tags.some((tag) => equalBytes(tag, tagOf(writer)));
}

/** What W signs. */
export function beginPayload(begin: Begin): Uint8Array {
  return concatBytes(labeled('begin'), BEGIN.encode(begin));
}

/** What the entries that name no bytes are called by: their tags. */
export function tagsDigest(tags: readonly Uint8Array[]): Uint8Array {
  return sha256(TAGS.encode(tags));
}

/** The name of a log up to an entry: SHA-256 over the name up to the one before (of the first: the slot's id), and it. */
export function chained(before: Uint8Array, entry: LogEntry): Uint8Array {
  return sha256(concatBytes(CHAIN_LABEL, before, ENTRY.encode(entry)));
}
