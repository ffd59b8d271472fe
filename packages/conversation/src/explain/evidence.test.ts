import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, fromBase64, type JsonObject, toBase64 } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { type Oid, oidOf } from '@covey/git-objects';
import { runs, stage, sync, TEST_CRYPTO, type TestDevice } from '@covey/testkit';
import { copyOf, council, decide, doubleVoter } from '../../test/two-stories.ts';
import { type Entry, explain, gatherEvidence, judgeEvidence } from '../index.ts';

interface File {
  account: string;
  format: string;
  objects: { bytes: string; type: 'commit' | 'tree' | 'blob' }[];
  one: string;
  other: string;
  version: number;
}

const fileOf = (text: string): File => JSON.parse(text);
const idOf = ({ bytes, type }: File['objects'][number]) =>
  oidOf({ type, bytes: fromBase64(bytes) }, TEST_CRYPTO.digests);

/** In the one spelling, so that only what it says is judged. */
function spelled(file: File): string {
  const objects = file.objects.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
  return `${canonicalJson({ ...file, objects } as unknown as JsonObject)}\n`;
}

const judge = (text: string) => judgeEvidence(text, TEST_CRYPTO);

async function codeOf(text: string): Promise<string> {
  try {
    await judge(text);
    return 'accepted';
  } catch (reason) {
    return CoveyError.from(reason).code;
  }
}

const between = ({ history, store }: TestDevice, one: Entry, other: Entry) =>
  gatherEvidence([one.oid, other.oid], history, store);

async function forkedVoter() {
  const { witness, carol, banOfBob } = await doubleVoter({ copied: true });
  const found = await explain(banOfBob.oid, witness.history, witness.store);
  const contradiction = found?.contradictions.find(({ uri }) => uri === carol.uri);
  if (!contradiction) throw new Error('carol has contradicted herself');
  const { one, other } = contradiction;
  const text = await gatherEvidence([one.commit, other.commit], witness.history, witness.store);
  return { text, one, other, carol, witness };
}

describe('evidence', () => {
  test('two votes of a double voter are judged without anything else', async () => {
    const { text, one, other, carol } = await forkedVoter();
    const verdict = await judge(text);
    expect(verdict).toMatchObject({ account: carol.uri, by: 'device' });
    expect(verdict.acts.map(({ commit }) => commit)).toEqual([one.commit, other.commit].sort());
    expect(new Set(verdict.acts.map(({ target }) => target))).toEqual(
      new Set([one.target, other.target]),
    );
  });

  test('two devices of one account: votes are evidence, texts are not', async () => {
    const { witness, carol, elsewhere } = await doubleVoter({ copied: false });
    const votes = witness.history.ordered.filter(
      ({ uri, content }) => uri === carol.uri && content.kind === 'vote',
    );
    const [one, other] = votes.slice(-2);
    if (!one || !other) throw new Error('carol has voted on both sides');
    expect((await judge(await between(witness, one, other))).by).toBe('account');
    await sync(carol, elsewhere);
    const texts = [await carol.says('here'), await elsewhere.says('there')] as const;
    await sync(carol, elsewhere);
    await expect(between(carol, ...texts)).rejects.toMatchObject({ code: 'EVIDENCE_UNPROVEN' });
  });

  test('a device that tells two stories, after long common and separate histories with merges', async () => {
    const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
    for (let n = 0; n < 5; n++) {
      await Promise.all([alice.says(`a${n}`), carol.says(`c${n}`)]);
      await sync(alice, bob, carol);
      await bob.says(`b${n}`);
      await sync(alice, bob, carol);
    }
    const copy = await copyOf(bob);
    const dave = await copyOf(carol);
    for (let n = 0; n < 3; n++) {
      await alice.says(`left ${n}`);
      await bob.receive(alice);
      await dave.says(`right ${n}`);
      await copy.receive(dave);
    }
    const [one, other] = [await bob.says('yes'), await copy.says('no')];
    await sync(alice, bob, copy, dave);
    const verdict = await judge(await between(alice, one, other));
    expect(verdict).toMatchObject({ account: bob.uri, by: 'device' });
    // Not the whole history: down to where both sides meet.
    expect(verdict.commits).toBeLessThan(alice.history.size / 2);
  });

  test('a leave is signed by the certificate that it takes away', async () => {
    const { alice, bob } = await stage(['alice', 'bob']);
    const copy = await copyOf(bob);
    const leave = await bob.write({ kind: 'leave' });
    const text = await copy.says('I stay');
    await sync(alice, bob, copy);
    const verdict = await judge(await between(alice, leave, text));
    expect(verdict.acts.map(({ kind }) => kind).sort()).toEqual(['leave', 'text']);
  });

  test('what is no contradiction is not written down: in a row, of two accounts, or not here', async () => {
    const { alice, bob } = await stage(['alice', 'bob']);
    const [one, two] = [await alice.says('one'), await alice.says('two')];
    const foreign = await bob.says('apart');
    await sync(alice, bob);
    const refused = { code: 'EVIDENCE_UNPROVEN' };
    await expect(between(alice, one, two)).rejects.toMatchObject(refused);
    await expect(between(alice, two, foreign)).rejects.toMatchObject(refused);
    await expect(between(alice, one, one)).rejects.toMatchObject(refused);
    const nowhere = '0'.repeat(40) as Oid;
    await expect(
      gatherEvidence([one.oid, nowhere], alice.history, alice.store),
    ).rejects.toMatchObject(refused);
  });
});

