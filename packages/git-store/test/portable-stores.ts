import * as nodeFs from 'node:fs';
import { nodeDigests } from '@covey/node-crypto';
import { inlinePackReader } from '../src/pack-worker/inline-pack-reader.ts';
import type { PortableFs, PortableGitStoreOptions } from '../src/portable/index.ts';

/** A portable store on the disk of this machine, or on one that fails where a test says so. */
export function portableAt(
  path: string,
  failing: Partial<PortableFs['promises']> = {},
): PortableGitStoreOptions {
  const fs = { promises: { ...nodeFs.promises, ...failing } };
  return { fs, path, digests: nodeDigests, packReader: inlinePackReader };
}
