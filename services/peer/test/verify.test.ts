import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gatherEvidence } from '@covey/conversation';
import { bundleOf, stage, sync, TestDevice } from '@covey/testkit';
import { verifyCommand } from '../src/cli/verify.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'covey-verify-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...argv: readonly string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const exit = await verifyCommand(argv, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  });
  return { exit, out, err };
}

let bundles = 0;
async function bundle(device: TestDevice, heads = device.heads): Promise<string> {
  const [head, ...more] = heads;
  if (!head) throw new Error('a bundle has a head');
  const refs = { HEAD: head, 'refs/heads/main': head };
  const further = more.map((oid) => [`refs/covey/heads/${oid}`, oid]);
  const path = join(folder, `${++bundles}.bundle`);
  await writeFile(path, await bundleOf(device, { ...refs, ...Object.fromEntries(further) }));
  return path;
}

describe('covey verify', () => {
  test('SWARM-4: judges a whole history, and prints exactly these keys', async () => {
    const { alice, bob } = await stage(['alice', 'bob']);
    await bob.says('hello');
    await sync(alice, bob);
    const { exit, out, err } = await run(await bundle(alice), '--json');
    expect({ exit, err }).toEqual({ exit: 0, err: [] });
    expect(out).toHaveLength(1);
    const devices = [alice, bob].map(({ deviceId, uri }) => ({ deviceId, uri }));
    expect(JSON.parse(out[0] ?? '')).toEqual({
      ...{ valid: true, profile: 'strict', mode: 2, commits: 4, deviations: [] },
      conversation: alice.history.root?.oid,
      kinds: { initial: 1, add: 1, join: 1, text: 1 },
      heads: alice.heads,
      members: [
        { uri: alice.uri, role: 'admin' },
        { uri: bob.uri, role: 'member' },
      ],
      devices: devices.sort((a, b) => (a.deviceId < b.deviceId ? -1 : 1)),
      stateDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('VAL-11: names rule, commit and path of the first break, and exits 1', async () => {
    const { alice, bob } = await stage(['alice', 'bob']);
    const path = `admins/${bob.uri}.crt`;
    const lie = await bob.forge({
      message: { body: 'hi', type: 'text/plain' },
      files: { [path]: bob.writer.chainPem },
    });
    const file = await bundle(bob, [lie]);
    const json = await run(file, '--json');
    expect(json.exit).toBe(1);
    expect(JSON.parse(json.out[0] ?? '')).toMatchObject({
      valid: false,
      broken: { rule: 'message/no-other-change', commit: lie, path, found: 'added' },
      members: [
        { uri: alice.uri, role: 'admin' },
        { uri: bob.uri, role: 'member' },
      ],
    });
    const { exit, out } = await run(file);
    expect(exit).toBe(1);
    expect(out[0]).toBe('not valid under the profile strict');
    expect(out.join('\n')).toContain(
      `message/no-other-change\n  in commit   ${lie}\n  at path     ${path}`,
    );
  });

  test('judges the further heads of a Covey repository too', async () => {
    const { alice, bob } = await stage(['alice', 'bob']);
    await alice.says('one');
    await bob.says('two');
    await sync(alice, bob);
    const whole = JSON.parse((await run(await bundle(alice), '--json')).out[0] ?? '');
    expect(whole).toMatchObject({ valid: true, commits: 5, heads: [...alice.heads].sort() });
    const [head = ''] = alice.heads;
    const half = JSON.parse(
      (await run(await bundle(alice, alice.heads.slice(0, 1)), '--json')).out[0] ?? '',
    );
    expect(half).toMatchObject({ valid: true, commits: 4, heads: [head] });
    expect(half.stateDigest).not.toBe(whole.stateDigest);
  });

  test('with the profile jami it goes on and lists the deviations', async () => {
    const { alice } = await stage(['alice'], { profile: 'jami' });
    await alice.adopts(
      await alice.forge({ message: { body: 'x', type: 'text/plain' }, signature: null }),
    );
    await alice.says('after');
    const file = await bundle(alice);
    expect((await run(file)).exit).toBe(1);
    const { exit, out } = await run(file, '--profile', 'jami');
    expect(exit).toBe(0);
    expect(out).toContain('deviations from strict: 1');
    const { deviations } = JSON.parse((await run(file, '--profile=jami', '--json')).out[0] ?? '');
    expect(deviations).toEqual([
      { rule: 'every-commit/signature', commit: alice.history.heads[0]?.parents[0]?.oid },
    ]);
  });

  test.skipIf(process.env['COVEY_HAS_GIT'] === '0')(
    'reads a bundle that git has unpacked into a repository, bare or not',
    async () => {
      const { alice } = await stage(['alice', 'bob']);
      const file = await bundle(alice);
      const [bare, tree] = [join(folder, 'bare'), join(folder, 'tree')];
      execFileSync('git', ['clone', '-q', '--bare', file, bare], { stdio: 'pipe' });
      execFileSync('git', ['clone', '-q', file, tree], { stdio: 'pipe' });
      const reports = await Promise.all([file, bare, tree].map((path) => run(path, '--json')));
      expect(reports.map(({ exit }) => exit)).toEqual([0, 0, 0]);
      expect(new Set(reports.map(({ out }) => out[0])).size).toBe(1);
    },
  );

  test.each([[[]], [['a', 'b']], [['--profile', 'loose', 'a']], [['--colour', 'a']]])(
    '%j is misuse: exit 2, with the usage',
    async (argv) => {
      const { exit, out, err } = await run(...argv);
      expect({ exit, out }).toEqual({ exit: 2, out: [] });
      expect(err[0]).toMatch(/^usage: covey verify/);
    },
  );

  test('what cannot be read is a failure: exit 1, one line on stderr', async () => {
    const text = join(folder, 'text');
    await writeFile(text, 'no bundle');
    const cut = join(folder, 'cut.bundle');
    await writeFile(cut, '# v2 git bundle\n');
    for (const path of [join(folder, 'nowhere'), folder, text, cut]) {
      const { exit, out, err } = await run(path);
      expect({ exit, out }).toEqual({ exit: 1, out: [] });
      expect(err).toHaveLength(1);
      expect(err[0]).toMatch(/^covey: error: [a-z]/);
    }
    const { err } = await run(text, '--json');
    expect(JSON.parse(err[0] ?? '')).toMatchObject({ error: { code: 'REPOSITORY_UNREADABLE' } });
  });

  test('a file of evidence is judged by itself: who has contradicted himself, and by what', async () => {
    const { alice, bob } = await stage(['alice', 'bob']);
    const copy = new TestDevice(bob.account, bob.clock, { writer: bob.writer });
    await copy.receive(bob);
    const [one, other] = [await bob.says('yes'), await copy.says('no')];
    await sync(alice, bob, copy);
    const evidence = await gatherEvidence([one.oid, other.oid], alice.history, alice.store);
    const file = join(folder, 'proof.json');
    await writeFile(file, evidence);
    const { exit, out, err } = await run(file);
    expect({ exit, err }).toEqual({ exit: 0, err: [] });
    expect(out.slice(0, 2)).toEqual([
      'proven: one device wrote two histories, both signed',
      `account       ${bob.uri}`,
    ]);
    for (const { oid } of [one, other]) expect(out.join('\n')).toContain(oid);
    const json = JSON.parse((await run(file, '--json')).out[0] ?? '');
    expect(json.evidence).toMatchObject({ account: bob.uri, by: 'device' });

    await writeFile(file, evidence.replace(bob.uri, alice.uri));
    const tampered = await run(file, '--json');
    expect([tampered.exit, tampered.out]).toEqual([1, []]);
    expect(JSON.parse(tampered.err[0] ?? '')).toMatchObject({
      error: { code: 'EVIDENCE_UNPROVEN' },
    });
    await writeFile(file, '{"format":"covey-evidence"}');
    expect((await run(file)).err[0]).toMatch(/^covey: error: keys other than/);
  });

  test('what a stranger wrote reaches the terminal harmless', async () => {
    const { alice } = await stage(['alice']);
    const lie = await alice.forge({ message: { type: '\u001b[2J\u202e' } });
    const { exit, out } = await run(await bundle(alice, [lie]));
    expect(exit).toBe(1);
    expect(out.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });
});
