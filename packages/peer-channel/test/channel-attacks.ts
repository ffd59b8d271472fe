import { ChannelRequest, type Frame } from '@covey/grpc-api';
import {
  type Attack,
  begin,
  callHeaders,
  END_HEADERS,
  FRAME,
  frame,
  INITIAL_WINDOW_SIZE,
  many,
  type RawPeer,
  type Run,
  uint32,
} from './raw-http2.ts';

/** Frames of a channel that go out with one write. */
const BATCH = 300;
const HELLO = said({
  call: 0n,
  body: { $case: 'hello', value: { protocolVersion: 1, features: [], addresses: [] } },
});

/** What a device that may talk can say without end, once it has said hello. A stranger gets no further than that. */
export const CHANNEL_ATTACKS: Readonly<Record<string, Attack>> = {
  'messages of no bytes': { run: inChannel(() => Buffer.alloc(16_000)), comesTo: 'a trickle' },
  'credit and cancel for calls that there are not': {
    run: inChannel(() => {
      const credit = said({ call: 9n, body: { $case: 'credit', value: { chunks: 1 } } });
      const cancel = said({ call: 9n, body: { $case: 'cancel', value: {} } });
      return Buffer.concat(many(BATCH, () => Buffer.concat([credit, cancel])));
    }),
    comesTo: 'a trickle',
  },
  'questions without end': { run: inChannel(questions), comesTo: 'an end' },
  'questions without end whose answers nobody reads': {
    run: inChannel(questions, { [INITIAL_WINDOW_SIZE]: 0 }),
    comesTo: 'an end',
  },
  'a roster of two million devices': {
    // Two bytes for each, within the 4 MiB of a message.
    run: inChannel((turn) =>
      Buffer.concat([
        turn === 0 ? rosterOf(4_000_000) : Buffer.alloc(0),
        Buffer.alloc(16_000, Buffer.of(0x12, 0)),
      ]),
    ),
    comesTo: 'an end',
  },
};

/** Opens the channel as a peer does, but for what it says of windows. */
export async function openChannel(peer: RawPeer, values = {}): Promise<void> {
  await begin(peer, values);
  const headers = callHeaders('Channel');
  await peer.write(frame(FRAME.headers, { flags: END_HEADERS, stream: 1 }, headers));
  await peer.writeData(1, HELLO);
}

/** Opens the channel, and then says so without end. */
function inChannel(say: (turn: number) => Buffer, values = {}): Run {
  return async (peer, isEnough) => {
    await openChannel(peer, values);
    for (let turn = 0; !peer.isClosed && !isEnough(); turn += 1) await peer.writeData(1, say(turn));
  };
}

function questions(turn: number): Buffer {
  const body = { body: { $case: 'heads' as const, value: { conversationId: '' } } };
  const question = (n: number) =>
    said({ call: BigInt(turn * BATCH + n + 1), body: { $case: 'request', value: body } });
  return Buffer.concat(many(BATCH, question));
}

/** A frame as a message of gRPC. */
export function said(of: Frame): Buffer {
  const bytes = ChannelRequest.encode({ frame: of }).finish();
  return Buffer.concat([Buffer.of(0), uint32(bytes.length), bytes]);
}

/** The beginning of a call whose roster has so many bytes of devices still to come. */
function rosterOf(bytes: number): Buffer {
  const within = (tag: number, head: Buffer) =>
    Buffer.concat([Buffer.of(tag), varint(head.length + bytes), head]);
  const request = within(0x1a, within(0x22, Buffer.alloc(0)));
  const message = within(0x0a, Buffer.concat([Buffer.of(0x08, 1), request]));
  return Buffer.concat([Buffer.of(0), uint32(message.length + bytes), message]);
}

function varint(value: number): Buffer {
  const bytes = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}
