import { ed25519 } from '@noble/curves/ed25519.js';
import { utf8 } from '@covey/codec';
import { nodeDigests } from '@covey/node-crypto';
import { type BlindSigner, blindingFactor, blindSigner, tagOf } from '../src/blinded-key.ts';
import { type Begin, beginPayload, chained, type LogEntry, tagsDigest } from '../src/log.ts';
import {
  encodeHead,
  encodeReceipt,
  type MirrorStatement,
  statementPayload,
} from '../src/mirror-statements.ts';

export const seeded = (label: string): Uint8Array => nodeDigests.sha256(utf8(label));
const half = (label: string, length: number) => seeded(label).subarray(0, length);

/** W of a device that the group knows by this name. */
export function writerNamed(name: string): BlindSigner {
  const derived = new Uint8Array([...seeded(`${name} low`), ...seeded(`${name} high`)]);
  return blindSigner(seeded(`key of ${name}`), blindingFactor(derived));
}

type Asked = Partial<Omit<Begin, 'mirror' | 'slot'>>;

/** A mirror that keeps one slot, and can be made to lie: it signs whatever it is told to. */
export class TestMirror {
  readonly key: Uint8Array;
  readonly slot: Uint8Array;
  readonly entries: LogEntry[] = [];
  readonly chains: Uint8Array[] = [];
  incarnation = half('incarnation', 8);
  readonly #secret: Uint8Array;

  constructor(name = 'mirror', slot = seeded('slot')) {
    this.slot = slot;
    this.#secret = seeded(name);
    this.key = ed25519.getPublicKey(this.#secret);
  }

  get place() {
    return { mirror: this.key, slot: this.slot };
  }

  /** Opens the slot for these, by the first of them. */
  open(...writers: readonly BlindSigner[]): LogEntry {
    const tags = writers.map(({ publicKey }) => tagOf(publicKey)).sort(byBytes);
    return this.take(writers[0] as BlindSigner, {
      kind: 'open',
      tags,
      digest: tagsDigest(tags),
      size: 0,
    });
  }

  append(writer: BlindSigner, body: string): LogEntry {
    return this.take(writer, { kind: 'append', digest: seeded(body), size: body.length });
  }

  /** An entry as the writer signs it, put at the end. */
  take(writer: BlindSigner, asked: Asked): LogEntry {
    const entry = this.entryOf(writer, asked);
    this.chains.push(chained(this.chains.at(-1) ?? this.slot, entry));
    this.entries.push(entry);
    return entry;
  }

  entryOf(writer: BlindSigner, asked: Asked): LogEntry {
    const begin: Omit<Begin, 'mirror' | 'slot'> = {
      ...{ kind: 'append', digest: seeded('nothing'), size: 1, covers: undefined, tags: [] },
      ...asked,
    };
    const signature = writer.sign(beginPayload({ ...this.place, ...begin }));
    const total = (this.entries.at(-1)?.total ?? 0) + begin.size;
    const position = this.entries.length;
    return { ...begin, position, total, writer: writer.publicKey, signature, time: 1_700_000_000 };
  }

  /** What it signs of its log up to a position. */
  receipt(position = this.entries.length - 1, chain = this.chainAt(position)): MirrorStatement {
    const { slot, incarnation } = this;
    const said = { slot, incarnation, position, chain, time: 1_700_000_000 };
    return { kind: 'receipt', said, signed: this.#signed('receipt', encodeReceipt(said)) };
  }

  /** What it signs for who asks with a position. */
  head(asked: number, position = this.entries.length - 1): MirrorStatement {
    const { slot, incarnation } = this;
    const said = {
      ...{ slot, incarnation, position, chain: this.chainAt(position), time: 1_700_000_000, asked },
      chainThere: this.chainAt(Math.min(asked, position)),
      nonce: half(`nonce ${asked}`, 16),
    };
    return { kind: 'head', said, signed: this.#signed('head', encodeHead(said)) };
  }

  chainAt(position: number): Uint8Array {
    return this.chains[position] ?? this.slot;
  }

  #signed(kind: 'receipt' | 'head', statement: Uint8Array) {
    const signature = ed25519.sign(statementPayload(kind, statement), this.#secret);
    return { statement, signature };
  }
}

const byBytes = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b);
