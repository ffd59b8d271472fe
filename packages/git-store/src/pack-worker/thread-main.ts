import { parentPort } from 'node:worker_threads';
import { CoveyError, invariant } from '@covey/errors';
import type { Oid } from '@covey/git-objects';
import type { FromWorker, ToWorker } from './messages.ts';
import { PackReading } from './pack-reading.ts';

const port = parentPort;
invariant(port, 'this is the main file of a thread');

const readings = new Map<number, PackReading>();

port.on('message', (message: ToWorker) => {
  const { pack } = message;
  try {
    take(message);
  } catch (reason) {
    readings.delete(pack);
    // What isn't ours to explain becomes INTERNAL, its text withheld.
    const { code, message, data } = CoveyError.from(reason);
    answer({ pack, say: 'failed', code, message, data });
  }
});

function take(message: ToWorker): void {
  const { pack } = message;
  if (message.say === 'open') {
    readings.set(pack, new PackReading(message.limits));
    return;
  }
  const reading = readings.get(pack);
  // It has failed already, and its owner was told.
  if (!reading) return;
  switch (message.say) {
    case 'chunk':
      reading.push(message.bytes);
      answer({ pack, say: 'next' });
      break;
    case 'end':
      goOn(pack, reading, reading.end());
      break;
    case 'base':
      goOn(pack, reading, reading.supply(message.object));
      break;
    case 'forget':
      readings.delete(pack);
  }
}

function goOn(pack: number, reading: PackReading, base: Oid | undefined): void {
  if (base !== undefined) {
    answer({ pack, say: 'wants', base });
    return;
  }
  const read = reading.finish();
  readings.delete(pack);
  const buffers = [read.bytes, read.index, read.places].map(({ buffer }) => buffer as ArrayBuffer); // all made here
  answer({ pack, say: 'whole', read }, [...read.blocks, ...buffers]);
}

function answer(message: FromWorker, buffers: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, buffers);
}
