import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dependencyProgram, ROOT, runProgram } from './program.ts';

const TEMPLATE = join(ROOT, 'buf.gen.yaml');

/** Generates the code of `proto/` below `base`, which is the checkout or a folder to compare with. */
export async function generateCode(base: string): Promise<void> {
  if (!existsSync(TEMPLATE)) return;
  const { code, output } = await runProgram(dependencyProgram('buf'), ['generate', '-o', base]);
  if (code !== 0) throw new Error(`buf generate failed:\n${output}`);
}

/** Generated files of the checkout that are stale, absent or left over. */
export async function staleCode(): Promise<readonly string[]> {
  const fresh = mkdtempSync(join(tmpdir(), 'covey-generated-'));
  try {
    await generateCode(fresh);
    return outFolders().flatMap((folder) => differences(folder, fresh));
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Every `out:` of the template; it has no other key of that name. */
function outFolders(): string[] {
  if (!existsSync(TEMPLATE)) return [];
  const outs = readFileSync(TEMPLATE, 'utf8').matchAll(/^\s*(?:- )?out:\s*['"]?([^\s'"#]+)/gm);
  return [...new Set([...outs].map(([, out = '']) => out))];
}

function differences(folder: string, fresh: string): string[] {
  const files = (base: string) => globSync(`${folder}/**/*.ts`, { cwd: base });
  const all = new Set([...files(ROOT), ...files(fresh)]);
  const read = (base: string, path: string) =>
    existsSync(join(base, path)) ? readFileSync(join(base, path), 'utf8') : undefined;
  return [...all]
    .filter((path) => read(ROOT, path) !== read(fresh, path))
    .sort()
    .map((path) => `${path} is not what proto/ gives: run npm run generate`);
}
