import { concatBytes, fromHex, utf8 } from '@covey/codec';
import { nodeDeflate, nodeDigests } from '@covey/node-crypto';
import { commitPayload, parseOid, signedCommit } from '../src/index.ts';

/** One thing that could be wrong with bytes from outside, and what is made of it here. */
export type ObjectCheck = {
  /** What is refused or done instead: a cell of docs/protocol/object-checks.md. */
  readonly says: string;
} & (
  | {
      /** Inputs that show the refusal. */
      readonly examples: readonly Example[];
    }
  | {
      /** Proven there, since no reader of single objects meets it. The file is named from the root of the checkout. */
      readonly elsewhere: { readonly file: string; readonly test: string };
    }
);

/** Bytes that one of the readers must refuse. */
export interface Example {
  readonly reader: 'commit' | 'tree' | 'pack';
  /** What the refusal names. */
  readonly defect: string;
  readonly bytes: () => Uint8Array;
}

/** An id that no object has. */
export const SOME_OID = '7'.repeat(40);
export const PARENT = '2'.repeat(40);
const DEVICE = 'd'.repeat(64);
export const AUTHOR = `Alice <${DEVICE}> 1700000000 +0000`;
const SIGNATURE = 'c2lnbmF0dXJl';

/** A commit without a defect. The examples depart from it in one point each. */
export const GOOD_COMMIT = signedCommit(
  commitPayload({
    tree: parseOid('1'.repeat(40)),
    parents: [parseOid(PARENT), parseOid('3'.repeat(40))],
    person: { name: 'Alice', email: DEVICE, time: 1_700_000_000, zone: '+0000' },
    message: '{"body":"hi","type":"text/plain"}',
  }),
  SIGNATURE,
);
const goodText = new TextDecoder().decode(GOOD_COMMIT);

/** The good commit with every `from` replaced; both of its person lines change alike. */
export function commit(defect: string, from: string, to: string | Uint8Array): Example {
  const bytes = () => {
    const pieces = goodText.split(from).map((piece) => utf8(piece));
    if (pieces.length < 2) throw new Error(`the good commit has no ${from}`);
    const put = typeof to === 'string' ? utf8(to) : to;
    return concatBytes(...pieces.flatMap((piece, at) => (at === 0 ? [piece] : [put, piece])));
  };
  return { reader: 'commit', defect, bytes };
}

/** The good commit with another header line before the blank line, where no order is broken. */
export function lastHeader(defect: string, line: string): Example {
  return commit(defect, '\n\n', `\n${line}\n\n`);
}

/** One entry of a tree, of which everything may be wrong. */
export function entry(mode: string, name: string | Uint8Array, oid = SOME_OID): Uint8Array {
  const raw = typeof name === 'string' ? utf8(name) : name;
  return concatBytes(utf8(`${mode} `), raw, Uint8Array.of(0), fromHex(oid));
}

/** A tree of these entries, in this order. */
export function tree(defect: string, ...entries: readonly Uint8Array[]): Example {
  return { reader: 'tree', defect, bytes: () => concatBytes(...entries) };
}

/** One tree per name, with a file of that name and nothing else. */
export function names(...list: readonly (string | Uint8Array)[]): readonly Example[] {
  return list.map((name) => tree('a name is not allowed', entry('100644', name)));
}

/** A pack of one entry, with the right checksum: type as in gitformat-pack, and the size that it claims. */
export function pack(defect: string, type: number, body: Uint8Array, size = body.length): Example {
  const bytes = () => {
    const header = [(type << 4) | (size & 15)];
    for (let rest = size >>> 4; rest > 0; rest >>>= 7) {
      header[header.length - 1]! |= 0x80; // there is always a last byte
      header.push(rest & 0x7f);
    }
    const start = concatBytes(utf8('PACK'), Uint8Array.of(0, 0, 0, 2, 0, 0, 0, 1));
    const whole = concatBytes(start, Uint8Array.from(header), nodeDeflate(body));
    return concatBytes(whole, nodeDigests.sha1(whole));
  };
  return { reader: 'pack', defect, bytes };
}

/** A tag, as Git would write one. Whatever is wrong within it, the pack that brings it is refused. */
export function tag(from = '', to = ''): Example {
  const text = `object ${SOME_OID}\ntype commit\ntag v1\ntagger ${AUTHOR}\n\nfirst\n`;
  return pack('tag objects are not allowed', 4, utf8(text.replace(from, to)));
}
