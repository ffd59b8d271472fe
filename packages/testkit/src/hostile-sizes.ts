/** Characters of the longest hostile texts that readers are tried with (security.md, F7). */
export const MEBI = 1 << 20;
/** What each may take. */
export const MOST_MS = 50;

/** A text of so many characters: head, as many units as fit, tail. */
export function filled(length: number, unit: string, head = '', tail = ''): string {
  return head + unit.repeat((length - head.length - tail.length) / unit.length) + tail;
}

/**
 * Milliseconds of processor time of the fastest of five runs, so that other work on the machine
 * counts as little as it can.
 */
export function fastestMs(run: () => unknown): number {
  const times = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}
