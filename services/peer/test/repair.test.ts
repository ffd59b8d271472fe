import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Composition, collect, History, judgeAll } from '@covey/conversation';
import { type GitObject, type Oid, oidOf } from '@covey/git-objects';
import { GitStore } from '@covey/git-store';
import { nodeDigests } from '@covey/node-crypto';
import { LOSSES, recordDisk, surviveEveryLoss } from '@covey/testkit/disk';
import { git } from './git.ts';
import { group } from './group.ts';
import type { InTheOpen } from './in-the-open.ts';

/** Puts a text with a false signature on the heads, as a fault of the disk or of a program might. The account is stopped for it. */
async function plants(person: InTheOpen, id: string, body: string): Promise<Oid> {
  const { writer, ports } = person.runtime;
  const path = person.repository(id);
  await person.stop();
  const store = await GitStore.open(path);
  const history = new History(ports.crypto, { profile: 'strict' });
  const order = await collect([...(await store.read()).values()], store);
  expect(await judgeAll(order, history, store)).toBeUndefined();
  const composition = new Composition(history.draft(), store);
  const fields = { type: 'text/plain', body } as const;
  const { oid } = await composition.write(writer, { kind: 'message', fields }, new Date());
  const isGood = (each: GitObject) => oidOf(each, nodeDigests) === oid;
  const good = composition.objects.find(isGood);
  const text = new TextDecoder().decode(good?.bytes).replace(/^signature ..../m, 'signature AAAA');
  const bad = { type: 'commit', bytes: new TextEncoder().encode(text) } as const;
  await store.write([...composition.objects.filter((each) => !isGood(each)), bad]);
  const planted = oidOf(bad, nodeDigests);
  await store.replace(new Map([['refs/heads/main', planted]]));
  await store.close();
  await person.start();
  return planted;
}

/** Bob has a commit that alice and carol refuse, and something on top of it. */
async function refusedBob() {
  const cast = await group('bob', 'carol');
  const { alice, bob, carol, id } = cast;
  await bob.says(id, 'before');
  for (const other of [alice, carol]) await other.agrees(id, bob);
  const accepted = alice.conversation(id).heads;
  const planted = await plants(bob, id, 'planted');
  const after = await bob.says(id, 'on top');
  return { ...cast, accepted, planted, after };
}

test('SYNC-4: the sender hears rule and commit from each who refused, and honest messages of others still arrive', async () => {
  const { alice, bob, carol, id, planted } = await refusedBob();
  for (const by of [alice, carol]) {
    const { payload } = await bob.sees('OwnCommitRefused', (told) => told['by'] === by.deviceId);
    const rule = 'every-commit/signature';
    expect(payload).toEqual({
      conversationId: id,
      rule,
      commit: planted,
      path: '',
      by: by.deviceId,
    });
    await by.sees('CommitRefused', ({ commit }) => commit === planted);
  }
  await carol.says(id, 'honest');
  for (const other of [alice, bob]) {
    await other.until('hears carol', () => other.heard(id).includes('honest'));
  }
  expect(alice.heard(id)).toEqual(['before', 'honest']);
  await alice.agrees(id, carol);
});

test('SYNC-4: an honest message that comes together with a refused one is asked for by itself', async () => {
  const { alice, bob, carol, id } = await refusedBob();
  await bob.sees('OwnCommitRefused', ({ by }) => by === alice.deviceId);
  // Only bob hears carol, and alice only bob: he has two heads, one of which she refuses.
  await alice.stop();
  await carol.says(id, 'honest');
  await bob.until('hears carol', () => bob.heard(id).includes('honest'));
  await carol.stop();
  await alice.start();
  await alice.until('hears carol', () => alice.heard(id).includes('honest'));
  expect(alice.heard(id)).toEqual(['before', 'honest']);
});

describe('covey repair', () => {
  test('SYNC-4: shows what stands on the refused commit, and changes nothing', async () => {
    const { bob, id, accepted, planted, after } = await refusedBob();
    await bob.sees('OwnCommitRefused');
    const { heads } = bob.conversation(id);
    const shown = await bob.account.repair(id, {});
    expect(shown.refused).toMatchObject([{ commit: planted, rule: 'every-commit/signature' }]);
    expect(shown.lost).toMatchObject([
      { id: planted, isOwn: true, body: 'planted' },
      { id: after.oid, isOwn: true, body: 'on top' },
    ]);
    expect(shown.heads).toEqual(accepted);
    expect(bob.conversation(id).heads).toEqual(heads);
  });

  test('SYNC-4: saves it, goes back to what is accepted, and says it again', async () => {
    const { alice, bob, carol, id, accepted, planted, after } = await refusedBob();
    await bob.sees('OwnCommitRefused');
    const { saved = '', lost } = await bob.account.repair(id, { apply: true });
    expect(lost).toHaveLength(2);
    expect(bob.conversation(id).heads).toEqual(accepted);
    expect((await bob.account.repair(id, {})).refused).toEqual([]);
    const texts = readdirSync(join(saved, 'texts')).map((name) =>
      readFileSync(join(saved, 'texts', name), 'utf8'),
    );
    expect(texts).toEqual(['planted\n', 'on top\n']);
    const bundle = join(saved, 'commits.bundle');
    expect(git(bob.repository(id), 'bundle', 'verify', bundle)).toContain(after.oid);

    await bob.says(id, 'back again');
    await alice.agrees(id, bob);
    expect((await bob.account.repair(id, { resend: true })).resent).toHaveLength(2);
    for (const other of [alice, carol]) await other.agrees(id, bob);
    expect(alice.heard(id)).toEqual(['before', 'back again', 'planted', 'on top']);
    expect((await bob.account.repair(id, { resend: true })).resent).toEqual([]);
    await bob.stop();
    await bob.start();
    expect(bob.heard(id)).toEqual(alice.heard(id));
    expect(bob.conversation(id).knows(planted)).toBe(false);
  });

  test('SAFE-3: whatever a crash or a power loss takes, the heads are as before or gone back, and what was given up is saved', async () => {
    const { bob, id, accepted, planted, after } = await refusedBob();
    await bob.sees('OwnCommitRefused');
    const [path, account] = [bob.repository(id), bob.account];
    const recording = await recordDisk<string>(path, async (mark) => {
      await account.repair(id, { apply: true });
      mark('done');
    });
    let wentBack = 0;
    await surviveEveryLoss(recording, {
      losses: () => LOSSES,
      check: async ({ path: disk, marks }) => {
        const store = await GitStore.open(disk);
        const heads = [...(await store.read()).values()];
        await store.close();
        if (heads.includes(after.oid)) {
          expect(marks).not.toContain('done');
          return;
        }
        expect(heads).toEqual(accepted);
        wentBack += 1;
        const [saved = ''] = readdirSync(join(disk, 'repairs'));
        const commits = readFileSync(join(disk, 'repairs', saved, 'commits.json'), 'utf8');
        expect(commits).toContain(planted);
        expect(commits).toContain('on top');
      },
    });
    expect(wentBack).toBeGreaterThan(0);
  });

  test('what was never saved cannot be said again', async () => {
    const { alice, id } = await group();
    await expect(alice.account.repair(id, { resend: true })).rejects.toMatchObject({
      code: 'REPAIR_NOT_SAVED',
    });
  });
});
