import type { Correspondent } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import { isOid, type Oid } from '@covey/git-objects';
import type { ReconcileRequest } from '@covey/grpc-api';
import type { AccountUri, DeviceId } from '@covey/identity';
import { BackOff } from '@covey/replication';
import type { AccountContext } from './account-context.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';
import { OutsideTalk } from './outside-talk.ts';
import type { Network, OfferedPack, RemoteDevice } from './ports.ts';
import type { Reception } from './reception.ts';
import type { Rights } from './rights.ts';

const MAX_OFFERS = 64;
/** In one go from one device; the bound of what strangers can make this device hold. */
const MAX_PACKS = 32;
const PACK_BYTES = 2 * 1024 * 1024;
const MAX_KNOWN = 1000;
const NOTHING: OfferedPack = { offers: [], pack: (async function* () {})() };

export interface ReconcilingDeps {
  readonly account: AccountContext;
  readonly network: Network;
  readonly rights: Rights;
  /** Where somebody who asks says that he can be dialed. */
  readonly met: (remote: RemoteDevice, addresses: readonly string[]) => Promise<void>;
}

/**
 * What is said between devices that don't exchange a conversation (any more): resolutions with their ancestors, so
 * that two halves that have banned each other hear of it (authority.md, admission). Each side fetches, none pushes.
 */
export class Reconciling {
  readonly #deps: ReconcilingDeps;
  /** By conversation and device. */
  readonly #talks = new Map<string, OutsideTalk>();
  readonly #closing = new AbortController();

  constructor(deps: ReconcilingDeps) {
    this.#deps = deps;
  }

  close(): void {
    this.#closing.abort(new CoveyError('SHUTTING_DOWN', 'this device is stopping'));
    for (const talk of this.#talks.values()) talk.close();
  }

  forget(conversationId: string): void {
    for (const [name, talk] of this.#talks) {
      if (!name.startsWith(conversationId)) continue;
      talk.close();
      this.#talks.delete(name);
    }
  }

  /** A device may be reached: those that are outside are asked. */
  heardOf(deviceId: string): void {
    const { account, rights } = this.#deps;
    for (const { id } of account.conversations.all()) {
      const other = this.#named(deviceId, id);
      if (other && !rights.allows(other, id)) this.#ask(id, other, 'when rested');
    }
  }

  /** A device doesn't talk with this one, for a reason that this one may not know yet. */
  turnedAway(deviceId: string): void {
    for (const { id } of this.#deps.account.conversations.all()) {
      const other = this.#named(deviceId, id);
      if (other) this.#ask(id, other, 'when rested');
    }
  }

  /**
   * Answers whoever asks. Who was never in the conversation and shows nothing of it is told the same as if it weren't
   * here, and as fast.
   */
  async answer(remote: RemoteDevice, request: ReconcileRequest): Promise<OfferedPack> {
    const { account, rights, met } = this.#deps;
    const { conversationId, haves } = request;
    const runtime = account.conversations.find(conversationId);
    const admission = rights.admissionTo(conversationId);
    if (!runtime || !admission) return NOTHING;
    const shows = haves.some((oid) => oid !== conversationId && runtime.knows(oid));
    if (!shows && !rights.hasNamed(remote, conversationId)) return NOTHING;
    await met(remote, request.addresses);
    const isLacking = request.offers.some((oid) => isOid(oid) && !runtime.knows(oid));
    if (isLacking && !admission.isRevoked(remote)) this.#ask(conversationId, remote, 'now');
    const offers = (await admission.resolutionsFor(remote)).slice(-MAX_OFFERS);
    return { offers, pack: this.#packOf(runtime, offers, haves) };
  }

  /** Read only if the other side lacks something. */
  async *#packOf(runtime: ConversationRuntime, offers: readonly Oid[], haves: readonly string[]) {
    const objects = await runtime.objectsFor(offers, haves, PACK_BYTES);
    yield* this.#deps.account.ports.packOf(objects);
  }

  /** A device of an account that has been in the conversation, and isn't revoked. */
  #named(deviceId: string, conversationId: string): Correspondent | undefined {
    const { account, rights } = this.#deps;
    const peer = account.book.state.peers[deviceId];
    if (!peer || !account.book.conversation(conversationId)) return undefined;
    const other = { uri: peer.uri, deviceId };
    const isRevoked = rights.admissionTo(conversationId)?.isRevoked(other) ?? true;
    return !isRevoked && rights.hasNamed(other, conversationId) ? other : undefined;
  }

