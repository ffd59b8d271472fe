import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromHex } from '@covey/codec';
import { readPublicKey } from '@covey/identity';
import { corpusNamed } from '@covey/testkit';
import { agreedVerdict, ed25519Claim } from '../test/agreement.ts';

const speccheck = corpusNamed('ed25519-speccheck');

describe.skipIf(speccheck.isAbsent)(`one verdict: ed25519-speccheck${speccheck.note}`, () => {
  interface Case {
    readonly case: number;
    readonly message: string;
    readonly pub_key: string;
    readonly signature: string;
  }

  test('every case has the verdict of the strictest library in its table', async () => {
    const cases = readJson<readonly Case[]>(speccheck.folder, 'cases.json');
    const verdicts = await Promise.all(
      cases.map(({ message, pub_key, signature }) =>
        agreedVerdict(ed25519Claim(...bytesOf(pub_key, message, signature))),
      ),
    );
    // It asks what we ask: canonical forms, no point of small order, the equation without cofactor.
    const strictest = verdictsOf('Dalek strict');
    expect(cases.length).toBeGreaterThan(0);
    expect(verdicts).toEqual(cases.map((each) => strictest[each.case]));
  });

  /** A row of the table in results.md: one mark for each case, V for accepted. */
  function verdictsOf(library: string): boolean[] {
    const table = readFileSync(join(speccheck.folder, 'results.md'), 'utf8');
    const row = table.split('\n').find((line) => line.startsWith(`|${library} `));
    return (row?.split('|').slice(2, -1) ?? []).map((mark) => mark.trim() === 'V');
  }
});

const malleability = corpusNamed('signature-malleability');

describe.skipIf(malleability.isAbsent)(`one verdict: malleability${malleability.note}`, () => {
  interface Variant {
    readonly alg: string;
    readonly id: string;
    readonly publicKeyPem: string;
    readonly messageHex: string;
    readonly sigHex?: string;
    readonly accept?: boolean;
  }
  const rows = malleability.isAbsent
    ? []
    : readJson<readonly Variant[]>(malleability.folder, 'vectors.json');
  const ofEd25519 = rows.filter(({ alg }) => alg === 'Ed25519');
  const ofOthers = rows.filter(({ alg, sigHex }) => alg !== 'Ed25519' && sigHex !== undefined);

  test('of an Ed25519 signature there is one spelling', async () => {
    const accepted: string[] = [];
    for (const { id, publicKeyPem, messageHex, sigHex = '' } of ofEd25519) {
      const key = readPublicKey(spkiOf(publicKeyPem));
      const [message, signature] = bytesOf(messageHex, sigHex);
      const claim = { key, algorithm: 'ed25519', message, signature } as const;
      if (await agreedVerdict(claim)) accepted.push(id);
    }
    expect(accepted.length).toBeGreaterThan(0);
    expect(accepted).toEqual(ofEd25519.filter(({ accept }) => accept).map(({ id }) => id));
  });

  test('a key of another algorithm is none, so that no signature of its holds', async () => {
    expect(ofOthers.length).toBeGreaterThan(0);
    for (const { publicKeyPem, messageHex, sigHex = '' } of ofOthers) {
      const spki = spkiOf(publicKeyPem);
      expect(() => readPublicKey(spki)).toThrow(
        expect.objectContaining({ code: 'CERTIFICATE_MALFORMED' }),
      );
      const [message, signature] = bytesOf(messageHex, sigHex);
      for (const algorithm of ['ed25519', 'rsa-sha256'] as const) {
        const key = { algorithm: algorithm === 'ed25519' ? algorithm : 'rsa', spki } as const;
        expect(await agreedVerdict({ key, algorithm, message, signature })).toBe(false);
      }
    }
  });
});

function readJson<T>(folder: string, file: string): T {
  // The corpora are fixed files; their shapes are the interfaces here.
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as T;
}

function bytesOf<const Texts extends readonly string[]>(...texts: Texts) {
  return texts.map(fromHex) as { [At in keyof Texts]: Uint8Array }; // as many as came in
}

function spkiOf(pem: string): Uint8Array {
  return new Uint8Array(Buffer.from(pem.replace(/-----[A-Z ]+-----/g, ''), 'base64'));
}
