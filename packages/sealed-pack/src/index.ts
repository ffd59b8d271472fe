export {
  type Beacon,
  type BeaconReader,
  type BeaconReceipt,
  readBeacon,
  writeBeacon,
} from './beacon.ts';
export {
  type BlindingFactor,
  type BlindSigner,
  blindingFactor,
  blindPublicKey,
  blindSigner,
  tagOf,
} from './blinded-key.ts';
export {
  type Epoch,
  type EpochFault,
  type EpochStatement,
  type EpochWitness,
  epochToWriteIn,
  type Grantee,
  grantsDigest,
  isClean,
  judgeEpoch,
  type MirrorPlace,
  signEpoch,
} from './epoch.ts';
export { EpochKeys, type KeyLabel, labeled } from './epoch-keys.ts';
export {
  type Granted,
  grantEntries,
  HANDOVER,
  type Handover,
  type HandoverReader,
  judgeHandover,
  writeHandover,
} from './handover.ts';
export {
  type Begin,
  beginPayload,
  chained,
  ENTRY,
  type EntryFault,
  type LogEntry,
  SlotLog,
  tagsDigest,
} from './log.ts';
export {
  type Listing,
  type MirrorPorts,
  MirrorSlots,
  type SlotLimits,
} from './mirror/mirror-slots.ts';
export { judgeMirrorProof, type MirrorVerdict, writeMirrorProof } from './mirror-proof.ts';
export {
  contradictionIn,
  encodeHead,
  encodeReceipt,
  type Head,
  type MirrorProof,
  type MirrorStatement,
  type Receipt,
  readStatement,
  SIGNED,
  type Signed,
  statementPayload,
} from './mirror-statements.ts';
export {
  type ByteRange,
  checkPackName,
  contentOf,
  MemoryPackStore,
  type PackContent,
  type PackStore,
} from './pack-store.ts';
export { paddedSize } from './padded-size.ts';
export {
  type MirrorMethod,
  type MirrorRequest,
  type RequestSigners,
  readRequest,
  signRequest,
} from './request.ts';
export {
  type OpenedSegment,
  readSegment,
  type SegmentAbout,
  type SegmentHeader,
  writeSegment,
} from './segment.ts';
export { openSegment, sealedSize, sealSegment } from './segment-seal.ts';
export { SlotKeys, slotNamed } from './slot-keys.ts';
export {
  type Finding,
  type MirrorFault,
  type Outcome,
  type Question,
  SlotWatch,
} from './slot-watch.ts';
export { openSmall, SMALL_SEAL_BYTES, sealSmall } from './small-seal.ts';
export { type Positions, rangesToCompact, segmentsToRead } from './strata.ts';
