import { CoveyError } from '@covey/errors';
import { isOid, type Oid } from '@covey/git-objects';
import type { GitMessageId, KnownDevice } from '@covey/grpc-api';
import { BackOff, type Effect, Replicator } from '@covey/replication';
import type { AccountContext } from './account-context.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';
import { DigestWatch } from './digest-watch.ts';
import { Fetching } from './fetching.ts';
import type { Link, RemoteDevice } from './ports.ts';

const ANNOUNCE_MIME = 'application/im-gitmessage-id';
const MAX_ANNOUNCED_HEADS = 1024;
/** Between two announcements to one device. In a burst each fetch then brings many commits, not one. */
const BREATH_MS = 40;

/** What is told and taken in of devices, see `Roster`. */
interface RosterSide {
  rosterOf(conversationId: string): KnownDevice[];
  takeRoster(conversationId: string, devices: readonly KnownDevice[]): Promise<void>;
}

/** Keeps one conversation in step with all connected devices that share it: does what the replicator says. */
export class Exchange {
  readonly #runtime: ConversationRuntime;
  readonly #account: AccountContext;
  readonly #roster: RosterSide;
  readonly #replicator: Replicator;
  readonly #fetching: Fetching;
  readonly #digests: DigestWatch;
  readonly #known = new Map<string, Link>();
  readonly #backOffs = new Map<string, BackOff>();
  /** Links with an announcement on its way, and whether there is more to say since. */
  readonly #announcing = new Map<Link, boolean>();
  readonly #closing = new AbortController();
  /** Ends the fetch from a device. */
  readonly #fetches = new Map<string, AbortController>();

  constructor(runtime: ConversationRuntime, account: AccountContext, roster: RosterSide) {
    this.#roster = roster;
    this.#runtime = runtime;
    this.#account = account;
    this.#fetching = new Fetching(runtime, account);
    this.#digests = new DigestWatch(runtime, account);
    this.#replicator = new Replicator(runtime.heads, (oid) => runtime.knows(oid));
  }

  close(): void {
    this.#closing.abort();
    this.#known.clear();
  }

