import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { staleCode } from './generated-code.ts';
import { GENERATED_DOCS } from './generated-docs.ts';
import { layerProblems } from './layers.ts';
import { dependencyProgram, ROOT, runProgram } from './program.ts';
import { purityProblems } from './purity.ts';
import { requirementProblems } from './requirements.ts';

/** One thing that holds for the whole checkout. */
export interface CheckStep {
  readonly name: string;
  /** Resolves to what is wrong, for people to read; to nothing when all is well. */
  readonly problems: () => Promise<readonly string[]>;
}

/** What `npm run check` looks at, in this order. */
export const CHECK_STEPS: readonly CheckStep[] = [
  step(
    'format and lint',
    'biome',
    'ci',
    '--diagnostic-level=warn',
    '--colors=off',
    '--error-on-warnings',
    '.',
  ),
  {
    name: 'types of the pure packages',
    problems: () => compile('tsconfig.pure.json'),
  },
  { name: 'types', problems: () => compile('tsconfig.json') },
  { name: 'layers', problems: layerProblems },
  { name: 'no clock and no chance in pure packages', problems: async () => purityProblems() },
  step('unused code', 'knip', '--no-progress', '--no-config-hints'),
  { name: 'generated pages are fresh', problems: async () => stalePages() },
  { name: 'generated code is fresh', problems: staleCode },
  {
    name: 'proto',
    problems: async () => (existsSync(join(ROOT, 'buf.yaml')) ? await run('buf', 'lint') : []),
  },
  { name: 'requirements of landed issues', problems: async () => requirementProblems() },
];

function step(name: string, program: string, ...args: readonly string[]): CheckStep {
  return { name, problems: () => run(program, ...args) };
}

/** TypeScript 7 stands beside the older one that the tools need, under another name. */
function compile(project: string): Promise<readonly string[]> {
  return runToProblems(process.execPath, ['node_modules/typescript-7/bin/tsc', '-p', project]);
}

function run(program: string, ...args: readonly string[]): Promise<readonly string[]> {
  return runToProblems(dependencyProgram(program), args);
}

async function runToProblems(command: string, args: readonly string[]) {
  const { code, output } = await runProgram(command, args);
  return code === 0 ? [] : [output.trim() || `exit code ${code}`];
}

function stalePages(): string[] {
  return GENERATED_DOCS.filter(({ path, render }) => {
    const file = join(ROOT, path);
    return !existsSync(file) || readFileSync(file, 'utf8') !== render();
  }).map(({ path }) => `${path} is stale: run npm run generate`);
}
