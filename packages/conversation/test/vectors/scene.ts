import type { JsonObject } from '@covey/codec';
import { Composition, type Entry, type Intent, type Profile } from '@covey/conversation';
import type { ObjectReader, Oid } from '@covey/git-objects';
import {
  copyReachable,
  deviceLike,
  type Forgery,
  type StageOptions,
  stage,
  type TestDevice,
} from '@covey/testkit';

/** What a commit is set on top of, once its group stands. A merge that is tried merges two sides of that sort. */
export const PLACES = ['set-up', 'text', 'act', 'merge', 'void-side', 'old-parents'] as const;
export type Place = (typeof PLACES)[number];

/** A commit that was forged, with all that it stands on. */
export interface Forged {
  /** Who forged it. */
  readonly device: TestDevice;
  readonly store: ObjectReader;
  readonly profile: Profile;
  /** The root of the conversation that it is offered to. */
  readonly root: Oid;
  readonly commit: Oid;
  /** What there is beside it: tips that have to be judged too. */
  readonly beside: readonly Oid[];
}

/** What an honest device would write: a forgery without a lie. */
export interface Honest {
  readonly message: JsonObject;
  readonly files: Record<string, { readonly oid: Oid } | undefined>;
}

/** A day on which papers are renewed. */
export const LATER = new Date('2026-11-10T00:00:00Z');

type Charter = StageOptions['charter'];
type Group<Name extends string> = Record<Name, TestDevice>;

/** Sets a group up, then brings it to the place where a commit is tried. The same steps give the same ids. */
export class Scene {
  readonly place: Place;
  readonly profile: Profile;
  /** Who takes the steps that lead to the place: in good standing, and with all that there is. */
  keeper: TestDevice | undefined;
  #isPlaced = false;

  constructor(place: Place, profile: Profile = 'strict') {
    this.place = place;
    this.profile = profile;
  }

  /** As `stage` does: the first is the creator, the others have joined. */
  async group<const Name extends string>(
    names: readonly [Name, ...Name[]],
    charter?: Charter,
  ): Promise<Group<Name>> {
    const group = await stage(names, { profile: this.profile, ...(charter ? { charter } : {}) });
    this.keeper = group[names[0]];
    return group;
  }

