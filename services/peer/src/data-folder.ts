import { randomUUID } from 'node:crypto';
import { chmod, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createDirectory, syncDirectory, syncFolders } from '@covey/durable-files';
import { CoveyError } from '@covey/errors';
import { isErrno, takeLock } from './owned-lock.ts';

const ACCOUNT_FOLDER = /^[0-9a-f]{16}$/;
/** Names of files that do not count yet. */
const UNFINISHED = /^(?:daemon\.lock|api\.json)\..|^tmp_obj_/;

/** How a program of the same user reaches the daemon. The token opens everything: owner's eyes only. */
export interface ApiAddress {
  /** `http://127.0.0.1:<port>`, without a slash at its end. */
  readonly url: string;
  readonly token: string;
  readonly pid: number;
}

/** The one folder of a daemon, held exclusively. */
export interface DataFolder {
  readonly path: string;
  /** Writes `api.json` for the command line. Call it when the API listens. */
  announceApi(address: ApiAddress): Promise<void>;
  /** Removes `api.json` and lets the next daemon in. */
  close(): Promise<void>;
}

/** Variables of a process, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the address of the API stands while the daemon runs. */
const API_FILE = 'api.json';

/** The data folder, for the daemon and for the command line that looks for it. Absolute. */
export function dataFolderOf(env: Environment): string {
  const told = env['PEER_DATA'];
  if (told) return resolve(told);
  const home = env['HOME'] || homedir();
  return join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'covey');
}

/**
 * Creates the folder if need be (0700, also if it was more open) and takes it for this process.
 * @throws {CoveyError} DATA_FOLDER_BUSY
 */
export async function openDataFolder(path: string): Promise<DataFolder> {
  await createDirectory(path);
  await syncName(path);
  await chmod(path, 0o700);
  const lock = await takeLock(join(path, 'daemon.lock'));
  if (lock.isLeftOver) {
    await removeUnfinished(path);
    // Else things would be promised in folders of a killed daemon whose names a power loss still takes.
    await syncFolders(path);
  }
  const apiFile = join(path, API_FILE);
  // What a killed daemon left would send the command line to a stranger's port.
  await rm(apiFile, { force: true });
  return {
    path,
    announceApi: (address) => writeSecret(apiFile, JSON.stringify(address)),
    close: async () => {
      await rm(apiFile, { force: true });
      await lock.release();
    },
  };
}

/**
 * How to reach the daemon of this data folder, as it announced itself.
 * @throws {CoveyError} DAEMON_UNREACHABLE
 */
export async function readApiAddress(path: string): Promise<ApiAddress> {
  try {
    const value: unknown = JSON.parse(await readFile(join(path, API_FILE), 'utf8'));
    if (isApiAddress(value)) return value;
  } catch (cause) {
    const gone = isErrno(cause, 'ENOENT') || isErrno(cause, 'ENOTDIR');
    if (!gone && !(cause instanceof SyntaxError)) {
      throw new CoveyError('DAEMON_UNREACHABLE', 'api.json cannot be read', { cause });
    }
  }
  throw new CoveyError('DAEMON_UNREACHABLE', 'no daemon answers here');
}

function isApiAddress(value: unknown): value is ApiAddress {
  return (
    typeof value === 'object' &&
    value !== null &&
    'url' in value &&
    typeof value.url === 'string' &&
    'token' in value &&
    typeof value.token === 'string' &&
    'pid' in value &&
    Number.isSafeInteger(value.pid)
  );
}

/** Files that a killed daemon was about to put in place, here and in the folders of accounts. */
async function removeUnfinished(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const at = join(path, entry.name);
    if (entry.isDirectory() && ACCOUNT_FOLDER.test(entry.name)) await removeUnfinished(at);
    if (entry.isFile() && UNFINISHED.test(entry.name)) await rm(at, { force: true });
  }
}

/**
 * What is promised in a folder must not go with its name. Somebody else may have made it, and not for good: a service
 * manager, `covey up --detach`, a daemon that was killed at once.
 */
async function syncName(path: string): Promise<void> {
  try {
    await syncDirectory(dirname(path));
  } catch (cause) {
    // Whose folder it is in made it.
    if (!isErrno(cause, 'EACCES')) throw cause;
  }
}

/** Never readable by others, not even while it is written; readers see all of it or nothing. */
async function writeSecret(path: string, text: string): Promise<void> {
  const incoming = `${path}.${randomUUID()}`;
  const file = await open(incoming, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(incoming, path);
}
