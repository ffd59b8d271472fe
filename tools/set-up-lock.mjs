// One set-up of a checkout at a time. `mkdir` either makes the folder or fails: that is the lock.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const POLL_MS = 200;
/** A lock without an owner's id this long was left by a process that died between two system calls. */
const OWNERLESS_MS = 5000;

/**
 * Waits until the lock folder is ours. A lock whose process is gone is taken over.
 * @param {string} folder path of the lock
 * @param {(owner: string) => void} onWait called once when somebody else holds it
 * @returns {Promise<() => void>} gives the lock back
 */
export async function holdLock(folder, onWait) {
  const since = Date.now();
  let told = false;
  for (;;) {
    if (take(folder)) {
      return giveBackAtTheEnd(folder);
    }
    const owner = ownerOf(folder);
    if (isGone(owner, since)) {
      breakLock(folder, owner);
      continue;
    }
    if (!told && owner !== undefined) {
      onWait(owner);
      told = true;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function take(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(folder, 'pid'), String(process.pid));
  return true;
}

function giveBackAtTheEnd(folder) {
  const release = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', release);
  return () => {
    process.off('exit', release);
    release();
  };
}

function ownerOf(folder) {
  try {
    return readFileSync(join(folder, 'pid'), 'utf8') || undefined;
  } catch {
    return undefined; // given back, or not written yet
  }
}

function isGone(owner, since) {
  if (owner === undefined) return Date.now() - since > OWNERLESS_MS;
  try {
    process.kill(Number(owner), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** Of several that want to break a lock one succeeds: the folder is renamed once, and put back if it was a new one. */
function breakLock(folder, owner) {
  const aside = `${folder}.${process.pid}`;
  try {
    renameSync(folder, aside);
    if (ownerOf(aside) !== owner) {
      renameSync(aside, folder);
      return;
    }
  } catch {
    return; // another process was quicker
  }
  rmSync(aside, { recursive: true, force: true });
}
