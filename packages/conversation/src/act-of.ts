import type { ObjectReader } from '@covey/git-objects';
import { isAccountUri, isDeviceId } from '@covey/identity';
import type { Act, PlaceSetting } from './act.ts';
import type { Facts } from './facts.ts';
import { changesBetween } from './group-state.ts';
import { text } from './kinds.ts';
import {
  adminPath,
  type BanClass,
  crlPath,
  devicePath,
  memberPath,
  PROFILE_PATH,
} from './layout.ts';
import type { Papers } from './papers.ts';
import type { Prepared } from './prepare.ts';
import { castIn, classOf, countedVotes, decidedBy } from './rules/authority.ts';
import type { Seen } from './seen.ts';

/**
 * What an accepted commit did to the state, in the terms of `resolve`; `undefined` when nothing. Who sets the profile
 * that is there already has set it all the same: apart from others his word counts like theirs.
 */
export async function actOf(
  facts: Facts,
  prepared: Prepared,
  index: number,
  before: Seen,
  reader: ObjectReader,
  papers: Papers,
): Promise<Act | undefined> {
  const changes = changesBetween(facts.before, facts.after);
  const isProfile = facts.content.kind === 'profile';
  if (changes.length === 0 && !isProfile) return undefined;
  const { uri, device } = facts;
  const { commit } = prepared;
  const after = (path: string) => changes.find((change) => change.path === path)?.after;
  const chainOid = after(adminPath(uri)) ?? after(memberPath(uri));
  const chain = chainOid === undefined ? undefined : await papers.chain(chainOid, uri, reader);
  const paperOid = after(devicePath(device));
  const crlOid = after(crlPath(uri));
  const crl =
    crlOid === undefined || !prepared.author.chain
      ? undefined
      : await papers.crl(crlOid, prepared.author.chain.value, prepared.author.chain.oid, reader);
  const profile = isProfile ? facts.after.files.get(PROFILE_PATH) : undefined;
  const vote = facts.content.kind === 'vote' ? castIn(facts) : undefined;
  const deviceBan = deviceBanOf(facts);
  const decision = decisionOf(facts);
  return {
    index,
    oid: facts.oid,
    kind: commit.parents.length === 0 ? 'initial' : facts.content.kind,
    uri,
    device,
    before,
    places: placesOf(facts),
    changes,
    ...(deviceBan ? { deviceBan } : {}),
    ...(decision ? { decision } : {}),
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
            serial: prepared.author.certificate.serialHex,
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
            revoked: crl.value.revoked,
          },
        }
      : {}),
    ...(vote ? { vote } : {}),
    ...(profile === undefined ? {} : { profile }),
  };
}

function decisionOf(facts: Facts): Act['decision'] {
  const action = decidedBy(facts);
  const from = action && classOf(facts);
  if (!action || !from) return undefined;
  return { action, from, target: facts.target, voters: countedVotes(facts) };
}

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
    case 'promote':
      return [{ uri: target, op: 'promotion', to: 'admin' }];
    case 'demote':
      return [{ uri: target, op: 'demotion', to: 'member' }];
    default:
      return [];
  }
}

function placeIn(from: BanClass): 'admin' | 'member' | 'invited' {
  return from === 'admins' ? 'admin' : from === 'members' ? 'member' : 'invited';
}
