import { watch } from 'node:fs/promises';

/**
 * Resolves to what `attempt` gives as soon as it stops failing; it is tried at once and whenever
 * something changes in the folder. Rejects with the reason of the signal.
 */
export async function whenFolderShows<T>(
  folder: string,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  // Begun before the first attempt, or a change between the two would go unseen.
  const changes = watch(folder, { signal: AbortSignal.any([signal, stop.signal]) });
  try {
    const first = changes[Symbol.asyncIterator]();
    for (;;) {
      const changed = first.next();
      // Looked at only if the attempt fails; an abort meanwhile is no unhandled failure.
      changed.catch(() => undefined);
      try {
        return await attempt();
      } catch {
        await changed;
      }
    }
  } catch (reason) {
    throw signal.aborted ? signal.reason : reason;
  } finally {
    stop.abort();
  }
}
