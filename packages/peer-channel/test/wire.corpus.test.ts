import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import * as api from '@covey/grpc-api';
import { type Corpus, corpusNamed } from '@covey/testkit';
import { aDevice, goHome } from './cast.ts';
import { expectServed, GoodPeer } from './good-peer.ts';
import { Listener } from './listener.ts';
import { hangUp, rawCallOn, rawSession } from './raw-calls.ts';

const wire = corpusNamed('protobuf-wire');
const fuzzed = corpusNamed('go-fuzz-corpus');
const absent = [wire, fuzzed].find(({ isAbsent }) => isAbsent);
const inputs = absent
  ? []
  : [
      ...rowsOf(wire, 'bytes.json'),
      ...rowsOf(wire, 'deep.json'),
      ...linesOf(fuzzed, 'protobuf.jsonl'),
    ];
/** Streams that one connection may open, less one. */
const CALLS_PER_CONNECTION = 60;
const MOST_MS = 250;

/** Every message there is, also those that are only ever part of another. */
const MESSAGES = Object.entries(api).flatMap(([name, value]) =>
  typeof value === 'object' && 'decode' in value && 'encode' in value
    ? // Of any of them the same is asked; what they hold is of no interest here.
      [{ name, message: value as Message }]
    : [],
);

interface Message extends api.Decodes<unknown> {
  encode(value: unknown): { finish(): Uint8Array };
}

let listener: Listener | undefined;
afterEach(async () => {
  hangUp();
  await goHome();
  await listener?.stop();
});

describe.skipIf(absent)(
  `protobuf-wire, and protobuf of go-fuzz-corpus${absent?.note ?? ''}`,
  () => {
    test('there are messages and inputs', () => {
      expect(MESSAGES.length).toBeGreaterThan(20);
      expect(inputs.length).toBeGreaterThan(0);
    });

    test.each(MESSAGES)(
      'D7: $name is read or refused, in no time, and says no more than it means',
      ({ message }) => {
        for (const { why, bytes } of inputs) {
          const at = performance.now();
          const read = readOf(message, bytes);
          expect(performance.now() - at, why).toBeLessThan(MOST_MS);
          if (read === undefined) continue;
          const again = message.encode(read).finish();
          // Unknown fields are gone, and nothing has grown.
          expect(again.length, why).toBeLessThanOrEqual(bytes.length);
          expect(api.decodeStrictly(message, again), why).toEqual(read);
        }
      },
    );

    test('D7: at the live port each gets an answer, and the next caller is served', {
      timeout: 60_000,
    }, async () => {
      const bob = await Listener.start({ inviteBurst: 1_000_000 });
      listener = bob;
      const good = await GoodPeer.of(bob);
      const { tls } = await aDevice();
      const calls = inputs.flatMap(({ bytes: body, why }) =>
        ['Invite', 'Link', 'Channel'].map((method) => ({ method, body, why })),
      );
      for (let at = 0; at < calls.length; at += CALLS_PER_CONNECTION) {
        const session = await rawSession(bob, tls);
        for (const call of calls.slice(at, at + CALLS_PER_CONNECTION)) {
          const { status } = await rawCallOn(session, call);
          expect(status, `${call.method}: ${call.why}`).toMatch(/^\d+$/);
        }
        session.destroy();
      }
      expectServed(await good.isServed(100));
    });
  },
);

/** Nothing when it is refused. @throws what is no Error */
function readOf(message: Message, bytes: Uint8Array): unknown {
  try {
    return api.decodeStrictly(message, bytes);
  } catch (reason) {
    expect(reason).toBeInstanceOf(Error);
    return undefined;
  }
}

interface Input {
  readonly why: string;
  readonly bytes: Uint8Array;
}

function rowsOf({ folder }: Corpus, file: string): Input[] {
  const rows = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
    b64: string;
    why: string;
  }[];
  return rows.map(({ b64, why }) => ({ why, bytes: bytesOf(b64) }));
}

function linesOf({ folder }: Corpus, file: string): Input[] {
  const lines = readFileSync(join(folder, file), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const { name, b64 } = JSON.parse(line) as { name: string; b64: string };
    return { why: name, bytes: bytesOf(b64) };
  });
}

/** No Buffer: what is read from one would be one in part. */
function bytesOf(b64: string): Uint8Array {
  return new Uint8Array(Buffer.from(b64, 'base64'));
}
