import type { Chance } from '../simulator/chance.ts';

/**
 * A ring, and links across it by chance until each has about `degree`: every one is reached, in few steps. With a
 * degree of all others everybody is linked with everybody.
 */
export function gossipLinks<T>(
  devices: readonly T[],
  degree: number,
  chance: Chance,
): readonly (readonly [T, T])[] {
  const most = devices.length - 1;
  const links = new Map<string, readonly [T, T]>();
  const add = (one: number, other: number) => {
    const [a, b] = [devices[Math.min(one, other)], devices[Math.max(one, other)]];
    if (a === undefined || b === undefined || one === other) return;
    links.set(`${Math.min(one, other)} ${Math.max(one, other)}`, [a, b]);
  };
  const ring = chance.shuffled(devices.map((_, at) => at));
  ring.forEach((one, at) => {
    add(one, ring[(at + 1) % ring.length] ?? one);
  });
  if (degree >= most) {
    for (const one of ring) for (const other of ring) add(one, other);
    return [...links.values()];
  }
  const target = Math.ceil((devices.length * degree) / 2);
  while (links.size < target) add(chance.below(devices.length), chance.below(devices.length));
  return [...links.values()];
}
