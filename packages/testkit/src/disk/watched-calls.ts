import fs from 'node:fs';
import fsPromises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { type Note, openingNote, openNotes, pathNotes, refusal } from './call-notes.ts';
import type { OpenNode, Recorder } from './recorder.ts';

const DESCRIPTOR_CALLS = {
  fsyncSync: 'sync',
  fdatasyncSync: 'datasync',
  ftruncateSync: 'truncate',
  writeSync: 'write',
} as const;

/** These change a disk too. Who needs one below a recorded folder teaches it to the recorder first. */
const UNFOLLOWED = [
  ['appendFile', 'copyFile', 'cp', 'symlink', 'truncate', 'utimes', 'lutimes', 'mkdtemp'],
  ['createWriteStream'],
].flat();

/**
 * Tells a recorder of every call of `node:fs` and `node:fs/promises` that changes something below its folder, from
 * whatever module of this thread, until the returned function is called. Callbacks and streams are refused there.
 */
export async function watchCalls(recorder: Recorder<unknown>, folder: string): Promise<() => void> {
  const restores: (() => void)[] = [];
  const replace = (owner: object, name: string, noteOf: (on: unknown) => Note) => {
    const real: unknown = Reflect.get(owner, name);
    if (typeof real !== 'function') return; // A name of one of the two modules only.
    Reflect.set(owner, name, function (this: unknown, ...args: unknown[]): unknown {
      const note = noteOf(this)(args);
      const result: unknown = Reflect.apply(real, this, args);
      if (!(result instanceof Promise)) {
        note(result);
        return result;
      }
      return result.then((value: unknown) => {
        note(value);
        return value;
      });
    });
    restores.push(() => Reflect.set(owner, name, real));
  };

  const handles = new WeakMap<object, OpenNode>();
  const descriptors = new Map<unknown, OpenNode>();
  const onPath = pathNotes(recorder);
  const onOpen = openNotes(recorder);
  const openPromise = openingNote(recorder, (open, handle) => handles.set(handle as object, open)); // a FileHandle
  const openSync = openingNote(recorder, (open, descriptor) => descriptors.set(descriptor, open));

  const prototype = await handlePrototype(folder);
  // Node loads what is behind it at the first use, and that would be built upon the watched functions.
  await fsPromises.rm(join(folder, 'nothing'), { recursive: true, force: true });
  for (const [name, note] of Object.entries(onOpen)) {
    replace(prototype, name, (on) => (args) => note(handles.get(on as object), args)); // called on a FileHandle
  }
  for (const [name, method] of Object.entries(DESCRIPTOR_CALLS)) {
    const note: Note = ([fd, ...args]) => onOpen[method](descriptors.get(fd), args);
    replace(fs, name, () => note);
  }
  replace(
    fs,
    'closeSync',
    () =>
      ([fd]) =>
      () =>
        descriptors.delete(fd),
  );
  for (const [name, note] of Object.entries({ ...onPath, open: undefined })) {
    replace(fsPromises, name, () => note ?? openPromise);
    replace(fs, `${name}Sync`, () => note ?? openSync);
    replace(fs, name, () => refusal(recorder, name));
  }
  for (const name of UNFOLLOWED) {
    for (const owner of [fs, fsPromises]) replace(owner, name, () => refusal(recorder, name));
    replace(fs, `${name}Sync`, () => refusal(recorder, name));
  }
  syncBuiltinESMExports();
  return () => {
    for (const restore of restores.reverse()) restore();
    syncBuiltinESMExports();
  };
}

/** The class of open files is not exported. */
async function handlePrototype(folder: string): Promise<object> {
  const handle = await fsPromises.open(folder, 'r');
  await handle.close();
  return Object.getPrototypeOf(handle) as object; // an instance of a class has one
}
