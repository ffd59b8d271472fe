// biome-ignore-all lint/suspicious/noExplicitAny: each file says itself what is in its vectors
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, test } from 'vitest';
import {
  bytesOf,
  bytesUpTo,
  type Form,
  frameOf,
  fromHex,
  listOf,
  NUMBER,
  oneOf,
  optional,
  textUpTo,
  toHex,
} from '@covey/codec';
import { CoveyError } from '@covey/errors';
import {
  deviceRecipient,
  ed25519PublicKey,
  hpkeOpen,
  hpkeSeal,
  parseDeviceId,
  sealingKeyOf,
} from '@covey/identity';
import { nodeAead, nodeDigests, nodeVerifier } from '@covey/node-crypto';
import {
  blindingFactor,
  blindPublicKey,
  blindSigner,
  chained,
  contradictionIn,
  ENTRY,
  EpochKeys,
  HANDOVER,
  judgeEpoch,
  judgeHandover,
  type KeyLabel,
  openSmall,
  paddedSize,
  readBeacon,
  readRequest,
  readSegment,
  readStatement,
  SIGNED,
  SlotKeys,
  SlotLog,
  sealSmall,
  tagOf,
  tagsDigest,
  writeSegment,
} from '../src/index.ts';

/** Made by a second implementation, in another language, from the page alone (vectors/sealed-pack/README.md). */
interface Vector {
  readonly name: string;
  readonly [field: string]: any; // Each file says in `about` what its vectors hold.
}

function vectorsOf(file: string): readonly Vector[] {
  const path = join(import.meta.dirname, '../../../vectors/sealed-pack', `${file}.json`);
  return JSON.parse(readFileSync(path, 'utf8')).vectors;
}

const named = (vectors: readonly Vector[]) =>
  vectors.map((vector) => [vector.name, vector] as const);
const verifier = nodeVerifier();
const codeOf = (reason: unknown) => CoveyError.from(reason).code;
const epochOf = ({ secret, conversation }: Vector) =>
  new EpochKeys(fromHex(secret), fromHex(conversation));

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

test.each(named(vectorsOf('epoch-keys').filter(({ label }) => label !== 'test')))(
  '%s',
  (_, vector) => {
    const key = epochOf(vector).derive(
      vector['label'] as KeyLabel,
      fromHex(vector['context']),
      vector['length'],
    );
    expect(toHex(key)).toBe(vector['key']);
  },
);

describe('small seals', () => {
  test.each(named(vectorsOf('small-seal')))('%s', async (_, vector) => {
    const [key, sealed] = [fromHex(vector['key']), fromHex(vector['sealed'])];
    const opened =
      sealed.length === vector['size'] ? await openSmall(key, sealed, nodeAead) : undefined;
    if (!vector['opens']) return expect(opened).toBeUndefined();
    expect(toHex(opened ?? new Uint8Array())).toBe(vector['frame']);
    const options = { size: vector['size'], salt32: fromHex(vector['salt']), aead: nodeAead };
    expect(toHex(await sealSmall(key, fromHex(vector['frame']), options))).toBe(vector['sealed']);
  });
});

describe('HPKE to a device', () => {
  test.each(named(vectorsOf('hpke')))('%s', async (_, vector) => {
    const publicKey = sealingKeyOf(fromHex(vector['ed25519']));
    const binding = { info: fromHex(vector['info'] ?? ''), aad: fromHex(vector['aad'] ?? '') };
    const ephemeral32 = fromHex(vector['ephemeral'] ?? '01'.repeat(32));
    const plain = fromHex(vector['plain'] ?? '');
    const sealed =
      publicKey && (await hpkeSeal(publicKey, plain, binding, { aead: nodeAead, ephemeral32 }));
    if (vector['error']) return expect(sealed).toBeUndefined();
    expect(toHex(publicKey ?? new Uint8Array())).toBe(vector['x25519']);
    const opened = await hpkeOpen(
      deviceRecipient(fromHex(vector['seed'])),
      fromHex(vector['sealed']),
      binding,
      nodeAead,
    );
    expect(opened && toHex(opened)).toBe(vector['opens'] ? vector['plain'] : undefined);
    if (vector['opens']) expect(toHex(sealed ?? new Uint8Array())).toBe(vector['sealed']);
  });
});

