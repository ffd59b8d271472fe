import { type Digests, ownText } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import type { GitObject, ObjectReader, Oid } from '@covey/git-objects';
import { readTree } from '@covey/git-objects';
import {
  type AccountChain,
  type Certificate,
  type Crl,
  type DevicePaper,
  isAccountUri,
  type Judged,
  judgeAccountChain,
  judgeCrl,
  judgeDevice,
  parseAccountUri,
  parseDeviceId,
  readDeviceCertificate,
  type SignatureVerifier,
} from '@covey/identity';
import { GroupState } from './group-state.ts';
import { EMPTY_TREE } from './layout.ts';

/** Hash functions and signature checks of the host. */
export interface Crypto {
  readonly digests: Digests;
  readonly verifier: SignatureVerifier;
}

/** The device that the author line names, as far as the tree has its papers. */
export interface Author {
  readonly device: string;
  readonly uri: string;
  readonly authorless?: string;
  readonly unchained?: string;
  readonly certificate?: Certificate;
  readonly chain?: { readonly value: AccountChain; readonly oid: Oid };
}

const STATES_KEPT = 512;
const TEXTS_KEPT = 4096;
const PAPERS_KEPT = 8192;
const MAX_DEPTH = 6;
/** Files in one tree: 1 000 members with two devices each, and votes. */
const MAX_FILES = 8000;

/**
 * Reads trees and certificates, each once: everything here is named by its content, so an answer
 * never changes. Shared by all drafts of one history.
 */
export class Papers {
  readonly crypto: Crypto;
  readonly #states = new Recent<GroupState>(STATES_KEPT);
  readonly #judged = new Recent<Promise<Judged<unknown>>>(PAPERS_KEPT);
  readonly #authors = new WeakMap<GroupState, Map<string, Author | Promise<Author>>>();

  /** Texts that stand in many commits. */
  readonly texts = new Texts();

  constructor(crypto: Crypto) {
    this.crypto = crypto;
  }

  get digests(): Digests {
    return this.crypto.digests;
  }

  get verifier(): SignatureVerifier {
    return this.crypto.verifier;
  }

  /** Makes a state known that was computed, so that its tree needs no reading. */
  remember(tree: Oid, state: GroupState): void {
    this.#states.set(tree, state);
  }

  /** A state that was read or computed before. */
  knownState(tree: Oid): GroupState | undefined {
    // What is left when the last one has left. Below a root no tree is empty.
    return tree === EMPTY_TREE ? GroupState.EMPTY : this.#states.get(tree);
  }

  /** @throws {CoveyError} OBJECT_MISSING; GIT_OBJECT_MALFORMED when the tree isn't of the strict form */
  async state(tree: Oid, reader: ObjectReader): Promise<GroupState> {
    const known = this.knownState(tree);
    if (known) return known;
    const files = new Map<string, Oid>();
    const open: { oid: Oid; path: string; depth: number }[] = [{ oid: tree, path: '', depth: 1 }];
    for (let folder = open.pop(); folder; folder = open.pop()) {
      const { bytes } = await mustRead(folder.oid, 'tree', reader);
      for (const entry of readTree(bytes)) {
        const path = folder.path + entry.name;
        if (entry.mode === '100644') files.set(path, entry.oid);
        else open.push({ oid: entry.oid, path: `${path}/`, depth: folder.depth + 1 });
      }
      if (folder.depth > MAX_DEPTH || files.size > MAX_FILES) {
        throw new CoveyError('GIT_OBJECT_MALFORMED', 'a tree too deep or too wide', {
          data: { path: folder.path },
        });
      }
    }
    const state = new GroupState(files);
    this.#states.set(tree, state);
    return state;
  }

  /** The author of a commit with this state, if that was found out before. */
  knownAuthor(state: GroupState, device: string): Author | undefined {
    const known = this.#authors.get(state)?.get(device);
    return known instanceof Promise ? undefined : known;
  }

  /** The author of a commit with this state, found out once: most commits have the state of the one before. */
  author(state: GroupState, device: string, find: () => Promise<Author>): Author | Promise<Author> {
    const authors = this.#authors.get(state) ?? new Map<string, Author | Promise<Author>>();
    this.#authors.set(state, authors);
    const known = authors.get(device);
    if (known) return known;
    const finding = find();
    authors.set(device, finding);
    finding.then(
      (author) => authors.set(device, author),
      // A failure of reading is no answer: it is not kept.
      () => authors.delete(device),
    );
    return finding;
  }

