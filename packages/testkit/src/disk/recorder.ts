import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { invariant } from '@covey/errors';
import type { DiskOperation } from './operation.ts';
import { type Place, type ShadowNode, ShadowTree } from './shadow-tree.ts';

/** A file or folder that somebody has open. */
export interface OpenNode {
  readonly node: ShadowNode;
  readonly path: string;
  /** Every write goes to the end. */
  readonly appends: boolean;
  position: number;
}

/** Writes down what happens below one folder, as it is told by the watched calls. */
export class Recorder<Mark> {
  readonly operations: DiskOperation<Mark>[] = [];
  readonly #root: string;
  readonly #tree = new ShadowTree();

  constructor(root: string) {
    this.#root = root;
  }

  /** Goes on from what these operations have made. */
  continueFrom(operations: readonly DiskOperation<Mark>[]): void {
    for (const operation of operations) this.#note(operation);
  }

  /** Takes what is in the folder for durable. */
  scan(path = ''): void {
    for (const entry of readdirSync(join(this.#root, path), { withFileTypes: true })) {
      const at = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) {
        this.madeFolder(at);
        this.scan(at);
      } else {
        const open = this.opened(at, 'w');
        invariant(open, 'a file in a folder that is known');
        this.wrote(open, readFileSync(join(this.#root, at)));
        this.synced(open, this.operations.length);
      }
    }
    const folder = this.opened(path, 'r');
    invariant(folder, 'a folder that is read is known');
    this.synced(folder, this.operations.length);
  }

  /** The path below the recorded folder, with `/`; `undefined` for what lies elsewhere. */
  inside(path: unknown): string | undefined {
    if (typeof path !== 'string' && !(path instanceof URL)) return undefined;
    const found = relative(this.#root, resolve(path instanceof URL ? fileURLToPath(path) : path));
    return found.startsWith('..') ? undefined : found;
  }

  mark(mark: Mark): void {
    this.#note({ kind: 'mark', mark });
  }

  /** `flags` as `open` takes them. `undefined` if somebody else has removed the name in the meantime. */
  opened(path: string, flags: string): OpenNode | undefined {
    const isThere = this.#tree.find(path)?.node !== undefined;
    if (!isThere && !flags.startsWith('r')) this.#named(path, this.#tree.freeId, false);
    const node = this.#tree.find(path)?.node;
    if (!node) return undefined;
    const open = { node, path, appends: flags.startsWith('a'), position: 0 };
    if (flags.startsWith('w')) this.resized(open, 0);
    return open;
  }

  wrote(open: OpenNode, data: Uint8Array, position?: number): void {
    const offset = open.appends ? sizeOf(open) : (position ?? open.position);
    if (open.appends || position === undefined) open.position = offset + data.length;
    // The buffer is the caller's, who may use it again.
    const bytes = data.slice();
    this.#note({ kind: 'write', file: open.node.id, offset, bytes, path: open.path });
  }

  resized(open: OpenNode, size: number): void {
    if (sizeOf(open) === size) return;
    this.#note({ kind: 'resize', file: open.node.id, size, path: open.path });
  }

  /** `covers`: how many operations were complete when the sync was asked for. */
  synced({ node, path }: OpenNode, covers: number): void {
    this.#note({ kind: 'sync', node: node.id, covers, path });
  }

  /** Also the folders above it that were missing. */
  madeFolder(path: string): void {
    const parts = path.split('/');
    for (const depth of parts.keys()) {
      const at = parts.slice(0, depth + 1).join('/');
      if (!this.#place(at).node) this.#named(at, this.#tree.freeId, true);
    }
  }

  linked(from: string, to: string): void {
    const { node } = this.#place(from);
    invariant(node, 'what was linked is known');
    this.#named(to, node.id, node.names !== undefined);
  }

  renamed(path: string, to: string): void {
    const source = this.#place(path);
    const { folder, name } = this.#place(to);
    if (source.folder !== folder) {
      // Each folder is written for itself: a loss may come between.
      this.linked(path, to);
      this.#unnamed(path);
      return;
    }
    invariant(source.node, 'what was renamed is known');
    const node = source.node.id;
    this.#note({ kind: 'rename', folder: folder.id, from: source.name, name, node, path });
  }

  /** With all that is in it. */
  removed(path: string): void {
    const node = this.#tree.find(path)?.node;
    if (!node) return;
    for (const name of [...(node.names?.keys() ?? [])]) this.removed(`${path}/${name}`);
    this.#unnamed(path);
  }

  #named(path: string, node: number, isFolder: boolean): void {
    const { folder, name } = this.#place(path);
    this.#note({ kind: 'name', folder: folder.id, name, node, isFolder, path });
  }

  #unnamed(path: string): void {
    const { folder, name } = this.#place(path);
    this.#note({ kind: 'unname', folder: folder.id, name, path });
  }

  #place(path: string): Place {
    const place = this.#tree.find(path);
    invariant(place, `${path} is in a folder that is known`);
    return place;
  }

  #note(operation: DiskOperation<Mark>): void {
    this.#tree.take(operation);
    this.operations.push(operation);
  }
}

function sizeOf({ node, path }: OpenNode): number {
  invariant(node.names === undefined, `${path} is a file`);
  return node.size;
}
