import { MemoryObjectStore, MemoryRefStore } from '@covey/git-objects';
import { nodeDigests } from '@covey/node-crypto';
import { MemoryPackStore } from '@covey/sealed-pack';
import { objectStoreConformance, packStoreConformance, refStoreConformance } from './index.ts';

objectStoreConformance('MemoryObjectStore', async () => new MemoryObjectStore(nodeDigests));
packStoreConformance('MemoryPackStore', async () => new MemoryPackStore());
refStoreConformance('MemoryRefStore', async () => new MemoryRefStore());
