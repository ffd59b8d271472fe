import { canonicalJson, concatBytes, type JsonObject, toBase64, utf8 } from '@covey/codec';
import {
  type Entry,
  GroupState,
  type History,
  materialize,
  type Writer,
} from '@covey/conversation';
import {
  type GitObject,
  type ObjectStore,
  type Oid,
  type Person,
  readCommit,
} from '@covey/git-objects';
import type { Signer } from '@covey/identity';
import type { Clock } from './counter-clock.ts';

/** What is to stand at a path: a text, bytes, an object that is there already, or nothing. */
export type ForgedFile = string | Uint8Array | { readonly oid: Oid } | undefined;

/** A commit of which any part may be a lie. What is left out is as an honest device would write it. */
export interface Forgery {
  /** An object is written as canonical JSON; bytes need not even be text. */
  readonly message: string | JsonObject | Uint8Array;
  /** Default: the heads. */
  readonly parents?: readonly Oid[];
  /** What changes against the state that the parents come to; the device's own paper is not added. */
  readonly files?: Readonly<Record<string, ForgedFile>>;
  /** Instead of `files`: a tree outright. */
  readonly tree?: Oid;
  readonly author?: Partial<Person>;
  /** Default: the author. */
  readonly committer?: Partial<Person>;
  /** Default: the device's key. */
  readonly signer?: Signer;
  /** The text of the header, in place of a signature; `null` leaves the header out. */
  readonly signature?: string | null;
  /** Changes the header lines before they are signed. */
  readonly headers?: (lines: readonly string[]) => readonly string[];
  /** Has the last word on the bytes, after signing. */
  readonly rewrite?: (commit: Uint8Array) => Uint8Array;
}

/** Who forges: as much of a device as that takes. */
export interface Forger {
  readonly writer: Writer;
  readonly store: ObjectStore;
  readonly history: History;
  readonly heads: readonly Oid[];
  readonly clock: Clock;
}

/** Writes a forged commit with its objects into the device's store. */
export async function forgeCommit(device: Forger, forgery: Forgery): Promise<Oid> {
  const parents = forgery.parents ?? device.heads;
  const tree = forgery.tree ?? (await forgeTree(device, parents, forgery.files ?? {}));
  const time = Math.floor(device.clock().getTime() / 1000);
  const honest: Person = {
    ...{ name: device.writer.displayName, email: device.writer.deviceId, time, zone: '+0000' },
  };
  const author = { ...honest, ...forgery.author };
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${personLine(author)}`,
    `committer ${personLine({ ...author, ...forgery.committer })}`,
  ];
  const headers = utf8([...(forgery.headers?.(lines) ?? lines), ''].join('\n'));
  const body = concatBytes(utf8('\n'), messageBytes(forgery.message));
  const signature = await signatureOf(forgery, concatBytes(headers, body), device);
  const line = signature === null ? new Uint8Array() : utf8(`signature ${signature}\n`);
  const bytes = concatBytes(headers, line, body);
  return put(device, { type: 'commit', bytes: forgery.rewrite?.(bytes) ?? bytes });
}

async function signatureOf(
  { signature, signer }: Forgery,
  payload: Uint8Array,
  { writer }: Forger,
): Promise<string | null> {
  return signature === undefined
    ? toBase64(await (signer ?? writer.signer).sign(payload))
    : signature;
}

function messageBytes(message: Forgery['message']): Uint8Array {
  if (message instanceof Uint8Array) return message;
  return utf8(typeof message === 'string' ? message : canonicalJson(message));
}

function personLine({ name, email, time, zone }: Person): string {
  return `${name} <${email}> ${time} ${zone}`;
}

async function forgeTree(
  device: Forger,
  parents: readonly Oid[],
  files: Readonly<Record<string, ForgedFile>>,
): Promise<Oid> {
  const changes: (readonly [string, Oid | undefined])[] = [];
  for (const [path, file] of Object.entries(files)) {
    changes.push([path, await fileOid(device, file)]);
  }
  const state = (await stateOf(device, parents)).with(changes);
  const { tree, objects } = materialize(state.files, device.history.papers.digests);
  await device.store.write(objects);
  return tree;
}

async function fileOid(device: Forger, file: ForgedFile): Promise<Oid | undefined> {
  if (file === undefined) return undefined;
  if (typeof file === 'object' && 'oid' in file) return file.oid;
  const bytes = typeof file === 'string' ? utf8(file) : file;
  return put(device, { type: 'blob', bytes });
}

/** The state of judged parents; of a parent that was never judged, what its own tree says. */
async function stateOf(device: Forger, parents: readonly Oid[]): Promise<GroupState> {
  const { history, store } = device;
  if (parents.length === 0) return GroupState.EMPTY;
  const entries = parents.map((parent) => history.entry(parent));
  if (entries.every((entry): entry is Entry => entry !== undefined)) {
    return (await history.resolved(store, entries)).state;
  }
  const [first] = parents;
  const object = first && (await store.read(first));
  const commit = object && readCommit(object.bytes).commit;
  if (!commit) throw new Error('a commit is forged on parents that can be read');
  return history.papers.state(commit.tree, store);
}

async function put({ store }: Forger, object: GitObject): Promise<Oid> {
  const [oid] = await store.write([object]);
  if (!oid) throw new Error('a store answers with one id per object');
  return oid;
}
