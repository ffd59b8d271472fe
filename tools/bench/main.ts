import { cpus } from 'node:os';
import { makeHistory } from './history.ts';
import { benchJudging } from './judging.ts';
import { benchPacks } from './packs.ts';
import { benchTalking } from './talking.ts';

const MESSAGES = 10_000;

const history = await makeHistory(MESSAGES);
console.log(`Node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}\n`);
console.log('| what | ours | yardstick | yardstick’s time | ratio |\n|---|---|---|---|---|');
console.log(await benchJudging(history));
for (const line of await benchPacks(history)) console.log(line);
console.log(
  `\nPeak memory of this process: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB\n`,
);
console.log(await benchTalking());
