import { concatBytes } from '@covey/codec';

/** One instruction: bytes of the base, or bytes of its own. */
export type DeltaStep =
  | { readonly copy: number; readonly size: number }
  | { readonly insert: Uint8Array };

const LONGEST_INSERT = 127;

/** A delta program (git: Documentation/gitformat-pack). Inserts may be of any length, copies up to 2^24 - 1. */
export function deltaProgram(
  baseSize: number,
  resultSize: number,
  steps: readonly DeltaStep[],
): Uint8Array {
  return concatBytes(
    deltaSize(baseSize),
    deltaSize(resultSize),
    ...steps.flatMap((step) =>
      'insert' in step ? inserts(step.insert) : [copyInstruction(step.copy, step.size)],
    ),
  );
}

/** What the steps make of a base, written down a second time so that the readers are not judged by themselves. */
export function applied(base: Uint8Array, steps: readonly DeltaStep[]): Uint8Array {
  return concatBytes(
    ...steps.map((step) =>
      'insert' in step ? step.insert : base.subarray(step.copy, step.copy + step.size),
    ),
  );
}

/** Steps from one object to another: what they share at both ends is copied. */
export function stepsBetween(base: Uint8Array, result: Uint8Array): readonly DeltaStep[] {
  const most = Math.min(base.length, result.length);
  let start = 0;
  while (start < most && base[start] === result[start]) start++;
  let end = 0;
  while (end < most - start && base.at(-1 - end) === result.at(-1 - end)) end++;
  const steps: readonly DeltaStep[] = [
    { copy: 0, size: start },
    { insert: result.subarray(start, result.length - end) },
    { copy: base.length - end, size: end },
  ];
  return steps.filter((step) => ('insert' in step ? step.insert.length : step.size) > 0);
}

/** A size as programs begin with two of. `padding` bytes make it longer than it need be. */
export function deltaSize(size: number, padding = 0): Uint8Array {
  const bytes: number[] = [];
  let rest = size;
  do {
    bytes.push(rest % 128);
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  for (let left = padding; left > 0; left--) bytes.push(0);
  return Uint8Array.from(bytes, (byte, at) => (at < bytes.length - 1 ? byte | 0x80 : byte));
}

function inserts(bytes: Uint8Array): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += LONGEST_INSERT) {
    const part = bytes.subarray(at, at + LONGEST_INSERT);
    parts.push(Uint8Array.of(part.length), part);
  }
  return parts;
}

/** Only the bytes that are not zero are written; a size of 64 KiB is written as none. */
export function copyInstruction(offset: number, size: number): Uint8Array {
  const bytes = [0x80];
  const write = (value: number, first: number, count: number) => {
    for (let index = 0; index < count; index++) {
      const byte = Math.floor(value / 2 ** (8 * index)) % 256;
      if (byte === 0) continue;
      bytes[0]! |= first << index; // there is always a first byte
      bytes.push(byte);
    }
  };
  write(offset, 0x01, 4);
  if (size !== 0x10000) write(size, 0x10, 3);
  return Uint8Array.from(bytes);
}