  #ask(conversationId: string, other: Correspondent, when: 'now' | 'when rested'): void {
    if (this.#closing.signal.aborted) return;
    const name = `${conversationId} ${other.deviceId}`;
    const { clock, chance, log } = this.#deps.account.ports;
    let talk = this.#talks.get(name);
    if (!talk) {
      if (this.#talks.size >= MAX_KNOWN) return;
      const ask = () => this.#exchange(conversationId, other);
      talk = new OutsideTalk(ask, { clock, chance, log, backOff: new BackOff(OUTSIDE_WAITS) });
      this.#talks.set(name, talk);
    }
    talk.ask(when);
  }

  /** Tells what this device has, and fetches what it lacks. */
  async #exchange(conversationId: string, { uri, deviceId }: Correspondent): Promise<void> {
    const { account, network, rights } = this.#deps;
    const runtime = account.conversations.find(conversationId);
    const admission = rights.admissionTo(conversationId);
    const addresses = account.book.state.peers[deviceId]?.addresses ?? [];
    if (!runtime || !admission) return;
    const offers = (await admission.resolutionsFor({ uri, deviceId })).slice(-MAX_OFFERS);
    // Both come from our own book or from a connection, where only ids of their form stand.
    const expected = { deviceId: deviceId as DeviceId, uri: uri as AccountUri };
    let failure: unknown = new CoveyError('PEER_UNREACHABLE', 'no address is known');
    for (const address of addresses) {
      const reception = await runtime.reception();
      try {
        const call = (haves: readonly Oid[], take: (offered: OfferedPack) => Promise<boolean>) =>
          network.reconcile(
            address,
            expected,
            { conversationId, offers, haves: [...haves], addresses: [...network.addresses()] },
            take,
            this.#closing.signal,
          );
        await this.#fetchAll(runtime, reception, runtime.havesBelow(offers), call);
        await this.#judge(runtime, reception, deviceId);
        return;
      } catch (reason) {
        failure = reason;
        if (!CoveyError.is(reason, 'PEER_UNREACHABLE')) break;
      } finally {
        await reception.drop();
      }
    }
    throw failure;
  }

  /** Pack after pack, until all that is offered is here. */
  async #fetchAll(
    runtime: ConversationRuntime,
    reception: Reception,
    haves: readonly Oid[],
    call: (haves: readonly Oid[], take: (o: OfferedPack) => Promise<boolean>) => Promise<boolean>,
  ): Promise<void> {
    const take = async ({ offers, pack }: OfferedPack) => {
      const lacks = () =>
        offers.some((oid) => isOid(oid) && !runtime.knows(oid) && !reception.has(oid));
      if (!lacks()) return true;
      const before = reception.came.size;
      await reception.take(pack, this.#closing.signal);
      if (reception.came.size === before)
        throw new CoveyError('OBJECT_MISSING', 'a device offered what it does not give');
      return !lacks();
    };
    for (let packs = 0; packs < MAX_PACKS; packs += 1) {
      if (await call([...reception.tips, ...haves], take)) return;
    }
    throw new CoveyError('PACK_LIMIT_EXCEEDED', 'too much for what comes from outside');
  }

  async #judge(runtime: ConversationRuntime, reception: Reception, from: string): Promise<void> {
    if (reception.came.size === 0) return;
    const fetched = await runtime.judge(reception, { fromAnybody: true });
    if (fetched.outcome === 'admitted') return;
    const { rule, commit, path, found } = fetched;
    const payload = { conversationId: runtime.id, rule, commit, path, found, from };
    this.#deps.account.emit('CommitRefused', payload);
    throw new CoveyError('COMMIT_REFUSED', `${rule}: ${found}`, { data: { rule, commit } });
  }
}

/** Outside is not urgent: at first soon, then ever more rarely. */
const OUTSIDE_WAITS = { firstMs: 500, longestMs: 10 * 60 * 1000 };
