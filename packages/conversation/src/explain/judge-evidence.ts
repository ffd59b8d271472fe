import { fromBase64 } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import {
  type Commit,
  type GitObject,
  type Oid,
  readCommit,
  readCommitLinks,
  readTree,
} from '@covey/git-objects';
import {
  commitSignatureAlgorithm,
  isAccountUri,
  isDeviceId,
  judgeAccountChain,
  judgeDevice,
} from '@covey/identity';
import { type CommitKind, type Content, readContent, text } from '../kinds.ts';
import { adminPath, devicePath, memberPath, VOTE_ACTIONS, type VoteAction } from '../layout.ts';
import type { Crypto } from '../papers.ts';
import { type Evidence, readEvidence } from './evidence-file.ts';

/** What a file of evidence proves. */
export interface EvidenceVerdict {
  /** Who has signed both. */
  readonly account: string;
  /** By one device, or by one account with two votes or resolutions. */
  readonly by: 'device' | 'account';
  readonly acts: readonly [EvidenceAct, EvidenceAct];
  /** Commits of both sides that were followed. */
  readonly commits: number;
}

export interface EvidenceAct {
  readonly commit: Oid;
  readonly device: string;
  readonly kind: CommitKind;
  readonly action?: VoteAction;
  readonly target?: string;
  /** Seconds since 1970, as claimed. */
  readonly time: number;
}

const RESOLUTIONS: ReadonlySet<CommitKind> = new Set(VOTE_ACTIONS);

/**
 * Judges a file of evidence by itself: ids, form, signatures, certificates, that neither commit is an ancestor of
 * the other, that they are at odds, and that nothing else is in the file. It says nothing about whether the
 * commits were valid or had effect: that takes the whole history.
 * @throws {CoveyError} EVIDENCE_MALFORMED, EVIDENCE_UNPROVEN, OBJECT_COLLISION
 */
export async function judgeEvidence(file: string, crypto: Crypto): Promise<EvidenceVerdict> {
  const evidence = readEvidence(file, crypto);
  const used = new Set<Oid>();
  const take = (oid: Oid, type: GitObject['type']) => {
    const object = evidence.objects.get(oid);
    if (object?.type !== type) return undefined;
    used.add(oid);
    return object.bytes;
  };
  const acts = [
    await signedAct(evidence.one, evidence.account, take, crypto),
    await signedAct(evidence.other, evidence.account, take, crypto),
  ] as const;
  const commits = checkApart(evidence, used);
  for (const oid of evidence.objects.keys()) {
    if (!used.has(oid)) throw unproven(`the object ${oid} has nothing to do with it`);
  }
  return { account: evidence.account, by: oddsOf(acts), acts, commits };
}

/** The bytes of an object of the file, which is then needed there. */
type Take = (oid: Oid, type: GitObject['type']) => Uint8Array | undefined;

function commitOf(oid: Oid, take: Take): Uint8Array {
  const bytes = take(oid, 'commit');
  if (!bytes) throw unproven(`the commit ${oid} is missing`);
  return bytes;
}

async function signedAct(
  oid: Oid,
  account: string,
  take: Take,
  crypto: Crypto,
): Promise<EvidenceAct> {
  const { commit, defects } = readCommit(commitOf(oid, take));
  const [defect] = defects;
  if (!commit || defect !== undefined) throw unproven(`${oid}: ${defect ?? 'not a commit'}`);
  const content = readContent(commit.message, commit.parents.length);
  if (content.defect) throw unproven(`${oid}: ${content.defect.found}`);
  const { email: device, time } = commit.author;
  await checkSignature(oid, commit, content, account, take, crypto);
  const { kind, fields } = content;
  const action = VOTE_ACTIONS.find(
    (each) => each === (kind === 'vote' ? text(fields, 'action') : kind),
  );
  return {
    ...{ commit: oid, device, kind, time },
    ...(action === undefined ? {} : { action, target: text(fields, 'uri') }),
  };
}

