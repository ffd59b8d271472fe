import { readdirSync, readFileSync } from 'node:fs';
import type { PeerLimits } from '../src/limits.ts';
import { station } from './cast.ts';

/** What the listening process says of itself. */
export interface Measured {
  readonly rssBytes: number;
  /** The most that it ever had. */
  readonly peakRssBytes: number;
  readonly descriptors: number;
  readonly cpuMs: number;
}

// A device in a process of its own: says where it listens, answers `heads`, tells what it needs.
const limits = JSON.parse(process.argv[2] ?? '{}') as Partial<PeerLimits>;
const strangers = new Set<string>();
const listener = await station(
  {
    admits: ({ deviceId }) => !strangers.has(deviceId),
    heads: async () => ({ heads: [], stateDigest: '' }),
    invite: async () => ({ body: { $case: 'delivered', value: {} } }),
    async *fetch() {
      for (;;) yield new Uint8Array(64 * 1024);
    },
  },
  limits,
);

process.on('message', (question: { stranger?: string }) => {
  if (question.stranger !== undefined) strangers.add(question.stranger);
  process.send?.(measured());
});
process.send?.({ port: listener.network.port, deviceId: listener.deviceId });

function measured(): Measured {
  const { user, system } = process.cpuUsage();
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return {
    rssBytes: process.memoryUsage.rss(),
    peakRssBytes: Number(peak) * 1024,
    descriptors: readdirSync('/proc/self/fd').length,
    cpuMs: (user + system) / 1000,
  };
}
