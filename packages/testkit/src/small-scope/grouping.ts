/** Things put together two by two, until one is left. */
export type Grouping<T> = T | readonly [Grouping<T>, Grouping<T>];

/** All ways of putting these together, but for left and right: 1, 1, 3, 15 ways for 1 to 4 of them. */
export function groupings<T>(things: readonly T[]): readonly Grouping<T>[] {
  const [first, ...others] = things;
  if (first === undefined) return [];
  if (others.length === 0) return [first];
  const found: Grouping<T>[] = [];
  // The first thing is on the left side always: the mask says which others are with it.
  for (let mask = 0; mask < 2 ** others.length - 1; mask++) {
    const left = [first, ...others.filter((_, at) => (mask >> at) & 1)];
    const right = others.filter((_, at) => !((mask >> at) & 1));
    for (const one of groupings(left)) {
      for (const other of groupings(right)) found.push([one, other]);
    }
  }
  return found;
}
