import { sha256 } from '@noble/hashes/sha2.js';
import {
  bytesOf,
  concatBytes,
  equalBytes,
  type FormValue,
  frameOf,
  NUMBER,
  toHex,
} from '@covey/codec';
import { CoveyError, invariant } from '@covey/errors';
import type { SignatureVerifier } from '@covey/identity';
import { type Begin, ENTRY, type LogEntry } from '../log.ts';
import { encodeHead, encodeReceipt, type Signed, statementPayload } from '../mirror-statements.ts';
import { type ByteRange, contentOf, type PackContent, type PackStore } from '../pack-store.ts';
import { slotNamed } from '../slot-keys.ts';
import { KeptSlot } from './kept-slot.ts';

/** What an operator allows in one slot. */
export interface SlotLimits {
  readonly quotaBytes: number;
  readonly mostEntries: number;
}

/** Of a slot's bytes, and of its entries, one writer may have half. */
const SHARE = 2;
/** In a closed slot each writer may hand over so often, beyond quota. */
const MOST_HANDOVERS = 2;
const INCARNATION_BYTES = 8;
/** Digits of a position in a name: names are listed in the order of their characters. */
const DIGITS = 10;

/** What a mirror keeps of a slot beside its log: the read key, which its id proves, and the incarnation. */
const RECORD = frameOf({
  readKey: bytesOf(32),
  incarnation: bytesOf(INCARNATION_BYTES),
  time: NUMBER,
});
type SlotRecord = FormValue<typeof RECORD>;

/** What a mirror stands on. */
export interface MirrorPorts {
  readonly store: PackStore;
  readonly verifier: SignatureVerifier;
  readonly now: () => Date;
  readonly random: (n: number) => Uint8Array;
  /** The mirror's own key. */
  readonly key: Uint8Array;
  readonly sign: (payload: Uint8Array) => Promise<Uint8Array>;
}

/** What a reader asks a log for. */
export interface Listing {
  /** The highest position that the reader knows of, from anybody. */
  readonly asked: number;
  readonly nonce: Uint8Array;
  /** Entries from this one on. */
  readonly from: number;
}

/**
 * The slots of a mirror, on a store that other fronts may use at the same time (relays.md, order on disk): bytes, then
 * the entry, then the signature. An entry is created under its position, once: who was overtaken reads on and tries the
 * next one. All that is asked here has been signed, see `readRequest`.
 */
export class MirrorSlots {
  readonly #ports: MirrorPorts;
  readonly #limits: SlotLimits;
  readonly #kept = new Map<string, KeptSlot>();

  constructor(ports: MirrorPorts, limits: SlotLimits) {
    this.#ports = ports;
    this.#limits = limits;
  }

