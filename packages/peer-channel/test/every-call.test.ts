import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { Failure, PeerServiceService, type Request } from '@covey/grpc-api';
import type { PeerHandlers } from '@covey/peer-channel';
import { aDevice, goHome, station } from './cast.ts';
import { aFetch, hangUp, opened, rawCall } from './raw-calls.ts';

afterEach(async () => {
  hangUp();
  await goHome();
});

const PROTO = readFileSync(
  new URL('../../../proto/covey/peer/v1/peer.proto', import.meta.url),
  'utf8',
);
const DEADLINE_EXCEEDED = '4';
const SOON = { handshakeMs: 100, callMs: 100, fetchMs: 100 };
const long = (bytes: number): string => 'x'.repeat(bytes);

/** For each call of a channel one that is within all bounds, and one that is not. */
const CALLS: Readonly<Record<string, { right: Request; tooLong: Request }>> = {
  heads: {
    right: { body: { $case: 'heads', value: { conversationId: '' } } },
    tooLong: { body: { $case: 'heads', value: { conversationId: long(65) } } },
  },
  fetch: {
    right: aFetch(),
    tooLong: {
      body: { $case: 'fetch', value: { ...aFetch().body.value, wants: Array(1025).fill('') } },
    },
  },
  announce: {
    right: { body: { $case: 'announce', value: announcement([]) } },
    tooLong: { body: { $case: 'announce', value: announcement(Array(1025).fill('')) } },
  },
  roster: {
    right: { body: { $case: 'roster', value: { conversationId: '', devices: [] } } },
    tooLong: {
      body: {
        $case: 'roster',
        value: {
          conversationId: '',
          devices: Array(513).fill({ deviceId: '', uri: '', addresses: [] }),
        },
      },
    },
  },
  invite: {
    right: { body: { $case: 'invite', value: { body: undefined } } },
    tooLong: {
      body: {
        $case: 'invite',
        value: { body: { $case: 'ask', value: { mimeType: '', conversationId: long(65) } } },
      },
    },
  },
  sync: {
    right: { body: { $case: 'sync', value: { body: new Uint8Array() } } },
    tooLong: { body: { $case: 'sync', value: { body: new Uint8Array(2 * 1024 * 1024 + 1) } } },
  },
  refusal: {
    right: { body: { $case: 'refusal', value: aRefusal('') } },
    tooLong: { body: { $case: 'refusal', value: aRefusal(long(257)) } },
  },
};

test('the table has every call that there is', () => {
  expect(Object.keys(PeerServiceService).sort()).toEqual([
    'channel',
    'invite',
    'link',
    'reconcile',
  ]);
  const [, cases = ''] = /^message Request \{\s+oneof body \{(.*?)^ {2}\}/ms.exec(PROTO) ?? [];
  const names = [...cases.matchAll(/^ {4}\w+ (\w+) = \d+;/gm)].map(([, name]) => name);
  expect(Object.keys(CALLS).sort()).toEqual(names.sort());
});

describe.each(['Invite', 'Link', 'Reconcile'])('D5: %s', (method) => {
  test('that does not end is over at its deadline, whatever the caller says of it', async () => {
    const bob = await station({}, SOON);
    const body = new Uint8Array(10);
    const headers = { 'grpc-timeout': '99999H' };
    const call = { method, body, announced: 1000, headers };
    const { status } = await rawCall(bob, (await aDevice()).tls, call);
    expect(status).toBe(DEADLINE_EXCEEDED);
  });

  test('that is answered too late is over at its deadline', async () => {
    const never = () => new Promise<never>(() => {});
    const bob = await station({ invite: never, link: never, reconcile: never }, SOON);
    const call = { method, body: new Uint8Array() };
    const { status } = await rawCall(bob, (await aDevice()).tls, call);
    expect(status).toBe(DEADLINE_EXCEEDED);
  });

  test('has a limit', async () => {
    const bob = await station({}, { inviteBytes: 100 });
    const call = { method, body: new Uint8Array(101) };
    const { failure } = await rawCall(bob, (await aDevice()).tls, call);
    const read = Failure.decode(Buffer.from(String(failure), 'base64'));
    expect(read).toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
  });
});

test('D5: a channel whose caller never says hello is over at its deadline', async () => {
  const bob = await station({}, SOON);
  const call = { method: 'Channel', body: new Uint8Array(), announced: 1000 };
  const { failure } = await rawCall(bob, (await aDevice()).tls, call);
  const read = Failure.decode(Buffer.from(String(failure), 'base64'));
  expect(read).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
});

describe.each(Object.keys(CALLS))('D5: %s', (name) => {
  const { right, tooLong } = CALLS[name] ?? { right: aFetch(), tooLong: aFetch() };

  test('is over at its deadline where it is served, although its caller does not say so', async () => {
    const over = Promise.withResolvers<unknown>();
    const bob = await station(untilAborted(over.resolve), SOON);
    const { stream } = await opened(bob, (await aDevice()).tls);
    stream.write({ frame: { call: 1n, body: { $case: 'request', value: right } } });
    expect(await over.promise).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  test('has a limit, and a caller beyond it hears so', async () => {
    const bob = await station();
    const { stream } = await opened(bob, (await aDevice()).tls);
    const answer = new Promise((resolve) =>
      stream.on('data', ({ frame }) => frame?.call === 1n && resolve(frame.body)),
    );
    stream.write({ frame: { call: 1n, body: { $case: 'request', value: tooLong } } });
    expect(await answer).toMatchObject({ $case: 'failure', value: { code: 'MESSAGE_TOO_LARGE' } });
  });
});

test('D5: a pack that drips is over at the deadline of the whole fetch', async () => {
  const bob = await station({
    async *fetch(_link, _request, signal) {
      while (!signal.aborted) {
        yield new Uint8Array(1);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  });
  const alice = await station({}, { fetchMs: 200 });
  const link = await alice.network.dial(bob.address, {});
  const reading = (async () => {
    for await (const _chunk of link.fetch(aFetch().body.value));
  })();
  await expect(reading).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
});

/** Handlers that do nothing until they are told to stop. */
function untilAborted(aborted: (reason: unknown) => void): Partial<PeerHandlers> {
  const wait = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        aborted(signal.reason);
        reject(signal.reason);
      });
    });
  return {
    heads: (_link, _request, signal) => wait(signal),
    announce: (_link, _request, signal) => wait(signal),
    roster: (_link, _request, signal) => wait(signal),
    askInvite: (_link, _request, signal) => wait(signal),
    sync: (_link, _request, signal) => wait(signal),
    refused: (_link, _request, signal) => wait(signal),
    // biome-ignore lint/correctness/useYield: there is nothing to give
    async *fetch(_link, _request, signal) {
      await wait(signal);
    },
  };
}

function aRefusal(path: string) {
  return { conversationId: '', commit: '', rule: '', path };
}

function announcement(heads: string[]) {
  return { mimeType: '', deviceId: '', id: '', commit: '', heads, stateDigest: '' };
}
