import type { ObjectReader, Oid } from '@covey/git-objects';
import type { Change, GroupState } from './group-state.ts';
import { adminPath, crlPath, devicePath, memberPath } from './layout.ts';
import type { Author, Papers } from './papers.ts';
import type { Prepared } from './prepare.ts';

/** What an author may change in any commit, and what became of it. */
export interface OwnPapers {
  readonly papers: readonly Change[];
  readonly fault?: { readonly path: string; readonly found: string };
}

/** Serials of all certificates that a device of an account ever brought, among the ancestors. */
export type SerialsOf = (device: string, uri: string) => readonly string[];

/** What was there before a commit. */
export interface Past {
  /** The resolved state of the parents. */
  readonly before: GroupState;
  readonly serialsOf: SerialsOf;
}

/** Of a commit that changes nothing. */
export const NO_PAPERS: OwnPapers = { papers: [] };

/** Rule 5: which changes are the author's own papers, and whether these are good. */
export async function ownPapers(
  prepared: Prepared,
  past: Past,
  all: readonly Change[],
  reader: ObjectReader,
  papers: Papers,
): Promise<OwnPapers> {
  if (all.length === 0) return NO_PAPERS;
  const { before } = past;
  const { content, author, commit } = prepared;
  const { uri, device } = author;
  const crlBefore = before.files.get(crlPath(uri));
  const old =
    crlBefore && author.chain
      ? await papers.crl(crlBefore, author.chain.value, author.chain.oid, reader)
      : undefined;
  if (content.kind === 'leave' || uri === '') return NO_PAPERS;
  const renewable = [adminPath(uri), memberPath(uri)].filter((path) => before.has(path));
  const mine = new Set([devicePath(device), crlPath(uri), ...renewable]);
  const own = all.filter(({ path, after }) => mine.has(path) && after !== undefined);
  const list = own.find(({ path }) => path === crlPath(uri));
  const taken = list?.after && (await takenAlong(list.after, author, past, reader, papers));
  const swept = all.filter(({ path, after }) => after === undefined && taken?.paths.has(path));
  const fault =
    taken?.fault ??
    (taken && swept.length < taken.paths.size
      ? 'a revoked device or a vote on it is still there'
      : undefined) ??
    (taken && old?.ok && taken.number <= old.value.number ? 'the number does not rise' : undefined);
  const paperFault = fault
    ? { path: crlPath(uri), found: fault }
    : await renewalFault(own, prepared, reader, papers);
  return {
    // All of a root is judged by the rules of its kind.
    papers: commit.parents.length === 0 ? [] : [...own, ...swept],
    ...(paperFault ? { fault: paperFault } : {}),
  };
}

/** What a new revocation list takes out of the tree: the devices that it names, and the votes on them. */
async function takenAlong(
  list: Oid,
  { chain, uri, device, certificate }: Author,
  past: Past,
  reader: ObjectReader,
  papers: Papers,
): Promise<{ number: bigint; paths: ReadonlySet<string>; fault?: string }> {
  const bad = (fault: string) => ({ number: 0n, paths: new Set<string>(), fault });
  if (!chain || !certificate) return bad('no chain to check it by');
  const judged = await papers.crl(list, chain.value, chain.oid, reader);
  if (!judged.ok) return bad(judged.found);
  const { number, revoked } = judged.value;
  const own = [certificate.serialHex, ...past.serialsOf(device, uri)];
  if (own.some((serial) => revoked.has(serial))) return bad('revokes the device that writes it');
  return { number, paths: await pathsOf(revoked, uri, past, reader, papers) };
}

/** Paths that go with a revocation list of an account; none when the list can't be read by the account's chain. */
export async function sweptBy(
  list: Oid,
  uri: string,
  past: Past,
  reader: ObjectReader,
  papers: Papers,
): Promise<readonly string[]> {
  const path = past.before.chainPath(uri);
  const oid = path === undefined ? undefined : past.before.files.get(path);
  const chain = oid && (await papers.chain(oid, uri, reader));
  const judged = chain?.ok ? await papers.crl(list, chain.value, oid as Oid, reader) : undefined;
  return judged?.ok ? [...(await pathsOf(judged.value.revoked, uri, past, reader, papers))] : [];
}

/** Whatever certificate of a device a list names, the device goes. */
async function pathsOf(
  revoked: ReadonlySet<string>,
  uri: string,
  { before, serialsOf }: Past,
  reader: ObjectReader,
  papers: Papers,
): Promise<ReadonlySet<string>> {
  const paths = new Set<string>();
  for (const device of await papers.devicesOf(uri, before, reader)) {
    const oid = before.files.get(devicePath(device));
    const paper = oid && (await papers.certificate(oid, device, reader));
    if (!paper?.ok) continue;
    const serials = [paper.value.serialHex, ...serialsOf(device, uri)];
    if (!serials.some((serial) => revoked.has(serial))) continue;
    paths.add(devicePath(device));
    for (const vote of before.votesAbout(device)) paths.add(vote);
  }
  return paths;
}

/** A renewed paper ends later (or has the higher id): the register would not take it up otherwise. */
async function renewalFault(
  own: readonly Change[],
  { author }: Prepared,
  reader: ObjectReader,
  papers: Papers,
): Promise<OwnPapers['fault']> {
  const endOf = async (path: string, oid: Oid) => {
    if (path === devicePath(author.device)) {
      const paper = await papers.certificate(oid, author.device, reader);
      if (!paper.ok) return undefined;
      return { notAfter: paper.value.notAfter.getTime(), owner: paper.value.issuerUid };
    }
    const chain = await papers.chain(oid, author.uri, reader);
    return chain.ok
      ? { notAfter: chain.value.account.notAfter.getTime(), owner: author.uri }
      : undefined;
  };
  for (const { path, before, after } of own) {
    if (before === undefined || after === undefined || path === crlPath(author.uri)) continue;
    const [was, is] = [await endOf(path, before), await endOf(path, after)];
    if (!is) return { path, found: 'not a certificate of this key' };
    if (!was) continue;
    if (was.owner !== is.owner) return { path, found: 'a certificate by another account' };
    const newer = is.notAfter > was.notAfter || (is.notAfter === was.notAfter && after > before);
    if (!newer) return { path, found: 'ends no later than the one before' };
  }
  return undefined;
}
