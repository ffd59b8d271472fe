import { BOUNDS, type FuzzTarget } from '../fuzz-target.ts';

/** Bugs for the tests: one of each kind that is no plain throw, by the first byte. */
export function open(): FuzzTarget {
  return { seeds: [new Uint8Array(2)], run };
}

async function run(input: Uint8Array): Promise<unknown> {
  switch (input[0]) {
    case 1:
      return new Promise(() => {});
    case 2:
      void Promise.reject(new Error('nobody awaits this'));
      return undefined;
    case 3: {
      const since = process.threadCpuUsage();
      for (let spentMs = 0; spentMs < BOUNDS.cpuMs + 10; ) {
        const { user, system } = process.threadCpuUsage(since);
        spentMs = (user + system) / 1000;
      }
      return undefined;
    }
    case 4:
      return new Uint8Array(BOUNDS.heapBytes + 16 * 1024 * 1024).fill(1);
    case 5:
      input[0] = 0;
      return undefined;
    case 6:
      return process.exit(3);
    default:
      return undefined;
  }
}
