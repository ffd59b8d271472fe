import { once } from 'node:events';
import type { ClientReadableStream, ServerWritableStream } from '@grpc/grpc-js';
import { CoveyError } from '@covey/errors';
import type { ReconcileResponse } from '@covey/grpc-api';
import { checkOffers } from './bounds.ts';
import { errorOfStatus, isServiceError } from './failures.ts';
import { CHUNK_BYTES } from './limits.ts';
import type { OfferedPack } from './peer-link.ts';

/** Answers `Reconcile`: the offers, then the pack in chunks, as fast as they are taken. */
export async function sendPack(
  { offers, pack }: OfferedPack,
  stream: ServerWritableStream<unknown, ReconcileResponse>,
): Promise<void> {
  const gone = new AbortController();
  for (const end of ['cancelled', 'close', 'error']) stream.once(end, () => gone.abort());
  const write = async (body: NonNullable<ReconcileResponse['body']>) => {
    if (!stream.write({ body })) await once(stream, 'drain', { signal: gone.signal });
  };
  checkOffers({ commits: [...offers] });
  try {
    await write({ $case: 'offers', value: { commits: [...offers] } });
    for await (const bytes of pack) {
      for (let at = 0; at < bytes.length && !stream.cancelled; at += CHUNK_BYTES) {
        const data = bytes.subarray(at, at + CHUNK_BYTES);
        await write({ $case: 'chunk', value: { data, last: false } });
      }
      if (stream.cancelled) return;
    }
    await write({ $case: 'chunk', value: { data: new Uint8Array(), last: true } });
  } catch (reason) {
    if (gone.signal.aborted) return; // Nobody is left to hear of it.
    throw reason;
  }
  stream.end();
}

/** Reads what `Reconcile` answers; `take` may leave the pack unread. The stream is over afterwards. */
export async function receivePack<T>(
  stream: ClientReadableStream<ReconcileResponse>,
  take: (offered: OfferedPack) => Promise<T>,
): Promise<T> {
  stream.on('error', () => {}); // Told by the iterator; after `cancel` nobody asks it.
  const messages = messagesOf(stream);
  try {
    const { value: first } = await messages.next();
    if (first?.$case !== 'offers') throw outOfTurn();
    checkOffers(first.value);
    return await take({ offers: first.value.commits, pack: chunksOf(messages) });
  } finally {
    stream.cancel();
  }
}

async function* messagesOf(stream: ClientReadableStream<ReconcileResponse>) {
  try {
    // What `peerClient` decodes; the types of grpc-js don't reach through a Node stream.
    for await (const message of stream) yield (message as ReconcileResponse).body;
  } catch (reason) {
    throw isServiceError(reason) ? errorOfStatus(reason) : reason;
  }
}

async function* chunksOf(
  messages: AsyncIterable<ReconcileResponse['body']>,
): AsyncGenerator<Uint8Array> {
  for await (const message of messages) {
    if (message?.$case !== 'chunk' || message.value.data.length > CHUNK_BYTES) throw outOfTurn();
    if (message.value.data.length > 0) yield message.value.data;
    if (message.value.last) return;
  }
  throw new CoveyError('PEER_UNREACHABLE', 'the pack broke off');
}

function outOfTurn(): CoveyError {
  return new CoveyError('PEER_VERSION_UNSUPPORTED', 'the other device answered something else');
}
