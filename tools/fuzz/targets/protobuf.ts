import { concatBytes, equalBytes, utf8 } from '@covey/codec';
import * as api from '@covey/grpc-api';
import type { Chance } from '../chance.ts';
import { type FuzzTarget, promise } from '../fuzz-target.ts';
import { words } from '../words.ts';

/** What the generator makes of every message of the proto files. */
interface Message {
  readonly name: string;
  readonly decode: (bytes: Uint8Array) => unknown;
  readonly encode: (value: unknown) => { finish(): Uint8Array };
}

const MOST_DEPTH = 6;
const TEXTS = ['', 'alice', 'ab'.repeat(20), '127.0.0.1:7400', 'application/invite+json', 'é😀'];
const NUMBERS = [
  0n,
  1n,
  127n,
  128n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** Every message of the wire: each input is read as each of them. */
export function open(): FuzzTarget {
  const messages = messagesOf(api);
  // Fewer means that the generated file has changed its form and nothing would be tried.
  promise(messages.length >= 20, 'all messages are found');
  return {
    seeds: [
      ...messages.map(({ encode, decode }) => encode(decode(new Uint8Array())).finish()),
      ...seeds(),
    ],
    corpora: [{ name: 'protobuf-wire' }, { name: 'go-fuzz-corpus' }],
    dictionary: [
      ...words(...TEXTS),
      ...[Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f), Uint8Array.of(0x0b), Uint8Array.of(0x0c)],
      ...[new Uint8Array(9).fill(0xff), Uint8Array.of(0x0a, 0), Uint8Array.of(0x80, 0)],
    ],
    generate: (chance) => forge(chance, 0),
    run: (input) => messages.map((message) => readAs(message, input)),
  };
}

function messagesOf(module: object): readonly Message[] {
  return Object.entries(module).flatMap(([name, value]: [string, unknown]) => {
    const isMessage =
      typeof value === 'object' && value !== null && 'decode' in value && 'encode' in value;
    // The shape that ts-proto gives every message (`MessageFns`).
    return isMessage ? [{ ...(value as Omit<Message, 'name'>), name }] : [];
  });
}

function readAs({ name, decode, encode }: Message, input: Uint8Array): unknown {
  let value: unknown;
  try {
    value = decode(input);
  } catch (reason) {
    if (!refuses(reason)) throw reason;
    return undefined;
  }
  const once = encode(value).finish();
  const twice = encode(decode(once)).finish();
  promise(equalBytes(once, twice), `a ${name} is read as it was written`);
  return value;
}

/** The readers that ts-proto generates know no CoveyError: gRPC makes a status of whatever they throw. */
function refuses(reason: unknown): boolean {
  return (
    reason instanceof Error &&
    (reason.constructor === Error || reason.constructor === RangeError) &&
    /^(?:premature EOF|invalid varint|illegal tag|cant skip wire type|invalid end group tag|maximum recursion depth reached|protobuf decode recursion limit exceeded)/.test(
      reason.message,
    )
  );
}

function seeds(): readonly Uint8Array[] {
  const { ChannelRequest, Frame, InviteRequest, LinkResponse } = api;
  const devices = [{ deviceId: 'cd'.repeat(32), uri: 'ab'.repeat(20), addresses: ['h:1'] }];
  const frames: readonly api.Frame['body'][] = [
    { $case: 'hello', value: { protocolVersion: 1, features: ['f'], addresses: ['127.0.0.1:1'] } },
    {
      $case: 'request',
      value: { body: { $case: 'roster', value: { conversationId: 'c', devices } } },
    },
    {
      $case: 'response',
      value: { body: { $case: 'heads', value: { heads: ['h'], stateDigest: 's' } } },
    },
    { $case: 'chunk', value: { data: utf8('PACK'), last: true } },
    { $case: 'failure', value: { code: 'X', message: 'm', data: new Map([['k', 'v']]) } },
    { $case: 'credit', value: { chunks: 4 } },
  ];
  return [
    ...frames.map((body) => Frame.encode({ call: 7n, body }).finish()),
    ...frames.map((body) => ChannelRequest.encode({ frame: { call: 2n ** 63n, body } }).finish()),
    InviteRequest.encode({
      body: { $case: 'ask', value: { mimeType: 'application/invite', conversationId: 'c' } },
    }).finish(),
    LinkResponse.encode(LinkResponse.decode(new Uint8Array())).finish(),
  ];
}

/** Fields of any number and wire type, messages within messages, now and then a lie about a length. */
function forge(chance: Chance, depth: number): Uint8Array {
  return concatBytes(...Array.from({ length: chance.below(6) }, () => field(chance, depth)));
}

function field(chance: Chance, depth: number): Uint8Array {
  const number = chance.oneIn(12) ? chance.below(2 ** 29) : chance.between(0, 12);
  const wire = chance.oneIn(12) ? chance.below(8) : chance.pick([0, 2, 2, 2]);
  const tag = varint(BigInt(number) * 8n + BigInt(wire));
  switch (wire) {
    case 0:
      return concatBytes(tag, varint(chance.pick(NUMBERS) ?? 0n));
    case 1:
      return concatBytes(tag, chance.bytes(8));
    case 2: {
      const content =
        depth < MOST_DEPTH && !chance.oneIn(3)
          ? forge(chance, depth + 1)
          : utf8(chance.pick(TEXTS) ?? '');
      const length = content.length + (chance.oneIn(20) ? chance.between(-1, 3) : 0);
      return concatBytes(tag, varint(BigInt(Math.max(0, length))), content);
    }
    case 3:
      return concatBytes(tag, forge(chance, depth + 1), varint(BigInt(number) * 8n + 4n));
    case 5:
      return concatBytes(tag, chance.bytes(4));
    default:
      return tag;
  }
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from([...bytes, Number(rest)]);
}