describe('blinded keys', () => {
  test.each(named(vectorsOf('blinded-keys')))('%s', (_, vector) => {
    const blind = () => {
      const factor = blindingFactor(fromHex(vector['derived']));
      return { factor, w: blindPublicKey(fromHex(vector['key']), factor) };
    };
    if (vector['refused']) return expect(blind).toThrow(CoveyError);
    const { factor, w } = blind();
    expect([toHex(w), toHex(tagOf(w))]).toEqual([vector['w'], vector['tag']]);
    const signer = blindSigner(fromHex(vector['seed']), factor);
    for (const { message, signature } of vector['signatures']) {
      expect(toHex(signer.sign(fromHex(message)))).toBe(signature);
    }
  });
});

test.each(named(vectorsOf('slots')))('%s', (_, vector) => {
  const slot = new SlotKeys(epochOf(vector), fromHex(vector['mirrorKey']));
  expect(toHex(slot.readKey)).toBe(vector['readKey']);
  expect(toHex(slot.id)).toBe(vector['slot']);
  expect(toHex(slot.segmentKey)).toBe(vector['segmentKey']);
  const writers = vector['grantees'].map(({ device, key }: Vector) =>
    slot.writerOf(parseDeviceId(device), ed25519PublicKey(fromHex(key))),
  );
  expect(writers.map(toHex)).toEqual(vector['grantees'].map(({ w }: Vector) => w));
  const roster = slot.rosterOf(writers);
  expect(roster.map(toHex)).toEqual(vector['roster']);
  expect(toHex(tagsDigest(roster))).toBe(vector['rosterDigest']);
});

describe('segments', () => {
  const all = vectorsOf('segments');
  const kind = (name: string) => named(all.filter((vector) => vector['kind'] === name));
  const bodyOf = (length: number) => new Uint8Array(length).map((_, at) => (7 * at) % 251);

  test.each(kind('padded'))('%s', (_, { values }) => {
    for (const [length, padded] of values)
      expect([length, paddedSize(length)]).toEqual([length, padded]);
  });

  test.each(kind('good'))('%s', async (_, vector) => {
    const { buildsOn, heads, epoch, slot, previous, covers, ...header } = vector['header'];
    const about = {
      ...{ device: parseDeviceId(header.device), body: header.body, epoch: fromHex(epoch) },
      ...{ slot: fromHex(slot), previous: previous ?? undefined, covers: covers ?? undefined },
      heads: heads.map(fromHex),
      buildsOn: buildsOn
        ? { statement: fromHex(buildsOn.statement), signature: fromHex(buildsOn.signature) }
        : undefined,
    };
    const seed = fromHex(vector['signerSeed']);
    const signer = {
      publicKey: ed25519PublicKey(ed25519.getPublicKey(seed)),
      sign: async (message: Uint8Array) => ed25519.sign(message, seed),
    };
    const tools = { signer, salt32: fromHex(vector['salt']), aead: nodeAead };
    const sealed = await writeSegment(
      fromHex(vector['slotKey']),
      about,
      bodyOf(vector['bodyLength']),
      tools,
    );
    expect(sealed).toHaveLength(vector['sealedLength']);
    expect(toHex(nodeDigests.sha256(sealed))).toBe(vector['sealedSha256']);
  });

  test.each(kind('refused'))('%s', async (_, vector) => {
    const sealed = fromHex(vector['sealed']);
    const reading = async () => {
      const options = { size: vector['entrySize'], aead: nodeAead };
      const segment = await readSegment(fromHex(vector['slotKey']), once(sealed), options);
      const { header } = segment;
      const key = ed25519PublicKey(fromHex(vector['key']));
      const isIts =
        header.device === vector['device'] &&
        toHex(header.slot) === vector['slot'] &&
        toHex(header.epoch) === vector['epoch'] &&
        (await segment.isSignedBy(key, verifier));
      // Names of what the reader of a slot finds; the page has one for all that isn't an inside.
      if (!isIts) return 'SEGMENT_CORRUPT';
      for await (const part of segment.body) expect(part.length).toBeGreaterThan(0);
      return 'read';
    };
    expect(await reading().catch(codeOf)).toBe(vector['error']);
  });
});

