import { collect, History, judgeAll, refusal, type Writer } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import {
  DEFAULT_PACK_LIMITS,
  type GitObject,
  isOid,
  MemoryObjectStore,
  type ObjectStore,
  type Oid,
  oidOf,
  readPack,
  writePack,
} from '@covey/git-objects';
import {
  type AccountChain,
  accountUriOf,
  deviceIdOf,
  judgeAccountChain,
  readCertificate,
  readPem,
} from '@covey/identity';
import { nodeDeflate, nodeDigests, nodeInflate, signerFromPkcs8 } from '@covey/node-crypto';
import {
  type FetchRequest,
  type PeerHandlers,
  type PeerLink,
  PeerNetwork,
} from '@covey/peer-channel';
import { type Forger, type Forgery, forgeCommit } from '../forge.ts';
import { TEST_CRYPTO } from '../test-crypto.ts';

/** What a thief of a device has: its papers and its key. */
export interface StolenPapers {
  readonly chainPem: Uint8Array;
  readonly devicePem: Uint8Array;
  readonly devicePkcs8: Uint8Array;
  readonly displayName: string;
}

/**
 * A member with valid keys that signs whatever it is told and gives it to others over the wire, by the
 * very protocol that honest devices speak. It judges what it fetches and nothing that it forges.
 */
export class HostileClient implements Forger {
  readonly writer: Writer;
  readonly history = new History(TEST_CRYPTO, { profile: 'strict' });
  readonly clock = () => new Date();
  readonly #fetched = new MemoryObjectStore(nodeDigests);
  /** What it wrote itself, over what it fetched. */
  readonly store = new ForgedObjects(this.#fetched);
  readonly #network: PeerNetwork;
  readonly #links: PeerLink[] = [];
  #conversationId = '';
  #offered: { readonly heads: readonly Oid[]; readonly objects: readonly GitObject[] } = {
    heads: [],
    objects: [],
  };

  private constructor(papers: StolenPapers, writer: Writer, chain: AccountChain) {
    this.writer = writer;
    this.#network = new PeerNetwork(
      {
        ...TEST_CRYPTO,
        identity: {
          deviceCertificate: onlyPem(papers.devicePem),
          chain,
          pkcs8: papers.devicePkcs8,
        },
        handlers: this.#handlers(),
      },
      { listen: '127.0.0.1:0', advertise: [] },
    );
  }

  /** Takes a device's place. That device must not run meanwhile: others keep one link to each. */
  static async open(papers: StolenPapers): Promise<HostileClient> {
    const { chainPem, devicePem, devicePkcs8, displayName } = papers;
    const uri = accountUriOf(readCertificate(onlyPem(chainPem)).publicKey, nodeDigests);
    const signer = signerFromPkcs8(devicePkcs8);
    const deviceId = deviceIdOf(signer.publicKey, nodeDigests);
    const chain = await judgeAccountChain(chainPem, uri, TEST_CRYPTO);
    if (!chain.ok) throw new Error(chain.found);
    const writer = { uri, deviceId, displayName, signer, chainPem, devicePem };
    const client = new HostileClient(papers, writer, chain.value);
    await client.#network.start();
    return client;
  }

  get heads(): readonly Oid[] {
    return this.history.heads.map(({ oid }) => oid);
  }

  /** Connects to a device, as the member that it is, and fetches what it has of the conversation. */
  async meet(address: string, conversationId: string): Promise<void> {
    this.#conversationId = conversationId;
    const link = await this.#network.dial(address, {});
    this.#links.push(link);
    const heads = (await link.heads({ conversationId })).heads.filter(isOid);
    while (heads.some((oid) => !this.history.entry(oid))) await this.#fetch(link, heads);
  }

  /** Signs a commit that may be any lie. */
  forge(forgery: Forgery): Promise<Oid> {
    return forgeCommit(this, forgery);
  }

  /** Announces commits to everyone it has met, and serves them with what was forged since the last offer. */
  async offer(heads: readonly Oid[]): Promise<void> {
    const [commit] = heads;
    if (commit === undefined) return;
    this.#offered = { heads, objects: this.store.takeForged() };
    const announcement = {
      mimeType: 'application/im-gitmessage-id',
      deviceId: this.writer.deviceId,
      id: this.#conversationId,
      commit,
      heads: [...heads],
      stateDigest: '',
    };
    await Promise.all(this.#links.map((link) => link.announce(announcement)));
  }

  /** Says goodbye. */
  close(): Promise<void> {
    return this.#network.close();
  }

  async #fetch(link: PeerLink, wants: readonly string[]): Promise<void> {
    const conversationId = this.#conversationId;
    const request = { conversationId, wants: [...wants], haves: [...this.heads], maxBytes: 0 };
    const pack = readPack(link.fetch(request), {
      limits: DEFAULT_PACK_LIMITS,
      digests: nodeDigests,
      inflate: nodeInflate,
    });
    const commits: Oid[] = [];
    for await (const { oid, object } of pack) {
      await this.#fetched.write([object]);
      if (object.type === 'commit') commits.push(oid);
    }
    const order = await collect(commits, this.store);
    const draft = this.history.draft();
    const broken = await judgeAll(
      order.filter((oid) => !this.history.entry(oid)),
      draft,
      this.store,
    );
    if (broken) throw refusal(broken);
    if (this.history.adopt(draft).length === 0) throw new Error('a fetch brought nothing new');
  }

  #handlers(): PeerHandlers {
    const refuse = async () => {
      throw new CoveyError('PEER_REFUSED', 'not with this client');
    };
    return {
      admits: () => true,
      linked: () => {},
      heads: async () => ({ heads: [...this.#offered.heads], stateDigest: '' }),
      announce: async () => {},
      roster: async () => ({ devices: [] }),
      fetch: (_link: PeerLink, _request: FetchRequest) => {
        const { objects } = this.#offered;
        return writePack(objects, objects.length, { digests: nodeDigests, deflate: nodeDeflate });
      },
      sync: refuse,
      askInvite: refuse,
      invite: refuse,
      refused: async () => {},
      reconcile: refuse,
      link: refuse,
    };
  }
}

/** Objects in memory, over a store that is only read. */
class ForgedObjects implements ObjectStore {
  readonly #below: ObjectStore;
  readonly #forged = new Map<Oid, GitObject>();
  readonly #new: GitObject[] = [];

  constructor(below: ObjectStore) {
    this.#below = below;
  }

  /** What was written since it was last asked. */
  takeForged(): readonly GitObject[] {
    return this.#new.splice(0);
  }

  async read(oid: Oid): Promise<GitObject | undefined> {
    return this.#forged.get(oid) ?? this.#below.read(oid);
  }

  async has(oid: Oid): Promise<boolean> {
    return this.#forged.has(oid) || this.#below.has(oid);
  }

  async write(objects: readonly GitObject[]): Promise<readonly Oid[]> {
    return objects.map((object) => {
      const oid = oidOf(object, nodeDigests);
      this.#forged.set(oid, object);
      this.#new.push(object);
      return oid;
    });
  }
}

function onlyPem(pem: Uint8Array): Uint8Array {
  const [der] = readPem(pem, 'CERTIFICATE');
  if (!der) throw new Error('papers hold a certificate');
  return der;
}
