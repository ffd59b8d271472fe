import { CoveyError } from '@covey/errors';

/** What an account keeps besides the conversations' repositories. Plain data: it is written as JSON. */
export interface AccountState {
  readonly version: 1;
  readonly conversations: Readonly<Record<string, ConversationRecord>>;
  readonly requests: Readonly<Record<string, InvitationRecord>>;
  /** Open and spent links, by the hex SHA-256 of their secret. */
  readonly links: Readonly<Record<string, LinkRecord>>;
  /** Devices that were met or heard of, by device id. */
  readonly peers: Readonly<Record<string, KnownPeer>>;
  /** Names of the account's own devices, by device id. */
  readonly ownDevices: Readonly<Record<string, string>>;
  /** Serials, in hex, of the certificates of the account's own devices, by device id. */
  readonly deviceSerials?: Readonly<Record<string, readonly string[]>>;
  readonly revocation?: RevocationRecord;
}

/** The account's newest revocation list. */
export interface RevocationRecord {
  /** Rises with every list of the account. Decimal: it may be larger than a number holds. */
  readonly number: string;
  /** Serials of revoked certificates, in hex. */
  readonly serials: readonly string[];
  /** The list as it stands in `CRLs/<uri>`. */
  readonly pem: string;
}

export interface ConversationRecord {
  /** Milliseconds since 1970, by this device's clock. */
  readonly created: number;
  readonly removed?: number;
  /** Not all fetched yet: from whom, and what the invitation said. */
  readonly syncing?: {
    readonly from: string;
    readonly metadatas: Readonly<Record<string, string>>;
  };
}

export interface InvitationRecord {
  readonly from: string;
  /** Seconds since 1970, decimal, by the inviter's clock; a redelivery has the same. */
  readonly received: string;
  readonly metadatas: Readonly<Record<string, string>>;
  /** Set when the person has declined: the record stays, so that a redelivery is known as one. */
  readonly declined?: true;
}

export interface LinkRecord {
  /** Absent for a link that adds a device. */
  readonly conversationId?: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
  /** Who used it: account URI or device id. */
  readonly usedBy?: string;
  /** Who made it has taken it back. */
  readonly revoked?: true;
}

export interface KnownPeer {
  readonly uri: string;
  readonly addresses: readonly string[];
}

export const EMPTY_STATE: AccountState = {
  version: 1,
  conversations: {},
  requests: {},
  links: {},
  peers: {},
  ownDevices: {},
};

/** Invitations of unknown people that wait at most; the oldest goes. */
const MAX_REQUESTS = 1000;
const MAX_PEERS = 5000;
const MAX_ADDRESSES = 8;

/**
 * The state machine of one account: each method answers with the next state, or with the same one
 * when nothing changes. No clock, no I/O: time comes as an argument.
 */
export class AccountBook {
  readonly state: AccountState;

  constructor(state: AccountState) {
    this.state = state;
  }

  get conversationIds(): readonly string[] {
    return Object.keys(this.state.conversations).filter((id) => this.conversation(id));
  }

  /** @returns the record of a conversation that the account has and has not removed */
  conversation(id: string): ConversationRecord | undefined {
    const record = this.state.conversations[id];
    return record?.removed === undefined ? record : undefined;
  }

  withConversation(id: string, record: ConversationRecord): AccountBook {
    return this.#with({ conversations: { ...this.state.conversations, [id]: record } });
  }

  /** All is here: the conversation stops syncing. */
  synced(id: string): AccountBook {
    const record = this.state.conversations[id];
    if (!record?.syncing) return this;
    return this.withConversation(id, { created: record.created });
  }

  removed(id: string, now: Date): AccountBook {
    const record = this.state.conversations[id];
    if (!record) return this;
    return this.withConversation(id, { created: record.created, removed: now.getTime() });
  }

  /** CONV-4: a redelivery of a declined invitation changes nothing; a later one reopens it. */
  invited(id: string, invitation: InvitationRecord): AccountBook {
    if (this.conversation(id)) return this;
    const known = this.state.requests[id];
    if (known && Number(invitation.received) <= Number(known.received)) return this;
    const requests = { ...this.state.requests, [id]: invitation };
    const waiting = Object.keys(requests);
    if (waiting.length > MAX_REQUESTS && waiting[0] !== undefined) delete requests[waiting[0]];
    return this.#with({ requests });
  }

