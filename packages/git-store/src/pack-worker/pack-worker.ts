import { invariant } from '@covey/errors';
import {
  DEFAULT_PACK_LIMITS,
  type PackReader,
  type PackReaderOptions,
  type ReceivedPack,
} from '@covey/git-objects';
import { whileWanted } from '../while-wanted.ts';
import { receivedPack } from './pack-reading.ts';
import { PackThread } from './pack-thread.ts';

/** Settings that only tests change. */
export interface PackWorkerOptions {
  /** How long one step may take: a chunk of the network, or the end with all deltas that waited for it. */
  readonly patienceMs?: number;
  /** The thread's main file. */
  readonly script?: URL;
}

/**
 * Reads packs on a thread of its own, several at the same time. A step that takes too long ends the thread, and with
 * it all packs that are being read there; the next pack gets a new one. Nothing is lost: what was read did not count.
 */
export class PackWorker implements PackReader {
  readonly #patienceMs: number;
  readonly #script: URL;
  #thread: PackThread | undefined;
  #packs = 0;

  constructor({
    patienceMs = 10_000,
    script = new URL('./thread-main.ts', import.meta.url),
  }: PackWorkerOptions = {}) {
    this.#patienceMs = patienceMs;
    this.#script = script;
  }

  async read(
    chunks: AsyncIterable<Uint8Array>,
    { limits, signal, base }: PackReaderOptions,
  ): Promise<ReceivedPack> {
    const thread = this.#running();
    const pack = this.#packs++;
    thread.tell({ pack, say: 'open', limits });
    try {
      for await (const chunk of whileWanted(chunks, signal)) {
        // A copy: a chunk is mostly a view of something larger, all of which would go along.
        const bytes = new Uint8Array(chunk);
        await thread.ask({ pack, say: 'chunk', bytes }, [bytes.buffer]);
      }
      let answer = await thread.ask({ pack, say: 'end' });
      while (answer.say === 'wants') {
        answer = await thread.ask({ pack, say: 'base', object: await base(answer.base) });
      }
      invariant(answer.say === 'whole', 'a pack that wants nothing more is whole');
      return receivedPack(answer.read);
    } finally {
      thread.tell({ pack, say: 'forget' });
    }
  }

  /** Starts the thread, so that the first pack doesn't wait for it. Resolves when it is there. */
  async warmUp(): Promise<void> {
    const thread = this.#running();
    const pack = this.#packs++;
    thread.tell({ pack, say: 'open', limits: DEFAULT_PACK_LIMITS });
    await thread.ask({ pack, say: 'chunk', bytes: new Uint8Array() });
    thread.tell({ pack, say: 'forget' });
  }

  /** Ends the thread. Packs that are being read fail. */
  async close(): Promise<void> {
    await this.#thread?.end();
  }

  #running(): PackThread {
    if (this.#thread) return this.#thread;
    const thread = new PackThread(this.#script, this.#patienceMs, () => {
      if (this.#thread === thread) this.#thread = undefined;
    });
    this.#thread = thread;
    return thread;
  }
}
