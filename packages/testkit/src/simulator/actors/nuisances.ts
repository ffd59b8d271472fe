import { toHex, utf8 } from '@covey/codec';
import type { Oid } from '@covey/git-objects';
import { SIMULATED_CRYPTO } from '../simulated-crypto.ts';
import { type Actor, text } from './actor.ts';

/** An id that no commit has. */
function madeUp(number: number): Oid {
  return toHex(SIMULATED_CRYPTO.digests.sha1(utf8(`made up ${number}`))) as Oid; // 40 hex digits.
}

/** Promises what it doesn't give. */
export const withholder: Actor = async ({ device, chance }) => {
  device.giving = chance.pick(['nothing', 'never', 'without files', 'all'] as const) ?? 'all';
  const own = await device.forge({ message: text('you will not get this') });
  const more = chance.happens(0.5) ? [madeUp(chance.below(1e9))] : [];
  device.announce([...device.runtime.heads, own, ...more]);
};

/** Talks without end: announcements of nothing, and many commits at once. */
export const flooder: Actor = async ({ device, chance }) => {
  if (chance.happens(0.5)) {
    const heads = Array.from({ length: 1000 }, () => madeUp(chance.below(1e9)));
    for (let again = 0; again < 3; again++) device.announce(heads);
    return;
  }
  let tip: Oid | undefined;
  for (let length = chance.between(3, 10); length > 0; length--) {
    const body = 'blah '.repeat(chance.between(1, 500));
    tip = await device.forge({ ...(tip ? { parents: [tip] } : {}), message: text(body) });
  }
  if (tip !== undefined) device.announce([tip]);
};
