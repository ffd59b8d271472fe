export { objectStoreConformance } from './object-store.ts';
export { refStoreConformance } from './ref-store.ts';
