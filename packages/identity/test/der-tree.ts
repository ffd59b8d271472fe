import { concatBytes, equalBytes } from '@covey/codec';

/*
 * A second, slow reader of DER that knows nothing of certificates: the reference that `DerReader` is
 * measured by, and a way to spell right certificates wrongly.
 */

/** An element: its members when it is constructed, else its content. */
export interface DerNode {
  readonly tag: number;
  readonly content: Uint8Array | readonly DerNode[];
}

/** The tree of bytes that are one element of DER; `undefined` for any that are not. */
export function derTree(bytes: Uint8Array): DerNode | undefined {
  const nodes = derNodes(bytes);
  const [node] = nodes ?? [];
  return nodes?.length === 1 && node && equalBytes(derBytes(node), bytes) ? node : undefined;
}

/** Without regard to spelling; that writing again gives the same bytes is the caller's test. */
function derNodes(bytes: Uint8Array): DerNode[] | undefined {
  const nodes: DerNode[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] ?? 0;
    const first = bytes[at + 1] ?? 0x80;
    const count = first < 0x80 ? 0 : first & 0x7f;
    const digits = bytes.subarray(at + 2, at + 2 + count);
    const length = first < 0x80 ? first : digits.reduce((sum, byte) => sum * 256 + byte, 0);
    const start = at + 2 + count;
    if ((tag & 0x1f) === 0x1f || first === 0x80 || start + length > bytes.length) return undefined;
    const content = bytes.subarray(start, start + length);
    const members = (tag & 0x20) === 0 ? content : derNodes(content);
    if (!members || !isCanonical(tag, content)) return undefined;
    nodes.push({ tag, content: members });
    at = start + length;
  }
  return nodes;
}

/** What X.690 §8 and §11 say about the contents that certificates have. */
function isCanonical(tag: number, content: Uint8Array): boolean {
  const [first = -1, second = -1] = content;
  if (tag === 0x01) return content.length === 1 && (first === 0 || first === 0xff);
  if (tag === 0x03) {
    const unusedBits = (1 << first) - 1;
    return first >= 0 && first < 8 && (content.at(-1) ?? 0) % (unusedBits + 1) === 0;
  }
  if (tag !== 0x02) return true;
  const sign = first === 0 ? second < 0x80 : first === 0xff && second >= 0x80;
  return content.length === 1 || (content.length > 1 && !sign);
}

export function derBytes({ tag, content }: DerNode): Uint8Array {
  const inner = content instanceof Uint8Array ? content : concatBytes(...content.map(derBytes));
  return concatBytes(Uint8Array.of(tag, ...lengthBytes(inner.length)), inner);
}

/** A length in the fewest bytes, or with that many zeros in front. */
export function lengthBytes(length: number, zeros?: number): number[] {
  if (length < 0x80 && zeros === undefined) return [length];
  const digits: number[] = new Array(zeros ?? 0).fill(0);
  const hex = length.toString(16);
  for (const pair of hex.padStart(hex.length + (hex.length % 2), '0').match(/../g) ?? []) {
    digits.push(Number.parseInt(pair, 16));
  }
  return [0x80 | digits.length, ...digits];
}
