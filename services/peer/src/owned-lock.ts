import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { CoveyError } from '@covey/errors';

/** Who holds a lock. Process ids are used again, so the start time is part of the name. */
interface Owner {
  readonly pid: number;
  /** In the clock ticks of the kernel; empty where the system does not tell. */
  readonly started: string;
}

/** A lock that this process has. */
export interface OwnedLock {
  /** Whoever had it before ended without giving it back. */
  readonly isLeftOver: boolean;
  release(): Promise<void>;
}

/**
 * Takes a lock file for this process, or throws. A lock whose owner no longer runs is taken over, so
 * that a killed daemon can start again by itself. Both processes must see the same process table:
 * two containers that share a volume do not.
 * @throws {CoveyError} DATA_FOLDER_BUSY
 */
export async function takeLock(path: string): Promise<OwnedLock> {
  const mine: Owner = { pid: process.pid, started: await startTime(process.pid) };
  const release = () => giveBack(path, mine);
  const takeover = `${path}.takeover`;
  // Of somebody who was killed when he had taken the old lock away and not yet put his own.
  const isLeftOver = (await readOwner(takeover)) !== undefined;
  if (await createWhole(path, mine)) {
    if (isLeftOver && !(await isHeld(takeover))) await rm(takeover, { force: true });
    return { isLeftOver, release };
  }
  if (await isHeld(path)) throw busy(path);
  // Only one may replace the dead owner's lock, or two would each remove what the other just wrote.
  // That is a lock like any other: whoever takes it may crash as well.
  const taking = await takeLock(takeover);
  try {
    if (await isHeld(path)) throw busy(path);
    await rm(path, { force: true });
    if (!(await createWhole(path, mine))) throw busy(path);
  } finally {
    await taking.release();
  }
  return { isLeftOver: true, release };
}

/** A link appears at once and with its content, or not at all; `O_EXCL` shows an empty file first. */
async function createWhole(path: string, owner: Owner): Promise<boolean> {
  const incoming = `${path}.${randomUUID()}`;
  await writeFile(incoming, JSON.stringify(owner), { mode: 0o600, flag: 'wx' });
  try {
    await link(incoming, path);
    return true;
  } catch (cause) {
    // The second: whoever has the lock now has cleared away what was unfinished.
    if (isErrno(cause, 'EEXIST') || isErrno(cause, 'ENOENT')) return false;
    throw cause;
  } finally {
    await rm(incoming, { force: true });
  }
}

async function giveBack(path: string, mine: Owner): Promise<void> {
  const owner = await readOwner(path);
  if (owner?.pid !== mine.pid || owner.started !== mine.started) return;
  await rm(path, { force: true });
}

async function isHeld(path: string): Promise<boolean> {
  const owner = await readOwner(path);
  if (!owner || !isAlive(owner.pid)) return false;
  return owner.started === (await startTime(owner.pid));
}

/** `undefined` for no lock and for one that a power loss left empty: nobody holds either. */
async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isOwner(value) ? value : undefined;
  } catch (cause) {
    if (isErrno(cause, 'ENOENT') || cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

function isOwner(value: unknown): value is Owner {
  if (typeof value !== 'object' || value === null) return false;
  if (!('pid' in value && 'started' in value)) return false;
  return Number.isSafeInteger(value.pid) && typeof value.started === 'string';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return isErrno(cause, 'EPERM'); // It lives, as somebody else's.
  }
}

/** Field 22 of `/proc/<pid>/stat` (proc(5)); the second field may hold spaces and parentheses. */
async function startTime(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function busy(path: string): CoveyError {
  return new CoveyError('DATA_FOLDER_BUSY', 'another daemon uses this data folder', {
    cause: new Error(path),
  });
}

/** Tells a failure of the operating system by its name. */
export function isErrno(reason: unknown, code: string): boolean {
  return reason instanceof Error && 'code' in reason && reason.code === code;
}
