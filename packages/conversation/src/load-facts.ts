import type { ObjectReader, Oid } from '@covey/git-objects';
import { type AccountChain, isAccountUri, isDeviceId } from '@covey/identity';
import type { Act, PlaceSetting } from './act.ts';
import type { Charter, Facts, Profile, Related } from './facts.ts';
import { type Change, changesBetween, type GroupState } from './group-state.ts';
import { text } from './kinds.ts';
import {
  adminPath,
  type BanClass,
  crlPath,
  devicePath,
  memberPath,
  PROFILE_PATH,
} from './layout.ts';
import { mustRead, type Papers } from './papers.ts';
import type { Prepared } from './prepare.ts';
import { castIn, classOf, countedVotes } from './rules/authority.ts';
import type { Seen } from './seen.ts';

/** Where a commit stands in the history that it is judged in. */
export interface Standing {
  readonly profile: Profile;
  readonly charter: Charter | undefined;
  /** The resolved state of the parents. */
  readonly before: GroupState;
  readonly apart: boolean;
  readonly related: ReadonlyMap<string, Related>;
  readonly notYetKnown: string | undefined;
}

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
  const own = await ownPapers(prepared, before, all, reader, papers);
  const target = text(content.fields, 'uri');
  const targetDevices =
    content.kind === 'leave' || content.kind === 'ban'
      ? await devicesOf(target, before, reader, papers)
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
    changed: all.filter((change) => !own.papers.includes(change)),
    papers: own.papers,
    ...(own.fault ? { paperFault: own.fault } : {}),
    revoked: own.revoked,
    target,
    targetDevices,
    ...(targetOwner === undefined ? {} : { targetOwner }),
    related: standing.related,
    ...(vcard === undefined ? {} : { vcard: (await mustRead(vcard, 'blob', reader)).bytes }),
    ...(standing.notYetKnown === undefined ? {} : { notYetKnown: standing.notYetKnown }),
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
  const oid =
    state.files.get(devicePath(device)) ?? state.files.get(`banned/devices/${device}.crt`);
  return oid === undefined ? undefined : papers.ownerOf(oid, device, reader);
}

/** Devices of an account, by the issuer that their certificates name. */
async function devicesOf(uri: string, state: GroupState, reader: ObjectReader, papers: Papers) {
  const found: string[] = [];
  for (const device of state.names('devices/', '.crt')) {
    if ((await ownerIn(state, device, reader, papers)) === uri) found.push(device);
  }
  return found;
}

interface OwnPapers {
  readonly papers: readonly Change[];
  readonly fault?: { readonly path: string; readonly found: string };
  readonly revoked: boolean;
}

/** Rule 5: which changes are the author's own papers, and whether these are good. */
async function ownPapers(
  prepared: Prepared,
  before: GroupState,
  all: readonly Change[],
  reader: ObjectReader,
  papers: Papers,
): Promise<OwnPapers> {
  const { content, author, commit } = prepared;
  const { uri, device } = author;
  const chain = author.chain;
  const crlBefore = before.files.get(crlPath(uri));
  const serial = author.certificate?.serialHex ?? '';
  const old =
    crlBefore && chain ? await papers.crl(crlBefore, chain.value, chain.oid, reader) : undefined;
  const revoked = old?.ok === true && old.value.revoked.has(serial);
  if (content.kind === 'leave' || commit.parents.length === 0 || uri === '')
    return { papers: [], revoked };
  const renewable = [adminPath(uri), memberPath(uri)].filter((path) => before.has(path));
  const mine = new Set([devicePath(device), crlPath(uri), ...renewable]);
  const own = all.filter(({ path, after }) => mine.has(path) && after !== undefined);
  const crl = own.find(({ path }) => path === crlPath(uri));
  const gone = crl ? await revokedBy(crl, chain, uri, before, reader, papers) : undefined;
  if (typeof gone === 'string')
    return { papers: own, fault: { path: crlPath(uri), found: gone }, revoked };
  const swept = gone
    ? all.filter(({ path, after }) => after === undefined && gone.paths.has(path))
    : [];
  if (gone && swept.length < gone.paths.size) {
    return {
      papers: own,
      fault: { path: crlPath(uri), found: 'a revoked device is still there' },
      revoked,
    };
  }
  if (gone && old?.ok && gone.number <= old.value.number) {
    return {
      papers: own,
      fault: { path: crlPath(uri), found: 'the number does not rise' },
      revoked,
    };
  }
  const fault = await renewalFault(own, prepared, reader, papers);
  return { papers: [...own, ...swept], ...(fault ? { fault } : {}), revoked };
}

async function revokedBy(
  crl: Change,
  chain: { value: AccountChain; oid: Oid } | undefined,
  uri: string,
  before: GroupState,
  reader: ObjectReader,
  papers: Papers,
): Promise<{ number: bigint; paths: ReadonlySet<string> } | string> {
  if (!chain || crl.after === undefined) return 'no chain to check it by';
  const judged = await papers.crl(crl.after, chain.value, chain.oid, reader);
  if (!judged.ok) return judged.found;
  const paths = new Set<string>();
  for (const device of await devicesOf(uri, before, reader, papers)) {
    const oid = before.files.get(devicePath(device));
    const certificate = oid && (await papers.certificate(oid, device, reader));
    if (certificate && certificate.ok && judged.value.revoked.has(certificate.value.serialHex))
      paths.add(devicePath(device));
  }
  return { number: judged.value.number, paths };
}