describe('the log of a slot', () => {
  const [whole, ...others] = vectorsOf('log') as [Vector, ...Vector[]]; // The log comes first.
  const place = { mirror: fromHex(whole['mirrorKey']), slot: fromHex(whole['slot']) };
  const entries = whole['entries'] as readonly Vector[];
  const logOf = async (count: number) => {
    const log = new SlotLog(place, verifier);
    for (const each of entries.slice(0, count)) {
      expect(await log.add(ENTRY.decode(fromHex(each['entryHex'])))).toBeUndefined();
      expect(toHex(log.chain)).toBe(each['chain']);
    }
    return log;
  };

  test('is followed, entry by entry', async () => {
    expect((await logOf(entries.length)).position).toBe(entries.length - 1);
  });

  test.each(named(others))('%s', async (_, vector) => {
    const log = await logOf(vector['after']);
    const before = log.chain;
    const fault = async () => {
      const entry = ENTRY.decode(fromHex(vector['entry']));
      const found = await log.add(entry);
      if (found || !vector['claimedChain']) return found;
      return toHex(chained(before, entry)) === vector['claimedChain']
        ? undefined
        : 'MIRROR_CHAIN_BROKEN';
    };
    // What is no entry at all can't be one that a writer has signed.
    const found = await fault().catch(() => 'MIRROR_ENTRY_FORGED');
    expect(found).toBe(vector['error']);
    if (vector['chain']) expect(toHex(log.chain)).toBe(vector['chain']);
  });
});

describe('what a mirror signs', () => {
  const all = vectorsOf('statements');
  const read = async (hex: string, mirror: string) => {
    const signed = SIGNED.decode(fromHex(hex));
    const key = fromHex(mirror);
    return (
      (await readStatement('receipt', signed, key, verifier)) ??
      (await readStatement('head', signed, key, verifier))
    );
  };

  test.each(named(all.filter(({ kind }) => kind !== 'pair')))('%s', async (_, vector) => {
    const statement = await read(vector['signed'], vector['key']).catch(() => undefined);
    if (vector['wrongLabel']) return expect(statement?.kind).not.toBe(vector['kind']);
    expect(statement?.kind).toBe(vector['kind']);
    const { slot, incarnation, chain, position, time } = vector['value'];
    expect(statement?.said).toMatchObject({
      ...{ slot: fromHex(slot), incarnation: fromHex(incarnation), chain: fromHex(chain) },
      ...{ position, time },
    });
  });

  test.each(named(all.filter(({ kind }) => kind === 'pair')))('%s', async (_, vector) => {
    const [one, other] = await Promise.all(
      [vector['first'], vector['second']].map((hex) =>
        read(hex, vector['key']).catch(() => undefined),
      ),
    );
    const proof = one && other ? contradictionIn(one, other) : undefined;
    expect(proof ?? null).toBe(vector['proves']);
    if (one && other) expect(contradictionIn(other, one)).toBe(proof);
  });
});

describe('frames', () => {
  // A form in JSON, and values of whatever it describes.
  const formOf = (form: any): Form<any> => {
    if (typeof form === 'string') {
      const [kind, ...rest] = form.split(' ');
      const most = Number(rest.at(-1));
      if (kind === 'number') return NUMBER;
      if (kind === 'text') return textUpTo(most);
      // As JSON they are hex.
      const bytes = rest.length > 1 ? bytesUpTo(most) : bytesOf(most);
      return {
        encode: (hex: string) => bytes.encode(fromHex(hex)),
        decode: (encoded) => toHex(bytes.decode(encoded)),
      };
    }
    if (form.word) return oneOf(...form.word);
    if (form.list) return listOf(formOf(form.list), { most: form.upTo, sorted: form.sorted });
    if (form.optional) {
      const inner = optional(formOf(form.optional));
      return {
        encode: (value) => inner.encode(value ?? undefined),
        decode: (bytes) => inner.decode(bytes) ?? null,
      };
    }
    return formOfFrame(form.frame);
  };
  const formOfFrame = (fields: object): Form<any> =>
    frameOf(Object.fromEntries(Object.entries(fields).map(([name, form]) => [name, formOf(form)])));

  test.each(named(vectorsOf('frames')))('%s', (_, { form, accepted, refused }) => {
    const frame = formOfFrame(form);
    for (const { value, hex } of accepted) {
      expect(frame.decode(fromHex(hex))).toEqual(value);
      expect(toHex(frame.encode(value))).toBe(hex);
    }
    for (const { hex, why } of refused)
      expect(() => frame.decode(fromHex(hex)), why).toThrow(CoveyError);
  });
});

