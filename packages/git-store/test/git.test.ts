import * as fs from 'node:fs';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as isomorphicGit from 'isomorphic-git';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '@covey/codec';
import {
  crc32,
  LOCAL_PACK_LIMITS,
  type PackIndexEntry,
  packIndex,
  parseOid,
  readPack,
  writePack,
} from '@covey/git-objects';
import { nodeDeflate, nodeDigests, nodeInflate } from '@covey/node-crypto';
import { GitStore, openBundle, openGitDirectory } from '../src/index.ts';
import { emptyFolder, git, gitNote, gitPresent } from './git.ts';
import { blob, history, oid } from './objects.ts';

/** A repository that git made: text files, edited so that git finds deltas. */
function gitRepository(commits: number): string {
  const folder = emptyFolder();
  git(folder, 'init', '-q', '-b', 'main');
  for (let at = 0; at < commits; at++) {
    const lines = Array.from(
      { length: 200 },
      (_, line) => `line ${line} ${line === at ? 'new' : ''}`,
    );
    writeFileSync(join(folder, 'file.txt'), lines.join('\n'));
    writeFileSync(join(folder, `own-${at}.txt`), `${at}`);
    git(folder, 'add', '-A');
    git(folder, 'commit', '-q', '-m', `commit ${at}`);
  }
  return folder;
}

const allIds = (folder: string) =>
  git(folder, 'cat-file', '--batch-all-objects', '--batch-check=%(objectname) %(objecttype)')
    .split('\n')
    .map((line) => line.split(' ') as [string, string]);

describe.skipIf(!gitPresent)(`git and our packs${gitNote}`, () => {
  test('git index-pack --strict takes what we write, and makes the same index', async () => {
    const folder = emptyFolder();
    git(folder, 'init', '-q', '--bare');
    const { objects } = history(200);
    const entries: PackIndexEntry[] = [];
    const parts: Uint8Array[] = [];
    const onEntry = (entry: PackIndexEntry) => void entries.push(entry);
    const options = { digests: nodeDigests, deflate: nodeDeflate, onEntry };
    for await (const part of writePack(objects, objects.length, options)) parts.push(part);
    const bytes = concatBytes(...parts);
    writeFileSync(join(folder, 'ours.pack'), bytes);
    git(folder, 'index-pack', '--strict', '-o', 'git.idx', 'ours.pack');
    const ours = packIndex(entries, bytes.subarray(-20), nodeDigests);
    expect(Buffer.from(ours).equals(readFileSync(join(folder, 'git.idx')))).toBe(true);
  });

  test('of a pack with deltas we make the index that git makes', async () => {
    const folder = gitRepository(10);
    git(folder, 'gc', '-q', '--aggressive');
    const packs = join(folder, '.git/objects/pack');
    const name = readdirSync(packs).find((file) => file.endsWith('.pack'))!;
    const bytes = Uint8Array.from(readFileSync(join(packs, name)));
    async function* chunks() {
      yield bytes;
    }
    const entries: PackIndexEntry[] = [];
    const options = { limits: LOCAL_PACK_LIMITS, digests: nodeDigests, inflate: nodeInflate };
    for await (const { oid: id, offset, length } of readPack(chunks(), options)) {
      entries.push({ oid: id, offset, crc32: crc32(bytes.subarray(offset, offset + length)) });
    }
    const ours = packIndex(entries, bytes.subarray(-20), nodeDigests);
    expect(Buffer.from(ours).equals(readFileSync(join(packs, name.replace(/pack$/, 'idx'))))).toBe(
      true,
    );
  });
});

describe.skipIf(!gitPresent)(`git and our store${gitNote}`, () => {
  async function store() {
    const path = join(emptyFolder(), 'store');
    const made = await GitStore.create(path);
    const { objects, commits } = history(30);
    await made.write(objects.slice(0, 30)); // loose
    await made.write(objects.slice(30)); // a pack
    await made.replace(
      new Map([
        ['refs/heads/main', commits[20]!],
        [`refs/covey/heads/${commits[29]}`, commits[29]!],
      ]),
    );
    return { path, made, objects, commits };
  }

  test('git fsck --strict finds nothing to say', async () => {
    const { path, made } = await store();
    const fsck = () => git(path, 'fsck', '--strict', '--full', '--no-dangling');
    expect(fsck()).toBe('');
    await made.pack();
    expect(fsck()).toBe('');
    git(
      path,
      'verify-pack',
      ...readdirSync(join(path, 'objects/pack'))
        .filter((n) => n.endsWith('.idx'))
        .map((n) => join('objects/pack', n)),
    );
  });

  test('git reads refs, history and files', async () => {
    const { path, commits } = await store();
    expect(git(path, 'for-each-ref', '--format=%(objectname) %(refname)').split('\n')).toEqual([
      `${commits[29]} refs/covey/heads/${commits[29]}`,
      `${commits[20]} refs/heads/main`,
    ]);
    expect(git(path, 'rev-parse', 'HEAD')).toBe(commits[20]);
    expect(git(path, 'log', '--format=%H', commits[29]!).split('\n')).toEqual(commits.toReversed());
    expect(git(path, 'show', 'HEAD:file-20')).toContain('file 20');
  });

  test('what git gathers into packs of its own, with deltas, stays readable', async () => {
    const { path, made, objects } = await store();
    await made.read(oid(objects[40]!));
    git(path, 'gc', '-q', '--aggressive', '--prune=now');
    const again = await GitStore.open(path);
    for (const object of objects) {
      expect(await again.read(oid(object))).toEqual(object);
      expect(await made.read(oid(object))).toEqual(object);
    }
  });

  test('isomorphic-git reads the same history', async () => {
    const { path, made, commits, objects } = await store();
    const log = await isomorphicGit.log({ fs, gitdir: path, ref: 'HEAD' });
    expect(log.map((entry) => entry.oid)).toEqual(commits.slice(0, 21).toReversed());
    for (const object of [...objects.slice(0, 6), ...objects.slice(-6)]) {
      const theirs = await isomorphicGit.readObject({
        fs,
        gitdir: path,
        oid: oid(object),
        format: 'content',
      });
      expect([theirs.type, Uint8Array.from(theirs.object as Uint8Array)]).toEqual([
        object.type,
        object.bytes,
      ]);
      expect(await made.read(oid(object))).toEqual(object);
    }
  });

  test('isomorphic-git reads refs that we replaced', async () => {
    const { path, made, commits } = await store();
    await made.replace(new Map([['refs/heads/main', commits[5]!]]));
    expect(await isomorphicGit.resolveRef({ fs, gitdir: path, ref: 'refs/heads/main' })).toBe(
      commits[5],
    );
    expect(git(path, 'rev-parse', 'refs/heads/main')).toBe(commits[5]);
  });
});

