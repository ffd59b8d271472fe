import type { AccountEvent } from '@covey/device';

/** Every event there is, and when it comes. The keys of its payload stand in parentheses. */
export const EVENT_NAMES: Readonly<Record<AccountEvent['name'], string>> = {
  ConversationReady: 'a conversation is here and can be read (conversationId)',
  ConversationRequestReceived: 'somebody invited this account (conversationId, from)',
  ConversationRequestDeclined: 'an invitation was turned down (conversationId)',
  ConversationRemoved: 'a conversation was left and forgotten (conversationId)',
  ConversationMemberEvent:
    'a member was added, joined, left, was banned, unbanned, promoted or demoted (conversationId, uri, action, by)',
  ConversationProfileUpdated: 'title, description or avatar changed (conversationId)',
  ConversationSyncFinished: 'everything that a peer had is here (conversationId)',
  MessageReceived: 'a commit was accepted, one’s own too (conversationId, message)',
  CommitRefused: 'a commit broke a rule (conversationId, rule, commit, path, from)',
  OwnCommitRefused:
    'others refuse a commit of this account (conversationId, rule, commit, path, by)',
  ConversationRepaired: 'what others refuse was saved and given up (conversationId, saved)',
  NewerVersionNeeded:
    'a conversation can’t be fetched by this version (conversationId, rule, from)',
  StateDiverged: 'the same commits, another state: a bug (conversationId, from, digest, ownDigest)',
  PeerConnected: 'a connection to a device stands',
  PeerDisconnected: 'a connection to a device ended',
  QuarantineOpened: 'foreign objects are being judged, away from the conversation',
  MessagesVoided:
    'commits have lost their effect, or have it again (conversationId, commits, restored)',
  DeviceAdded: 'the account has a further device',
  DeviceRevoked: 'the account has disowned a device (deviceId, name)',
};

/** Tells whether the text names an event. */
export function isEventName(text: string): text is AccountEvent['name'] {
  return Object.hasOwn(EVENT_NAMES, text);
}
