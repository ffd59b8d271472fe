import { spawnSync } from 'node:child_process';
import fs, { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import git from 'isomorphic-git';
import { LOCAL_PACK_LIMITS, readPack } from '@covey/git-objects';
import { nodeDigests, nodeInflate } from '@covey/node-crypto';
import type { MadeHistory } from './history.ts';
import { inTurn, row } from './measure.ts';

/** Reading a pack from its bytes, beside isomorphic-git and beside git itself (which also writes an index). */
export async function benchPacks(made: MadeHistory): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'covey-bench-'));
  try {
    const pack = readFileSync(made.pack);
    spawnSync('git', ['init', '--quiet', folder]);
    writeFileSync(join(folder, 'bench.pack'), pack);
    let objects = 0;
    const times = await inTurn(3, {
      ours: async () => {
        async function* chunks() {
          for (let at = 0; at < pack.length; at += 65_536) yield pack.subarray(at, at + 65_536);
        }
        objects = 0;
        const options = { limits: LOCAL_PACK_LIMITS, digests: nodeDigests, inflate: nodeInflate };
        for await (const _ of readPack(chunks(), options)) objects++;
      },
      isomorphic: async () => {
        await git.indexPack({ fs, dir: folder, filepath: 'bench.pack' });
      },
      git: async () => {
        const { status } = spawnSync('git', ['index-pack', '--strict', 'bench.pack'], {
          cwd: folder,
        });
        if (status !== 0) throw new Error('git refused the pack');
      },
    });
    const what = `read a pack of ${objects} objects, looked over for collisions`;
    const ours = times['ours'] ?? 0;
    return [
      row(what, ours, 'isomorphic-git indexPack', times['isomorphic'] ?? 0),
      row(what, ours, 'git index-pack --strict', times['git'] ?? 0),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
