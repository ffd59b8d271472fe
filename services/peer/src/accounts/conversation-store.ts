import type { ConversationStore } from '@covey/device';
import type { GitStore } from '@covey/git-store';

/** A Git directory as the device uses it. */
export function storeOf(store: GitStore): ConversationStore {
  return {
    read: (oid) => store.read(oid),
    write: (objects) => store.write(objects),
    refs: () => store.read(),
    replaceRefs: (refs) => store.replace(refs),
    quarantine: () => store.quarantine(),
    pack: () => store.pack(),
    close: () => store.close(),
  };
}
