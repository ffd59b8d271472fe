import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const digests = new WeakMap<Uint8Array, string>();

/** All that a disk holds: folders and the bytes of files, by relative path, each folder before what is in it. */
export class DiskImage {
  readonly #nodes: ReadonlyMap<string, Uint8Array | 'folder'>;

  constructor(nodes: ReadonlyMap<string, Uint8Array | 'folder'>) {
    this.#nodes = nodes;
  }

  /** What is in a folder now. */
  static read(root: string): DiskImage {
    const nodes = new Map<string, Uint8Array | 'folder'>();
    const found = readdirSync(root, { recursive: true, withFileTypes: true });
    const paths = found.map((entry) => ({ entry, path: join(entry.parentPath, entry.name) }));
    for (const { entry, path } of paths.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
      const relative = path.slice(root.length + 1);
      nodes.set(relative, entry.isDirectory() ? 'folder' : readFileSync(path));
    }
    return new DiskImage(nodes);
  }

  get paths(): readonly string[] {
    return [...this.#nodes.keys()];
  }

  /** The same for the same content. */
  get digest(): string {
    const hash = createHash('sha256');
    for (const path of this.paths.toSorted()) {
      const node = this.#nodes.get(path);
      hash.update(`${path}\0${node instanceof Uint8Array ? digestOf(node) : node}\0`);
    }
    return hash.digest('hex');
  }

  /** Paths that are not the same in both. */
  differences(other: DiskImage): readonly string[] {
    const ofNode = (node: Uint8Array | 'folder' | undefined) =>
      node instanceof Uint8Array ? digestOf(node) : node;
    return [...new Set([...this.paths, ...other.paths])].filter(
      (path) => ofNode(this.#nodes.get(path)) !== ofNode(other.#nodes.get(path)),
    );
  }

  /** Puts all of it into an empty folder. */
  materialize(root: string): void {
    for (const [path, node] of this.#nodes) {
      if (node === 'folder') mkdirSync(join(root, path), { mode: 0o700 });
      else writeFileSync(join(root, path), node, { mode: 0o600 });
    }
  }
}

function digestOf(bytes: Uint8Array): string {
  let digest = digests.get(bytes);
  if (digest === undefined) {
    digest = createHash('sha256').update(bytes).digest('hex');
    digests.set(bytes, digest);
  }
  return digest;
}