describe('tampered evidence is refused', () => {
  test('every object counts: without any of them, or with a bit of it flipped anywhere, nothing is proven', async () => {
    const { text } = await forkedVoter();
    const file = fileOf(text);
    expect(spelled(file)).toBe(text);
    for (const [at, object] of file.objects.entries()) {
      const without = { ...file, objects: file.objects.filter((_, other) => other !== at) };
      expect(await codeOf(spelled(without)), `without ${object.type} ${at}`).toBe(
        'EVIDENCE_UNPROVEN',
      );
      const { length } = fromBase64(object.bytes);
      for (const place of [0, length >> 1, length - 1, 7 % length, (length * 3) >> 2]) {
        const bytes = fromBase64(object.bytes);
        bytes[place] = (bytes[place] ?? 0) ^ 1;
        const objects = file.objects.with(at, { ...object, bytes: toBase64(bytes) });
        expect(
          await codeOf(spelled({ ...file, objects })),
          `${object.type} ${at}, byte ${place}`,
        ).toBe('EVIDENCE_UNPROVEN');
      }
    }
  });

  test('every byte counts: no other byte in its place gives a file that is taken', async () => {
    const { text } = await forkedVoter();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length - 1),
        fc.integer({ min: 0, max: 255 }),
        async (at, byte) => {
          const other = String.fromCharCode(byte);
          if (other === text[at]) return;
          const tampered = text.slice(0, at) + other + text.slice(at + 1);
          expect(['EVIDENCE_MALFORMED', 'EVIDENCE_UNPROVEN']).toContain(await codeOf(tampered));
        },
      ),
      runs(300),
    );
  });

  test('of the members none says anything but what is proven', async () => {
    const { text, witness } = await forkedVoter();
    const file = fileOf(text);
    const stranger = (await stage(['frank'])).frank;
    const lies: [string, object, string][] = [
      ['another account', { account: stranger.uri }, 'EVIDENCE_UNPROVEN'],
      ['no account', { account: 'carol' }, 'EVIDENCE_UNPROVEN'],
      ['another commit', { one: witness.history.root?.oid }, 'EVIDENCE_UNPROVEN'],
      ['the same commit twice', { one: file.other }, 'EVIDENCE_UNPROVEN'],
      ['no commit', { one: 'x' }, 'EVIDENCE_MALFORMED'],
      ['another format', { format: 'covey-proof' }, 'EVIDENCE_MALFORMED'],
      ['another version', { version: 2 }, 'EVIDENCE_MALFORMED'],
      ['one member more', { note: 'guilty' }, 'EVIDENCE_MALFORMED'],
      ['objects that are no list', { objects: {} }, 'EVIDENCE_MALFORMED'],
      ['objects that are none', { objects: [null] }, 'EVIDENCE_MALFORMED'],
      ['a tag', { objects: [{ bytes: '', type: 'tag' }] }, 'EVIDENCE_MALFORMED'],
    ];
    for (const [what, lie, code] of lies) {
      const said = { ...file, ...lie } as unknown as JsonObject;
      expect([what, await codeOf(`${canonicalJson(said)}\n`)]).toEqual([what, code]);
    }
  });

  test('there is one spelling: no blank, order or ending of another kind', async () => {
    const { text } = await forkedVoter();
    const file = fileOf(text);
    const others = [
      text.trimEnd(),
      ` ${text}`,
      `${text}\n`,
      `${JSON.stringify(file, undefined, 1)}\n`,
      `${canonicalJson({ ...file, objects: file.objects.toReversed() } as unknown as JsonObject)}\n`,
      `${canonicalJson({ ...file, objects: [...file.objects, ...file.objects.slice(0, 1)] } as unknown as JsonObject)}\n`,
      text.replace('"version":1', '"version":1,"version":1'),
      '{',
      '[]',
      'null',
      '',
    ];
    for (const other of others) expect(await codeOf(other)).toBe('EVIDENCE_MALFORMED');
  });

  test('one object more is refused, be it harmless', async () => {
    const { text, witness } = await forkedVoter();
    const file = fileOf(text);
    const root = await witness.store.read(witness.history.root?.oid as Oid);
    const more = [
      ...file.objects,
      { bytes: toBase64(root?.bytes ?? new Uint8Array()), type: 'commit' as const },
    ];
    expect(await codeOf(spelled({ ...file, objects: more }))).toBe('EVIDENCE_UNPROVEN');
  });

  test('nobody is framed: not by a commit of others in his name, nor by a descendant that hides its ancestry', async () => {
    const { alice, bob, carol } = await council();
    const said = await bob.says('one thing');
    await sync(alice, bob, carol);
    // Mallory, who has only her own key, signs in bob's name.
    const forged = await carol.forge({
      message: { body: 'another', type: 'text/plain' },
      author: { email: bob.deviceId },
      parents: said.parents.map(({ oid }) => oid),
    });
    const copy = await copyOf(bob);
    const later = await bob.says('later');
    const elsewhere = await copy.says('elsewhere');
    await sync(bob, copy);
    const file = fileOf(await between(bob, later, elsewhere));
    const commits = await Promise.all(
      [said.oid, later.oid].map(async (oid) => ({
        ...{
          type: 'commit' as const,
          bytes: toBase64((await bob.store.read(oid))?.bytes ?? new Uint8Array()),
        },
      })),
    );
    const papers = file.objects.filter(({ type }) => type !== 'commit');
    // Later is above said: without what lies between nothing shows it, and the file is refused for that.
    const [one = '', other = ''] = [said.oid, later.oid].sort();
    const hidden = { ...file, one, other, objects: [...papers, ...commits] };
    expect(await codeOf(spelled(hidden))).toBe('EVIDENCE_UNPROVEN');
    const lie = {
      type: 'commit' as const,
      bytes: toBase64((await carol.store.read(forged))?.bytes ?? new Uint8Array()),
    };
    const [first = '', second = ''] = [said.oid, forged].sort();
    const framed = {
      ...file,
      one: first,
      other: second,
      objects: [...papers, ...commits.slice(0, 1), lie],
    };
    expect(await codeOf(spelled(framed))).toBe('EVIDENCE_UNPROVEN');
  });
});

test('BAN-5: a decision is evidence as a vote is', async () => {
  const { alice, bob, carol, doris } = await council();
  const copy = await copyOf(bob);
  const ban = await decide([alice, bob], 'ban', doris.uri);
  const promotion = await decide([carol, copy], 'promote', doris.uri);
  await sync(bob, copy);
  const verdict = await judge(await between(bob, ban, promotion));
  expect(verdict.acts.map(({ kind }) => kind).sort()).toEqual(['ban', 'promote']);
});
