export { openBundle } from './bundle-file.ts';
export { openGitDirectory, type ReadOnlyRepository } from './git-directory.ts';
export { GitStore, type GitStoreOptions } from './git-store.ts';
export { PackWorker, type PackWorkerOptions } from './pack-worker/pack-worker.ts';
export type { Quarantine } from './quarantine.ts';
