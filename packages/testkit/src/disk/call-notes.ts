import { CoveyError } from '@covey/errors';
import type { OpenNode, Recorder } from './recorder.ts';

type Arguments = readonly unknown[];

/** What is told of one call: asked before it; the answer is called with its result if it succeeds. */
export type Note = (args: Arguments) => (result: unknown) => void;

/** The same for a call on an open file; `undefined` is one that is not below the recorded folder. */
export type OpenNote = (open: OpenNode | undefined, args: Arguments) => (result: unknown) => void;

const nothing = () => {};

/** Functions that take paths, as `node:fs/promises` calls them; `open` is a matter of its own. */
export function pathNotes(recorder: Recorder<unknown>) {
  const on =
    (note: (path: string, args: Arguments, result: unknown) => void): Note =>
    (args) => {
      const path = recorder.inside(args[0]);
      return path === undefined ? nothing : (result) => note(path, args, result);
    };
  const fromTo =
    (note: (from: string, to: string) => void): Note =>
    (args) => {
      const [from, to] = args.map((arg) => recorder.inside(arg));
      if (from === undefined && to === undefined) return nothing;
      if (from === undefined || to === undefined) throw unfollowed('a call over the border');
      return () => note(from, to);
    };
  const removed = on((path) => recorder.removed(path));
  return {
    mkdir: on((path, [, options], result) => {
      // A recursive one gives `undefined` when the folder was there.
      if (!optionOf(options, 'recursive') || result !== undefined) recorder.madeFolder(path);
    }),
    rename: fromTo((from, to) => recorder.renamed(from, to)),
    link: fromTo((from, to) => recorder.linked(from, to)),
    rm: removed,
    rmdir: removed,
    unlink: removed,
    writeFile: on((path, [, data, options]) => {
      const open = recorder.opened(path, flagsOf(optionOf(options, 'flag') ?? 'w'));
      if (open) recorder.wrote(open, bytesOf(data));
    }),
  } satisfies Record<string, Note>;
}

/** `open`: `keep` gets what was opened, and the handle or descriptor that the caller gets. */
export function openingNote(
  recorder: Recorder<unknown>,
  keep: (open: OpenNode, handle: unknown) => void,
): Note {
  return ([path, flags]) => {
    const at = recorder.inside(path);
    if (at === undefined) return nothing;
    return (handle) => {
      const open = recorder.opened(at, flagsOf(flags ?? 'r'));
      if (open) keep(open, handle);
    };
  };
}

/** Functions on open files, as the methods of `FileHandle` are called. */
export function openNotes(recorder: Recorder<unknown>) {
  const on =
    (note: (open: OpenNode, args: Arguments, result: unknown) => void): OpenNote =>
    (open, args) =>
      open ? (result) => note(open, args, result) : nothing;
  const whole = on((open, [data]) => recorder.wrote(open, bytesOf(data)));
  const sync: OpenNote = (open) => {
    if (!open) return nothing;
    // What others complete while this one waits for the disk is not covered.
    const covers = recorder.operations.length;
    return () => recorder.synced(open, covers);
  };
  return {
    sync,
    datasync: sync,
    truncate: on((open, [size]) => recorder.resized(open, Number(size ?? 0))),
    write: on((open, [data, second, , position], result) => {
      const count = typeof result === 'number' ? result : Number(optionOf(result, 'bytesWritten'));
      if (typeof data === 'string') {
        recorder.wrote(open, bytesOf(data).subarray(0, count), positionOf(second));
        return;
      }
      if (typeof second === 'object' && second) throw unfollowed('a write with options');
      const start = Number(second ?? 0);
      recorder.wrote(open, bytesOf(data).subarray(start, start + count), positionOf(position));
    }),
    writeFile: whole,
    appendFile: whole,
  } satisfies Record<string, OpenNote>;
}

/** For functions that nobody has taught to the recorder: fails when one touches the recorded folder. */
export function refusal(recorder: Recorder<unknown>, name: string): Note {
  return (args) => {
    if (args.some((arg) => recorder.inside(arg) !== undefined)) throw unfollowed(name);
    return nothing;
  };
}

function unfollowed(what: string): CoveyError {
  return new CoveyError('INTERNAL', `the disk recorder cannot follow ${what}`);
}

function optionOf(options: unknown, name: string): unknown {
  return typeof options === 'object' && options ? Reflect.get(options, name) : undefined;
}

function flagsOf(flags: unknown): string {
  if (typeof flags !== 'string') throw unfollowed('numeric flags');
  return flags;
}

function positionOf(position: unknown): number | undefined {
  return typeof position === 'number' ? position : undefined;
}

function bytesOf(data: unknown): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  if (data instanceof Uint8Array) return data;
  throw unfollowed('a write of neither text nor bytes');
}