  chain(oid: Oid, uri: string, reader: ObjectReader): Promise<Judged<AccountChain>> {
    return this.#once(`chain ${oid} ${uri}`, async () => {
      const pem = (await mustRead(oid, 'blob', reader)).bytes;
      return judgeAccountChain(pem, parseAccountUri(uri), this.crypto);
    });
  }

  /** Form and key id only: who issued it is what it says. */
  certificate(oid: Oid, device: string, reader: ObjectReader): Promise<Judged<Certificate>> {
    return this.#once(`certificate ${oid} ${device}`, async () => {
      const pem = (await mustRead(oid, 'blob', reader)).bytes;
      return readDeviceCertificate(pem, parseDeviceId(device), this.crypto);
    });
  }

  device(
    oid: Oid,
    device: string,
    chain: AccountChain,
    chainOid: Oid,
    reader: ObjectReader,
  ): Promise<Judged<DevicePaper>> {
    return this.#once(`device ${oid} ${device} ${chainOid}`, async () => {
      const pem = (await mustRead(oid, 'blob', reader)).bytes;
      return judgeDevice(pem, parseDeviceId(device), chain, this.crypto);
    });
  }

  crl(oid: Oid, chain: AccountChain, chainOid: Oid, reader: ObjectReader): Promise<Judged<Crl>> {
    return this.#once(`crl ${oid} ${chainOid}`, async () => {
      const pem = (await mustRead(oid, 'blob', reader)).bytes;
      return judgeCrl(pem, chain, this.crypto);
    });
  }

  /** Account that a device certificate names as its issuer. */
  async ownerOf(oid: Oid, device: string, reader: ObjectReader): Promise<string | undefined> {
    const certificate = await this.certificate(oid, device, reader);
    const uid = certificate.ok ? certificate.value.issuerUid : undefined;
    return uid !== undefined && isAccountUri(uid) ? uid : undefined;
  }

  /** Ids of the devices whose certificate names the account as issuer, banned ones included. */
  async devicesOf(
    uri: string,
    state: GroupState,
    reader: ObjectReader,
  ): Promise<readonly string[]> {
    const found = new Set<string>();
    for (const folder of ['devices/', 'banned/devices/']) {
      for (const device of state.names(folder, '.crt')) {
        const oid = state.files.get(`${folder}${device}.crt`);
        if (oid !== undefined && (await this.ownerOf(oid, device, reader)) === uri) {
          found.add(device);
        }
      }
    }
    return [...found];
  }

  #once<T>(key: string, judge: () => Promise<Judged<T>>): Promise<Judged<T>> {
    // The key names the kind of answer, so the type is the one that was put in.
    const known = this.#judged.get(key) as Promise<Judged<T>> | undefined;
    if (known) return known;
    const answer = judge();
    this.#judged.set(key, answer);
    // A failure of reading is no verdict: it is not kept.
    answer.catch(() => this.#judged.delete(key));
    return answer;
  }
}

/** @throws {CoveyError} OBJECT_MISSING, GIT_OBJECT_MALFORMED */
export async function mustRead(
  oid: Oid,
  type: GitObject['type'],
  reader: ObjectReader,
): Promise<GitObject> {
  const object = await reader.read(oid);
  if (!object) throw new CoveyError('OBJECT_MISSING', `no ${type} ${oid}`, { data: { oid } });
  if (object.type === type) return object;
  throw new CoveyError('GIT_OBJECT_MALFORMED', `${oid} is a ${object.type}, not a ${type}`, {
    data: { oid },
  });
}

/** One copy of each text, which keeps nothing else alive: a part of a text keeps all of it. */
class Texts {
  readonly #known = new Recent<string>(TEXTS_KEPT);

  keep<T extends string>(text: T): T {
    const known = this.#known.get(text);
    if (known !== undefined) return known as T; // The same text.
    const own = ownText(text);
    this.#known.set(own, own);
    return own;
  }
}

/** The most recently used of a bounded number of values. */
class Recent<T> {
  readonly #limit: number;
  readonly #values = new Map<string, T>();
  /** Asked for again and again: in its place already. */
  #newest: string | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): T | undefined {
    const value = this.#values.get(key);
    if (value === undefined || key === this.#newest) return value;
    this.#values.delete(key);
    this.#values.set(key, value);
    this.#newest = key;
    return value;
  }

  set(key: string, value: T): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    this.#newest = key;
    if (this.#values.size <= this.#limit) return;
    const [oldest] = this.#values.keys();
    if (oldest !== undefined) this.#values.delete(oldest);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }
}
