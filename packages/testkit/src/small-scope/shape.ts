/** One element of a history: what was done, and which elements were among its ancestors. */
export interface Element {
  /** Of a part of the start its place in it, of an operation a number above these; below 256. */
  readonly code: number;
  /** Bit mask of the elements among its ancestors. */
  readonly below: number;
  /** 1 for what stands on nothing but the first part of the start. */
  readonly height: number;
}

/** A history without the names and the order in which it was written down. */
export interface Form {
  /** The same for two histories that renaming and reordering make equal, and for no others. */
  readonly key: string;
  /** Elements that stand last in this form, under one renaming or another: a mask. */
  readonly last: number;
  /** Renamings, with the reordering that goes with each, that change nothing. */
  readonly symmetries: number;
}

/** New code of every code, under one renaming of accounts. */
export type Renaming = readonly number[];

/** Codes and masks are spelled in one number. */
const MASKS = 256;

/**
 * The lowest spelling of a history over all renamings; in it elements stand by height, code and ancestors.
 * @param elements the lowest first
 */
export function formOf(elements: readonly Element[], renamings: readonly Renaming[]): Form {
  const priorities = prioritiesOf(elements);
  const orders = new Set<string>();
  let best: readonly number[] = [];
  let last = 0;
  let symmetries = 0;
  for (const renaming of renamings) {
    orders.clear();
    for (const priority of priorities) {
      const { order, spelling } = spell(elements, renaming, priority);
      const difference = best.length === 0 ? -1 : compare(spelling, best);
      if (difference > 0) continue;
      if (difference < 0) {
        orders.clear();
        best = spelling;
        last = 0;
        symmetries = 0;
      }
      // Of elements that only look alike another priority makes the same order.
      const name = priorities.length > 1 ? order.join() : '';
      if (orders.has(name)) continue;
      orders.add(name);
      last |= 1 << (order.at(-1) ?? 0);
      symmetries++;
    }
  }
  return { key: String.fromCharCode(...best), last, symmetries };
}

function spell(elements: readonly Element[], renaming: Renaming, priority: readonly number[]) {
  const order: number[] = [];
  const spelling: number[] = [];
  const position: number[] = [];
  for (let from = 0; from < elements.length; ) {
    const { height } = elements[from] as Element; // Within bounds by the loop.
    const layer: { at: number; value: number }[] = [];
    let at = from;
    for (; elements[at]?.height === height; at++) {
      const { code, below } = elements[at] as Element; // Within bounds by the loop.
      let mask = 0;
      // What is below is in a lower layer, and has its position.
      for (let bit = 0; bit < from; bit++)
        if ((below >> bit) & 1) mask |= 1 << (position[bit] as number);
      layer.push({ at, value: (renaming[code] as number) * MASKS + mask }); // Every code has a new one.
    }
    if (layer.length > 1) {
      layer.sort(
        (a, b) => a.value - b.value || (priority[a.at] as number) - (priority[b.at] as number),
      );
    }
    for (const { at: element, value } of layer) {
      position[element] = order.length;
      order.push(element);
      spelling.push(value);
    }
    from = at;
  }
  return { order, spelling };
}

/** In which order twins may stand: without any there is nothing to choose. */
function prioritiesOf(elements: readonly Element[]): readonly (readonly number[])[] {
  let priorities: readonly (readonly number[])[] = [elements.map((_, at) => at)];
  const done = new Set<number>();
  elements.forEach(({ code, height }, at) => {
    if (done.has(at)) return;
    const twins = elements.flatMap((other, index) =>
      other.code === code && other.height === height ? [index] : [],
    );
    for (const twin of twins) done.add(twin);
    if (twins.length === 1) return;
    priorities = priorities.flatMap((priority) =>
      permutations(twins).map((permuted) => {
        const changed = [...priority];
        twins.forEach((twin, nth) => {
          changed[twin] = permuted[nth] as number; // As many as twins.
        });
        return changed;
      }),
    );
  });
  return priorities;
}

/** All orders of some things. */
export function permutations<T>(things: readonly T[]): readonly (readonly T[])[] {
  if (things.length < 2) return [things];
  return things.flatMap((thing, at) =>
    permutations([...things.slice(0, at), ...things.slice(at + 1)]).map((rest) => [thing, ...rest]),
  );
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < a.length; at++) {
    const difference = (a[at] as number) - (b[at] as number); // Both spell all elements.
    if (difference !== 0) return difference;
  }
  return 0;
}

/** All views that a device can have of these elements, closed under ancestors, as masks; the smallest first. */
export function viewsOf(elements: readonly Element[]): readonly number[] {
  let views: readonly number[] = [0];
  elements.forEach(({ below }, at) => {
    const wider = views.filter((view) => (view & below) === below).map((view) => view | (1 << at));
    views = [...views, ...wider];
  });
  return views;
}

/** Elements of a view that no other one of it has among its ancestors. */
export function headsOf(view: number, elements: readonly Element[]): readonly number[] {
  let covered = 0;
  elements.forEach(({ below }, at) => {
    if ((view >> at) & 1) covered |= below;
  });
  return [...elements.keys()].filter((at) => ((view & ~covered) >> at) & 1);
}

/** In how many orders these elements can have been written, `first` of them before all the others. */
export function ordersOf(elements: readonly Element[], first: number): bigint {
  const start = (1 << first) - 1;
  const ways = new Map<number, bigint>([[start, 1n]]);
  for (const view of [...viewsOf(elements)].sort((a, b) => a - b)) {
    const known = (view & start) === start ? ways.get(view) : undefined;
    if (known === undefined) continue;
    elements.forEach(({ below }, at) => {
      if ((view >> at) & 1 || (view & below) !== below) return;
      const wider = view | (1 << at);
      ways.set(wider, (ways.get(wider) ?? 0n) + known);
    });
  }
  return ways.get((1 << elements.length) - 1) ?? 0n;
}
