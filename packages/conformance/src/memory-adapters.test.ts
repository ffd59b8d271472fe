import { MemoryObjectStore, MemoryRefStore } from '@covey/git-objects';
import { nodeDigests } from '@covey/node-crypto';
import { objectStoreConformance, refStoreConformance } from './index.ts';

objectStoreConformance('MemoryObjectStore', async () => new MemoryObjectStore(nodeDigests));
refStoreConformance('MemoryRefStore', async () => new MemoryRefStore());
