import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Tells whether this system shows whose sockets are whose. */
export const socketsAreShown = process.platform === 'linux';

/** How many TCP connections stand between two processes of this machine. */
export function connectionsBetween(one: number, other: number): number {
  const theirs = new Set(established(other).map(({ local, remote }) => `${remote} ${local}`));
  return established(one).filter(({ local, remote }) => theirs.has(`${local} ${remote}`)).length;
}

/** Established connections of a process (proc(5), /proc/net/tcp); of an address only the port is kept. */
function established(pid: number): { local: string; remote: string }[] {
  const inodes = new Set<string>();
  for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
    const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${descriptor}`))?.[1];
    if (inode !== undefined) inodes.add(inode);
  }
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode = '']) => state === '01' && inodes.has(inode))
      .map(([, local = '', remote = '']) => ({
        local: local.split(':')[1] ?? '',
        remote: remote.split(':')[1] ?? '',
      })),
  );
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // Closed since the folder was listed.
  }
}
