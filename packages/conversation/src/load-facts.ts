import type { ObjectReader } from '@covey/git-objects';
import { isDeviceId } from '@covey/identity';
import type { Charter, Facts, Profile, Related } from './facts.ts';
import { type Change, changesBetween, type GroupState } from './group-state.ts';
import { type CommitKind, text } from './kinds.ts';
import { bannedPath, devicePath, PROFILE_PATH } from './layout.ts';
import { NO_PAPERS, ownPapers, type SerialsOf } from './own-papers.ts';
import { mustRead, type Papers } from './papers.ts';
import type { Prepared } from './prepare.ts';

/** Where a commit stands in the history that it is judged in. */
export interface Standing {
  readonly profile: Profile;
  readonly charter: Charter | undefined;
  /** The resolved state of the parents. */
  readonly before: GroupState;
  readonly apart: boolean;
  readonly related: ReadonlyMap<string, Related>;
  /** A list among the ancestors names a certificate of the author's device. */
  readonly revoked: boolean;
  readonly serialsOf: SerialsOf;
}

/** Kinds that set the place of an account: what hangs on its devices may go with it. */
const SETS_PLACE: ReadonlySet<CommitKind> = new Set([
  ...(['add', 'join', 'leave'] as const),
  ...(['ban', 'unban', 'promote', 'demote'] as const),
]);

/** All that the rules may look at, read ahead so that they need no I/O. */
export async function loadFacts(
  prepared: Prepared,
  standing: Standing,
  reader: ObjectReader,
  papers: Papers,
): Promise<Facts> {
  const { commit, content, author, after } = prepared;
  const { before } = standing;
  const all = changesBetween(before, after);
  const own =
    all.length === 0
      ? NO_PAPERS
      : await ownPapers(prepared, { before, serialsOf: standing.serialsOf }, all, reader, papers);
  const target = text(content.fields, 'uri');
  const targetDevices = SETS_PLACE.has(content.kind)
    ? await papers.devicesOf(target, before, reader)
    : [];
  const cast =
    content.kind === 'vote' || content.kind === 'ban'
      ? deviceTarget(content.kind === 'vote' ? all : [], target)
      : undefined;
  const targetOwner = cast === undefined ? undefined : await ownerIn(before, cast, reader, papers);
  const vcard =
    content.kind === 'profile' ? all.find(({ path }) => path === PROFILE_PATH)?.after : undefined;
  return {
    profile: standing.profile,
    oid: prepared.oid,
    content,
    formDefects: prepared.formDefects,
    parents: commit.parents,
    apart: standing.apart,
    message: commit.message,
    device: author.device,
    uri: author.uri,
    ...(author.authorless === undefined ? {} : { authorless: author.authorless }),
    ...(author.unchained === undefined ? {} : { unchained: author.unchained }),
    signature: prepared.signature,
    charter: standing.charter,
    before,
    after,
    changed: all.length === 0 ? all : all.filter((change) => !own.papers.includes(change)),
    papers: own.papers,
    ...(own.fault ? { paperFault: own.fault } : {}),
    revoked: standing.revoked,
    target,
    targetDevices,
    ...(targetOwner === undefined ? {} : { targetOwner }),
    related: standing.related,
    ...(vcard === undefined ? {} : { vcard: (await mustRead(vcard, 'blob', reader)).bytes }),
  };
}

function deviceTarget(changed: readonly Change[], target: string): string | undefined {
  const voted = changed
    .map(({ path }) => path.split('/'))
    .find((path) => path[0] === 'votes' && path[2] === 'devices');
  const id = voted?.[3] ?? target;
  return isDeviceId(id) ? id : undefined;
}

async function ownerIn(state: GroupState, device: string, reader: ObjectReader, papers: Papers) {
  const oid = state.files.get(devicePath(device)) ?? state.files.get(bannedPath('devices', device));
  return oid === undefined ? undefined : papers.ownerOf(oid, device, reader);
}
