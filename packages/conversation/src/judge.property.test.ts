import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toBase64, utf8 } from '@covey/codec';
import { type Oid, readCommit } from '@covey/git-objects';
import {
  type GroupScript,
  groupScripts,
  type Played,
  play,
  runs,
  TestDevice,
} from '@covey/testkit';
import { type Entry, layout } from './index.ts';

const peaceful = groupScripts({ removals: false });
// Of two profiles set apart the one in the higher commit id wins, and ids change with times.
const withoutTies = groupScripts({ removals: true }).map(
  (script): GroupScript => ({
    ...script,
    steps: script.steps.filter((step) => step.do !== 'profile'),
  }),
);
const seconds = fc.array(fc.nat({ max: 4_000_000_000 }), { minLength: 20, maxLength: 20 });

/** The same history, said at other times: every commit signed anew by the device that wrote it. */
async function retell({ devices, witness }: Played, times: readonly number[]) {
  const anew = new Map<Oid, Oid>();
  const oldest = [...witness.history.entries()].sort((a, b) => a.height - b.height);
  for (const [at, entry] of oldest.entries()) {
    const message = await messageOf(entry, witness);
    const author = devices.find(({ deviceId }) => deviceId === entry.device);
    if (!author) throw new Error('every commit is by a device of the cast');
    const oid = await witness.forge({
      ...{ tree: entry.tree, signer: author.writer.signer },
      author: { name: entry.name, email: entry.device, time: times[at % times.length] ?? 0 },
      message: [...anew].reduce((text, [was, is]) => text.replaceAll(was, is), message),
      parents: entry.parents.map((parent) => anew.get(parent.oid) ?? parent.oid),
    });
    anew.set(entry.oid, oid);
  }
  return { anew, oldest };
}

async function messageOf({ oid }: Entry, { store }: TestDevice): Promise<string> {
  const object = await store.read(oid);
  return (object && readCommit(object.bytes).commit?.message) ?? '';
}

test('BAN-4, SYNC-8: whatever times are claimed, verdicts, heights and state are the same', async () => {
  await fc.assert(
    fc.asyncProperty(withoutTies, seconds, async (script, times) => {
      const played = await play(script);
      const { witness } = played;
      const { anew, oldest } = await retell(played, times);
      const other = new TestDevice(witness.account, witness.clock);
      for (const entry of oldest) {
        const oid = anew.get(entry.oid) ?? entry.oid;
        expect(await other.history.judge(oid, witness.store)).toMatchObject({
          entry: { height: entry.height, tree: entry.tree },
        });
      }
      const { tree } = await other.history.resolved(witness.store);
      expect(tree).toBe((await witness.resolved()).tree);
    }),
    runs(30),
  );
});

test('BAN-4: a lie is refused by the same rule at any time', async () => {
  await fc.assert(
    fc.asyncProperty(peaceful, fc.nat({ max: 4_000_000_000 }), async (script, time) => {
      const { witness } = await play(script);
      const parents = witness.heads.slice(-1);
      const files = { [layout.invitedPath('ab'.repeat(20))]: '' };
      const lie = { message: { body: 'x', type: 'text/plain' }, parents, files };
      const lies = [await witness.forge(lie), await witness.forge({ ...lie, author: { time } })];
      const [now, then] = await Promise.all(lies.map((oid) => witness.judges(oid)));
      if (!now || 'entry' in now) throw new Error('the lie was accepted');
      expect(then).toMatchObject({ broken: { rule: now.broken.rule, found: now.broken.found } });
    }),
    runs(20),
  );
});

test('VAL-10: no single path of a merge may be other than what its parents come to', async () => {
  await fc.assert(
    fc.asyncProperty(peaceful, fc.nat(), async (script, at) => {
      const { witness } = await play(script);
      const [one, other] = witness.heads;
      fc.pre(one !== undefined && other !== undefined);
      const parents = [one, other].filter((oid) => oid !== undefined);
      const message = `Merge commit '${other}'`;
      const right = await witness.judges(await witness.forge({ message, parents }));
      fc.pre('entry' in right);

      const heads = witness.history.heads.filter(({ oid }) => parents.includes(oid));
      const { state } = await witness.history.resolved(witness.store, heads);
      const paths = [...state.files.keys()];
      const path = paths[at % paths.length] ?? '';
      const stranger = 'ab'.repeat(20);
      const lies = [
        { [path]: undefined },
        { [path]: utf8(`not what stands at ${path}`) },
        { [layout.adminPath(stranger)]: toBase64(utf8('no certificate')) },
        { [layout.invitedPath(stranger)]: '' },
        { [layout.votePath('ban', 'members', stranger, witness.uri)]: '' },
        { [layout.bannedPath('members', stranger)]: 'x' },
      ];
      for (const files of lies) {
        const lie = await witness.forge({ message, parents, files });
        expect([files, await witness.judges(lie)]).toEqual([
          files,
          { broken: expect.objectContaining({ rule: expect.any(String) }) },
        ]);
      }
    }),
    runs(30),
  );
});
