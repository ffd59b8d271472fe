/** A file or folder, whatever it is called: a rename changes names, not nodes. 0 is the recorded folder itself. */
export type NodeId = number;

/**
 * One step of a disk. What a call does at once in one place is one operation; a call that does more is several,
 * for a power loss may come between. `path` says where it was, for people to read.
 */
export type DiskOperation<Mark = unknown> =
  | NameOperation
  | DataOperation
  /** What `node` got in the first `covers` operations is durable: names if it is a folder, else bytes. */
  | { readonly kind: 'sync'; readonly node: NodeId; readonly covers: number; readonly path: string }
  /** The work promised something to somebody: from here on it must survive. */
  | { readonly kind: 'mark'; readonly mark: Mark };

/** A change of what one folder lists; durable when the folder was synced. */
export type NameOperation =
  /** A new node or a further link gets a name, in place of what had it. */
  | {
      readonly kind: 'name';
      readonly folder: NodeId;
      readonly name: string;
      readonly node: NodeId;
      readonly isFolder: boolean;
      readonly path: string;
    }
  | {
      readonly kind: 'unname';
      readonly folder: NodeId;
      readonly name: string;
      readonly path: string;
    }
  /** Within one folder a node is under its old name or its new one, never both or neither. */
  | {
      readonly kind: 'rename';
      readonly folder: NodeId;
      readonly from: string;
      readonly name: string;
      readonly node: NodeId;
      readonly path: string;
    };

/** A change of the bytes of one file; durable when the file was synced. */
export type DataOperation =
  | {
      readonly kind: 'write';
      readonly file: NodeId;
      readonly offset: number;
      readonly bytes: Uint8Array;
      readonly path: string;
    }
  | {
      readonly kind: 'resize';
      readonly file: NodeId;
      readonly size: number;
      readonly path: string;
    };

/** What a folder went through. */
export interface DiskRecording<Mark> {
  /** In the order in which they were completed. */
  readonly operations: readonly DiskOperation<Mark>[];
  /** The first so many operations make what was there when the recording began, durable. */
  readonly begins: number;
}

/** One line about an operation. */
export function describeOperation(operation: DiskOperation): string {
  if (operation.kind === 'mark') return `mark ${JSON.stringify(operation.mark)}`;
  const { kind, path } = operation;
  if (kind === 'write') return `write ${path} ${operation.bytes.length} bytes`;
  if (kind === 'resize') return `resize ${path} to ${operation.size} bytes`;
  return kind === 'rename' ? `rename ${path} to ${operation.name}` : `${kind} ${path}`;
}
