/** Milliseconds of each round of each candidate, taken in turn (A B A B …), so that a drifting machine hits all alike. */
export async function inTurn(
  rounds: number,
  candidates: Readonly<Record<string, () => Promise<void>>>,
): Promise<Readonly<Record<string, number>>> {
  const times = new Map<string, number[]>(Object.keys(candidates).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, run] of Object.entries(candidates)) {
      const start = performance.now();
      await run();
      // The first round warms up.
      if (round >= 0) times.get(name)?.push(performance.now() - start);
    }
  }
  return Object.fromEntries([...times].map(([name, list]) => [name, median(list)]));
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0;
}

/** A line of the table in docs/benchmarks.md. */
export function row(what: string, ours: number, yardstick: string, theirs: number): string {
  return `| ${what} | ${ours.toFixed(1)} ms | ${yardstick} | ${theirs.toFixed(1)} ms | ${(ours / theirs).toFixed(2)} |`;
}
