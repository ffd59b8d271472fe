import { concatBytes } from '@covey/codec';
import type { Chance } from '../chance.ts';

/** A size as delta programs have it; `padded` is the same in one byte more. */
function deltaSize(size: number, padded = false): Uint8Array {
  const bytes: number[] = [];
  let rest = size;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(...(padded ? [rest | 0x80, 0] : [rest]));
  return Uint8Array.from(bytes);
}

/** A delta program for a base of this size, mostly a right one. */
export function forgeDelta(chance: Chance, baseSize: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let made = 0;
  for (let steps = chance.below(5); steps > 0; steps--) {
    if (chance.oneIn(2)) {
      const length = chance.between(1, 20);
      parts.push(Uint8Array.of(length), chance.bytes(length));
      made += length;
    } else {
      const offset = chance.below(baseSize + (chance.oneIn(10) ? 9 : 0));
      const size = chance.oneIn(12) ? 0x10000 : chance.between(1, Math.max(1, baseSize - offset));
      parts.push(copy(offset, size));
      made += size;
    }
  }
  if (chance.oneIn(20)) parts.push(Uint8Array.of(0));
  const lie = chance.oneIn(10) ? chance.pick([-1, 1, 2 ** 31, 2 ** 48, 1_000_000]) : 0;
  const base = chance.oneIn(15) ? baseSize + 1 : baseSize;
  const head = [deltaSize(base, chance.oneIn(25)), deltaSize(Math.max(0, made + lie))];
  return concatBytes(...head, ...parts);
}

function copy(offset: number, size: number): Uint8Array {
  let op = 0x80;
  const bytes: number[] = [];
  for (let place = 0; place < 4; place++) {
    const byte = Math.floor(offset / 256 ** place) % 256;
    if (byte !== 0) bytes.push(byte);
    if (byte !== 0) op |= 0x01 << place;
  }
  // A size of 64 KiB is said by saying nothing.
  for (let place = 0; place < 3 && size !== 0x10000; place++) {
    const byte = Math.floor(size / 256 ** place) % 256;
    if (byte !== 0) bytes.push(byte);
    if (byte !== 0) op |= 0x10 << place;
  }
  return Uint8Array.of(op, ...bytes);
}
