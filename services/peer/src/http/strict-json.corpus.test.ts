import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { type JsonValue, readJson, utf8Text } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { corpusNamed } from '@covey/testkit';
import { rawRequest } from '../../test/raw-request.ts';
import { startStage } from '../../test/stage.ts';
import { strictJson } from './strict-json.ts';

const corpus = corpusNamed('json-test-suite');

function inputs(): readonly { name: string; bytes: Uint8Array }[] {
  if (corpus.isAbsent) return [];
  return ['test_parsing', 'test_transform'].flatMap((folder) =>
    readdirSync(join(corpus.folder, folder)).map((name) => ({
      name,
      bytes: new Uint8Array(readFileSync(join(corpus.folder, folder, name))),
    })),
  );
}

/** What the one reader of the project makes of it; `undefined` when it refuses. */
function valueIn(bytes: Uint8Array): JsonValue | undefined {
  try {
    return readJson(utf8Text(bytes));
  } catch (reason) {
    if (!CoveyError.is(reason)) throw reason;
    return undefined;
  }
}

const post = { method: 'POST', headers: { 'content-type': 'application/json' } } as const;

describe.skipIf(corpus.isAbsent)(`F4: JSONTestSuite${corpus.note}`, () => {
  test('a body of the REST routes has the value that commits have, or none', async () => {
    const app = Fastify();
    strictJson(app);
    app.post('/echo', async (request) => ({ value: request.body }));
    for (const { name, bytes } of inputs()) {
      const { statusCode, json } = await app.inject({
        ...post,
        url: '/echo',
        payload: Buffer.from(bytes),
      });
      const value = valueIn(bytes);
      if (value === undefined) expect([name, statusCode >= 400]).toEqual([name, true]);
      else expect([name, json()]).toEqual([name, { value }]);
    }
  });

  test('a body of JSON-RPC is refused as no JSON exactly when commits are', async () => {
    const { port, token } = await startStage();
    const headers = {
      ...post.headers,
      host: `127.0.0.1:${port}`,
      authorization: `Bearer ${token}`,
    };
    for (const { name, bytes } of inputs()) {
      const asked = { ...post, path: '/rpc', headers, body: bytes };
      const { text } = await rawRequest(port, asked);
      const isNoJson = text.includes('-32700');
      expect([name, isNoJson]).toEqual([name, valueIn(bytes) === undefined]);
    }
  });
});
