// Plain JavaScript, and nothing but Node: a thread that had to load and strip TypeScript would take longer to start
// than it takes to check a thousand signatures. See verify-thread.ts for what it is sent.
import { createPublicKey, verify } from 'node:crypto';
import { parentPort } from 'node:worker_threads';

/** SubjectPublicKeyInfo, base64 -> key. Whoever asks has found the key good, so it is one of a few thousand. */
const known = new Map();
const MOST_KEYS = 4096;

function keyOf({ spki, digest }) {
  const id = Buffer.from(spki).toString('base64');
  const key =
    known.get(id) ?? createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  if (known.size >= MOST_KEYS) known.clear();
  known.set(id, key);
  return { key, digest };
}

function holds({ key, digest }, message, signature) {
  try {
    return verify(digest, message, key, signature);
  } catch {
    // A signature that OpenSSL can make no sense of is a wrong one.
    return false;
  }
}

parentPort.on('message', ({ id, keys: sent, checks, bytes }) => {
  const keys = sent.map(keyOf);
  const verdicts = new Uint8Array(checks.length / 3);
  for (let check = 0, at = 0; check < verdicts.length; check++) {
    const middle = at + checks[3 * check + 1];
    const end = middle + checks[3 * check + 2];
    const key = keys[checks[3 * check]];
    verdicts[check] = Number(holds(key, bytes.subarray(at, middle), bytes.subarray(middle, end)));
    at = end;
  }
  parentPort.postMessage({ id, verdicts }, [verdicts.buffer]);
});
