import type { InviteLink, JoinLink } from '@covey/account';
import { CoveyError } from '@covey/errors';
import type { Invite, InviteRequest, InviteResponse, Redeem } from '@covey/grpc-api';
import { type AccountUri, parseAccountUri } from '@covey/identity';
import type { AccountContext } from './account-context.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';
import type { Link, Network, RemoteDevice } from './ports.ts';
import type { Rights } from './rights.ts';
import type { Roster } from './roster.ts';

const ASK_MIME = 'application/invite';
const INVITE_MIME = 'application/invite+json';
const MAX_METADATA_LENGTH = 4096;
/** Seconds by which an inviter's clock may run ahead. */
const CLOCK_SLACK = 300;

export interface InvitationsDeps {
  readonly account: AccountContext;
  readonly network: Network;
  readonly rights: Rights;
  readonly roster: Roster;
  readonly linksTo: (uri: string) => readonly Link[];
}

/** First contact: what is handed to others, what is taken from strangers, and links. */
export class Invitations {
  readonly #deps: InvitationsDeps;

  constructor(deps: InvitationsDeps) {
    this.#deps = deps;
  }

  /**
   * Hands an invitation to a device of that account: on a connection, at the given addresses, or where
   * one was last seen or somebody is near. @throws what failed, if addresses were given; else tells whether it was delivered
   */
  async deliver(
    runtime: ConversationRuntime,
    uri: AccountUri,
    received: number,
    addresses: readonly string[],
  ): Promise<boolean> {
    const { account, network, roster, linksTo } = this.#deps;
    const request: InviteRequest = {
      body: { $case: 'invite', value: await this.#inviteTo(runtime, received) },
    };
    for (const link of linksTo(uri)) {
      await link.askInvite(request);
      return true;
    }
    let failure: unknown;
    // Whoever answers has to prove that the account is his: trying at those nearby tells them nothing.
    const candidates = [...addresses, ...roster.addressesOf(uri), ...roster.nearby];
    for (const address of new Set(candidates)) {
      try {
        const { remote } = await network.knock(address, { uri }, request);
        await roster.met(remote.deviceId, remote.uri, [address]);
        return true;
      } catch (err) {
        failure ??= err;
        account.ports.log.debug({ err }, 'an invitation was not delivered');
      }
    }
    // Who named an address wants to hear that it was the wrong one.
    if (addresses.length > 0 && failure !== undefined) throw failure;
    return false;
  }

  /** Hands over what this account has invited that one to and could not deliver, or not be sure of. */
  async redeliver(link: Link): Promise<void> {
    const { account } = this.#deps;
    const { uri } = link.remote;
    for (const runtime of account.conversations.all()) {
      if ((await runtime.resolved()).state.placeOf(uri) !== 'invited') continue;
      const invitation = runtime.invitationOf(uri);
      if (invitation?.uri !== account.writer.uri) continue;
      const value = await this.#inviteTo(runtime, invitation.time);
      await link.askInvite({ body: { $case: 'invite', value } }).catch((err: unknown) => {
        account.ports.log.info({ err }, 'an invitation was not delivered');
      });
    }
  }

  /** Somebody has come near: own invitations that found nobody so far may be for him. */
  async deliverNearby(): Promise<void> {
    const { account, roster } = this.#deps;
    for (const runtime of account.conversations.all()) {
      if (runtime.history.size === 0) continue;
      const { state } = await runtime.resolved();
      for (const { uri: by, oid, places } of runtime.history.acts) {
        const invited = places.find(({ to }) => to === 'invited')?.uri;
        const entry = runtime.history.entry(oid);
        const isOpen =
          by === account.writer.uri &&
          invited !== undefined &&
          state.placeOf(invited) === 'invited';
        if (!isOpen || !entry || roster.addressesOf(invited).length > 0) continue;
        await this.deliver(runtime, parseAccountUri(invited), entry.time, []);
      }
    }
  }

  /** Presents a link where it was made; the answer is an invitation. @throws {CoveyError} LINK_REFUSED, PEER_UNREACHABLE */
  async redeem({ addresses, conversationId, device, from, secret }: InviteLink): Promise<void> {
    const { account, network, roster } = this.#deps;
    const own = { accountChainPem: account.papers.chainPem, addresses: [...network.addresses()] };
    const request: InviteRequest = {
      body: { $case: 'redeem', value: { ...own, secret, conversationId } },
    };
    const { response, remote } = await firstThatAnswers(addresses, (address) =>
      network.knock(address, { deviceId: device, uri: from }, request),
    );
    if (response.body?.$case !== 'invite')
      throw new CoveyError('LINK_REFUSED', 'no invitation came back');
    await roster.met(remote.deviceId, remote.uri, addresses);
    await this.#take(remote, response.body.value);
  }

  /** Joins a public conversation by its id, from a device that has it. @throws {CoveyError} CONVERSATION_NOT_FOUND, PEER_UNREACHABLE */
  async askToJoin({ addresses, conversationId, device, from }: JoinLink): Promise<void> {
    const { network, roster } = this.#deps;
    const request: InviteRequest = {
      body: { $case: 'ask', value: { mimeType: ASK_MIME, conversationId } },
    };
    const { response, remote } = await firstThatAnswers(addresses, (address) =>
      network.knock(address, { deviceId: device, uri: from }, request),
    );
    const invite = response.body?.$case === 'invite' ? response.body.value : undefined;
    if (invite?.conversationId !== conversationId) {
      throw new CoveyError('CONVERSATION_NOT_FOUND', 'no such conversation');
    }
    await roster.met(remote.deviceId, remote.uri, addresses);
    // A person asks now: what was declined before is open again.
    const now = Math.floor(this.#deps.account.ports.clock.now().getTime() / 1000);
    await this.#take(remote, { ...invite, received: String(now) });
  }

  /** Answers the one call that strangers may make. */
  async answer(remote: RemoteDevice, { body }: InviteRequest): Promise<InviteResponse> {
    switch (body?.$case) {
      case 'invite':
        await this.#take(remote, body.value);
        // Always the same answer: nobody learns what becomes of it.
        return { body: { $case: 'delivered', value: {} } };
      case 'redeem':
        return { body: { $case: 'invite', value: await this.#redeemed(remote, body.value) } };
      case 'ask':
        return {
          body: {
            $case: 'invite',
            value: await this.#asksAgain(remote, body.value.conversationId),
          },
        };
      case undefined:
        throw new CoveyError('REQUEST_MALFORMED', 'an empty invitation');
    }
  }

  async #take(remote: RemoteDevice, invite: Invite): Promise<void> {
    const { account, roster } = this.#deps;
    const conversationId = invite.conversationId;
    if (
      !/^[0-9a-f]{40}$/.test(conversationId) ||
      invite.from !== remote.uri ||
      !/^[0-9]{1,12}$/.test(invite.received)
    ) {
      throw new CoveyError('REQUEST_MALFORMED', 'not an invitation');
    }
    await roster.met(remote.deviceId, remote.uri, invite.addresses);
    // A clock that runs ahead must not shut out later invitations.
    const now = Math.floor(account.ports.clock.now().getTime() / 1000);
    const received = String(Math.min(Number(invite.received), now + CLOCK_SLACK));
    const metadatas = Object.fromEntries(
      [...invite.metadatas].map(([key, value]) => [key, value.slice(0, MAX_METADATA_LENGTH)]),
    );
    const before = account.book.state.requests[conversationId];
    await account.update((book) =>
      book.invited(conversationId, { from: remote.uri, received, metadatas }),
    );
    if (account.book.state.requests[conversationId] === before) return;
    account.emit('ConversationRequestReceived', {
      conversationId,
      from: remote.uri,
      received,
      metadatas,
    });
  }

  async #redeemed(remote: RemoteDevice, { secret, addresses }: Redeem): Promise<Invite> {
    const { account, roster } = this.#deps;
    const hash = account.linkHash(secret);
    // Marked as used before anything is written: two who come at once are not both let in.
    const { book, link } = account.book.useLink(hash, remote.uri, account.ports.clock.now());
    await account.update(() => book);
    const runtime =
      link.conversationId === undefined
        ? undefined
        : account.conversations.find(link.conversationId);
    if (!runtime) throw new CoveyError('LINK_REFUSED', 'this device has made no such link');
    const { state } = await runtime.resolved();
    const isNew = state.placeOf(remote.uri) === undefined;
    const entry = isNew
      ? await this.#addBy(runtime, remote.uri, () =>
          account.update((next) => next.withLink(hash, link)),
        )
      : runtime.history.heads.at(-1);
    await roster.met(remote.deviceId, remote.uri, addresses);
    if (!entry) throw new CoveyError('CONVERSATION_NOT_FOUND', 'no such conversation');
    return this.#inviteTo(runtime, entry.time);
  }

  /** CONV-8: a link never admits by itself; its maker may have lost the right to invite, or the other is banned. */
  async #addBy(runtime: ConversationRuntime, uri: AccountUri, unused: () => Promise<void>) {
    try {
      return await runtime.write({ kind: 'add', uri });
    } catch (cause) {
      if (!CoveyError.is(cause, 'COMMIT_REFUSED')) throw cause;
      await unused();
      const rule = cause.data['rule'] ?? '';
      throw new CoveyError('LINK_REFUSED', `the conversation lets nobody in by it: ${rule}`, {
        cause,
      });
    }
  }

