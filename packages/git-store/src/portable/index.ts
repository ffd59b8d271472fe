export type { PortableFs } from './portable-fs.ts';
export { PortableGitStore, type PortableGitStoreOptions } from './portable-git-store.ts';
