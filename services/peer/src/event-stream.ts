import { CoveyError } from '@covey/errors';

/** One block of a stream of server-sent events. Without a name it only moves the id. */
export interface StreamEvent {
  readonly id: number;
  readonly name: string | undefined;
  readonly data: string;
}

/** A block is one event, and an event holds at most one message. */
const MAX_BLOCK = 1024 * 1024;
/** Three heartbeats of the daemon: after that the connection is dead, whatever TCP says. */
const SILENCE_MS = 45_000;

/** Reads blocks (HTML Living Standard §9.2.6, as far as our daemon uses it) until the stream ends. */
export async function* readEventStream(
  body: ReadableStream<Uint8Array> | null,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  if (!body) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const stop = () => void reader.cancel().catch(() => undefined); // A stream that failed is at its end too.
  signal.addEventListener('abort', stop, { once: true });
  let silence = setTimeout(stop, SILENCE_MS);
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(silence);
      silence = setTimeout(stop, SILENCE_MS);
      text += value;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const event = parseBlock(text.slice(0, end));
        text = text.slice(end + 2);
        if (event) yield event;
      }
      if (text.length > MAX_BLOCK) throw new CoveyError('INTERNAL', 'an event without an end');
    }
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', stop);
    stop();
  }
}

function parseBlock(block: string): StreamEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    // A line that begins with a colon is a comment: the heartbeat.
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ''));
  }
  const id = fields.get('id');
  if (id === undefined) return undefined;
  return { id: Number(id), name: fields.get('event'), data: fields.get('data') ?? '' };
}
