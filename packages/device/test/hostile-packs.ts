import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { concatBytes } from '@covey/codec';
import { DEFAULT_PACK_LIMITS, packHeader, writeEntryHeader } from '@covey/git-objects';
import { nodeDigests } from '@covey/node-crypto';
import { type Corpus, corpusNamed } from '@covey/testkit';
import { packOf } from './receiver.ts';

/** A pack that a stranger may send. */
export interface HostilePack {
  readonly name: string;
  /** What its makers demand of a reader; `undefined` where they only throw bytes at one. */
  readonly required?: 'accept' | 'reject' | 'keep-nothing' | 'bounded' | 'refuse-by-limit';
  readonly why?: string;
  bytes(): Uint8Array | Promise<Uint8Array>;
}

const LARGEST = DEFAULT_PACK_LIMITS.maxObjectBytes.blob;

/** How the packs of a corpus are come by. Each is empty where the corpus is absent. */
export const HOSTILE_PACKS: Readonly<Record<string, () => readonly HostilePack[]>> = {
  'git-bad-packs': () => inManifest('git-bad-packs'),
  // Ids of another length are not ours, in whatever pack.
  'git-bad-packs-sha256': () =>
    inManifest('git-bad-packs-sha256').map((pack) => ({ ...pack, required: 'reject' as const })),
  'libgit2-fuzz': () =>
    inRows('libgit2-fuzz', 'packfile.jsonl').map(({ name, bytes }) => ({
      name,
      bytes: () => bytes,
    })),
  'go-fuzz-corpus': () =>
    inRows('go-fuzz-corpus', 'zlib.jsonl').map(({ name, bytes }) => ({
      ...{ name, bytes: () => packAround(bytes) },
    })),
  'sha1-collision': () => collisions(corpusNamed('sha1-collision')),
};

/** Manifests are written by the corpora's makers; their rows are like this. */
type Manifest = readonly (Omit<HostilePack, 'name' | 'bytes'> & { readonly file: string })[];

function inManifest(corpusName: string): readonly HostilePack[] {
  const { folder } = corpusNamed(corpusName);
  const rows = JSON.parse(textOf(join(folder, 'manifest.json')) || '[]') as Manifest;
  return rows.map((row) => ({
    ...row,
    name: row.file,
    bytes: () => Uint8Array.from(readFileSync(join(folder, row.file))),
  }));
}

function inRows(corpusName: string, file: string) {
  const lines = textOf(join(corpusNamed(corpusName).folder, file))
    .split('\n')
    .filter(Boolean);
  return lines.map((line) => {
    const { name, b64 } = JSON.parse(line) as { name: string; b64: string }; // see the corpus' README
    return { name, bytes: Uint8Array.from(Buffer.from(b64, 'base64')) };
  });
}

/** One blob, whose size is what the stream inflates to, if it does. */
function packAround(stream: Uint8Array): Uint8Array {
  const header = writeEntryHeader('blob', inflatedSize(stream) ?? 15);
  const whole = concatBytes(packHeader(1), header, stream);
  return concatBytes(whole, nodeDigests.sha1(whole));
}

function inflatedSize(stream: Uint8Array): number | undefined {
  try {
    return inflateSync(stream, { maxOutputLength: LARGEST }).length;
  } catch {
    return undefined; // It is no stream: that is what most of the corpus is about.
  }
}

/** The byte strings with one SHA-1, as blobs: each alone, then all together. */
function collisions({ folder, isAbsent }: Corpus): readonly HostilePack[] {
  if (isAbsent) return [];
  const files = readdirSync(folder).filter((file) => !file.endsWith('.md'));
  const blobs = files.map((file) => ({
    ...{ type: 'blob' as const, bytes: Uint8Array.from(readFileSync(join(folder, file))) },
  }));
  return [
    ...blobs.map((blob, at) => ({ name: files[at] ?? '', bytes: () => packOf([blob]) })),
    { name: 'all of them', bytes: () => packOf(blobs) },
  ];
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
