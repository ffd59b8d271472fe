export { aeadConformance } from './aead.ts';
export { objectStoreConformance } from './object-store.ts';
export { packStoreConformance } from './pack-store.ts';
export { refStoreConformance } from './ref-store.ts';
