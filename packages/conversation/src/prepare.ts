import { fromBase64 } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import {
  type Commit,
  isOid,
  type ObjectReader,
  type Oid,
  type ReadCommit,
  readCommit,
} from '@covey/git-objects';
import { commitSignatureAlgorithm, isAccountUri, isDeviceId } from '@covey/identity';
import type { Facts } from './facts.ts';
import type { GroupState } from './group-state.ts';
import { type Content, readContent } from './kinds.ts';
import { devicePath } from './layout.ts';
import { type Author, mustRead, type Papers } from './papers.ts';
import type { Break } from './rule.ts';

/** What can be found out about a commit without its place in a history: form, author, signature. */
export interface Prepared {
  readonly oid: Oid;
  readonly commit: Commit;
  readonly content: Content;
  readonly formDefects: readonly string[];
  readonly after: GroupState;
  readonly author: Author;
  readonly signature: Facts['signature'];
}

export interface PrepareOptions {
  /** From the own store, judged before: signatures of commits are not checked again. */
  readonly trusted?: boolean;
  /** Signature checks that were begun already. */
  readonly checks?: ReadonlyMap<Oid, BegunCheck>;
}

/** Of a commit that will be judged. Its signature counts only if the author turns out to be the one that was taken for it. */
export interface BegunCheck {
  readonly read: ReadCommit;
  readonly author: Author;
  readonly signature: Promise<Facts['signature']>;
}

/** Commits whose signatures are checked side by side, ahead of judging. */
export const CHECKED_AHEAD = 512;

/**
 * Begins to check the signatures of the first of these commits, as far as their papers are known by now. So the threads
 * that check have work while what came before is being judged.
 * @throws {CoveyError} OBJECT_MISSING
 */
export async function beginChecks(
  order: readonly Oid[],
  reader: ObjectReader,
  papers: Papers,
): Promise<ReadonlyMap<Oid, BegunCheck>> {
  const checks = new Map<Oid, BegunCheck>();
  for (const oid of order.slice(0, CHECKED_AHEAD)) {
    const read = readCommit((await mustRead(oid, 'commit', reader)).bytes);
    const state = read.commit && papers.knownState(read.commit.tree);
    const author = state && papers.knownAuthor(state, read.commit.author.email);
    if (!author) continue;
    const signature = checkSignature(read.commit, author, papers);
    signature.catch(() => {}); // Awaited when the commit is judged, or not at all.
    checks.set(oid, { read, author, signature });
  }
  return checks;
}

/** Reads a commit. Signature checks of many commits may so run side by side, in front of judging, which is in order. */
export async function prepare(
  oid: Oid,
  reader: ObjectReader,
  papers: Papers,
  { trusted = false, checks }: PrepareOptions = {},
): Promise<Prepared | Break> {
  const begun = checks?.get(oid);
  const { commit, defects } =
    begun?.read ?? readCommit((await mustRead(oid, 'commit', reader)).bytes);
  if (!commit) return { rule: 'every-commit/form', found: defects[0] ?? 'not a commit' };
  const content = readContent(commit.message, commit.parents.length);
  const email = commit.author.email;
  const formDefects = isDeviceId(email) ? defects : [...defects, 'e-mail is no device id'];
  try {
    // Nothing is awaited that is known: most commits have the state of the one before.
    const after = papers.knownState(commit.tree) ?? (await papers.state(commit.tree, reader));
    const papersAt = content.kind === 'leave' ? await parentState(commit, reader, papers) : after;
    const found = papers.author(papersAt, email, () => authorOf(email, papersAt, reader, papers));
    const author = found instanceof Promise ? await found : found;
    const check = begun?.author === author ? begun.signature : undefined;
    const signature = trusted
      ? 'unchecked'
      : await (check ?? checkSignature(commit, author, papers));
    return { oid, commit, content, formDefects, after, author, signature };
  } catch (reason) {
    return brokenTree(reason);
  }
}

/** Names the rule that a tree breaks which cannot be read. Any other failure is ours, and thrown on. */
export function brokenTree(reason: unknown): Break {
  if (!CoveyError.is(reason, 'GIT_OBJECT_MALFORMED')) throw reason;
  const path = reason.data['path'];
  return {
    ...{ rule: 'every-commit/tree', found: reason.message },
    ...(path === undefined ? {} : { path }),
  };
}

export function isBreak(value: Prepared | Break): value is Break {
  return 'rule' in value;
}

/** A leave takes its papers away: they are looked up where they last were. */
async function parentState(
  commit: Commit,
  reader: ObjectReader,
  papers: Papers,
): Promise<GroupState> {
  const parent = commit.parents[0];
  if (parent === undefined || !isOid(parent)) return papers.state(commit.tree, reader);
  const { commit: before } = readCommit((await mustRead(parent, 'commit', reader)).bytes);
  return papers.state(before?.tree ?? commit.tree, reader);
}

async function authorOf(
  device: string,
  at: GroupState,
  reader: ObjectReader,
  papers: Papers,
): Promise<Author> {
  const nobody = (authorless: string): Author => ({ device, uri: '', authorless });
  if (!isDeviceId(device)) return nobody('the e-mail is no device id');
  const oid = at.files.get(devicePath(device));
  if (oid === undefined) return nobody(`no ${devicePath(device)}`);
  const certificate = await papers.certificate(oid, device, reader);
  if (!certificate.ok) return nobody(`${devicePath(device)}: ${certificate.found}`);
  const uri = certificate.value.issuerUid ?? '';
  if (!isAccountUri(uri)) return nobody('the device certificate names no account');
  const chainPath = at.chainPath(uri);
  const chainOid = chainPath === undefined ? undefined : at.files.get(chainPath);
  if (chainPath === undefined || chainOid === undefined)
    return nobody(`no chain of account ${uri}`);
  const author = { device, uri, certificate: certificate.value };
  const chain = await papers.chain(chainOid, uri, reader);
  if (!chain.ok) return { ...author, unchained: `${chainPath}: ${chain.found}` };
  const paper = await papers.device(oid, device, chain.value, chainOid, reader);
  if (!paper.ok) return { ...author, unchained: paper.found };
  return { ...author, chain: { value: chain.value, oid: chainOid } };
}

async function checkSignature(
  commit: Commit,
  { certificate }: Author,
  papers: Papers,
): Promise<Facts['signature']> {
  if (commit.signature === undefined) return 'absent';
  if (!certificate) return 'bad';
  let signature: Uint8Array;
  try {
    signature = fromBase64(commit.signature);
  } catch (reason) {
    if (!CoveyError.is(reason, 'ENCODING_MALFORMED')) throw reason;
    return 'bad';
  }
  const { publicKey } = certificate;
  const algorithm = commitSignatureAlgorithm(publicKey);
  const good = await papers.verifier.verify(publicKey, algorithm, commit.payload, signature);
  return good ? 'good' : 'bad';
}
