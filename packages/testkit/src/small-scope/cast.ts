import {
  type Crypto,
  type GroupState,
  type History,
  layout,
  type Writer,
} from '@covey/conversation';
import type { ObjectStore, Oid } from '@covey/git-objects';
import { makeTestAccount, type TestAccount } from '../test-account.ts';
import { TEST_CRYPTO } from '../test-crypto.ts';
import type { Prepared } from './prepared.ts';
import type { Operation, Scope } from './scope.ts';

/** Stands for a good signature: checking real ones would take most of the time, and other tests do. */
const NO_SIGNATURE = new Uint8Array(64);

/** Certificates and lists are checked as ever; a commit that carries no signature passes. */
export const TRUSTING_CRYPTO: Crypto = {
  digests: TEST_CRYPTO.digests,
  verifier: {
    verify: async (key, algorithm, message, signature) =>
      signature.every((byte) => byte === 0) ||
      TEST_CRYPTO.verifier.verify(key, algorithm, message, signature),
  },
};

const NAMES = ['alice', 'bob', 'carol', 'doris', 'eve'];

/** A device, and what production finds out about it as an author. No certificate is ever renewed. */
export interface Player {
  readonly writer: Writer;
  readonly author: Prepared['author'];
  /** Blob of its certificate. */
  readonly paper: Oid;
}

/** The accounts of a scope with their devices, in the order of the seats. */
export class Cast {
  readonly accounts: readonly TestAccount[];
  readonly players: readonly Player[];
  readonly #store: ObjectStore;
  /** Revocation list -> its number. */
  readonly #numbers = new Map<string, bigint>();
  readonly #lists = new Map<string, Uint8Array>();

  private constructor(
    accounts: readonly TestAccount[],
    players: readonly Player[],
    store: ObjectStore,
  ) {
    this.accounts = accounts;
    this.players = players;
    this.#store = store;
  }

  static async of(
    { devices }: Pick<Scope, 'devices'>,
    store: ObjectStore,
    papers: History['papers'],
  ): Promise<Cast> {
    const accounts = await Promise.all(
      devices.map((_, seat) => makeTestAccount(NAMES[seat] ?? `account ${seat}`)),
    );
    const players: Player[] = [];
    for (const [seat, account] of accounts.entries()) {
      for (let nth = 1; nth <= (devices[seat] ?? 1); nth++) {
        const writer = nth === 1 ? account.writer : await account.addDevice(`${nth}`);
        players.push(await playerOf(writer, store, papers));
      }
    }
    return new Cast(accounts, players, store);
  }

  player(device: number): Player {
    const player = this.players[device];
    if (!player) throw new Error(`no device ${device}`);
    return player;
  }

  /** The account's next list, which names the device of the operation. PEM. */
  async nextList({ by, device = by }: Operation, before: GroupState): Promise<Uint8Array> {
    const { uri } = this.player(by).writer;
    const last = this.#numbers.get(before.files.get(layout.crlPath(uri)) ?? '') ?? 0n;
    const key = `${last + 1n} ${device}`;
    const known = this.#lists.get(key);
    if (known) return known;
    const account = this.accounts.find((one) => one.uri === uri);
    if (!account) throw new Error('every device has an account');
    const list = await account.revoke(last + 1n, [this.player(device).writer]);
    const [oid] = await this.#store.write([{ type: 'blob', bytes: list }]);
    this.#numbers.set(oid ?? '', last + 1n);
    this.#lists.set(key, list);
    return list;
  }

  /** A text in which names stand for ids. */
  named(text: string): string {
    let readable = text;
    for (const { name, uri } of this.accounts) {
      const own = this.players.filter(({ writer }) => writer.uri === uri);
      own.forEach(({ writer }, nth) => {
        readable = readable.replaceAll(writer.deviceId, `${name}-${nth + 1}`);
      });
      readable = readable.replaceAll(uri, name);
    }
    return readable;
  }
}

async function playerOf(
  writer: Writer,
  store: ObjectStore,
  papers: History['papers'],
): Promise<Player> {
  const { uri, deviceId: device, chainPem, devicePem } = writer;
  const [paper, chainOid] = await store.write(
    [devicePem, chainPem].map((bytes) => ({ type: 'blob' as const, bytes })),
  );
  if (!paper || !chainOid) throw new Error('a store answers with one id per object');
  const certificate = await papers.certificate(paper, device, store);
  const chain = await papers.chain(chainOid, uri, store);
  if (!certificate.ok || !chain.ok) throw new Error('test certificates are good');
  const author = {
    ...{ device, uri, certificate: certificate.value },
    chain: { value: chain.value, oid: chainOid },
  };
  const signer = { publicKey: writer.signer.publicKey, sign: async () => NO_SIGNATURE };
  return { writer: { ...writer, signer }, author, paper };
}
