import { DiskImage } from './disk-image.ts';
import type { DiskState, FileState } from './disk-state.ts';
import type { DataOperation, NameOperation, NodeId } from './operation.ts';

/**
 * What the power takes of all that was not synced. Names are entries of folders.
 * - `dropped`: all of it.
 * - `kept`: nothing, as when only the process dies.
 * - `emptied`: the bytes; the names are there.
 * - `torn`: of the newest write of each file, all but the beginning.
 * - `newest`: all but the newest change of each folder and each file: no order is promised among names or writes.
 * - `zeroed`: the bytes, but not the sizes of the files (as file systems with delayed allocation do).
 * - a number: any of these for each operation apart, by chance with that seed.
 */
export type Loss = (typeof LOSSES)[number] | number;

/** Every kind of {@link Loss} that needs no chance. */
export const LOSSES = ['dropped', 'kept', 'emptied', 'torn', 'zeroed', 'newest'] as const;

/** What is found on a disk when the power is back. */
export function imageAfter(state: DiskState, loss: Loss): DiskImage {
  const chance = typeof loss === 'number' ? seeded(loss) : () => 0;
  const nodes = new Map<string, Uint8Array | 'folder'>();
  const visit = (id: NodeId, path: string) => {
    const node = state.node(id);
    if (node.kind === 'file') {
      nodes.set(path, bytesAfter(node, loss, chance));
      return;
    }
    if (path !== '') nodes.set(path, 'folder');
    const names = node.names(namesAfter(loss, chance));
    for (const [name, child] of names) visit(child, path === '' ? name : `${path}/${name}`);
  };
  visit(0, '');
  return new DiskImage(nodes);
}

function namesAfter(
  loss: Loss,
  chance: () => number,
): (operation: NameOperation, last: boolean) => boolean {
  if (loss === 'newest') return (_, last) => last;
  if (typeof loss !== 'number') return () => loss !== 'dropped';
  // Each folder has luck of its own, so that some lose little and some lose much.
  const luck = chance();
  return () => chance() < luck;
}

function bytesAfter(file: FileState, loss: Loss, chance: () => number): Uint8Array {
  if (file.isSynced) return file.durable;
  switch (loss) {
    case 'kept':
      return file.kept;
    case 'dropped':
    case 'emptied':
      return file.durable;
    case 'zeroed':
      return file.bytes(zeroed);
    case 'newest':
      return file.bytes((operation, last) => (last ? operation : undefined));
    case 'torn':
      return file.bytes((operation, last) => (last ? torn(operation, 0.5) : operation));
    default:
      return file.bytes((operation) => byChance(operation, chance));
  }
}

function byChance(operation: DataOperation, chance: () => number): DataOperation | undefined {
  const fates = [
    () => operation,
    () => undefined,
    () => zeroed(operation),
    () => torn(operation, 0),
    () => torn(operation, 0.5),
    () => torn(operation, 1),
  ];
  return fates[Math.floor(chance() * fates.length)]?.();
}

function zeroed(operation: DataOperation): DataOperation {
  if (operation.kind === 'resize') return operation;
  return { ...operation, bytes: new Uint8Array(operation.bytes.length) };
}

/** The beginning of a write: at least one byte, and never all of them. */
function torn(operation: DataOperation, share: number): DataOperation | undefined {
  if (operation.kind === 'resize') return operation;
  const { length } = operation.bytes;
  const left = Math.min(length - 1, Math.max(1, Math.floor(length * share)));
  return left < 1 ? undefined : { ...operation, bytes: operation.bytes.subarray(0, left) };
}

/** Mulberry32: 0 <= n < 1, the same row for the same seed. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
