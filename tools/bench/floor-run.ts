import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { inflateSync } from 'node:zlib';
import { type MadeHistory, madeIn } from './history.ts';
import { report } from './run-report.ts';

// The least that anybody must do who takes in a history without trusting its sender: inflate each object, hash it,
// check one signature for each commit. No limit, no rule, no state, no disk. With `2` on two threads, half each.

interface Share {
  readonly slices: readonly string[];
  readonly keys: MadeHistory['keys'];
}

if (isMainThread) {
  const [folder = '', threads = '1', times = '1'] = process.argv.slice(2);
  const made = madeIn(folder);
  for (let time = 0; time < Number(times); time++) {
    const done = report();
    const commits = threads === '1' ? checkAll(made) : await onTwoThreads(made);
    if (commits !== made.commits) throw new Error('commits are missing');
    done();
  }
} else {
  checkAll(workerData as Share); // As it is given below.
}

async function onTwoThreads({ slices, keys, commits }: MadeHistory): Promise<number> {
  const shares = [0, 1].map((half) => slices.filter((_, at) => at % 2 === half));
  await Promise.all(
    shares.map(
      (share) =>
        new Promise((resolve, reject) => {
          const worker = new Worker(new URL(import.meta.url), {
            workerData: { slices: share, keys },
          });
          worker.on('exit', resolve).on('error', reject);
        }),
    ),
  );
  return commits;
}

/** @returns how many commits had a right signature */
function checkAll({ slices, keys }: Share): number {
  const keyOf = new Map<string, KeyObject>();
  for (const [device, spki] of Object.entries(keys)) {
    const key = Buffer.from(spki, 'base64');
    keyOf.set(device, createPublicKey({ key, format: 'der', type: 'spki' }));
  }
  let right = 0;
  for (const path of slices) {
    const pack = readFileSync(path);
    for (let at = 12, left = pack.readUInt32BE(8); left > 0; left--) {
      const { type, size, start } = entryAt(pack, at);
      const { object, consumed } = inflated(pack.subarray(start), size);
      at = start + consumed;
      createHash('sha1').update(`${type} ${size}\0`).update(object).digest();
      if (type === 'commit' && isSigned(object, keyOf)) right++;
    }
  }
  return right;
}

function entryAt(pack: Buffer, offset: number) {
  let at = offset;
  let byte = pack[at++] ?? 0;
  const type = ['', 'commit', 'tree', 'blob'][(byte >> 4) & 7] ?? '';
  let size = byte & 15;
  for (let shift = 4; byte & 0x80; shift += 7) {
    byte = pack[at++] ?? 0;
    size |= (byte & 0x7f) << shift;
  }
  return { type, size, start: at };
}

function inflated(input: Buffer, size: number): { object: Buffer; consumed: number } {
  const options = { info: true, chunkSize: Math.max(64, size + 1) };
  // With `info` Node gives this pair; its types know the Buffer only.
  const result = inflateSync(input.subarray(0, size + 256), options) as unknown as {
    buffer: Buffer;
    engine: { bytesWritten: number };
  };
  return { object: result.buffer, consumed: result.engine.bytesWritten };
}

function isSigned(commit: Buffer, keyOf: ReadonlyMap<string, KeyObject>): boolean {
  const start = commit.indexOf('\nsignature ') + 1;
  const end = commit.indexOf('\n', start);
  const signature = Buffer.from(commit.toString('latin1', start + 10, end), 'base64');
  const mail = commit.indexOf(' <') + 2;
  const key = keyOf.get(commit.toString('latin1', mail, mail + 64));
  const payload = Buffer.concat([commit.subarray(0, start), commit.subarray(end + 1)]);
  return key !== undefined && verify(null, payload, key, signature);
}
