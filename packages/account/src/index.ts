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
  isJoinLink,
  type JoinLink,
  readDeviceLink,
  readInviteLink,
  readJoinLink,
  writeDeviceLink,
  writeInviteLink,
  writeJoinLink,
} from './links.ts';
