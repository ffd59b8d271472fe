import type {
  AccountInfo,
  ConversationRequest,
  ConversationState,
  ConversationSummary,
  Explanation,
  Member,
  Message,
  Mode,
  OwnDevice,
  Repair,
  VoteAction,
  VoteOutcome,
} from '@covey/device';

type In<Params = unknown> = { accountId: string } & Params;
type InConversation<Params = unknown> = In<{ conversationId: string } & Params>;

/** Operations of the local API as its clients see them: parameters by name, and the JSON answered. */
export interface ApiCalls {
  listAccounts(params: object): AccountInfo[];
  createAccount(params: {
    displayName: string;
    deviceName: string;
    passphrase?: string;
  }): AccountInfo;
  linkAccount(params: { code: string; deviceName: string; passphrase?: string }): AccountInfo;
  accountInfo(params: In): AccountInfo;
  unlockAccount(params: In<{ passphrase: string }>): AccountInfo;
  changeAccountPassphrase(params: In<{ current?: string; next?: string }>): AccountInfo;
  getConversations(params: In): ConversationSummary[];
  startConversation(
    params: In<{
      mode: Mode;
      invited?: string;
      title?: string;
      profile?: 'admin' | 'member';
      flat?: boolean;
    }>,
  ): { conversationId: string };
  conversationInfos(params: InConversation): Record<string, string>;
  updateConversationInfos(params: InConversation<{ infos: Record<string, string> }>): null;
  conversationState(params: InConversation): ConversationState;
  removeConversation(params: InConversation): null;
  repair(params: InConversation<{ apply?: boolean; resend?: boolean }>): Repair;
  getConversationMembers(params: InConversation): Member[];
  addConversationMember(params: InConversation<{ uri: string; addresses?: readonly string[] }>): {
    commit: string;
    delivered: boolean;
  };
  removeConversationMember(params: InConversation<{ uri: string }>): VoteOutcome;
  vote(
    params: InConversation<{ target: string; action: VoteAction; resolve?: boolean }>,
  ): VoteOutcome;
  resolveVote(params: InConversation<{ target: string; action: VoteAction }>): VoteOutcome;
  explain(params: InConversation<{ id: string }>): Explanation;
  evidence(params: InConversation<{ one: string; other: string }>): { evidence: string };
  createInvitationLink(params: InConversation): { link: string; expires?: string };
  revokeInvitationLink(params: In<{ link: string }>): null;
  acceptInvitationLink(params: In<{ link: string }>): { conversationId: string };
  getConversationRequests(params: In): ConversationRequest[];
  acceptConversationRequest(params: InConversation): null;
  declineConversationRequest(params: InConversation): null;
  sendMessage(
    params: InConversation<{ body: string; replyTo?: string; reactTo?: string; edit?: string }>,
  ): { messageId: string };
  loadConversation(params: InConversation<{ from?: string; n?: number }>): Message[];
  getDevices(params: In): OwnDevice[];
  revokeDevice(params: In<{ deviceId: string }>): { number: string; conversations: string[] };
  addDevice(params: In): { code: string; expires: string };
}
