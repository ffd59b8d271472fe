import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GitStore, openGitDirectory } from '../src/index.ts';
import { emptyFolder } from './git.ts';

/** Of no object: refs are read before what they name. */
const ONE = '1'.repeat(40);
const TWO = '2'.repeat(40);
const MAIN = `${ONE} refs/heads/main\n`;

/** A Git directory with these files beside what makes it one. */
function directoryWith(files: Readonly<Record<string, string>>): string {
  const folder = emptyFolder();
  for (const path of ['objects/pack', 'refs']) mkdirSync(join(folder, path), { recursive: true });
  for (const [path, text] of Object.entries({ HEAD: 'ref: refs/heads/main\n', ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const opened = async (files: Readonly<Record<string, string>>) => {
  const { refs, head } = await openGitDirectory(directoryWith(files));
  return { refs: Object.fromEntries(refs), head };
};

/** The first word of each name is the id that git fsck has for it (security.md section 7.1). */
describe('SAFE-2: what is no ref is refused or leads nowhere', () => {
  test.each([
    ['badPackedRefEntry', 'garbage\n'],
    ['badPackedRefEntry', `${ONE}\n`],
    ['badPackedRefEntry', `${ONE}\trefs/heads/main\n`],
    ['badPackedRefEntry', `${ONE} main\n`],
    ['badPackedRefEntry', `${MAIN}\0${MAIN}`],
    ['badRefOid', `${ONE.slice(1)} refs/heads/main\n`],
    ['badRefOid', `${'A'.repeat(40)} refs/heads/main\n`],
    ['badRefOid', `${'1'.repeat(64)} refs/heads/main\n`],
  ])('%s: packed refs with %j are not read, by nobody', async (_, text) => {
    const folder = directoryWith({ 'packed-refs': text });
    const unreadable = { code: 'REPOSITORY_UNREADABLE' };
    await expect(openGitDirectory(folder)).rejects.toMatchObject(unreadable);
    const store = await GitStore.open(folder);
    await expect(store.read()).rejects.toMatchObject(unreadable);
  });

  test('packedRefEntryNotTerminated: packed refs that are cut short are not read', async () => {
    const folder = directoryWith({ 'packed-refs': MAIN.slice(0, -2) });
    const store = await GitStore.open(folder);
    await expect(store.read()).rejects.toMatchObject({ code: 'REPOSITORY_UNREADABLE' });
  });

  test.each([
    ['badRefContent', 'hello\n'],
    ['badRefContent', ''],
    ['badRefContent', 'ref:refs/heads/other\n'],
    ['badRefContent', 'x'.repeat(5000)],
    ['badRefOid', `${ONE.slice(1)}\n`],
    ['badRefOid', `${'A'.repeat(40)}\n`],
    ['trailingRefContent', `${ONE} and more\n`],
    ['trailingRefContent', `${ONE}\n${TWO}\n`],
    ['trailingRefContent', 'ref: refs/heads/other and more\n'],
  ])('%s: a repository with the ref %j is not opened', async (_, text) => {
    const folder = directoryWith({ 'refs/heads/main': text });
    await expect(openGitDirectory(folder)).rejects.toMatchObject({ code: 'REPOSITORY_UNREADABLE' });
  });

  test.each([
    ['badHeadTarget', 'refs/../secret'],
    ['badReferentName', '../secret'],
    ['badReferentName', '/etc/passwd'],
    ['badReferentName', '__proto__'],
    ['symrefTargetIsNotARef', 'config'],
    ['symrefTargetIsNotARef', 'refs/heads'],
    ['symrefTargetIsNotARef', 'HEAD'],
  ])('%s: a HEAD and a ref to %s lead nowhere', async (_, target) => {
    const link = `ref: ${target}\n`;
    const files = { secret: `${TWO}\n`, config: `${TWO}\n`, 'refs/heads/link': link };
    expect(await opened({ ...files, HEAD: link })).toEqual({ refs: {}, head: undefined });
  });

  test('symrefTargetIsNotARef: refs that lead to each other lead nowhere', async () => {
    const files = { 'refs/heads/a': 'ref: refs/heads/b\n', 'refs/heads/b': 'ref: refs/heads/a\n' };
    expect(await opened(files)).toEqual({ refs: {}, head: undefined });
  });

  test('badRefName: a name that climbs is a name, and never a path', async () => {
    const name = 'refs/heads/../../secret';
    const { refs } = await opened({ secret: `${TWO}\n`, 'packed-refs': `${ONE} ${name}\n` });
    expect(refs).toEqual({ [name]: ONE });
  });

  test('symlinkRef: links among the refs are not followed', async () => {
    const folder = directoryWith({ secret: `${TWO}\n`, 'packed-refs': MAIN });
    mkdirSync(join(folder, 'refs/heads'));
    symlinkSync(join(folder, 'secret'), join(folder, 'refs/heads/file'));
    symlinkSync(folder, join(folder, 'refs/heads/folder'));
    expect([...(await openGitDirectory(folder)).refs.keys()]).toEqual(['refs/heads/main']);
  });

  test('badRefFiletype: what is no file among the refs is passed over', async () => {
    const folder = directoryWith({ 'packed-refs': MAIN });
    const socket = createServer();
    await new Promise<void>((listening) => socket.listen(join(folder, 'refs/socket'), listening));
    try {
      expect([...(await openGitDirectory(folder)).refs.keys()]).toEqual(['refs/heads/main']);
    } finally {
      socket.close();
    }
  });

  test('badReftableTableName: a repository with reftables is not opened', async () => {
    const files = { 'refs/heads': 'this repository uses the reftable format\n' };
    const folder = directoryWith({ ...files, 'reftable/tables.list': '../../secret\n' });
    await expect(openGitDirectory(folder)).rejects.toMatchObject({ code: 'REPOSITORY_UNREADABLE' });
  });
});

describe('what git fsck minds and nobody here relies on', () => {
  const refs = { 'refs/heads/a': TWO, 'refs/heads/main': ONE };
  test.each([
    ['badPackedRefHeader', `# pack-refs wth: peeled sorted\n${TWO} refs/heads/a\n${MAIN}`],
    ['packedRefUnsorted', `# pack-refs with: sorted \n${MAIN}${TWO} refs/heads/a\n`],
  ])('%s: every line is read, whatever the first one says', async (_, text) => {
    expect(await opened({ 'packed-refs': text })).toEqual({ refs, head: ONE });
  });

  test('emptyPackedRefsFile: no refs', async () => {
    expect(await opened({ 'packed-refs': '' })).toEqual({ refs: {}, head: undefined });
  });

  test('refMissingNewline: the id is whole', async () => {
    const files = { 'refs/heads/main': ONE, HEAD: 'ref: refs/heads/main' };
    expect(await opened(files)).toEqual({ refs: { 'refs/heads/main': ONE }, head: ONE });
  });
});
