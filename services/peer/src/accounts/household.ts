import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AccountState } from '@covey/account';
import type {
  AccountFolder,
  ConversationStore,
  Household,
  OpenPapers,
  Papers,
  Passphrase,
  PassphraseChange,
} from '@covey/device';
import { createDirectory, isMissing, replaceDurably, syncDirectory } from '@covey/durable-files';
import { CoveyError } from '@covey/errors';
import { GitStore, type GitStoreOptions } from '@covey/git-store';
import { storeOf } from './conversation-store.ts';
import { KeyFile } from './key-file.ts';
import { Turnstile } from './turnstile.ts';

const ACCOUNT_ID = /^[0-9a-f]{16}$/;
const CONVERSATION_ID = /^[0-9a-f]{40}$/;
/** What a crash left of an account in the making. */
const UNFINISHED = /^\.new-[0-9a-f]{16}$/;
const FORMAT = 1;

const CHAIN_FILE = 'chain.pem';
const DEVICE_FILE = 'device.pem';
/** In the folder of a conversation: what `covey repair` took out of it. */
const SAVED_FOLDER = 'repairs';

interface AccountFile {
  readonly format: number;
  readonly created: number;
  readonly displayName: string;
  readonly deviceName: string;
}

/**
 * Accounts on disk: `<root>/<accountId>/` with `account.json`, certificates, `keys` (see {@link KeyFile}),
 * `state.json` and `conversations/<conversationId>/`, an ordinary Git directory each.
 */
export class DiskHousehold implements Household {
  readonly #root: string;
  readonly #now: () => Date;
  /** One for all accounts: a key derivation takes 64 MiB. */
  readonly #turnstile = new Turnstile();
  readonly #stores: GitStoreOptions;
  #oldest: string | undefined;

  constructor(root: string, now: () => Date, stores: GitStoreOptions = {}) {
    this.#root = root;
    this.#now = now;
    this.#stores = stores;
  }

  /** Id of the account that was made first, of those that were told or made. */
  get oldest(): string | undefined {
    return this.#oldest;
  }

