// A process of its own: reads the packs that the command line names, and says what that cost.
import { readFileSync } from 'node:fs';
import { CoveyError } from '@covey/errors';
import { DEFAULT_PACK_LIMITS } from '../src/index.ts';
import { readWholePack } from './read-whole-pack.ts';

/** What reading some packs cost at most. */
export interface ReadingCost {
  readonly packs: number;
  /** Of the whole process, above what it had before the first pack. */
  readonly mostBytes: number;
  /** Of the processors, so that whoever else is at work makes no difference. */
  readonly slowestMs: number;
}

const [, , ...files] = process.argv;
const packs = files.map((file) => Uint8Array.from(readFileSync(file)));
// Once for nothing: what the first reading loads belongs to no pack.
await readQuietly(new Uint8Array());
const idleBytes = process.memoryUsage().rss;
let slowestMs = 0;
for (const pack of packs) {
  const start = process.cpuUsage();
  await readQuietly(pack);
  const { user, system } = process.cpuUsage(start);
  slowestMs = Math.max(slowestMs, (user + system) / 1000);
}
const mostBytes = process.resourceUsage().maxRSS * 1024 - idleBytes; // maxRSS is in KiB
const cost: ReadingCost = { packs: packs.length, mostBytes, slowestMs };
process.stdout.write(JSON.stringify(cost));

async function readQuietly(pack: Uint8Array): Promise<void> {
  try {
    await readWholePack(pack, DEFAULT_PACK_LIMITS);
  } catch (reason) {
    if (!CoveyError.is(reason)) throw reason;
  }
}