  /**
   * Opens a slot with its roster, or finds it open, perhaps by somebody else: the log says by whom.
   * @throws {CoveyError} REQUEST_FORGED
   */
  async open(
    readKey: Uint8Array,
    begin: Begin,
    signature: Uint8Array,
    writer: Uint8Array,
  ): Promise<Signed> {
    const { store, key, random } = this.#ports;
    const slot = slotNamed(key, readKey);
    const record: SlotRecord = {
      readKey,
      incarnation: random(INCARNATION_BYTES),
      time: this.#seconds(),
    };
    // Else a stranger's rubbish would leave a slot behind.
    const before = await this.#slot(slot);
    const kept =
      before ?? new KeptSlot({ mirror: key, slot }, record.incarnation, this.#ports.verifier);
    if (kept.entries.length > 0) return this.#receipt(slot, kept, 0);
    const first = this.#entryFor(kept, begin, signature, writer);
    if (begin.kind !== 'open' || (await kept.log.judge(first))) throw forged();
    await store.create(`${nameOf(slot)}/slot`, contentOf(RECORD.encode(record)));
    const opened = await this.#read(slot);
    invariant(opened, 'the record of a slot is there once it was created');
    if (opened.entries.length === 0) await this.#put(slot, opened, begin, signature, writer);
    return this.#receipt(slot, opened, 0);
  }

  /**
   * Takes one entry in, with its bytes where it stands for any. Asking twice gives the same receipt.
   * @throws {CoveyError} SLOT_UNKNOWN, SLOT_CLOSED, SLOT_QUOTA, WRITER_QUOTA, REQUEST_FORGED
   */
  async commit(
    begin: Begin,
    signature: Uint8Array,
    writer: Uint8Array,
    content?: PackContent,
  ): Promise<Signed> {
    const { slot, digest, size } = begin;
    const kept = await this.#mustHave(slot);
    const known = kept.positionOf(digest);
    if (known !== undefined) return this.#receipt(slot, kept, known);
    await this.#check(kept, begin, signature, writer);
    const isBare = begin.kind === 'admit';
    if (isBare !== (content === undefined) || (content?.size ?? 0) !== size) throw forged();
    if (content) await this.#ports.store.create(bytesName(slot, digest), checked(content, digest));
    const position = await this.#put(slot, kept, begin, signature, writer);
    return this.#receipt(slot, kept, position);
  }

  /**
   * The entries from a position on, and a head for the asked one.
   * @throws {CoveyError} SLOT_UNKNOWN; POSITION_UNKNOWN when the log is shorter than that: nothing is signed then
   */
  async list(
    slot: Uint8Array,
    { asked, nonce, from }: Listing,
  ): Promise<{ head: Signed; entries: readonly LogEntry[] }> {
    let kept = await this.#mustHave(slot);
    // Another front may have gone on.
    if (asked >= kept.entries.length) kept = (await this.#read(slot)) ?? kept;
    const { incarnation, chains } = kept;
    const position = chains.length - 1;
    const [chain, chainThere] = [chains[position], chains[asked]];
    if (!chain || !chainThere) {
      throw new CoveyError('POSITION_UNKNOWN', 'the log is not that long', {
        data: { position: String(position) },
      });
    }
    const head = {
      slot,
      incarnation,
      position,
      chain,
      time: this.#seconds(),
      asked,
      chainThere,
      nonce,
    };
    // Taken before the signature is made: what comes meanwhile is no part of what it says.
    const entries = kept.entries.slice(from, position + 1);
    return { head: await this.#signed('head', encodeHead(head)), entries };
  }

  /** Bytes that an entry stands for. @throws {CoveyError} SLOT_UNKNOWN; POSITION_UNKNOWN when there are none */
  async read(
    slot: Uint8Array,
    position: number,
    range?: ByteRange,
  ): Promise<AsyncIterable<Uint8Array>> {
    const kept = await this.#mustHave(slot);
    const entry = kept.entries[position] ?? (await this.#read(slot))?.entries[position];
    const bytes = entry && (await this.#ports.store.read(bytesName(slot, entry.digest), range));
    if (!bytes) throw new CoveyError('POSITION_UNKNOWN', 'no bytes are kept for this entry');
    return bytes;
  }

  /** What keeps an entry out, seen from here. Another front may be ahead: it is asked again for each position. */
  async #check(
    kept: KeptSlot,
    begin: Begin,
    signature: Uint8Array,
    writer: Uint8Array,
  ): Promise<void> {
    if (begin.kind === 'open' || !kept.log.admits(writer)) throw forged();
    const share = kept.shareOf(writer);
    if (kept.isClosed) {
      if (begin.kind !== 'handover')
        throw new CoveyError('SLOT_CLOSED', 'the epoch of this slot has ended');
      if (share.handovers >= MOST_HANDOVERS)
        throw new CoveyError('WRITER_QUOTA', 'handed over twice already');
    } else {
      const { quotaBytes, mostEntries } = this.#limits;
      const isFull = kept.log.total + begin.size > quotaBytes || kept.entries.length >= mostEntries;
      if (isFull) throw new CoveyError('SLOT_QUOTA', 'the slot is full');
      const isTooMuch =
        SHARE * (share.bytes + begin.size) > quotaBytes ||
        SHARE * (share.entries + 1) > mostEntries;
      if (isTooMuch) throw new CoveyError('WRITER_QUOTA', 'one writer may have half of a slot');
    }
    if (await kept.log.judge(this.#entryFor(kept, begin, signature, writer))) throw forged();
  }

  /** Puts an entry at the first free position. @returns where it stands, which may be where it stood before */
  async #put(
    slot: Uint8Array,
    kept: KeptSlot,
    begin: Begin,
    signature: Uint8Array,
    writer: Uint8Array,
  ): Promise<number> {
    for (;;) {
      const there = kept.positionOf(begin.digest);
      if (there !== undefined) return there;
      const at = kept.entries.length;
      if (begin.kind !== 'open') await this.#check(kept, begin, signature, writer);
      else if (at > 0) return 0; // Opened by another one, at the same time.
      // What was checked holds for this position alone.
      if (kept.entries.length !== at) continue;
      const entry = this.#entryFor(kept, begin, signature, writer);
      const name = entryName(slot, at);
      if (!(await this.#ports.store.create(name, contentOf(ENTRY.encode(entry))))) {
        await this.#follow(slot, kept);
        continue;
      }
      // Somebody here may have read it already.
      if (kept.entries.length === at) kept.append(entry);
      return at;
    }
  }

  #entryFor(
    { log, entries }: KeptSlot,
    begin: Begin,
    signature: Uint8Array,
    writer: Uint8Array,
  ): LogEntry {
    const { kind, digest, size, covers, tags } = begin;
    return {
      ...{ kind, digest, size, covers, tags, writer, signature },
      position: entries.length,
      total: log.total + size,
      time: this.#seconds(),
    };
  }

  async #mustHave(slot: Uint8Array): Promise<KeptSlot> {
    const kept = await this.#slot(slot);
    if (!kept || kept.entries.length === 0) throw new CoveyError('SLOT_UNKNOWN', 'no such slot');
    return kept;
  }

  async #slot(slot: Uint8Array): Promise<KeptSlot | undefined> {
    return this.#kept.get(toHex(slot)) ?? this.#read(slot);
  }

  /** Reads a slot, or what has come since it was read. */
  async #read(slot: Uint8Array): Promise<KeptSlot | undefined> {
    const { store, key, verifier } = this.#ports;
    let kept = this.#kept.get(toHex(slot));
    if (!kept) {
      const bytes = await wholeOf(store, `${nameOf(slot)}/slot`);
      if (!bytes) return undefined;
      kept = new KeptSlot({ mirror: key, slot }, RECORD.decode(bytes).incarnation, verifier);
      // Two may have read it at the same time.
      kept = this.#kept.get(toHex(slot)) ?? kept;
      this.#kept.set(toHex(slot), kept);
    }
    await this.#follow(slot, kept);
    return kept;
  }

  async #follow(slot: Uint8Array, kept: KeptSlot): Promise<void> {
    for (;;) {
      const at = kept.entries.length;
      const bytes = await wholeOf(this.#ports.store, entryName(slot, at));
      if (!bytes) return;
      if (kept.entries.length === at) kept.append(ENTRY.decode(bytes));
    }
  }

  async #receipt(
    slot: Uint8Array,
    { incarnation, chains }: KeptSlot,
    position: number,
  ): Promise<Signed> {
    const chain = chains[position];
    invariant(chain, 'a receipt is for an entry that is there');
    return this.#signed(
      'receipt',
      encodeReceipt({ slot, incarnation, position, chain, time: this.#seconds() }),
    );
  }

  async #signed(kind: 'receipt' | 'head', statement: Uint8Array): Promise<Signed> {
    return { statement, signature: await this.#ports.sign(statementPayload(kind, statement)) };
  }

  #seconds(): number {
    return Math.floor(this.#ports.now().getTime() / 1000);
  }
}

const nameOf = (slot: Uint8Array) => `slots/${toHex(slot)}`;
const entryName = (slot: Uint8Array, position: number) =>
  `${nameOf(slot)}/log/${String(position).padStart(DIGITS, '0')}`;
const bytesName = (slot: Uint8Array, digest: Uint8Array) =>
  `${nameOf(slot)}/bytes/${toHex(digest)}`;

async function wholeOf(store: PackStore, name: string): Promise<Uint8Array | undefined> {
  const stream = await store.read(name);
  if (!stream) return undefined;
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return concatBytes(...parts);
}

/** Fails at its end unless it is what was signed: else whoever uploads rubbish first has the mirror accused of it. */
function checked(content: PackContent, digest: Uint8Array): PackContent {
  return {
    size: content.size,
    async *bytes() {
      const hash = sha256.create();
      for await (const part of content.bytes()) {
        hash.update(part);
        yield part;
      }
      if (!equalBytes(hash.digest(), digest)) throw forged();
    },
  };
}

function forged(): CoveyError {
  return new CoveyError('REQUEST_FORGED', 'not signed by who may write here');
}
