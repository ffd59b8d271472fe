import type { ObjectReader } from '@covey/git-objects';
import { apart, isRemoval, PLACE_OPS, sees } from '../act.ts';
import type { Entry } from '../entry.ts';
import type { History } from '../history.ts';
import { Registers, type Setting } from '../registers.ts';
import type { Voids } from '../voids.ts';
import { contradictionsOf } from './contradictions.ts';
import { signatureOf } from './explain-commit.ts';
import type { MemberExplanation, SettingVerdict } from './explanation.ts';
import { named } from './named-act.ts';
import { rollCall } from './roll-call.ts';

/**
 * Where an account stands, and by whose signed commits (requirements.md, MEET-2). `undefined` when none ever
 * set its place. @throws {CoveyError} OBJECT_MISSING
 */
export async function explainMember(
  uri: string,
  history: History,
  reader: ObjectReader,
): Promise<MemberExplanation | undefined> {
  const settings = new Registers(history.acts).settingsOf(uri);
  if (settings.length === 0) return undefined;
  const voids = history.voids();
  const entry = (await rollCall(history, reader)).find((each) => each.uri === uri);
  const { bannedFrom, devices = [], bannedDevices = [], votes = [] } = entry ?? {};
  return {
    about: 'member',
    ...{ uri, place: entry?.role ?? 'none' },
    ...(bannedFrom === undefined ? {} : { bannedFrom }),
    ...{ devices, bannedDevices, votes },
    settings: await Promise.all(
      settings.map(async (setting) => {
        const commit = history.entry(setting.act.oid) as Entry; // Every act is a commit of the history.
        return {
          act: named(commit, voids),
          op: setting.setting.op,
          to: setting.setting.to ?? 'none',
          signature: await signatureOf(commit, history, reader),
          ...fateOf(setting, settings, history, voids),
        };
      }),
    ),
    contradictions: contradictionsOf(uri, history, voids),
  };
}

interface Fate {
  readonly verdict: SettingVerdict;
  readonly against?: Setting['act']['oid'];
  readonly found: string;
}

/** The register of one account, in words (authority.md, resolve: place of an account). */
function fateOf(one: Setting, settings: readonly Setting[], history: History, voids: Voids): Fate {
  const reasonOf = ({ act }: Setting) => {
    const entry = history.entry(act.oid);
    return entry && voids.reasonOf(entry);
  };
  const reason = reasonOf(one);
  if (reason) {
    return {
      verdict: 'void',
      ...(reason.by === undefined ? {} : { against: reason.by }),
      found: reason.found,
    };
  }
  const good = settings.filter((setting) => !reasonOf(setting));
  const later = good.find(({ act }) => sees(act, one.act));
  if (later)
    return { verdict: 'followed', against: later.act.oid, found: 'a later one has seen it' };
  const taken = good.filter(({ act }) => !good.some((other) => sees(other.act, act)));
  const open = taken.filter((setting) => !beatenBy(setting, good));
  const removal = open.length > 0 ? beatenBy(one, good) : undefined;
  if (removal) {
    const found = `a ${removal.setting.op} apart from it beats it for ever`;
    return { verdict: 'beaten', against: removal.act.oid, found };
  }
  const left = open.length > 0 ? open : taken;
  const rank = ({ setting }: Setting) => PLACE_OPS.indexOf(setting.op);
  const best = left.toSorted((a, b) => rank(a) - rank(b))[0] ?? one;
  if (best.setting.op === one.setting.op) return { verdict: 'holds', found: 'it decides' };
  const found = `of several apart from each other a ${best.setting.op} goes before a ${one.setting.op}`;
  return { verdict: 'outranked', against: best.act.oid, found };
}

function beatenBy(one: Setting, good: readonly Setting[]): Setting | undefined {
  if (isRemoval(one.setting.op)) return undefined;
  return good.find(({ act, setting }) => isRemoval(setting.op) && apart(act, one.act));
}
