import { Composition, History, type Intent, type Writer } from '@covey/conversation';
import type { MemoryObjectStore, Oid } from '@covey/git-objects';
import { counterClock } from '../counter-clock.ts';
import { SIMULATED_CRYPTO } from '../simulator/simulated-crypto.ts';

/**
 * A group in mode 2 whose first writer is the creator and whose others have joined, on the shelf.
 * Answers its commits, oldest first; there is one head.
 */
export async function foundGroup(
  [creator, ...others]: readonly [Writer, ...Writer[]],
  shelf: MemoryObjectStore,
): Promise<readonly Oid[]> {
  const history = new History(SIMULATED_CRYPTO, { profile: 'strict' });
  const clock = counterClock();
  const write = async (writer: Writer, intent: Intent) => {
    const composition = new Composition(history.draft(), shelf);
    await composition.write(writer, intent, clock());
    await shelf.write(composition.objects);
    history.adopt(composition.draft);
  };
  await write(creator, { kind: 'initial', charter: { mode: 2 } });
  for (const other of others) {
    await write(creator, { kind: 'add', uri: other.uri });
    await write(other, { kind: 'join' });
  }
  return history.ordered.map(({ oid }) => oid);
}
