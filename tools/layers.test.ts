import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { cruise } from './layers.ts';

let root = '';
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Cruises a small tree of files; keys are paths, values what each imports. */
async function cruiseTree(tree: Record<string, readonly string[]>) {
  root = mkdtempSync(join(tmpdir(), 'layers-'));
  writeFileSync(
    join(root, 'tsconfig.json'),
    '{ "compilerOptions": { "module": "NodeNext", "allowImportingTsExtensions": true, "noEmit": true } }',
  );
  for (const [path, imports] of Object.entries(tree)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    const lines = imports.map(
      (name, n) => `import type * as m${n} from '${name}';\nexport type T${n} = typeof m${n};`,
    );
    writeFileSync(join(root, path), `${lines.join('\n')}\nexport const here = 1;\n`);
  }
  return await cruise(root, ['.']);
}

const GIT_STORE = 'packages/git-store/src/a.ts';
const PEER = 'services/peer/src/a.ts';

test.each<[rule: string, tree: Record<string, readonly string[]>]>([
  [
    'rings-point-inward',
    { 'packages/codec/src/a.ts': ['../../git-store/src/a.ts'], [GIT_STORE]: [] },
  ],
  ['pure-has-no-node', { 'packages/codec/src/a.ts': ['node:fs'] }],
  ['portable-has-no-node', { 'packages/git-store/src/portable/a.ts': ['node:fs'] }],
  ['portable-has-no-node', { 'packages/git-store/src/quarantine.ts': ['node:fs'] }],
  [
    'portable-stands-alone',
    { 'packages/git-store/src/portable/a.ts': ['../a.ts'], [GIT_STORE]: [] },
  ],
  [
    'adapters-are-apart',
    { 'packages/peer-channel/src/a.ts': ['../../git-store/src/a.ts'], [GIT_STORE]: [] },
  ],
  [
    'foundations-know-no-adapter',
    { 'packages/node-crypto/src/a.ts': ['../../git-store/src/a.ts'], [GIT_STORE]: [] },
  ],
  [
    'device-knows-ports-only',
    { 'packages/device/src/a.ts': ['../../git-store/src/a.ts'], [GIT_STORE]: [] },
  ],
  ['services-are-roots', { [GIT_STORE]: ['../../../services/peer/src/a.ts'], [PEER]: [] }],
  ['services-are-apart', { 'services/mirror/src/a.ts': ['../../peer/src/a.ts'], [PEER]: [] }],
  [
    'test-support-stays-in-tests',
    { [GIT_STORE]: ['../../testkit/src/a.ts'], 'packages/testkit/src/a.ts': [] },
  ],
  ['no-cycles', { [GIT_STORE]: ['./b.ts'], 'packages/git-store/src/b.ts': ['./a.ts'] }],
  ['everything-resolves', { [GIT_STORE]: ['./absent.ts'] }],
])('a planted violation of %s is found', async (rule, tree) => {
  const { violations } = await cruiseTree(tree);
  expect(violations.map((line) => line.split(':')[0])).toContain(rule);
});

test('tests may use what the code beside them may not, and adapters may use the foundations', async () => {
  const { modules, violations } = await cruiseTree({
    'packages/codec/src/a.test.ts': [
      'node:fs',
      '../../testkit/src/a.ts',
      '../../node-crypto/src/a.ts',
    ],
    'packages/testkit/src/a.ts': [],
    'packages/node-crypto/src/a.ts': ['node:crypto'],
    [GIT_STORE]: ['../../node-crypto/src/a.ts'],
  });
  expect(violations).toEqual([]);
  expect(modules).toBe(4);
});
