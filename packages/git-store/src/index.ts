export { openBundle } from './bundle-file.ts';
export { createDirectory, isMissing, replaceDurably, syncDirectory } from './durable-files.ts';
export { openGitDirectory, type ReadOnlyRepository } from './git-directory.ts';
export { GitStore, type GitStoreOptions } from './git-store.ts';
export type { Quarantine } from './quarantine.ts';
