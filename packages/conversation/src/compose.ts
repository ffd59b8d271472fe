import { canonicalJson, type JsonObject, toBase64 } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import {
  cleanName,
  commitPayload,
  type GitObject,
  type ObjectReader,
  type Oid,
  oidOf,
  signedCommit,
} from '@covey/git-objects';
import { type AccountUri, type DeviceId, isDeviceId, type Signer } from '@covey/identity';
import type { Entry } from './entry.ts';
import { GroupState } from './group-state.ts';
import type { History } from './history.ts';
import {
  adminPath,
  type BanClass,
  crlPath,
  devicePath,
  EMPTY_BLOB,
  invitedPath,
  memberPath,
  PROFILE_PATH,
  type VoteAction,
  votePath,
} from './layout.ts';
import { materialize } from './materialize.ts';
import { type SerialsOf, sweptBy } from './own-papers.ts';
import { resolutionFiles, startOf } from './rules/authority.ts';
import { goesWith, votesOn } from './rules/membership.ts';
import { type ConversationProfile, writeVcard } from './vcard.ts';
import { refusal } from './verify.ts';

/** The device that writes: who it is, how it signs, and the papers that it brings into a repository. */
export interface Writer {
  readonly uri: AccountUri;
  readonly deviceId: DeviceId;
  readonly displayName: string;
  readonly signer: Signer;
  /** PEM bytes of `admins/<uri>.crt` or `members/<uri>.crt`. */
  readonly chainPem: Uint8Array;
  /** PEM bytes of `devices/<deviceId>.crt`. */
  readonly devicePem: Uint8Array;
}

/** What is to be said. Message keys as in the protocol; the tree follows from the kind. */
export type Intent =
  | { readonly kind: 'message'; readonly fields: JsonObject & { readonly type: string } }
  | { readonly kind: 'add'; readonly uri: AccountUri }
  | { readonly kind: 'join' }
  | { readonly kind: 'leave' }
  | { readonly kind: 'vote' | 'resolve'; readonly action: VoteAction; readonly target: string }
  /** PEM of the account's new revocation list. */
  | { readonly kind: 'revoke'; readonly crl: Uint8Array }
  | { readonly kind: 'profile'; readonly profile: ConversationProfile }
  | { readonly kind: 'initial'; readonly charter: JsonObject & { readonly mode: number } };

/** Reads objects that were composed and are not in the store yet, then those of the store. */
export class Composition implements ObjectReader {
  readonly #store: ObjectReader;
  readonly #objects = new Map<Oid, GitObject>();
  readonly draft: History;

  constructor(draft: History, store: ObjectReader) {
    this.draft = draft;
    this.#store = store;
  }

  /** Everything to be written, parents before children. */
  get objects(): readonly GitObject[] {
    return [...this.#objects.values()];
  }

  async read(oid: Oid): Promise<GitObject | undefined> {
    return this.#objects.get(oid) ?? this.#store.read(oid);
  }

  put(object: GitObject): Oid {
    const oid = oidOf(object, this.draft.papers.digests);
    this.#objects.set(oid, object);
    return oid;
  }

  /**
   * Writes a commit on the present heads, merging them first when there are several, and judges all of
   * it by the rules that every other device will apply.
   * @throws {CoveyError} COMMIT_REFUSED, with the rule in `data`; nothing has been written then
   */
  async write(writer: Writer, intent: Intent, now: Date): Promise<Entry> {
    const parents = await this.#parentsFor(writer, intent, now);
    return this.commit(
      writer,
      messageOf(intent, writer),
      parents,
      (before) => this.#treeOf(intent, writer, before, parents),
      now,
    );
  }

  /** By what all heads come to: what a single one of them says is perhaps no more than an old one says. */
  async #parentsFor(writer: Writer, intent: Intent, now: Date): Promise<readonly Entry[]> {
    if (this.draft.size === 0) return [];
    const { state } = await this.draft.resolved(this);
    if (!state.isWriter(writer.uri)) {
      if (intent.kind === 'join') return this.#headToJoin(writer);
      const isBanned = state.bannedFrom(writer.uri) !== undefined;
      const found = isBanned ? 'the account is banned' : 'the account is neither admin nor member';
      throw refusal({ rule: 'every-commit/author-in-standing', found });
    }
    return this.#mergedHeads(writer, now);
  }

