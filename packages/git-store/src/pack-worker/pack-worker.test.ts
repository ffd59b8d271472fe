import { afterAll, expect, test } from 'vitest';
import { DEFAULT_PACK_LIMITS, type GitObject, oidOf, writePack } from '@covey/git-objects';
import { nodeDeflate, nodeDigests } from '@covey/node-crypto';
import { blob } from '../../test/objects.ts';
import { PackWorker } from './pack-worker.ts';

const workers: PackWorker[] = [];
afterAll(() => Promise.all(workers.map((worker) => worker.close())));

function workerOf(settings: ConstructorParameters<typeof PackWorker>[0] = {}): PackWorker {
  const worker = new PackWorker(settings);
  workers.push(worker);
  return worker;
}

const options = () => ({
  limits: DEFAULT_PACK_LIMITS,
  signal: new AbortController().signal,
  base: async () => undefined,
});
const packed = (objects: readonly GitObject[]) =>
  writePack(objects, objects.length, { digests: nodeDigests, deflate: nodeDeflate });
const script = (code: string) => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

test('packs that come at the same time do not mix', async () => {
  const worker = workerOf();
  const lists = Array.from({ length: 8 }, (_, list) =>
    Array.from({ length: 50 }, (_, number) => blob(`${list} ${number}`)),
  );
  const read = await Promise.all(lists.map((list) => worker.read(packed(list), options())));
  for (const [at, pack] of read.entries()) {
    const list = lists[at] ?? [];
    expect(pack.oids).toEqual(list.map((object) => oidOf(object, nodeDigests)));
    expect(pack.oids.map((oid) => pack.find(oid))).toEqual(list);
  }
});

test('SAFE-1: a thread that does not come to an end is ended, and whoever waits for it is told', async () => {
  const worker = workerOf({
    patienceMs: 50,
    script: script(
      "import { parentPort } from 'node:worker_threads'; parentPort.on('message', ({ say }) => { if (say === 'chunk') for (;;); });",
    ),
  });
  await expect(worker.read(packed([blob('one')]), options())).rejects.toMatchObject({
    code: 'DEADLINE_EXCEEDED',
  });
});

test('SAFE-1: a thread that dies takes its packs along, and the next pack gets another', async () => {
  const worker = workerOf();
  async function* halfway(): AsyncGenerator<Uint8Array> {
    for await (const part of packed([blob('one')])) {
      yield part.subarray(0, 15);
      await worker.close();
      yield part.subarray(15);
    }
  }
  await expect(worker.read(halfway(), options())).rejects.toMatchObject({
    code: 'DEADLINE_EXCEEDED',
  });
  const pack = await worker.read(packed([blob('two')]), options());
  expect(pack.oids).toEqual([oidOf(blob('two'), nodeDigests)]);
});
