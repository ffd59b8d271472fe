import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { concatBytes, utf8 } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { nodeDigests, nodeInflate } from '@covey/node-crypto';
import { corpusNamed } from '@covey/testkit';
import {
  applyDelta,
  DEFAULT_PACK_LIMITS,
  inflateExactly,
  readBundle,
  readCommit,
  readDeltaSizes,
  readEntryHeader,
  readTree,
  readTreeLoosely,
  signedCommit,
  writeTree,
} from '../src/index.ts';
import { rowsOf } from './corpus-rows.ts';
import { readWholePack } from './read-whole-pack.ts';

/** Takes any bytes; says what is wrong with what it makes of them. To refuse them by a typed error is right, too. */
type Reader = (bytes: Uint8Array) => unknown | Promise<unknown>;

const LARGEST = DEFAULT_PACK_LIMITS.maxObjectBytes.blob;

/** Every parser of Git's formats, with the bytes in each place where a stranger can put some. */
const READERS: Readonly<Record<string, Reader>> = {
  pack: (bytes) => readPack(bytes),
  'an entry of a pack': (bytes) => readPack(packOf(bytes)),
  'a zlib stream in a pack': async (bytes) => {
    for (const size of [0, 1, 15]) await readPack(packOf(Uint8Array.of(0x30 | size), bytes));
  },
  'the head of an entry': (bytes) => void readEntryHeader(bytes, 12),
  'a zlib stream': (bytes) => {
    for (const size of [0, 1, bytes.length, LARGEST]) {
      const inflated = quietly(() => inflateExactly(bytes, size, 0, nodeInflate));
      if (inflated && inflated.output.length !== size) return 'another size';
    }
    return undefined;
  },
  delta: (bytes) => {
    const { baseSize, resultSize } = readDeltaSizes(bytes);
    if (Math.max(baseSize, resultSize) > LARGEST) return undefined;
    const made = applyDelta(new Uint8Array(baseSize), bytes);
    return made.length === resultSize ? undefined : 'another size';
  },
  commit: (bytes) => rewritten(bytes),
  'an author': (bytes) => rewritten(commitBy(bytes)),
  tree: (bytes) => {
    const again = writeTree(readTree(bytes));
    return Buffer.compare(again, bytes) === 0 ? undefined : 'another spelling';
  },
  'anybody’s tree': (bytes) => void readTreeLoosely(bytes),
  bundle: (bytes) => void readBundle(bytes),
  'the head of a bundle': (bytes) => void readBundle(concatBytes(utf8('# v2 git bundle\n'), bytes)),
};

async function readPack(bytes: Uint8Array): Promise<void> {
  await readWholePack(bytes, DEFAULT_PACK_LIMITS);
}

/** One entry, under a checksum that is right. */
function packOf(...entry: readonly Uint8Array[]): Uint8Array {
  const whole = concatBytes(utf8('PACK'), Uint8Array.of(0, 0, 0, 2, 0, 0, 0, 1), ...entry);
  return concatBytes(whole, nodeDigests.sha1(whole));
}

function commitBy(person: Uint8Array): Uint8Array {
  const start = utf8(`tree ${'1'.repeat(40)}\nauthor `);
  return concatBytes(start, person, utf8('\ncommitter '), person, utf8('\nsignature AAAA\n\n{}'));
}

/** A commit without defects has one spelling. */
function rewritten(bytes: Uint8Array): string | undefined {
  const { commit, defects } = readCommit(bytes);
  if (defects.length > 0) return undefined;
  const again = commit?.signature && signedCommit(commit.payload, commit.signature);
  return again && Buffer.compare(again, bytes) === 0 ? undefined : 'another spelling';
}

/** Nothing where it is refused by a typed error. */
function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (reason) {
    if (!CoveyError.is(reason)) throw reason;
    return undefined;
  }
}

interface Row {
  readonly name: string;
  readonly b64: string;
}

for (const name of ['libgit2-fuzz', 'gitoxide-fuzz', 'go-fuzz-corpus']) {
  const corpus = corpusNamed(name);
  const files = corpus.isAbsent ? [] : readdirSync(corpus.folder);

  describe.skipIf(corpus.isAbsent)(`SAFE-2: ${name}${corpus.note}`, () => {
    test.each(files.filter((file) => file.endsWith('.jsonl')))(
      '%s: every input is read or refused, in every place, in less than 2 s',
      async (file) => {
        const rows = rowsOf(corpus, file) as readonly Row[]; // as the corpora's makers wrote them
        expect(rows).not.toHaveLength(0);
        for (const row of rows) await expectVerdicts(row);
      },
    );
  });
}

async function expectVerdicts({ name, b64 }: Row): Promise<void> {
  const bytes = Uint8Array.from(Buffer.from(b64, 'base64'));
  for (const [place, read] of Object.entries(READERS)) {
    const start = process.cpuUsage();
    expect([name, place, await verdict(read, bytes)]).toEqual([name, place, undefined]);
    expect(process.cpuUsage(start).user).toBeLessThan(2e6); // microseconds
  }
}

/** What is wrong with the reading: nothing, where it is refused by a typed error. */
async function verdict(read: Reader, bytes: Uint8Array): Promise<unknown> {
  try {
    return await read(bytes);
  } catch (reason) {
    return CoveyError.is(reason) ? undefined : reason;
  }
}