describe('epochs', () => {
  const all = vectorsOf('epochs');

  test.each(named(all.filter(({ kind }) => kind === 'statement')))('%s', async (_, vector) => {
    const key = ed25519PublicKey(fromHex(vector['key']));
    const judged = await judgeEpoch(fromHex(vector['signed']), fromHex(vector['secret']), {
      conversation: fromHex(vector['conversation']),
      ordinals: new Map(vector['followed'].map(({ epoch, ordinal }: Vector) => [epoch, ordinal])),
      keyOf: (device) => (device === vector['device'] ? key : undefined),
      verifier,
    });
    expect(typeof judged === 'string' ? judged : null).toBe(vector['error']);
  });

  test.each(named(all.filter(({ kind }) => kind === 'handover')))('%s', async (_, vector) => {
    const conversation = fromHex(vector['conversation']);
    const before = new EpochKeys(fromHex(vector['oldSecret']), conversation);
    const { device, ordinal } = vector['statement'];
    const opener = vector['granted'].find((each: Vector) => each['device'] === device);
    const witness = {
      ...{ conversation, verifier, ordinals: new Map([[toHex(before.id), ordinal - 1]]) },
      keyOf: (id: string) => (id === device ? ed25519PublicKey(fromHex(opener.key)) : undefined),
    };
    const handover = HANDOVER.decode(fromHex(vector['handover']));
    for (const found of vector['finds']) {
      const recipient = deviceRecipient(fromHex(found.seed));
      const reader = {
        device: parseDeviceId(found.device),
        recipient,
        before,
        witness,
        aead: nodeAead,
      };
      const epoch = await judgeHandover(handover, reader);
      const id = typeof epoch === 'string' ? undefined : toHex(epoch.keys.id);
      expect(id).toBe(
        found.secret ? toHex(new EpochKeys(fromHex(found.secret), conversation).id) : undefined,
      );
    }
  });
});

describe('requests', () => {
  test.each(named(vectorsOf('requests')))('%s', async (_, vector) => {
    const mirror = fromHex(vector['mirrorKey']);
    const now = new Date(vector['now'] * 1000);
    const read = readRequest(fromHex(vector['signed']), { mirror, now, verifier });
    const found = await read.then(({ method }) => method, codeOf);
    expect(found).toBe(vector['error'] ?? vector['request'].method);
  });
});

describe('beacons', () => {
  test.each(named(vectorsOf('beacons')))('%s', async (_, vector) => {
    const sealed = vector['sealed'] && fromHex(vector['sealed']);
    const bytes = vector['signed']
      ? fromHex(vector['signed'])
      : sealed.length !== 544
        ? undefined
        : await openSmall(fromHex(vector['sealKey']), sealed, nodeAead);
    const key = ed25519PublicKey(fromHex(vector['key']));
    const beacon =
      bytes &&
      (await readBeacon(bytes, {
        ...{ epoch: epochOf(vector), mirrors: vector['mirrors'].map(fromHex), verifier },
        keyOf: (device) => (device === vector['device'] ? key : undefined),
      }));
    if (vector['kind'] === 'dropped') return expect(beacon).toBeUndefined();
    const places =
      vector['kind'] === 'good' ? vector['receipts'].map(({ place }: Vector) => place) : [];
    expect(beacon?.receipts.map(({ mirror }) => mirror)).toEqual(places);
  });
});