  async #asksAgain(remote: RemoteDevice, conversationId: string): Promise<Invite> {
    const { account, rights } = this.#deps;
    const runtime = account.conversations.find(conversationId);
    const entry = runtime?.history.heads.at(-1);
    if (!runtime || !entry || !rights.allows(remote, conversationId)) {
      throw new CoveyError('CONVERSATION_NOT_FOUND', 'no such conversation');
    }
    return this.#inviteTo(runtime, entry.time);
  }

  async #inviteTo(runtime: ConversationRuntime, received: number): Promise<Invite> {
    const { account, network } = this.#deps;
    const { uri } = account.writer;
    return {
      mimeType: INVITE_MIME,
      conversationId: runtime.id,
      from: uri,
      metadatas: new Map(Object.entries(await account.metadatas(runtime))),
      received: String(received),
      members: [{ uri }],
      addresses: [...network.addresses()],
    };
  }
}

/** Tries addresses in turn; an answer of the device itself, be it a refusal, ends it. */
async function firstThatAnswers<T>(
  addresses: readonly string[],
  attempt: (address: string) => Promise<T>,
): Promise<T> {
  let failure: unknown = new CoveyError('PEER_UNREACHABLE', 'the link names no address');
  for (const address of addresses) {
    try {
      return await attempt(address);
    } catch (reason) {
      failure = reason;
      if (!CoveyError.is(reason, 'PEER_UNREACHABLE') && !CoveyError.is(reason, 'DEADLINE_EXCEEDED'))
        break;
    }
  }
  throw failure;
}
