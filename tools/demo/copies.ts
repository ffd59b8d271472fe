import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../program.ts';
import type { DemoDevice } from './demo-device.ts';
import { expectThat } from './expectation.ts';

/** What `covey verify --json` tells of a repository, as far as it is read here. */
export interface Verdict {
  readonly valid: boolean;
  readonly commits: number;
  readonly stateDigest: string;
}

/** Judges a copy without any daemon: by `covey verify`, and by Git itself. @throws {Unexpected} */
export async function verifiedCopy(device: DemoDevice, conversationId: string): Promise<Verdict> {
  const path = device.repository(conversationId);
  const [verify, fsck] = await Promise.all([
    device.covey('verify', path, '--json'),
    runProgram('git', ['-C', path, 'fsck', '--strict', '--full', '--no-dangling']),
  ]);
  expectThat(
    verify.code === 0,
    `covey verify accepts the copy of ${device.name}: ${verify.output}`,
  );
  expectThat(fsck.code === 0, `git fsck accepts the copy of ${device.name}: ${fsck.output}`);
  const verdict = JSON.parse(verify.stdout) as Verdict; // our own program's output
  expectThat(verdict.valid, `the copy of ${device.name} is valid`);
  return verdict;
}

/** Digest of every file below a folder, names and bytes. */
export async function fingerprint(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  for (const path of paths.sort()) {
    const bytes = await readFile(path);
    hash.update(`${path} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}
