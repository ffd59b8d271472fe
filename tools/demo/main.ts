// `npm run demo`: a group of real daemons through everything that a network and a liar can do to it.
// Ends by itself: 0 when all was as promised, 1 with the reason and the folder kept when not.
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { attack } from './attack.ts';
import { crash } from './crash.ts';
import { finalCheck } from './final-check.ts';
import { convene, gather, talk } from './gather.ts';
import { partition } from './partition.ts';
import { clearStage, makeStage, type Stage } from './stage.ts';
import { Transcript } from './transcript.ts';

const transcript = new Transcript((line) => console.log(line));
const root = await mkdtemp(join(tmpdir(), 'covey-demo-'));
const stage = await makeStage(root, transcript);

let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    interrupted = true;
    void leave().finally(() => process.exit(128 + constants.signals[signal]));
  });
}

try {
  await Promise.race([play(stage), ...stage.devices.map(({ broken }) => broken)]);
  await leave();
  transcript.chapter(`All as promised, in ${transcript.seconds.toFixed(1)} s.`);
} catch (reason) {
  if (!interrupted) await tellFailure(reason);
}

async function play(on: Stage): Promise<void> {
  await gather(on);
  const conversationId = await convene(on);
  await talk(on, conversationId);
  await partition(on, conversationId);
  await attack(on, conversationId);
  await crash(on, conversationId);
  await finalCheck(on);
}

async function leave(): Promise<void> {
  await clearStage(stage);
  await rm(root, { recursive: true, force: true });
}

async function tellFailure(reason: unknown): Promise<never> {
  const why = reason instanceof Error ? reason.message : String(reason);
  process.stderr.write(`\ncovey: error: the demo expected: ${why}\n`);
  process.stderr.write(`covey: hint: data and logs of all devices are kept in ${root}\n`);
  await clearStage(stage);
  // Whatever else the demo was waiting for will not come.
  process.exit(1);
}
