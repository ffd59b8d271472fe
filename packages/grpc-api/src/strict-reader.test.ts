import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { describe, expect, test } from 'vitest';
import {
  ChannelRequest,
  decodeStrictly,
  Failure,
  Frame,
  HeadsRequest,
  InviteRequest,
  Request,
  RosterResponse,
} from './index.ts';

/** A message of its own, nested as field so and so. */
function nested(field: number, bytes: Uint8Array): Uint8Array {
  return new BinaryWriter()
    .uint32((field << 3) | 2)
    .bytes(bytes)
    .finish();
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const HEADS = HeadsRequest.encode({ conversationId: 'garden' }).finish();

describe('D7: what nobody honest writes is refused', () => {
  test.each<[string, Uint8Array]>([
    ['text that is no UTF-8', Uint8Array.of(0x0a, 2, 0xc3, 0x28)],
    ['half a surrogate pair, as UTF-8', Uint8Array.of(0x0a, 3, 0xed, 0xa0, 0x80)],
    ['a character in more bytes than it needs', Uint8Array.of(0x0a, 2, 0xc0, 0xaf)],
    ['long text that is no UTF-8', nested(1, new Uint8Array(100).fill(0xff))],
    ['a group', Uint8Array.of(0x7b, 0x7c)],
    ['a group within a field that is unknown', joined(Uint8Array.of(0x7b), HEADS)],
    ['an end of a group that never began', joined(Uint8Array.of(0x0c), HEADS)],
    ['field 0', joined(Uint8Array.of(0), HEADS)],
    ['bytes after the end', joined(HEADS, Uint8Array.of(0, 0))],
    ['a tag that is padded', joined(Uint8Array.of(0x8a, 0), HEADS.subarray(1))],
    ['a length that is padded', joined(Uint8Array.of(0x0a, 0x86, 0), HEADS.subarray(2))],
    ['a length beyond the end', Uint8Array.of(0x0a, 7, 0x61)],
    ['a length of 4 GiB', Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f)],
    ['a varint of eleven bytes', Uint8Array.from([0x08, ...new Array(10).fill(0xff), 1])],
    ['a cut varint', Uint8Array.of(0x8a)],
    ['more than a later version would add', joined(HEADS, nested(99, new Uint8Array(65_600)))],
    ['a message in thousands of unknown fields', many(40_000, Uint8Array.of(0x98, 6, 1))],
  ])('%s', (_, bytes) => {
    expect(() => decodeStrictly(HeadsRequest, bytes)).toThrow();
  });

  test('a call number in more bytes than it needs', () => {
    expect(() => decodeStrictly(Frame, Uint8Array.of(0x08, 0x81, 0))).toThrow(/padded/);
    expect(decodeStrictly(Frame, Uint8Array.of(0x08, 0x81, 1)).call).toBe(129n);
  });

  test('two bytes that make an object, two million times', () => {
    const message = nested(1, nested(3, nested(4, many(1_900_000, Uint8Array.of(0x12, 0)))));
    const at = performance.now();
    expect(() => decodeStrictly(ChannelRequest, message)).toThrow(/too many/);
    expect(performance.now() - at).toBeLessThan(250);
  });
});

test('D7: what a later version adds is dropped, and not passed on', () => {
  const added = [nested(98, HEADS), nested(99, new Uint8Array(1000)), Uint8Array.of(0x98, 6, 1)];
  const read = decodeStrictly(HeadsRequest, joined(...added, HEADS, ...added));
  expect(read).toEqual({ conversationId: 'garden' });
  expect(HeadsRequest.encode(read).finish()).toEqual(HEADS);
});

test('D7: a map key `__proto__` is a key, and the map is no object', () => {
  const data = new Map([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
  const read = decodeStrictly(
    Failure,
    Failure.encode({ code: 'INTERNAL', message: '', data }).finish(),
  );
  expect(read.data).toEqual(data);
});

test('D7: 64 bits are 64 bits', () => {
  const call = 2n ** 64n - 1n;
  expect(decodeStrictly(Frame, Frame.encode({ call, body: undefined }).finish()).call).toBe(call);
});

test('the longest message within all bounds is read', () => {
  const addresses = Array.from({ length: 16 }, () => 'a'.repeat(261));
  const device = { deviceId: 'd'.repeat(64), uri: 'u'.repeat(40), addresses };
  const devices = Array.from({ length: 512 }, () => device);
  const value = { conversationId: 'c', devices };
  const request: Request = { body: { $case: 'roster', value } };
  expect(decodeStrictly(Request, Request.encode(request).finish())).toEqual(request);
  expect(decodeStrictly(RosterResponse, RosterResponse.encode({ devices }).finish())).toEqual({
    devices,
  });
});

test('the reader is the one that the generated code asks for', () => {
  expect(() => decodeStrictly(InviteRequest, new Uint8Array())).not.toThrow();
  expect(InviteRequest.decode(new BinaryReader(new Uint8Array()))).toEqual({ body: undefined });
});

function many(count: number, part: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(count * part.length);
  for (let at = 0; at < bytes.length; at += part.length) bytes.set(part, at);
  return bytes;
}