  linked(link: Link): void {
    const peer = link.remote.deviceId;
    if (this.#known.get(peer) === link) return;
    this.#known.set(peer, link);
    this.#do(this.#replicator.linked(peer));
    void this.#greet(link);
  }

  unlinked(link: Link): void {
    const peer = link.remote.deviceId;
    if (this.#known.get(peer) !== link) return;
    this.#known.delete(peer);
    this.#backOffs.delete(peer);
    this.#digests.forget(peer);
    const over = new CoveyError('PEER_REFUSED', 'nothing is exchanged with this device any more');
    this.#fetches.get(peer)?.abort(over);
    this.#do(this.#replicator.unlinked(peer));
  }

  /** Who may no longer talk about this conversation is asked for nothing more, and told nothing. */
  keepOnly(isAllowed: (remote: RemoteDevice) => boolean): void {
    for (const link of [...this.#known.values()]) {
      if (!isAllowed(link.remote)) this.unlinked(link);
    }
  }

  announced(link: Link, { heads, stateDigest }: GitMessageId): void {
    const peer = link.remote.deviceId;
    this.#known.set(peer, link);
    this.#replicator.linked(peer);
    this.#do(this.#replicator.announced(peer, heads.filter(isOid)));
    void this.#compare(link, heads, stateDigest);
  }

  moved(): void {
    this.#do(this.#replicator.moved(this.#runtime.heads));
    void this.#digests.moved().then((devices) => this.#warn(devices));
  }

  async #compare({ remote }: Link, heads: readonly string[], digest: string): Promise<void> {
    const { deviceId } = remote;
    if (await this.#digests.told(deviceId, heads, digest)) this.#warn([deviceId]);
  }

  /** Who has the same heads would hear no word of them: now he does, so that his side is reported too. */
  #warn(devices: readonly string[]): void {
    this.#do(devices.map((peer) => ({ do: 'announce', peer, heads: this.#runtime.heads })));
  }

  /** Asks for the other side's heads, and tells each other of further devices. */
  async #greet(link: Link): Promise<void> {
    const conversationId = this.#runtime.id;
    try {
      const asked = await link.heads({ conversationId }, this.#closing.signal);
      const { heads } = asked;
      void this.#compare(link, heads, asked.stateDigest);
      this.#do(this.#replicator.announced(link.remote.deviceId, heads.filter(isOid)));
      // Nothing to fetch: a clone that was complete when this device was stopped.
      if (heads.length > 0 && heads.every((oid) => this.#runtime.knows(oid)))
        await this.#account.finishCloneOnce(this.#runtime);
      await this.#shareRoster(link);
    } catch (reason) {
      this.#account.ports.log.debug({ err: reason }, 'a greeting failed');
      this.#greetLater(link, reason);
    }
  }

  /**
   * Who shares the conversation has changed: what was hearsay of strangers, there or here, may now be
   * about members.
   */
  async shareRosters(): Promise<void> {
    await Promise.allSettled([...this.#known.values()].map((link) => this.#shareRoster(link)));
  }

  async #shareRoster(link: Link): Promise<void> {
    const conversationId = this.#runtime.id;
    const devices = this.#roster.rosterOf(conversationId);
    const roster = await link.roster({ conversationId, devices });
    await this.#roster.takeRoster(conversationId, roster.devices);
  }

  /** A failure that will pass is tried again on the same connection; a lost one brings a greeting of its own. */
  #greetLater(link: Link, reason: unknown): void {
    const peer = link.remote.deviceId;
    if (CoveyError.is(reason, 'DEADLINE_EXCEEDED')) {
      // Who doesn't answer may have gone without a word: a new connection finds out.
      link.close('DEADLINE_EXCEEDED');
      return;
    }
    const { retry } = CoveyError.from(reason).spec;
    if (retry !== 'later' || this.#closing.signal.aborted || this.#known.get(peer) !== link) return;
    const { chance, clock } = this.#account.ports;
    const backOff = this.#backOffs.get(peer) ?? new BackOff();
    this.#backOffs.set(peer, backOff);
    clock.after(backOff.failed(chance()), () => {
      if (this.#closing.signal.aborted || this.#known.get(peer) !== link) return;
      this.#do(this.#replicator.untold(peer));
      void this.#greet(link);
    });
  }

  #do(effects: readonly Effect[]): void {
    for (const effect of effects) {
      const link = this.#known.get(effect.peer);
      if (!link) continue;
      if (effect.do === 'fetch') void this.#fetch(link, effect.wants);
      else
        void this.#announce(link).catch((err: unknown) => {
          this.#account.ports.log.debug({ err }, 'an announcement failed');
          this.#greetLater(link, err);
        });
    }
  }

  /** One at a time per link, the first at once; what moves meanwhile is told in one word a moment later. */
  async #announce(link: Link): Promise<void> {
    if (this.#announcing.has(link)) {
      this.#announcing.set(link, true);
      return;
    }
    try {
      do {
        this.#announcing.set(link, false);
        await this.#announceHeads(link);
        await this.#breath();
      } while (this.#announcing.get(link) && !this.#closing.signal.aborted);
    } finally {
      this.#announcing.delete(link);
    }
  }

  #breath(): Promise<void> {
    return new Promise((resolve) => this.#account.ports.clock.after(BREATH_MS, resolve));
  }

  async #announceHeads(link: Link): Promise<void> {
    const { heads } = this.#runtime;
    const commit = heads.at(-1);
    if (commit === undefined) return;
    await link.announce({
      mimeType: ANNOUNCE_MIME,
      deviceId: this.#account.writer.deviceId,
      id: this.#runtime.id,
      commit,
      heads: heads.slice(-MAX_ANNOUNCED_HEADS),
      stateDigest: await this.#runtime.digest(),
    });
  }

  async #fetch(link: Link, wants: readonly Oid[]): Promise<void> {
    const peer = link.remote.deviceId;
    if (this.#runtime.needsNewerVersion) {
      // Each new message there would bring all of it again, for nothing.
      this.#do(this.#replicator.fetched(peer, 'failed'));
      return;
    }
    let outcome: Parameters<Replicator['fetched']>[1] = 'done';
    const fetch = new AbortController();
    this.#fetches.set(peer, fetch);
    const end = () => fetch.abort(this.#closing.signal.reason);
    this.#closing.signal.addEventListener('abort', end, { once: true });
    if (this.#closing.signal.aborted) end();
    try {
      const refused = await this.#fetching.fetchAll(link, wants, fetch.signal);
      if (refused) outcome = { refused: [...wants], invalid: refused };
      else await this.#finished(link);
    } catch (err) {
      outcome = 'failed';
      this.#told(err, peer);
      this.#greetLater(link, err);
    } finally {
      this.#closing.signal.removeEventListener('abort', end);
      if (this.#fetches.get(peer) === fetch) this.#fetches.delete(peer);
    }
    if (outcome === 'done') this.#backOffs.delete(peer);
    this.#do(this.#replicator.fetched(peer, outcome));
  }

  #told(err: unknown, peer: string): void {
    const { log } = this.#account.ports;
    const fields = { err, device: peer.slice(0, 8), conversation: this.#runtime.id };
    // Nobody meets this by accident: somebody has spent a fortune on it.
    if (CoveyError.is(err, 'OBJECT_COLLISION')) log.error(fields, 'an attack on SHA-1 was met');
    else log.info(fields, 'a fetch failed');
  }

  async #finished({ remote }: Link): Promise<void> {
    const conversationId = this.#runtime.id;
    this.#account.emit('ConversationSyncFinished', { conversationId, from: remote.deviceId });
    await this.#account.finishCloneOnce(this.#runtime);
  }
}
