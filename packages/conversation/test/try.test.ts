import { stage, sync } from '@covey/testkit';
import { expect, test } from 'vitest';
test('x', async () => {
  const t = performance.now();
  const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
  await alice.says('hi');
  await bob.says('ho');
  await carol
    .write({ kind: 'profile', profile: { title: 'x' } })
    .catch((e: unknown) => console.log(String(e)));
  await sync(alice, bob, carol);
  await alice.says('again');
  await sync(alice, bob, carol);
  console.log(alice.order, (await bob.resolved()).tree, performance.now() - t);
  expect(alice.order).toEqual(bob.order);
  for (let i = 0; i < 5; i++) {
    const t = performance.now();
    await stage(['alice', 'bob', 'carol']);
    console.log(performance.now() - t);
  }
});
