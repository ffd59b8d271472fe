import { packMalformed } from './pack-limits.ts';

/** Git runs no shorter one (delta.h, DELTA_SIZE_MIN), and a pack that is kept as it came must be one that Git reads. */
const SHORTEST = 4;

/** What a delta program says of itself before its instructions. */
export interface DeltaSizes {
  readonly baseSize: number;
  readonly resultSize: number;
  /** Where the instructions start. */
  readonly at: number;
}

/**
 * Reads the sizes of a delta program, so that a bomb is refused before a byte of it is made.
 * @throws {CoveyError} PACK_MALFORMED
 */
export function readDeltaSizes(program: Uint8Array): DeltaSizes {
  if (program.length < SHORTEST) throw packMalformed('a delta is cut short');
  const base = readSize(program, 0);
  const result = readSize(program, base.at);
  return { baseSize: base.size, resultSize: result.size, at: result.at };
}

/**
 * Runs a delta program (git: Documentation/gitformat-pack, "Deltified representation"). The result has exactly the
 * announced size, which the caller has found acceptable.
 * @throws {CoveyError} PACK_MALFORMED
 */
export function applyDelta(base: Uint8Array, program: Uint8Array): Uint8Array {
  const { baseSize, resultSize, at: start } = readDeltaSizes(program);
  if (baseSize !== base.length) throw packMalformed('a delta is for another base');
  const result = new Uint8Array(resultSize);
  let written = 0;
  for (let at = start; at < program.length; ) {
    const op = program[at++]!; // `at` was within the program
    if (op === 0) throw packMalformed('a delta instruction is reserved');
    let from: Uint8Array;
    if (op & 0x80) {
      const copy = readCopy(program, at, op);
      at = copy.at;
      if (copy.offset + copy.size > base.length) throw packMalformed('a delta reads past its base');
      from = base.subarray(copy.offset, copy.offset + copy.size);
    } else {
      if (at + op > program.length) throw packMalformed('a delta is cut short');
      from = program.subarray(at, at + op);
      at += op;
    }
    if (written + from.length > resultSize) throw packMalformed('a delta result is too long');
    result.set(from, written);
    written += from.length;
  }
  if (written !== resultSize) throw packMalformed('a delta result is too short');
  return result;
}

/** The seven low bits of a copy instruction say which of four offset and three size bytes follow. */
function readCopy(program: Uint8Array, start: number, op: number) {
  let at = start;
  const readBytes = (first: number, count: number) => {
    let value = 0;
    for (let index = 0; index < count; index++) {
      if ((op & (first << index)) === 0) continue;
      const byte = program[at++];
      if (byte === undefined) throw packMalformed('a delta is cut short');
      value += byte * 2 ** (8 * index);
    }
    return value;
  };
  const offset = readBytes(0x01, 4);
  const size = readBytes(0x10, 3) || 0x10000; // a size of zero means 64 KiB
  return { offset, size, at };
}

function readSize(program: Uint8Array, start: number): { size: number; at: number } {
  let size = 0;
  let at = start;
  for (let scale = 1; ; scale *= 128) {
    if (at - start === 7) throw packMalformed('a delta size is out of range'); // 49 bits are read
    const byte = program[at++];
    if (byte === undefined) throw packMalformed('a delta is cut short');
    size += (byte & 0x7f) * scale;
    if (byte & 0x80) continue;
    if (byte === 0 && at - start > 1)
      throw packMalformed('a delta size is not in its shortest form');
    return { size, at };
  }
}
