import { inDisplayOrder, layout, readVcard, stateDigest } from '@covey/conversation';
import type { Oid } from '@covey/git-objects';
import { TEST_CRYPTO } from '../test-crypto.ts';
import type { Cast } from './cast.ts';
import type { Player } from './player.ts';
import { EXPECTED_LISTS, type Expectation, type ExpectedList } from './scenario.ts';

/** What a device has come to, in the names of the file. */
export type DeviceView = { readonly [List in ExpectedList]: readonly string[] } & {
  readonly title: string;
  /** State digest; empty on a device that hasn't the conversation. */
  readonly digest: string;
};

/** A view, and what it takes to compare it. */
export interface Viewed {
  readonly view: DeviceView;
  /** Heights of the texts that are shown. */
  readonly heights: ReadonlyMap<string, number>;
}

const NOTHING: DeviceView = {
  ...{ admins: [], members: [], invited: [], banned: [], bannedDevices: [] },
  ...{ void: [], shown: [], title: '', digest: '' },
};

/** @param idOf what the file calls a commit; merges in front of a step have no id */
export async function viewOf(
  player: Player,
  cast: Cast,
  idOf: (oid: Oid) => string | undefined,
): Promise<Viewed> {
  const { history, store } = player;
  if (!player.hasConversation) return { view: NOTHING, heights: new Map() };
  const { state, tree } = await player.resolved();
  const voids = history.voids();
  const voided: string[] = [];
  const heights = new Map<string, number>();
  for (const entry of [...history.entries()].sort(inDisplayOrder)) {
    const id = idOf(entry.oid);
    if (id === undefined || entry.content.kind === 'merge') continue;
    if (voids.reasonOf(entry)) voided.push(id);
    else if (entry.content.kind === 'text') heights.set(id, entry.height);
  }
  const names = (folder: string, ending: string) => state.names(folder, ending);
  const vcard = await store.read(state.files.get(layout.PROFILE_PATH) ?? tree);
  const view: DeviceView = {
    admins: cast.namesOf(names('admins/', '.crt')),
    members: cast.namesOf(names('members/', '.crt')),
    invited: cast.namesOf(names('invited/', '')),
    banned: cast.namesOf([
      ...names('banned/admins/', '.crt'),
      ...names('banned/members/', '.crt'),
      ...names('banned/invited/', ''),
    ]),
    bannedDevices: cast.namesOf(names('banned/devices/', '.crt')),
    void: voided.sort(),
    shown: [...heights.keys()],
    title: (vcard?.type === 'blob' && readVcard(vcard.bytes).title) || '',
    digest: stateDigest(tree, player.heads, TEST_CRYPTO.digests),
  };
  return { view, heights };
}

/** What isn't as expected, in words. Only what is given is compared. */
export function differences(expected: Expectation, { view, heights }: Viewed): readonly string[] {
  const found: string[] = [];
  for (const list of EXPECTED_LISTS) {
    const wanted = expected[list];
    const isRight =
      wanted === undefined ||
      (sorted(wanted) === sorted(view[list]) && (list !== 'shown' || rises(wanted, heights)));
    if (!isRight) {
      found.push(
        `${list}: expected ${JSON.stringify(wanted)}, found ${JSON.stringify(view[list])}`,
      );
    }
  }
  const { title } = expected;
  if (title !== undefined && title !== view.title) {
    found.push(`title: expected ${JSON.stringify(title)}, found ${JSON.stringify(view.title)}`);
  }
  return found;
}

const sorted = (names: readonly string[]) => JSON.stringify([...names].sort());

/** Texts of one height may stand in any order, for that of their ids is nobody's choice. */
function rises(ids: readonly string[], heights: ReadonlyMap<string, number>): boolean {
  const inOrder = ids.map((id) => heights.get(id) ?? 0);
  return inOrder.every((height, at) => at === 0 || (inOrder[at - 1] ?? 0) <= height);
}
