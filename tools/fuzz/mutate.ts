import { concatBytes, utf8 } from '@covey/codec';
import type { Chance } from './chance.ts';
import { MAX_INPUT_BYTES } from './fuzz-target.ts';

/** What a mutation may draw upon beside the input. */
export interface MutationSources {
  readonly chance: Chance;
  readonly dictionary: readonly Uint8Array[];
  /** Another input of the corpus. */
  readonly other: Uint8Array;
}

type Mutation = (bytes: Uint8Array, sources: MutationSources) => Uint8Array;

const MOST_STEPS = 6;
const LONGEST_SPAN = 64;
const TELLING_BYTES = [0x00, 0x01, 0x0a, 0x20, 0x7f, 0x80, 0xff] as const;
const TELLING_NUMBERS = ['0', '-0', '1', '-1', '01', '255', '65536', '2147483648', '4294967296']
  .concat([
    '9007199254740992',
    '253402300800',
    '18446744073709551616',
    '1e9',
    '0.1',
    '9'.repeat(60),
  ])
  .map(utf8);

/** The input after one to six changes, at most as long as an input may be. Never the same array. */
export function mutate(input: Uint8Array, sources: MutationSources): Uint8Array {
  const { chance } = sources;
  let bytes: Uint8Array = input.slice();
  for (let steps = chance.between(1, MOST_STEPS); steps > 0; steps--) {
    // There are mutations: the table is not empty.
    bytes = chance.pick(MUTATIONS)!(bytes, sources);
    if (chance.oneIn(2)) break;
  }
  return bytes.length > MAX_INPUT_BYTES ? bytes.slice(0, MAX_INPUT_BYTES) : bytes;
}

const flipBit: Mutation = (bytes, { chance }) =>
  written(bytes, chance.below(bytes.length), (old) => old ^ (1 << chance.below(8)));

const setByte: Mutation = (bytes, { chance }) =>
  written(bytes, chance.below(bytes.length), () => chance.below(256));

const setTellingByte: Mutation = (bytes, { chance }) =>
  written(bytes, chance.below(bytes.length), () => chance.pick(TELLING_BYTES));

const addToNumber: Mutation = (bytes, { chance }) => {
  const width = chance.pick([1, 2, 4]);
  const step = chance.between(1, 16) * (chance.oneIn(2) ? 1 : -1);
  return withNumber(bytes, chance, width, (old) => old + step);
};

/** A length field that tells the truth about another place, or lies at an edge. */
const setLength: Mutation = (bytes, { chance }) => {
  const width = chance.pick([1, 2, 4]);
  const most = 2 ** (8 * width) - 1;
  const edges = [0, 1, most, most - 1, (most + 1) / 2, (most - 1) / 2] as const;
  return withNumber(bytes, chance, width, (_, at) =>
    chance.oneIn(2) ? bytes.length - at - width + chance.between(-2, 2) : (chance.pick(edges) ?? 0),
  );
};

const setDecimal: Mutation = (bytes, { chance }) => {
  const runs = [
    ...Buffer.from(bytes)
      .toString('latin1')
      .matchAll(/[0-9]+/g),
  ];
  const run = chance.pick(runs);
  const number = chance.pick(TELLING_NUMBERS);
  if (!run || !number) return bytes;
  return replaced(bytes, run.index, run.index + run[0].length, number);
};

const insertBytes: Mutation = (bytes, { chance }) => {
  const at = chance.below(bytes.length + 1);
  return replaced(bytes, at, at, chance.bytes(chance.between(1, 8)));
};

const deleteSpan: Mutation = (bytes, { chance }) => {
  const { start, end } = span(bytes, chance);
  return replaced(bytes, start, end, new Uint8Array());
};

const truncate: Mutation = (bytes, { chance }) => bytes.slice(0, chance.below(bytes.length));

const duplicateSpan: Mutation = (bytes, { chance }) => {
  const { start, end } = span(bytes, chance);
  return replaced(bytes, end, end, bytes.slice(start, end));
};

/** Depth and repetition: what is harmless once may cost too much a thousand times. */
const repeatSpan: Mutation = (bytes, { chance }) => {
  const { start, end } = span(bytes, chance);
  const times = 2 ** chance.between(2, 12);
  if (!chance.oneIn(4) || (end - start) * times > MAX_INPUT_BYTES) return bytes;
  const part = Buffer.from(bytes.subarray(start, end));
  return replaced(bytes, start, end, Buffer.alloc(part.length * times, part));
};

const moveSpan: Mutation = (bytes, { chance }) => {
  const { start, end } = span(bytes, chance);
  const part = bytes.slice(start, end);
  const rest = replaced(bytes, start, end, new Uint8Array());
  const at = chance.below(rest.length + 1);
  return replaced(rest, at, at, part);
};

const splice: Mutation = (bytes, { chance, other }) =>
  concatBytes(
    bytes.subarray(0, chance.below(bytes.length + 1)),
    other.subarray(chance.below(other.length + 1)),
  );

const takeFromOther: Mutation = (bytes, { chance, other }) => {
  const from = span(other, chance);
  const { start, end } = span(bytes, chance);
  return replaced(bytes, start, end, other.subarray(from.start, from.end));
};

const insertWord: Mutation = (bytes, { chance, dictionary }) => {
  const at = chance.below(bytes.length + 1);
  return replaced(bytes, at, at, chance.pick(dictionary) ?? new Uint8Array());
};

const overwriteWithWord: Mutation = (bytes, { chance, dictionary }) => {
  const word = chance.pick(dictionary) ?? new Uint8Array();
  const at = chance.below(bytes.length + 1);
  return replaced(bytes, at, Math.min(bytes.length, at + word.length), word);
};

const MUTATIONS: readonly Mutation[] = [
  ...[flipBit, setByte, setByte, setTellingByte, addToNumber, setLength, setDecimal],
  ...[insertBytes, deleteSpan, truncate, duplicateSpan, repeatSpan, moveSpan],
  ...[splice, takeFromOther, insertWord, overwriteWithWord],
];

function written(bytes: Uint8Array, at: number, value: (old: number) => number): Uint8Array {
  if (at < bytes.length) bytes[at] = value(bytes[at] ?? 0);
  return bytes;
}

function withNumber(
  bytes: Uint8Array,
  chance: Chance,
  width: number,
  value: (old: number, at: number) => number,
): Uint8Array {
  if (bytes.length < width) return bytes;
  const at = chance.below(bytes.length - width + 1);
  const little = chance.oneIn(2);
  const places = Array.from({ length: width }, (_, place) => (little ? place : width - 1 - place));
  const old = places.reduce((sum, place, rank) => sum + (bytes[at + place] ?? 0) * 256 ** rank, 0);
  const next = value(old, at);
  for (const [rank, place] of places.entries()) {
    bytes[at + place] = Math.floor(next / 256 ** rank) & 0xff;
  }
  return bytes;
}

function span(bytes: Uint8Array, chance: Chance): { start: number; end: number } {
  const start = chance.below(bytes.length);
  const longest = chance.oneIn(4) ? bytes.length : LONGEST_SPAN;
  return { start, end: Math.min(bytes.length, start + chance.between(1, longest)) };
}

function replaced(bytes: Uint8Array, start: number, end: number, by: Uint8Array): Uint8Array {
  return concatBytes(bytes.subarray(0, start), by, bytes.subarray(end));
}
