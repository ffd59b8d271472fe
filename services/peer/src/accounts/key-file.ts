import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, fromBase64url, readJson, toBase64url, utf8, utf8Text } from '@covey/codec';
import type { Passphrase, PassphraseChange, PrivateKeys } from '@covey/device';
import { isMissing, replaceDurably, syncDirectory } from '@covey/durable-files';
import { CoveyError } from '@covey/errors';
import { isSealed, seal, unseal } from '@covey/node-crypto';
import type { Turnstile } from './turnstile.ts';

const NAME = 'keys';
const FORMAT = 1;
const MOST_BYTES = 64 * 1024;
/** Starts the name of a file that was still being written when the machine stopped. */
const UNFINISHED = /^tmp_/;

/** Files of their own, in clear: how the keys were kept before there were passphrases. */
const EARLIER_FILES = {
  devicePkcs8: 'device.key',
  accountPkcs8: 'account.key',
  authorityPkcs8: 'authority.key',
} as const satisfies Record<keyof PrivateKeys, string>;

/**
 * The private keys of one account: one file, `keys` (0600), either a JSON text or that same text under
 * a passphrase. It is only ever replaced whole, by one rename, so that at each moment there is one
 * form of the keys and no doubt which.
 */
export class KeyFile {
  readonly #folder: string;
  readonly #turnstile: Turnstile;

  /** Whatever takes the memory of a key derivation goes through the turnstile. */
  constructor(folder: string, turnstile: Turnstile) {
    this.#folder = folder;
    this.#turnstile = turnstile;
  }

  /** @throws {CoveyError} ACCOUNT_UNREADABLE */
  async isSealed(): Promise<boolean> {
    return isSealed(await this.#bytes());
  }

  /** @throws {CoveyError} ACCOUNT_UNREADABLE; PASSPHRASE_WRONG also if none is given and one is needed */
  async read(passphrase?: Passphrase): Promise<PrivateKeys> {
    const bytes = await this.#bytes();
    if (!isSealed(bytes)) return decode(bytes);
    if (!passphrase) throw new CoveyError('PASSPHRASE_WRONG', 'the passphrase is wrong');
    const plain = await this.#turnstile.pass(() => unseal(bytes, passphrase.reveal()));
    try {
      return decode(plain);
    } finally {
      plain.fill(0);
    }
  }

  /** Resolves when the keys would survive a crash. */
  async write(keys: PrivateKeys, passphrase?: Passphrase): Promise<void> {
    const plain = encode(keys);
    const bytes = passphrase
      ? await this.#turnstile.pass(() => seal(plain, passphrase.reveal()))
      : plain;
    await replaceDurably(join(this.#folder, NAME), bytes);
  }

  /** @throws {CoveyError} PASSPHRASE_WRONG, ACCOUNT_UNREADABLE */
  async change({ current, next }: PassphraseChange): Promise<void> {
    await this.write(await this.read(current), next);
  }

  /**
   * Ends what a crash interrupted, and takes over what an earlier version wrote. Once `keys` is
   * there, it alone counts. Only while nothing else writes to the folder.
   * @throws {CoveyError} ACCOUNT_UNREADABLE
   */
  async settle(): Promise<void> {
    const names = await readdir(this.#folder);
    if (!names.includes(NAME)) await this.write(await this.#earlierKeys());
    // Nothing is removed in favour of a file that cannot be read.
    else if (!(await this.isSealed())) await this.read();
    const earlier = new Set<string>(Object.values(EARLIER_FILES));
    const stale = names.filter((name) => UNFINISHED.test(name) || earlier.has(name));
    for (const name of stale) await rm(join(this.#folder, name));
    if (stale.length > 0) await syncDirectory(this.#folder);
  }

  async #earlierKeys(): Promise<PrivateKeys> {
    const read = async (name: string) => new Uint8Array(await this.#contents(name));
    return {
      devicePkcs8: await read(EARLIER_FILES.devicePkcs8),
      accountPkcs8: await read(EARLIER_FILES.accountPkcs8),
      authorityPkcs8: await read(EARLIER_FILES.authorityPkcs8),
    };
  }

  async #bytes(): Promise<Uint8Array> {
    return new Uint8Array(await this.#contents(NAME));
  }

  async #contents(name: string): Promise<Buffer> {
    const path = join(this.#folder, name);
    try {
      if ((await stat(path)).size > MOST_BYTES) throw unreadable(`${name} is too long`);
      return await readFile(path);
    } catch (cause) {
      if (isMissing(cause)) throw unreadable(`${name} is missing`, cause);
      throw cause;
    }
  }
}

function encode({ devicePkcs8, accountPkcs8, authorityPkcs8 }: PrivateKeys): Uint8Array {
  return utf8(
    canonicalJson({
      format: FORMAT,
      device: toBase64url(devicePkcs8),
      account: toBase64url(accountPkcs8),
      authority: toBase64url(authorityPkcs8),
    }),
  );
}

function decode(bytes: Uint8Array): PrivateKeys {
  try {
    const told = readJson(utf8Text(bytes));
    const { format, device, account, authority } = Object(told) as Record<string, unknown>; // judged here
    if (
      format === FORMAT &&
      typeof device === 'string' &&
      typeof account === 'string' &&
      typeof authority === 'string'
    ) {
      return {
        devicePkcs8: fromBase64url(device),
        accountPkcs8: fromBase64url(account),
        authorityPkcs8: fromBase64url(authority),
      };
    }
  } catch {
    // The cause ends here: nothing about the inside of keys belongs in a log.
  }
  throw unreadable('the keys are in no form that this version knows');
}

function unreadable(why: string, cause?: unknown): CoveyError {
  return new CoveyError('ACCOUNT_UNREADABLE', why, { cause });
}
