import { expect, test } from 'vitest';
import { peopleApart } from './daemon.ts';
import { fsck } from './git.ts';

const ROUNDS = 20;
const AT_ONCE = 6;

test('SAFE-3: a message that was acknowledged is there after kill -9, twenty times in a row', {
  timeout: 240_000,
}, async () => {
  const { alice } = await peopleApart('alice');
  const conversationId = await alice.starts();
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const sends = Array.from({ length: AT_ONCE }, (_, n) =>
      alice.says(conversationId, `round ${round}, message ${n}`).then((id) => {
        acknowledged.push(id);
      }),
    );
    await Promise.race(sends);
    await alice.daemon.kill();
    await Promise.allSettled(sends);
    await alice.daemon.start();
    const there = new Set<string>((await alice.messages(conversationId)).map(({ id }) => id));
    expect(acknowledged.filter((id) => !there.has(id))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(round);
  }
  expect(fsck(alice.daemon.repository(alice, conversationId))).toBe('');
  const bodies = await alice.heard(conversationId);
  expect(new Set(bodies).size).toBe(bodies.length);
});
