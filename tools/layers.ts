import { join } from 'node:path';
import { dependencyProgram, ROOT, runProgram } from './program.ts';

/**
 * Fewer modules than this mean that the tool did not see the code: beside a TypeScript without the
 * JavaScript API it sees one, and reports success. Raise it as the code grows.
 */
const MINIMUM_MODULES = 200;

/** What the layer check saw. */
export interface Cruise {
  /** Source files of ours that were read. */
  readonly modules: number;
  /** `rule: from -> to`, one per violation. */
  readonly violations: readonly string[];
}

/** The part of dependency-cruiser's JSON that is read here. */
interface CruiseResult {
  modules: { source: string }[];
  summary: { violations: { rule: { name: string }; from: string; to: string }[] };
}

/** Reads the imports of `folders` below `root` and judges them by `.dependency-cruiser.cjs`. */
export async function cruise(root: string, folders: readonly string[]): Promise<Cruise> {
  const config = join(ROOT, '.dependency-cruiser.cjs');
  const args = ['--config', config, '--output-type', 'json', ...folders];
  const { stdout, output } = await runProgram(dependencyProgram('depcruise'), args, root);
  if (!stdout.startsWith('{')) throw new Error(`dependency-cruiser gave no result:\n${output}`);
  const { modules, summary } = JSON.parse(stdout) as CruiseResult; // its documented output format
  return {
    modules: modules.filter(({ source }) => /^(packages|services|tools)\//.test(source)).length,
    violations: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`),
  };
}

/** Problems of the layers of this checkout; none when all is well. */
export async function layerProblems(): Promise<readonly string[]> {
  const { modules, violations } = await cruise(ROOT, ['packages', 'services', 'tools']);
  if (modules >= MINIMUM_MODULES) return violations;
  return [
    ...violations,
    `only ${modules} modules were seen, at least ${MINIMUM_MODULES} are there`,
  ];
}
