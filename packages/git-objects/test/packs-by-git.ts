import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GitObject } from '../src/index.ts';
import { gitScript } from './git.ts';
import { giveToGit } from './git-verdicts.ts';

/** A pack, and the objects that its receiver has already. */
export interface SentPack {
  readonly bytes: Uint8Array;
  readonly outside: readonly GitObject[];
}

/** What git made of a pack. */
export type PackByGit =
  | {
      /** The pack as git keeps it: with the bases that a thin one lacks. */
      readonly pack: Uint8Array;
      readonly index: Uint8Array;
    }
  | { readonly refusal: string };

/** One shell for many packs: starting git from here costs several times what git itself does. */
const SCRIPT = `
for name in "$@"; do
  GIT_OBJECT_DIRECTORY="$name" GIT_ALTERNATE_OBJECT_DIRECTORIES=objects git -c core.fsync=none \\
    index-pack --stdin --fix-thin --strict --threads=1 \\
    <"$name/sent" >"$name/said" 2>"$name/refusal" || rm "$name/said"
done`;
const SHELLS = 2;

/**
 * Lets `git index-pack --strict` judge packs, as a fetch does: each in an object store of its own, above one that
 * has what is outside of any. No two packs may lack the same object.
 */
export async function packsByGit(
  folder: string,
  packs: readonly SentPack[],
): Promise<readonly PackByGit[]> {
  await giveToGit(
    folder,
    packs.flatMap(({ outside }) => outside),
  );
  const names = packs.map((pack, number) => {
    const name = join('stores', `${number}`);
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'sent'), pack.bytes);
    return name;
  });
  const share = Math.ceil(names.length / SHELLS);
  await Promise.all(
    Array.from({ length: SHELLS }, (_, shell) =>
      gitScript(folder, SCRIPT, names.slice(shell * share, (shell + 1) * share)),
    ),
  );
  return names.map((name) => resultIn(join(folder, name)));
}

function resultIn(store: string): PackByGit {
  let said: string;
  try {
    said = readFileSync(join(store, 'said'), 'utf8');
  } catch {
    // Taken away by the script: git has refused.
    return { refusal: readFileSync(join(store, 'refusal'), 'utf8').trim() };
  }
  const name = join(store, 'pack', `pack-${said.trim().split('\t')[1]}`);
  return { pack: bytesOf(`${name}.pack`), index: bytesOf(`${name}.idx`) };
}

/** Plain bytes: a Buffer is another thing to those who compare. */
function bytesOf(path: string): Uint8Array {
  return Uint8Array.from(readFileSync(path));
}
