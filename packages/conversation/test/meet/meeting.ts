import { type CommitKind, type Crypto, History, judgeAll, rolesOf } from '@covey/conversation';
import { MemoryObjectStore } from '@covey/git-objects';
import { makeTestAccount } from '@covey/testkit';
import {
  foundGroup,
  GossipDevice,
  GossipNetwork,
  gossipLinks,
  SIMULATED_CRYPTO,
} from '@covey/testkit/meet';

/** How Alice adds Carol, and Bob Doris. */
interface MeetingPlan {
  /** With Carol and Doris, who come in; four as in the note. */
  readonly members: number;
  /** Or else Bob adds Doris when everybody knows of Carol: the best case. */
  readonly atOnce: boolean;
  /** How many others each is linked with; all, unless it is said. */
  readonly degree?: number;
  readonly seed?: number;
  /** What each checks signatures with, by name; else all share one memory of papers. */
  readonly crypto?: (name: string) => Crypto;
}

/** What it came to, once nothing was on its way any more. */
export interface Meeting {
  /** Alice and Bob first, Carol and Doris last. */
  readonly devices: readonly GossipDevice[];
  /** Of each kind, since Alice's first addition. */
  readonly commits: Readonly<Partial<Record<CommitKind, number>>>;
  /** Of all these; one for each that was told. */
  readonly announcements: number;
}

const OTHERS = Array.from({ length: 96 }, (_, at) => `friend ${at}`);

/**
 * The scene of the note on production's code: who is added accepts as soon as he has the invitation, whoever learns
 * of somebody may link with him, and in the end Alice says a word.
 */
export async function meeting(plan: MeetingPlan): Promise<Meeting> {
  const { members, atOnce, degree = members, seed = 1 } = plan;
  const shelf = new MemoryObjectStore(SIMULATED_CRYPTO.digests);
  const names = ['alice', 'bob', ...OTHERS.slice(0, members - 4), 'carol', 'doris'];
  const empty = new History(SIMULATED_CRYPTO, { profile: 'strict' });
  const historyOf = (name: string) =>
    plan.crypto ? new History(plan.crypto(name), { profile: 'strict' }) : empty.draft();
  const devices: GossipDevice[] = [];
  for (const name of names) {
    const { writer } = await makeTestAccount(name);
    devices.push(new GossipDevice(name, writer, historyOf(name), shelf));
  }
  const find = (name: string) => devices[names.indexOf(name)] as GossipDevice; // One for each name.
  const [alice, bob, carol, doris] = [find('alice'), find('bob'), find('carol'), find('doris')];

  const network = new GossipNetwork({ seed, moved: hasMoved });
  const wanted = gossipLinks(devices, degree, network.chance);
  const accepted = new Set<GossipDevice>();
  /** Links with those whom the device knows by now; who finds an invitation of his own accepts. */
  async function hasMoved(device: GossipDevice): Promise<void> {
    const { state } = await device.history.resolved(device.objects);
    const known = new Set<string>(rolesOf(state).map(({ uri }) => uri));
    for (const [a, b] of wanted) {
      const other = a === device ? b : b === device ? a : undefined;
      if (other && known.has(other.writer.uri)) network.link(device, other);
    }
    if (state.placeOf(device.writer.uri) !== 'invited' || accepted.has(device)) return;
    accepted.add(device);
    network.after(1, () => network.write(device, { kind: 'join' }));
  }

  const founders = devices.slice(0, -2);
  const founded = await foundGroup(
    [alice.writer, ...founders.slice(1).map((one) => one.writer)],
    shelf,
  );
  for (const device of founders) {
    const broken = await judgeAll(founded, device.history, shelf);
    if (broken) throw new Error(`the group was not founded lawfully: ${broken.rule}`);
    device.replicator.moved(device.heads);
  }
  for (const device of founders) await hasMoved(device);
  await network.silence();

  const add = async (by: GossipDevice, whom: GossipDevice) => {
    await network.write(by, { kind: 'add', uri: whom.writer.uri });
    network.link(by, whom);
  };
  await add(alice, carol);
  let announcements = atOnce ? 0 : (await network.silence()).announcements;
  await add(bob, doris);
  announcements += (await network.silence()).announcements;
  await network.write(alice, { kind: 'message', fields: { body: 'welcome', type: 'text/plain' } });
  announcements += (await network.silence()).announcements;

  const commits: Partial<Record<CommitKind, number>> = {};
  for (const { content } of alice.history.ordered.filter(({ oid }) => !founded.includes(oid))) {
    commits[content.kind] = (commits[content.kind] ?? 0) + 1;
  }
  return { devices, commits, announcements };
}
