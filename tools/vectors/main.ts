// `npm run vectors`: forges vectors/rules and vectors/hostile anew. Takes a minute; the same each time.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeHostileHistories } from '../../packages/conversation/test/hostile/make-histories.ts';
import { makeRuleVectors } from '../../packages/conversation/test/vectors/make-rule-vectors.ts';
import { ROOT } from '../program.ts';

const FOLDERS = { hostile: makeHostileHistories, rules: makeRuleVectors } as const;

for (const [folder, make] of Object.entries(FOLDERS)) {
  const path = join(ROOT, 'vectors', folder);
  mkdirSync(path, { recursive: true });
  for (const [name, content] of await make()) {
    writeFileSync(join(path, name), content);
    console.log(`vectors/${folder}/${name}`, content.length);
  }
}
