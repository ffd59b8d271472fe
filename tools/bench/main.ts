import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchClone } from './clone.ts';
import { makeHistory } from './history.ts';
import { percentile } from './measure.ts';
import { benchPacks } from './packs.ts';
import { runAlone } from './run-report.ts';
import { benchTalking } from './talking.ts';

const folder = mkdtempSync(join(tmpdir(), 'covey-bench-'));
const folderOf = (messages: number) => join(folder, String(messages));
const SIZES = [10, 10_000, 100_000];
try {
  console.log(
    `Node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}\n`,
  );
  for (const messages of SIZES) {
    mkdirSync(folderOf(messages));
    const made = await makeHistory(messages, folderOf(messages));
    if (messages !== 10_000) continue;
    console.log('| what | ours | yardstick | yardstick’s time | ratio |\n|---|---|---|---|---|');
    for (const line of await benchPacks(made)) console.log(line);
  }
  runAlone('clone-run.ts', [folderOf(10)]);
  for (const line of benchClone(folderOf(10_000), 3, 4)) console.log(line);
  for (const line of benchClone(folderOf(100_000), 2, 1)) console.log(line);

  console.log(
    '\n| messages | open | memory then | a page of 50 | one new message taken in |\n|---|---|---|---|---|',
  );
  for (const messages of SIZES) {
    const [opened, paged, ...taken] = runAlone('open-run.ts', [folderOf(messages)]);
    const one = percentile(
      taken.map(({ ms }) => ms),
      50,
    );
    console.log(
      `| ${messages} | ${opened?.ms.toFixed(0)} ms | ${opened?.maxRssMb.toFixed(0)} MB | ${((paged?.ms ?? 0) / 100).toFixed(2)} ms | ${one.toFixed(1)} ms |`,
    );
  }

  const [alone, together] = [300, 10_000];
  const [one, many] = runAlone('append-run.ts', [folder, String(alone), String(together)]);
  const rate = (count: number, ms = 1) => ((1000 * count) / ms).toFixed(0);
  console.log(`\n- written and synced, one at a time: ${rate(alone, one?.ms)} commits per second`);
  console.log(`- written and synced, 64 in flight: ${rate(together, many?.ms)} commits per second`);
  console.log(await benchTalking());
} finally {
  rmSync(folder, { recursive: true });
}
