// `npm run check`: every step runs, whatever the ones before it said.
import { CHECK_STEPS } from './check-steps.ts';

let failed = 0;
for (const { name, problems } of CHECK_STEPS) {
  const since = performance.now();
  const found = await problems();
  const seconds = ((performance.now() - since) / 1000).toFixed(1);
  console.log(`${found.length === 0 ? 'ok    ' : 'FAILED'} ${seconds.padStart(5)} s  ${name}`);
  for (const problem of found) console.log(problem.replace(/^/gm, '    '));
  if (found.length > 0) failed += 1;
}
if (failed > 0) console.log(`${failed} of ${CHECK_STEPS.length} steps failed`);
process.exitCode = failed === 0 ? 0 : 1;