/** By the device certificate in the commit's own tree (its parent's for a leave), which the account has signed. */
async function checkSignature(
  oid: Oid,
  commit: Commit,
  { kind }: Content,
  account: string,
  take: Take,
  crypto: Crypto,
): Promise<void> {
  const device = commit.author.email;
  if (!isAccountUri(account) || !isDeviceId(device)) throw unproven(`${oid}: no ids of its author`);
  const [parent] = commit.parents;
  const holder =
    kind === 'leave' && parent !== undefined ? readCommitLinks(commitOf(parent, take)) : commit;
  if (!holder) throw unproven(`${oid}: its parent cannot be read`);
  const chainFile =
    blobAt(adminPath(account), holder.tree, take) ?? blobAt(memberPath(account), holder.tree, take);
  const deviceFile = blobAt(devicePath(device), holder.tree, take);
  if (!chainFile || !deviceFile) throw unproven(`${oid}: its author has no certificates there`);
  const chain = await judgeAccountChain(chainFile, account, crypto);
  if (!chain.ok) throw unproven(`${oid}: ${chain.found}`);
  const paper = await judgeDevice(deviceFile, device, chain.value, crypto);
  if (!paper.ok) throw unproven(`${oid}: ${paper.found}`);
  const { publicKey } = paper.value.certificate;
  const signature = fromBase64(commit.signature ?? ''); // Its form is right: the commit has no defects.
  const algorithm = commitSignatureAlgorithm(publicKey);
  if (await crypto.verifier.verify(publicKey, algorithm, commit.payload, signature)) return;
  throw unproven(`${oid}: its signature does not hold`);
}

/** `undefined` where it, or a tree on the way to it, is not in the file. */
function blobAt(path: string, root: Oid, take: Take): Uint8Array | undefined {
  let oid = root;
  for (const name of path.split('/')) {
    const next = entryNamed(name, oid, take);
    if (next === undefined) return undefined;
    oid = next;
  }
  return take(oid, 'blob');
}

function entryNamed(name: string, tree: Oid, take: Take): Oid | undefined {
  const bytes = take(tree, 'tree');
  try {
    return bytes && readTree(bytes).find((entry) => entry.name === name)?.oid;
  } catch (reason) {
    if (!CoveyError.is(reason, 'GIT_OBJECT_MALFORMED')) throw reason;
    throw unproven(`the tree ${tree}: ${reason.message}`);
  }
}

/**
 * Follows both sides down to where the file ends. Where one side ends the other must have come by too: what both
 * have among their ancestors can't have either of them among its own.
 * @returns how many commits were followed
 */
function checkApart({ one, other, objects }: Evidence, used: Set<Oid>): number {
  const [side, opposite] = [reach(one, objects), reach(other, objects)];
  if (side.met.has(other) || opposite.met.has(one)) {
    throw unproven('one of the commits is an ancestor of the other');
  }
  for (const end of [...side.ends, ...opposite.ends]) {
    if (!side.met.has(end) || !opposite.met.has(end)) {
      throw unproven(`nothing shows where ${end} belongs`);
    }
  }
  const followed = new Set([...side.met, ...opposite.met].filter((oid) => objects.has(oid)));
  for (const oid of followed) used.add(oid);
  return followed.size;
}

function reach(from: Oid, objects: Evidence['objects']) {
  const [met, ends] = [new Set<Oid>(), new Set<Oid>()];
  const open = [from];
  for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
    if (met.has(oid)) continue;
    met.add(oid);
    const object = objects.get(oid);
    const links = object?.type === 'commit' ? readCommitLinks(object.bytes) : undefined;
    if (object && !links) throw unproven(`${oid} is not a commit`);
    if (links) open.push(...links.parents);
    else ends.add(oid);
  }
  return { met, ends };
}

function oddsOf([one, other]: readonly [EvidenceAct, EvidenceAct]): EvidenceVerdict['by'] {
  if (one.device === other.device) return 'device';
  const isSay = ({ kind }: EvidenceAct) => kind === 'vote' || RESOLUTIONS.has(kind);
  if (isSay(one) && isSay(other)) return 'account';
  throw unproven('two devices of one account may write apart from each other');
}

function unproven(why: string): CoveyError {
  return new CoveyError('EVIDENCE_UNPROVEN', why);
}
