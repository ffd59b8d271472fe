import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CoveyError } from '@covey/errors';
import type { FetchRequest } from '@covey/grpc-api';
import { makeTestAccount, stage, type TestDevice } from '@covey/testkit';
import type { Clock } from '../src/ports.ts';
import { fetchingOf, linkThat } from './fake-link.ts';
import { answerOf, inChunks, openReceiver, packOf } from './receiver.ts';

const forEver = new AbortController().signal;

/** Alice has said so many things; bob's device has nothing of it yet. */
async function aliceAndReceiver(messages: number) {
  const { alice } = await stage(['alice', 'bob']);
  for (let n = 0; n < messages; n++) await alice.says(`message ${n} ${'and more '.repeat(20)}`);
  const folder = mkdtempSync(join(tmpdir(), 'covey-device-'));
  const { writer } = await makeTestAccount('bob');
  const receiver = await openReceiver(join(folder, 'store'), alice.order[0] ?? '', writer);
  onTestFinished(async () => {
    await receiver.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { alice, ...receiver };
}

/** What becomes of the n-th pack, of so many bytes, on its way. */
type Cut = (
  chunks: AsyncIterable<Uint8Array>,
  pack: number,
  bytes: number,
) => AsyncIterable<Uint8Array>;

/** A clock that moves by hand. */
function handClock() {
  const waiting = new Map<() => void, number>();
  let now = 0;
  const clock: Clock = {
    now: () => new Date(now),
    after: (ms, callback) => {
      waiting.set(callback, now + ms);
      return () => waiting.delete(callback);
    },
  };
  const pass = (ms: number) => {
    now += ms;
    for (const [callback, at] of waiting) {
      if (at > now) continue;
      waiting.delete(callback);
      callback();
    }
  };
  return { clock, pass, waiting };
}

describe('a long history', () => {
  /** Packs of alice's, none of more than so many bytes of objects; `cut` may end one early. */
  function slicedLink(alice: TestDevice, maxBytes: number, cut: Cut = (chunks) => chunks) {
    const requests: FetchRequest[] = [];
    const sizes: number[] = [];
    const link = linkThat(async function* (request) {
      const pack = await answerOf(alice, { ...request, maxBytes });
      requests.push(request);
      sizes.push(pack.length);
      yield* cut(inChunks(pack, 1024), requests.length, pack.length);
    });
    return { link, requests, sizes };
  }

  /** Dies in the middle of the second pack. */
  async function* cutSecond(chunks: AsyncIterable<Uint8Array>, pack: number, bytes: number) {
    let sent = 0;
    for await (const chunk of chunks) {
      if (pack === 2 && sent > bytes / 2) throw new CoveyError('PEER_UNREACHABLE', 'gone');
      sent += chunk.length;
      yield chunk;
    }
  }

  const MESSAGES = 40;
  const SLICE_BYTES = 8 * 1024;

  test('SYNC-5: a fetch that is cut goes on from the last slice that was judged, and nothing comes twice', async () => {
    const { alice, runtime } = await aliceAndReceiver(MESSAGES);
    const whole = slicedLink(alice, SLICE_BYTES);
    const other = await aliceAndReceiver(MESSAGES);
    await fetchingOf(other.runtime).fetching.fetchAll(whole.link, alice.heads, forEver);
    expect(whole.sizes).toHaveLength(4);

    const { fetching } = fetchingOf(runtime);
    const dying = slicedLink(alice, SLICE_BYTES, cutSecond);
    const failed = fetching.fetchAll(dying.link, alice.heads, forEver);
    await expect(failed).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' });
    const kept = runtime.history.size;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(alice.history.size / 2);

    const again = slicedLink(alice, SLICE_BYTES);
    expect(await fetching.fetchAll(again.link, alice.heads, forEver)).toBeUndefined();
    expect(again.requests[0]?.haves).toContain(alice.order[kept - 1]);
    expect(again.sizes).toEqual(whole.sizes.slice(1));
    expect(runtime.heads).toEqual(alice.heads);
  });

  test('SYNC-5: the next slice is asked for while one is judged, on top of what has just come', async () => {
    const { alice, runtime } = await aliceAndReceiver(MESSAGES);
    const { link, requests } = slicedLink(alice, SLICE_BYTES);
    await fetchingOf(runtime).fetching.fetchAll(link, alice.heads, forEver);
    const newest = requests.map(({ haves }) => haves[0]);
    const order: readonly string[] = alice.order;
    const places = newest.map((oid) => order.indexOf(oid ?? ''));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(new Set(places).size).toBe(4);
  });

  test('SYNC-4: a commit that breaks a rule ends the fetch; the slices before it stay', async () => {
    const { alice, runtime } = await aliceAndReceiver(MESSAGES);
    const forged = await alice.forge({
      message: { body: 'no', type: 'text/plain' },
      signature: null,
    });
    const honest = slicedLink(alice, SLICE_BYTES);
    const link = linkThat(async function* (request, signal) {
      const isLast = request.haves.includes(alice.heads[0] ?? '');
      const wants = [...alice.heads];
      if (!isLast) yield* honest.link.fetch({ ...request, wants }, signal);
      else yield* inChunks(await packOf([(await alice.store.read(forged))!])); // It was just forged.
    });
    const { fetching, events } = fetchingOf(runtime);
    expect(await fetching.fetchAll(link, [forged], forEver)).toBe(forged);
    expect(events).toMatchObject([{ commit: forged, rule: 'every-commit/signature' }]);
    expect(runtime.heads).toEqual(alice.heads);
  });
});

describe('a link that is of no use', () => {
  test('SAFE-1: who sends a byte now and then is cut off, and is asked for less the next time', async () => {
    const { alice, runtime } = await aliceAndReceiver(3);
    const { clock, pass, waiting } = handClock();
    const requests: FetchRequest[] = [];
    let sent = 0;
    let tick = 1000; // ms
    const link = linkThat(async function* (request) {
      requests.push(request);
      for await (const byte of inChunks(await answerOf(alice, request), 1)) {
        pass(tick);
        sent++;
        yield byte;
      }
    });
    const { fetching } = fetchingOf(runtime, clock);
    for (let times = 0; times < 6; times++) {
      const failed = fetching.fetchAll(link, alice.heads, forEver);
      await expect(failed).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    }
    expect(sent).toBe(6 * 120);
    const asked = requests.map(({ maxBytes }) => maxBytes);
    expect(asked).toEqual([16, 4, 1, 1 / 4, 1 / 16, 1 / 16].map((mib) => mib * 1024 * 1024));
    expect(runtime.history.size).toBe(0);

    tick = 1;
    await fetching.fetchAll(link, alice.heads, forEver);
    expect(runtime.heads).toEqual(alice.heads);
    expect(waiting.size).toBe(0);
  });

  test('SAFE-1: who says nothing is cut off', async () => {
    const { alice, runtime } = await aliceAndReceiver(1);
    const { clock, pass } = handClock();
    const asked = Promise.withResolvers<void>();
    const link = linkThat(async function* () {
      asked.resolve();
      await new Promise(() => {});
      yield new Uint8Array();
    });
    const failed = fetchingOf(runtime, clock).fetching.fetchAll(link, alice.heads, forEver);
    await asked.promise;
    pass(2 * 60 * 1000);
    await expect(failed).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  test.each([Infinity, 2 * 1024])(
    'SYNC-5: what comes by another road while it is on its way is no failure, in slices of %d bytes',
    async (maxBytes) => {
      const { alice, runtime, receive } = await aliceAndReceiver(20);
      let packs = 0;
      const link = linkThat(async function* (request) {
        const pack = await answerOf(alice, { ...request, maxBytes });
        if (++packs <= 2) await receive(inChunks(pack));
        yield* inChunks(pack);
      });
      const { fetching } = fetchingOf(runtime);
      expect(await fetching.fetchAll(link, alice.heads, forEver)).toBeUndefined();
      expect(runtime.heads).toEqual(alice.heads);
    },
  );

  test('SYNC-5: who announces what it doesn’t give is told so, and what it gave stays', async () => {
    const { alice, runtime } = await aliceAndReceiver(2);
    const given = alice.order.slice(-2, -1);
    const link = linkThat(async function* ({ haves }) {
      yield* inChunks(await answerOf(alice, { wants: given, haves }));
    });
    const failed = fetchingOf(runtime).fetching.fetchAll(link, alice.heads, forEver);
    await expect(failed).rejects.toMatchObject({ code: 'OBJECT_MISSING' });
    expect(runtime.heads).toEqual(given);
  });
});

describe('a conversation that is being closed', () => {
  test('ends a fetch that waits for bytes', async () => {
    const { alice, runtime } = await aliceAndReceiver(1);
    const closing = new AbortController();
    const link = linkThat(async function* () {
      closing.abort(new CoveyError('DEADLINE_EXCEEDED', 'closing'));
      await new Promise(() => {});
      yield new Uint8Array();
    });
    const failed = fetchingOf(runtime).fetching.fetchAll(link, alice.heads, closing.signal);
    await expect(failed).rejects.toMatchObject({ message: 'closing' });
  });

  test('begins no fetch', async () => {
    const { alice, runtime } = await aliceAndReceiver(1);
    const closing = AbortSignal.abort(new CoveyError('DEADLINE_EXCEEDED', 'closed'));
    let asked = 0;
    const link = linkThat(async function* (request) {
      asked++;
      yield* inChunks(await answerOf(alice, request));
    });
    const failed = fetchingOf(runtime).fetching.fetchAll(link, alice.heads, closing);
    await expect(failed).rejects.toMatchObject({ message: 'closed' });
    expect(asked).toBe(0);
  });
});
