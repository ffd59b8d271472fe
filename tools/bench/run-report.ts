/** What a measured process prints as its last line. */
export interface RunReport {
  readonly ms: number;
  /** Of all threads. */
  readonly cpuMs: number;
  /** Highest so far, of the whole process. */
  readonly maxRssMb: number;
}

/** Starts the watch; the returned function stops it and prints the report. */
export function report(): () => void {
  const start = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    const said: RunReport = {
      ms: performance.now() - start,
      cpuMs: (user + system) / 1000,
      maxRssMb: process.resourceUsage().maxRSS / 1024,
    };
    console.log(JSON.stringify(said));
  };
}
