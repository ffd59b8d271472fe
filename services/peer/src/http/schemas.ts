import { Type } from 'typebox';

const NO_OTHER_KEYS = { additionalProperties: false } as const;

/** Local name of an account. */
export const AccountId = Type.String({
  pattern: '^[0-9a-f]{16}$',
  description: 'Local name of the account, 16 hex digits',
});

/** Id of a conversation: that of its first commit. */
export const ConversationId = Type.String({
  pattern: '^[0-9a-f]{40}$',
  description: 'Id of the first commit of the conversation, 40 hex digits',
});

/** Id of a message: that of its commit. */
export const MessageId = Type.String({
  pattern: '^[0-9a-f]{40}$',
  description: 'Id of the commit, 40 hex digits',
});

/** Names a person: SHA-1 of the account key. */
export const Uri = Type.String({
  pattern: '^[0-9a-f]{40}$',
  description: 'Account URI, 40 hex digits',
});

/** Where a device can be reached. */
export const Address = Type.String({
  minLength: 3,
  maxLength: 261,
  pattern: '^[^\\s/@]+:[0-9]{1,5}$',
  description: 'host:port',
});

/** A name that a person typed. */
export const Name = Type.String({ minLength: 1, maxLength: 256 });

/** What the keys of an account are put under. Judged by the device, which counts after normalization. */
export const PassphraseText = Type.String({
  description:
    '8 to 1024 characters, of which form C of Unicode is taken; never answered or logged',
});

/** An invitation link or the one-time code for a new device. */
export const Link = Type.String({ minLength: 1, maxLength: 8192 });

/** Who may invite, fixed by the first commit. */
export const ConversationMode = Type.Union(
  [Type.Literal(0), Type.Literal(1), Type.Literal(2), Type.Literal(3)],
  { description: '0 one to one, 1 admins invite, 2 members invite, 3 public' },
);

/** A map of strings, as the Swarm design has them. */
export const TextMap = Type.Record(Type.String({ maxLength: 64 }), Type.String());

/** One account of this daemon on this device. */
export const AccountInfo = Type.Object(
  {
    accountId: AccountId,
    uri: Uri,
    deviceId: Type.String({ description: 'Id of this device, 64 hex digits' }),
    displayName: Type.String(),
    deviceName: Type.String(),
    addresses: Type.Array(Type.String(), {
      description: 'Where others reach this device; none while it is locked',
    }),
    locked: Type.Boolean({ description: 'Does not run until `unlockAccount`' }),
    hasPassphrase: Type.Boolean({ description: 'Its keys on disk are under a passphrase' }),
  },
  NO_OTHER_KEYS,
);

/** One line of the list of conversations. `mode` is unknown until the first commit is here. */
export const ConversationSummary = Type.Object(
  {
    id: ConversationId,
    mode: Type.Optional(ConversationMode),
    title: Type.String(),
    syncing: Type.Boolean(),
  },
  NO_OTHER_KEYS,
);

/** Id of a device: SHA-256 of its key. */
export const DeviceId = Type.String({
  pattern: '^[0-9a-f]{64}$',
  description: 'Id of a device, 64 hex digits',
});

/** Whom a vote is about. */
export const VoteTarget = Type.String({
  pattern: '^([0-9a-f]{40}|[0-9a-f]{64})$',
  description: 'Account URI, or id of a device (which is only banned and unbanned)',
});

/** What is voted on. */
export const VoteAction = Type.Union(
  (['ban', 'unban', 'promote', 'demote'] as const).map((action) => Type.Literal(action)),
);

const TALLY = {
  voters: Type.Array(Uri, { description: 'Admins who have voted for it' }),
  admins: Type.Integer({ description: 'How many admins there are' }),
  missing: Type.Integer({ description: 'Votes that a majority still lacks' }),
};

/** A question that nobody has carried out yet. */
export const OpenVote = Type.Object({ action: VoteAction, target: VoteTarget, ...TALLY });

/** What came of a vote. */
export const VoteOutcome = Type.Object(
  {
    vote: Type.Optional(MessageId),
    resolution: Type.Optional(MessageId),
    ...TALLY,
  },
  NO_OTHER_KEYS,
);

/** One member, past or present. */
export const Member = Type.Object(
  {
    uri: Uri,
    role: Type.Union(
      (['admin', 'member', 'invited', 'banned', 'left'] as const).map((role) => Type.Literal(role)),
    ),
    lastDisplayed: Type.String({ description: 'Commit id, or empty' }),
    bannedFrom: Type.Optional(
      Type.Union(
        (['admins', 'members', 'invited', 'devices'] as const).map((from) => Type.Literal(from)),
        { description: 'Where an unban brings it back to' },
      ),
    ),
    devices: Type.Optional(Type.Array(DeviceId)),
    bannedDevices: Type.Optional(Type.Array(DeviceId)),
    votes: Type.Optional(
      Type.Array(OpenVote, { description: 'On it and on its devices, not resolved yet' }),
    ),
  },
  NO_OTHER_KEYS,
);

/** One commit as a person sees it. */
export const Message = Type.Object(
  {
    id: MessageId,
    parents: Type.Array(MessageId),
    author: Uri,
    authorName: Type.String({ description: 'As the device of the author claims' }),
    device: Type.String(),
    type: Type.String(),
    timestamp: Type.Number({ description: 'Seconds since 1970, as the author claims' }),
    height: Type.Integer({ description: 'Height in the graph; the order is (height, id)' }),
    fields: TextMap,
    reactions: Type.Array(Type.Object({ id: MessageId, author: Uri, body: Type.String() })),
    editions: Type.Array(Type.Object({ id: MessageId, body: Type.String() })),
    deleted: Type.Boolean(),
    needsNewerVersion: Type.Boolean(),
    late: Type.Optional(
      Type.Boolean({ description: 'Came here after messages that stand behind it' }),
    ),
    timeContradicts: Type.Optional(
      Type.Boolean({ description: 'Claims to be older than a commit before it' }),
    ),
    void: Type.Optional(
      Type.Object(
        {
          step: Type.Union(
            (['beside', 'revoked', 'recount', 'cut', 'rests'] as const).map((step) =>
              Type.Literal(step),
            ),
          ),
          by: Type.Optional(MessageId),
          found: Type.String(),
        },
        { description: 'Why it has no effect: to be shown folded' },
      ),
    ),
  },
  NO_OTHER_KEYS,
);

/** Every failure (RFC 9457). */
export const Problem = Type.Object(
  {
    type: Type.String({ description: '`urn:covey:error:` and the code' }),
    code: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
  },
  { description: 'RFC 9457; the codes are those of docs/protocol/errors.md' },
);

/** What others refuse of an account, and what became of it. */
export const Repair = Type.Object({
  refused: Type.Array(
    Type.Object({
      commit: MessageId,
      rule: Type.String(),
      path: Type.String(),
      by: Type.Array(Type.String(), { description: 'Ids of the devices that say so' }),
    }),
  ),
  lost: Type.Array(
    Type.Object({
      id: MessageId,
      author: Uri,
      isOwn: Type.Boolean(),
      type: Type.String(),
      timestamp: Type.Integer(),
      body: Type.Optional(Type.String()),
    }),
    { description: 'Refused commits and what stands on them, oldest first' },
  ),
  heads: Type.Array(MessageId, { description: 'The last heads that are accepted' }),
  saved: Type.Optional(Type.String({ description: 'The folder where it was saved' })),
  resent: Type.Array(MessageId),
});
