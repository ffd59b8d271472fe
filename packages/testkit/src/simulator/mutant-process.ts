// `mutant-process.ts NAME FROM TO STEP`: as `batch-process.ts`, with the law changed in one place.
import { registerHooks } from 'node:module';
import { MUTANTS } from './mutants.ts';

const [name = '', ...seeds] = process.argv.slice(2);
const mutant = MUTANTS[name];
if (!mutant) throw new Error(`no mutant ${name}`);
const { file, from, to } = mutant;

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith(`/packages/conversation/src/${file}`)) return loaded;
    const parts = String(loaded.source).split(from);
    if (parts.length !== 2) throw new Error(`${name}: what it changes stands not once in ${file}`);
    return { ...loaded, source: parts.join(to) };
  },
});
process.argv.splice(2, Number.POSITIVE_INFINITY, ...seeds);
await import('./batch-process.ts');