/** A renewed paper ends later (or has the higher id): the register would not take it up otherwise. */
async function renewalFault(
  own: readonly Change[],
  { author, content }: Prepared,
  reader: ObjectReader,
  papers: Papers,
): Promise<OwnPapers['fault']> {
  for (const { path, before, after } of own) {
    if (before === undefined || after === undefined || path === crlPath(author.uri)) continue;
    const read = async (oid: Oid) => {
      if (path === devicePath(author.device)) {
        const paper = await papers.certificate(oid, author.device, reader);
        return paper.ok ? paper.value.notAfter.getTime() : undefined;
      }
      const chain = await papers.chain(oid, author.uri, reader);
      return chain.ok ? chain.value.account.notAfter.getTime() : undefined;
    };
    const [was, is] = [await read(before), await read(after)];
    if (is === undefined) return { path, found: 'not a certificate of this key' };
    const newer = was === undefined || is > was || (is === was && after > before);
    if (!newer && content.kind !== 'merge')
      return { path, found: 'ends no later than the one before' };
  }
  return undefined;
}

/** What an accepted commit did to the state, in the terms of `resolve`; `undefined` when nothing. */
export async function actOf(
  facts: Facts,
  prepared: Prepared,
  index: number,
  before: Seen,
  reader: ObjectReader,
  papers: Papers,
): Promise<Act | undefined> {
  const changes = changesBetween(facts.before, facts.after);
  if (changes.length === 0) return undefined;
  const { uri, device } = facts;
  const after = (path: string) => changes.find((change) => change.path === path)?.after;
  const chainOid = after(adminPath(uri)) ?? after(memberPath(uri));
  const chain = chainOid === undefined ? undefined : await papers.chain(chainOid, uri, reader);
  const paperOid = after(devicePath(device));
  const crlOid = after(crlPath(uri));
  const crl =
    crlOid === undefined || !prepared.author.chain
      ? undefined
      : await papers.crl(crlOid, prepared.author.chain.value, prepared.author.chain.oid, reader);
  const profile = facts.content.kind === 'profile' ? after(PROFILE_PATH) : undefined;
  const vote = facts.content.kind === 'vote' ? castIn(facts) : undefined;
  const deviceBan = deviceBanOf(facts);
  return {
    index,
    oid: facts.oid,
    uri,
    device,
    before,
    places: placesOf(facts),
    counted: isResolution(facts) ? countedVotes(facts) : [],
    changes,
    ...(deviceBan ? { deviceBan } : {}),
    ...(chainOid !== undefined && chain?.ok
      ? {
          chain: { path: '', oid: chainOid, uri, notAfter: chain.value.account.notAfter.getTime() },
        }
      : {}),
    ...(paperOid !== undefined && prepared.author.certificate
      ? {
          paper: {
            path: devicePath(device),
            oid: paperOid,
            uri,
            device,
            notAfter: prepared.author.certificate.notAfter.getTime(),
          },
        }
      : {}),
    ...(crlOid !== undefined && crl?.ok
      ? {
          crl: {
            uri,
            oid: crlOid,
            number: crl.value.number,
            devices: facts.papers
              .filter(({ after: now }) => now === undefined)
              .map(({ path }) => path.slice('devices/'.length, -'.crt'.length)),
          },
        }
      : {}),
    ...(vote ? { vote } : {}),
    ...(profile === undefined ? {} : { profile }),
  };
}

const isResolution = ({ content }: Facts) => content.kind === 'ban' || content.kind === 'unban';

function deviceBanOf(facts: Facts): Act['deviceBan'] {
  const { kind } = facts.content;
  if ((kind !== 'ban' && kind !== 'unban') || !isDeviceId(facts.target)) return undefined;
  return { device: facts.target, op: kind };
}

function placesOf(facts: Facts): readonly PlaceSetting[] {
  const { content, target, uri, before } = facts;
  switch (content.kind) {
    case 'initial': {
      if (facts.parents.length > 0) return [];
      const other = text(content.fields, 'invited');
      const creator: PlaceSetting = { uri, op: 'join', to: 'admin' };
      return other === '' || other === uri
        ? [creator]
        : [creator, { uri: other, op: 'add', to: 'invited' }];
    }
    case 'add':
      return [{ uri: target, op: 'add', to: 'invited' }];
    case 'join':
      return [{ uri, op: 'join', to: 'member' }];
    case 'leave':
      return [{ uri: target, op: 'leave', to: undefined }];
    case 'ban': {
      const from = classOf(facts);
      return from && isAccountUri(target) ? [{ uri: target, op: 'ban', to: 'banned', from }] : [];
    }
    case 'unban': {
      const from = before.bannedFrom(target);
      return from && isAccountUri(target) ? [{ uri: target, op: 'unban', to: placeIn(from) }] : [];
    }
    default:
      return [];
  }
}

function placeIn(from: BanClass): 'admin' | 'member' | 'invited' {
  return from === 'admins' ? 'admin' : from === 'members' ? 'member' : 'invited';
}
