// Plain JavaScript, and nothing but Node: a thread that had to load and strip TypeScript would take longer to start
// than it takes to check a thousand signatures. See threaded-verifier.ts for what it is sent.
import { createPublicKey, verify } from 'node:crypto';
import { parentPort } from 'node:worker_threads';

/** SubjectPublicKeyInfo, base64 -> key. Whoever asks has found the key good, so it is one of a few thousand. */
const keys = new Map();
const MOST_KEYS = 4096;

function keyOf(spki) {
  const known = keys.get(spki);
  if (known) return known;
  if (keys.size >= MOST_KEYS) keys.clear();
  const key = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
  keys.set(spki, key);
  return key;
}

parentPort.on('message', ({ id, checks, bytes }) => {
  let at = 0;
  const take = (length) => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  const verdicts = checks.map(({ spki, digest, message, signature }) => {
    const [signed, by] = [take(message), take(signature)];
    try {
      return verify(digest, signed, keyOf(spki), by);
    } catch {
      // A signature that OpenSSL can make no sense of is a wrong one.
      return false;
    }
  });
  parentPort.postMessage({ id, verdicts });
});
