export {
  AccountBook,
  type AccountState,
  type ConversationRecord,
  EMPTY_STATE,
  type InvitationRecord,
  type KnownPeer,
} from './account-book.ts';
export {
  type DeviceLink,
  type InviteLink,
  readDeviceLink,
  readInviteLink,
  writeDeviceLink,
  writeInviteLink,
} from './links.ts';
