export { type BundleHeader, readBundle } from './bundle.ts';
export { type Commit, commitPayload, type ReadCommit, readCommit, signedCommit } from './commit.ts';
export { type CommitLinks, readCommitLinks } from './commit-links.ts';
export { crc32 } from './crc32.ts';
export { applyDelta, type DeltaSizes, readDeltaSizes } from './delta.ts';
export type { PackedObject } from './delta-resolver.ts';
export { diffTrees, type TreeChange } from './diff-trees.ts';
export { type GitObject, type ObjectType, objectHeader, oidOf } from './git-object.ts';
export {
  collision,
  MemoryObjectStore,
  madeToCollide,
  type ObjectReader,
  type ObjectStore,
  sameObject,
} from './object-store.ts';
export { isOid, NULL_OID, type Oid, oidBytes, oidFromBytes, parseOid } from './oid.ts';
export {
  LONGEST_ENTRY_HEADER,
  type PackEntryHeader,
  readEntryHeader,
  writeEntryHeader,
} from './pack-entry.ts';
export { type PackIndexEntry, packIndex } from './pack-index.ts';
export { DEFAULT_PACK_LIMITS, LOCAL_PACK_LIMITS, type PackLimits } from './pack-limits.ts';
export { inflateExactly, PackParser, type PackParserOptions } from './pack-parser.ts';
export type { PackReader, PackReaderOptions, ReceivedPack } from './pack-reader.ts';
export { cleanName, type Person } from './person.ts';
export { type ReadPackOptions, readPack } from './read-pack.ts';
export { isRefName, MemoryRefStore, type RefStore, type Refs } from './ref-store.ts';
export { isCollisionAttack } from './sha1-attack.ts';
export {
  isEntryName,
  type LooseTreeEntry,
  readRootTree,
  readTree,
  readTreeLoosely,
  type TreeEntry,
  writeTree,
} from './tree.ts';
export { packHeader, type WritePackOptions, writePack } from './write-pack.ts';
export { type Deflate, type Inflate, longestDeflated } from './zlib-ports.ts';
