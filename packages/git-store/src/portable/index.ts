export {
  type PortableFs,
  PortableGitStore,
  type PortableGitStoreOptions,
} from './portable-git-store.ts';