describe.skipIf(!gitPresent)(`repositories that git made${gitNote}`, () => {
  async function expectSame(folder: string, opened: Awaited<ReturnType<typeof openGitDirectory>>) {
    for (const [id, type] of allIds(folder)) {
      const object = await opened.objects.read(parseOid(id));
      expect([id, object?.type, object && oid(object)]).toEqual([id, type, id]);
    }
    expect(opened.head).toBe(git(folder, 'rev-parse', 'HEAD'));
  }

  test('loose, packed with deltas, and half of each', async () => {
    const folder = gitRepository(12);
    await expectSame(folder, await openGitDirectory(folder));
    git(folder, 'gc', '-q', '--aggressive');
    await expectSame(folder, await openGitDirectory(folder));
    writeFileSync(join(folder, 'more.txt'), 'more');
    git(folder, 'add', '-A');
    git(folder, 'commit', '-q', '-m', 'more');
    git(folder, 'repack', '-q', '-d');
    git(folder, 'branch', 'other/branch');
    git(folder, 'symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/heads/main');
    const opened = await openGitDirectory(folder);
    expect(Object.fromEntries(opened.refs)).toEqual({
      'refs/heads/main': opened.head,
      'refs/heads/other/branch': opened.head,
      'refs/remotes/origin/HEAD': opened.head,
    });
    await expectSame(folder, opened);
  });

  test('a bare clone, and a HEAD that is no branch', async () => {
    const folder = gitRepository(3);
    const bare = join(emptyFolder(), 'bare.git');
    git(folder, 'clone', '-q', '--bare', folder, bare);
    git(bare, 'update-ref', '--no-deref', 'HEAD', 'HEAD~1');
    await expectSame(bare, await openGitDirectory(bare));
  });

  test('SAFE-2: grafts, replace refs, alternates and shallow files change nothing', async () => {
    const folder = gitRepository(4);
    const tip = parseOid(git(folder, 'rev-parse', 'HEAD'));
    const other = gitRepository(1);
    const stranger = oid(blob('only there'));
    writeFileSync(join(other, 'there'), 'only there');
    git(other, 'hash-object', '-w', 'there');
    const plain = await openGitDirectory(folder);
    const honest = await plain.objects.read(tip);

    const root = git(folder, 'rev-list', '--max-parents=0', 'HEAD');
    git(folder, 'replace', tip, root);
    mkdirSync(join(folder, '.git/info'), { recursive: true });
    appendFileSync(join(folder, '.git/info/grafts'), `${tip}\n`);
    appendFileSync(join(folder, '.git/shallow'), `${tip}\n`);
    appendFileSync(join(folder, '.git/objects/info/alternates'), join(other, '.git/objects'));
    const opened = await openGitDirectory(folder);
    expect(await opened.objects.read(tip)).toEqual(honest);
    expect(await opened.objects.read(stranger)).toBeUndefined();
  });

  test('SAFE-2: an object that is not what its name says is found out', async () => {
    const folder = gitRepository(1);
    const tip = parseOid(git(folder, 'rev-parse', 'HEAD'));
    const root = git(folder, 'rev-parse', 'HEAD^{tree}');
    const file = (id: string) => join(folder, '.git/objects', id.slice(0, 2), id.slice(2));
    renameSync(file(root), file(tip));
    const opened = await openGitDirectory(folder);
    await expect(opened.objects.read(tip)).rejects.toMatchObject({ code: 'OBJECT_DAMAGED' });
  });

  test('a bundle is read whole; one that builds on others is refused', async () => {
    const folder = gitRepository(5);
    git(folder, 'bundle', 'create', '-q', 'whole.bundle', '--all', 'HEAD');
    git(folder, 'bundle', 'create', '-q', 'part.bundle', 'HEAD~2..HEAD');
    const opened = await openBundle(join(folder, 'whole.bundle'));
    expect(Object.fromEntries(opened.refs)).toEqual({ 'refs/heads/main': opened.head });
    await expectSame(folder, opened);
    await expect(openBundle(join(folder, 'part.bundle'))).rejects.toMatchObject({
      code: 'REPOSITORY_UNREADABLE',
    });
  });
});

test('what is no repository is refused', async () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'x.bundle'), 'no bundle');
  const refused = { code: 'REPOSITORY_UNREADABLE' };
  await expect(openGitDirectory(folder)).rejects.toMatchObject(refused);
  await expect(openGitDirectory(join(folder, 'nowhere'))).rejects.toMatchObject(refused);
  await expect(openBundle(join(folder, 'x.bundle'))).rejects.toMatchObject(refused);
  await expect(openBundle(join(folder, 'nowhere'))).rejects.toMatchObject(refused);
});