  /** Requests that the person hasn't answered. */
  get requests(): readonly (InvitationRecord & { readonly id: string })[] {
    return Object.entries(this.state.requests)
      .filter(([id, { declined }]) => !declined && !this.conversation(id))
      .map(([id, request]) => ({ id, ...request }));
  }

  /** @throws {CoveyError} REQUEST_NOT_FOUND */
  accepted(id: string, now: Date): AccountBook {
    const { from, metadatas } = this.#request(id);
    const { [id]: _, ...requests } = this.state.requests;
    return this.#with({ requests }).withConversation(id, {
      created: now.getTime(),
      syncing: { from, metadatas },
    });
  }

  /** @throws {CoveyError} REQUEST_NOT_FOUND */
  declined(id: string): AccountBook {
    const request = this.#request(id);
    return this.#with({
      requests: { ...this.state.requests, [id]: { ...request, declined: true } },
    });
  }

  withLink(secretHash: string, link: LinkRecord): AccountBook {
    return this.#with({ links: { ...this.state.links, [secretHash]: link } });
  }

  /** CONV-8: a link is good once, until its end. The same user may come back with it. @throws {CoveyError} LINK_REFUSED */
  useLink(
    secretHash: string,
    by: string,
    now: Date,
  ): { readonly book: AccountBook; readonly link: LinkRecord } {
    const link = this.state.links[secretHash];
    if (!link) throw new CoveyError('LINK_REFUSED', 'this device has made no such link');
    if (link.revoked) throw new CoveyError('LINK_REFUSED', 'the link has been revoked');
    if (link.usedBy !== undefined && link.usedBy !== by)
      throw new CoveyError('LINK_REFUSED', 'the link has been used');
    if (link.usedBy === undefined && now.getTime() >= link.expires)
      throw new CoveyError('LINK_REFUSED', 'the link has expired');
    return { book: this.withLink(secretHash, { ...link, usedBy: by }), link };
  }

  /** CONV-8: opens nothing any more; who has used it already stays. @throws {CoveyError} LINK_REFUSED when it was never made here */
  revokeLink(secretHash: string): AccountBook {
    const link = this.state.links[secretHash];
    if (!link) throw new CoveyError('LINK_REFUSED', 'this device has made no such link');
    return link.revoked ? this : this.withLink(secretHash, { ...link, revoked: true });
  }

  /** Remembers where a device can be reached, newest addresses first. */
  met(deviceId: string, uri: string, addresses: readonly string[]): AccountBook {
    const known = this.state.peers[deviceId];
    if (known && known.uri !== uri) return this;
    const all = [...new Set([...addresses, ...(known?.addresses ?? [])])].slice(0, MAX_ADDRESSES);
    if (known && all.join() === known.addresses.join()) return this;
    if (!known && Object.keys(this.state.peers).length >= MAX_PEERS) return this;
    return this.#with({ peers: { ...this.state.peers, [deviceId]: { uri, addresses: all } } });
  }

  withOwnDevice(deviceId: string, name: string): AccountBook {
    if (this.state.ownDevices[deviceId] === name) return this;
    return this.#with({ ownDevices: { ...this.state.ownDevices, [deviceId]: name } });
  }

  /** A certificate of a device of one's own: what a revocation list names. */
  withDeviceSerial(deviceId: string, serial: string): AccountBook {
    const known = this.serialsOf(deviceId);
    if (known.includes(serial)) return this;
    const deviceSerials = { ...this.state.deviceSerials, [deviceId]: [...known, serial] };
    return this.#with({ deviceSerials });
  }

  serialsOf(deviceId: string): readonly string[] {
    return this.state.deviceSerials?.[deviceId] ?? [];
  }

  /** A list counts when its number is higher than that of the one before. */
  withRevocation(revocation: RevocationRecord): AccountBook {
    const before = this.state.revocation;
    if (before && BigInt(before.number) >= BigInt(revocation.number)) return this;
    return this.#with({ revocation });
  }

  /** Is this a device of one's own that the account has revoked? */
  isRevoked(deviceId: string): boolean {
    const serials = this.state.revocation?.serials ?? [];
    return this.serialsOf(deviceId).some((serial) => serials.includes(serial));
  }

  #request(id: string): InvitationRecord {
    const request = this.state.requests[id];
    if (!request || request.declined)
      throw new CoveyError('REQUEST_NOT_FOUND', `no invitation to ${id}`);
    return request;
  }

  #with(part: Partial<AccountState>): AccountBook {
    return new AccountBook({ ...this.state, ...part });
  }
}
