import type { AccountEvent } from '@covey/device';

/** Every event there is, and when it comes. The keys of its payload stand in parentheses. */
export const EVENT_NAMES: Readonly<Record<AccountEvent['name'], string>> = {
  ConversationReady: 'a conversation is here and can be read (conversationId)',
  ConversationRequestReceived: 'somebody invited this account (conversationId, from)',
  ConversationRequestDeclined: 'an invitation was turned down (conversationId)',
  ConversationRemoved: 'a conversation was left and forgotten (conversationId)',
  ConversationMemberEvent: 'a member was added, joined, left, was banned or unbanned',
  ConversationProfileUpdated: 'title, description or avatar changed (conversationId)',
  ConversationSyncFinished: 'everything that a peer had is here (conversationId)',
  MessageReceived: 'a commit was accepted, one’s own too (conversationId, message)',
  CommitRefused: 'a commit broke a rule (conversationId, rule, commit, path, from)',
  PeerConnected: 'a connection to a device stands',
  PeerDisconnected: 'a connection to a device ended',
  QuarantineOpened: 'foreign objects are being judged, away from the conversation',
  DeviceAdded: 'the account has a further device',
};

/** Tells whether the text names an event. */
export function isEventName(text: string): text is AccountEvent['name'] {
  return Object.hasOwn(EVENT_NAMES, text);
}
