import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Endpoint } from '@covey/testkit/network';

/**
 * Tells which of these processes holds the dialing end of a TCP connection on this machine, as the
 * kernel sees it (proc(5), `/proc/net/tcp` and `/proc/<pid>/fd`). The bytes are sealed by TLS and all
 * addresses are alike, so nothing else says who is calling, and no process is asked to be honest.
 */
export async function dialingProcess(
  { client, door }: { readonly client: Endpoint; readonly door: Endpoint },
  pids: Iterable<number>,
): Promise<number | undefined> {
  const inode = await inodeOf(client, door);
  if (inode === undefined) return undefined;
  for (const pid of pids) if (await holds(pid, `socket:[${inode}]`)) return pid;
  return undefined;
}

async function inodeOf(local: Endpoint, remote: Endpoint): Promise<string | undefined> {
  const table = await readFile('/proc/net/tcp', 'latin1');
  const ends = `${hexEndpoint(local)} ${hexEndpoint(remote)}`;
  const line = table.split('\n').find((each) => each.includes(` ${ends} `));
  // sl, local, remote, state, queues, timer, retransmits, uid, timeout, inode
  return line?.trim().split(/\s+/)[9];
}

/** As the kernel prints it: the four bytes as one number of this machine, the port in network order. */
function hexEndpoint({ host, port }: Endpoint): string {
  const bytes = Uint8Array.from(host.split('.'), Number);
  const [word = 0] = new Uint32Array(bytes.buffer);
  const hex = (value: number, digits: number) =>
    value.toString(16).toUpperCase().padStart(digits, '0');
  return `${hex(word, 8)}:${hex(port, 4)}`;
}

async function holds(pid: number, socket: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  // A process, and each of its files, may be gone by the time one looks.
  const files = await readdir(folder).catch(() => []);
  const targets = await Promise.all(
    files.map((file) => readlink(`${folder}/${file}`).catch(() => '')),
  );
  return targets.includes(socket);
}
