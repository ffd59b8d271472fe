// `npm run generate`: writes what is computed from something else. `npm run check` finds it stale.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateCode } from './generated-code.ts';
import { GENERATED_DOCS } from './generated-docs.ts';
import { ROOT } from './program.ts';

await generateCode(ROOT);
for (const { path, render } of GENERATED_DOCS) {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), render());
  console.log(path);
}
