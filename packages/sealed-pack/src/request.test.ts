import { describe, expect, test } from 'vitest';
import { utf8 } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { nodeDigests, nodeVerifier } from '@covey/node-crypto';
import { keeperNamed } from '../test/epoch-cast.ts';
import { EpochKeys } from './epoch-keys.ts';
import { type MirrorMethod, readRequest, signRequest } from './request.ts';
import { SlotKeys } from './slot-keys.ts';

const seeded = (label: string) => nodeDigests.sha256(utf8(label));
const epoch = new EpochKeys(seeded('secret'), nodeDigests.sha1(utf8('conversation')));
const mirror = seeded('mirror');
const slot = new SlotKeys(epoch, mirror);
const alice = keeperNamed('alice');
const w = slot.signerOf(alice.device, seeded('device of alice'));
const now = new Date(1_700_000_000_000);
const signers = {
  reader: (message: Uint8Array) => slot.signAsReader(message),
  writer: (message: Uint8Array) => w.sign(message),
};

const WRITTEN: ReadonlySet<MirrorMethod> = new Set(['open', 'admit', 'begin', 'object']);
const asked = (method: MirrorMethod, more: object = {}, by: object = signers) =>
  signRequest(
    {
      ...{ mirror, method, slot: slot.id, readKey: slot.readKey },
      writer: WRITTEN.has(method) ? w.publicKey : undefined,
      ...{ body: seeded('body'), time: now.getTime() / 1000 },
      ...more,
    },
    by,
  );
const answer = (bytes: Uint8Array, at = now) =>
  readRequest(bytes, { mirror, now: at, verifier: nodeVerifier() }).then(
    ({ method }) => method,
    (reason: unknown) => CoveyError.from(reason).code,
  );

describe('a request', () => {
  test.each([
    ...(['open', 'admit', 'begin', 'object', 'list', 'read', 'watch', 'renew', 'drop'] as const),
  ])('to %s is read when it is signed by whom it must be', async (method) => {
    expect(await answer(asked(method))).toBe(method);
    expect(await answer(asked(method, {}, {}))).toBe('REQUEST_FORGED');
  });

  test('to write needs a writer, to read a reader, to open both', async () => {
    const { reader, writer } = signers;
    expect(await answer(asked('begin', {}, { writer }))).toBe('begin');
    expect(await answer(asked('begin', {}, { reader }))).toBe('REQUEST_FORGED');
    expect(await answer(asked('list', {}, { reader }))).toBe('list');
    expect(await answer(asked('list', {}, { writer }))).toBe('REQUEST_FORGED');
    expect(await answer(asked('open', {}, { reader }))).toBe('REQUEST_FORGED');
    expect(await answer(asked('open', {}, { writer }))).toBe('REQUEST_FORGED');
  });

  test.each([
    ['for another mirror', { mirror: seeded('another') }],
    ['for a slot that isn’t its own', { slot: seeded('another') }],
    ['with another read key', { readKey: new SlotKeys(epoch, seeded('another')).readKey }],
    ['by another W', { writer: slot.writerOf(keeperNamed('bob').device, keeperNamed('bob').key) }],
  ])('%s is forged', async (_, lie) => {
    expect(await answer(asked('open', lie))).toBe('REQUEST_FORGED');
  });

  test('that names a writer where none is asked for is forged', async () => {
    expect(await answer(asked('list', { writer: w.publicKey }))).toBe('REQUEST_FORGED');
  });

  test('of which any byte is another is forged', async () => {
    const bytes = asked('open');
    for (let at = 0; at < bytes.length; at++) {
      expect(await answer(bytes.with(at, bytes[at]! ^ 1)), `byte ${at}`).toBe('REQUEST_FORGED'); // Within.
    }
  });

  test('ten minutes off by either clock is told the time; a forged one isn’t', async () => {
    const off = (seconds: number) => asked('list', { time: now.getTime() / 1000 + seconds });
    expect(await answer(off(600))).toBe('list');
    expect(await answer(off(-600))).toBe('list');
    expect(await answer(off(601))).toBe('CLOCK_SKEW');
    expect(await answer(off(-601))).toBe('CLOCK_SKEW');
    expect(await answer(off(3 * 24 * 3600))).toBe('CLOCK_SKEW');
    expect(await answer(asked('list', { time: 0 }, {}))).toBe('REQUEST_FORGED');
  });
});
