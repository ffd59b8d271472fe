import { concatBytes, utf8, utf8Text } from '@covey/codec';
import type { Entry } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import { type GitObject, type ObjectReader, type Oid, oidOf } from '@covey/git-objects';
import { objectsOf } from '@covey/replication';
import type { Repair } from './api.ts';
import type { DevicePorts } from './ports.ts';

/** Everything that {@link readSaved} needs. */
export const SAVED_JSON = 'commits.json';
const FORMAT = 1;
const BATCH = 100;

/** One commit that was given up, as far as it can be said again. */
export interface SavedCommit {
  readonly id: string;
  readonly type: string;
  readonly body?: string;
  /** Keys of its message that are texts, without its type. */
  readonly fields: Readonly<Record<string, string>>;
  /** A text of the account itself. */
  readonly resend: boolean;
}

interface GivenUp {
  readonly conversationId: string;
  readonly at: Date;
  readonly refused: Repair['refused'];
  readonly lost: readonly Entry[];
  readonly heads: readonly Entry[];
  /** Of the lost: what its author can send again. */
  readonly texts: readonly Entry[];
}

/**
 * What is kept of commits that are given up: `commits.json`, each own text as a file that any editor opens, and
 * `commits.bundle`, which Git reads on top of the repository (`git fetch commits.bundle refs/heads/refused-1`).
 */
export async function savedFiles(
  { conversationId, at, refused, lost, heads, texts }: GivenUp,
  store: ObjectReader,
  ports: Pick<DevicePorts, 'packOf'> & { digests: DevicePorts['crypto']['digests'] },
): Promise<ReadonlyMap<string, Uint8Array>> {
  const own = new Set(texts);
  const commits = lost.map((entry) => ({
    id: entry.oid,
    parents: entry.parents.map(({ oid }) => oid),
    author: entry.uri,
    device: entry.device,
    timestamp: entry.time,
    type: entry.content.type,
    ...bodyOf(entry),
    fields: textsOf(entry),
    resend: own.has(entry),
  }));
  const oids = heads.map(({ oid }) => oid);
  const told = {
    format: FORMAT,
    conversationId,
    at: at.toISOString(),
    refused,
    heads: oids,
    commits,
  };
  const files = new Map<string, Uint8Array>();
  texts.forEach((entry, nth) => {
    const { body } = bodyOf(entry);
    const name = `texts/${String(nth + 1).padStart(4, '0')}-${entry.oid.slice(0, 8)}.txt`;
    if (body !== undefined) files.set(name, utf8(`${body}\n`));
  });
  files.set('commits.bundle', await bundleOf(lost, store, ports));
  files.set(SAVED_JSON, utf8(`${JSON.stringify(told, undefined, 2)}\n`));
  return files;
}

/** @throws {CoveyError} REPAIR_NOT_SAVED when another version wrote it */
export function readSaved(bytes: Uint8Array): {
  readonly heads: readonly string[];
  readonly commits: readonly SavedCommit[];
} {
  const saved = JSON.parse(utf8Text(bytes)) as {
    format: number;
    heads: string[];
    commits: SavedCommit[];
  }; // Our own file.
  if (saved.format === FORMAT) return saved;
  throw new CoveyError('REPAIR_NOT_SAVED', 'what was saved was written by another version');
}

const bodyOf = ({ content }: Entry): { body?: string } => {
  const body = content.fields['body'];
  return typeof body === 'string' ? { body } : {};
};

function textsOf({ content }: Entry): Record<string, string> {
  return Object.fromEntries(
    Object.entries(content.fields).filter(
      (member): member is [string, string] => typeof member[1] === 'string' && member[0] !== 'type',
    ),
  );
}

/** A Git bundle (git: Documentation/gitformat-bundle, version 2) of these commits, above their other parents. */
async function bundleOf(
  entries: readonly Entry[],
  store: ObjectReader,
  { digests, packOf }: Pick<DevicePorts, 'packOf'> & { digests: DevicePorts['crypto']['digests'] },
): Promise<Uint8Array> {
  const among = new Set(entries);
  const parents = new Set(entries.flatMap((entry) => entry.parents));
  const below = [...parents].filter((parent) => !among.has(parent));
  const tips = entries.filter((entry) => !parents.has(entry));
  const header = [
    '# v2 git bundle',
    ...below.map(({ oid }) => `-${oid} `),
    ...tips.map(({ oid }, nth) => `${oid} refs/heads/refused-${nth + 1}`),
    '\n',
  ].join('\n');
  const objects = new Map<Oid, GitObject>();
  for (let at = 0; at < entries.length; at += BATCH) {
    for (const object of await objectsOf(entries.slice(at, at + BATCH), store, Infinity)) {
      objects.set(oidOf(object, digests), object);
    }
  }
  const parts: Uint8Array[] = [utf8(header)];
  for await (const part of packOf([...objects.values()])) parts.push(part.slice());
  return concatBytes(...parts);
}
