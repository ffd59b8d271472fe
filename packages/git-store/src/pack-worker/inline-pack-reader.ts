import type { PackReader } from '@covey/git-objects';
import { whileWanted } from '../while-wanted.ts';
import { PackReading, receivedPack } from './pack-reading.ts';

/** Reads packs on the caller's thread: for programs that read one and end, and for tests. */
export const inlinePackReader: PackReader = {
  async read(chunks, { limits, signal, base }) {
    const reading = new PackReading(limits);
    for await (const chunk of whileWanted(chunks, signal)) reading.push(chunk);
    for (let wanted = reading.end(); wanted !== undefined; ) {
      wanted = reading.supply(await base(wanted));
    }
    return receivedPack(reading.finish());
  },
};
