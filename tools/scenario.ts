// `npm run scenario -- FILE...`: plays histories that are data (docs/protocol/scenarios.md), one line of JSON each.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { scenarioCommand } from '@covey/testkit/scenario';

process.exitCode = await scenarioCommand(process.argv.slice(2), {
  out: (line) => console.log(line),
  err: (line) => console.error(line),
  // npm runs this in the root of the checkout; a path is meant from where it was typed.
  read: (path) => readFileSync(resolve(process.env['INIT_CWD'] ?? '.', path)),
});
