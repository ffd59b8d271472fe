/** Settings of {@link gracefulStop}. */
export interface StopSettings {
  /** SIGINT and SIGTERM unless told otherwise. */
  readonly signals?: readonly NodeJS.Signals[];
  /** How long `stop`, and what it leaves running, may take before the process is ended: 10 000. */
  readonly deadlineMs?: number;
  /**
   * Within this time of the first signal another one is its echo: a terminal sends Ctrl-C to each
   * process of its group, and `npm` sends it on to its child. 1 000 unless told otherwise.
   */
  readonly echoMs?: number;
  /** Told why `stop` failed, or that it came too late; stderr by default. */
  readonly onFailure?: (reason: unknown) => void;
}

/** How a program that waits for its end is told of it. */
export interface Stopping {
  /** Starts the stop without a signal, for instance because the local API asked for it. */
  readonly begin: () => void;
  /** Resolves when `stop` has ended, well or not; never rejects. */
  readonly ended: Promise<void>;
}

/**
 * Calls `stop` once, on the first signal. The process then ends by itself as soon as nothing is
 * left to do, with 0, or with 1 when `stop` failed. A second signal that is no echo means that
 * someone does not want to wait: it ends at once with 128 + n. The deadline ends it with 1.
 */
export function gracefulStop(stop: () => Promise<void>, settings: StopSettings = {}): Stopping {
  const { signals = ['SIGINT', 'SIGTERM'], deadlineMs = 10_000, echoMs = 1000 } = settings;
  const { onFailure = tell } = settings;
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let begunAt: number | undefined;

  const fail = (reason: unknown) => {
    process.exitCode = 1;
    onFailure(reason);
  };
  const begin = () => {
    if (begunAt !== undefined) return;
    begunAt = performance.now();
    // Without `unref` the watchdog itself would keep a stopped process alive.
    setTimeout(() => {
      fail(new Error(`still running ${deadlineMs} ms after the stop began`));
      process.exit();
    }, deadlineMs).unref();
    // Wrapped, so that a `stop` that throws before its first await is caught as well.
    Promise.resolve().then(stop).catch(fail).then(resolve);
  };
  const onSignal = (_: NodeJS.Signals, number: number) => {
    if (begunAt === undefined) begin();
    else if (performance.now() - begunAt > echoMs) process.exit(128 + number);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return { begin, ended };
}

function tell(reason: unknown): void {
  process.stderr.write(`stop failed: ${reason instanceof Error ? reason.message : reason}\n`);
}
