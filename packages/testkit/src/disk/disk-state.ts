import type { DataOperation, DiskOperation, NameOperation, NodeId } from './operation.ts';

/** An operation that no sync has covered yet, and its place in the recording. */
interface Pending<Operation> {
  readonly at: number;
  readonly operation: Operation;
}

/** What one folder lists: durably, and since then. */
export class FolderState {
  readonly kind = 'folder';
  #durable: ReadonlyMap<string, NodeId> = new Map();
  #pending: readonly Pending<NameOperation>[] = [];

  /** Names after the durable ones and the chosen operations. Chosen one by one: no order is promised. */
  names(
    isChosen: (operation: NameOperation, last: boolean) => boolean,
  ): ReadonlyMap<string, NodeId> {
    const names = new Map(this.#durable);
    const last = this.#pending.length - 1;
    for (const [index, { operation }] of this.#pending.entries()) {
      if (!isChosen(operation, index === last)) continue;
      if (operation.kind === 'rename') names.delete(operation.from);
      if (operation.kind === 'unname') names.delete(operation.name);
      else names.set(operation.name, operation.node);
    }
    return names;
  }

  take(at: number, operation: NameOperation): void {
    this.#pending = [...this.#pending, { at, operation }];
  }

  sync(covers: number): void {
    const covered = new Set(this.#pending.filter(({ at }) => at < covers).map(operationOf));
    this.#durable = this.names((operation) => covered.has(operation));
    this.#pending = this.#pending.filter(({ operation }) => !covered.has(operation));
  }
}

/** The bytes of one file: durably, and what was done since then. */
export class FileState {
  readonly kind = 'file';
  #durable: Uint8Array = new Uint8Array();
  #pending: readonly Pending<DataOperation>[] = [];
  /** Bytes when everything is kept; most images ask for that. */
  #kept: Uint8Array | undefined = this.#durable;

  /** Whether all of it is durable. */
  get isSynced(): boolean {
    return this.#pending.length === 0;
  }

  get durable(): Uint8Array {
    return this.#durable;
  }

  get kept(): Uint8Array {
    this.#kept ??= this.bytes((operation) => operation);
    return this.#kept;
  }

  /** Bytes after the durable ones and what becomes of each operation since; `last` for the newest of them. */
  bytes(
    becomes: (operation: DataOperation, last: boolean) => DataOperation | undefined,
  ): Uint8Array {
    const last = this.#pending.length - 1;
    const done = this.#pending.flatMap(
      ({ operation }, index) => becomes(operation, index === last) ?? [],
    );
    return done.length === 0 ? this.#durable : applied(this.#durable, done);
  }

  take(at: number, operation: DataOperation): void {
    this.#pending = [...this.#pending, { at, operation }];
    this.#kept = undefined;
  }

  sync(covers: number): void {
    const covered = this.#pending.filter(({ at }) => at < covers).map(operationOf);
    if (covered.length === this.#pending.length) this.#durable = this.kept;
    else if (covered.length > 0) this.#durable = applied(this.#durable, covered);
    this.#pending = this.#pending.filter(({ at }) => at >= covers);
  }
}

/** A disk as it follows a recording: what is durable of it, and what may be. */
export class DiskState {
  readonly #nodes = new Map<NodeId, FolderState | FileState>([[0, new FolderState()]]);
  #at = 0;

  node(id: NodeId): FolderState | FileState {
    const node = this.#nodes.get(id);
    if (!node) throw new Error(`node ${id} was never made`);
    return node;
  }

  take(operation: DiskOperation): void {
    const at = this.#at++;
    switch (operation.kind) {
      case 'mark':
        return;
      case 'sync':
        this.node(operation.node).sync(operation.covers);
        return;
      case 'write':
      case 'resize': {
        const file = this.node(operation.file);
        if (file.kind === 'file') file.take(at, operation);
        return;
      }
      default: {
        if (operation.kind === 'name' && !this.#nodes.has(operation.node)) {
          this.#nodes.set(operation.node, operation.isFolder ? new FolderState() : new FileState());
        }
        const folder = this.node(operation.folder);
        if (folder.kind === 'folder') folder.take(at, operation);
      }
    }
  }
}

/** A disk after all of these. */
export function stateAfter(operations: readonly DiskOperation[]): DiskState {
  const state = new DiskState();
  for (const operation of operations) state.take(operation);
  return state;
}

function operationOf<Operation>({ operation }: Pending<Operation>): Operation {
  return operation;
}

function applied(before: Uint8Array, operations: readonly DataOperation[]): Uint8Array {
  let bytes = before.slice();
  for (const operation of operations) {
    if (operation.kind === 'resize') bytes = resized(bytes, operation.size);
    else {
      const end = operation.offset + operation.bytes.length;
      if (end > bytes.length) bytes = resized(bytes, end);
      bytes.set(operation.bytes, operation.offset);
    }
  }
  return bytes;
}

function resized(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(size);
  result.set(bytes.subarray(0, size));
  return result;
}
