export { Admission, type Correspondent, takesFromAnybody } from './admission.ts';
export { Composition, type Intent, type Writer } from './compose.ts';
export { stateDigest } from './digest.ts';
export { type Entry, exclusive, inDisplayOrder, isAncestor } from './entry.ts';
export { contradictsAncestors } from './explain/claimed-time.ts';
export { MAX_EVIDENCE_CHARACTERS } from './explain/evidence-file.ts';
export { explain } from './explain/explain.ts';
export type {
  CommitExplanation,
  Contradiction,
  DecisionExplanation,
  Explanation,
  MemberExplanation,
  NamedAct,
} from './explain/explanation.ts';
export { gatherEvidence } from './explain/gather-evidence.ts';
export { type EvidenceAct, type EvidenceVerdict, judgeEvidence } from './explain/judge-evidence.ts';
export { rollCall } from './explain/roll-call.ts';
export { tallyOf } from './explain/tally.ts';
export type { Charter, Facts, Mode, Profile } from './facts.ts';
export { devicesOf, GroupState, rolesOf } from './group-state.ts';
export { History, type Judged, type Resolved } from './history.ts';
export { RULES, RULES_FOR_EVERY_COMMIT } from './judge.ts';
export { COMMIT_KINDS, type CommitKind, type Content } from './kinds.ts';
export * as layout from './layout.ts';
export { materialize } from './materialize.ts';
export { type Crypto, mustRead } from './papers.ts';
export { type BegunCheck, beginChecks } from './prepare.ts';
export { resolve } from './resolve.ts';
export type { Break, Leniency, Rule, Verdict } from './rule.ts';
export { rulesPage } from './rules-page.ts';
export type { VoidReason, VoidStep } from './the-cut.ts';
export { isShown, type TimelineMessage, timeline, timelinePage } from './timeline.ts';
export { type ConversationProfile, readVcard, writeVcard } from './vcard.ts';
export {
  collect,
  inOrder,
  judgeAll,
  type Report,
  refusal,
  verifyHistory,
} from './verify.ts';
export type { Voids } from './voids.ts';
