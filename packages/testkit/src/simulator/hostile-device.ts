import type { Link } from '@covey/device';
import { type GitObject, isOid, type ObjectStore, type Oid } from '@covey/git-objects';
import type { Forgery } from '../forge.ts';
import { forgeCommit } from '../forge.ts';
import { NamedObject } from './named-object.ts';
import { parcelOf } from './parcels.ts';
import { SimulatedDevice } from './simulated-device.ts';
import type { Host } from './wire.ts';

interface Forged {
  readonly parents: readonly Oid[];
  readonly objects: readonly NamedObject[];
}

/** How a device answers who fetches from it. */
export type Giving = 'all' | 'nothing' | 'never' | 'without files';

/**
 * A device in the hands of somebody who has its keys: it follows the group by the same program as everybody, and
 * beside that writes what it likes and tells whom it likes.
 */
export class HostileDevice extends SimulatedDevice {
  readonly #forged = new Map<Oid, Forged>();
  readonly #links = new Set<Link>();
  giving: Giving = 'all';
  /** Claimed by its commits, ahead of the world's. */
  claimedSkewMs = 0;

  /** Writes any commit, on any parents, and judges nothing. Nobody knows of it yet. */
  async forge(forgery: Forgery): Promise<Oid> {
    const objects: NamedObject[] = [];
    const { runtime } = this;
    const store: ObjectStore = {
      read: async (oid) => this.#read(oid, objects) ?? runtime.store.read(oid),
      has: async (oid) => this.disk.has(oid),
      write: async (written) => {
        const named = written.map(NamedObject.of);
        objects.push(...named);
        return named.map(({ oid }) => oid);
      },
    };
    const parents = forgery.parents ?? runtime.heads;
    const clock = () => this.around.time.date(this.claimedSkewMs);
    const forger = { writer: this.player.writer, history: runtime.history };
    const oid = await forgeCommit({ ...forger, store, heads: runtime.heads, clock }, forgery);
    this.#forged.set(oid, { parents, objects });
    this.around.log.add(`${this.around.time.ms} ${this.name} forges ${oid}`);
    return oid;
  }

  /** Tells these devices (default: all that it is linked with) of commits, forged or made up. */
  announce(heads: readonly Oid[], to: (link: Link) => boolean = () => true): void {
    const commit = heads.at(-1) ?? '';
    const { conversation: id, deviceId } = this;
    const mimeType = 'application/im-gitmessage-id';
    const request = { mimeType, deviceId, id, commit, heads: [...heads], stateDigest: '' };
    for (const link of this.#links) {
      // What the others say to it is of no interest.
      if (to(link)) link.announce(request).catch(() => {});
    }
  }

  get links(): readonly Link[] {
    return [...this.#links];
  }

  override crash(): void {
    this.#links.clear();
    super.crash();
  }

  /** It talks with whoever talks with it. */
  override wants(): boolean {
    return true;
  }

  override linked(link: Link): void {
    this.#links.add(link);
    super.linked(link);
  }

  override unlinked(link: Link): void {
    this.#links.delete(link);
    super.unlinked(link);
  }

  protected override makeServed(): Host['served'] {
    const honest = super.makeServed();
    return {
      ...honest,
      fetch: async (_link, request) => {
        if (this.giving === 'nothing') return [parcelOf([])];
        if (this.giving === 'never') return new Promise(() => {});
        const lies = this.#liesFor(request.wants.filter(isOid));
        const bases = lies.flatMap(({ parents }) => parents);
        const wants = [...request.wants, ...bases];
        const objects = await this.runtime.objectsFor(wants, request.haves, request.maxBytes);
        const given = [...objects, ...lies.flatMap((lie) => lie.objects)];
        const isLeftOut = ({ type }: GitObject) =>
          this.giving === 'without files' && type === 'blob';
        return [parcelOf(given.filter((object) => !isLeftOut(object)))];
      },
    };
  }

  #liesFor(wants: readonly Oid[]): readonly Forged[] {
    const found = new Set<Forged>();
    const open = [...wants];
    for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
      const forged = this.#forged.get(oid);
      if (!forged || found.has(forged)) continue;
      found.add(forged);
      open.push(...forged.parents);
    }
    return [...found];
  }

  #read(oid: Oid, objects: readonly NamedObject[]): GitObject | undefined {
    for (const made of [objects, ...[...this.#forged.values()].map((one) => one.objects)]) {
      const object = made.find((each) => each.oid === oid);
      if (object) return object;
    }
    return undefined;
  }
}
