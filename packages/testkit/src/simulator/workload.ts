import type { JsonObject } from '@covey/codec';
import { type Entry, type GroupState, type Intent, layout } from '@covey/conversation';
import type { AccountUri } from '@covey/identity';
import type { Chance } from './chance.ts';
import type { SimulatedDevice } from './simulated-device.ts';

/** What a person can know who is about to do something. */
export interface Outlook {
  readonly device: SimulatedDevice;
  readonly state: GroupState;
  readonly chance: Chance;
  /** Of a group that votes more than it talks. */
  readonly isCouncil: boolean;
  /** Every account that there is, in the group or not. */
  readonly accounts: readonly AccountUri[];
  /** Ids that people have reason to mistrust. */
  readonly suspects: readonly string[];
  /** Further devices of one's own account, and a list that revokes one of them. */
  readonly revocation: (device: SimulatedDevice) => Promise<Uint8Array> | undefined;
}

type Wish = Intent | undefined | Promise<Intent | undefined>;

const ADMIN_ACTIONS = ['ban', 'ban', 'unban', 'promote', 'promote', 'demote'] as const;
type Weighed = readonly (readonly [weight: number, wish: (outlook: Outlook) => Wish])[];

/** What people do, and how often. What turns out not to be lawful is not written. */
const TALK: Weighed = [
  [26, ({ chance }) => said({ body: `word ${chance.below(1e6)}`, type: 'text/plain' })],
  [2, (outlook) => about(outlook, 'reply-to')],
  [2, (outlook) => about(outlook, 'react-to')],
  [2, (outlook) => about(outlook, 'edit')],
  [1, ({ chance }) => said({ value: chance.below(9), type: 'application/from-the-future' })],
  [1, () => said({ duration: '1500', to: 'ab'.repeat(20), type: 'application/call-history+json' })],
];
const AFFAIRS: Weighed = [
  [2, ({ chance }) => ({ kind: 'profile', profile: { title: `title ${chance.below(99)}` } })],
  [4, (outlook) => invitation(outlook)],
  [0.2, () => ({ kind: 'leave' })],
  [12, (outlook) => ballot(outlook)],
  [6, (outlook) => decision(outlook)],
  [0.7, ({ device, revocation }) => revoke(revocation(device))],
];
const TALK_IN_COUNCIL = 0.15;

/** What the device's owner wants to do next; `undefined` for nothing that can be done. */
export async function nextWish(outlook: Outlook): Promise<Intent | undefined> {
  const { device, state, chance } = outlook;
  if (!state.isWriter(device.uri)) {
    const open = device.history.charter?.mode === 3;
    const mayJoin = open || state.has(layout.invitedPath(device.uri));
    return mayJoin && chance.happens(0.7) ? { kind: 'join' } : undefined;
  }
  const talk = TALK.map(
    ([weight, wish]) => [outlook.isCouncil ? weight * TALK_IN_COUNCIL : weight, wish] as const,
  );
  return chance.weighed([...talk, ...AFFAIRS])?.(outlook);
}

function said(fields: JsonObject & { readonly type: string }): Intent {
  return { kind: 'message', fields };
}

function about({ device, chance }: Outlook, relation: 'reply-to' | 'react-to' | 'edit'): Wish {
  const texts = device.history.ordered
    .slice(-20)
    .filter((entry) => isText(entry) && (relation !== 'edit' || entry.uri === device.uri));
  const target = chance.pick(texts);
  return target && said({ [relation]: target.oid, body: 'indeed', type: 'text/plain' });
}

const isText = ({ content: { kind } }: Entry) => kind === 'text';

function invitation({ accounts, state, chance }: Outlook): Wish {
  const outside = accounts.filter((uri) => !state.placeOf(uri) && !state.bannedFrom(uri));
  const uri = chance.pick(outside);
  return uri && { kind: 'add', uri };
}

function ballot({ device, state, chance, suspects }: Outlook): Wish {
  if (state.placeOf(device.uri) !== 'admin') return undefined;
  // Half of the votes are on what others have asked.
  const open = chance.happens(0.5) ? questionsIn(state) : [];
  const action = chance.pick(ADMIN_ACTIONS) ?? 'ban';
  const target = chance.pick(candidates(action, { state, chance, suspects }));
  const question = chance.pick(open) ?? (target === undefined ? undefined : { action, target });
  if (!question || question.target === device.uri) return undefined;
  return { kind: 'vote', action: question.action, target: question.target };
}

function candidates(
  action: layout.VoteAction,
  { state, chance, suspects }: Pick<Outlook, 'state' | 'chance' | 'suspects'>,
): readonly string[] {
  const members = [...state.names('members/', '.crt')];
  switch (action) {
    case 'promote':
      return members;
    case 'demote':
      return state.admins;
    case 'unban':
      return layout.BAN_CLASSES.flatMap((from) => [
        ...state.names(`banned/${from}/`, from === 'invited' ? '' : '.crt'),
      ]);
    case 'ban': {
      // Mostly those who deserve it.
      if (chance.happens(0.7)) return suspects;
      return [...members, ...state.admins, ...state.names('devices/', '.crt')];
    }
  }
}

/** Carries out what was voted for by enough; now and then what wasn't, which is refused. */
function decision({ device, state, chance }: Outlook): Wish {
  if (state.placeOf(device.uri) !== 'admin') return undefined;
  const all = questionsIn(state);
  const ripe = all.filter(({ votes }) => 2 * votes > state.admins.length);
  const question = chance.pick(ripe.length > 0 ? ripe : chance.happens(0.05) ? all : []);
  return question && { kind: 'resolve', action: question.action, target: question.target };
}

interface Question {
  readonly action: layout.VoteAction;
  readonly target: string;
  readonly votes: number;
}

/** What is being voted on. */
export function questionsIn(state: GroupState): readonly Question[] {
  const questions = new Map<string, Question>();
  for (const path of state.files.keys()) {
    const vote = path.startsWith('votes/') ? layout.readVotePath(path) : undefined;
    if (!vote) continue;
    const { action, target } = vote;
    const votes = 1 + (questions.get(`${action} ${target}`)?.votes ?? 0);
    questions.set(`${action} ${target}`, { action, target, votes });
  }
  return [...questions.values()];
}

async function revoke(list: Promise<Uint8Array> | undefined): Promise<Intent | undefined> {
  return list && { kind: 'revoke', crl: await list };
}
