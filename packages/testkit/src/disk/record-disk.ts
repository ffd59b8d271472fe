import { invariant } from '@covey/errors';
import { DiskImage } from './disk-image.ts';
import { stateAfter } from './disk-state.ts';
import type { DiskRecording } from './operation.ts';
import { imageAfter } from './power-loss.ts';
import { Recorder } from './recorder.ts';
import { watchCalls } from './watched-calls.ts';

let isRecording = false;

/** `mark` is called with what the work was promised, at the moment when it learns of it. */
type Work<Mark> = (mark: (mark: Mark) => void) => Promise<void>;

/**
 * Writes down everything that `work` changes below a folder, through whatever module of this thread. What the folder
 * holds before counts as durable. Fails if the recording, replayed, does not give what is on the disk: then something
 * went past it.
 */
export async function recordDisk<Mark>(
  folder: string,
  work: Work<Mark>,
): Promise<DiskRecording<Mark>> {
  const recorder = new Recorder<Mark>(folder);
  recorder.scan();
  return record(recorder, folder, work);
}

/**
 * Goes on after the process of a recording was killed at its n-th operation: nothing is lost yet, but all that was
 * not synced still can be. Puts the disk of that moment into an empty folder and records `work` there.
 */
export async function recordAfterKill<Mark>(
  { operations, begins }: DiskRecording<Mark>,
  n: number,
  folder: string,
  work: Work<Mark>,
): Promise<DiskRecording<Mark>> {
  const before = operations.slice(0, begins + n);
  imageAfter(stateAfter(before), 'kept').materialize(folder);
  const recorder = new Recorder<Mark>(folder);
  recorder.continueFrom(before);
  return record(recorder, folder, work);
}

async function record<Mark>(
  recorder: Recorder<Mark>,
  folder: string,
  work: Work<Mark>,
): Promise<DiskRecording<Mark>> {
  invariant(!isRecording, 'one recording at a time: it sees the calls of the whole thread');
  isRecording = true;
  const begins = recorder.operations.length;
  const stop = await watchCalls(recorder, folder);
  try {
    await work((mark) => recorder.mark(mark));
  } finally {
    stop();
    isRecording = false;
  }
  const { operations } = recorder;
  const unseen = imageAfter(stateAfter(operations), 'kept').differences(DiskImage.read(folder));
  invariant(unseen.length === 0, `the recording explains the disk, but for ${unseen.join(', ')}`);
  return { operations, begins };
}
