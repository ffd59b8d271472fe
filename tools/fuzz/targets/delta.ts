import { concatBytes, equalBytes, utf8 } from '@covey/codec';
import { applyDelta, DEFAULT_PACK_LIMITS, readDeltaSizes } from '@covey/git-objects';
import type { Chance } from '../chance.ts';
import { type FuzzTarget, promise } from '../fuzz-target.ts';
import { forgeDelta } from './delta-forge.ts';

/** An input is the number of one of these and a delta program. */
const BASES = [
  new Uint8Array(),
  utf8('a'),
  utf8('the quick brown fox jumps over the lazy dog\n'.repeat(3)),
  Uint8Array.from({ length: 70_000 }, (_, at) => at % 251),
];
const MOST = DEFAULT_PACK_LIMITS.maxObjectBytes.tree;

/** Delta programs, judged by their sizes first as the pack reader does, against a second interpreter. */
export function open(): FuzzTarget {
  return {
    seeds: [
      Uint8Array.of(0, 0, 3, 3, 1, 2, 3),
      Uint8Array.of(1, 1, 2, 0x90, 1, 0x90, 1),
      Uint8Array.of(2, 0x84, 0x01, 10, 0x91, 4, 10),
      Uint8Array.of(3, 0xf0, 0xa2, 4, 0x80, 0x80, 4, 0x80),
    ],
    corpora: [{ name: 'libgit2-fuzz' }],
    dictionary: [Uint8Array.of(0x80), Uint8Array.of(0xff), Uint8Array.of(0xb0, 0, 1)],
    generate,
    run,
  };
}

function generate(chance: Chance): Uint8Array {
  const number = chance.below(BASES.length);
  return concatBytes(Uint8Array.of(number), forgeDelta(chance, BASES[number]?.length ?? 0));
}

function run(input: Uint8Array): unknown {
  const base = BASES[(input[0] ?? 0) % BASES.length] ?? new Uint8Array();
  const program = input.subarray(1);
  const { baseSize, resultSize } = readDeltaSizes(program);
  promise(Number.isSafeInteger(baseSize) && Number.isSafeInteger(resultSize), 'sizes are numbers');
  if (resultSize > MOST) return undefined;
  const result = applyDelta(base, program);
  promise(result.length === resultSize, 'a result has the announced size');
  promise(equalBytes(result, patched(base, program)), 'two interpreters make the same');
  return result;
}

/** The instructions once more, from git's Documentation/gitformat-pack, without any check. */
function patched(base: Uint8Array, program: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (let sizes = 0; sizes < 2; at++) if ((program[at] ?? 0) < 0x80) sizes++;
  while (at < program.length) {
    const op = program[at++] ?? 0;
    if (op < 0x80) {
      parts.push(program.subarray(at, at + op));
      at += op;
      continue;
    }
    const fields = [0, 1, 2, 3, 4, 5, 6].map((bit) => (op & (1 << bit) ? (program[at++] ?? 0) : 0));
    const [offset, size] = [number(fields.slice(0, 4)), number(fields.slice(4)) || 0x10000];
    parts.push(base.subarray(offset, offset + size));
  }
  return concatBytes(...parts);
}

function number(bytes: readonly number[]): number {
  return bytes.reduce((sum, byte, place) => sum + byte * 256 ** place, 0);
}
