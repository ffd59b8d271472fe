import { invariant } from '@covey/errors';
import type { DiskOperation, NodeId } from './operation.ts';

export interface ShadowFolder {
  readonly id: NodeId;
  readonly names: Map<string, ShadowNode>;
}

export interface ShadowFile {
  readonly id: NodeId;
  size: number;
  readonly names?: never;
}

export type ShadowNode = ShadowFolder | ShadowFile;

/** Where a path leads: the folder that lists its last name, and what has that name. */
export interface Place {
  readonly folder: ShadowFolder;
  readonly name: string;
  readonly node: ShadowNode | undefined;
}

/** Which node has which name on the real disk right now, so that operations can be told by node. */
export class ShadowTree {
  readonly #root: ShadowFolder = { id: 0, names: new Map() };
  readonly #nodes = new Map<NodeId, ShadowNode>([[0, this.#root]]);

  /** An id that no node has yet. */
  get freeId(): NodeId {
    return this.#nodes.size;
  }

  /** `path` is relative to the root, with `/`. `undefined` if its folder is not there. */
  find(path: string): Place | undefined {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    let folder = this.#root;
    for (const part of parts) {
      const next = folder.names.get(part);
      if (!next?.names) return undefined;
      folder = next;
    }
    return { folder, name, node: name === '' ? folder : folder.names.get(name) };
  }

  take(operation: DiskOperation): void {
    switch (operation.kind) {
      case 'name':
        this.#folder(operation.folder).set(operation.name, this.#made(operation));
        return;
      case 'unname':
        this.#folder(operation.folder).delete(operation.name);
        return;
      case 'rename': {
        const names = this.#folder(operation.folder);
        names.delete(operation.from);
        names.set(operation.name, this.#node(operation.node));
        return;
      }
      case 'write': {
        const file = this.#file(operation.file);
        file.size = Math.max(file.size, operation.offset + operation.bytes.length);
        return;
      }
      case 'resize':
        this.#file(operation.file).size = operation.size;
    }
  }

  #made({ node: id, isFolder }: { node: NodeId; isFolder: boolean }): ShadowNode {
    const known = this.#nodes.get(id);
    if (known) return known;
    const made = isFolder ? { id, names: new Map<string, ShadowNode>() } : { id, size: 0 };
    this.#nodes.set(id, made);
    return made;
  }

  #node(id: NodeId): ShadowNode {
    const node = this.#nodes.get(id);
    invariant(node, 'operations are about nodes that were named before');
    return node;
  }

  #folder(id: NodeId): Map<string, ShadowNode> {
    const { names } = this.#node(id);
    invariant(names, 'only folders list names');
    return names;
  }

  #file(id: NodeId): ShadowFile {
    const node = this.#node(id);
    invariant(node.names === undefined, 'only files have bytes');
    return node;
  }
}
