import { describe, expect, test } from 'vitest';
import { ALL, Exploration } from './explore.ts';
import { Growth } from './growth.ts';
import { renamingsOf } from './renamings.ts';
import { Scene } from './scene.ts';
import { SCOPES, type Scope } from './scope.ts';
import { formOf, ordersOf, viewsOf } from './shape.ts';

function scopeNamed(name: string): Scope {
  return SCOPES.find((scope) => scope.name === name) ?? expect.fail(`no scope ${name}`);
}

/** Forms and numbers of all histories, found by writing down every sequence of commits. */
async function writeAllDown(growth: Growth, operations: number) {
  const first = Growth.of(growth.scene).elements.length;
  const renamings = renamingsOf(growth.scene.scope, first);
  const sequences = new Map<string, bigint>();
  const writeOn = async (base: Growth): Promise<void> => {
    const done = base.elements.length - first;
    if (done > 0) {
      const { key } = formOf(byHeight(base), renamings);
      sequences.set(key, (sequences.get(key) ?? 0n) + 1n);
    }
    if (done === operations) return;
    for (const below of viewsOf(base.elements)) {
      const heights = base.elements.map(({ height }, at) => ((below >> at) & 1 ? height : 0));
      const height = 1 + Math.max(0, ...heights);
      for (const [code, accepted] of await base.lawful(below, () => {})) {
        const grown = await base.with({ code, below, height }, accepted);
        if (grown) await writeOn(grown);
      }
    }
  };
  await writeOn(growth);
  return sequences;
}

/** The elements as a form wants them: the lowest first. */
function byHeight({ elements }: Growth) {
  const order = [...elements.keys()].sort(
    (a, b) => (elements[a]?.height ?? 0) - (elements[b]?.height ?? 0) || a - b,
  );
  return order.map((at) => {
    const { code, below, height } = elements[at] ?? expect.fail('no such element');
    const moved = order.reduce(
      (mask, old, now) => ((below >> old) & 1 ? mask | (1 << now) : mask),
      0,
    );
    return { code, height, below: moved };
  });
}

describe('the search', () => {
  test.each([
    { name: 'founder', operations: 2 },
    { name: 'open', operations: 3 },
    { name: 'fork', operations: 2 },
  ])(
    'finds each history of $operations operations once, and counts the sequences it stands for: $name',
    async ({ name, operations }) => {
      const scene = await Scene.open(scopeNamed(name));
      const found = new Map<string, bigint>();
      let visits = 0;
      const start = Growth.of(scene);
      await new Exploration(start, {
        ...{ operations, share: ALL, tried: () => {}, isOver: () => false },
        visit: async ({ key, sequences }) => {
          visits++;
          found.set(key, sequences);
          return true;
        },
      }).from(start);
      expect(visits).toBe(found.size);
      expect([...found].sort()).toEqual([...(await writeAllDown(start, operations))].sort());
    },
  );

  test('its shares are the whole, each history in one of them', async () => {
    const keysOf = async (nth: number, of: number) => {
      const start = Growth.of(await Scene.open(scopeNamed('open')));
      const keys: string[] = [];
      await new Exploration(start, {
        ...{ operations: 3, share: { nth, of }, tried: () => {}, isOver: () => false },
        visit: async ({ key }) => keys.push(key) > 0,
      }).from(start);
      return keys;
    };
    const shares = [...(await keysOf(0, 2)), ...(await keysOf(1, 2))];
    expect(shares.sort()).toEqual((await keysOf(0, 1)).sort());
  });
});

describe('the form of a history', () => {
  const alone = { code: 1, below: 0, height: 1 };
  const other = { code: 2, below: 0, height: 1 };
  const swapped = [
    [0, 1, 2],
    [0, 2, 1],
  ];

  test('is one for what differs in names or in the order of independent steps', () => {
    const above = { code: 1, below: 0b01, height: 2 };
    const renamed = { code: 2, below: 0b10, height: 2 };
    expect(formOf([alone, other, above], swapped).key).toBe(
      formOf([alone, other, renamed], swapped).key,
    );
    expect(formOf([alone, other, above], swapped.slice(0, 1)).key).not.toBe(
      formOf([alone, other, renamed], swapped.slice(0, 1)).key,
    );
  });

  test('tells twins apart by what stands on them, and by nothing else', () => {
    const onFirst = { code: 2, below: 0b01, height: 2 };
    const onSecond = { code: 2, below: 0b10, height: 2 };
    const names = swapped.slice(0, 1);
    expect(formOf([alone, alone, onFirst], names)).toEqual(formOf([alone, alone, onSecond], names));
    expect(formOf([alone, alone, onFirst, onFirst], names).key).not.toBe(
      formOf([alone, alone, onFirst, onSecond], names).key,
    );
    expect(formOf([alone, alone], names).symmetries).toBe(2);
  });

  test('views are closed under ancestors, and orders put ancestors first', () => {
    const elements = [alone, other, { code: 1, below: 0b01, height: 2 }];
    expect([...viewsOf(elements)].sort()).toEqual([0b000, 0b001, 0b010, 0b011, 0b101, 0b111]);
    expect(ordersOf(elements, 0)).toBe(3n);
  });
});
