import { utf8 } from '@covey/codec';
import { invariant } from '@covey/errors';
import { MemoryObjectStore } from '@covey/git-objects';
import type { AccountUri } from '@covey/identity';
import { counterClock } from '../counter-clock.ts';
import { makeTestAccount } from '../test-account.ts';
import { TEST_CRYPTO } from '../test-crypto.ts';
import { Player } from './player.ts';
import type { Scenario } from './scenario.ts';

/** Words of the layout, which name no account and no device in a path. */
const LAYOUT_WORDS = new Set([
  ...['admins', 'members', 'invited', 'devices', 'banned', 'votes', 'CRLs'],
  ...['ban', 'unban', 'promote', 'demote'],
]);

/** Who is who: the names of a file, and the keys that belong to them. The same names give the same keys. */
export class Cast {
  readonly store = new MemoryObjectStore(TEST_CRYPTO.digests);
  readonly #players = new Map<string, Player>();
  readonly #uris = new Map<string, AccountUri>();
  readonly #names = new Map<string, string>();
  /** PEM of an account's chain, or of a device's certificate. */
  readonly #papers = new Map<string, Uint8Array>();

  static async of({ accounts }: Pick<Scenario, 'accounts'>): Promise<Cast> {
    const cast = new Cast();
    const clock = counterClock();
    for (const [name, devices] of accounts) {
      const account = await makeTestAccount(name);
      cast.#uris.set(name, account.uri);
      cast.#names.set(account.uri, name);
      cast.#papers.set(name, account.chainPem);
      for (const device of devices) {
        const writer = await account.addDevice(device);
        cast.#players.set(device, new Player(device, { account, clock, writer }, cast.store));
        cast.#names.set(writer.deviceId, device);
        cast.#papers.set(device, writer.devicePem);
      }
    }
    return cast;
  }

  get players(): Iterable<Player> {
    return this.#players.values();
  }

  player(device: string): Player {
    const player = this.#players.get(device);
    invariant(player, 'names of devices were checked when the file was read');
    return player;
  }

  uriOf(account: string): AccountUri {
    const uri = this.#uris.get(account);
    invariant(uri, 'names of accounts were checked when the file was read');
    return uri;
  }

  /** Account URI or device id. */
  idOf(name: string): string {
    return this.#uris.get(name) ?? this.player(name).deviceId;
  }

  /** What the file calls an account or a device, sorted; what it doesn't name is left as it is. */
  namesOf(ids: Iterable<string>): readonly string[] {
    return [...ids].map((id) => this.#names.get(id) ?? id).sort();
  }

  /** A path of the file with real ids for names: `admins/bob.crt`, `votes/ban/members/bob/alice`. */
  pathOf(path: string): string {
    return path
      .split('/')
      .map((part) => this.#partOf(part))
      .join('/');
  }

  /** The bytes of a file: what the text says, and for `bob.crt` or `b1.crt` the paper of that account or device. */
  contentOf(text: string): Uint8Array {
    const name = text.endsWith('.crt') ? text.slice(0, -'.crt'.length) : '';
    return this.#papers.get(name) ?? utf8(text);
  }

  #partOf(part: string): string {
    if (LAYOUT_WORDS.has(part)) return part;
    const ending = part.endsWith('.crt') ? '.crt' : '';
    const name = part.slice(0, part.length - ending.length);
    const isKnown = this.#uris.has(name) || this.#players.has(name);
    return isKnown ? this.idOf(name) + ending : part;
  }
}
