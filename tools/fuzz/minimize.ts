import { concatBytes } from '@covey/codec';

const PLAIN_BYTE = 0x30;

/**
 * A smaller input for which `fails` still holds: spans are left out, halves first, single bytes last, then what
 * remains is made plain. Asks at most `attempts` times. `input` itself is taken to fail.
 */
export async function minimize(
  input: Uint8Array,
  fails: (candidate: Uint8Array) => Promise<boolean>,
  attempts: number,
): Promise<Uint8Array> {
  let best = input;
  let left = attempts;
  const holds = async (candidate: Uint8Array) => left-- > 0 && (await fails(candidate));

  for (let size = Math.ceil(best.length / 2); size >= 1 && left > 0; size = Math.floor(size / 2)) {
    // From the end: what stands at the start is mostly needed to be read at all.
    for (let end = best.length; end > 0 && left > 0; end -= size) {
      const start = Math.max(0, end - size);
      const candidate = concatBytes(best.subarray(0, start), best.subarray(end));
      if (await holds(candidate)) best = candidate;
    }
  }
  for (let at = 0; at < best.length && left > 0; at++) {
    if (best[at] === PLAIN_BYTE) continue;
    const candidate = best.slice();
    candidate[at] = PLAIN_BYTE;
    if (await holds(candidate)) best = candidate;
  }
  return best;
}
