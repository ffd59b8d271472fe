import { concatBytes } from '@covey/codec';
import type { Chance } from '../chance.ts';

/** One element of DER; `inside` where its content is elements again. */
interface Element {
  tag: number;
  content: Uint8Array;
  inside?: Element[];
}

const MOST_DEPTH = 16;
const TAGS = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x17, 0x18, 0x30, 0x31, 0xa0, 0xa3];

/**
 * DER with one element of the tree changed and all lengths right again: left out, doubled, exchanged, nested, of
 * another tag, or with other content. Bytes that are no DER come back as they are.
 */
export function reshapeDer(bytes: Uint8Array, chance: Chance): Uint8Array {
  const root = elementsIn(bytes, 0);
  if (!root) return bytes;
  const nodes = siblingsOf(root);
  const { list, at } = chance.pick(nodes) ?? { list: root, at: 0 };
  const element = list[at];
  if (!element) return bytes;
  const stranger = chance.pick(nodes);
  const other = stranger?.list[stranger.at];
  switch (chance.below(8)) {
    case 0:
      list.splice(at, 1);
      break;
    case 1:
      list.splice(at, 0, element);
      break;
    case 2:
      list.splice(at, 1, other && !holds(other, element) ? other : element, element);
      break;
    case 3:
      list[at] = { tag: chance.pick([0x30, 0x04, 0xa0]), content: written(element) };
      break;
    case 4:
      list[at] = { ...element, tag: chance.pick(TAGS) ?? 0x30 };
      break;
    case 5:
      if (at + 1 < list.length) list.splice(at, 2, list[at + 1]!, element); // within the list
      break;
    default:
      list[at] = { tag: element.tag, content: contentChanged(element, chance) };
  }
  return concatBytes(...root.map(written));
}

function contentChanged({ content, inside }: Element, chance: Chance): Uint8Array {
  const now = inside ? concatBytes(...inside.map(written)) : content.slice();
  const at = chance.below(now.length);
  if (chance.oneIn(4)) return concatBytes(Uint8Array.of(0), now);
  if (chance.oneIn(4)) return chance.bytes(chance.between(0, 24));
  if (now.length > 0) now[at] = (now[at] ?? 0) ^ (1 << chance.below(8));
  return now;
}

/** All of the bytes as elements, or `undefined`. */
function elementsIn(bytes: Uint8Array, depth: number): Element[] | undefined {
  if (depth > MOST_DEPTH) return undefined;
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at++] ?? 0;
    let length = bytes[at++] ?? Number.POSITIVE_INFINITY;
    if (length >= 0x80) {
      const count = length - 0x80;
      if (count === 0 || count > 3) return undefined;
      length = 0;
      for (let digit = 0; digit < count; digit++) length = length * 256 + (bytes[at++] ?? 0);
    }
    if (at + length > bytes.length) return undefined;
    const content = bytes.subarray(at, at + length);
    at += length;
    // Octet strings are looked into as well: extensions are DER in them.
    const inside = tag & 0x20 || tag === 0x04 ? elementsIn(content, depth + 1) : undefined;
    elements.push(inside && inside.length > 0 ? { tag, content, inside } : { tag, content });
  }
  return elements;
}

function siblingsOf(list: Element[]): readonly { list: Element[]; at: number }[] {
  return list.flatMap(({ inside }, at) => [{ list, at }, ...(inside ? siblingsOf(inside) : [])]);
}

function holds(outer: Element, inner: Element): boolean {
  return outer === inner || (outer.inside?.some((each) => holds(each, inner)) ?? false);
}

function written({ tag, content, inside }: Element): Uint8Array {
  const body = inside ? concatBytes(...inside.map(written)) : content;
  const digits: number[] = [];
  for (let rest = body.length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  const length = body.length < 0x80 ? [body.length] : [0x80 + digits.length, ...digits];
  return concatBytes(Uint8Array.of(tag, ...length), body);
}
