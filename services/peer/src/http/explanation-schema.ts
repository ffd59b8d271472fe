import { Type } from 'typebox';
import { MessageId, OpenVote, Uri, VoteAction, VoteTarget } from './schemas.ts';

const NamedAct = Type.Object(
  {
    commit: MessageId,
    kind: Type.String(),
    by: Uri,
    device: Type.String(),
    action: Type.Optional(VoteAction),
    target: Type.Optional(Type.String()),
    void: Type.Optional(Type.String({ description: 'The step in which it became void' })),
  },
  { additionalProperties: false },
);

const Contradictions = Type.Array(
  Type.Object({
    uri: Uri,
    one: NamedAct,
    other: NamedAct,
    isOpen: Type.Boolean({ description: 'Both have effect: nobody can tell which was meant' }),
  }),
  { description: 'Commits of one account that stand apart from each other' },
);

const Signature = Type.String({ description: 'As it was checked for this answer: `good`' });

const CommitExplanation = Type.Object({
  about: Type.Literal('commit'),
  commit: MessageId,
  kind: Type.String(),
  parents: Type.Array(MessageId),
  height: Type.Integer(),
  author: Type.Object({ uri: Type.String(), device: Type.String(), name: Type.String() }),
  signature: Signature,
  rules: Type.Array(Type.String(), { description: 'The rules that it was judged by' }),
  deviations: Type.Array(
    Type.Object({ rule: Type.String(), found: Type.String(), path: Type.Optional(Type.String()) }),
  ),
  void: Type.Optional(
    Type.Object({
      step: Type.String(),
      found: Type.String(),
      by: Type.Optional(NamedAct),
      struck: Type.Optional(Type.Array(Uri)),
    }),
  ),
  time: Type.Object({
    claimed: Type.Integer(),
    latestBefore: Type.Optional(Type.Integer()),
    contradicts: Type.Boolean(),
  }),
  decision: Type.Optional(
    Type.Object({
      action: VoteAction,
      target: VoteTarget,
      from: Type.String(),
      rule: Type.String(),
      tree: Type.String({ description: 'Id of the tree that the votes were counted in' }),
      admins: Type.Array(Uri),
      needed: Type.Integer(),
      votes: Type.Array(Type.Object({ voter: Uri, cast: Type.Optional(NamedAct) })),
      struck: Type.Array(Type.Object({ voter: Uri, by: NamedAct })),
      votedTwice: Type.Array(
        Type.Object({
          voter: Uri,
          other: NamedAct,
          votes: Type.Array(NamedAct),
          isApart: Type.Boolean(),
        }),
      ),
      stands: Type.Boolean(),
    }),
  ),
  contradictions: Contradictions,
});

const MemberExplanation = Type.Object({
  about: Type.Literal('member'),
  uri: Uri,
  place: Type.String(),
  bannedFrom: Type.Optional(Type.String()),
  devices: Type.Array(Type.String()),
  bannedDevices: Type.Array(Type.String()),
  votes: Type.Array(OpenVote),
  settings: Type.Array(
    Type.Object({
      act: NamedAct,
      op: Type.String(),
      to: Type.String(),
      signature: Signature,
      verdict: Type.String(),
      against: Type.Optional(MessageId),
      found: Type.String(),
    }),
    { description: 'Every commit that has set the place' },
  ),
  contradictions: Contradictions,
});

/** Why a commit, or the place of an account, is as it is. */
export const Explanation = Type.Union([CommitExplanation, MemberExplanation]);