  /** Brings the device to the place. Nothing more may be written before the commit itself. */
  async takePlace(device: TestDevice): Promise<void> {
    if (this.#isPlaced) return;
    this.#isPlaced = true;
    const keeper = this.#mustKeep();
    await keeper.receive(device);
    if (this.place === 'text') await keeper.says('so far');
    if (this.place === 'act') await renew(keeper);
    if (this.place === 'merge') {
      await fork(keeper, [saying('on the one hand'), saying('on the other')]);
      await keeper.mergeHeads();
    }
    if (this.place === 'void-side') {
      await loseDevice(keeper);
      await keeper.mergeHeads();
    }
    if (device !== keeper) await device.receive(keeper);
  }

  /** Leaves the device with exactly two heads, of the sort that the place says. */
  async takeTwoHeads(device: TestDevice): Promise<readonly [Oid, Oid]> {
    this.#isPlaced = true;
    const keeper = this.#mustKeep();
    await keeper.receive(device);
    if (this.place === 'set-up') await fork(keeper, [renewal, inviting('visitor')]);
    if (this.place === 'text') await fork(keeper, [saying('one'), saying('two')]);
    if (this.place === 'act' || this.place === 'old-parents') {
      await fork(keeper, [saying('one'), renewal]);
    }
    if (this.place === 'merge') {
      await fork(keeper, [saying('one'), saying('two')]);
      const [from] = keeper.heads;
      await keeper.mergeHeads();
      await adopt(keeper, { ...saying('three'), parents: from ? [from] : [] });
    }
    if (this.place === 'void-side') await loseDevice(keeper);
    if (device !== keeper) await device.receive(keeper);
    const [one, other, more] = device.heads;
    if (!one || !other || more) throw new Error('two heads are what this is about');
    return [one, other];
  }

  /** What an honest device writes for this intent, at the place. */
  async honest(device: TestDevice, intent: Intent): Promise<Honest> {
    await this.takePlace(device);
    const draft = device.history.draft();
    const composition = new Composition(draft, device.store);
    const entry = await composition.write(device.writer, intent, LATER);
    await device.store.write(composition.objects);
    return { message: entry.content.fields, files: await changedBy(entry, draft, device) };
  }

  /** Forges the commit that is tried, at the place. Tips named in `given` are judged before it. */
  async commits(device: TestDevice, forgery: Forgery, given: readonly Oid[] = []): Promise<Forged> {
    await this.takePlace(device);
    const { store, history } = device;
    const parents = forgery.parents ?? device.heads;
    const commit = await device.forge({ ...forgery, parents });
    const beside = [...given, ...(await this.#besideThat(device, parents))];
    return {
      device,
      store,
      profile: this.profile,
      root: history.root?.oid ?? commit,
      commit,
      beside,
    };
  }

  /** On old parents something else has been written in the meantime. */
  async #besideThat(device: TestDevice, parents: readonly Oid[]): Promise<readonly Oid[]> {
    if (this.place !== 'old-parents' || parents.length === 0) return [];
    const keeper = this.#mustKeep();
    const other = await keeper.forge({ ...saying('meanwhile'), parents: parents.slice(-1) });
    await copyReachable([other], keeper.store, device.store);
    return [other];
  }

  #mustKeep(): TestDevice {
    if (!this.keeper) throw new Error('a scene has a group');
    return this.keeper;
  }
}

/** Every path in which a commit differs from what its parents come to, as a forgery names it. */
async function changedBy(
  entry: Entry,
  draft: TestDevice['history'],
  device: TestDevice,
): Promise<Honest['files']> {
  const before = (await draft.resolved(device.store, entry.parents)).state.files;
  const after = (await draft.papers.state(entry.tree, device.store)).files;
  const files: Honest['files'] = {};
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const oid = after.get(path);
    if (before.get(path) !== oid) files[path] = oid === undefined ? undefined : { oid };
  }
  return files;
}

type Step = Forgery | ((device: TestDevice) => Promise<Forgery>);

const saying = (body: string): Forgery => ({ message: { body, type: 'text/plain' } });

const inviting =
  (name: string): Step =>
  async (device) => {
    const { uri } = await deviceLike(device, { name });
    return {
      message: { action: 'add', type: 'member', uri },
      files: { [`invited/${uri}`]: '' },
    };
  };

const renewal: Step = async ({ account, writer }) => ({
  message: { type: 'application/update-papers' },
  files: { [`devices/${writer.deviceId}.crt`]: await account.issuePaper(writer, LATER) },
});

/** An act that leaves everybody where they are: the device's certificate, renewed. */
async function renew(device: TestDevice): Promise<void> {
  await adopt(device, await (renewal as (device: TestDevice) => Promise<Forgery>)(device));
}

async function adopt(device: TestDevice, forgery: Forgery): Promise<void> {
  const received = await device.adopts(await device.forge(forgery));
  if ('broken' in received) throw new Error(`the way there: ${JSON.stringify(received.broken)}`);
}

/** Two commits of one device on the same heads. */
async function fork(device: TestDevice, steps: readonly Step[]): Promise<void> {
  const parents = device.heads;
  for (const step of steps) {
    const forgery = typeof step === 'function' ? await step(device) : step;
    const files = forgery.files ? { files: forgery.files } : {};
    await adopt(device, { message: forgery.message, ...files, parents });
  }
}

/** The account loses a device, which writes on beside the list that revokes it: that is void. Two heads are left. */
async function loseDevice(keeper: TestDevice): Promise<void> {
  const lost = await deviceLike(keeper, { label: 'lost' });
  await lost.says('mine');
  await keeper.receive(lost);
  await lost.says('not mine any more');
  await keeper.revokes(lost.writer);
  await keeper.receive(lost);
}
