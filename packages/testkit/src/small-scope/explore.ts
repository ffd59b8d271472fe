import type { Growth, Tried } from './growth.ts';
import { renamingsOf } from './renamings.ts';
import { type Element, formOf, ordersOf, type Renaming, viewsOf } from './shape.ts';

/** A share of a search: of the histories of two operations every so-manieth, with all that is built on it. */
export interface Share {
  readonly nth: number;
  readonly of: number;
}

export const ALL: Share = { nth: 0, of: 1 };

/** Operations after which the search is shared out. */
const SHARED_AT = 2;

/** A history that was found, and how many it stands for. */
export interface Found {
  readonly growth: Growth;
  readonly operations: number;
  /** Sequences of commits, with names, that are this history: renamed, or written down in another order. */
  readonly sequences: bigint;
  readonly key: string;
}

export interface Exploring {
  readonly operations: number;
  readonly share: Share;
  readonly tried: Tried;
  /** Called once for each history, up to renaming and to reordering of independent steps. Answers whether to build on it. */
  readonly visit: (found: Found) => Promise<boolean>;
  readonly isOver: () => boolean;
}

/**
 * Every history of up to so many operations on a start. Each is built from the one without that operation which
 * stands last in its form, and from no other: so each comes once, and none needs to be remembered.
 */
export class Exploration {
  readonly #options: Exploring;
  readonly #renamings: readonly Renaming[];
  readonly #first: number;
  #shares = 0;

  constructor(start: Growth, options: Exploring) {
    this.#options = options;
    this.#first = start.elements.length;
    this.#renamings = renamingsOf(start.scene.scope, this.#first);
  }

  /** Answers whether it came to its end in time. */
  async from(growth: Growth): Promise<boolean> {
    const { operations, tried, visit, isOver } = this.#options;
    const { elements } = growth;
    const done = elements.length - this.#first;
    const lowest = done === 0 ? 0 : (elements.at(-1)?.height ?? 0);
    const siblings = new Set<string>();
    for (const below of viewsOf(elements)) {
      const height = heightOn(below, elements);
      // It wouldn't stand last.
      if (height < lowest) continue;
      if (isOver()) return false;
      for (const [code, accepted] of await growth.lawful(below, tried)) {
        const element = { code, below, height };
        const form = formOf([...elements, element], this.#renamings);
        if (!((form.last >> elements.length) & 1) || siblings.has(form.key)) continue;
        siblings.add(form.key);
        const isMine = this.#isMine(done + 1);
        const isShared = done + 1 >= SHARED_AT;
        if (isShared && !isMine) continue;
        const grown = await growth.with(element, accepted);
        if (!grown) continue;
        const orders = ordersOf(grown.elements, this.#first) * BigInt(this.#renamings.length);
        const sequences = orders / BigInt(form.symmetries);
        const found = { growth: grown, operations: done + 1, sequences, key: form.key };
        const isSound = !isMine || (await visit(found));
        if (isSound && done + 1 < operations && !(await this.from(grown))) return false;
      }
    }
    return true;
  }

  #isMine(operations: number): boolean {
    const { nth, of } = this.#options.share;
    if (operations < SHARED_AT) return nth === 0;
    return operations > SHARED_AT || this.#shares++ % of === nth;
  }
}

function heightOn(view: number, elements: readonly Element[]): number {
  return (
    1 +
    elements.reduce((most, { height }, at) => ((view >> at) & 1 ? Math.max(most, height) : most), 0)
  );
}
