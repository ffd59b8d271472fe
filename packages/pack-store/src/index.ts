export { FsPackStore } from './fs-pack-store.ts';