  /** Merges all heads that this writer can merge. For who has just joined. */
  async mergeHeads(writer: Writer, now: Date): Promise<void> {
    await this.#mergedHeads(writer, now);
  }

  /** One commit with the given message and tree. Judged, hence refused when it isn't lawful. @throws {CoveyError} COMMIT_REFUSED */
  async commit(
    writer: Writer,
    message: string,
    parents: readonly Entry[],
    change: (before: GroupState) => Promise<GroupState> | GroupState,
    now: Date,
  ): Promise<Entry> {
    const before =
      parents.length === 0 ? GroupState.EMPTY : (await this.draft.resolved(this, parents)).state;
    const after = await change(before);
    const oid = this.put({
      type: 'commit',
      bytes: await this.#sign(writer, message, parents, before, after, now),
    });
    const judged = await this.draft.judge(oid, this);
    if ('entry' in judged) return judged.entry;
    this.#objects.delete(oid);
    throw refusal(judged.broken);
  }

  async #sign(
    writer: Writer,
    message: string,
    parents: readonly Entry[],
    before: GroupState,
    after: GroupState,
    now: Date,
  ): Promise<Uint8Array> {
    const [only] = parents;
    let tree = parents.length === 1 && only && after === before ? only.tree : undefined;
    if (tree === undefined) {
      const made = materialize(after.files, this.draft.papers.digests);
      for (const object of made.objects) this.put(object);
      tree = made.tree;
    }
    const person = {
      name: cleanName(writer.displayName, writer.deviceId),
      email: writer.deviceId,
      time: Math.floor(now.getTime() / 1000),
      zone: '+0000',
    };
    const payload = commitPayload({
      tree,
      parents: parents.map(({ oid }) => oid),
      person,
      message,
    });
    return signedCommit(payload, toBase64(await writer.signer.sign(payload)));
  }

  /** Pair by pair, each time the first in display order whose merge is valid for this writer. */
  async #mergedHeads(writer: Writer, now: Date): Promise<readonly Entry[]> {
    for (let heads = this.draft.heads; heads.length > 1; heads = this.draft.heads) {
      if (!(await this.#mergeFirstPair(writer, heads, now)))
        return this.#headToStandOn(writer, heads);
    }
    return this.draft.heads;
  }

  /** Where no pair can be merged by this writer: the last head on which he may write. */
  async #headToStandOn({ uri }: Writer, heads: readonly Entry[]): Promise<readonly Entry[]> {
    for (const head of [...heads].reverse()) {
      const state = await this.draft.papers.state(head.tree, this);
      if (state.isWriter(uri)) return [head];
    }
    return heads.slice(-1);
  }

  async #mergeFirstPair(writer: Writer, heads: readonly Entry[], now: Date): Promise<boolean> {
    for (const [at, one] of heads.entries()) {
      for (const other of heads.slice(at + 1)) {
        try {
          await this.commit(
            writer,
            `Merge commit '${other.oid}'`,
            [one, other],
            (before) => this.#withPapers(writer, before),
            now,
          );
          return true;
        } catch (reason) {
          if (!CoveyError.is(reason, 'COMMIT_REFUSED')) throw reason;
        }
      }
    }
    return false;
  }

  /** Who isn't a member yet joins on the last head that has his invitation; in mode 3 on the last. */
  async #headToJoin(writer: Writer): Promise<readonly Entry[]> {
    const heads = [...this.draft.heads].reverse();
    for (const head of this.draft.charter?.mode === 3 ? [] : heads) {
      const state = await this.draft.papers.state(head.tree, this);
      if (state.has(invitedPath(writer.uri))) return [head];
    }
    return heads.slice(0, 1);
  }

  /** The tree of a commit, its author's device certificate added where it is missing (rule 5). */
  #withPapers(writer: Writer, state: GroupState): GroupState {
    if (state.hasDevice(writer.deviceId)) return state;
    return state.with([
      [devicePath(writer.deviceId), this.put({ type: 'blob', bytes: writer.devicePem })],
    ]);
  }

  async #treeOf(
    intent: Intent,
    writer: Writer,
    before: GroupState,
    parents: readonly Entry[],
  ): Promise<GroupState> {
    const chain = () => this.put({ type: 'blob', bytes: writer.chainPem });
    switch (intent.kind) {
      case 'message':
        return this.#withPapers(writer, before);
      case 'profile': {
        const vcard = this.put({ type: 'blob', bytes: writeVcard(intent.profile) });
        return this.#withPapers(writer, before.with([[PROFILE_PATH, vcard]]));
      }
      case 'vote': {
        const { action, target } = intent;
        const from = startOf(action, before, target) ?? classFor(action, target);
        const path = votePath(action, from, target, writer.uri);
        return this.#withPapers(writer, before.with([[path, this.#empty()]]));
      }
      case 'resolve': {
        const { action, target } = intent;
        const devices = await this.draft.papers.devicesOf(target, before, this);
        const from = startOf(action, before, target) ?? classFor(action, target);
        return this.#withPapers(
          writer,
          before.with(resolutionFiles({ action, from, target }, before, devices)),
        );
      }
      case 'revoke': {
        const list = this.put({ type: 'blob', bytes: intent.crl });
        const serialsOf: SerialsOf = (device, uri) => this.draft.serialsOf(device, uri, parents);
        const past = { before, serialsOf };
        const swept = await sweptBy(list, writer.uri, past, this, this.draft.papers);
        return this.#withPapers(
          writer,
          before.with([
            [crlPath(writer.uri), list],
            ...swept.map((path) => [path, undefined] as const),
          ]),
        );
      }
      case 'add':
        return this.#withPapers(
          writer,
          before.with([
            ...(await this.#votesOn(intent.uri, before)),
            [invitedPath(intent.uri), this.#empty()],
          ]),
        );
      case 'join':
        return this.#withPapers(
          writer,
          before.with([
            ...(await this.#votesOn(writer.uri, before)),
            [invitedPath(writer.uri), undefined],
            [memberPath(writer.uri), chain()],
          ]),
        );
      case 'leave': {
        const devices = await this.draft.papers.devicesOf(writer.uri, before, this);
        return before.with(goesWith(before, writer.uri, devices).map((path) => [path, undefined]));
      }
      case 'initial': {
        const invited = intent.charter['invited'];
        const other =
          typeof invited === 'string' && invited !== writer.uri
            ? [[invitedPath(invited), this.#empty()] as const]
            : [];
        return this.#withPapers(writer, before.with([[adminPath(writer.uri), chain()], ...other]));
      }
    }
  }

  /** No vote outlives a change of its target's place. */
  async #votesOn(
    uri: string,
    before: GroupState,
  ): Promise<readonly (readonly [string, undefined])[]> {
    const devices = await this.draft.papers.devicesOf(uri, before, this);
    return votesOn(before, uri, devices).map((path) => [path, undefined]);
  }

  #empty(): Oid {
    this.put({ type: 'blob', bytes: new Uint8Array(0) });
    return EMPTY_BLOB;
  }
}

/** Where somebody would stand who isn't there: such a vote is refused by its rule, not here. */
function classFor(action: VoteAction, target: string): BanClass {
  if (isDeviceId(target)) return 'devices';
  return action === 'demote' ? 'admins' : 'members';
}

function messageOf(intent: Intent, { uri }: Writer): string {
  switch (intent.kind) {
    case 'message':
      return canonicalJson(intent.fields);
    case 'profile':
      return canonicalJson({ type: 'application/update-profile' });
    case 'vote':
      return canonicalJson({ action: intent.action, type: 'vote', uri: intent.target });
    case 'resolve':
      return canonicalJson({ action: intent.action, type: 'member', uri: intent.target });
    case 'revoke':
      return canonicalJson({ type: 'application/update-papers' });
    case 'initial':
      return canonicalJson({ ...intent.charter, type: 'initial' });
    case 'add':
      return canonicalJson({ action: 'add', type: 'member', uri: intent.uri });
    case 'join':
      return canonicalJson({ action: 'join', type: 'member', uri });
    case 'leave':
      return canonicalJson({ action: 'remove', type: 'member', uri });
  }
}
