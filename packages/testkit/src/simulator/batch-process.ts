// `batch-process.ts FROM TO STEP`: runs the seeds FROM, FROM + STEP, … and writes one outcome in each line.
import { simulate } from './simulate.ts';

const [from = 0, to = -1, step = 1] = process.argv.slice(2).map(Number);

for (let seed = from; seed <= to; seed += step) {
  process.stdout.write(`${JSON.stringify(await simulate(seed))}\n`);
}