  /** Also ends what a crash interrupted: not while accounts of this household run. */
  async accounts(): Promise<readonly DiskAccountFolder[]> {
    const found: { folder: DiskAccountFolder; created: number }[] = [];
    for (const name of await readdir(this.#root)) {
      if (UNFINISHED.test(name)) await rm(join(this.#root, name), { recursive: true });
      if (!ACCOUNT_ID.test(name)) continue;
      const folder = this.folder(name);
      await folder.settle();
      found.push({ folder, created: (await folder.account()).created });
    }
    const folders = found.sort((a, b) => a.created - b.created).map(({ folder }) => folder);
    this.#oldest = folders[0]?.accountId;
    return folders;
  }

  folder(accountId: string): DiskAccountFolder {
    return new DiskAccountFolder(
      accountId,
      join(this.#root, accountId),
      this.#turnstile,
      this.#stores,
    );
  }

  async create(
    accountId: string,
    papers: Papers,
    passphrase?: Passphrase,
  ): Promise<DiskAccountFolder> {
    const unfinished = join(this.#root, `.new-${accountId}`);
    const path = join(this.#root, accountId);
    await mkdir(unfinished, { mode: 0o700 });
    await new KeyFile(unfinished, this.#turnstile).write(papers, passphrase);
    await replaceDurably(join(unfinished, CHAIN_FILE), papers.chainPem);
    await replaceDurably(join(unfinished, DEVICE_FILE), papers.devicePem);
    const { displayName, deviceName } = papers;
    const created = this.#now().getTime();
    const account: AccountFile = { format: FORMAT, created, displayName, deviceName };
    await replaceDurably(join(unfinished, 'account.json'), jsonBytes(account));
    await createDirectory(join(unfinished, 'conversations'));
    await rename(unfinished, path);
    await syncDirectory(this.#root);
    this.#oldest ??= accountId;
    return this.folder(accountId);
  }
}

/** The folder of one account. */
export class DiskAccountFolder implements AccountFolder {
  readonly accountId: string;
  readonly #path: string;
  readonly #keys: KeyFile;
  readonly #stores: GitStoreOptions;

  constructor(accountId: string, path: string, turnstile: Turnstile, stores: GitStoreOptions) {
    this.#stores = stores;
    this.accountId = accountId;
    this.#path = path;
    this.#keys = new KeyFile(path, turnstile);
  }

  /** See {@link KeyFile.settle}. */
  settle(): Promise<void> {
    return this.#keys.settle();
  }

  async account(): Promise<AccountFile> {
    const account = await this.#readJson<AccountFile>('account.json');
    if (account?.format === FORMAT) return account;
    throw new CoveyError(
      'ACCOUNT_UNREADABLE',
      `account ${this.accountId} was written by another version`,
    );
  }

  async openPapers(): Promise<OpenPapers> {
    const { displayName, deviceName } = await this.account();
    const read = async (name: string) => new Uint8Array(await readFile(join(this.#path, name)));
    return {
      displayName,
      deviceName,
      chainPem: await read(CHAIN_FILE),
      devicePem: await read(DEVICE_FILE),
    };
  }

  isSealed(): Promise<boolean> {
    return this.#keys.isSealed();
  }

  async papers(passphrase?: Passphrase): Promise<Papers> {
    return { ...(await this.openPapers()), ...(await this.#keys.read(passphrase)) };
  }

  changePassphrase(change: PassphraseChange): Promise<void> {
    return this.#keys.change(change);
  }

  async readState(): Promise<AccountState | undefined> {
    const state = await this.#readJson<AccountState>('state.json');
    if (state === undefined || state.version === 1) return state;
    throw new CoveyError(
      'ACCOUNT_UNREADABLE',
      `account ${this.accountId} was written by another version`,
    );
  }

  writeState(state: AccountState): Promise<void> {
    return replaceDurably(join(this.#path, 'state.json'), jsonBytes(state));
  }

  /** The port of the first start: others keep knowing this device by it. */
  async readPort(): Promise<number> {
    return (await this.#readJson<{ port: number }>('port.json'))?.port ?? 0;
  }

  writePort(port: number): Promise<void> {
    return replaceDurably(join(this.#path, 'port.json'), jsonBytes({ port }));
  }

  async openConversation(id: string): Promise<ConversationStore | undefined> {
    try {
      return storeOf(await GitStore.open(this.#conversation(id), this.#stores));
    } catch (reason) {
      if (CoveyError.is(reason, 'REPOSITORY_UNREADABLE')) return undefined;
      throw reason;
    }
  }

  async createConversation(id: string): Promise<ConversationStore> {
    await createDirectory(this.#conversation(id));
    return storeOf(await GitStore.create(this.#conversation(id), this.#stores));
  }

  async saveBeside(
    id: string,
    name: string,
    files: ReadonlyMap<string, Uint8Array>,
  ): Promise<string> {
    const folder = join(this.#conversation(id), SAVED_FOLDER);
    const [unfinished, path] = [join(folder, '.new'), join(folder, name)];
    await rm(unfinished, { recursive: true, force: true });
    for (const file of files.keys()) {
      await mkdir(dirname(join(unfinished, file)), { recursive: true, mode: 0o700 });
    }
    for (const [file, bytes] of files) await replaceDurably(join(unfinished, file), bytes);
    await rename(unfinished, path);
    await syncDirectory(folder);
    await syncDirectory(dirname(folder));
    return path;
  }

  async lastSavedBeside(id: string, file: string): Promise<Uint8Array | undefined> {
    const folder = join(this.#conversation(id), SAVED_FOLDER);
    try {
      const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
      const last = names.sort().at(-1);
      if (last === undefined) return undefined;
      return new Uint8Array(await readFile(join(folder, last, file)));
    } catch (cause) {
      if (isMissing(cause)) return undefined;
      throw cause;
    }
  }

  /** All of it or nothing: half a repository under its name would be a damaged one. */
  async removeConversation(id: string): Promise<void> {
    const path = this.#conversation(id);
    const gone = join(dirname(path), `.gone-${id}`);
    await rm(gone, { recursive: true, force: true });
    try {
      await rename(path, gone);
    } catch (cause) {
      if (isMissing(cause)) return;
      throw cause;
    }
    await syncDirectory(dirname(path));
    await rm(gone, { recursive: true, force: true });
  }

  #conversation(id: string): string {
    // An id is also a path: nothing else gets there.
    if (!CONVERSATION_ID.test(id)) throw new CoveyError('OID_MALFORMED', 'not a conversation id');
    return join(this.#path, 'conversations', id);
  }

  async #readJson<T>(name: string): Promise<T | undefined> {
    try {
      return JSON.parse(await readFile(join(this.#path, name), 'utf8')) as T; // Our own file.
    } catch (cause) {
      if (isMissing(cause)) return undefined;
      throw new CoveyError(
        'ACCOUNT_UNREADABLE',
        `${name} of account ${this.accountId} cannot be read`,
        { cause },
      );
    }
  }
}

function jsonBytes(value: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
}
